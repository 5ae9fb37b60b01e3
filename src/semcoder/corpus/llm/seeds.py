"""Seeds for a language model: syntax subtrees of real source, so that each one parses (paper 3.1).

Taken from the packages that `harvest` lists; modules are read, not imported. Goes in: the run's seed. Comes out: a
repeatable sequence of snippets; asking for more extends it and never changes its start.
"""

import ast
import functools
import tokenize
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from semcoder.corpus.candidates import make_random
from semcoder.corpus.open_source.harvest import PACKAGES, Module, list_modules

# Source lines of a snippet; paper: not stated. OSS-Instruct takes 1 to 15; fewer than four give little to work with.
MIN_LINES, MAX_LINES = 4, 15
MIN_NODES = 25  # keeps out tables and long strings, which have many lines and no logic
MAX_CHARS = 1200


@dataclass(frozen=True)
class Seed:
    """A snippet and where it comes from."""

    snippet_id: str  # package==version:module:first line-last line
    code: str


def sample_seeds(seed: int) -> Iterator[Seed]:
    """Yields different snippets, taking turns among the modules; the same for the same seed and packages."""
    modules = list(list_all_modules())
    make_random("seeds", seed).shuffle(modules)
    pools = [draw_from_module(module, make_random("seeds", seed, module.name)) for module in modules]
    seen: set[str] = set()
    while pools:
        open_pools = []
        for pool in pools:
            snippet = next(pool, None)
            if snippet:
                open_pools.append(pool)
                if snippet.code not in seen:
                    seen.add(snippet.code)
                    yield snippet
        pools = open_pools


@functools.cache
def list_all_modules() -> tuple[Module, ...]:
    """Returns the modules of all packages."""
    return tuple(module for package in PACKAGES for module in list_modules(package))


def draw_from_module(module: Module, random: Random) -> Iterator[Seed]:
    """Yields a module's snippets in random order, none of which overlaps an earlier one."""
    snippets = list(cut_snippets(module.path))
    random.shuffle(snippets)
    taken: set[int] = set()
    for lines, code in snippets:
        if not taken.intersection(lines):
            taken.update(lines)
            yield Seed(f"{module.package}=={module.version}:{module.name}:{lines[0]}-{lines[-1]}", code)


@functools.cache
def cut_snippets(path: Path) -> tuple[tuple[range, str], ...]:
    """Returns the source lines and the text of each subtree of a module that may be a seed; () if it cannot be read."""
    try:
        with warnings.catch_warnings(action="ignore"), tokenize.open(path) as file:
            subtrees = list_subtrees(file.read())
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ()
    found = ((range(node.lineno, node.end_lineno + 1), ast.unparse(node)) for node in subtrees)
    return tuple((lines, code) for lines, code in found if len(code) <= MAX_CHARS)


def list_subtrees(source: str) -> list[ast.stmt]:
    """Returns the statements of a module, nested ones included, that are neither too small nor too large."""
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)
            and MIN_LINES <= node.end_lineno - node.lineno + 1 <= MAX_LINES
            and sum(1 for _ in ast.walk(node)) >= MIN_NODES]
