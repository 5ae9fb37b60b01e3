"""What a function needs to stand alone: the module-level helpers, constants and imports that it reads, and no more."""

import ast
import builtins
from collections.abc import Iterator

PURE_MODULES = ("math", "re", "string", "itertools", "functools", "collections", "operator", "bisect", "heapq",
                "typing", "numbers", "fractions", "collections.abc", "textwrap", "decimal")
MAX_PARTS = 6  # helpers and constants that one function may bring along
EFFECTS = {"open", "print", "input", "exec", "eval", "compile", "globals", "locals", "vars", "breakpoint", "exit",
           "quit", "id", "hash", "object", "memoryview", "__import__", "getattr", "setattr", "delattr", "super",
           "NotImplementedError", "__file__", "__name__"}


class Unfit(Exception):
    """A function that cannot become a program; the message is the reason counted."""


def gather_parts(defined: dict[str, ast.stmt], entry: ast.FunctionDef) -> list[ast.stmt]:
    """Returns the module-level statements that a function needs, in module order, itself last."""
    needed: dict[str, ast.stmt] = {}
    open_names = list_free_names(entry)
    while open_names:
        name = open_names.pop()
        if name in needed or name == entry.name or hasattr(builtins, name) and name not in defined:
            if name in EFFECTS:
                raise Unfit("effects or reflection")
            continue
        if name not in defined:
            raise Unfit("not self-contained")
        statement = needed[name] = check_part(defined[name])
        if len(needed) > MAX_PARTS:
            raise Unfit("not self-contained")
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            open_names += list_free_names(statement)
    unique = {id(part): part for part in needed.values()}
    return sorted(unique.values(), key=lambda part: part.lineno) + [entry]


def check_part(statement: ast.stmt) -> ast.stmt:
    """Returns a statement that a function brings along; raises Unfit for a class other than a bare exception."""
    if isinstance(statement, ast.FunctionDef) and statement.decorator_list:
        raise Unfit("not self-contained")
    if isinstance(statement, ast.ClassDef):
        bases = [getattr(builtins, base.id, None) if isinstance(base, ast.Name) else None for base in statement.bases]
        is_error = bases and all(isinstance(base, type) and issubclass(base, Exception) for base in bases)
        is_bare = all(isinstance(part, ast.Pass) or is_text(part) for part in statement.body)
        if not is_error or statement.decorator_list or not is_bare:
            raise Unfit("needs a class")
    return statement


def is_text(statement: ast.stmt) -> bool:
    """Returns whether a statement is a docstring or another bare text."""
    return (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str))


def index_definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    """Returns name -> the module-level statement that defines it; imports from outside PURE_MODULES are left out."""
    defined: dict[str, ast.stmt] = {}
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            defined[statement.name] = statement
        elif isinstance(statement, ast.Assign):
            defined |= {t.id: statement for t in statement.targets if isinstance(t, ast.Name)}
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            plain = ast.Assign(targets=[statement.target], value=statement.value)
            defined[statement.target.id] = ast.copy_location(plain, statement)
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            defined |= split_import(statement)
    return defined


def split_import(statement: ast.Import | ast.ImportFrom) -> dict[str, ast.stmt]:
    """Returns name -> an import of that name alone, for pure modules."""
    found: dict[str, ast.stmt] = {}
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            is_pure = statement.module in PURE_MODULES and not statement.level
            one: ast.stmt = ast.ImportFrom(module=statement.module, names=[alias], level=0)
        else:
            is_pure = alias.name in PURE_MODULES and (alias.asname or "." not in alias.name)
            one = ast.Import(names=[alias])
        if is_pure:
            found[alias.asname or alias.name] = ast.copy_location(one, statement)
    return found


def list_free_names(node: ast.AST) -> list[str]:
    """Returns the names that a statement reads and does not bind; raises Unfit for what a program must not hold."""
    bound, read = set(), set()
    for part in walk_code(node):
        if isinstance(part, (ast.Yield, ast.YieldFrom)):
            raise Unfit("generator")
        if isinstance(part, (ast.Global, ast.Nonlocal, ast.AsyncFunctionDef)):
            raise Unfit("global, nonlocal or async")
        if isinstance(part, (ast.Import, ast.ImportFrom)):
            names = split_import(part)
            if len(names) < len(part.names):
                raise Unfit("local import")
            bound |= names.keys()
        elif isinstance(part, ast.Name):
            (read if isinstance(part.ctx, ast.Load) else bound).add(part.id)
        elif isinstance(part, ast.arg):
            bound.add(part.arg)
        elif isinstance(part, (ast.ExceptHandler, ast.FunctionDef)) and part is not node and part.name:
            bound.add(part.name)
    return sorted(read - bound)


def walk_code(node: ast.AST) -> Iterator[ast.AST]:
    """Yields a node and all below it but annotations, which a program leaves out."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns"):
                waiting += [part for part in (value if isinstance(value, list) else (value,))
                            if isinstance(part, ast.AST)]


class TextStripper(ast.NodeTransformer):
    """Removes docstrings (any bare text of a body) and annotations."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        return self.visit_ClassDef(node)

    def visit_ClassDef(self, node: ast.ClassDef | ast.FunctionDef) -> ast.ClassDef | ast.FunctionDef:
        node.body = [part for part in node.body if not is_text(part)] or [ast.Pass()]
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        plain = ast.Assign(targets=[node.target], value=node.value) if node.value else ast.Pass()
        return ast.copy_location(plain, node)
