"""Bugs made on purpose: one small change to a program's syntax tree, by one of a table of mutation operators.

Departure: the paper samples bugs from a language model (3.3); mutation needs none, and a model's bugs (see
`model_bugs`) can be added. The number of lines never changes, so that both programs' lines correspond.
"""

import ast
import copy
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from semcoder.monologues.debugging.mutations import OPERATORS, Change, Variable


@dataclass(frozen=True)
class Bug:
    """A wrong version of a program, and what made it: an operator's name, or `model`."""

    code: str
    operator: str


def make_bugs(code: str, rng: Random, variables: dict[str, Variable] | None = None) -> Iterator[Bug]:
    """Yields buggy versions of a program, each one change away, the operators in turn.

    Args:
        code: a program in the form that `ast.unparse` writes.
        rng: decides the order; the same state yields the same order.
        variables: those that are known, by name; the operator `variable` confuses those of one type.
    """
    tree = ast.parse(code)
    places = defaultdict(list)
    for index, (node, parent) in enumerate(walk_with_parents(tree)):
        for operator, list_changes in OPERATORS.items():
            places[operator] += [(operator, index, change) for change in list_changes(node, parent, variables or {})]
    seen = {code}
    for operator, index, change in take_turns([places[name] for name in OPERATORS if places[name]], rng):
        mutant = ast.unparse(rewrite(tree, index, change)) + "\n"
        if mutant not in seen and mutant.count("\n") == code.count("\n"):
            seen.add(mutant)
            yield Bug(mutant, operator)


def walk_with_parents(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """Yields each node with its parent, in the order of `ast.walk`."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        yield node, parents.get(node)


def take_turns(groups: list[list], rng: Random) -> Iterator:
    """Yields the items of all groups, each group shuffled, one of each group at a time."""
    for group in groups:
        rng.shuffle(group)
    rng.shuffle(groups)
    while groups:
        yield from [group.pop() for group in groups]
        groups = [group for group in groups if group]


def rewrite(tree: ast.AST, index: int, change: Change) -> ast.AST:
    """Returns a copy of a tree in which the node at a place of `ast.walk` is changed."""
    mutant = copy.deepcopy(tree)
    node, parent = next(pair for i, pair in enumerate(walk_with_parents(mutant)) if i == index)
    new = change(node)
    for name, value in ast.iter_fields(parent) if parent and new is not node else ():
        if value is node:
            setattr(parent, name, new)
        elif isinstance(value, list):
            setattr(parent, name, [new if item is node else item for item in value])
    return ast.fix_missing_locations(mutant)
