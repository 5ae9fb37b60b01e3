"""Works an expression out on known values, step by step: `total + n` -> `3 + 4` -> `7`.

Only what is safe and sure is worked: operators, subscripts, pure builtins and methods of built-in values,
on operands that are literals. Anything else yields no working, and the narrator states the bare effect.
"""

import ast
import functools
import warnings

from semcoder.execution.literals import ValueLimit, is_literal, to_literal

MAX_STAGES = 5
MAX_STAGE_CHARS = 160
MAX_POWER = 64  # larger exponents and repetitions are not worked: the value could fill memory
MAX_REPEAT = 1000
PURE_BUILTINS = {function.__name__: function for function in (
    abs, all, any, bin, bool, chr, dict, divmod, enumerate, filter, float, frozenset, hex, int, isinstance, len, list,
    map, max, min, oct, ord, pow, range, repr, reversed, round, set, slice, sorted, str, sum, tuple, zip)}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Lazy values are shown as the list of what they hold.
LISTED = (range, zip, enumerate, map, filter, reversed, type(iter([])), type(reversed([])), type({}.keys()),
          type({}.values()), type({}.items()))

# `5 is None` is what a program's `x is None` becomes, `5[0]` what a wrong one's `x[0]` does; Python warns about each.
warnings.filterwarnings("ignore", message='"is( not)?" with|.* object is not', category=SyntaxWarning)


class CannotWork(Exception):
    """The expression needs something that is not a literal, a pure builtin or a method of a literal."""


def work_out(expression: ast.expr, state: dict[str, str]) -> list[str]:
    """Returns the stages of evaluating `expression`, names replaced first, the value's literal last.

    Args:
        expression: a parsed expression; it is not changed.
        state: name -> literal of the locals it is evaluated in.

    Returns:
        One entry when the expression is already a literal; [] where it cannot be worked.
    """
    try:
        node = Substitute(state).visit(parse_expression(ast.unparse(expression)))
        stages = [ast.unparse(node)]
        while not is_literal_node(node):
            node = literal_node(evaluate(node)) if len(stages) > MAX_STAGES else reduce_once(node)
            stages.append(ast.unparse(node))
    except (CannotWork, ValueLimit, SyntaxError, RecursionError):
        return []
    stages[-1] = to_literal(evaluate(node))
    unique = [text for i, text in enumerate(stages) if i == 0 or text != stages[i - 1]]
    if not is_tellable(unique[0]):  # later stages say little without the one they start from
        return unique[-1:]
    return [text for text in unique[:-1] if is_tellable(text)] + unique[-1:]


def is_tellable(stage: str) -> bool:
    """Returns whether a stage fits a sentence: short, and on one line (texts in an f-string may lie on several)."""
    return len(stage) <= MAX_STAGE_CHARS and "\n" not in stage


@functools.lru_cache(maxsize=20_000)
def _parse_cached(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def parse_expression(text: str) -> ast.expr:
    """Returns a fresh syntax tree of an expression."""
    return ast.parse(text, mode="eval").body


class Substitute(ast.NodeTransformer):
    """Replaces names that are read by their literals; names that a comprehension or lambda binds stay."""

    def __init__(self, state: dict[str, str]):
        self._state, self._bound = state, []

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if any(node.id in names for names in self._bound):
            return node
        if node.id in self._state:
            if "<" in self._state[node.id]:  # may be a mark for a value without a literal
                check_plain(self._state[node.id])
            return _parse_cached(self._state[node.id])
        if node.id not in PURE_BUILTINS:
            raise CannotWork(node.id)
        return node

    def _visit_scope(self, node):
        targets = [t for g in getattr(node, "generators", ()) for t in ast.walk(g.target) if isinstance(t, ast.Name)]
        names = {t.id for t in targets}
        if isinstance(node, ast.Lambda):
            names = {a.arg for a in node.args.args}
        self._bound.append(names)
        node = self.generic_visit(node)
        self._bound.pop()
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_Lambda = _visit_scope


def check_plain(text: str) -> None:
    """Raises CannotWork where a literal's text is a mark such as `<generator>` rather than a value."""
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError) as error:
        raise CannotWork(text) from error


def is_literal_node(node: ast.expr) -> bool:
    """Returns whether a node stands for a value as it is (signed numbers and displays of literals included)."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return isinstance(node.operand, ast.Constant) and isinstance(node.operand.value, (int, float))
    if isinstance(node, ast.Dict):
        return all(k is not None and is_literal_node(k) for k in node.keys) and all(map(is_literal_node, node.values))
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(map(is_literal_node, node.elts))
    return isinstance(node, ast.Call) and ast.unparse(node) == "set()"


def is_ready(node: ast.AST) -> bool:
    """Returns whether a node needs no further work before its parent can be evaluated in one go."""
    if isinstance(node, (ast.Name, ast.Lambda, ast.Slice, *COMPREHENSIONS, ast.FormattedValue)):
        return True
    return isinstance(node, ast.expr) and is_literal_node(node)


def reduce_once(node: ast.expr) -> ast.expr:
    """Returns the node with every innermost operation on literals replaced by its value."""
    children = [c for c in ast.iter_child_nodes(node) if isinstance(c, (ast.expr, ast.keyword))]
    if isinstance(node, COMPREHENSIONS) or all(is_settled(child) for child in children):
        return literal_node(evaluate(node))
    # A copy, because parsed literals are shared through a cache.
    copy = type(node)(**{name: value for name, value in ast.iter_fields(node)})
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            setattr(copy, name, [reduce_child(v) if isinstance(v, ast.AST) else v for v in value])
        elif isinstance(value, ast.AST):
            setattr(copy, name, reduce_child(value))
    return ast.copy_location(copy, node)


def is_settled(child: ast.AST) -> bool:
    """Returns whether a child node is ready; a method's receiver or a keyword counts through what it holds."""
    if isinstance(child, ast.Attribute):
        return is_ready(child.value)
    if isinstance(child, ast.keyword):
        return is_ready(child.value)
    if isinstance(child, ast.Starred):
        return is_ready(child.value)
    return is_ready(child)


def reduce_child(child: ast.AST) -> ast.AST:
    """Returns a child node one stage further; what is ready or is not an expression stays."""
    if isinstance(child, (ast.Attribute, ast.keyword, ast.Starred)):
        copy = type(child)(**dict(ast.iter_fields(child)))
        copy.value = reduce_child(child.value)
        return copy
    if not isinstance(child, ast.expr) or is_ready(child):
        return child
    return reduce_once(child)


def evaluate(node: ast.expr) -> object:
    """Returns the value of a closed expression of literals, pure builtins and methods of literals.

    Raises:
        CannotWork: it would raise, is not safe to evaluate here, or its value has no literal.
    """
    for part in ast.walk(node):
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Pow, ast.LShift)):
            check_bound(part.right, MAX_POWER)
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult):
            check_repetition(part)
        if isinstance(part, ast.Compare) and any(isinstance(op, (ast.Is, ast.IsNot)) for op in part.ops):
            check_identity(part)
        if isinstance(part, ast.Attribute) and (part.attr.startswith("_") or part.attr.startswith("format")):
            raise CannotWork(part.attr)
    expression = ast.fix_missing_locations(ast.Expression(node))
    try:
        value = eval(compile(expression, "<working>", "eval"), {"__builtins__": PURE_BUILTINS})
        if isinstance(value, range) and len(value) > MAX_REPEAT:
            raise CannotWork("range")
        if isinstance(value, LISTED):
            value = list(value)  # inside, because a lazy map or filter raises only here
    except Exception as error:
        raise CannotWork(str(error)) from error
    if not is_literal(value):
        raise CannotWork(type(value).__name__)
    return value


def check_identity(node: ast.Compare) -> None:
    """Raises CannotWork unless `is` asks for None, True or False: equal literals need not be the same object."""
    if not all(isinstance(n, ast.Constant) and n.value in (None, True, False) for n in node.comparators):
        raise CannotWork("identity")


def check_bound(node: ast.expr, bound: int) -> None:
    """Raises CannotWork unless `node` is a constant number of at most `bound`."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and node.value <= bound):
        raise CannotWork("power")


def check_repetition(node: ast.BinOp) -> None:
    """Raises CannotWork where a product could be a very long string or list."""
    for side, other in ((node.left, node.right), (node.right, node.left)):
        is_number = isinstance(side, ast.Constant) and isinstance(side.value, (int, float))
        is_sequence = isinstance(other, (ast.List, ast.Tuple)) or (
            isinstance(other, ast.Constant) and isinstance(other.value, (str, bytes)))
        if is_number and is_sequence and side.value > MAX_REPEAT:
            raise CannotWork("repetition")


def literal_node(value: object) -> ast.expr:
    """Returns the syntax tree of a value's literal."""
    return _parse_cached(to_literal(value))
