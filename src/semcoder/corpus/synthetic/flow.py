"""What each statement of a program reads, writes and decides: the static half of a dynamic slice."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

JUMPS = (ast.Return, ast.Break, ast.Continue, ast.Raise, ast.Assert)
COMPOUND = (ast.If, ast.While, ast.For, ast.Try, ast.Match)
UNPROVEN = (ast.FunctionDef, ast.Global, ast.Nonlocal, ast.Pass, ast.Import, ast.ImportFrom)
MUTATING = {ast.Call, ast.Subscript, ast.Delete, ast.AugAssign}


@dataclass(slots=True)
class Flow:
    """One statement, as its own line: for a compound statement, as its header."""

    line: int
    uses: set[str]
    defs: set[str]
    weak: set[str]  # may be written: walrus and loop targets, and for a header what its blocks could write
    parent: int  # line of the enclosing compound statement, 0 at the top of a function
    is_jump: bool
    is_loop: bool
    is_return: bool
    is_proven: bool  # whether some execution must need it: not so for definitions and declarations
    mutates: bool = False  # whether its own text could change a value in place
    may_jump: bool = False  # a header whose blocks could leave the normal order
    may_mutate: bool = False  # a header whose blocks could change a value in place
    outer: frozenset[str] = frozenset()  # names that its function declares global or nonlocal


def read_flows(tree: ast.Module) -> dict[int, Flow]:
    """Returns line -> Flow of every line that can be executed, `case` and `except` lines included.

    The program has one statement a line, as `ast.unparse` writes it.
    """
    flows: dict[int, Flow] = {}
    deferred: dict[str, set[str]] = {}
    read_block(tree.body, 0, flows, deferred)
    if deferred:  # who calls a lambda by its name also reads what the lambda reads
        for flow in flows.values():
            for name in flow.uses & deferred.keys():
                flow.uses |= deferred[name]
    return flows


def read_block(block: list[ast.stmt], parent: int, flows: dict[int, Flow], deferred: dict) -> None:
    """Adds the flows of a block's statements, those inside them included."""
    for statement in block:
        flow = Flow(statement.lineno, set(), set(), set(), parent, isinstance(statement, JUMPS),
                    isinstance(statement, (ast.For, ast.While)), isinstance(statement, ast.Return),
                    not isinstance(statement, UNPROVEN))
        flows[statement.lineno] = flow
        if isinstance(statement, ast.FunctionDef):
            flow.defs.add(statement.name)
            read_block(statement.body, 0, flows, deferred)
            mark_outer(statement, flows)
        elif isinstance(statement, COMPOUND):
            read_header(statement, flow, flows, deferred)
        else:
            read_names(statement, flow)
            if isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.Lambda, ast.GeneratorExp)):
                deferred.update(dict.fromkeys(flow.defs, flow.uses))


def mark_outer(function: ast.FunctionDef, flows: dict[int, Flow]) -> None:
    """Tells a function's lines which names are not its own."""
    outer = frozenset(name for node in function.body if isinstance(node, (ast.Global, ast.Nonlocal))
                      for name in node.names)
    for line in range(function.lineno + 1, function.end_lineno + 1) if outer else ():
        if line in flows:
            flows[line].outer |= outer


def read_header(statement: ast.stmt, flow: Flow, flows: dict[int, Flow], deferred: dict) -> None:
    """Fills the flow of a compound statement and adds those of its blocks."""
    blocks = [getattr(statement, field, []) for field in ("body", "orelse", "finalbody")]
    for part in [getattr(statement, name, None) for name in ("test", "iter", "subject", "target")]:
        if part is not None:
            read_names(part, flow)
    flow.weak |= flow.defs  # an exhausted loop leaves its target as it was
    flow.defs = set()
    for handler in getattr(statement, "handlers", ()):
        blocks.append(handler.body)
        flow.weak |= {handler.name} - {None}
        flows[handler.lineno] = flow
    for case in getattr(statement, "cases", ()):
        blocks.append(case.body)
        for node in [case.pattern, case.guard]:
            read_names(node, flow)
        flow.weak |= {n.name for n in walk(case.pattern) if isinstance(n, (ast.MatchAs, ast.MatchStar)) and n.name}
        flows[case.pattern.lineno] = flow
    for block in blocks:
        read_block(block, flow.line, flows, deferred)
        for inner in block:
            below = flows[inner.lineno]
            flow.weak |= below.defs | below.weak
            flow.may_jump = flow.may_jump or below.is_jump or below.may_jump
            # Which values a statement in the block may change in place cannot be told from its text: aliases.
            flow.may_mutate = flow.may_mutate or below.may_mutate or below.mutates


def read_names(node: ast.AST | None, flow: Flow) -> None:
    """Adds the names that an expression or a simple statement reads and writes."""
    if node is None:
        return
    for part in walk(node):
        kind = part.__class__
        if kind is ast.Name:
            if part.ctx.__class__ is ast.Load:
                flow.uses.add(part.id)
            else:
                flow.defs.add(part.id)
        elif kind in MUTATING:
            flow.mutates = True
            if kind is ast.AugAssign and part.target.__class__ is ast.Name:
                flow.uses.add(part.target.id)
        elif kind is ast.NamedExpr:  # short-circuits may skip it
            flow.weak.add(part.target.id)
    flow.defs -= flow.weak


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yields a node and all below it but contexts and operators: three times as fast as `ast.walk`."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        for name in node._fields:
            value = getattr(node, name)
            if value.__class__ is list:
                todo += [part for part in value if isinstance(part, ast.AST)]
            elif isinstance(value, (ast.expr, ast.stmt, ast.comprehension, ast.arguments, ast.arg, ast.pattern)):
                todo.append(value)
