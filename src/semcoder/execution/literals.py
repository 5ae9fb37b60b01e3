"""Values as canonical Python source text, with explicit marks for what has none."""

MAX_DEPTH = 8  # nesting beyond this (a cycle, say) is marked, not followed
SCALARS = (int, float, complex, str, bytes, bool, type(None))


class ValueLimit(BaseException):
    """A value grew too long; not an Exception, so that a traced `except Exception` lets it pass."""


def to_literal(value: object, max_chars: int = 10_000, depth: int = 0) -> str:
    """Returns `value` as source text that evaluates to an equal value; sets are sorted.

    What has no literal becomes a mark in angle brackets, `<generator>` or `<deep>`, never a guess. Only exact
    built-in types are rendered: a subclass could run foreign code in its `__repr__`.

    Raises:
        ValueLimit: the text would be longer than `max_chars`.
    """
    kind = type(value)
    if kind is int and value.bit_length() > 4 * max_chars:
        raise ValueLimit("int")
    if kind in (str, bytes) and len(value) > max_chars:
        raise ValueLimit(kind.__name__)
    if kind in SCALARS:
        text = repr(value)
    elif kind in (list, tuple, dict, set, frozenset):
        if len(value) > max_chars:
            raise ValueLimit(kind.__name__)
        text = "<deep>" if depth >= MAX_DEPTH else render_container(value, kind, max_chars, depth + 1)
    else:
        text = f"<{kind.__name__}>"
    if len(text) > max_chars:
        raise ValueLimit(kind.__name__)
    return text


def render_container(value, kind: type, max_chars: int, depth: int) -> str:
    """Returns the literal of a list, tuple, dict, set or frozenset."""
    if kind is dict:
        pairs = (f"{to_literal(k, max_chars, depth)}: {to_literal(v, max_chars, depth)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    items = [to_literal(item, max_chars, depth) for item in value]
    if kind is list:
        return "[" + ", ".join(items) + "]"
    if kind is tuple:
        return "(" + ", ".join(items) + ("," if len(items) == 1 else "") + ")"
    inner = "{" + ", ".join(sorted(items)) + "}" if items else ""
    if kind is set:
        return inner or "set()"
    return f"frozenset({inner})"


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
