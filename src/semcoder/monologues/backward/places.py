"""The executed lines of the entry function as places where constraints are looked for: which variables each reads, and
which expression it works out.
"""

import ast
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from semcoder.execution.effects import PURE_METHODS
from semcoder.monologues.backward.constraints import Constraint, is_literal_text
from semcoder.monologues.steps import Step, find_statements
from semcoder.monologues.working import PURE_BUILTINS

Trial = tuple[dict[str, str], str, list[str]]
"""(names put to literals, what the run then gave, what the place's subject was)"""


@dataclass(eq=False)
class Place:
    """One executed line of the entry frame, and what is tried before it."""

    number: int  # 1 for the first executed line
    step: Step
    names: list[str] = field(default_factory=list)
    subject: str = ""  # the expression that the statement works out, where it may be looked at
    is_test: bool = False  # it decides a branch
    tried: list[Trial] = field(default_factory=list)
    kept: dict[str, list[Constraint]] = field(default_factory=dict)  # by name; the subject's under its text
    proven: set[Constraint] = field(default_factory=set)  # those that edits made to break them were tried on
    counts: Counter = field(default_factory=Counter)  # candidates that were refuted, or vacuous

    def list_unproven(self) -> list[Constraint]:
        """Returns what is kept but was met by the first values only."""
        return [c for kept in self.kept.values() for c in kept if c not in self.proven]


def list_places(code: str, steps: list[Step]) -> list[Place]:
    """Returns the executed lines of the entry frame, with the variables worth trying at each.

    A variable is tried where it is last read before it changes, and where it is first read after it has; parameters
    also before the first line.
    """
    tree = ast.parse(code)
    statements, outer = find_statements(code), list_global_names(tree)
    own = [step for step in steps if step.depth == 0 and step.kind not in ("call", "resume", "exception")]
    places, reads, version = [], defaultdict(list), Counter()
    previous = None
    for number, step in enumerate(own, 1):
        node = statements[step.line]
        place = Place(number, step)
        is_round = isinstance(node, (ast.For, ast.AsyncFor)) and previous is not None and is_inside(node, previous)
        if not is_round:
            place.subject, place.is_test = find_subject(node, step, outer)
        for name in () if is_round else find_reads(node, step):
            reads[name, version[name]].append(place)
        places.append(place)
        version.update(step.changed.keys())
        previous = step.line
    for (name, _), read_at in reads.items():
        for place in dict.fromkeys((read_at[0], read_at[-1])):
            place.names.append(name)
    for place in places:  # as the statement reads them
        place.names.sort(key=find_reads(statements[place.step.line], place.step).index)
    return places


def is_inside(loop: ast.For, line: int) -> bool:
    """Returns whether a line lies in a loop, so that an arrival from there asks for the next item only."""
    return loop.lineno <= line <= loop.body[-1].end_lineno


def list_global_names(tree: ast.Module) -> set[str]:
    """Returns the names that a program binds at its top level: they may hide builtins."""
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} | {
        n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))} | {
        a.asname or a.name.split(".")[0] for n in ast.walk(tree)
        if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}


def list_parts(node: ast.AST) -> list[ast.AST]:
    """Returns the parts of a statement that its own line evaluates."""
    if isinstance(node, (ast.If, ast.While, ast.Assert)):
        return [node.test]
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return [node.iter]
    if isinstance(node, ast.Match):
        return [node.subject]
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Try, ast.With, ast.ExceptHandler, ast.match_case)):
        return []
    return [node]


def find_reads(node: ast.AST, step: Step) -> list[str]:
    """Returns the variables with a literal that a statement reads, in the order of the text."""
    names = [n.id for part in list_parts(node) for n in ast.walk(part)
             if isinstance(n, ast.Name) and isinstance(n.ctx, (ast.Load, ast.Del))]
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        names.insert(0, node.target.id)
    return [name for name in dict.fromkeys(names) if is_literal_text(step.before.get(name, "<"))]


def find_subject(node: ast.AST, step: Step, outer: set[str]) -> tuple[str, bool]:
    """Returns the source of what a statement works out, "" where looking at it might change something, and whether
    it is a test."""
    is_test = isinstance(node, (ast.If, ast.While, ast.Assert))
    if is_test:
        expression = node.test
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        expression = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
    elif isinstance(node, ast.Return) and node.value is not None or (
            isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
        expression = node.value
    else:
        return "", is_test
    if not is_pure(expression, step.before, outer):
        return "", is_test
    return ast.unparse(ast.fix_missing_locations(expression)), is_test


def is_pure(expression: ast.expr, state: dict[str, str], outer: set[str]) -> bool:
    """Returns whether evaluating an expression changes nothing: operators, pure builtins and methods on literals."""
    bound = {n.id for n in ast.walk(expression) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {a.arg for n in ast.walk(expression) if isinstance(n, ast.Lambda) for a in n.args.args}
    read = False
    for node in ast.walk(expression):
        if isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)):
            return False
        if isinstance(node, ast.Attribute) and node.attr not in PURE_METHODS | {"format", "join"}:
            return False
        if isinstance(node, ast.Name) and node.id not in bound:
            if node.id in state:
                read = True
                if not is_literal_text(state[node.id]):
                    return False
            elif node.id not in PURE_BUILTINS or node.id in outer:
                return False
    return read
