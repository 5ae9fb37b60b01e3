"""Described programs: chains of operations, each with phrasings, code realisations and a reference of its own.

The description is true by test: the reference of the chain is computed beside the program on every input, and
a program that disagrees with it (letters' places in the alphabet after capitals, say) is refused.
"""

from collections.abc import Callable
from random import Random

from semcoder.corpus.candidates import Candidate, find_flaw, make_random, normalize, try_outputs
from semcoder.corpus.operations import OPERATIONS, Operation
from semcoder.corpus.synthetic import LETTERS, MAX_ATTEMPTS, draw_inputs
from semcoder.execution.literals import to_literal

KIND_WORDS = {"list": "a list of numbers", "str": "a text"}
PARAMETERS = {"list": ("nums", "values", "xs", "data"), "str": ("text", "word", "s", "name")}
CONSTANT_NAMES = {"number": ("k", "n", "limit"), "few": ("k", "n", "times"), "letter": ("ch", "mark", "letter")}
CONSTANT_KINDS = {"number": "int", "few": "few", "letter": "letter"}
OPENINGS = ("Given {kind} `{x}`, {steps}.", "Take {kind} `{x}`. {Steps}.", "{Steps}, where `{x}` is {kind}.")
STEP_NAMES = {"list": ("kept", "result", "out", "rest"), "str": ("out", "new", "changed", "line"),
              "int": ("total", "count", "best", "size"), "bool": ("ok", "found", "flag", "seen")}


def generate_described(seed: int, index: int, level: int, num_inputs: int) -> tuple[Candidate | None, list[str]]:
    """Returns the index-th described program and why its failed attempts were rejected.

    The same arguments yield the same program on every machine and in every process.
    """
    random = make_random("described", seed, index, level)
    flaws = []
    for _ in range(MAX_ATTEMPTS):
        candidate, reference = compose(random, index, seed, level, num_inputs)
        flaw = find_flaw(candidate.code, "f", candidate.inputs)
        if not flaw and try_outputs(candidate.code, "f", candidate.inputs) != reference:
            flaw = "untrue description"
        if not flaw:
            return candidate, flaws
        flaws.append(flaw)
    return None, flaws


def compose(random: Random, index: int, seed: int, level: int,
            num_inputs: int) -> tuple[Candidate, list[str] | None]:
    """Returns a random described program and its reference outputs (None where the reference itself fails)."""
    kind = random.choice(("list", "str"))
    chain = draw_chain(random, kind, random.choice((1, 1, 2, 2) if level == 1 else (2, 2, 3, 3, 4)))
    x = random.choice(PARAMETERS[kind])
    constants, kinds, parameters = [], [kind], [x]
    for operation in chain:
        constants.append(draw_constant(random, operation, kinds, parameters))
    code = normalize(f"def f({', '.join(parameters)}):\n" + realise(random, chain, constants, x))
    inputs = draw_inputs(random, tuple(kinds), level, num_inputs)
    plan = " | ".join([kind, *(o.name if c is None else f"{o.name} {c}"
                               for o, c in zip(chain, constants, strict=True))])
    candidate = Candidate("synthetic", "described", f"described seed {seed} index {index}", "MIT", level, "f", code,
                          inputs, describe(random, chain, constants, kind, x), plan)
    return candidate, compute_reference(chain, constants, parameters, inputs)


def draw_chain(random: Random, kind: str, length: int) -> list[Operation]:
    """Returns operations that fit one after the other; one that yields a number or a truth ends the chain."""
    chain = []
    while len(chain) < length and kind in KIND_WORDS:
        is_last = len(chain) == length - 1
        fitting = [o for o in OPERATIONS if o.takes == kind and o not in chain
                   and (is_last or o.gives in KIND_WORDS)]
        chain.append(random.choice(fitting))
        kind = chain[-1].gives
    return chain


def draw_constant(random: Random, operation: Operation, kinds: list[str], parameters: list[str]) -> str | None:
    """Returns the operation's constant: a literal or, once per program, a second parameter's name; None if none."""
    if not operation.constant:
        return None
    if len(parameters) == 1 and random.random() < 0.3:
        name = random.choice([n for n in CONSTANT_NAMES[operation.constant] if n not in parameters])
        parameters.append(name)
        kinds.append(CONSTANT_KINDS[operation.constant])
        return name
    if operation.constant == "letter":
        return repr(random.choice(LETTERS))
    return str(random.randint(2, 3 if operation.constant == "few" else 6))


def realise(random: Random, chain: list[Operation], constants: list[str | None], x: str) -> str:
    """Returns the function's body: each operation in one of its realisations."""
    lines, names = [], {kind: list(pool) for kind, pool in STEP_NAMES.items()}
    for operation, constant in zip(chain, constants, strict=True):
        y = names[operation.gives].pop(random.randrange(len(names[operation.gives])))
        body = random.choice(operation.bodies).replace("{x}", x).replace("{y}", y).replace("{k}", str(constant))
        lines += body.split("\n")
        x = y
    if lines[-1].startswith(f"{x} = ") and random.random() < 0.6:
        lines[-1] = "return " + lines[-1].removeprefix(f"{x} = ")
    else:
        lines.append(f"return {x}")
    return "".join(f"    {line}\n" for line in lines)


def describe(random: Random, chain: list[Operation], constants: list[str | None], kind: str, x: str) -> str:
    """Returns the description in one of its phrasings."""
    phrases = [random.choice(o.phrases).replace("{k}", f"`{c}`" if c and c.isidentifier() else str(c))
               for o, c in zip(chain, constants, strict=True)]
    if chain[-1].gives in KIND_WORDS:
        phrases.append(random.choice(("return the result", "return what you get")))
    steps = phrases[0] if len(phrases) == 1 else ", then ".join(phrases[:-1]) + " and " + phrases[-1]
    return random.choice(OPENINGS).format(kind=KIND_WORDS[kind], x=x, steps=steps, Steps=steps[0].upper() + steps[1:])


def compute_reference(chain: list[Operation], constants: list[str | None], parameters: list[str],
                      inputs: tuple[str, ...]) -> list[str] | None:
    """Returns the outputs that the operations' own references give, independent of the realised code."""
    outputs = []
    for text in inputs:
        value, *rest = eval(f"({text},)", {"__builtins__": {}})
        try:
            for operation, constant in zip(chain, constants, strict=True):
                value = apply(operation.reference, value, constant, parameters, rest)
        except (ValueError, IndexError):  # the largest of an empty list, say: the program must fail too
            return None
        outputs.append(to_literal(value))
    return outputs


def apply(reference: Callable, value: object, constant: str | None, parameters: list[str], rest: list) -> object:
    """Returns one operation's value; a constant that names a parameter is looked up."""
    if constant is None:
        return reference(value)
    if constant in parameters:
        return reference(value, rest[0])
    return reference(value, eval(constant, {"__builtins__": {}}))
