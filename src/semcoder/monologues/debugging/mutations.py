"""The mutation operators: what each can do to one node of a syntax tree.

An operator takes a node, its parent and the known variables, and returns its changes. None moves a line: both programs
keep the same number of them.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass

Change = Callable[[ast.AST], ast.AST]  # takes a node of a copy of the tree; returns it changed, or another one

ARITHMETIC = {ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Add,), ast.FloorDiv: (ast.Mult, ast.Mod),
              ast.Mod: (ast.FloorDiv,), ast.Div: (ast.FloorDiv,), ast.Pow: (ast.Mult,), ast.BitAnd: (ast.BitOr,),
              ast.BitOr: (ast.BitAnd,)}
COMPARISON = {ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt),
              ast.GtE: (ast.Gt, ast.LtE), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,),
              ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,)}
LOGIC = {ast.And: (ast.Or,), ast.Or: (ast.And,)}
PAIRS = [("swapcase", "lower"), ("casefold", "upper"), ("max", "min"), ("sum", "len"), ("sorted", "list"),
         ("any", "all"), ("upper", "lower"), ("append", "extend"), ("find", "rfind"), ("lstrip", "rstrip"),
         ("startswith", "endswith"), ("isdigit", "isalpha"), ("isupper", "islower"), ("title", "capitalize"),
         ("ljust", "rjust"), ("add", "discard"), ("keys", "values"), ("union", "intersection"), ("split", "splitlines"),
         ("removeprefix", "removesuffix"), ("index", "count"), ("floor", "ceil"), ("partition", "rpartition")]
CONFUSABLE = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])}  # where two pairs share a name, the later one
LOOPS = (ast.For, ast.While)


@dataclass(frozen=True)
class Variable:
    """Where a variable lives and what it holds, as far as executions show."""

    type: str
    function: str
    line: int  # that binds it first


def swap_operator(table: dict, kinds: tuple) -> Callable:
    """Returns an operator that puts another arithmetic, logical or comparison sign."""
    def list_changes(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
        if not isinstance(node, kinds):
            return []
        if isinstance(node, ast.Compare):
            news = table.get(type(node.ops[0]), ()) if len(node.ops) == 1 else ()
            return [lambda n, new=new: edit(n, ops=[new()]) for new in news]
        return [lambda n, new=new: edit(n, op=new()) for new in table.get(type(node.op), ())]
    return list_changes


def edit(node: ast.AST, **fields: object) -> ast.AST:
    """Returns the node with some of its fields set."""
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def shift(node: ast.expr, by: int) -> ast.expr:
    """Returns an expression that is `by` more: a number is counted on, anything else gets `+ 1` or `- 1`."""
    if is_int(node):
        return ast.Constant(node.value + by)
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(1))


def is_int(node: ast.AST) -> bool:
    """Returns whether a node is an integer constant."""
    return isinstance(node, ast.Constant) and type(node.value) is int


def change_constant(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """Off by one, or the other truth; bounds of slices and ranges and first values are other operators' matter."""
    if not isinstance(node, ast.Constant) or is_bound(node, parent) or isinstance(parent, ast.Assign):
        return []
    return flip(node)


def flip(node: ast.Constant) -> list[Change]:
    """Returns changes of a constant: numbers by one, truths to the other."""
    if type(node.value) is bool:
        return [lambda n: edit(n, value=not n.value)]
    return [lambda n, by=by: edit(n, value=n.value + by) for by in (1, -1)] if is_int(node) else []


def is_bound(node: ast.AST, parent: ast.AST | None) -> bool:
    """Returns whether a node bounds a slice or a range."""
    return isinstance(parent, ast.Slice) or (is_call(parent, "range") and node in parent.args)


def is_call(node: ast.AST | None, name: str) -> bool:
    """Returns whether a node calls the function of that name."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def change_first_value(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """A variable starts from a wrong constant."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
        return []
    if node.value.value == "":
        return [lambda n: edit(n, value=ast.Constant(" "))]
    return [lambda n, change=change: edit(n, value=change(n.value)) for change in flip(node.value)]


def negate_condition(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """A condition is turned round by a `not` in front."""
    if not isinstance(node, (ast.If, ast.While, ast.IfExp)) or isinstance(node.test, (ast.UnaryOp, ast.Constant)):
        return []
    return [lambda n: edit(n, test=ast.UnaryOp(ast.Not(), n.test))]


def drop_not(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """A `not` is forgotten."""
    return [lambda n: n.operand] if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else []


def swap_operands(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """The operands of a sign, or the first two arguments of a call, in the wrong order."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, (ast.Mult, ast.BitAnd, ast.BitOr)):
        if is_int(node.left) and is_int(node.right):
            return []
        return [lambda n: edit(n, left=n.right, right=n.left)]
    if isinstance(node, ast.Call) and len(node.args) >= 2 and not any(isinstance(a, ast.Starred) for a in node.args):
        return [lambda n: edit(n, args=[n.args[1], n.args[0], *n.args[2:]])]
    return []


def confuse_variable(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """Another variable of the same type is read."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or node.id not in variables:
        return []
    own = variables[node.id]
    others = [name for name, other in variables.items() if name != node.id and other.line < node.lineno
              and (other.type, other.function) == (own.type, own.function)]
    return [lambda n, other=other: edit(n, id=other) for other in others]


def move_slice(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """A slice starts or ends one item off."""
    if not isinstance(node, ast.Slice):
        return []
    changes = []
    if node.lower is not None:
        changes += [lambda n, by=by: edit(n, lower=shift(n.lower, by)) for by in (1, -1)]
    elif node.step is None:
        changes.append(lambda n: edit(n, lower=ast.Constant(1)))
    if node.upper is not None:
        changes += [lambda n, by=by: edit(n, upper=shift(n.upper, by)) for by in (1, -1)]
    elif node.step is None:
        changes.append(lambda n: edit(n, upper=ast.UnaryOp(ast.USub(), ast.Constant(1))))
    return changes


def move_range(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """A range starts or ends one number off."""
    if not is_call(node, "range") or not 1 <= len(node.args) <= 3:
        return []
    changes = [lambda n, i=i, by=by: edit(n, args=[*n.args[:i], shift(n.args[i], by), *n.args[i + 1:]])
               for i in range(min(2, len(node.args))) for by in (1, -1)]
    return changes + ([lambda n: edit(n, args=[ast.Constant(1), *n.args])] if len(node.args) == 1 else [])


def move_index(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """An item one place off is read: `xs[i + 1]` for `xs[i]`; constant places are `constant`'s matter."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Name):
        return []
    if node.slice.id not in variables or variables[node.slice.id].type != "int":
        return []
    return [lambda n, by=by: edit(n, slice=shift(n.slice, by)) for by in (1, -1)]


def confuse_name(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """A builtin or method is taken for one that is like it."""
    if isinstance(node, ast.Name) and node.id in CONFUSABLE and is_call(parent, node.id):
        return [lambda n: edit(n, id=CONFUSABLE[n.id])]
    if isinstance(node, ast.Attribute) and node.attr in CONFUSABLE and isinstance(parent, ast.Call):
        return [lambda n: edit(n, attr=CONFUSABLE[n.attr])]
    return []


def change_jump(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """`break` and `continue` are confused, or the line after a loop slips into the loop: a return too early, say."""
    if isinstance(node, (ast.Break, ast.Continue)):
        return [lambda n: ast.Continue() if isinstance(n, ast.Break) else ast.Break()]
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return []
    slips = [i for i in range(1, len(body)) if isinstance(body[i - 1], LOOPS) and not body[i - 1].orelse
             and isinstance(body[i], (ast.Return, ast.Assign, ast.AugAssign, ast.Expr))]
    return [lambda n, i=i: slip_in(n, i) for i in slips]


def slip_in(node: ast.AST, place: int) -> ast.AST:
    """Returns a node whose body's statement at `place` has become the last one of the loop before it."""
    node.body[place - 1].body.append(node.body.pop(place))
    return node


def overwrite(node: ast.AST, parent: ast.AST | None, variables: dict) -> list[Change]:
    """A sum is overwritten where it should grow: `x = y` for `x += y`."""
    return [lambda n: ast.Assign([n.target], n.value)] if isinstance(node, ast.AugAssign) else []


OPERATORS = {
    "arithmetic": swap_operator(ARITHMETIC, (ast.BinOp, ast.AugAssign)),
    "comparison": swap_operator(COMPARISON, (ast.Compare,)),
    "logic": swap_operator(LOGIC, (ast.BoolOp,)),
    "constant": change_constant,
    "first value": change_first_value,
    "negated condition": negate_condition,
    "dropped not": drop_not,
    "swapped operands": swap_operands,
    "variable": confuse_variable,
    "slice": move_slice,
    "range": move_range,
    "index": move_index,
    "name": confuse_name,
    "jump": change_jump,
    "overwrite": overwrite,
}
