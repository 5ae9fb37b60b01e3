"""The small language in which the generator's tables are written: Python text with typed holes.

`$int` is an expression of that type, `$int!` a variable, `$int^` a variable that the text changes, `$int+` a new one,
`$int~` one that lives only inside the text (loop items, counters). A digit names a hole, so that `$int+1` and `$int1`
are the same variable. `@(a ;; b)@` is one of several texts. In a block, a line `$do` holds a statement that changes
something in scope.
"""

import ast
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from random import Random

EASY_SHARE, HARD_SHARE = 0.25, 2  # of entries of level 1 above it, and of those of level 3
METHOD, METHOD_SHARE = re.compile(r"\.[a-z@]"), 2.5  # nine in ten of CRUXEval's programs call a method
SPLIT = re.compile(r"@\((.*?)\)@|\$([a-z]+)([!+~^]?)(\d?)")
OPERATORS = (ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.IfExp, ast.Lambda, ast.NamedExpr)
GROUPS = {  # several types that one hole takes
    "seq": ("str", "ints", "words"), "list": ("ints", "words"),
    "sized": ("str", "ints", "words", "counts", "rows", "pairs", "groups", "numset", "wordset", "point")}


@dataclass(frozen=True, slots=True)
class Hole:
    """One typed gap. `mark` says what fills it: "" expression, ! variable, ^ changed, + new, ~ local."""

    kind: str
    mark: str
    digit: str

    @property
    def key(self) -> str:
        return self.kind + self.digit if self.digit else ""


def parse(text: str) -> tuple:
    """Returns the parts of a template: plain text, holes, and lists of alternative parts."""
    parts: list = []
    position = 0
    for match in SPLIT.finditer(text):
        parts.append(text[position:match.start()])
        position = match.end()
        if match[1] is not None:
            parts.append([parse(option.strip()) for option in match[1].split(";;")])
        else:
            parts.append(Hole(match[2], match[3], match[4]))
    parts.append(text[position:])
    return tuple(part for part in parts if part != "")


def find_needs(parts: tuple, marks: str = "!^") -> frozenset[str]:
    """Returns which variables must exist (or, for `^`, be changeable): `ints`, and `ints*2` where two are needed."""
    counts = count_needs(parts, marks, set())
    return frozenset(name_need(kind, n) for kind, most in counts.items() for n in range(1, most + 1))


def name_need(kind: str, number: int) -> str:
    """Returns how a need of so many variables of a type is written."""
    return kind if number == 1 else f"{kind}*{number}"


def count_needs(parts: tuple, marks: str, made: set[str]) -> Counter:
    """Returns type -> number of variables that the template takes; holes of one name count once."""
    needs: Counter = Counter()
    for part in parts:
        if isinstance(part, list):  # any of the alternatives must fit
            most: Counter = Counter()
            for option in part:
                most |= count_needs(option, marks, set(made))
            needs += most
        elif isinstance(part, Hole) and not (part.digit and part.key in made):
            made.add(part.key)
            if part.mark and part.mark in marks:
                needs[part.kind] += 1
    return needs


def count_texts(parts: tuple) -> int:
    """Returns how many alternatives the richest choice in a template has, 1 where it has none."""
    return max((len(part) for part in parts if isinstance(part, list)), default=1)


@dataclass(frozen=True)
class Production:
    """One way to write an expression of a type."""

    text: str
    level: int = 1
    weight: float = 1

    @cached_property
    def parts(self) -> tuple:
        return parse(self.text)

    @cached_property
    def needs(self) -> frozenset[str]:
        return find_needs(self.parts)

    @cached_property
    def num_texts(self) -> int:
        return count_texts(self.parts)

    @cached_property
    def is_operation(self) -> bool:
        """Whether the text needs brackets inside a larger expression."""
        plain = SPLIT.sub(lambda m: m[1].split(";;")[0] if m[1] is not None else "a", self.text)
        return isinstance(ast.parse(SPLIT.sub("a", plain), mode="eval").body, OPERATORS)


@dataclass(frozen=True)
class Block:
    """One or more statements; `above` is a function that stands before the entry function."""

    text: str
    level: int = 1
    weight: float = 1
    above: str = ""
    lines: tuple = field(init=False)
    above_lines: tuple = field(init=False)
    needs: frozenset[str] = field(init=False)
    changed: frozenset[str] = field(init=False)
    num_texts: int = field(init=False)

    def __post_init__(self):
        above = tuple(split_line(line) for line in self.above.strip("\n").split("\n") if line)
        lines = tuple(split_line(line) for line in self.text.strip("\n").split("\n"))
        object.__setattr__(self, "above_lines", above)
        object.__setattr__(self, "lines", lines)
        parts = tuple(part for _, line in above + lines for part in line)
        object.__setattr__(self, "needs", find_needs(parts))
        object.__setattr__(self, "changed", find_needs(parts, "^"))
        object.__setattr__(self, "num_texts", count_texts(parts))


def split_line(line: str) -> tuple[int, tuple]:
    """Returns (depth, parts) of a template's line."""
    body = line.lstrip()
    return (len(line) - len(body)) // 4, parse(body)


class Table:
    """Productions or blocks, drawn by weight among those that a level and the variables at hand allow.

    What the easy level has comes less often above it; what only the hardest has comes more often there.
    """

    def __init__(self, *entries: Production | Block):
        self.entries = entries
        self._by_level = {}
        for level in (1, 2, 3):
            allowed = [entry for entry in entries if entry.level <= level]
            shares = {1: EASY_SHARE if level > 1 else 1, 2: 1, 3: HARD_SHARE}
            method_share = METHOD_SHARE if level > 1 else 1
            weights = [entry.weight * shares[entry.level] * (method_share if METHOD.search(entry.text) else 1)
                       for entry in allowed]
            self._by_level[level] = (allowed, list(accumulate(weights)))

    def draw(self, random: Random, level: int, kinds: set[str], changeable: set[str] | None = None, least: int = 0):
        """Returns an entry, or None.

        Args:
            random: where chance comes from.
            level: entries above it are left out.
            kinds: the types of variables at hand; an entry's needs are among them.
            changeable: the types of variables that may be changed (None: all).
            least: number of needs that the entry has at least.
        """
        allowed, sums = self._by_level[level]

        def fits(entry: Production | Block) -> bool:
            return entry.needs <= kinds and len(entry.needs) >= least and (
                changeable is None or entry.changed <= changeable)

        for _ in range(6 if sums else 0):
            entry = random.choices(allowed, cum_weights=sums)[0]
            if fits(entry):
                return entry
        fitting = [entry for entry in allowed if fits(entry)]
        return random.choices(fitting, [entry.weight for entry in fitting])[0] if fitting else None
