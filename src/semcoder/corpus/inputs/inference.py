"""What kinds of values a function's parameters take, inferred from its source.

Evidence, weighed and added up: annotations and the docstring's types (handed in), defaults, how the parameter is used
(methods called on it, subscripts, loops, arithmetic, comparisons with constants, built-in and own functions that it
is passed to) and its name. Items of a container are looked at in the same way.
"""

import ast
from collections import Counter
from dataclasses import dataclass

from semcoder.corpus.inputs.evidence import (
    Matcher,
    add_kind,
    add_method,
    add_name,
    find_targets,
    match_name,
    weigh_builtin,
    weigh_expression,
    weigh_method_argument,
)
from semcoder.corpus.inputs.kinds import Kind, kind_of, parse_kinds

HINT_WEIGHT, DEFAULT_WEIGHT = 8.0, 4.0
MAX_DEPTH = 3  # of containers within containers, and of calls of own functions
MAX_KINDS = 3  # kept per parameter


@dataclass(frozen=True)
class Parameter:
    """One parameter; `kinds` maps what it may be to its weight, the best first.

    `constants` are those that stand in a comparison or call together with it: values that a branch may ask for.
    """

    name: str
    kinds: dict[Kind, float]
    style: str  # positional | variable | keyword
    is_optional: bool
    constants: tuple = ()


def infer_parameters(code: str, entry: str, hints: dict[str, str]) -> list[Parameter]:
    """Returns the parameters of a program's entry function; `hints` maps their names to types' text."""
    functions = {node.name: node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}
    function = functions.get(entry)
    if function is None:  # a class, or a function made by an expression
        return []
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    defaults: list = [None] * (len(named) - len(arguments.defaults)) + arguments.defaults
    rows = [(a.arg, "positional", d) for a, d in zip(named, defaults, strict=True)]
    if arguments.vararg:
        rows.append((arguments.vararg.arg, "variable", None))
    rows += [(a.arg, "keyword", d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    found = []
    for name, style, default in rows:
        kinds = Inference(functions).weigh(function, name, default, hints.get(name, ""))
        if style == "variable":  # what is seen is the tuple of them
            kinds = {kind[1]: weight for kind, weight in kinds.items() if isinstance(kind, tuple) and kind[0] == "list"}
        found.append(Parameter(name, kinds or {"int": 1.0, "str": 0.5}, style,
                               default is not None or style == "variable", find_constants(function, name)))
    return found


def find_constants(function: ast.FunctionDef, name: str) -> tuple:
    """Returns the numbers and texts in comparisons and calls that a parameter takes part in."""
    found: dict[str, object] = {}
    for node in ast.walk(function):
        if isinstance(node, (ast.Compare, ast.Call)):
            parts = list(ast.walk(node))
            if any(isinstance(part, ast.Name) and part.id == name for part in parts):
                found |= {repr(part.value): part.value for part in parts if isinstance(part, ast.Constant)
                          and type(part.value) in (int, float, str)}
    return tuple(found.values())


class Inference:
    """Weighs how names are used in the functions of one program."""

    def __init__(self, functions: dict[str, ast.FunctionDef]):
        self._functions = functions

    def weigh(self, function: ast.FunctionDef, name: str, default: ast.expr | None, hint: str) -> dict[Kind, float]:
        """Returns the likeliest kinds of a parameter with their weights, the best first."""
        scores = self._weigh_uses(function, match_name(name), 0)
        for kind in parse_kinds(hint) if hint else []:
            add_kind(scores, kind, HINT_WEIGHT)
        if default is not None:
            try:
                value = ast.literal_eval(default)
                if value is not None:
                    add_kind(scores, kind_of(value), DEFAULT_WEIGHT)
            except ValueError:
                pass
        add_name(scores, name)
        return dict(sorted(scores.items(), key=lambda item: -item[1])[:MAX_KINDS])

    def _weigh_uses(self, function: ast.AST, matches: Matcher, depth: int) -> Counter:
        """Returns the evidence in a function's body about the expressions that `matches` accepts."""
        scores: Counter = Counter()
        loops: list[ast.expr] = []  # targets of loops over it
        for node in ast.walk(function):
            if isinstance(node, (ast.For, ast.comprehension)):
                loops += find_targets(node, matches)
            elif isinstance(node, ast.Call):
                self._weigh_call(node, matches, depth, scores)
            else:
                weigh_expression(node, matches, scores)
        if loops:
            scores.update({("list", "int"): 1.5, "str": 0.5})
        if depth < MAX_DEPTH and any(isinstance(kind, tuple) for kind in scores):
            return self._weigh_items(function, matches, loops, depth, scores)
        return scores

    def _weigh_items(self, function: ast.AST, matches: Matcher, loops: list[ast.expr], depth: int,
                     scores: Counter) -> Counter:
        """Returns the scores with their containers' items replaced by what is known of them."""
        names = {t.id for t in loops if isinstance(t, ast.Name)}

        def is_item(node: ast.AST) -> bool:
            return (isinstance(node, ast.Name) and node.id in names or isinstance(node, ast.Subscript)
                    and not isinstance(node.slice, ast.Slice) and matches(node.value))

        inner = self._weigh_uses(function, is_item, depth + 1)
        for name in sorted(names):
            add_name(inner, name, 0.5)
        shape = next((t for t in loops if isinstance(t, ast.Tuple)), None)
        if shape is not None:
            parts = [self._find_best(function, part, depth) for part in shape.elts]
            inner[("tuple", *parts)] += 2
        if not inner:
            return scores
        best = inner.most_common(1)[0][0]
        refined: Counter = Counter()
        for kind, weight in scores.items():
            if isinstance(kind, tuple) and kind[0] == "list" and kind[1] == "int":
                kind = ("list", best)
            elif isinstance(kind, tuple) and kind[0] == "dict" and shape is None and not names:
                kind = ("dict", kind[1], best)
            refined[kind] += weight
        return refined

    def _find_best(self, function: ast.AST, target: ast.expr, depth: int) -> Kind:
        if not isinstance(target, ast.Name):
            return "int"
        scores = self._weigh_uses(function, match_name(target.id), depth + 1)
        add_name(scores, target.id)
        return scores.most_common(1)[0][0] if scores else "int"

    def _weigh_call(self, call: ast.Call, matches: Matcher, depth: int, scores: Counter) -> None:
        """Adds what a call says: of the value whose method it calls, or of one that is its argument."""
        function = call.func
        if matches(function):
            scores["callable"] += 6
        if isinstance(function, ast.Attribute) and matches(function.value):
            add_method(scores, function.attr)
        places = [i for i, argument in enumerate(call.args) if matches(argument)]
        for place in places:
            if isinstance(function, ast.Name) and function.id in self._functions and depth < MAX_DEPTH:
                self._weigh_helper(self._functions[function.id], place, depth, scores)
            elif isinstance(function, ast.Name):
                weigh_builtin(call, function.id, place, scores)
            elif isinstance(function, ast.Attribute):
                weigh_method_argument(function, scores)

    def _weigh_helper(self, helper: ast.FunctionDef, place: int, depth: int, scores: Counter) -> None:
        names = [*helper.args.posonlyargs, *helper.args.args]
        if place < len(names):
            inner = self._weigh_uses(helper, match_name(names[place].arg), depth + 1)
            scores.update({kind: 0.7 * weight for kind, weight in inner.items()})
