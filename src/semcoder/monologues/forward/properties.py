"""The abstract dimension: what holds for all inputs, found by trying candidates on many executions.

In the manner of Daikon (Ernst et al. 2007): a candidate is stated only where no execution contradicts it and enough of
them could have. `check` tests it again on executions of its own choosing.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from random import Random
from types import CodeType

from semcoder.corpus.filters.behaviour import find_signature, make_probes, run_here
from semcoder.corpus.inputs.arguments import read_arguments
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.claims import Claim, Sentence
from semcoder.monologues.forward.phrases import compile_wording, match_wordings

MIN_EXECUTIONS = 8  # that end well; fewer support nothing
MIN_FORCE = 4  # executions in which a candidate could have been false
MAX_PROPERTIES = 4
TIMEOUT_S = 0.2  # of processor time; an input drawn at random may well make a loop endless

Execution = dict  # parameter name -> value, and `result`


@dataclass(frozen=True)
class Pattern:
    """A kind of property; {a} stands for a parameter, {t} for the name of a type."""

    test: str  # true of every execution
    force: str  # true of executions in which `test` could easily have been false
    wordings: tuple[str, ...]


# From strong to weak: of two that say much the same, the first that holds is stated (see WEAKER).
PATTERNS = {
    "type": Pattern("type(result).__name__ == '{t}'", "True", ("The output is always of type {t}",)),
    "items": Pattern("type(result) in (list, tuple, set) and all(type(x).__name__ == '{t}' for x in result)",
                     "len(result) > 0", ("Each item of the output is of type {t}",)),
    "same": Pattern("result == {a}", "len({a}) > 1", ("The output always equals {a}",)),
    "permutation": Pattern("type(result) is type({a}) and sorted(result) == sorted({a})", "len({a}) > 1",
                           ("The output has the items of {a}, perhaps in another order",)),
    "length": Pattern("len(result) == len({a})", "len({a}) > 0", ("The output is exactly as long as {a}",)),
    "shorter": Pattern("len(result) <= len({a})", "len({a}) > 0", ("The output is never longer than {a}",)),
    "longer": Pattern("len(result) >= len({a})", "len({a}) > 0", ("The output is never shorter than {a}",)),
    "prefix": Pattern("result.startswith({a})", "len({a}) > 0", ("The output starts with {a}",)),
    "suffix": Pattern("result.endswith({a})", "len({a}) > 0", ("The output ends with {a}",)),
    "part": Pattern("type(result) is str and result in {a}", "len(result) > 0 and len({a}) > 0",
                    ("The output is a piece of {a}",)),
    "subset": Pattern("type(result) in (list, set, tuple) and all(x in {a} for x in result)", "len(result) > 0",
                      ("Whatever the output holds comes from {a}",)),
    "keys": Pattern("type(result) is dict and all(key in {a} for key in result)", "len(result) > 0",
                    ("Each key of the output comes from {a}",)),
    "sorted": Pattern("type(result) in (list, tuple) and list(result) == sorted(result)", "len(result) > 1",
                      ("The output is in ascending order",)),
    "distinct": Pattern("type(result) in (list, tuple) and all(result.count(x) == 1 for x in result)",
                        "len(result) > 1", ("No item of the output occurs twice",)),
    "lower": Pattern("type(result) is str and result == result.lower()", "any(x.isalpha() for x in result)",
                     ("The output has no upper-case letter",)),
    "natural": Pattern("type(result) in (int, float) and result >= 0", "True", ("The output is never negative",)),
    "bounded": Pattern("type(result) is int and 0 <= result <= len({a})", "len({a}) > 0",
                       ("The output is a number between 0 and the length of {a}",)),
    "even": Pattern("type(result) is int and result % 2 == 0", "True", ("The output is always even",)),
}
WEAKER = {"same": {"permutation", "length", "shorter", "longer", "prefix", "suffix", "part", "subset"},
          "permutation": {"length", "shorter", "longer", "subset"}, "length": {"shorter", "longer"},
          "part": {"shorter"}, "bounded": {"natural"}}
TYPES = ("int", "float", "bool", "str", "list", "dict", "tuple", "set")


@dataclass(frozen=True)
class Property:
    """A pattern filled in."""

    kind: str
    name: str = ""  # of the parameter or the type


def find_properties(executions: list[Execution]) -> tuple[Property, ...]:
    """Returns at most MAX_PROPERTIES that no execution contradicts, none where too few executions speak."""
    if len(executions) < MIN_EXECUTIONS or len({repr(execution["result"]) for execution in executions}) < 3:
        return ()
    names = [name for name in executions[0] if name != "result"]
    found, dropped = [], set()
    for kind, pattern in PATTERNS.items():
        slots = names if "{a}" in pattern.test else TYPES if "{t}" in pattern.test else ("",)
        for name in slots:
            if (kind, name) not in dropped and (kind, "") not in dropped and is_supported(kind, name, executions):
                found.append(Property(kind, name))
                dropped |= {(weaker, name) for weaker in WEAKER.get(kind, ())} | {
                    (weaker, "") for weaker in WEAKER.get(kind, ())}
    return tuple(found[:MAX_PROPERTIES])


def is_supported(kind: str, name: str, executions: Iterable[Execution]) -> bool:
    """Returns whether a property is true of all executions, enough of which could have made it false."""
    force = 0
    for execution in executions:
        if not holds(kind, name, execution):
            return False
        force += is_true(fill(PATTERNS[kind].force, name), execution)
    return force >= MIN_FORCE


def holds(kind: str, name: str, execution: Execution) -> bool:
    """Returns whether a property is true of one execution; what cannot be evaluated is not true."""
    return is_true(fill(PATTERNS[kind].test, name), execution)


def fill(template: str, name: str) -> str:
    """Returns a template with its slot filled."""
    return template.replace("{a}", name).replace("{t}", name)


def is_true(expression: str, values: Execution) -> bool:
    """Returns whether an expression of the table is true of some values."""
    try:
        return bool(eval(compile_expression(expression), dict(values)))
    except Exception:  # a parameter of another type: the property says nothing about such programs
        return False


@cache
def compile_expression(expression: str) -> CodeType:
    """Returns an expression's code object."""
    return compile(expression, "<property>", "eval")


def word_property(found: Property, random: Random) -> Sentence:
    """Returns the sentence that states a property."""
    wording = random.choice(PATTERNS[found.kind].wordings)
    return Sentence(f"- {fill(wording, found.name)}.", (make_claim(found),))


def make_claim(found: Property) -> Claim:
    """Returns the claim that a property holds for all inputs."""
    return {"kind": "property", "name": found.kind, "of": found.name,
            "text": fill(PATTERNS[found.kind].test, found.name)}


READABLE = [(kind, compile_wording(f"- {wording}.".replace("{t}", "{a}"))) for kind, pattern in PATTERNS.items()
            for wording in pattern.wordings]


def read_property(text: str) -> list[Sentence]:
    """Returns all readings of a sentence; [] for what states no property."""
    return [Sentence(text, (make_claim(Property(kind, slots.get("a", ""))),))
            for kind, slots in match_wordings(READABLE, text)]


def execute_on(box: Sandbox, program: dict, inputs: Iterable[str]) -> list[Outcome]:
    """Returns the outcomes of a program on inputs; programs of our own making run in this process, under budgets."""
    if program.get("source") == "synthetic":
        return run_here(program["code"], program["entry"], inputs)
    return box.run(Job(code=program["code"], entry=program["entry"], inputs=tuple(inputs), timeout_s=TIMEOUT_S))


def draw_executions(box: Sandbox, program: dict, inputs: list[str]) -> list[Execution]:
    """Returns the executions in which properties are looked for: the known inputs and probes of their types."""
    signature = find_signature(inputs)
    return read_executions(box, program, [*inputs, *(make_probes(signature) if signature else ())])


def read_executions(box: Sandbox, program: dict, inputs: list[str]) -> list[Execution]:
    """Returns, as values, the executions that end well; [] where parameters cannot be told by name."""
    function = next(node for node in ast.parse(program["code"]).body
                    if isinstance(node, ast.FunctionDef) and node.name == program["entry"])
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    if function.args.vararg or function.args.kwarg or function.args.kwonlyargs or "result" in names:
        return []
    found = []
    for text, outcome in zip(inputs, execute_on(box, program, inputs), strict=True):
        arguments = read_arguments(text)
        if outcome.status == "ok" and arguments and len(arguments.values()) == len(names):
            given = dict(zip(names, arguments.positional, strict=False)) | arguments.keywords
            found.append(given | {"result": ast.literal_eval(outcome.output)})
    return found
