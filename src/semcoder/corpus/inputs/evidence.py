"""What single expressions say of the kind of a value: weights per kind, from its uses and its name."""

import ast
import re
from collections import Counter
from collections.abc import Callable

from semcoder.corpus.inputs.kinds import DEFAULTS, Kind, kind_of, parse_kinds

NAME_WEIGHT = 1.5
METHODS = {kind: set(dir(kind)) for kind in (str, list, dict, set, int, float)}
# Names of parameters -> kind; the first pattern that is found counts.
NAMES: tuple[tuple[str, Kind], ...] = (
    ("matrix|grid|board|table|rows|maze|image|mat$", ("list", ("list", "int"))),
    ("graph|adj", ("dict", "str", ("list", "str"))),
    ("intervals|points|edges|pairs|coords", ("list", ("tuple", "int", "int"))),
    ("words|strings|strs|names|lines|texts|keys|tokens|parts|dictionary|args$", ("list", "str")),
    ("^is_|^has_|reverse|strict|flag|ignore|^use_|^allow|verbose|^keep|^only", "bool"),
    ("mapping|^d$|dict|^dct|counts|^map$", ("dict", "str", "int")),
    ("nums|numbers|arr|array|list|lst|values|vals|data|items|seq|^xs$|iterable|elements|prices|weights|heights|stack|"
     "candidates|population|heap|collection|^it$", ("list", "int")),
    ("text|string|^s$|^s\\d$|str|word|name|path|file|line|url|prefix|suffix|sep|char|letter|key|title|sentence|label|"
     "pattern|phrase|code|doc|html|token|tag|expr|value|format|msg|message|encoding|header|source|content", "str"),
    ("prob|ratio|rate|frac|alpha|eps|tol|mean|sigma|float|angle|lat|lon|percent", "float"),
    ("^n$|^k$|^m$|num|count|size|len|index|idx|^i$|^j$|width|depth|year|month|day|base|limit|target|max|min|start|end|"
     "total|bits|int|amount|^[abpqxy]$|step|low|high|left|right|indent|digit|order|degree", "int"),
)
# Built-in functions -> kinds of their first arguments.
ARGUMENTS: dict[str, dict[Kind, float]] = {
    "len": {("list", "int"): 1, "str": 1}, "range": {"int": 3}, "ord": {"str": 3}, "chr": {"int": 3},
    "sum": {("list", "int"): 3}, "max": {("list", "int"): 1, "int": 0.5}, "min": {("list", "int"): 1, "int": 0.5},
    "sorted": {("list", "int"): 2}, "abs": {"int": 2, "float": 1}, "round": {"float": 2}, "hex": {"int": 3},
    "bin": {"int": 3}, "oct": {"int": 3}, "divmod": {"int": 3}, "pow": {"int": 2}, "int": {"str": 1, "int": 0.5},
    "float": {"float": 1, "str": 0.5}, "str": {"int": 1}, "enumerate": {("list", "int"): 1.5, "str": 0.5},
    "reversed": {("list", "int"): 1.5, "str": 0.5}, "zip": {("list", "int"): 1.5, "str": 0.3},
    "set": {("list", "int"): 1.5, "str": 0.5}, "list": {("list", "int"): 1.5, "str": 0.5},
    "tuple": {("list", "int"): 1.5}, "iter": {("list", "int"): 1.5}, "any": {("list", "bool"): 2, ("list", "int"): 1},
    "all": {("list", "bool"): 2, ("list", "int"): 1}, "dict": {("dict", "str", "int"): 2}, "callable": {},
}
LIBRARIES: dict[str, dict[Kind, float]] = {
    "re": {"str": 3}, "math": {"int": 1.5, "float": 1.5}, "heapq": {("list", "int"): 3},
    "bisect": {("list", "int"): 2}, "itertools": {("list", "int"): 1.5},
}
TEXT_METHODS = {"startswith", "endswith", "split", "rsplit", "strip", "find", "replace", "partition", "rpartition"}
Matcher = Callable[[ast.AST], bool]


def match_name(name: str) -> Matcher:
    """Returns a test for the variable of a name."""
    return lambda node: isinstance(node, ast.Name) and node.id == name


def add_kind(scores: Counter, kind: Kind, weight: float) -> None:
    """Adds weight to a kind; a container that says nothing of its items supports what is known of them."""
    if isinstance(kind, tuple) and kind == DEFAULTS[kind[0]]:
        kind = next((other for other, _ in scores.most_common() if other[0] == kind[0]), kind)
    scores[kind] += weight


def add_name(scores: Counter, name: str, factor: float = 1.0) -> None:
    """Adds what a name says."""
    kind = next((kind for pattern, kind in NAMES if re.search(pattern, name, re.I)), None)
    if kind is not None:
        add_kind(scores, kind, NAME_WEIGHT * factor)


def add_method(scores: Counter, name: str) -> None:
    """Adds the built-in types that have a method, each its share."""
    kinds = [DEFAULTS.get(kind.__name__, kind.__name__) for kind, names in METHODS.items() if name in names]
    scores.update({kind: 4 / len(kinds) for kind in kinds})


def find_targets(loop: ast.For | ast.comprehension, matches: Matcher) -> list[ast.expr]:
    """Returns the targets that take the items of a matching value, enumerate, zip and the like seen through."""
    iterated, target = loop.iter, loop.target
    if matches(iterated):
        return [target]
    if not (isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Name)):
        return []
    name, parts = iterated.func.id, target.elts if isinstance(target, ast.Tuple) else []
    for place, argument in enumerate(iterated.args):
        if matches(argument):
            if name in ("reversed", "sorted", "set", "list", "iter"):
                return [target]
            if name == "enumerate" and len(parts) == 2:
                return [parts[1]]
            if name == "zip" and place < len(parts):
                return [parts[place]]
    return []


def weigh_expression(node: ast.AST, matches: Matcher, scores: Counter) -> None:
    """Adds what an expression other than a call says of the matching values within."""
    if isinstance(node, ast.Subscript):
        if matches(node.value):
            scores.update(weigh_subscript(node))
        elif matches(node.slice) or isinstance(node.slice, ast.Slice) and any(map(matches, ast.iter_child_nodes(
                node.slice))):
            scores["int"] += 1.5
    elif isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for i, operator in enumerate(node.ops):
            weigh_comparison(sides[i], operator, sides[i + 1], matches, scores)
    elif isinstance(node, (ast.BinOp, ast.AugAssign)):
        left, right = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
        if matches(left) or matches(right):
            scores.update(weigh_arithmetic(node.op, right if matches(left) else left, matches(left)))
    elif isinstance(node, ast.UnaryOp) and matches(node.operand) and isinstance(node.op, (ast.USub, ast.Invert)):
        scores["int"] += 1.5
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and matches(node.value):
        scores[("tuple", *["int"] * len(node.targets[0].elts))] += 2
    elif isinstance(node, ast.Starred) and matches(node.value):
        scores[("list", "int")] += 1


def weigh_subscript(node: ast.Subscript) -> dict[Kind, float]:
    """Returns what a subscript says of the value it looks into."""
    is_read = isinstance(node.ctx, ast.Load)
    index = node.slice
    if isinstance(index, ast.Constant) and isinstance(index.value, str):
        return {("dict", "str", "int"): 3}
    if isinstance(index, ast.Tuple):
        return {}
    if not is_read:
        return {("list", "int"): 2, ("dict", "str", "int"): 0.5}
    if isinstance(index, ast.Slice):
        return {("list", "int"): 1, "str": 1}
    return {("list", "int"): 1, "str": 0.6}


def weigh_comparison(left: ast.expr, operator: ast.cmpop, right: ast.expr, matches: Matcher, scores: Counter) -> None:
    """Adds what a comparison with a constant, or a membership test, says."""
    if isinstance(operator, (ast.In, ast.NotIn)):
        if matches(right):
            scores.update({("list", "int"): 1, "str": 0.7, ("dict", "str", "int"): 0.5})
        elif matches(left) and isinstance(right, ast.Constant) and isinstance(right.value, str):
            scores["str"] += 2
        elif matches(left) and isinstance(right, (ast.Tuple, ast.List, ast.Set)) and right.elts:
            add_constant(scores, right.elts[0])
        return
    for one, other in ((left, right), (right, left)):
        if matches(one):
            add_constant(scores, other)
            if isinstance(operator, (ast.Lt, ast.Gt, ast.LtE, ast.GtE)):
                scores["int"] += 0.5


def add_constant(scores: Counter, node: ast.expr) -> None:
    """Adds the kind of a constant that a value is compared with."""
    if isinstance(node, ast.Constant) and node.value is not None:
        scores[kind_of(node.value)] += 2
    elif isinstance(node, ast.List):
        scores[("list", "int")] += 1


def weigh_arithmetic(operator: ast.operator, other: ast.expr, is_left: bool) -> dict[Kind, float]:
    """Returns what an operator and its other side say of a value."""
    if isinstance(other, ast.Constant) and isinstance(other.value, (str, float)):
        is_format = isinstance(operator, ast.Mod) and isinstance(other.value, str)
        return {} if is_format else {kind_of(other.value): 3}
    if isinstance(operator, (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift, ast.FloorDiv)):
        return {"int": 3}
    if isinstance(operator, ast.Mod):
        return {"int": 2} if is_left else {"int": 1}
    if isinstance(operator, ast.Add):
        return {"int": 2} if isinstance(other, ast.Constant) else {"int": 0.6, "str": 0.4, ("list", "int"): 0.3}
    return {"int": 1.5, "float": 0.8} if isinstance(operator, (ast.Sub, ast.Div, ast.Pow)) else {"int": 1, "float": 0.5}


def weigh_builtin(call: ast.Call, name: str, place: int, scores: Counter) -> None:
    """Adds what a built-in function says of its argument."""
    if name == "isinstance" and place == 0 and len(call.args) == 2:
        for kind in parse_kinds(" ".join(re.findall(r"\w+", ast.unparse(call.args[1])))):
            scores[kind] += 2
    elif name in ("map", "filter"):
        scores.update({("list", "int"): 1.5} if place else {"callable": 3})
    elif name == "len" and place == 0:
        scores.update(ARGUMENTS[name])
    elif len(call.args) > 1 and name in ("max", "min"):
        scores.update({"int": 1})
    elif name in ARGUMENTS:
        scores.update(ARGUMENTS[name])


def weigh_method_argument(function: ast.Attribute, scores: Counter) -> None:
    """Adds what the method or library function says that takes the value as an argument."""
    root = function.value
    if isinstance(root, ast.Name) and root.id in LIBRARIES:
        scores.update(LIBRARIES[root.id])
    elif function.attr == "join":
        scores[("list", "str")] += 3
    elif function.attr in TEXT_METHODS:
        scores["str"] += 1.5
