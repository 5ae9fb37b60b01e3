"""What may have to hold of a variable, or of an expression, at a point of an execution: one table, used three ways.

Each family is a Python condition over a subject `x` (and parameters `v`, `k` that are taken from the value at hand),
which is tested, with English wordings that `constraint_words` writes from and reads back by the same slots. Families
of a type stand strongest first: exact values, what an operation cannot see past (the items in any order, the letters
in any case), then parts, sizes, bounds, classes.
"""

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from types import CodeType

from semcoder.monologues.working import PURE_BUILTINS

MAX_PIECES = 3  # prefixes, suffixes or members proposed of one value
SEQUENCE, NUMBER = ("str", "list", "tuple"), ("int", "float")
COLLECTION = ("list", "tuple", "set")
SIZED = ("str", "list", "tuple", "set", "dict")


@dataclass(frozen=True)
class Family:
    """A kind of constraint. `draw` returns the parameters (v, k) worth proposing for a value, given constants."""

    kind: str
    types: tuple[str, ...]  # of the value; () for any
    condition: str
    wordings: tuple[str, ...]  # what stands behind "{x} must "
    draw: Callable[[object, list], Iterable[tuple]] = lambda value, constants: [()]

    @property
    def is_telling(self) -> bool:
        """Whether it says more than that a part, a size or a class fits."""
        return self in TELLING or self.kind == "length"


@dataclass(frozen=True)
class Constraint:
    """A family with its subject (source of a name or an expression) and the literals of its parameters."""

    kind: str
    subject: str
    v: str = ""
    k: str = ""

    @property
    def condition(self) -> str:
        """The constraint as a Python expression over the variables of the frame."""
        subject = self.subject if self.subject.isidentifier() else f"({self.subject})"
        return BY_KIND[self.kind].condition.format(x=subject, v=self.v, k=self.k)

    @property
    def parameters(self) -> tuple:
        """The values of v and k, as `holds` takes them; a type stands for itself."""
        if self.kind == "type":
            return (TYPES.get(self.v),)
        return tuple(read_value(text) for text in (self.v, self.k) if text)

    @property
    def is_telling(self) -> bool:
        """Whether it says more of a variable than that a part, a size or a class fits."""
        return BY_KIND[self.kind].is_telling

    @property
    def is_exact(self) -> bool:
        """Whether it leaves one value only."""
        return self.kind in EXACT


def draw_pieces(value, is_prefix: bool) -> list[tuple]:
    """Returns the ends of a sequence, longest first: all but one item, half, one."""
    lengths = dict.fromkeys((len(value) - 1, len(value) // 2, 1))
    return [(value[:n] if is_prefix else value[len(value) - n:],) for n in lengths if 0 < n < len(value)]


def draw_members(value, constants: list) -> list[tuple]:
    """Returns items that are in a collection, or constants of the program that are part of a text."""
    if isinstance(value, str):
        return [(c,) for c in constants if isinstance(c, str) and c and c in value and c != value][:MAX_PIECES]
    return [(item,) for item in sorted({repr(item): item for item in value}.items())[:MAX_PIECES] for item in item[1:]]


def draw_missing(value, constants: list) -> list[tuple]:
    """Returns constants of the program that a collection or text does not hold."""
    kinds = (str,) if isinstance(value, str) else (str, int)
    return [(c,) for c in constants if isinstance(c, kinds) and c != "" and c not in value][:MAX_PIECES]


def draw_numbers(value, constants: list) -> list[tuple]:
    """Returns constants of the program that a number differs from."""
    return [(c,) for c in constants if type(c) is int and c != value][:MAX_PIECES]


def draw_remainders(value, constants: list) -> list[tuple]:
    """Returns (remainder, divisor) for divisors among the program's constants."""
    return [(value % c, c) for c in constants if type(c) is int and 2 < c < 1000][:MAX_PIECES]


def take(measure: Callable) -> Callable:
    """Returns a `draw` for the one parameter that `measure` takes from the value; none where it cannot."""
    def draw(value, constants):
        try:
            return [(measure(value),)]
        except (TypeError, ValueError, IndexError):
            return []
    return draw


def when(holds: Callable) -> Callable:
    """Returns a `draw` that proposes a family without parameters where it holds of the value."""
    return lambda value, constants: [()] if holds(value) else []


FAMILIES = (
    Family("exact_dict", ("dict",), "list({x}.items()) == list({v}.items())", ("be {v}", "be exactly {v}"),
           take(lambda x: x)),
    Family("exact", (), "{x} == {v}", ("be {v}", "be exactly {v}"), take(lambda x: x)),
    Family("same_pairs", ("dict",), "{x} == {v}", ("hold the pairs of {v} in some order",), take(lambda x: x)),
    Family("keys", ("dict",), "list({x}) == {v}", ("have the keys {v} in this order",), take(list)),
    Family("same_keys", ("dict",), "sorted({x}) == {v}", ("have the keys {v} in some order",), take(sorted)),
    Family("values", ("dict",), "list({x}.values()) == {v}", ("have the values {v} in this order",),
           take(lambda x: list(x.values()))),
    Family("entry", ("dict",), "{x}.get({k}) == {v}", ("map {k} to {v}",),
           lambda x, _: [(value, key) for key, value in list(x.items())[:MAX_PIECES]]),
    Family("lower", ("str",), "{x}.lower() == {v}", ("spell {v} once in lower case", "read {v} when lower-cased"),
           take(str.lower)),
    Family("strip", ("str",), "{x}.strip() == {v}", ("be {v} once the white space at its ends is gone",),
           take(str.strip)),
    Family("letters", ("str",), "sorted({x}) == sorted({v})",
           ("be made of the characters of {v} in some order", "hold the characters of {v} in any order"),
           take(lambda x: "".join(sorted(x)))),
    Family("items", ("list", "tuple"), "sorted({x}) == {v}",
           ("hold the items of {v} in some order", "be some ordering of {v}"), take(sorted)),
    Family("words", ("str",), "{x}.split() == {v}", ("split into the words {v}",), take(str.split)),
    Family("distinct", ("str", "list", "tuple"), "sorted(set({x})) == {v}",
           ("hold {v} and nothing else, each at least once",), take(lambda x: sorted(set(x)))),
    Family("absolute", NUMBER, "abs({x}) == {v}", ("be {v} or its negative",), take(abs)),
    Family("remainder", ("int",), "{x} % {k} == {v}", ("leave {v} when divided by {k}",), draw_remainders),
    Family("total", ("list", "tuple"), "sum({x}) == {v}", ("add up to {v}", "have {v} as its sum"), take(sum)),
    Family("join", ("list", "tuple"), "''.join({x}) == {v}", ("spell {v} when joined",), take("".join)),
    Family("prefix", ("str",), "{x}.startswith({v})", ("begin with {v}", "start with {v}"),
           lambda x, _: draw_pieces(x, True)),
    Family("suffix", ("str",), "{x}.endswith({v})", ("end with {v}", "finish with {v}"),
           lambda x, _: draw_pieces(x, False)),
    Family("head", ("list", "tuple"), "{x}[:len({v})] == {v}", ("begin with the items of {v}",),
           lambda x, _: draw_pieces(x, True)),
    Family("tail", ("list", "tuple"), "{x}[-len({v}):] == {v}", ("end with the items of {v}",),
           lambda x, _: draw_pieces(x, False)),
    Family("most", ("list", "tuple"), "max({x}) == {v}", ("have {v} as its largest item",), take(max)),
    Family("least", ("list", "tuple"), "min({x}) == {v}", ("have {v} as its smallest item",), take(min)),
    Family("member", COLLECTION, "{v} in {x}", ("contain {v}", "include {v}"), draw_members),
    Family("part", ("str",), "{v} in {x}", ("contain the text {v}",), draw_members),
    Family("length", SIZED, "len({x}) == {v}", ("have length {v}", "be of length {v}"), take(len)),
    Family("at_least", NUMBER, "{x} >= {v}", ("be at least {v}", "not be less than {v}"), take(lambda x: x)),
    Family("at_most", NUMBER, "{x} <= {v}", ("be at most {v}", "not be more than {v}"), take(lambda x: x)),
    Family("longer", SIZED, "len({x}) >= {v}", ("have at least length {v}", "not be shorter than {v}"), take(len)),
    Family("shorter", SIZED, "len({x}) <= {v}", ("have at most length {v}", "not be longer than {v}"), take(len)),
    Family("odd", ("int",), "{x} % 2 == 1", ("be odd", "be an odd number"), when(lambda x: x % 2 == 1)),
    Family("even", ("int",), "{x} % 2 == 0", ("be even", "be an even number"), when(lambda x: x % 2 == 0)),
    Family("positive", NUMBER, "{x} > 0", ("be positive", "be greater than zero"), when(lambda x: x > 0)),
    Family("negative", NUMBER, "{x} < 0", ("be negative", "be less than zero"), when(lambda x: x < 0)),
    Family("not_negative", NUMBER, "{x} >= 0", ("not be negative",), when(lambda x: x >= 0)),
    Family("not_positive", NUMBER, "{x} <= 0", ("not be positive",), when(lambda x: x <= 0)),
    Family("other_number", ("int",), "{x} != {v}", ("differ from {v}",), draw_numbers),
    Family("lacks", ("list", "tuple", "set", "dict"), "{v} not in {x}", ("not contain {v}", "be without {v}"),
           draw_missing),
    Family("lacks_part", ("str",), "{v} not in {x}", ("not contain the text {v}",), draw_missing),
    Family("has_key", ("dict",), "{v} in {x}", ("have the key {v}",), lambda x, _: [(k,) for k in list(x)[:3]]),
    Family("alpha", ("str",), "{x}.isalpha()", ("consist of letters",), when(str.isalpha)),
    Family("digit", ("str",), "{x}.isdigit()", ("consist of digits",), when(str.isdigit)),
    Family("is_lower", ("str",), "{x}.islower()", ("be in lower case",), when(str.islower)),
    Family("is_upper", ("str",), "{x}.isupper()", ("be in upper case",), when(str.isupper)),
    Family("even_length", SIZED, "len({x}) % 2 == 0", ("have an even length",), when(lambda x: len(x) % 2 == 0)),
    Family("odd_length", SIZED, "len({x}) % 2 == 1", ("have an odd length",), when(lambda x: len(x) % 2 == 1)),
    Family("filled", SIZED, "len({x}) > 0", ("not be empty", "have something in it"), when(bool)),
    Family("empty", SIZED, "len({x}) == 0", ("be empty",), when(lambda x: not x)),
    Family("true", ("bool_of",), "bool({x}) is True", ("be true", "come out true"), when(bool)),
    Family("false", ("bool_of",), "bool({x}) is False", ("be false", "come out false"), when(lambda x: not x)),
    Family("type", (), "type({x}) is {v}", ("be of type {v}",), lambda x, _: [(type(x),)]),
)
TYPES = {kind.__name__: kind for kind in (bool, int, float, str, bytes, list, tuple, set, dict)}
BY_KIND = {family.kind: family for family in FAMILIES}
EXACT = ("exact", "exact_dict")
TELLING = frozenset(FAMILIES[:[f.kind for f in FAMILIES].index("prefix")])  # what an operation cannot see past


@cache
def compile_condition(kind: str) -> CodeType:
    """Returns a family's condition as code over the names x, v and k."""
    return compile(BY_KIND[kind].condition.format(x="x", v="v", k="k"), "<constraint>", "eval")


def holds(kind: str, value: object, parameters: tuple) -> bool:
    """Returns whether a family's condition is true of a value; what cannot be asked of it does not hold."""
    v, k = (*parameters, None, None)[:2]
    try:
        return bool(eval(compile_condition(kind), {"__builtins__": PURE_BUILTINS, "type": type},
                         {"x": value, "v": v, "k": k}))
    except (TypeError, ValueError, IndexError, AttributeError, KeyError, OverflowError, ZeroDivisionError):
        return False


@cache
def list_families(type_name: str) -> tuple[Family, ...]:
    """Returns the families that can be asked of a type, strongest first."""
    return tuple(f for f in FAMILIES if (not f.types or type_name in f.types)
                 and not (f.kind == "exact" and type_name in ("dict", "bool_of"))
                 and not (f.kind == "type" and type_name in ("NoneType", "bool_of")))


@lru_cache(maxsize=50_000)
def read_value(text: str) -> object:
    """Returns the value of a literal, which callers share and leave as it is.

    Raises:
        ValueError, SyntaxError: it is none.
    """
    if text.isdecimal() and (text[0] != "0" or text == "0"):
        return int(text)
    return ast.literal_eval(text)


def is_literal_text(text: str) -> bool:
    """Returns whether a text is the literal of a value rather than a mark such as `<generator>`."""
    if text.startswith("<"):
        return False
    try:
        read_value(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return True
