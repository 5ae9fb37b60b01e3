"""What filters compare of a program: its canonical text, its token n-grams, its outline.

Canonical text has no docstrings and annotations, and a program's own names are numbered: those of the module as they
are defined, those inside a function anew for each. A function is called `g` in its own text, so that it looks the
same with and without others before it.
"""

import ast
import hashlib
import io
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from datasketch import MinHash

SHINGLE = 5  # tokens of the n-grams by which near-duplicates are told
GRAM = 10  # tokens of the n-grams by which benchmark solutions are found
NUM_PERMUTATIONS = 64  # what MinHash finds is verified by the true overlap, so few cost recall only
SCHEME = "affine32"
PERMUTATIONS = MinHash(num_perm=NUM_PERMUTATIONS, scheme=SCHEME).permutations
LAYOUT = (tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER)

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
NAMED = (*SCOPES, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)


class Renamer(ast.NodeTransformer):
    """Renames a module's own names to g0, g1, … and those inside each function to v0, v1, …, as they appear."""

    def __init__(self, module_names: Iterable[str]):
        self._globals = {name: f"g{i}" for i, name in enumerate(dict.fromkeys(module_names))}
        self._own = ""
        self._locals: set[str] = set()
        self._local_names: dict[str, str] = {}

    def start(self, statement: ast.stmt) -> ast.stmt:
        """Returns a statement of the module with its names replaced."""
        self._own = statement.name if isinstance(statement, SCOPES) else ""
        self._locals = list_bound_names(statement) - {self._own} if self._own else set()
        self._local_names = {}
        return self.visit(statement)

    def _rename(self, name: str) -> str:
        if name in self._locals:
            return self._local_names.setdefault(name, f"v{len(self._local_names)}")
        return "g" if name == self._own else self._globals.get(name, name)

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._rename(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg, node.annotation = self._rename(node.arg), None
        return node

    def visit_function(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return self.visit_named(node)

    def visit_named(self, node: ast.AST) -> ast.AST:
        if node.name:
            node.name = self._rename(node.name)
        return self.generic_visit(node)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_function
    visit_ClassDef = visit_ExceptHandler = visit_MatchAs = visit_MatchStar = visit_named


def list_bound_names(node: ast.AST) -> set[str]:
    """Returns the names that are set anywhere below a node: variables, arguments, functions, caught exceptions."""
    names = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            if not isinstance(part.ctx, ast.Load):
                names.add(part.id)
        elif isinstance(part, ast.arg):
            names.add(part.arg)
        elif isinstance(part, NAMED) and part.name:
            names.add(part.name)
    return names


def canonicalize(code: str) -> str:
    """Returns the program with its own names replaced by numbers: equal text means the same program."""
    return "\n".join(list_parts(ast.parse(code)))


def list_parts(tree: ast.Module) -> list[str]:
    """Returns the canonical text of each statement of a module; the tree is changed."""
    renamer = Renamer(name for statement in tree.body for name in (
        [statement.name] if isinstance(statement, SCOPES) else sorted(list_bound_names(statement))))
    return [ast.unparse(renamer.start(statement)) for statement in tree.body]


def split_tokens(text: str) -> list[str]:
    """Returns a Python text's tokens; line ends and comments are left out, indentation has names."""
    readline = io.StringIO(text).readline
    return [tokenize.tok_name[token.type] if token.type in (tokenize.INDENT, tokenize.DEDENT) else token.string
            for token in tokenize.generate_tokens(readline) if token.type not in LAYOUT]


def hash_ngrams(words: list[str], size: int) -> np.ndarray:
    """Returns the sorted, distinct 64-bit hashes of a list's n-grams; one shorter gram where it is too short."""
    grams = {"\0".join(words[i:i + size]) for i in range(max(1, len(words) - size + 1))}
    return np.unique(np.array([hash_text(gram) for gram in grams], dtype=np.uint64))


def hash_text(text: str) -> int:
    """Returns a text's 64-bit hash, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def hash_outline(tree: ast.AST) -> int:
    """Returns a hash of what a program is without its names and constants: the kinds of its nodes."""
    return hash_text(" ".join(type(node).__name__ for node in ast.walk(tree)))


@dataclass(frozen=True)
class Fingerprint:
    """What filters need to know of a program; made in the workers, small, the same in every process."""

    exact: int  # hash of the canonical text
    outline: int
    shingles: np.ndarray  # hashes of the canonical token 5-grams
    sketch: np.ndarray  # MinHash of the shingles
    behaviour: int  # 0 where nothing can be said
    grams: tuple[np.ndarray, ...]  # per function, hashes of the 10-grams that benchmarks are searched with


def take_fingerprint(code: str, behaviour: int = 0) -> Fingerprint:
    """Returns a program's fingerprint."""
    tree = ast.parse(code)
    outline = hash_outline(tree)
    parts = list_parts(tree)
    tokens = [split_tokens(part) for part in parts]
    shingles = hash_ngrams([token for words in tokens for token in words], SHINGLE)
    return Fingerprint(hash_text("\n".join(parts)), outline, shingles, sketch_shingles(shingles), behaviour,
                       tuple(hash_ngrams(words, GRAM) for words in tokens))


def sketch_shingles(shingles: np.ndarray) -> np.ndarray:
    """Returns the MinHash values of a set of 64-bit hashes."""
    sketch = MinHash(num_perm=NUM_PERMUTATIONS, scheme=SCHEME, permutations=PERMUTATIONS,
                     hashfunc=lambda value: value & 0xFFFFFFFF)
    sketch.update_batch(shingles.tolist())
    return sketch.hashvalues
