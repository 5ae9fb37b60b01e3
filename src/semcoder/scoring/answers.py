"""A model's text -> what it predicts: the closing answer of a monologue, a literal, or a call of `f`.

All reading is on the syntax tree, so quotes, commas and `==` inside literals are safe. Nothing is run.
"""

import ast
import re

from semcoder.audit.text import read_monologue
from semcoder.prompts import canonical_literal, has_literal_arguments, read_assertion

ENTRY = "f"  # every CRUXEval program's function
FENCE = re.compile(r"^```\w*\n?|\n?```$")
DEFINED = re.compile(r"^\s*def (\w+)\(", re.MULTILINE)
UNREADABLE = (SyntaxError, ValueError, TypeError, MemoryError, RecursionError)


def extract_prediction(text: str, task: str) -> str | None:
    """Returns what the last answer block of a whole response predicts, or None where it cannot be read.

    The block must hold `assert name(arguments) == value`. The name may be another than `f` where the prompt in the
    text, between [PYTHON] and [/PYTHON], defines it, or where there is no prompt; it becomes `f`.

    Args:
        text: the response, with its prompt or without.
        task: `output` (returns the value) or `input` (returns the call).
    """
    monologue = read_monologue(text, frozenset())
    found = read_assertion(FENCE.sub("", monologue.answer.strip()))
    if found is None:
        return None
    name, arguments, value = found
    known = {ENTRY, *DEFINED.findall(monologue.program)}
    if monologue.program and name not in known:
        return None
    return rename(value if task == "output" else f"{name}({arguments})", name)


def rename(source: str, name: str) -> str:
    """Returns an expression with the function `name` called `f`, in code only, not inside strings."""
    tree = ast.parse(source, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name:
            node.id = ENTRY
    return ast.unparse(tree)


def read_literal_call(text: str) -> str | None:
    """Returns the argument list of a predicted input, or None unless it calls `f` with literals and nothing else.

    A whole assertion, `assert f(arguments) == value`, or one without its `assert`, is read as the call in it.
    """
    text = text.strip()
    found = read_assertion(text if text.startswith("assert") else f"assert {text}")
    source = f"{found[0]}({found[1]})" if found else text
    try:
        call = ast.parse(source, mode="eval").body
    except UNREADABLE:
        return None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == ENTRY):
        return None
    arguments = ", ".join(ast.unparse(part) for part in (*call.args, *call.keywords))
    return arguments if has_literal_arguments(arguments) else None


def is_literal_text(text: str) -> bool:
    """Returns whether a predicted output is a literal, and no other expression."""
    return canonical_literal(text.strip()) is not None


def is_same_literal(one: str, other: str) -> bool:
    """Returns whether two literals stand for the same value of the same types; the order of a dict's keys is free."""
    return sort_value(ast.literal_eval(one.strip())) == sort_value(ast.literal_eval(other.strip()))


def sort_value(value: object) -> tuple:
    """Returns a built-in value in a form in which equal means equal in value and in type, all the way down."""
    kind = type(value).__name__
    if isinstance(value, dict):
        return kind, sorted((repr(sort_value(k)), repr(sort_value(v))) for k, v in value.items())
    if isinstance(value, set):
        return kind, sorted(repr(sort_value(item)) for item in value)
    if isinstance(value, (list, tuple)):
        return kind, [sort_value(item) for item in value]
    return kind, repr(value)
