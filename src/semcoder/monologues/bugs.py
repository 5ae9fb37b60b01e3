"""Bugs made on purpose: one small change to a program's syntax tree.

Departure: the paper samples bugs from a language model (3.3); mutation needs none and marks the changed line.
"""

import ast
import copy
from collections.abc import Iterator
from random import Random

SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
         ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
         ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And}
NAME_SWAPS = {"max": "min", "min": "max", "upper": "lower", "lower": "upper", "sum": "len", "sorted": "list"}


def make_bugs(code: str, rng: Random) -> Iterator[str]:
    """Yields buggy versions of a program, each one change away, in random order.

    Args:
        code: a program in the form that `ast.unparse` writes.
        rng: decides the order; the same state yields the same order.
    """
    tree = ast.parse(code)
    places = [(i, change) for i, node in enumerate(ast.walk(tree)) for change in list_changes(node)]
    rng.shuffle(places)
    for index, change in places:
        mutant = copy.deepcopy(tree)
        node = next(n for i, n in enumerate(ast.walk(mutant)) if i == index)
        change(node)
        yield ast.unparse(mutant) + "\n"


def list_changes(node: ast.AST) -> list:
    """Returns functions that each turn a node into a wrong one, in place."""
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and type(node.op) in SWAPS:
        return [lambda n: setattr(n, "op", SWAPS[type(n.op)]())]
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in SWAPS:
        return [lambda n: setattr(n, "ops", [SWAPS[type(n.ops[0])]()])]
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return [lambda n: setattr(n, "value", n.value + 1), lambda n: setattr(n, "value", n.value - 1)]
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        return [lambda n: setattr(n, "value", not n.value)]
    if isinstance(node, ast.Name) and node.id in NAME_SWAPS:
        return [lambda n: setattr(n, "id", NAME_SWAPS[n.id])]
    if isinstance(node, ast.Attribute) and node.attr in NAME_SWAPS:
        return [lambda n: setattr(n, "attr", NAME_SWAPS[n.attr])]
    return []


def find_changed_lines(buggy: str, fixed: str) -> list[int]:
    """Returns the 1-based lines on which two programs of equal length differ; [] where lengths differ."""
    left, right = buggy.rstrip("\n").split("\n"), fixed.rstrip("\n").split("\n")
    return [i for i, (a, b) in enumerate(zip(left, right, strict=True), 1) if a != b] if len(left) == len(right) else []
