"""Inputs for functions of unknown types: mutations of known inputs, and typed guesses where none is known."""

import ast
from itertools import product
from random import Random

# Values tried where a function comes without examples, by likely type.
GUESSES = ("3", "10", "-2", "'hello world'", "'abc'", "'a-b_c'", "[3, 1, 2, 3]", "[1, 2, 3, 4, 5]", "['b', 'a', 'c']",
           "{'a': 1, 'b': 2}", "(4, 5)", "[[1, 2], [3, 4]]", "2.5", "True")
MAX_GUESSES = 60
MAX_MUTATIONS = 24


def mutate_inputs(known: list[str], random: Random) -> list[str]:
    """Returns new argument lists, each a known one with one literal changed in a way that keeps its type."""
    found: dict[str, None] = {}
    for _ in range(MAX_MUTATIONS if known else 0):
        call = ast.parse(f"f({random.choice(known)})", mode="eval").body
        places = [n for n in ast.walk(call) if isinstance(n, (ast.Constant, ast.List, ast.Dict))]
        if places:
            change(random.choice(places), random)
            found[render_arguments(call)] = None
    return [text for text in found if text not in known]


def change(node: ast.expr, random: Random) -> None:
    """Changes one literal in place."""
    if isinstance(node, (ast.List, ast.Dict)):
        values = node.elts if isinstance(node, ast.List) else node.values
        if values:
            i = random.randrange(len(values))
            values.pop(i)
            if isinstance(node, ast.Dict):
                node.keys.pop(i)
    elif type(node.value) is bool:
        node.value = not node.value
    elif type(node.value) is int:
        node.value += random.choice((-2, -1, 1, 2, 5))
    elif type(node.value) is float:
        node.value += random.choice((-1.5, 0.5, 2.0))
    elif type(node.value) is str:
        i = random.randrange(len(node.value) + 1)
        node.value = random.choice((node.value[:i] + random.choice("abe _A1") + node.value[i:], node.value[::-1],
                                    node.value[:i], node.value.swapcase()))


def render_arguments(call: ast.Call) -> str:
    """Returns a call's arguments as source text."""
    return ", ".join([*map(ast.unparse, call.args), *(f"{k.arg}={ast.unparse(k.value)}" for k in call.keywords)])


def guess_inputs(num_arguments: int, random: Random) -> list[str]:
    """Returns argument lists of `num_arguments` typed guesses, a random part of all combinations."""
    if num_arguments == 0:
        return []
    if num_arguments <= 2:
        combinations = list(product(GUESSES, repeat=num_arguments))
    else:
        combinations = [tuple(random.choices(GUESSES, k=num_arguments)) for _ in range(2 * MAX_GUESSES)]
    random.shuffle(combinations)
    return [", ".join(values) for values in combinations[:MAX_GUESSES]]
