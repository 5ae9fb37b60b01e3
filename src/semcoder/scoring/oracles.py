"""Whether an output counts as the expected one, by EvalPlus's rules (evalplus/eval, release 0.3.1).

Equal by `==`, or, where the task has a tolerance or the expected value is a float (or a list or tuple of floats), close
by numpy's `allclose` and of the same type. Some tasks have rules of their own, below. As there, a tolerance that one
float has called for holds for the task's later inputs as well.
"""

import math

import numpy as np

from semcoder.scoring.calls import Opaque

RTOL, FLOAT_ATOL = 1e-7, 1e-6
# Functions of MBPP whose list or tuple may come in any order, repeated or not.
AS_SETS = frozenset({"similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum",
                     "intersection_array", "find_dissimilar", "Diff"})
# Functions of MBPP that may return any object for yes and None for no: only that is compared.
AS_YES_OR_NO = frozenset({"check_str", "text_match_three", "text_starta_endb"})


class Judge:
    """Judges the outputs of one task, in the order of its inputs."""

    def __init__(self, benchmark: str, entry: str, atol: float):
        """Args: `Mbpp` or `HumanEval`; the function; the task's absolute tolerance."""
        self._is_mbpp, self._entry, self._atol = benchmark == "Mbpp", entry, atol

    def is_right(self, arguments: list, output: object, expected: object) -> bool:
        """Returns whether the output counts as right; one that cannot be compared does not.

        Args:
            arguments: of the call, as they were before it.
            output: decoded, so made of built-in types and Opaque.
            expected: what the canonical solution returned, decoded.
        """
        try:
            if not self._is_mbpp and self._entry == "find_zero":
                return abs(evaluate_polynomial(*arguments, output)) <= self._atol
            if self._is_mbpp and self._entry in AS_YES_OR_NO:
                expected = expected is not None
            is_equal = self._is_equal(arguments, output, expected)
            if self._atol == 0 and has_floats(expected):
                self._atol = FLOAT_ATOL
            return bool(is_equal) or (self._atol != 0 and self._is_close(output, expected))
        except (TypeError, ValueError, ArithmeticError, RecursionError):
            return False

    def _is_equal(self, arguments: list, output: object, expected: object) -> bool:
        if self._is_mbpp:
            if self._entry == "are_equivalent":  # Mbpp/164: any answer
                return True
            if self._entry in AS_SETS:
                return set(output) == set(expected)
            if self._entry in AS_YES_OR_NO:
                return expected == (output if isinstance(output, bool) else output is not None)
        if output == expected or not self._is_mbpp:
            return output == expected
        if self._entry == "sum_div":  # Mbpp/295: zero as well
            return output == 0
        if self._entry == "surface_Area":  # Mbpp/581: its height may be meant otherwise
            return abs(output - measure_pyramid(*arguments)) <= self._atol
        return self._entry == "digit_distance_nums" and output == compare_digits(*arguments)  # Mbpp/558

    def _is_close(self, output: object, expected: object) -> bool:
        if type(output) is not type(expected) or isinstance(output, Opaque):
            return False
        if isinstance(expected, (list, tuple)) and len(output) != len(expected):
            return False
        return bool(np.allclose(output, expected, rtol=RTOL, atol=self._atol))


def has_floats(value: object) -> bool:
    """Returns whether a value is a float, or a list or tuple of floats."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(isinstance(item, float) for item in value)
    return isinstance(value, float)


def measure_pyramid(base: float, height: float) -> int:
    """Returns the rounded surface of a square pyramid whose apex stands `height` above its base."""
    slant = math.sqrt((base / 2) ** 2 + height**2)
    return round(base**2 + 4 * (base * slant) / 2)


def compare_digits(one: int, other: int) -> int:
    """Returns the sum of the differences of two numbers' digits, the shorter one filled with zeros in front."""
    texts = str(one), str(other)
    width = max(map(len, texts))
    return sum(abs(int(a) - int(b)) for a, b in zip(*(text.zfill(width) for text in texts), strict=True))


def evaluate_polynomial(coefficients: list[float], x: float) -> float:
    """Returns the value at x of the polynomial whose coefficients stand from the constant upward."""
    return sum(c * math.pow(x, i) for i, c in enumerate(coefficients))
