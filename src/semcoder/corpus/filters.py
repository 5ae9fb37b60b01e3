"""Which programs are the same, nearly the same, or known from a held-out split."""

import ast
import io
import tokenize

from datasketch import MinHash, MinHashLSH

NUM_PERMUTATIONS = 64  # candidates are verified by their true overlap, so this costs recall only
SHINGLE = 5
LAYOUT = (tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER)


class Renamer(ast.NodeTransformer):
    """Renames every variable, argument and own function to v0, v1, … in order of appearance."""

    def __init__(self, own: set[str]):
        self._own, self._names = own, {}

    def _rename(self, name: str) -> str:
        return self._names.setdefault(name, f"v{len(self._names)}") if name in self._own else name

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._rename(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self._rename(node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self._rename(node.name)
        return self.generic_visit(node)


def canonicalize(code: str) -> str:
    """Returns the program with its own names replaced by their order: equal text means the same program."""
    tree = ast.parse(code)
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    own |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    return ast.unparse(Renamer(own).visit(tree))


def make_shingles(canonical: str) -> frozenset[str]:
    """Returns the set of a canonical program's token 5-grams (one shorter gram for a very short program)."""
    readline = io.StringIO(canonical).readline
    tokens = [token.string or tokenize.tok_name[token.type] for token in tokenize.generate_tokens(readline)
              if token.type not in LAYOUT]
    return frozenset(" ".join(tokens[i:i + SHINGLE]) for i in range(max(1, len(tokens) - SHINGLE + 1)))


class Deduplicator:
    """Sees programs one after another and says which are new; the first of equals is kept."""

    def __init__(self, jaccard: float):
        self._jaccard = jaccard
        self._exact: set[str] = set()
        self._shingles: list[frozenset[str]] = []
        # A lower bar in the index, because its estimate is rough; the true overlap decides.
        self._index = MinHashLSH(threshold=max(0.5, jaccard - 0.1), num_perm=NUM_PERMUTATIONS)

    def find_reason(self, code: str) -> str:
        """Returns why a program is a duplicate (`exact duplicate`, `near-duplicate`), or "" and remembers it."""
        canonical = canonicalize(code)
        if canonical in self._exact:
            return "exact duplicate"
        shingles = make_shingles(canonical)
        sketch = MinHash(num_perm=NUM_PERMUTATIONS)
        sketch.update_batch([shingle.encode() for shingle in shingles])
        for key in self._index.query(sketch):
            other = self._shingles[key]
            if len(shingles & other) >= self._jaccard * len(shingles | other):
                return "near-duplicate"
        self._exact.add(canonical)
        self._index.insert(len(self._shingles), sketch)
        self._shingles.append(shingles)
        return ""


def find_leaks(train_plans: list[str], held_out_plans: list[str]) -> set[str]:
    """Returns the plans of described programs that training shares with a held-out split ("" is no plan)."""
    return (set(train_plans) & set(held_out_plans)) - {""}
