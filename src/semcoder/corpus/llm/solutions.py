"""Scripts as people and models write them: definitions, then example calls. What is the program, what its inputs.

A script qualifies when one of its functions is called with literals at module level and nothing in it reaches outside:
imports from a short list of pure modules, no files, no input, no clock, no random numbers (paper 3.2).
"""

import ast
import builtins
import symtable
from collections import Counter
from dataclasses import dataclass

from semcoder.corpus.candidates import normalize
from semcoder.corpus.inputs.arguments import read_arguments
from semcoder.corpus.open_source.parts import PURE_MODULES

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
ALLOWED_MODULES = (*PURE_MODULES, "__future__", "abc", "array", "base64", "calendar", "cmath", "copy", "dataclasses",
                   "datetime", "decimal", "enum", "hashlib", "json", "statistics", "textwrap", "types", "unicodedata",
                   "zlib")
OUTSIDE_NAMES = {"open", "input", "exec", "eval", "compile", "__import__", "breakpoint", "exit", "quit", "id",
                 "globals", "locals", "vars"}
CLOCK_METHODS = {"now", "today", "utcnow"}
MAX_INPUTS = 10  # per program; released ids show as many (paper 1.4)


class Unfit(Exception):
    """Why a script is no program: `reason` is counted, the message tells its author what to change."""

    def __init__(self, reason: str, message: str):
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Solution:
    """A program, its entry function, the argument lists of its example calls and the asserts among them."""

    code: str
    entry: str
    inputs: tuple[str, ...]
    tests: tuple[str, ...]


def read_solution(script: str) -> Solution:
    """Returns the program in a script; raises Unfit with the reason where there is none."""
    try:
        tree = ast.parse(script)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise Unfit("syntax error", f"The code does not parse: {type(error).__name__}: {error}") from error
    definitions, examples = split_script(tree)
    check_reach(definitions)
    functions = [node.name for node in definitions if isinstance(node, ast.FunctionDef)]
    if not functions:
        raise Unfit("no entry function", "The code defines no function at module level.")
    calls = [call for node in examples for call in ast.walk(node)
             if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in functions]
    entry = choose_entry(functions, calls)
    given = dict.fromkeys(ast.unparse(call)[len(entry) + 1:-1] for call in calls if call.func.id == entry)
    inputs = [text for text in given if text and read_arguments(text)]  # without arguments, nothing to predict
    if not inputs:
        raise Unfit("no literal inputs", f"No example calls {entry} with literal values: end the code with "
                                         f"statements of the form assert {entry}(arguments) == result.")
    return Solution(render_program(definitions), entry, tuple(inputs[:MAX_INPUTS]), list_tests(definitions, examples))


def render_program(definitions: list[ast.stmt]) -> str:
    """Returns the text of a program's statements without docstrings: their examples would give away outputs."""
    return normalize(ast.unparse(ast.Module(body=[strip_docstrings(node) for node in definitions], type_ignores=[])))


def split_script(tree: ast.Module) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Returns (imports, definitions and the values these read; example statements, a `__main__` block included)."""
    body = [node for statement in tree.body for node in (
        statement.body if isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test) else [statement])]
    program = [node for node in body if isinstance(node, DEFINITIONS)]
    rest = [node for node in body if not isinstance(node, DEFINITIONS)]
    while needed := [node for node in rest if isinstance(node, (ast.Assign, ast.AnnAssign))
                     and list_names(node, ast.Store) & list_globals(program)]:
        program += needed
        rest = [node for node in rest if node not in needed]
    return sorted(program, key=body.index), rest


def list_globals(program: list[ast.stmt]) -> set[str]:
    """Returns the module-level names that a program reads, in whatever scope."""
    module = symtable.symtable(ast.unparse(ast.Module(body=program, type_ignores=[])), "<script>", "exec")
    tables, found = [module], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found |= {symbol.get_name() for symbol in table.get_symbols()
                  if symbol.is_referenced() and (table is module or symbol.is_global())}
    return found


def list_names(node: ast.AST, context: type) -> set[str]:
    """Returns the names that a statement reads (ast.Load) or binds by assignment (ast.Store)."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, context)}


def list_tests(definitions: list[ast.stmt], examples: list[ast.stmt]) -> tuple[str, ...]:
    """Returns each assert among the examples as a script; one that reads a variable brings what precedes it along."""
    known = set(dir(builtins)) | {name for node in definitions for name in list_bound(node)}
    tests = []
    for i, node in enumerate(examples):
        if isinstance(node, ast.Assert):
            is_alone = list_names(node, ast.Load) - list_names(node, ast.Store) <= known
            before = [] if is_alone else [n for n in examples[:i] if not isinstance(n, ast.Assert)]
            tests.append(ast.unparse(ast.Module(body=[*before, node], type_ignores=[])))
    return tuple(tests)


def list_bound(node: ast.stmt) -> set[str]:
    """Returns the names that a program's statement gives to its module."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return {node.name} if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else list_names(node, ast.Store)


def check_reach(definitions: list[ast.stmt]) -> None:
    """Raises Unfit where a program imports, or calls, what could reach outside or change from run to run."""
    for node in (part for statement in definitions for part in ast.walk(statement)):
        imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else (
            ["." * node.level + (node.module or "")] if isinstance(node, ast.ImportFrom) else [])
        for name in imported:
            if name.split(".")[0] not in ALLOWED_MODULES:
                raise Unfit("import of other modules", f"The code imports {name}; only pure modules of the standard "
                                                       "library are allowed, and none with outside effects.")
        if isinstance(node, ast.Name) and node.id in OUTSIDE_NAMES:
            raise Unfit("outside effects", f"The code uses {node.id}, which reaches outside the program.")
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_METHODS:
            raise Unfit("outside effects", f"The code reads the clock ({node.attr}).")


def choose_entry(functions: list[str], calls: list[ast.Call]) -> str:
    """Returns the function called most often in the examples; of equals, the one defined last."""
    counts = Counter(call.func.id for call in calls)
    return max(reversed(functions), key=lambda name: counts[name])


def strip_docstrings(statement: ast.stmt) -> ast.stmt:
    """Returns a definition without docstrings."""
    for part in ast.walk(statement):
        if isinstance(part, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(part) is not None:
            part.body = part.body[1:] or [ast.Pass()]
    return statement
