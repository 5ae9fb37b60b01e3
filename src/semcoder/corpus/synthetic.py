"""Typed random programs in the shape of CRUXEval's: free-form functions over int, str and list.

A program is grown statement by statement from the types of the variables at hand. Level 1 is short and
shallow; level 2 adds while loops, comprehensions, nested loops and dicts; level 3 longer bodies and tuples. Not
covered yet: helper functions and sets.
"""

import re
from random import Random

from semcoder.corpus.candidates import Candidate, find_flaw, make_random, normalize

NAMES = {"int": ["n", "k", "total", "count", "size", "best", "step", "limit"],
         "str": ["text", "word", "name", "line", "key", "tag"],
         "list": ["nums", "items", "values", "data", "row", "xs"]}
LETTERS = "abcdeorst"  # of constants, and of strings above level 1: few, so that they meet
ALPHABET = "abcdefghiklmnoprstuw"
MAX_ATTEMPTS = 60  # grown anew until a program passes all tests


class Growth:
    """A function body under construction: lines so far and the variables in scope."""

    def __init__(self, random: Random, level: int):
        self.random, self.level = random, level
        self.lines: list[str] = []
        self.types: dict[str, str] = {}
        self.parameters: list[str] = []

    def add(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def name(self, kind: str) -> str:
        """Returns a fresh variable name and declares it."""
        free = [n for n in NAMES[kind] if n not in self.types] or [f"{NAMES[kind][0]}{len(self.types)}"]
        name = self.random.choice(free)
        self.types[name] = kind
        return name

    def variables(self, kind: str) -> list[str]:
        return [name for name, held in self.types.items() if held == kind]

    def pick(self, kind: str, other_than: str = "") -> str:
        """Returns one of the latest variables of a type, or a literal where there is none."""
        names = [name for name in self.variables(kind) if name != other_than]
        return self.random.choice(names[-3:]) if names else self.literal(kind)

    def literal(self, kind: str) -> str:
        if kind == "int":
            return str(self.random.randint(1, 9))
        if kind == "str":
            return repr(self.random.choice(LETTERS))
        return repr([self.random.randint(0, 9) for _ in range(self.random.randint(1, 3))])


def int_expression(g: Growth) -> str:
    """Returns an expression of type int."""
    a, c = g.pick("int"), g.random.randint(2, 5)
    choices = [f"{a} + {g.pick('int', a)}", f"{a} + {c}", f"{a} - {c}", f"{a} * {c}", f"{a} % {c}", f"{a} // {c}"]
    for xs in g.variables("list"):
        choices += [f"len({xs})", f"sum({xs})", f"max({xs})", f"min({xs})", f"{xs}[0]", f"{xs}[-1]", f"{a} + len({xs})"]
    for s in g.variables("str"):
        choices += [f"len({s})", f"{s}.count({g.literal('str')})", f"{a} + len({s})"]
    return g.random.choice(choices)


def str_expression(g: Growth) -> str:
    """Returns an expression of type str."""
    s, letter = g.pick("str"), g.literal("str")
    choices = [f"{s} + {letter}", f"{letter} + {s}", f"{s}.upper()", f"{s}[::-1]", f"{s}[1:]", f"{s}[:2]", f"{s}[-1]",
               f"{s}.replace({letter}, {g.literal('str')})", f"{s} + {g.pick('str', s)}", f"{s} * 2"]
    if g.variables("int"):
        choices.append(f"{s} + str({g.pick('int')})")
    if g.level >= 2:
        choices += [f"{s}.strip({letter})", f"{s}.capitalize()", f"''.join(sorted({s}))", f"{s}.lower()"]
    return g.random.choice(choices)


def list_expression(g: Growth) -> str:
    """Returns an expression of type list of int."""
    xs, c = g.pick("list"), g.random.randint(1, 5)
    choices = [f"{xs}[::-1]", f"sorted({xs})", f"{xs}[1:]", f"{xs}[:2]", f"{xs} + [{g.pick('int')}]"]
    if g.level >= 2:
        choices += [f"[x + {c} for x in {xs}]", f"[x for x in {xs} if x > {c}]", f"sorted(set({xs}))",
                    f"list(range({c}))", f"[x * y for x, y in zip({xs}, {xs}[::-1])]"]
    return g.random.choice(choices)


EXPRESSIONS = {"int": int_expression, "str": str_expression, "list": list_expression}


def condition(g: Growth) -> str:
    """Returns an expression that is true or false."""
    kind = g.random.choice([k for k in ("int", "str", "list") if g.variables(k)] or ["int"])
    c = g.random.randint(2, 9)
    if kind == "int":
        a, b = g.pick("int"), g.pick("int")
        return g.random.choice([f"{a} > {c}", f"{a} < {c}", f"{a} % 2 == 0", f"{a} == {c}",
                                f"{a} >= {c if a == b else b}"])
    if kind == "str":
        s = g.pick("str")
        return g.random.choice([f"{g.literal('str')} in {s}", f"len({s}) > {c % 4 + 1}", f"{s}[0] == {s}[-1]"])
    xs = g.pick("list")
    return g.random.choice([f"{c} in {xs}", f"len({xs}) > {c % 4}", f"sum({xs}) > {c}", f"{xs}[0] > {c}"])


def assign(g: Growth, depth: int) -> None:
    """Adds an assignment to a new or known variable."""
    kind = g.random.choice(["int", "str", "list"])
    kind = kind if g.variables(kind) or kind == "int" else "int"
    text = EXPRESSIONS[kind](g)
    # A parameter is overwritten only by what reads it: its argument must matter.
    known = [n for n in g.variables(kind) if n not in g.parameters or re.search(rf"\b{n}\b", text)]
    name = g.random.choice(known) if known and (depth > 1 or g.random.random() < 0.4) else g.name(kind)
    g.add(depth, f"{name} = {text}")


def update(g: Growth, depth: int) -> None:
    """Adds an in-place change of a variable."""
    kind = g.random.choice([k for k in ("int", "str", "list") if g.variables(k)])
    name = g.random.choice(g.variables(kind))
    if kind == "int":
        other = g.random.choice([g.literal("int"), g.pick("int", name)])
        g.add(depth, f"{name} {g.random.choice(['+=', '-=', '*='])} {other}")
    elif kind == "str":
        g.add(depth, f"{name} += {g.random.choice([g.literal('str'), g.pick('str', name)])}")
    else:
        other = g.pick("int")
        calls = [f"append({other})", "reverse()", "sort()", f"insert(0, {other})", "pop()"]
        g.add(depth, f"{name}.{g.random.choice(calls if g.level > 1 else calls[:4])}")


def branch(g: Growth, depth: int) -> None:
    """Adds an if with a body, often with an else; variables made inside are not seen outside."""
    g.add(depth, f"if {condition(g)}:")
    update(g, depth + 1)
    if g.random.random() < 0.5:
        g.add(depth, "else:")
        update(g, depth + 1)


def loop(g: Growth, depth: int) -> None:
    """Adds a loop over a list, a string or a small range, with an accumulator that its body changes."""
    kinds = [k for k in ("list", "str") if g.variables(k)] + ["range"]
    kind = g.random.choice(kinds)
    outer = dict(g.types)
    if kind == "range":
        item, over = "i", f"range({g.random.choice([str(g.random.randint(2, 4)), g.pick('int')])})"
    else:
        item, over = ("x" if kind == "list" else "c"), g.pick(kind)
    accumulator = g.name(g.random.choice(["int", "list"] if kind != "str" else ["int", "str"]))
    g.add(depth, f"{accumulator} = " + {"int": "0", "list": "[]", "str": "''"}[g.types[accumulator]])
    g.add(depth, f"for {item} in {over}:")
    held, inner = g.types[accumulator], depth + 1
    if g.random.random() < 0.5:
        c = g.random.randint(2, 9)
        test = f"{item} in {g.random.choice(['abc', 'aeo', 'ost'])!r}" if kind == "str" else g.random.choice(
            [f"{item} > {c}", f"{item} % 2 == {c % 2}", f"{item} < {c}"])
        g.add(inner, f"if {test}:")
        inner += 1
    g.add(inner, accumulate(g, accumulator, held, item, kind))
    if g.level >= 2 and g.random.random() < 0.3:
        g.types[item] = "str" if kind == "str" else "int"
        update(g, depth + 1)
    g.types = {**outer, accumulator: held}


def accumulate(g: Growth, name: str, held: str, item: str, kind: str) -> str:
    """Returns the statement that takes a loop's item into its accumulator."""
    c = g.random.randint(1, 4)
    if held == "list":
        return f"{name}.append({g.random.choice([item, f'{item} + {c}', f'{item} * {c}'])})"
    if held == "str":
        return f"{name} {g.random.choice([f'+= {item}', f'= {item} + {name}'])}"
    return f"{name} += {g.random.choice([item, f'{item} * {c}', str(c)] if kind != 'str' else [str(c)])}"


def while_loop(g: Growth, depth: int) -> None:
    """Adds a while loop that counts a variable down (level 2 and up)."""
    name = g.name("int")
    g.add(depth, f"{name} = {g.random.randint(2, 5)}")
    g.add(depth, f"while {name} > 0:")
    update(g, depth + 1)
    g.add(depth + 1, f"{name} -= {g.random.randint(1, 2)}")


def nested_loop(g: Growth, depth: int) -> None:
    """Adds a loop in a loop (level 2 and up)."""
    xs, total = g.pick("list"), g.name("int")
    g.add(depth, f"{total} = 0")
    g.add(depth, f"for x in {xs}:")
    g.add(depth + 1, f"for i in range({g.random.randint(2, 3)}):")
    g.add(depth + 2, f"{total} += {g.random.choice(['x', 'i', 'x * i', 'x + i'])}")


def count_in_dict(g: Growth, depth: int) -> None:
    """Adds a dictionary that counts, and what is read from it (level 2 and up)."""
    over = g.pick(g.random.choice([k for k in ("str", "list") if g.variables(k)] or ["list"]))
    name = g.name("list")
    g.add(depth, "seen = {}")
    g.add(depth, f"for v in {over}:")
    g.add(depth + 1, "seen[v] = seen.get(v, 0) + 1")
    g.add(depth, f"{name} = {g.random.choice(['list(seen.values())', 'sorted(seen.values())'])}")


def grow_program(random: Random, level: int) -> tuple[str, tuple[str, ...]]:
    """Returns (code, parameter types) of one random function named f."""
    g = Growth(random, level)
    kinds = random.choice([("list",), ("str",), ("list", "int"), ("str", "int"), ("int", "int"), ("str", "str")])
    g.parameters = [g.name(kind) for kind in kinds]
    makers = [assign, assign, update, branch, loop] + [while_loop, nested_loop, count_in_dict] * (level >= 2)
    for _ in range(random.randint(1, 2) if level == 1 else random.randint(2, 2 + level)):
        random.choice(makers)(g, 1)
    names = [n for n in g.types if n not in g.parameters] or g.parameters
    last = names[-1]
    kind = g.types[last]
    choices = [last, EXPRESSIONS[kind](g), f"{last} {random.choice(['==', '!='])} {g.pick(kind, last)}"]
    if len(names) > 1 and level >= 3:
        choices.append(f"({names[-2]}, {last})")
    body = "\n".join(g.lines + [f"    return {random.choices(choices, [4, 4, 1] + [2] * (len(choices) - 3))[0]}"])
    return normalize(f"def f({', '.join(g.parameters)}):\n{body}\n"), kinds


def draw_value(random: Random, kind: str, level: int) -> str:
    """Returns a literal of a type, small enough to be worked on digit by digit.

    At level 1 the parts of a value differ, so that copying it needs no more than its last part as a guide.
    """
    largest, longest = (9, 3) if level == 1 else (20, 5)
    if kind == "int":
        return str(random.randint(0, largest))
    if kind == "few":
        return str(random.randint(1, 4))
    if kind == "letter":
        return repr(random.choice(LETTERS))
    draw = random.sample if level == 1 else lambda parts, k: random.choices(parts, k=k)
    if kind == "str":
        return repr("".join(draw(ALPHABET if level == 1 else LETTERS, k=random.randint(2, longest + 1))))
    return repr(draw(range(largest + 1), k=random.randint(2, longest)))


def draw_inputs(random: Random, kinds: tuple[str, ...], level: int, count: int) -> tuple[str, ...]:
    """Returns `count` different argument lists for parameters of the given types."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[", ".join(draw_value(random, kind, level) for kind in kinds)] = None
    return tuple(found)


def generate_crux(seed: int, index: int, level: int, num_inputs: int) -> tuple[Candidate | None, list[str]]:
    """Returns the index-th crux-like program and why its failed attempts were rejected.

    The same (seed, index, level, num_inputs) yields the same program on every machine and in every process.
    """
    random = make_random("crux", seed, index, level)
    flaws = []
    for _ in range(MAX_ATTEMPTS):
        code, kinds = grow_program(random, random.randint(max(1, level - 1), level))
        inputs = draw_inputs(random, kinds, level, num_inputs)
        flaw = find_flaw(code, "f", inputs)
        if not flaw:
            return Candidate("synthetic", "crux", f"crux seed {seed} index {index}", "MIT", level, "f", code,
                             inputs), flaws
        flaws.append(flaw)
    return None, flaws
