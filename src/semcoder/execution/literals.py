"""Values as canonical Python source text, with explicit marks for what has none or is too big.

No foreign code runs: only exact built-in types are rendered by `repr`, attributes are read past a class's own hooks.
The cost of rendering is bounded by the limit on the text, never by the value.
"""

from collections import Counter, OrderedDict, defaultdict, deque
from types import GetSetDescriptorType

MAX_DEPTH = 8  # nesting beyond this (a cycle, say) is marked, not followed
SCALARS = (int, float, complex, str, bytes, bool, type(None))
NESTABLE = (list, tuple, dict)
CONTAINERS = (list, tuple, dict, set, frozenset)
KNOWN = (deque, defaultdict, Counter, OrderedDict, range)  # marked with what they hold
MAX_INT_BITS = 14_000  # Python refuses to print integers of more than 4,300 digits
HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class made by a class statement
WORK = 8  # characters looked at per character of the limit, before a value counts as too big

type_name = type.__dict__["__name__"].__get__  # not `kind.__name__`: a metaclass could answer
type_flags = type.__dict__["__flags__"].__get__
type_order = type.__dict__["__mro__"].__get__


class ValueLimit(BaseException):
    """A value grew too long; not an Exception, so that a traced `except Exception` lets it pass."""


def to_literal(value: object, max_chars: int = 10_000, on_large: str = "stop") -> str:
    """Returns `value` as source text that evaluates to an equal value; sets are sorted.

    What has no literal becomes a mark in angle brackets, never a guess: `<generator>`, `<deep>`, or with what it
    holds: `<deque [1, 2]>`, `<Point {'x': 1}>`.

    Args:
        value: anything.
        max_chars: characters of text allowed.
        on_large: "stop" raises ValueLimit; "mark" puts a mark with the size, `<list of 5000>`, in place of
            the innermost value that is too big.

    Raises:
        ValueLimit: the text would be longer than `max_chars`.
    """
    kind = type(value)
    if kind is str:
        if len(value) <= max_chars:
            text = repr(value)
            if len(text) <= max_chars:
                return text
    elif kind is int:
        if -10**18 < value < 10**18:
            return repr(value)
    elif kind is bool or kind is float or value is None:
        return repr(value)
    elif kind in NESTABLE and count_plain(value, max_chars, 0) >= 0:
        text = repr(value)
        if len(text) <= max_chars:
            return text
    try:
        return Renderer(max_chars, on_large).render(value, 0)
    except ValueLimit:
        if on_large == "stop":
            raise
        return mark_large(value)


def count_plain(value: list | tuple | dict, left: int, depth: int) -> int:
    """Returns how many of `left` characters a collection leaves at least; < 0 also where `repr` is not good enough.

    It is, and by far the fastest way, for lists, tuples and dicts of short numbers, strings, and more of the same.
    """
    left -= 3 * len(value)  # "[1, 2]" has three characters an item
    if left < 0 or depth >= MAX_DEPTH:
        return -1
    for item in (*value, *value.values()) if type(value) is dict else value:
        kind = type(item)
        if kind is int:
            if not -10**18 < item < 10**18:
                return -1
        elif kind is str:
            left -= len(item)
            if left < 0:
                return -1
        elif kind in NESTABLE:
            left = count_plain(item, left, depth + 1)
            if left < 0:
                return -1
        elif item is not None and kind is not bool and kind is not float:
            return -1
    return left


class Renderer:
    """Renders one value; counts the characters it looks at, so that nested marks cannot multiply the work."""

    def __init__(self, max_chars: int, on_large: str):
        self._max, self._marks, self._work = max_chars, on_large == "mark", WORK * max_chars

    def render(self, value: object, depth: int) -> str:
        """Returns a value's text; raises ValueLimit where it is too long, or the work is used up."""
        kind = type(value)
        if kind is int and value.bit_length() > min(4 * self._max, MAX_INT_BITS) or (
                kind in (str, bytes) and len(value) > self._max):
            raise ValueLimit(type_name(kind))
        text = repr(value) if kind in SCALARS else self._render_container(value, kind, depth)
        self._work -= len(text) + 1
        if len(text) > self._max or self._work < 0:
            raise ValueLimit(type_name(kind))
        return text

    def _render_item(self, value: object, depth: int) -> str:
        if not self._marks:
            return self.render(value, depth)
        try:
            return self.render(value, depth)
        except ValueLimit:
            if self._work < 0:
                raise
            return mark_large(value)

    def _render_container(self, value: object, kind: type, depth: int) -> str:
        if kind is range:
            return f"<{value!r}>"
        held = value if kind in CONTAINERS else read_held(value, kind)
        if held is None:
            return f"<{type_name(kind)}>"
        if depth >= MAX_DEPTH:
            return "<deep>"
        if kind in CONTAINERS:
            return self._render_held(value, depth + 1)
        try:
            text = f"<{type_name(kind)} {self._render_held(held, depth + 1)}>"
        except ValueLimit:  # it has no literal in any case: a shorter mark does, and the run need not stop
            if self._work < 0 and depth:
                raise
            return mark_large(value)
        return text if len(text) <= self._max else mark_large(value)

    def _render_held(self, value, depth: int) -> str:
        if len(value) > self._max:
            raise ValueLimit(type_name(type(value)))
        if isinstance(value, dict):
            parts = (f"{self._render_item(k, depth)}: {self._render_item(v, depth)}" for k, v in value.items())
            return "{" + self._join(parts) + "}"
        parts = (self._render_item(item, depth) for item in value)
        if isinstance(value, (list, deque)):
            return "[" + self._join(parts) + "]"
        if isinstance(value, tuple):
            return "(" + self._join(parts) + ("," if len(value) == 1 else "") + ")"
        inner = "{" + self._join(parts, is_sorted=True) + "}" if value else ""
        if type(value) is set:
            return inner or "set()"
        return f"frozenset({inner})"

    def _join(self, parts, is_sorted: bool = False) -> str:
        texts, left = [], self._max
        for text in parts:
            texts.append(text)
            left -= len(text)
            if left < 0:
                raise ValueLimit("container")
        return ", ".join(sorted(texts) if is_sorted else texts)


def read_held(value: object, kind: type):
    """Returns what an object without a literal holds: a collection's items, an instance's attributes, or None."""
    if kind in KNOWN:
        return value
    if issubclass(kind, type) or not type_flags(kind) & HEAP_TYPE:
        return None
    for owner in type_order(kind):
        place = type.__dict__["__dict__"].__get__(owner).get("__dict__")
        if type(place) is GetSetDescriptorType:
            held = place.__get__(value)
            return held if type(held) is dict else None
    return None


def mark_large(value: object) -> str:
    """Returns the mark of a value that is too big to show, with its size."""
    kind = type(value)
    if kind is int:
        return f"<int of {value.bit_length()} bits>"
    if kind in (str, bytes, *CONTAINERS, *KNOWN):
        return f"<{type_name(kind)} of {len(value)}>"
    return f"<large {type_name(kind)}>"


def is_literal(value: object, depth: int = 0) -> bool:
    """Returns whether `value` is made of exact built-in types whose text evaluates back to an equal value."""
    kind = type(value)
    if kind is float:
        return value == value and value not in (float("inf"), float("-inf"))
    if kind in SCALARS:
        return True
    if depth >= MAX_DEPTH or kind not in (list, tuple, dict, set):
        return False
    parts = [*value.keys(), *value.values()] if kind is dict else value
    return all(is_literal(part, depth + 1) for part in parts)
