"""Crux-like programs: free-form functions of the shape of CRUXEval's, grown statement by statement from types.

Level 1 is short and shallow: a few operations on numbers, strings and lists of numbers. Level 2 adds dictionaries,
sets, tuples, nested lists, while loops, early returns, exceptions and most methods of the built-in types; level 3 adds
helper functions, lambdas, match, walrus, generators and longer bodies. Each level mixes in the one below it.

Above level 1 one program in three has a plan: an entry of the tables, each in its turn, that it must show and that its
parameters must suit. So the rarest method has its place, while the rest follows the tables' weights.
"""

from random import Random

from semcoder.corpus.candidates import Candidate, make_random, normalize
from semcoder.corpus.synthetic.acceptance import accept
from semcoder.corpus.synthetic.blocks import BRANCHES, CHANGES, EASY_BRANCHES, EASY_LOOPS
from semcoder.corpus.synthetic.control import CONTROL, FUNCTIONS
from semcoder.corpus.synthetic.endings import finish, finish_easy
from semcoder.corpus.synthetic.expressions import EXPRESSIONS
from semcoder.corpus.synthetic.growth import Growth, Stuck, list_kinds
from semcoder.corpus.synthetic.loops import LOOPS
from semcoder.corpus.synthetic.patterns import IN_PLACE, SETS, STRINGS
from semcoder.corpus.synthetic.templates import Block, Production, Table
from semcoder.corpus.synthetic.values import Source

MAX_ATTEMPTS = 60  # grown anew until a program passes all tests
EASY_MAKERS = ("assign", "assign", "assign", CHANGES, CHANGES, Table(*EASY_BRANCHES), Table(*EASY_LOOPS))
BLOCKS = Table(*EASY_BRANCHES, *EASY_LOOPS, *BRANCHES, *LOOPS, *IN_PLACE, *SETS, *STRINGS, *CONTROL, *FUNCTIONS)
ASSIGN_SHARE = 0.25  # of statements above level 1
EASY_SIGNATURES = (("ints",), ("str",), ("ints", "int"), ("str", "int"), ("int", "int"), ("str", "str"))
WIDE_SIGNATURES = {  # parameter types and how often they come
    ("str",): 9, ("ints",): 6, ("words",): 4, ("counts",): 5, ("rows",): 2, ("pairs",): 1.2, ("groups",): 1.5,
    ("point",): 0.6, ("str", "str"): 5, ("str", "int"): 4, ("str", "bool"): 0.5, ("str", "str", "int"): 1,
    ("ints", "int"): 4, ("ints", "ints"): 2, ("ints", "int", "int"): 1, ("int", "int"): 2, ("float", "int"): 0.5,
    ("words", "str"): 3, ("words", "int"): 1, ("words", "ints"): 1, ("words", "counts"): 0.5, ("counts", "str"): 2,
    ("counts", "counts"): 0.6, ("counts", "int"): 1, ("rows", "int"): 0.6, ("pairs", "int"): 0.5,
    ("groups", "str"): 0.7, ("numset", "ints"): 1.6, ("numset", "int"): 0.5, ("wordset", "str"): 0.6,
    ("point", "int"): 0.6, ("wordset", "words"): 0.5, ("words", "words"): 0.8, ("numset", "numset"): 0.3,
    ("float", "float"): 0.1,
}
OFFERS = {types: list_kinds(types) for types in WIDE_SIGNATURES}  # which needs a signature meets
EASY_KINDS = {"int": 1, "str": 1, "ints": 1}  # of assigned variables
WIDE_KINDS = {"int": 3, "str": 6, "ints": 3, "words": 3, "counts": 1.5, "bool": 0.7, "float": 0.5, "rows": 0.4,
              "pairs": 0.6, "numset": 1.3, "wordset": 0.6, "point": 0.5, "groups": 0.4}

PLAN_SHARE, MAX_PLAN_ATTEMPTS = 1 / 3, 30
ENTRIES = [*((kind, entry) for kind, table in EXPRESSIONS.items() for entry in table.entries),
           *(("", block) for block in BLOCKS.entries)]
PLANS = {level: [(kind, entry, option) for kind, entry in ENTRIES if 1 < entry.level <= level
                 and any(entry.needs <= offer for offer in OFFERS.values()) for option in range(entry.num_texts)]
         for level in (2, 3)}
# Multiples of the golden ratio, modulo 1, fall evenly, also where only every so manieth index is crux-like.
GOLDEN = (5 ** 0.5 - 1) / 2


def generate_crux(seed: int, index: int, level: int, num_inputs: int) -> tuple[Candidate | None, list[str]]:
    """Returns the index-th crux-like program and why its failed attempts were rejected.

    The same (seed, index, level, num_inputs) yields the same program on every machine and in every process. The
    program has `num_inputs` inputs, up to twice as many where its branches need more.
    """
    random = make_random("crux", seed, index, level)
    flaws = []
    plan = find_plan(index, level)
    for attempt in range(MAX_ATTEMPTS):
        if attempt == MAX_PLAN_ATTEMPTS:
            plan = None
        grown = level if plan else random.randint(max(1, level - 1), level)
        source = Source(random, grown)
        try:
            code, types = grow_program(random, grown, source, plan)
        except Stuck as reason:
            flaws.append(str(reason))
            continue
        runs, flaw = accept(code, "f", lambda types=types, source=source: draw_arguments(source, types), num_inputs,
                            level)
        if not flaw:
            return Candidate("synthetic", "crux", f"crux seed {seed} index {index}", "MIT", level, "f",
                             normalize(code), tuple(run.text for run in runs)), flaws
        flaws.append(flaw)
    return None, flaws


def find_plan(index: int, level: int) -> tuple[str, Production | Block, int] | None:
    """Returns (type, entry, alternative) that an index must show, or None: it is free."""
    turn = index * GOLDEN % 1 / PLAN_SHARE
    return PLANS[level][int(turn * len(PLANS[level]))] if level > 1 and turn < 1 else None


def draw_arguments(source: Source, types: tuple[str, ...]) -> str:
    """Returns an argument list for parameters of the given types."""
    return ", ".join([source.draw(kind) for kind in types])


def grow_program(random: Random, level: int, source: Source,
                 plan: tuple[str, Production | Block, int] | None = None) -> tuple[str, tuple[str, ...]]:
    """Returns (code, parameter types) of one random function named f; it begins with what is planned, if anything.

    Raises:
        Stuck: something in it could not be filled, or a parameter stayed unread.
    """
    g = Growth(random, level, source)
    types = draw_types(random, level, plan[1].needs if plan else frozenset())
    g.parameters = [g.declare(kind) for kind in types]
    g.unread = dict.fromkeys(g.parameters)
    used: set[str] = set()
    if plan:
        begin(g, *plan)
    for _ in range(random.choice((1, 1, 2)) if level == 1 else random.randint(0 if plan else 1, level)):
        maker = random.choice(EASY_MAKERS) if level == 1 else "assign" if random.random() < ASSIGN_SHARE else BLOCKS
        if maker == "assign":
            assign(g)
        else:
            for _ in range(1 if level == 1 else 3):  # hardly anyone writes the same block twice
                block = maker.draw(random, level, g.kinds())
                if block.text not in used:
                    break
            used.add(block.text)
            g.add(block, 1)
    g.lines.append("    return " + (finish_easy(g) if level == 1 else finish(g)))
    if any(name in g.unread for name in g.parameters):
        raise Stuck("unused argument")
    return "\n".join([*g.above, f"def f({', '.join(g.parameters)}):", *g.lines]) + "\n", types


def draw_types(random: Random, level: int, needs: frozenset[str]) -> tuple[str, ...]:
    """Returns the types of a program's parameters, among them what is needed."""
    if level == 1:
        return random.choice(EASY_SIGNATURES)
    fitting = [types for types in WIDE_SIGNATURES if needs <= OFFERS[types]]
    if not fitting:
        raise Stuck("nothing fits")
    return random.choices(fitting, [WIDE_SIGNATURES[types] for types in fitting])[0]


def begin(g: Growth, kind: str, entry: Production | Block, option: int) -> None:
    """Adds what is planned: a block, or (for a production) an assignment of its type."""
    g.option = option
    if isinstance(entry, Block):
        g.add(entry, 1)
    else:
        text = g.write(entry)
        g.unread[name := g.declare(kind)] = None
        g.lines.append(f"    {name} = {text}")
    g.option = None


def assign(g: Growth) -> None:
    """Adds an assignment of an operation to a new variable, or to the one that it reads."""
    kinds = EASY_KINDS if g.level == 1 else WIDE_KINDS
    unread = dict(g.unread)
    for _ in range(4):
        kind = g.random.choices(list(kinds), list(kinds.values()))[0]
        text = g.operate(kind)
        if text:
            break
    else:
        return
    just_read = [name for name in g.variables(kind) if name in unread and name not in g.unread]
    is_update = bool(just_read) and g.random.random() < 0.45
    name = just_read[-1] if is_update else g.declare(kind)
    g.lines.append(f"    {name} = {text}")
    g.unread[name] = None
