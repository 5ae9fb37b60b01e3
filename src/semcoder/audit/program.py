"""What an audit must know of a program's source: its variables, loops, conditions, and which lines can run."""

import ast
import builtins
from dataclasses import dataclass

BUILTINS = frozenset(vars(builtins))


@dataclass(frozen=True)
class Loop:
    """A `for` or `while` statement: lines from its header to the end of its body, and the names it sets."""

    line: int
    end: int
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """Facts of one program.

    `branches` maps the header line of each `if` and `while` to the first line of its body; `plain` are those whose
    test is neither negated nor put together. Conditions and loops whose body stands on the header's own line are left
    out, because no trace tells which way they went, or how often.
    """

    code: str
    entry: str
    parameters: tuple[str, ...]
    variables: frozenset[str]
    functions: frozenset[str]
    loops: tuple[Loop, ...]
    branches: dict[int, int]
    plain: frozenset[int]
    def_line: int
    is_recursive: bool
    statement_lines: frozenset[int]


def read_program(code: str, entry: str) -> Program:
    """Returns the facts of a program that Python can parse."""
    tree = ast.parse(code)
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    variables = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    variables |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    loops, branches, plain, lines = [], {}, set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Global)):
            lines.add(node.lineno)
        if not isinstance(node, (ast.For, ast.While, ast.If)) or node.body[0].lineno == node.lineno:
            continue
        if not isinstance(node, ast.If):
            targets = ast.walk(node.target) if isinstance(node, ast.For) else ()
            loops.append(Loop(node.lineno, node.body[-1].end_lineno,
                              tuple(n.id for n in targets if isinstance(n, ast.Name))))
        if not isinstance(node, ast.For):
            branches[node.lineno] = node.body[0].lineno
            if not isinstance(node.test, (ast.BoolOp, ast.UnaryOp)):
                plain.add(node.lineno)
    arguments = functions[entry].args if entry in functions else None
    is_recursive = entry in functions and any(isinstance(n, ast.Name) and n.id == entry
                                              for n in ast.walk(functions[entry]))
    parameters = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)] if arguments else []
    return Program(code, entry, tuple(parameters), frozenset(variables), frozenset(functions), tuple(loops), branches,
                   frozenset(plain), functions[entry].lineno if entry in functions else 0, is_recursive,
                   frozenset(lines))


def list_functions(code: str) -> list[str]:
    """Returns the names of the functions that a program defines at its top level, in order; raises SyntaxError."""
    return [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]


def find_role(source: str, program: Program) -> str:
    """Returns what a piece of code in a monologue is.

    One letter: f the entry function's name, n a variable, v a literal, a an assignment or a chain of equations
    (`p = 0 + 4 = 4`), e an expression whose names are known, o anything else.
    """
    if source == program.entry:
        return "f"
    if source in program.variables:
        return "n"
    node = parse_expression(source)
    if node is None:
        return "a" if len(split_equation(source)) > 1 else "o"
    if is_literal_node(node):
        return "v"
    called = {n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    is_known = called <= program.functions | program.variables | BUILTINS
    return "o" if isinstance(node, ast.Name) or not is_known else "e"


def parse_expression(source: str) -> ast.expr | None:
    """Returns the syntax tree of an expression, None where `source` is none."""
    try:
        return ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def is_literal_node(node: ast.expr) -> bool:
    """Returns whether an expression is a literal value."""
    if any(isinstance(part, ast.Constant) and part.value is ... for part in ast.walk(node)):
        return False  # `[0, 0, ..., 0]` is an abbreviation
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return ast.unparse(node) == "set()"
    return True


def split_equation(source: str) -> list[str]:
    """Returns the sides of a chain of equations such as `p = 0 + 4 = 4`, or of `x += 1`; [source] where it is none."""
    parts, depth, quote, start = [], 0, "", 0
    for i, letter in enumerate(source):
        if quote:
            quote = "" if letter == quote and source[i - 1] != "\\" else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif (letter == "=" and depth == 0 and source[i - 1:i] not in tuple("=!<>:+-*/%&|^")
              and source[i + 1:i + 2] not in ("=", "") and i):
            parts.append(source[start:i].strip())
            start = i + 1
    return [*parts, source[start:].strip()]


def find_free_names(node: ast.AST) -> set[str]:
    """Returns the names that an expression reads and does not bind itself."""
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    bound = {n.id for n in names if isinstance(n.ctx, ast.Store)}
    bound |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    return {n.id for n in names} - bound
