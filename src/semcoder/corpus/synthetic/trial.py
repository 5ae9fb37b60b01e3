"""Runs a program of our own making in process, many times from one compilation, within budgets.

The program is compiled once with a switch before each statement: a run counts its steps, notes which way each branch
went, and can leave out any one statement, which says what that statement is good for without compiling again.
Nothing here is a sandbox: untrusted programs never come this way.
"""

import ast
import builtins
from dataclasses import dataclass
from types import CodeType

from semcoder.corpus.synthetic.budgets import MAX_EXPONENT, check_exponent, check_factor, check_size, make_range
from semcoder.corpus.synthetic.flow import walk
from semcoder.execution.literals import ValueLimit, is_literal, to_literal
from semcoder.execution.watching import EventLimit

MAX_STEPS = 200  # executed statements after which a run is given up
UNSWITCHED = (ast.FunctionDef, ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.Pass)
PLACE = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
WIDTH_METHODS = ("ljust", "rjust", "center", "zfill", "expandtabs")
COPIES = ("list", "dict", "set")
BUILTINS = frozenset(dir(builtins))
GUARDED = {ast.BinOp, ast.AugAssign, ast.Call}


@dataclass(frozen=True, slots=True)
class Run:
    """One execution: its argument list, how it ended, what it returned and which way its branches went."""

    text: str
    status: str  # ok | exception | over budget | not a literal
    output: str
    outcomes: frozenset[int]  # see Trial.branches


class Trial:
    """A program that runs again and again.

    `branches` numbers every outcome that its branches could have: a condition true and false, a loop's body entered and
    its items exhausted, each case of a match, each handler of a try and its body run to the end.
    """

    def __init__(self, tree: ast.Module, entry: str, max_chars: int):
        """Takes over the tree: it holds the switches afterwards."""
        self.num_statements = 0
        self._detours: list[int] = []  # detour -> number of the statement that it stands in for
        self.branches: set[int] = set()
        self.entry, self._max_chars = entry, max_chars
        self._arguments: dict[str, CodeType] = {}
        for node in walk(tree):
            if node.__class__ in GUARDED:
                guard(node)
        tree.body = self._switch_block(tree.body, False)
        self._code = compile(tree, "<trial>", "exec")

    def run(self, text: str, without: int = -1, detour: int = -1) -> Run:
        """Returns how the program ends on an argument list.

        Args:
            text: the argument list.
            without: number of a statement that is left out.
            detour: number of the detour that stands in for it.
        """
        left, outcomes = MAX_STEPS, set()
        if text not in self._arguments:
            self._arguments[text] = compile(f"({text},)", "<input>", "eval")

        def step(number: int) -> bool:
            nonlocal left
            left -= 1
            if left < 0:
                raise EventLimit("too many steps")
            return number != without

        def branch(outcome: int, value: object) -> object:
            outcomes.add(outcome + 1 if value else outcome)
            return value

        # A fresh namespace for each run, so that globals never leak from one run into the next.
        namespace = {"_step": step, "_branch": branch, "_reach": outcomes.add, "_detour": detour.__eq__,
                     "_check": check_size, "_factor": check_factor, "_exponent": check_exponent, "range": make_range}
        status, output = "ok", ""
        try:
            exec(self._code, namespace)
            value = namespace[self.entry](*eval(self._arguments[text]))
            if is_literal(value):
                output = to_literal(value, self._max_chars)
            else:
                status = "not a literal"
        except (EventLimit, ValueLimit):
            status = "over budget"
        except Exception:
            status = "exception"
        return Run(text, status, output, frozenset(outcomes))

    def has_idle_statement(self, runs: list[Run]) -> bool:
        """Returns whether every run still gives its output when one statement is left out."""
        return any(all(self.run(run.text, number).output == run.output for run in runs)
                   for number in range(self.num_statements))

    def has_idle_operation(self, runs: list[Run]) -> bool:
        """Returns whether every run still gives its output when some `y = operation(x)` is only `y = x`."""
        return any(all(self.run(run.text, number, detour).output == run.output for run in runs)
                   for detour, number in enumerate(self._detours))

    def _switch_block(self, block: list[ast.stmt], repeats: bool) -> list[ast.stmt]:
        return [self._switch(statement, repeats) for statement in block]

    def _switch(self, statement: ast.stmt, repeats: bool) -> ast.stmt:
        """Returns the statement behind its switch; `repeats` says that it may run many times."""
        kind = type(statement)
        if kind is ast.FunctionDef:
            statement.body = self._switch_block(statement.body, statement.name != self.entry)
        if kind in UNSWITCHED:
            return statement
        number = self.num_statements
        self.num_statements += 1
        body = [statement]
        detours = self._make_detours(statement, number) if kind in (ast.Assign, ast.Return) else []
        if kind in (ast.If, ast.While, ast.For, ast.Try, ast.Match):
            self._switch_parts(statement, kind, repeats or kind in (ast.While, ast.For))
        elif repeats:
            body += [make_call("_check", name) for name in find_grown(statement, kind)]
        return ast.If(make_expression("_step", ast.Constant(number, **PLACE)), body, detours, **PLACE)

    def _make_detours(self, statement: ast.Assign | ast.Return, number: int) -> list[ast.stmt]:
        """Returns, for each variable that an operation reads, the statement with this variable in its place."""
        value = statement.value
        if value is None or isinstance(value, ast.Name) or is_copy(value):
            return []
        called = {node.func for node in walk(value) if node.__class__ is ast.Call}
        # Not a builtin: `text = str`, and CPython 3.11 ends with a segmentation fault in a specialised `text.strip()`.
        names = dict.fromkeys(n.id for n in walk(value)
                              if n.__class__ is ast.Name and n not in called and n.id not in BUILTINS)
        detours = []
        for name in names:
            plain = ast.Name(name, ast.Load(), **PLACE)
            shorter = (ast.Return(plain, **PLACE) if isinstance(statement, ast.Return) else
                       ast.Assign(statement.targets, plain, **PLACE))
            test = make_expression("_detour", ast.Constant(len(self._detours), **PLACE))
            detours.append(ast.If(test, [shorter], [], **PLACE))
            self._detours.append(number)
        return detours

    def _switch_parts(self, statement: ast.stmt, kind: type, repeats: bool) -> None:
        """Switches the blocks of a compound statement and notes the outcomes of its branch."""
        blocks = [*getattr(statement, "cases", ()), *getattr(statement, "handlers", ())]
        for block in (statement, *blocks):
            for field in ("body", "orelse", "finalbody"):
                if getattr(block, field, None):
                    setattr(block, field, self._switch_block(getattr(block, field), repeats))
        for block in blocks:
            block.body.insert(0, self._make_outcome())
        if kind is ast.For:
            statement.body.insert(0, self._make_outcome())
            statement.orelse.insert(0, self._make_outcome())
        elif kind is ast.Try:
            statement.body.append(self._make_outcome())
        elif kind in (ast.If, ast.While) and not isinstance(statement.test, ast.Constant):
            first = len(self.branches)
            self.branches |= {first, first + 1}
            statement.test = make_expression("_branch", ast.Constant(first, **PLACE), statement.test)

    def _make_outcome(self) -> ast.stmt:
        """Returns a statement that notes a new outcome when it is reached."""
        outcome = len(self.branches)
        self.branches.add(outcome)
        return make_call("_reach", ast.Constant(outcome, **PLACE))


def is_copy(value: ast.expr) -> bool:
    """Returns whether an expression is there to have a value twice."""
    if isinstance(value, ast.Call):
        function = value.func
        return function.attr == "copy" if isinstance(function, ast.Attribute) else getattr(function, "id", "") in COPIES
    return isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice) and not (
        value.slice.lower or value.slice.upper or value.slice.step)


def guard(node: ast.BinOp | ast.AugAssign | ast.Call) -> None:
    """Puts checks around what could grow without bound in a single step: factors, exponents and widths."""
    if node.__class__ is ast.Call:
        if isinstance(node.func, ast.Attribute) and node.func.attr in WIDTH_METHODS and node.args:
            node.args[0] = limit("_factor", node.args[0])
        return
    right = "value" if node.__class__ is ast.AugAssign else "right"
    if isinstance(node.op, (ast.Mult, ast.Pow, ast.LShift)):
        name = "_factor" if isinstance(node.op, ast.Mult) else "_exponent"
        setattr(node, right, limit(name, getattr(node, right)))
        if right == "right":
            node.left = limit("_factor", node.left)


def limit(name: str, node: ast.expr) -> ast.expr:
    """Returns the expression inside a check; a constant small enough needs none."""
    if isinstance(node, ast.Constant) and (not isinstance(node.value, int) or node.value <= MAX_EXPONENT):
        return node
    return make_expression(name, node)


def make_expression(name: str, *arguments: ast.expr) -> ast.Call:
    """Returns the call `name(*arguments)`."""
    return ast.Call(ast.Name(name, ast.Load(), **PLACE), list(arguments), [], **PLACE)


def make_call(name: str, *arguments: ast.expr) -> ast.Expr:
    """Returns the statement `name(*arguments)`."""
    return ast.Expr(make_expression(name, *arguments), **PLACE)


def find_grown(statement: ast.stmt, kind: type) -> list[ast.Name]:
    """Returns the names whose values a simple statement may have made larger."""
    if kind is ast.Assign:
        targets = statement.targets
    elif kind is ast.AugAssign:
        targets = [statement.target]
    elif kind is ast.Expr and isinstance(statement.value, ast.Call) and isinstance(statement.value.func, ast.Attribute):
        targets = [statement.value.func.value]
    else:
        return []
    return [ast.Name(node.id, ast.Load(), **PLACE) for target in targets for node in ast.walk(target)
            if isinstance(node, ast.Name)]
