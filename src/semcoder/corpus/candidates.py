"""A program that may enter the corpus, whatever its source."""

import ast
from dataclasses import dataclass
from random import Random

from semcoder.hashing import hash_json


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
