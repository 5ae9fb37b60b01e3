"""Undoing an operation: from what a statement made and what its other operands were to what a variable was before.

`total += x` with total at 7 after it and x at 4: total was `7 - 4`. Only operations that lose nothing are undone.
"""

import ast

from semcoder.monologues.working import CannotWork, evaluate, parse_expression

MAX_CHARS = 120  # of a working
Undo = str | None


def undo_statement(node: ast.AST, name: str, before: dict[str, str], after: dict[str, str], result: str) -> Undo:
    """Returns an expression of known values that gives what `name` was before a statement, or None.

    Args:
        node: the statement.
        name: a variable it reads.
        before: locals before it, name -> literal.
        after: locals after it.
        result: literal of what it assigned or returned, "" for neither.
    """
    if isinstance(node, ast.AugAssign) and result:
        node = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
        text = undo(node, name, before, result)
    elif isinstance(node, (ast.Assign, ast.Return)) and result:
        text = undo(node.value, name, before, result)
    elif isinstance(node, ast.Expr) and name in after:
        text = undo_call(node.value, name, before, after[name])
    else:
        return None
    if text is None or text == before[name] or len(text) > MAX_CHARS:
        return None
    try:
        return text if repr(evaluate(parse_expression(text))) == before[name] else None
    except (CannotWork, SyntaxError):
        return None


def undo(node: ast.expr, name: str, before: dict[str, str], result: str) -> Undo:
    """Returns what `name` was if `node`, which reads it once, came to `result`."""
    if isinstance(node, ast.Name):
        return result if node.id == name else None
    if sum(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node)) != 1:
        return None
    step = next((step for kind, step in STEPS.items() if isinstance(node, kind)), None)
    inner, text = step(node, name, before, result) if step else (None, None)
    return undo(inner, name, before, text) if text else None


def holds_name(node: ast.AST, name: str) -> bool:
    """Returns whether a node reads a name."""
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))


def know(node: ast.expr, before: dict[str, str]) -> str:
    """Returns the literal of an operand that does not hold the name; "" where it cannot be worked out."""
    class Fill(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return parse_expression(before[name.id]) if name.id in before else name

    try:
        return repr(evaluate(Fill().visit(parse_expression(ast.unparse(node)))))
    except (CannotWork, SyntaxError, KeyError):
        return ""


def undo_operator(node: ast.BinOp, name: str, before: dict[str, str], result: str) -> tuple:
    """Returns the operand that holds the name and what it was."""
    is_left = holds_name(node.left, name)
    inner, other = (node.left, node.right) if is_left else (node.right, node.left)
    text = know(other, before)
    if not text:
        return inner, None
    value = ast.literal_eval(text) if text != "set()" else None
    made = group(result)
    if isinstance(value, bool) or value is None:
        return inner, None
    if isinstance(value, int):
        ways = {ast.Add: f"{made} - {group(text)}",
                ast.Sub: f"{made} + {group(text)}" if is_left else f"{text} - {made}",
                ast.Mult: f"{made} // {group(text)}" if value else None}
        return inner, ways.get(type(node.op))
    if isinstance(value, (str, list, tuple)) and isinstance(node.op, ast.Add) and value:
        return inner, f"{made}[:-{len(value)}]" if is_left else f"{made}[{len(value)}:]"
    return inner, None


def group(text: str) -> str:
    """Returns an expression's text such that an operator or subscript may stand beside it."""
    node = parse_expression(text)
    is_safe = isinstance(node, (ast.Constant, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.Call, ast.Subscript))
    return text if is_safe else f"({text})"


def undo_sign(node: ast.UnaryOp, name: str, before: dict[str, str], result: str) -> tuple:
    """Returns the operand of a minus or `not`."""
    if isinstance(node.op, ast.USub):
        return node.operand, f"-{group(result)}"
    return node.operand, f"not {result}" if isinstance(node.op, ast.Not) else None


def undo_slice(node: ast.Subscript, name: str, before: dict[str, str], result: str) -> tuple:
    """Returns what was turned round by `[::-1]` or copied by `[:]`."""
    ways = {"::-1": f"{group(result)}[::-1]", ":": result}
    return node.value, ways.get(ast.unparse(node.slice)) if holds_name(node.value, name) else None


def undo_display(node: ast.List | ast.Tuple, name: str, before: dict[str, str], result: str) -> tuple:
    """Returns the item of a list or tuple that holds the name."""
    place = next(i for i, item in enumerate(node.elts) if holds_name(item, name))
    if any(isinstance(item, ast.Starred) for item in node.elts):
        return None, None
    return node.elts[place], f"{group(result)}[{place}]"


def undo_function(node: ast.Call, name: str, before: dict[str, str], result: str) -> tuple:
    """Returns the argument of a conversion that loses nothing, or the object of such a method."""
    if isinstance(node.func, ast.Attribute) and holds_name(node.func.value, name):
        return node.func.value, {"copy": result, "swapcase": f"{group(result)}.swapcase()"}.get(node.func.attr)
    text = ast.unparse(node)
    if len(node.args) != 1 or node.keywords or not isinstance(node.func, ast.Name):
        return None, None
    if text.startswith("list(reversed(") and isinstance(node.args[0], ast.Call):
        return node.args[0].args[0], f"{group(result)}[::-1]"
    inner = node.args[0]
    kind = type(ast.literal_eval(before[name])).__name__ if isinstance(inner, ast.Name) else ""
    ways = {("list", "list"): result, ("list", "tuple"): f"tuple({result})", ("tuple", "list"): f"list({result})",
            ("str", "int"): f"int({result})", ("list", "str"): f"''.join({result})", ("dict", "dict"): result}
    return inner, ways.get((node.func.id, kind))


STEPS = {ast.BinOp: undo_operator, ast.UnaryOp: undo_sign, ast.Subscript: undo_slice, ast.List: undo_display,
         ast.Tuple: undo_display, ast.Call: undo_function}


def undo_call(call: ast.expr, name: str, before: dict[str, str], after: str) -> Undo:
    """Returns what a list was before a method changed it in place, and lost nothing."""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
            and ast.unparse(call.func.value) == name):
        return None
    method, text = call.func.attr, ast.unparse(call.args[0]) if call.args else ""
    if method == "append":
        return f"{after}[:-1]"
    if method == "reverse":
        return f"{after}[::-1]"
    if method == "extend":
        added = know(call.args[0], before)
        size = len(ast.literal_eval(added)) if added and added[0] in "[('\"{" else 0
        return f"{after}[:-{size}]" if size else None
    return f"{after}[1:]" if method == "insert" and text == "0" else None
