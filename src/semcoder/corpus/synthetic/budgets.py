"""Budgets on values while a program of our own making runs: the checks that a trial compiles into it."""

from semcoder.execution.literals import ValueLimit

MAX_SIZE = 400  # characters or items of a value that a loop or a helper builds, before the run is given up
MAX_FACTOR = 10_000  # largest number that may be multiplied or used as a width
MAX_EXPONENT = 64
MAX_INT = 10**12


def check_size(value: object) -> None:
    """Raises ValueLimit for a value that has grown too large."""
    kind = type(value)
    if kind is int:
        if not -MAX_INT < value < MAX_INT:
            raise ValueLimit("int")
    elif kind in (str, list, dict, set, tuple) and len(value) > MAX_SIZE:
        raise ValueLimit(kind.__name__)


def check_factor(value: object) -> object:
    """Returns a factor or a width, or raises ValueLimit where it is too large."""
    check_size(value)
    if isinstance(value, int) and abs(value) > MAX_FACTOR:
        raise ValueLimit("factor")
    return value


def check_exponent(value: object) -> object:
    """Returns an exponent, or raises ValueLimit where it is too large."""
    if isinstance(value, int) and abs(value) > MAX_EXPONENT:
        raise ValueLimit("exponent")
    return value


def make_range(*arguments: int) -> range:
    """Returns `range(*arguments)`, or raises ValueLimit where it is too long."""
    numbers = range(*arguments)
    if len(numbers) > MAX_FACTOR:
        raise ValueLimit("range")
    return numbers
