"""Which constructs of Python a set of programs uses, and which it lacks beside another set.

Constructs are AST node kinds, methods of the five built-in containers by name, and built-in functions, types and
exceptions. Each counts once per program. A name that a program binds itself is not the built-in.
"""

import ast
import builtins
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

METHODS = {kind.__name__: frozenset(name for name in vars(kind) if not name.startswith("_"))
           for kind in (str, list, dict, set, tuple)}
ALL_METHODS = frozenset().union(*METHODS.values())
BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


@dataclass
class Constructs:
    """Number of programs that use each construct."""

    programs: int = 0
    nodes: Counter = field(default_factory=Counter)
    methods: Counter = field(default_factory=Counter)
    builtins: Counter = field(default_factory=Counter)


def count_constructs(codes: Iterable[str]) -> Constructs:
    """Returns how many of the programs use each construct."""
    found = Constructs()
    for code in codes:
        nodes = list(ast.walk(ast.parse(code)))
        own = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        own |= {n.arg for n in nodes if isinstance(n, ast.arg)}
        own |= {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
        found.programs += 1
        found.nodes.update({type(n).__name__ for n in nodes})
        found.methods.update({n.attr for n in nodes if isinstance(n, ast.Attribute)} & ALL_METHODS)
        found.builtins.update({n.id for n in nodes if isinstance(n, ast.Name)} & BUILTINS - own)
    return found


def list_missing(wanted: Constructs, found: Constructs) -> list[tuple[str, str, int]]:
    """Returns (group, construct, programs of `wanted` that use it) for all that `found` lacks, most used first."""
    rows = [(group, name, count) for group in ("nodes", "methods", "builtins")
            for name, count in getattr(wanted, group).items() if name not in getattr(found, group)]
    return sorted(rows, key=lambda row: (-row[2], row))
