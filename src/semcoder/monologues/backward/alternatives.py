"""Other values that a variable could have had: what a constraint is tested with.

Some change a value in one respect only (order, case, an item, a length, a parity) and so keep what the others would
break: a constraint that asks for too much is refuted by one of them (`list_alternatives`). What that leaves standing
is tried with small edits at random places (`draw_edits`).
"""

import ast
from collections.abc import Callable, Iterator
from random import Random

from semcoder.execution.literals import to_literal

MAX_ALTERNATIVES = 28
LETTERS = "aeioustrnz AZ09_"
MAX_ALIKE = 6  # of them, values that lie around
MAX_CONSTANTS = 4  # of the program, per type
MAX_CHARS = 2000
TRIES = 2  # draws per value wanted


def find_constants(tree: ast.AST) -> list:
    """Returns the distinct numbers and texts that a program names, short ones first."""
    found = {repr(n.value): n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)
             and type(n.value) in (int, str, float) and len(repr(n.value)) < 20}
    kinds = (int, str, float)
    return [value for kind in kinds for value in
            sorted((v for v in found.values() if type(v) is kind and v != ""),
                   key=lambda v: (len(repr(v)), repr(v)))[:MAX_CONSTANTS]]


def list_alternatives(value: object, constants: list, around: list) -> list[tuple[object, str]]:
    """Returns other values, with their literals: most of the same type, the last one of another type.

    Args:
        value: made of the built-in types that have literals.
        constants: the program's (`find_constants`).
        around: values of the other variables; what they hold, and a size of theirs away, is tried too.
    """
    own = to_literal(value, MAX_CHARS)
    found: dict[str, object] = {}
    for other in (*find_alike(value, around), *vary(value, constants)):
        text = to_literal(other, MAX_CHARS, "mark")
        if text != own and len(text) < MAX_CHARS and not text.startswith("<"):
            found.setdefault(text, other)
        if len(found) >= MAX_ALTERNATIVES:
            break
    odd = 0 if value is None else None
    return [*((other, text) for text, other in found.items()), (odd, repr(odd))]


def find_alike(value: object, around: list) -> list[object]:
    """Returns values of the same type that lie around, or that would pick the same item of what lies around."""
    if value is None or isinstance(value, (bool, float)):
        return []
    found: list[object] = []
    for other in around:
        if isinstance(value, int) and isinstance(other, (str, list, tuple)):
            found += (value - len(other), value + len(other))
        if isinstance(value, str) and len(value) == 1 and isinstance(other, str):
            found += list(dict.fromkeys(other))[:MAX_ALIKE]
        held = [*other, *other.values()] if isinstance(other, dict) else (
            sorted(other, key=repr) if isinstance(other, set) else other if isinstance(other, (list, tuple)) else ())
        found += [item for item in (other, *held) if type(item) is type(value)][:MAX_ALIKE]
    unlike = [other for other in found if other != value]
    return [unlike[i] for i in range(0, len(unlike), 1 + len(unlike) // MAX_ALIKE)]


def vary(value: object, constants: list) -> Iterator[object]:
    """Yields other values of a value's type, the most telling first; the value itself may be among them."""
    kind = type(value).__name__
    if kind == "bool":
        yield not value
    elif kind in ("int", "float"):
        yield from vary_number(value, constants)
    elif kind == "str":
        yield from vary_text(value, constants)
    elif kind in ("list", "tuple"):
        yield from map(type(value), vary_items(list(value), constants))
    elif kind == "set":
        items = sorted(value, key=repr)
        yield from (set(items[1:]), set(items[:-1]), {*items, *vary_first(items, constants)},
                    {*items[1:], *vary_first(items, constants)}, set())
    elif kind == "dict":
        yield from vary_dict(value, constants)
    elif value is None:
        yield from (1, "", "q", [])


def vary_number(value: int | float, constants: list) -> Iterator[int | float]:
    """Yields numbers near by, far off, of the other sign, and a constant's distance away."""
    numbers = [c for c in constants if type(c) in (int, type(value)) and abs(c) < 10**6]
    yield from (value + 1, value - 1, value + 2, value - 2, -value, value * 2, value + 7, value - 10, 0 * value)
    for c in numbers:
        yield from (value + c, value - c, c)
    yield from (value * 2 + 1, value + 100, value - 101)


def vary_text(value: str, constants: list) -> Iterator[str]:
    """Yields texts with another case, order, end, length or letter, and with the program's constants in them."""
    middle = len(value) // 2
    yield from (value.swapcase(), value[::-1], value[:-1], value + "q", value[1:], "q" + value,
                value[:middle] + ("k" if value[middle:middle + 1] != "k" else "m") + value[middle + 1:],
                "".join(sorted(value)), value + " ", value.upper(), "", value * 2, "12", " ", "x", value.title(),
                value + "\u00e9")
    for c in constants:
        if isinstance(c, str) and len(c) < 20:
            yield from (value + c, value.replace(c, "q"), c + value)
    yield from (value[:middle] + value[middle + 1:], "7" + value[1:], "w" * len(value))


def vary_items(items: list, constants: list) -> Iterator[list]:
    """Yields lists in another order, with an item less, more, repeated or changed."""
    others = vary_first(items, constants)
    yield from (items[::-1], items[:-1], items + others, items[1:], others + items)
    for place in dict.fromkeys((0, len(items) - 1, len(items) // 2)):
        if items:
            changed = vary_first(items[place:place + 1], constants)
            yield items[:place] + changed + items[place + 1:]
    if len(items) > 1 and all(type(item) is int for item in items):  # the sum stays, and most often the extremes
        low, high = items.index(min(items)), items.index(max(items))
        yield [item + (i == low) - (i == high) for i, item in enumerate(items)]
        yield [item + (i == 0) - (i == len(items) - 1) for i, item in enumerate(items)]
    if items and type(items[0]) is int:
        yield from ([*items, -7], [*items, 0])
    if len(items) > 1 and type(items[0]) is type(items[1]) in (str, list):  # what joins the items sees no difference
        yield from ([items[0] + items[1], *items[2:]], [*items, items[0][:0]])
    yield from (items + items[::-1], items[1:] + items[:1], items + items[:1], [], items + items[-1:],
                items[:1] * len(items))
    yield from ([], ["q"], [1], [[0]], [""]) if not items else ()
    for c in constants:
        yield items + [c]
    for other in list(vary(items[0], constants))[1:4] if items else ():
        yield [other] + items[1:]


def vary_first(items: list, constants: list) -> list:
    """Returns a list of one item like the first but new among the items; of constants, or 0, where there is none."""
    for other in vary(items[0], constants) if items else (*constants, 0):
        if other not in items:
            return [other]
    return [0]


def vary_dict(value: dict, constants: list) -> Iterator[dict]:
    """Yields dicts in another order, with a pair less or more, and with a value or key changed."""
    pairs = list(value.items())
    keys = vary_first(list(value), constants)
    new = keys[0] if isinstance(keys[0], (int, str, float, tuple)) else "q"
    yield from (dict(pairs[::-1]), dict(pairs[1:]), dict(pairs[:-1]), {**value, new: pairs[0][1] if pairs else 0})
    for key, old in (*pairs[:2], *pairs[-1:]):
        yield {**value, key: vary_first([old], constants)[0]}
    if not pairs:
        yield from ({"q": 0}, {0: "q"}, {"q": "q"}, {0: 0}, {"q": [0]})
    else:
        yield {new if key == pairs[0][0] else key: old for key, old in pairs}
        yield {new if key == pairs[-1][0] else key: old for key, old in pairs}
    yield {}


def draw_edits(value: object, constants: list, random: Random, is_wanted: Callable[[object], bool],
               number: int) -> list[tuple[object, str]]:
    """Returns wanted values of the same type a few small changes away, with their literals; at most `number`."""
    if value is None or isinstance(value, (bool, bytes)):
        return []
    own, found = to_literal(value, MAX_CHARS), {}
    for _ in range(TRIES * number):
        other = edit(value, random, constants)
        if not is_wanted(other):
            continue
        text = to_literal(other, MAX_CHARS, "mark")
        if text != own and not text.startswith("<"):
            found[text] = other
        if len(found) >= number:
            break
    return [(other, text) for text, other in found.items()]


def edit(value: object, random: Random, constants: list) -> object:
    """Returns a value after one to three small changes at random places."""
    if isinstance(value, bool):
        return random.random() < 0.5
    if isinstance(value, (int, float)):
        step = int(random.random() * 19) - 9
        return random.choice((value + step, value + step, value + 10, -value, value * 2, value // 2, value % 10,
                              step + 10))
    if isinstance(value, str):
        if random.random() < 0.2:
            return random.choice((value[::-1], value.swapcase(), value.upper(), value.lower(), value * 2, ""))
        texts = [c for c in constants if isinstance(c, str) and len(c) < 20]
        letters = [*value, *LETTERS, *"".join(texts), *texts]
        return "".join(edit_items(list(value), random, lambda _: random.choice(letters)))
    if isinstance(value, dict):
        return edit_pairs(value, random, constants)
    if not isinstance(value, (list, tuple, set)):
        return value
    items = sorted(value, key=repr) if isinstance(value, set) else list(value)
    if len(items) > 1 and type(items[0]) is type(items[1]) in (int, str) and random.random() < 0.2:
        return type(value)(join_two(items, random))
    fresh = items + [c for c in constants if items and type(c) is type(items[0])] or (
        [*constants, 0, "q", *([[1]] if isinstance(value, list) else [])])
    return type(value)(edit_items(
        items, random, lambda old: edit(random.choice(fresh) if old is None else old, random, constants)))


def join_two(items: list, random: Random) -> list:
    """Returns a list with one item added to another, or part of it: what adds items up sees no difference."""
    first, second = random.sample(range(len(items)), 2)
    if type(items[first]) is not type(items[second]):
        return items
    if isinstance(items[first], int) and random.random() < 0.5:
        moved = int(random.random() * 7) - 3
        items[first], items[second] = items[first] + moved, items[second] - moved
    else:
        items[first] += items[second]
        items.pop(second)
    return items


def edit_pairs(value: dict, random: Random, constants: list) -> dict:
    """Returns a dict with one to three of its pairs removed, put in, moved, or changed in key or value."""
    pairs = list(value.items()) or [(0, 0), ("q", "q"), ("q", 1), (1, "q"), ("q", [1])]

    def change(old: tuple | None) -> tuple:
        key, held = old or random.choice(pairs)
        if old is None or random.random() < 0.3:
            key = edit(key, random, constants)
        return key, held if random.random() < 0.3 else edit(held, random, constants)

    return dict(edit_items(list(value.items()), random, change))


def edit_items(items: list, random: Random, change) -> list:
    """Returns a list with one to three of its items removed, put in, changed, moved or repeated.

    Args:
        items: it is changed itself.
        random: chooses.
        change: from an item, or None for a new one, to what takes its place.
    """
    for _ in range(random.choice((1, 1, 2, 3))):
        size, draw = len(items) or 1, random.random  # much faster than randrange
        place, there, way = int(draw() * size), int(draw() * size), int(draw() * 5)
        if way == 0 or not items:
            items.insert(place, change(None))
        elif way == 1:
            items.pop(place)
        elif way == 2:
            items[place] = change(items[place])
        elif way == 3:
            items.insert(there, items.pop(place))
        else:
            items.insert(there, items[place])
    return items
