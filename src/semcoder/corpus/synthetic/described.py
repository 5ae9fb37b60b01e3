"""Described programs: chains of operations, each with phrasings, code realisations and a reference of its own.

The description is true by test: the reference of the chain is computed beside the program on every input, and
a program that disagrees with it (letters' places in the alphabet after capitals, say) is refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from semcoder.corpus.candidates import Candidate, make_random, normalize
from semcoder.corpus.synthetic.acceptance import accept
from semcoder.corpus.synthetic.crux import MAX_ATTEMPTS, draw_arguments
from semcoder.corpus.synthetic.operations import OPERATIONS as PLAIN_OPERATIONS
from semcoder.corpus.synthetic.operations import Operation
from semcoder.corpus.synthetic.table_operations import ENTRIES, LISTS, NESTED
from semcoder.corpus.synthetic.trial import Run
from semcoder.corpus.synthetic.values import Source
from semcoder.corpus.synthetic.word_operations import PARTS, WORDS
from semcoder.corpus.synthetic.words import FEW_LETTERS
from semcoder.execution.literals import to_literal

OPERATIONS = PLAIN_OPERATIONS + WORDS + PARTS + ENTRIES + NESTED + LISTS
KIND_WORDS = {"list": "a list of numbers", "str": "a text", "words": "a list of words",
              "dict": "a dictionary from words to numbers", "rows": "a list of lists of numbers"}
INPUT_TYPES = {"list": "ints", "str": "str", "words": "words", "dict": "counts", "rows": "rows",
               "number": "int", "few": "few", "letter": "letter", "word": "word", "sep": "sep"}
PARAMETERS = {"list": ("nums", "values", "xs", "data"), "str": ("text", "word", "s", "name"),
              "words": ("words", "names", "tokens", "labels"), "dict": ("table", "counts", "stock", "scores"),
              "rows": ("rows", "grid", "matrix", "groups")}
CONSTANT_NAMES = {"number": ("k", "n", "limit"), "few": ("k", "n", "times"), "letter": ("ch", "mark", "letter"),
                  "word": ("target", "wanted", "entry"), "sep": ("sep", "mark", "between")}
OPENINGS = ("Given {kind} `{x}`, {steps}.", "Take {kind} `{x}`. {Steps}.", "{Steps}, where `{x}` is {kind}.")
LETTER = re.compile(r"(?<!capital )letter(?![`\w]*`)")
LENGTHS = {1: (1, 1, 2, 2), 2: (2, 2, 3, 3), 3: (2, 3, 3, 4)}  # operations in a row
WIDE_OPENINGS = (*OPENINGS, "For {kind} `{x}`, {steps}.", "`{x}` is {kind}. {Steps}.")
STEP_NAMES = {"list": ("kept", "result", "out", "rest"), "str": ("out", "new", "changed", "line"),
              "words": ("parts", "found", "chosen", "pieces"), "dict": ("mapping", "tally", "lookup", "entries"),
              "rows": ("lists", "blocks", "lines", "cells"), "int": ("total", "count", "best", "size"),
              "bool": ("ok", "found", "flag", "seen")}


@dataclass(frozen=True)
class Composition:
    """A described program before its trial: what it does, in code, words and reference."""

    chain: tuple[Operation, ...]
    constants: tuple[str | None, ...]
    types: tuple[str, ...]  # of the parameters
    parameters: tuple[str, ...]
    code: str
    description: str
    plan: str


def generate_described(seed: int, index: int, level: int, num_inputs: int) -> tuple[Candidate | None, list[str]]:
    """Returns the index-th described program and why its failed attempts were rejected.

    The same arguments yield the same program on every machine and in every process.
    """
    random = make_random("described", seed, index, level)
    flaws = []
    for _ in range(MAX_ATTEMPTS):
        source = Source(random, level)
        made = compose(random, level, source)
        runs, flaw = accept(made.code, "f", lambda made=made, source=source: draw_arguments(source, made.types),
                            num_inputs, level)
        flaw = flaw or find_untruth(made, runs)
        if not flaw:
            return Candidate("synthetic", "described", f"described seed {seed} index {index}", "MIT", level, "f",
                             normalize(made.code), tuple(run.text for run in runs), made.description, made.plan), flaws
        flaws.append(flaw)
    return None, flaws


def compose(random: Random, level: int, source: Source) -> Composition:
    """Returns a random described program."""
    kind = random.choice(("list", "str") if level == 1 else ("list", "str", "str", "words", "dict", "rows"))
    chain = draw_chain(random, kind, random.choice(LENGTHS[level]), level)
    x = random.choice(PARAMETERS[kind])
    constants, types, parameters = [], [INPUT_TYPES[kind]], [x]
    for operation in chain:
        constants.append(draw_constant(random, operation, types, parameters, source))
    code = f"def f({', '.join(parameters)}):\n" + realise(random, chain, constants, x)
    plan = " | ".join([kind, *(o.name if c is None else f"{o.name} {c}"
                               for o, c in zip(chain, constants, strict=True))])
    return Composition(tuple(chain), tuple(constants), tuple(types), tuple(parameters), code,
                       describe(random, chain, constants, kind, x, level), plan)


def draw_chain(random: Random, kind: str, length: int, level: int) -> list[Operation]:
    """Returns operations that fit one after the other; one that yields a number or a truth ends the chain."""
    chain = []
    while len(chain) < length and kind in KIND_WORDS:
        is_last = len(chain) == length - 1
        fitting = [o for o in OPERATIONS if o.takes == kind and o not in chain and o.level <= level
                   and (is_last or o.gives in KIND_WORDS)]
        chain.append(random.choice(fitting))
        kind = chain[-1].gives
    return chain


def draw_constant(random: Random, operation: Operation, types: list[str], parameters: list[str],
                  source: Source) -> str | None:
    """Returns the operation's constant: a literal or, once per program, a second parameter's name; None if none."""
    if not operation.constant:
        return None
    if len(parameters) == 1 and random.random() < 0.3:
        name = random.choice([n for n in CONSTANT_NAMES[operation.constant] if n not in parameters])
        parameters.append(name)
        types.append(INPUT_TYPES[operation.constant])
        return name
    if operation.constant in ("letter", "word", "sep"):
        drawn = {"letter": random.choice(FEW_LETTERS), "word": source.word(), "sep": source.separator}
        return repr(drawn[operation.constant])
    return str(random.randint(2, 3 if operation.constant == "few" else 6))


def realise(random: Random, chain: list[Operation], constants: list[str | None], x: str) -> str:
    """Returns the function's body: each operation in one of its realisations."""
    lines, names = [], {kind: list(pool) for kind, pool in STEP_NAMES.items()}
    for operation, constant in zip(chain, constants, strict=True):
        y = names[operation.gives].pop(random.randrange(len(names[operation.gives])))
        body = random.choice(operation.bodies).format(x=x, y=y, k=constant)
        lines += body.split("\n")
        x = y
    if lines[-1].startswith(f"{x} = ") and random.random() < 0.6:
        lines[-1] = "return " + lines[-1].removeprefix(f"{x} = ")
    else:
        lines.append(f"return {x}")
    return "".join(f"    {line}\n" for line in lines)


def describe(random: Random, chain: list[Operation], constants: list[str | None], kind: str, x: str,
             level: int) -> str:
    """Returns the description in one of its phrasings."""
    phrases = [random.choice(o.phrases).replace("{k}", f"`{c}`" if c and c.isidentifier() else str(c))
               for o, c in zip(chain, constants, strict=True)]
    if level > 1:  # texts hold more than letters there
        phrases = [LETTER.sub("character", phrase) if operation in PLAIN_OPERATIONS else phrase
                   for operation, phrase in zip(chain, phrases, strict=True)]
    if chain[-1].gives in KIND_WORDS:
        phrases.append(random.choice(("return the result", "return what you get")))
    steps = phrases[0] if len(phrases) == 1 else ", then ".join(phrases[:-1]) + " and " + phrases[-1]
    opening = random.choice(OPENINGS if level == 1 else WIDE_OPENINGS)
    return opening.format(kind=KIND_WORDS[kind], x=x, steps=steps, Steps=steps[0].upper() + steps[1:])


def find_untruth(made: Composition, runs: tuple[Run, ...]) -> str:
    """Returns why a description does not fit what the program did, or "": the references know nothing of the code."""
    outputs = [run.output for run in runs]
    if compute_reference(made, runs) != outputs:
        return "untrue description"
    for number, operation in enumerate(made.chain):
        if operation.takes == operation.gives and compute_reference(made, runs, number) == outputs:
            return "operation without effect"
    return ""


def compute_reference(made: Composition, runs: tuple[Run, ...], without: int = -1) -> list[str] | None:
    """Returns the outputs that the operations' references give, one operation left out if asked; None if one fails."""
    outputs = []
    for run in runs:
        value, *rest = eval(f"({run.text},)", {"__builtins__": {}})
        try:
            for number, (operation, constant) in enumerate(zip(made.chain, made.constants, strict=True)):
                if number != without:
                    value = apply(operation.reference, value, constant, made.parameters, rest)
        except (ValueError, IndexError):  # the largest of an empty list, say: the program must fail too
            return None
        outputs.append(to_literal(value))
    return outputs


def apply(reference: Callable, value: object, constant: str | None, parameters: tuple[str, ...], rest: list) -> object:
    """Returns one operation's value; a constant that names a parameter is looked up."""
    if constant is None:
        return reference(value)
    if constant in parameters:
        return reference(value, rest[0])
    return reference(value, eval(constant, {"__builtins__": {}}))
