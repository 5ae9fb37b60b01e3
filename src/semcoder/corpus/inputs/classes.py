"""Classes of values: two values of one class differ only in detail (type, emptiness, sign, size, order)."""

from semcoder.corpus.inputs.arguments import Arguments
from semcoder.corpus.inputs.kinds import Kind


def classify(value: object) -> tuple:
    """Returns a value's class; containers add the classes of their items' types, order and repeats."""
    kind = type(value).__name__
    if value is None or kind == "bool":
        return kind, value
    if kind in ("int", "float"):
        return kind, (value > 0) - (value < 0), size_class(abs(value)), value == int(value)
    if kind in ("str", "bytes"):
        return kind, size_class(len(value)), value.isalpha(), value.isdigit(), value == value.lower()
    if kind == "dict":
        return kind, size_class(len(value)), *map(frozenset, zip(*((type(k).__name__, type(v).__name__)
                                                                 for k, v in value.items()), strict=True))
    if kind in ("list", "tuple", "set", "frozenset"):
        items = list(value)
        texts = [repr(item) for item in items] if kind in ("list", "tuple") else []
        return kind, size_class(len(items)), frozenset(type(i).__name__ for i in items), len(set(texts)) < len(texts)
    return (kind,)


def size_class(size: float) -> int:
    """Returns 0 for nothing, 1 for one, then 2 up to nine, 3 up to ninety-nine, 4 beyond."""
    return next((i for i, limit in enumerate((1, 2, 10, 100)) if size < limit), 4)


def list_classes(arguments: Arguments) -> set[tuple]:
    """Returns the classes of a call's arguments, each with its place."""
    return {(place, *classify(arguments.find(place))) for place in arguments.places()}


def list_types(arguments: Arguments) -> tuple:
    """Returns the types of a call's positional arguments, each with those of its items."""
    return tuple(describe_type(value) for value in arguments.positional)


def describe_type(value: object) -> tuple[str, ...]:
    """Returns a value's type, and those of the items of a list, set or dict that has some."""
    parts = value.values() if isinstance(value, dict) else value
    items = parts if isinstance(value, (list, set, dict, frozenset)) else ()
    return type(value).__name__, *sorted({type(item).__name__ for item in items})


def describe_kind(kind: Kind) -> tuple[str, ...]:
    """Returns a kind as describe_type returns the types of its values."""
    if isinstance(kind, str):
        return ("NoneType",) if kind == "None" else (kind,)
    return kind[:1] if kind[0] == "tuple" else (kind[0], *describe_kind(kind[-1])[:1])


def share_types(one: tuple, other: tuple) -> bool:
    """Returns whether two calls' types agree where both have arguments; an empty container agrees with all."""
    return all(a[0] == b[0] and (set(a[1:]) <= set(b[1:]) or len(b) == 1) for a, b in zip(one, other, strict=False))


def is_hollow(arguments: Arguments) -> bool:
    """Returns whether some text or container among a call's arguments is empty or has one item only."""
    return any(len(value) < 2 for value in arguments.values() if isinstance(value, (str, bytes, list, set, dict)))
