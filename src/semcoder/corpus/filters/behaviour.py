"""What a program does, told by its outputs on inputs that all programs of the same parameter types share.

Two programs behave alike when they give equal outputs, or fail with the same kind of exception, on every probe of
their signature. A program that answers too few probes, or answers them all alike, is compared with none.
"""

import ast
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from random import Random
from string import ascii_lowercase

from semcoder.corpus.candidates import make_random
from semcoder.corpus.filters.fingerprints import hash_text
from semcoder.execution.execute import compile_program, run_call
from semcoder.execution.jobs import Outcome
from semcoder.execution.literals import to_literal

NUM_PROBES = 24
MIN_TELLING = 4  # answers other than the most frequent one, before a program's behaviour says anything
MAX_LINES = 1000  # executed lines; shared probes can be larger than a generated program's own inputs
MAX_VALUE_CHARS = 1000
LETTERS = "abcdeorstzABC"
WORDS = ("", "a", "level", "Hello World", "a-b_c", "12", "the cat sat", "ABBA", " x ", "banana")
TEXT, NUMBER, ANYTHING = ("str",), ("int",), ("anything",)
PERMUTED = {TEXT: lambda random: "".join(random.sample(ascii_lowercase, 26)),
            ("list", NUMBER): lambda random: random.sample(range(10), 10)}


def find_signature(inputs: Iterable[str]) -> tuple | None:
    """Returns the types of a program's parameters as its inputs show them, or None where they are no literals.

    A type is a tuple: ("int",), ("list", item type), ("dict", key type, value type), ("tuple", type, type, …);
    ("anything",) stands for the items of what was always empty, and for types that differ. The signature is a tuple
    of (keyword or "", type).
    """
    merged = None
    for text in inputs:
        try:
            call = ast.parse(f"f({text})", mode="eval").body
            kinds = [("", find_type(ast.literal_eval(argument))) for argument in call.args]
            kinds += [(k.arg, find_type(ast.literal_eval(k.value))) for k in call.keywords]
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None
        if merged is None:
            merged = kinds
        elif [name for name, _ in merged] != [name for name, _ in kinds]:
            return None  # calls of different shapes: no shared inputs for all of them
        else:
            merged = [(name, merge_types(a, b)) for (name, a), (_, b) in zip(merged, kinds, strict=True)]
    return tuple(merged) if merged else None


def find_type(value: object) -> tuple:
    """Returns the type of a value, those of its parts included."""
    kind = type(value).__name__
    if isinstance(value, dict):
        return (kind, merge_all(map(find_type, value)), merge_all(map(find_type, value.values())))
    if isinstance(value, tuple):
        return (kind, *map(find_type, value))
    if isinstance(value, (list, set)):
        return (kind, merge_all(map(find_type, value)))
    return (kind,)


def merge_all(kinds: Iterable[tuple]) -> tuple:
    """Returns what several types have in common; nothing gives anything."""
    found = None
    for kind in kinds:
        found = kind if found is None else merge_types(found, kind)
    return found or ANYTHING


def merge_types(one: tuple, other: tuple) -> tuple:
    """Returns the type of which both are; ("anything",) gives way to what is known of items."""
    if one == other or other == ANYTHING:
        return one
    if one == ANYTHING:
        return other
    if one[0] == other[0] and len(one) == len(other):
        return (one[0], *(merge_types(a, b) for a, b in zip(one[1:], other[1:], strict=True)))
    return ("float",) if {one[0], other[0]} == {"int", "float"} else ANYTHING


@lru_cache(maxsize=4096)
def make_probes(signature: tuple) -> tuple[str, ...]:
    """Returns the argument lists on which all programs of a signature are compared."""
    random = make_random("probes", repr(signature))
    return tuple(", ".join((f"{name}=" if name else "") + to_literal(draw_probe(random, kind, i))
                           for name, kind in signature) for i in range(NUM_PROBES))


def draw_probe(random: Random, kind: tuple, index: int) -> object:
    """Returns a value of a type: two in three small, as the constants in programs are; the first list is empty."""
    name, *parts = kind
    if index == 1 and kind in PERMUTED:  # each small number, each letter once: a constant of the program meets it
        return PERMUTED[kind](random)
    if name == "int":
        return random.randint(0, 9) if index % 3 else random.randint(-9, 30)
    if name == "float":
        return round(random.uniform(-10, 20), random.randint(0, 2))
    if name == "bool":
        return random.random() < 0.5
    if name == "str":
        return random.choice(WORDS) if index % 3 == 0 else "".join(random.choices(LETTERS, k=random.randint(1, 7)))
    if name == "bytes":
        return bytes(random.choices(b"abc 019", k=random.randint(0, 6)))
    if name == "NoneType":
        return None
    if name == "tuple":
        return tuple(draw_probe(random, part, index) for part in parts)
    if name in ("list", "set", "dict"):
        items = [draw_probe(random, parts[0], index)
                 for _ in range(0 if index == 0 else random.randint(1, 4 if index % 3 else 8))]
        if name == "dict":
            return {key: draw_probe(random, parts[1], index) for key in items}
        return items if name == "list" else set(items)
    return draw_probe(random, random.choice((NUMBER, TEXT)), index)


def run_here(code: str, entry: str, inputs: Iterable[str]) -> list[Outcome]:
    """Returns the outcomes of a program of our own making, run in this process under budgets on lines and sizes."""
    compiled = compile_program(code)
    return [run_call(compiled, entry, text, count_lines=True, max_events=MAX_LINES, max_value_chars=MAX_VALUE_CHARS)
            for text in inputs]


def hash_behaviour(signature: tuple, outcomes: Iterable[Outcome]) -> int:
    """Returns the hash of what a program does on its signature's probes, or 0 where that says too little."""
    told = [outcome.output if outcome.status == "ok" else f"{outcome.status} {outcome.output.split(':')[0]}"
            for outcome in outcomes]
    answers = Counter(outcome.output for outcome in outcomes if outcome.status == "ok")
    is_timed = any(outcome.status not in ("ok", "exception", "event_limit", "value_limit", "not_literal")
                   for outcome in outcomes)  # what depends on the machine's speed or memory would not repeat
    if is_timed or answers.total() - max(answers.values(), default=0) < MIN_TELLING:
        return 0
    return hash_text("\n".join([repr(signature), *told]))
