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
MAX_UNROLLED = 6  # items of a list comprehension or a sum that is worked item by item
ORDERED = (list, tuple, str, dict)  # collections whose order their literal tells
UNROLLED_AS_THEY_ARE = (ast.Name, ast.Constant, ast.JoinedStr)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Lazy values are shown as the list of what they hold.
LISTED = (range, zip, enumerate, map, filter, reversed, type(iter([])), type(reversed([])), type({}.keys()),
          type({}.values()), type({}.items()))

# `5 is None` is what a program's `x is None` becomes, `5[0]` what a wrong one's `x[0]` does; Python warns about each.
warnings.filterwarnings("ignore", message='"is( not)?" with|.* object is not', category=SyntaxWarning)


class CannotWork(Exception):
    """The expression needs something that is not a literal, a pure builtin or a method of a literal."""


# ValueError: an f-string with a value that Python 3.11 cannot write inside one.
NOT_WORKED = (CannotWork, ValueLimit, SyntaxError, ValueError, RecursionError)


def work_out(expression: ast.expr, state: dict[str, str]) -> list[str]:
    """Returns the stages of evaluating `expression`, names replaced first, the value's literal last.

    Args:
        expression: a parsed expression; it is not changed.
        state: name -> literal of the locals it is evaluated in.

    Returns:
        One entry when the expression is already a literal; [] where it cannot be worked.
    """
    try:
        node = substitute(expression, state)
        stages = [ast.unparse(node)]
        while not is_literal_node(node):
            node = literal_node(evaluate(node)) if len(stages) > MAX_STAGES else reduce_once(node)
            stages.append(ast.unparse(node))
    except NOT_WORKED:
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
    if isinstance(node, (ast.Name, ast.Lambda, ast.Slice, ast.FormattedValue)):
        return True
    if isinstance(node, COMPREHENSIONS):
        return unroll(node) is None
    return isinstance(node, ast.expr) and is_literal_node(node)


def reduce_once(node: ast.expr) -> ast.expr:
    """Returns the node with every innermost operation on literals replaced by its value."""
    items = unroll(node) or add_up(node)
    if items:
        return items
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


def unroll(node: ast.AST) -> ast.List | None:
    """Returns a list comprehension over few known items as the list of its elements, each still to be worked out.

    None where that would show nothing (f-strings: their own quotes hide the parts put in), or where the items or
    their order are not known.
    """
    if not isinstance(node, ast.ListComp) or len(node.generators) > 1 or isinstance(node.elt, UNROLLED_AS_THEY_ARE):
        return None
    loop = node.generators[0]
    try:
        items = evaluate(loop.iter)
        if not isinstance(items, ORDERED) or not 0 < len(items) <= MAX_UNROLLED:
            return None
        states = [bind(loop.target, item) for item in items]
        kept = [state for state in states if all(evaluate(substitute(test, state)) for test in loop.ifs)]
        return ast.List([substitute(node.elt, state) for state in kept], ast.Load())
    except (CannotWork, ValueLimit):
        return None


def bind(target: ast.expr, item: object) -> dict[str, str]:
    """Returns the names that a loop's target binds to an item, with their literals."""
    if isinstance(target, ast.Name):
        return {target.id: to_literal(item)}
    if not isinstance(target, ast.Tuple) or not isinstance(item, (tuple, list)) or len(target.elts) != len(item):
        raise CannotWork("target")
    return {name: text for part, value in zip(target.elts, item, strict=True)
            for name, text in bind(part, value).items()}


def substitute(expression: ast.expr, state: dict[str, str]) -> ast.expr:
    """Returns a copy of an expression with the names in `state` replaced by their literals."""
    return Substitute(state).visit(parse_expression(ast.unparse(expression)))


def add_up(node: ast.AST) -> ast.BinOp | None:
    """Returns the sum of a list of few whole numbers as a chain of additions, None for anything else."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum"
            and len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.List)):
        return None
    terms = node.args[0].elts
    if not 1 < len(terms) <= MAX_UNROLLED or not all(is_whole(term) for term in terms):
        return None
    return functools.reduce(lambda total, term: ast.BinOp(total, ast.Add(), term), terms)


def is_whole(node: ast.expr) -> bool:
    """Returns whether a node is the literal of a whole number."""
    return is_literal_node(node) and type(ast.literal_eval(node)) is int


def work_out_effect(node: ast.stmt, state: dict[str, str]) -> list[str]:
    """Returns the stages of what a statement that changes its targets in place evaluates, as far as they tell more than
    the statement: the value that `xs[i] = a + 1` or `a, b = b, a` stores, the arguments of `xs.append(a + 1)`."""
    if isinstance(node, ast.Expr):
        return work_out_call(node.value, state)
    if isinstance(node, ast.AugAssign):
        return work_out(ast.BinOp(node.target, node.op, node.value), state)
    if isinstance(node, ast.Assign) and not is_literal_node(node.value):
        return work_out(node.value, state)
    return []


def work_out_call(call: ast.expr, state: dict[str, str]) -> list[str]:
    """Returns the stages of a method call up to the point where it is made: `[5].append(2 * 3)`, `[5].append(6)`.

    Returns:
        [] for anything but a call of a variable's method, or where the arguments cannot be worked out.
    """
    is_method = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    if not is_method or not isinstance(call.func.value, ast.Name) or call.keywords:
        return []
    try:
        node = substitute(call, state)
        stages = [ast.unparse(node)]
        while not all(is_literal_node(argument) for argument in node.args) and len(stages) <= MAX_STAGES:
            node = ast.Call(node.func, [reduce_child(argument) for argument in node.args], [])
            stages.append(ast.unparse(node))
    except NOT_WORKED:
        return []
    is_done = is_literal_node(node.func.value) and all(is_literal_node(argument) for argument in node.args)
    return stages if is_done and all(is_tellable(stage) for stage in stages) else []


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
