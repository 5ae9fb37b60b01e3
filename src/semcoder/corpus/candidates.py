"""A program that may enter the corpus, and the tests that a generated one must pass first."""

import ast
from dataclasses import dataclass
from random import Random

from semcoder.execution.execute import compile_program, run_call
from semcoder.hashing import hash_json

MAX_LINES = 200  # executed lines after which a trial run is given up; deleting a statement can make a loop endless
MAX_VALUE_CHARS = 60  # generated programs with larger values are refused: they would only test copying


@dataclass(frozen=True)
class Candidate:
    """A program with its inputs, before it is executed for the record."""

    source: str
    family: str
    origin: str
    licence: str
    level: int
    entry: str
    code: str
    inputs: tuple[str, ...]  # argument lists as source text
    description: str = ""
    plan: str = ""  # what a described program does, its constants included; equal plans never lie in two splits


def make_random(*parts: object) -> Random:
    """Returns a generator that depends only on `parts`, whatever the process or its neighbours."""
    return Random(hash_json(list(parts)))


def normalize(code: str) -> str:
    """Returns the program as `ast.unparse` writes it, so that equal programs have equal text."""
    return ast.unparse(ast.parse(code)) + "\n"


def try_outputs(code: str, entry: str, inputs: tuple[str, ...]) -> list[str] | None:
    """Returns the outputs of a program of our own making, or None if any input does not end well."""
    compiled = compile_program(code)
    outputs = []
    for text in inputs:
        outcome = run_call(compiled, entry, text, count_lines=True, max_events=MAX_LINES,
                           max_value_chars=MAX_VALUE_CHARS)
        if outcome.status != "ok":
            return None
        outputs.append(outcome.output)
    return outputs


def find_flaw(code: str, entry: str, inputs: tuple[str, ...]) -> str:
    """Returns why a generated program is not worth keeping, or "" if it is."""
    if has_unused_argument(code, entry):
        return "unused argument"
    outputs = try_outputs(code, entry, inputs)
    if outputs is None:
        return "does not run"
    if len(set(outputs)) == 1 and len(inputs) > 1:
        return "constant output"
    arguments = [[ast.unparse(a) for a in ast.parse(f"f({text})", mode="eval").body.args] for text in inputs]
    if any(all(args[i] == output for args, output in zip(arguments, outputs, strict=True))
           for i in range(len(arguments[0]))):
        return "returns its argument"
    return "dead statement" if has_dead_statement(code, entry, inputs, outputs) else ""


def has_unused_argument(code: str, entry: str) -> bool:
    """Returns whether the entry function never reads one of its arguments."""
    function = next(n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef) and n.name == entry)
    read = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    return any(argument.arg not in read for argument in function.args.args)


def has_dead_statement(code: str, entry: str, inputs: tuple[str, ...], outputs: list[str]) -> bool:
    """Returns whether some statement can be removed without changing any recorded output."""
    count = sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(code)))
    for index in range(count):
        shorter = remove_statement(code, index)
        if shorter and try_outputs(shorter, entry, inputs) == outputs:
            return True
    return False


def remove_statement(code: str, index: int) -> str:
    """Returns the program without its `index`-th statement (a body left empty gets `pass`), "" for a definition."""
    tree = ast.parse(code)
    target = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)][index]
    if isinstance(target, (ast.FunctionDef, ast.Import, ast.ImportFrom)):
        return ""
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and any(s is target for s in block):
                left = [s for s in block if s is not target]
                setattr(node, name, left or ([ast.Pass()] if name == "body" else []))
    return ast.unparse(ast.fix_missing_locations(tree))
