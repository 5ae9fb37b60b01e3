"""Seeds for a language model: syntax subtrees of real source, so that each one parses (paper 3.1).

Taken from the packages that `open_source` lists. Goes in: the run's seed. Comes out: a repeatable sequence of
snippets; asking for more extends it and never changes its start.
"""

import ast
import functools
import importlib.util
import platform
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from random import Random

from semcoder.corpus.candidates import make_random
from semcoder.corpus.open_source import PACKAGES, list_submodules

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
    modules = [(package, name) for package, (_, names) in PACKAGES.items()
               for name in names or list_submodules(package)]
    make_random("seeds", seed).shuffle(modules)
    pools = [draw_from_module(package, name, make_random("seeds", seed, name)) for package, name in modules]
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


def draw_from_module(package: str, name: str, random: Random) -> Iterator[Seed]:
    """Yields a module's snippets in random order, none of which overlaps an earlier one."""
    snippets = list(cut_snippets(name))
    random.shuffle(snippets)
    version = platform.python_version() if package == "python" else metadata.version(package)
    taken: set[int] = set()
    for lines, code in snippets:
        if not taken.intersection(lines):
            taken.update(lines)
            yield Seed(f"{package}=={version}:{name}:{lines[0]}-{lines[-1]}", code)


@functools.cache
def cut_snippets(name: str) -> tuple[tuple[range, str], ...]:
    """Returns the source lines and the text of each subtree of a module that may be a seed."""
    found = ((range(node.lineno, node.end_lineno + 1), ast.unparse(node)) for node in list_subtrees(read_source(name)))
    return tuple((lines, code) for lines, code in found if len(code) <= MAX_CHARS)


def list_subtrees(source: str) -> list[ast.stmt]:
    """Returns the statements of a module, nested ones included, that are neither too small nor too large."""
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)
            and MIN_LINES <= node.end_lineno - node.lineno + 1 <= MAX_LINES
            and sum(1 for _ in ast.walk(node)) >= MIN_NODES]


def read_source(name: str) -> str:
    """Returns a module's source without importing it, "" for one that is missing here or not written in Python."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return ""
    if spec is None or not (spec.origin or "").endswith(".py"):
        return ""
    with tokenize.open(spec.origin) as file:
        return file.read()
