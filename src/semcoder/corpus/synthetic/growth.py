"""A function body under construction: lines so far, the variables in scope, and which of them nobody has read yet.

Variables that nobody has read are preferred wherever one is needed, so that few statements end up without a reader.
"""

import re
from collections.abc import Iterable
from random import Random

from semcoder.corpus.synthetic.blocks import CHANGES
from semcoder.corpus.synthetic.expressions import EXPRESSIONS
from semcoder.corpus.synthetic.templates import GROUPS, Block, Hole, Production, name_need
from semcoder.corpus.synthetic.values import Source
from semcoder.corpus.synthetic.words import FEW_LETTERS, ITEMS, NAMES

GROUPS_OF = {kind: tuple(group for group, members in GROUPS.items() if kind in members) for kind in NAMES}
EASY_NAMES = 4  # of the names of a type, so many come at level 1
ITEM_TYPES = {"index": "int", "key": "str", "word": "str", "row": "ints", "value": "int"}  # others: themselves
NAME = re.compile(r"[a-z]\w*")
NESTING = {1: 0, 2: 1, 3: 1}  # how deep expressions stand inside expressions
PREFER_UNREAD = 0.9


def list_kinds(types: Iterable[str]) -> set[str]:
    """Returns which needs variables of these types meet: `ints`, `ints*2` where there are two, and their groups."""
    found: dict[str, int] = {}
    for kind in types:
        for held in (kind, *GROUPS_OF.get(kind, ())):
            found[held] = found.get(held, 0) + 1
    return {name_need(kind, n) for kind, most in found.items() for n in range(1, most + 1)}


class Stuck(Exception):
    """Nothing in scope fits where a template needs something."""


class Filling:
    """One template while it is filled: its named holes, the variables it used, made or changed, and its locals."""

    __slots__ = ("names", "used", "new", "local", "tested", "is_expression")

    def __init__(self, is_expression: bool = False):
        self.is_expression = is_expression
        self.names: dict[str, str] = {}
        self.used: list[str] = []
        self.new: list[str] = []
        self.local: list[str] = []
        self.tested: set[str] = set()


class Growth:
    """Fills templates; `lines` and `above` hold the result."""

    def __init__(self, random: Random, level: int, source: Source):
        self.random, self.level, self.source = random, level, source
        self.lines: list[str] = []
        self.above: list[str] = []
        self.types: dict[str, str] = {}
        self.parameters: list[str] = []
        self.unread: dict[str, None] = {}
        self.taken: set[str] = set()  # every name used so far, also those out of scope
        self.frozen: set[str] = set()  # names that nothing may change now
        self.option: int | None = None  # which of a template's alternatives is written; None: any

    def declare(self, kind: str, is_item: bool = False) -> str:
        """Returns a name and brings it into scope: a fresh one, but items of loops take up names out of scope again."""
        names = ITEMS[kind] if is_item else NAMES[kind]
        if self.level == 1:
            names = names[:1 if is_item else EASY_NAMES]
        used = self.types if is_item and kind != "helper" else self.taken
        free = [n for n in names if n not in used] or [f"{names[0]}{len(self.taken)}"]
        name = self.random.choice(free)
        self.taken.add(name)
        self.types[name] = ITEM_TYPES.get(kind, kind)
        return name

    def kinds(self, hidden: set[str] | frozenset = frozenset()) -> set[str]:
        """Returns the types of which there are variables, groups included: `ints`, and `ints*2` where there are two."""
        return list_kinds(kind for name, kind in self.types.items() if name not in hidden)

    def variables(self, kind: str) -> list[str]:
        """Returns the variables of a type or of a group of types."""
        members = GROUPS.get(kind, (kind,))
        return [name for name, held in self.types.items() if held in members]

    def pick(self, kind: str, avoid: tuple[str, ...] | list[str] = ()) -> str:
        """Returns a variable of a type and marks it as read; "" if there is none."""
        names = self.variables(kind)
        names = [n for n in names if n not in avoid] or names
        if not names:
            return ""
        unread = [n for n in names if n in self.unread]
        name = self.random.choice(unread if unread and self.random.random() < PREFER_UNREAD else names[-4:])
        self.unread.pop(name, None)
        return name

    def literal(self, kind: str) -> str:
        """Returns a constant that a programmer might write."""
        random = self.random
        if kind == "int":
            return str(random.randint(1, 5 if self.level == 1 else 9))
        if kind == "str" and self.level == 1:
            return repr(random.choice(FEW_LETTERS))
        if kind == "str":
            shape = random.random()
            return repr(self.source.separator if shape < 0.5 else random.choice(FEW_LETTERS) if shape < 0.75 else
                        self.source.word())
        return self.source.draw(kind)

    def expression(self, kind: str, depth: int = 0, avoid: list[str] | tuple = ()) -> str:
        """Returns an expression of a type: a variable, else an operation, else a constant."""
        names = [n for n in self.variables(kind) if n not in avoid]
        if names and (depth >= NESTING[self.level] or self.random.random() < 0.7):
            return self.pick(kind, avoid)
        if depth < NESTING[self.level] and kind in EXPRESSIONS:
            unread = dict(self.unread)
            text = self.operate(kind, depth + 1, bracket=True)
            if text and set(avoid).isdisjoint(NAME.findall(text)):  # `n >= n - 5` says nothing
                return text
            self.unread = unread
        return self.pick(kind, avoid) if names else self.literal(kind)

    def operate(self, kind: str, depth: int = 0, bracket: bool = False, least: int = 0) -> str:
        """Returns an operation on at least so many variables that yields a type, or "" if there is none."""
        production = EXPRESSIONS[kind].draw(self.random, self.level, self.kinds(), least=least)
        return self.write(production, depth, bracket) if production else ""

    def write(self, production: Production, depth: int = 0, bracket: bool = False) -> str:
        """Returns an operation in one of its texts."""
        filling = Filling(is_expression=True)
        text = self.fill(production.parts, filling, depth)
        for name in filling.local:  # items of comprehensions
            del self.types[name]
        return f"({text})" if bracket and production.is_operation else text

    def fill(self, parts: tuple, filling: Filling, depth: int = 0) -> str:
        """Returns a template's text."""
        texts = []
        for part in parts:
            if isinstance(part, str):
                texts.append(part)
            elif isinstance(part, list):
                chosen = self.random.choice(part) if self.option is None else part[self.option % len(part)]
                texts.append(self.fill(chosen, filling, depth))
            else:
                texts.append(filling.names.get(part.key) or self.fill_hole(part, filling, depth))
        return "".join(texts)

    def fill_hole(self, hole: Hole, filling: Filling, depth: int) -> str:
        """Returns what stands in a hole, and remembers it under the hole's name."""
        used = filling.used
        if hole.mark == "+":
            text = self.declare(hole.kind)
            filling.new.append(text)
        elif hole.mark == "~":
            text = self.declare(hole.kind, is_item=True)
            filling.local.append(text)
        elif hole.mark == "^":
            text = self.pick(hole.kind, [*used, *self.frozen])
            filling.new.append(text)
        elif hole.mark:
            text = self.pick(hole.kind, used)
        elif hole.kind in CONSTANTS:
            text = CONSTANTS[hole.kind](self)
        elif hole.kind == "cond":
            text = self.draw_condition(filling, depth)
        else:
            text = self.expression(hole.kind, depth, used)
        used.append(text)
        if hole.key:
            filling.names[hole.key] = text
        return text

    def draw_condition(self, filling: Filling, depth: int) -> str:
        """Returns a condition on other variables than the conditions before it: `n > 8 and n < 3` says nothing."""
        for _ in range(4):
            unread = dict(self.unread)
            text = self.operate("bool", depth, least=int(filling.is_expression))  # no condition of conditions inside
            tested = set(NAME.findall(text)) & self.types.keys()
            if text and not tested & filling.tested:
                filling.tested |= tested
                return text
            self.unread = unread
        raise Stuck("nothing fits")

    def add(self, block: Block, depth: int) -> None:
        """Adds a block's lines; what it made or changed is unread afterwards, its locals are gone."""
        filling = Filling()
        for indent, parts in block.above_lines:
            self.above.append("    " * indent + self.fill(parts, filling))
        for indent, parts in block.lines:
            if isinstance(parts[0], Hole) and parts[0].kind == "do":
                self.add_change(depth + indent, filling)
            else:
                filling.tested.clear()  # an elif may well ask about the same variable
                self.lines.append("    " * (depth + indent) + self.fill(parts, filling))
        for name in filling.local:
            self.types.pop(name, None)
            self.unread.pop(name, None)
        self.unread.update(dict.fromkeys(name for name in filling.new if name in self.types))

    def add_change(self, depth: int, around: Filling) -> None:
        """Adds a statement that changes a variable: not an item, a counter or what the block around it goes through."""
        outer = self.frozen
        self.frozen = outer | set(around.local) | (set(around.used) - set(around.new))
        block = CHANGES.draw(self.random, self.level, self.kinds(), self.kinds(self.frozen))
        if block is None:
            raise Stuck("nothing fits")
        filling = Filling()
        for indent, parts in block.lines:
            self.lines.append("    " * (depth + indent) + self.fill(parts, filling))
        self.frozen = outer
        around.new.extend(filling.new)


SMALL_NUMBERS = (1, 2, 2, 3, 3, 4, 5, 6, 7, 10)  # factors and steps; the likelier ones twice
BOUNDS = (0, 1, 2, 3, 5, 5, 8, 10, 12, 20)  # what values are compared with
CONSTANTS = {  # hole -> what stands there
    "c": lambda g: str(g.random.randint(2, 4) if g.level == 1 else g.random.choice(SMALL_NUMBERS)),
    "big": lambda g: str(g.random.randint(1, 5) if g.level == 1 else g.random.choice(BOUNDS)),
    "wide": lambda g: str(g.random.choice((6, 8, 10, 12, 15, 20))),
    "few": lambda g: str(g.random.randint(1, 3)),
    "two": lambda g: str(g.random.randint(2, 3)),
    "ch": lambda g: repr(g.random.choice(FEW_LETTERS if g.level == 1 or g.random.random() < 0.5 else g.source.word())),
    "first": lambda g: repr(g.source.word()[0]),
    "last": lambda g: repr(g.source.word()[-1]),
    "vowels": lambda g: repr(g.random.choice(("aeiou", "aeo", "abc", "ost"))),
    "sep": lambda g: repr(g.source.separator),
    "mark": lambda g: repr(g.random.choice(("-", "_", "*", "#", "+", ".", "!", ":", "/", "|"))),
    "lit": lambda g: repr(g.source.word()),
    "edge": lambda g: repr(g.random.choice((g.source.word(), g.source.word()[:2], g.source.separator, "A", "a"))),
    "ending": lambda g: repr(g.random.choice((g.source.word(), g.source.word()[-2:], g.source.separator, "!", "e"))),
    "topic": lambda g: repr(g.source.topic[:g.random.randint(2, 3)]),
}
