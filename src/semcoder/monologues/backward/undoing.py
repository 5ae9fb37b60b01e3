"""Whether a working undoes a statement, tried on other values than those of the run."""

import ast
import re
from random import Random

from semcoder.corpus.inputs.ingredients import Ingredients
from semcoder.corpus.inputs.mutation import mutate_value
from semcoder.execution.literals import to_literal
from semcoder.monologues.backward.constraints import Constraint, read_value
from semcoder.monologues.working import CannotWork, Substitute, evaluate, parse_expression

NUM_UNDONE, MAX_DRAWN = 6, 40  # other values that a working must undo; draws to find them
SEEN = Ingredients(values=(3, 8, "ab", "q", {"k": 5}))  # what an empty value may come to hold


def list_expressions(node: ast.AST) -> list[str]:
    """Returns the source of what a statement works out: its value or test; of `a += b` the sum."""
    parts = [getattr(node, "value", None), getattr(node, "test", None)]
    if isinstance(node, ast.AugAssign):
        parts = [ast.BinOp(node.target, node.op, node.value)]
    return [ast.unparse(part) for part in parts if isinstance(part, ast.expr)]


def come_to(working: str) -> str:
    """Returns the literal of a working's value, "" where it has none."""
    try:
        return to_literal(evaluate(parse_expression(working)))
    except (CannotWork, SyntaxError, ValueError):
        return ""


def does_undo(constraint: Constraint, working: str, node: ast.AST, before: dict[str, str], after: dict) -> bool:
    """Returns whether a working, with what the statement makes of other values in place of what it made, gives those.

    Args:
        constraint: an exact one on a variable.
        working: how its value is said to come from what the statement made.
        node: the statement.
        before: replayed locals before it.
        after: the frame's next event.
    """
    name = constraint.subject
    made, expression = read_result(node, name, after)
    if not made or name not in before:
        return False
    random, pairs = Random(working), {}
    for _ in range(MAX_DRAWN):
        other = to_literal(mutate_value(read_value(constraint.v), random, SEEN))
        if len(pairs) < NUM_UNDONE and other != constraint.v and other not in pairs:
            pairs[other] = come_to(fill(expression, {**before, name: other}))
    pairs = {other: result for other, result in pairs.items() if result}
    for found in re.finditer(re.escape(made), working):
        ahead, behind = working[:found.start()], working[found.end():]
        if pairs and all(come_to(f"{ahead}{result}{behind}") == other for other, result in pairs.items()):
            return True
    return False


def read_result(node: ast.AST, name: str, after: dict) -> tuple[str, str]:
    """Returns what a statement made (a literal) and the expression that makes it; ("", "") where that is not known."""
    if isinstance(node, ast.Return):
        return (after["value"] or "", ast.unparse(node.value)) if node.value else ("", "")
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
        return after["locals"].get(ast.unparse(target), ""), list_expressions(node)[0]
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)):
        return "", ""
    *_, given = ["", *map(ast.unparse, node.value.args)]
    ways = {"append": f"{name} + [{given}]", "extend": f"{name} + {given}", "insert": f"[{given}] + {name}",
            "reverse": f"{name}[::-1]"}
    return after["locals"].get(name, ""), ways.get(node.value.func.attr, "")


def fill(expression: str, values: dict[str, str]) -> str:
    """Returns an expression with its variables replaced by their literals, "" where one has none."""
    try:
        return ast.unparse(Substitute(values).visit(parse_expression(expression)))
    except (CannotWork, SyntaxError):
        return ""
