"""Type-aware mutation: a known input with one value changed, every value keeping its type.

Source: the mutators of EvalPlus (Liu et al. 2023), whose "ingredients" are values seen elsewhere. Unlike there, a
value that cannot change (None, an empty tuple) is handed back as it is, so that callers see it and stop.
"""

import copy
from random import Random

from semcoder.corpus.inputs.ingredients import Ingredients

MAX_LENGTH = 14  # items of a container that is not that long already
MAX_CHARS = 60  # the same for text
MAX_NUMBER = 10**6
ALPHABET = "abcxyzABCXYZ0159 _-.,"


def mutate_value(value: object, random: Random, ingredients: Ingredients) -> object:
    """Returns a value of the same type, most often another one; the original is left as it is."""
    mutators = {"bool": mutate_bool, "int": mutate_int, "float": mutate_float, "str": mutate_text,
                "bytes": mutate_bytes, "list": mutate_list, "tuple": mutate_tuple, "set": mutate_set,
                "dict": mutate_dict}
    mutate = mutators.get(type(value).__name__)
    return mutate(value, random, ingredients) if mutate else value


def mutate_bool(value: bool, random: Random, ingredients: Ingredients) -> bool:
    """Returns the other truth value."""
    return not value


def mutate_int(value: int, random: Random, ingredients: Ingredients) -> int:
    """Returns a number nearby, of another size or sign, or an ingredient or one beside it."""
    near = value + random.choice((-3, -2, -1, 1, 2, 5, 10))
    seen = ingredients.draw("int", random, (0,)) + random.choice((-1, 0, 0, 1))
    new = random.choice((near, near, seen, seen, -value, value * 2, value // 2, 0))
    return new if abs(new) <= max(MAX_NUMBER, abs(value)) else near


def mutate_float(value: float, random: Random, ingredients: Ingredients) -> float:
    """Returns a number nearby, of another size or sign, or an ingredient."""
    near = value + random.choice((-1.5, -0.5, 0.25, 1.0, 2.5))
    return float(random.choice((near, near, ingredients.draw("float", random, (0.5,)), -value, value * 2,
                                round(near), 0.0)))


def mutate_text(value: str, random: Random, ingredients: Ingredients) -> str:
    """Returns a text with a piece removed, doubled, replaced or put in, or changed as a whole."""
    start = random.randint(0, len(value))
    end = min(len(value), start + random.randint(1, 4))
    piece, seen = value[start:end], ingredients.draw("str", random, ("a", " "))
    new = random.choice((
        value[:start] + value[end:], value[:start] + piece * 2 + value[end:], value[:start] + seen + value[end:],
        value[:start] + random.choice(ALPHABET) + value[start:], value[:start] + seen + value[start:],
        value[:start] + piece.swapcase() + value[end:], value[::-1], seen, value[:start], value.swapcase(), ""))
    return new[:max(MAX_CHARS, len(value))]


def mutate_bytes(value: bytes, random: Random, ingredients: Ingredients) -> bytes:
    """Returns bytes changed like the text of the same codes."""
    return mutate_text(value.decode("latin-1"), random, Ingredients()).encode("latin-1")


def mutate_list(value: list, random: Random, ingredients: Ingredients) -> list:
    """Returns a list with an item changed, removed, repeated, moved or put in, or in another order."""
    items = list(value)
    if not items:
        return grow(items, random, ingredients)
    roll, place = random.randrange(10), random.randrange(len(items))
    if roll < 4:
        items[place] = mutate_value(items[place], random, ingredients)
    elif roll == 4:
        items.pop(place)
    elif roll == 5:
        items.insert(random.randint(0, len(items)), copy.deepcopy(items[place]))
    elif roll == 6:
        items.insert(random.randint(0, len(items)), mutate_value(items[place], random, ingredients))
    elif roll == 7:
        random.shuffle(items)
    elif roll == 8:
        items = random.choice((items[::-1], items[:place], sort_items(items)))
    else:
        items[place] = draw_alike(items[place], random, ingredients)
    return items[:max(MAX_LENGTH, len(value))]


def grow(items: list, random: Random, ingredients: Ingredients) -> list:
    """Returns what an empty list may become: a list seen elsewhere, or one with a number or text seen."""
    seen = [other for other in ingredients.find("list") if other]
    if seen:
        return copy.deepcopy(random.choice(seen))
    atoms = ingredients.find("int") + ingredients.find("str")
    return [random.choice(atoms)] if atoms else items


def sort_items(items: list) -> list:
    """Returns the items in order, as they are where they have none."""
    try:
        return sorted(items)
    except TypeError:
        return items


def draw_alike(value: object, random: Random, ingredients: Ingredients) -> object:
    """Returns an ingredient of the same type, or the value."""
    return copy.deepcopy(ingredients.draw(type(value).__name__, random, (value,)))


def mutate_tuple(value: tuple, random: Random, ingredients: Ingredients) -> tuple:
    """Returns a tuple with one item changed; its length stands for a shape, so only long, even ones change theirs."""
    items = list(value)
    if not items:
        return value
    if len(items) > 3 and len({type(item) for item in items}) == 1:
        return tuple(mutate_list(items, random, ingredients)) or value
    place = random.randrange(len(items))
    items[place] = mutate_value(items[place], random, ingredients)
    return tuple(items)


def mutate_set(value: set, random: Random, ingredients: Ingredients) -> set:
    """Returns a set with one item changed, removed or put in."""
    items = sorted(value, key=repr)
    if not items:
        atoms = ingredients.find("int") + ingredients.find("str")
        return {random.choice(atoms)} if atoms else set()
    place = random.randrange(len(items))
    new = mutate_value(items[place], random, ingredients)
    if random.random() < 0.6:
        items.pop(place)
    return {*items, new} if random.random() < 0.7 else set(items)


def mutate_dict(value: dict, random: Random, ingredients: Ingredients) -> dict:
    """Returns a dict with a value changed or a key removed, renamed or put in; the order of the keys is kept."""
    if not value:
        seen = [other for other in ingredients.find("dict") if other]
        return copy.deepcopy(random.choice(seen)) if seen else value
    key = random.choice(list(value))
    roll = random.randrange(6)
    if roll < 3:
        return {k: mutate_value(v, random, ingredients) if k == key else v for k, v in value.items()}
    if roll == 3:
        return {k: v for k, v in value.items() if k != key}
    new = mutate_value(key, random, ingredients)
    if roll == 4:
        return {new if k == key else k: v for k, v in value.items()}
    return {**value, new: mutate_value(value[key], random, ingredients)}
