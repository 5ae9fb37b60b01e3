"""Fingerprints: of values, of files, and of the code that a stage runs."""

import ast
import functools
import hashlib
import json
from pathlib import Path

# Stages whose code another one runs without reading its runs.
SHARED_CODE = {"corpus": ("endpoint", "answers"),
               "monologues": ("endpoint", "answers", "audit", "generate", "decoding"),
               "evaluation": ("generate", "decoding", "statistics", "endpoint", "answers", "scoring"),
               "debugging": ("evaluation", "generate", "decoding", "statistics")}


def hash_json(value: object) -> str:
    """Returns the SHA-256 of a JSON value in canonical form."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def hash_file(path: Path) -> str:
    """Returns the SHA-256 of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def hash_code(stage: str) -> str:
    """Returns the SHA-256 of what a stage's modules do: comments, docstrings and layout do not count."""
    package = Path(__file__).parent
    names = ("execution", "prompts", *SHARED_CODE.get(stage, ()), stage)
    files = [file for name in names for file in (sorted((package / name).rglob("*.py")) or [package / f"{name}.py"])]
    return hash_json([hash_source(file.read_text(encoding="utf-8")) for file in files])


def hash_source(text: str) -> str:
    """Returns the SHA-256 of a module's syntax tree without its docstrings, the same in Python 3.11 and 3.12."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return hash_json(ast.dump(tree).replace(", type_params=[]", ""))
