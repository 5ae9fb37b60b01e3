"""Crux-like programs: free-form functions of the shape of CRUXEval's, grown statement by statement from types.

Level 1 is short and shallow: a few operations on numbers, strings and lists of numbers. Level 2 adds dictionaries, sets,
tuples, nested lists, while loops, early returns, exceptions and most methods of the built-in types; level 3 adds helper
functions, lambdas, match, walrus, generators and longer bodies.
"""

from dataclasses import replace
from random import Random

from semcoder.corpus.candidates import Candidate, make_random, normalize
from semcoder.corpus.synthetic.acceptance import accept
from semcoder.corpus.synthetic.blocks import BRANCHES, CHANGES, EASY, LOOPS
from semcoder.corpus.synthetic.growth import Growth, Stuck
from semcoder.corpus.synthetic.patterns import CONTROL, HELPERS, IN_PLACE, STRINGS
from semcoder.corpus.synthetic.templates import Table
from semcoder.corpus.synthetic.values import Source
from semcoder.corpus.synthetic.words import NAMES

MAX_ATTEMPTS = 60  # grown anew until a program passes all tests
EASY_SIGNATURES = (("ints",), ("str",), ("ints", "int"), ("str", "int"), ("int", "int"), ("str", "str"))
Growth.changes = CHANGES
EASY_BLOCKS = Table(*EASY)
BLOCKS = Table(*EASY, *BRANCHES, *LOOPS, *(replace(block, weight=1.4 * block.weight) for block in IN_PLACE), *STRINGS,
               *CONTROL, *HELPERS)
WIDE_SIGNATURES = {
    ("str",): 9, ("ints",): 6, ("words",): 4, ("counts",): 5, ("str", "str"): 5, ("str", "int"): 4, ("ints", "int"): 4,
    ("ints", "ints"): 2, ("words", "str"): 3, ("words", "int"): 1, ("words", "ints"): 1, ("counts", "str"): 2,
    ("counts", "counts"): 0.6, ("counts", "int"): 1, ("int", "int"): 2, ("rows",): 2, ("rows", "int"): 0.6,
    ("pairs",): 1.2, ("pairs", "int"): 0.5, ("groups",): 1.5, ("groups", "str"): 0.7, ("numset", "ints"): 1.6,
    ("wordset", "str"): 0.6, ("point",): 0.6, ("point", "int"): 0.6, ("str", "str", "int"): 1, ("ints", "int", "int"): 1,
    ("float", "int"): 0.5, ("str", "bool"): 0.5, ("words", "counts"): 0.5, ("numset", "int"): 0.5}
KIND_WEIGHTS = {"int": 3, "str": 6, "ints": 3, "words": 3, "counts": 1.5, "bool": 0.7, "float": 0.5, "rows": 0.4, "pairs": 0.6,
                "numset": 1.3, "wordset": 0.6, "point": 0.5, "groups": 0.4}


def generate_crux(seed: int, index: int, level: int, num_inputs: int) -> tuple[Candidate | None, list[str]]:
    """Returns the index-th crux-like program and why its failed attempts were rejected.

    The same (seed, index, level, num_inputs) yields the same program on every machine and in every process. The
    program has `num_inputs` inputs, up to twice as many where its branches need more.
    """
    random = make_random("crux", seed, index, level)
    flaws = []
    for _ in range(MAX_ATTEMPTS):
        grown = random.randint(max(1, level - 1), level)
        source = Source(random, grown)
        try:
            code, kinds = grow_program(random, grown, source)
        except Stuck:
            code = ""
        if not code:
            flaws.append("unused argument")
            continue
        runs, flaw = accept(code, "f", lambda kinds=kinds, source=source: draw_arguments(source, kinds), num_inputs, level)
        if not flaw:
            return Candidate("synthetic", "crux", f"crux seed {seed} index {index}", "MIT", level, "f", normalize(code),
                             tuple(run.text for run in runs)), flaws
        flaws.append(flaw)
    return None, flaws


def draw_arguments(source: Source, kinds: tuple[str, ...]) -> str:
    """Returns an argument list for parameters of the given types."""
    return ", ".join([source.draw(kind) for kind in kinds])


def grow_program(random: Random, level: int, source: Source) -> tuple[str, tuple[str, ...]]:
    """Returns (code, parameter types) of one random function named f; no code where a parameter stayed unread."""
    g = Growth(random, level, source)
    kinds = random.choice(EASY_SIGNATURES) if level == 1 else random.choices(
        list(WIDE_SIGNATURES), list(WIDE_SIGNATURES.values()))[0]
    g.parameters = [g.declare(kind, NAMES[kind]) for kind in kinds]
    g.unread = dict.fromkeys(g.parameters)
    for _ in range(random.randint(1, 2) if level == 1 else random.randint(1, level)):
        if random.random() < (0.6 if level == 1 else 0.25):
            assign(g)
        else:
            g.add((EASY_BLOCKS if level == 1 else BLOCKS).draw(random, level, g.kinds()), 1)
    g.lines.append("    return " + (finish_easy(g) if level == 1 else finish(g)))
    if any(name in g.unread for name in g.parameters):
        return "", kinds
    return "\n".join([*g.above, f"def f({', '.join(g.parameters)}):", *g.lines]) + "\n", kinds


def assign(g: Growth) -> None:
    """Adds an assignment of an operation to a new variable, or to the one that it reads."""
    kinds = [kind for kind in KIND_WEIGHTS if g.level > 1 or kind in ("int", "str", "ints")]
    for _ in range(4):
        kind = g.random.choices(kinds, [KIND_WEIGHTS[k] if g.level > 1 else 1 for k in kinds])[0]
        before = dict(g.unread)
        text = g.operate(kind)
        if text:
            break
    else:
        return
    just_read = [n for n in g.variables(kind) if n in before and n not in g.unread]
    if just_read and g.random.random() < 0.45:
        name = just_read[-1]
    else:
        name = g.declare(kind, NAMES[kind])
    g.lines.append(f"    {name} = {text}")
    g.unread[name] = None


def finish_easy(g: Growth) -> str:
    """Returns what a level 1 function returns: what it made last, or an operation on it."""
    last = list(g.unread or g.types)[-1]
    kind = g.types[last]
    shape = g.random.choices(("name", "operation", "comparison"), (4, 4, 1))[0]
    if shape == "operation":
        return g.operate(kind)
    g.unread.pop(last, None)
    return last if shape == "name" else f"{last} {g.random.choice(['==', '!='])} {g.expression(kind, avoid=[last])}"


def finish(g: Growth) -> str:
    """Returns what the function returns: something that reads every variable nobody has read."""
    for _ in range(4):  # what nobody has looked at yet is worked on first, parameters above all
        waiting = [name for name in g.parameters if name in g.unread] if len(g.unread) > 1 else []
        waiting = waiting or (list(g.unread)[:1] if len(g.unread) > 2 else [])
        if not waiting:
            break
        name = g.random.choice(waiting)
        kind, text = read_all(g, [name])
        if text:
            g.unread[new := g.declare(kind, NAMES[kind])] = None
            g.lines.append(f"    {new} = {text}")
    left = list(g.unread or list(g.types)[-1:])
    if len(left) == 1 and left[0] not in g.parameters and g.random.random() < 0.5:
        text = ""
    elif len(left) <= 2:
        text = read_all(g, left)[1]
    else:
        text = f"({', '.join(left)})"
    g.unread.clear()
    return text or (left[0] if len(left) == 1 else combine(g, *left))


def read_all(g: Growth, names: list[str]) -> tuple[str, str]:
    """Returns (type, text) of an operation that reads all the given variables, or no text."""
    for attempt in range(6):
        unread, types = dict(g.unread), g.types
        if attempt or len(names) > 1:  # with nothing else in reach
            g.types = {name: types[name] for name in names}
        goal = g.random.choice((*RETURNS[types[g.random.choice(names)]], *(("int", "bool", "str") if len(names) > 1 else ())))
        g.unread = dict.fromkeys(names)
        text = g.operate(goal, least=len(names))
        is_read = bool(text) and not g.unread
        g.types, g.unread = types, unread
        if is_read:
            for name in names:
                g.unread.pop(name, None)
            return goal, text
    return "", ""


def combine(g: Growth, first: str, second: str) -> str:
    """Returns one expression over two variables."""
    kinds = {g.types[first], g.types[second]}
    options = [f"({first}, {second})", f"[{first}, {second}]"]
    if kinds == {"int"}:
        options += [f"{first} + {second}", f"{first} - {second}", f"{first} * {second}", f"max({first}, {second})"] * 2
    elif kinds == {"str"}:
        options += [f"{first} + {second}", f"f'{{{first}}} {{{second}}}'", f"{second}.join({first})", f"{first} in {second}"] * 2
    elif kinds <= {"ints", "words"}:
        options += [f"{first} + {second}", f"{first} == {second}"] * 2
    elif kinds == {"str", "int"}:
        options += [f"f'{{{first}}}:{{{second}}}'", f"{{'value': {first}, 'next': {second}}}"]
    elif kinds == {"counts"}:
        options += [f"{{**{first}, **{second}}}", f"{first} | {second}"] * 2
    elif kinds == {"words", "str"}:
        words, text = (first, second) if g.types[first] == "words" else (second, first)
        options += [f"{text}.join({words})", f"[{text}, *{words}]", f"{text} in {words}"] * 2
    return g.random.choice(options)


RETURNS = {  # what an operation on the last variable may yield
    "int": ("int", "int", "str", "bool"), "float": ("float", "int"), "str": ("str", "str", "str", "int", "words", "bool"),
    "ints": ("ints", "ints", "int", "int", "bool"), "words": ("words", "str", "str", "int", "counts"),
    "counts": ("counts", "words", "ints", "pairs", "int"), "groups": ("counts", "groups", "rows"), "rows": ("ints", "rows", "int"),
    "pairs": ("pairs", "words", "counts", "int"), "numset": ("ints", "int", "numset"), "wordset": ("words", "wordset", "int"),
    "point": ("int", "point", "ints"), "bool": ("bool", "str"),
}
