"""Inputs by type: literals that a caller might pass, small enough to be worked on by hand."""

from random import Random

from semcoder.corpus.synthetic.words import ALPHABET, CODES, FEW_LETTERS, PHRASES, SEPARATORS, TOPICS
from semcoder.execution.literals import to_literal

EMPTY_SHARE = 0.06  # of containers and strings above level 1
STYLES = ("plain", "plain", "phrase", "phrase", "csv", "snake", "dashed", "path", "settings", "code", "code", "mixed",
          "mixed", "lines", "tabs", "padded", "padded")


class Source:
    """Draws the literals of one program: its topic and its style of strings stay the same."""

    def __init__(self, random: Random, level: int):
        self.random, self.level = random, level
        self.topic = random.sample(random.choice(TOPICS), 4)
        self.style = random.choice(STYLES)
        self.separator = SEPARATORS[self.style]

    def draw(self, kind: str) -> str:
        """Returns a literal of a type."""
        return EASY[kind](self) if self.level == 1 else to_literal(WIDE[kind](self))

    def number(self) -> int:
        """Returns a number, mostly small, sometimes negative."""
        shape = self.random.random()
        if shape < 0.15:
            return -self.random.randint(1, 9)
        return self.random.randint(0, 9) if shape < 0.7 else self.random.randint(10, 60)

    def word(self) -> str:
        """Returns one of the program's words."""
        return self.random.choice(self.topic)

    def size(self, least: int = 1, most: int = 6) -> int:
        """Returns a container's size; now and then 0."""
        return 0 if self.random.random() < EMPTY_SHARE else self.random.randint(least, most)

    def text(self) -> str:
        """Returns a string in the program's style, one time in six in another."""
        random = self.random
        style = self.style if random.random() < 0.83 else random.choice(STYLES)
        if random.random() < EMPTY_SHARE:
            return ""
        if style == "plain":
            return random.choice((self.word(), "".join(random.choices(FEW_LETTERS, k=random.randint(2, 7)))))
        if style == "phrase":
            return random.choice(PHRASES)
        if style == "code":
            return random.choice(CODES)
        if style == "padded":
            return random.choice(("  ", " ", "")) + self.word() + random.choice(("", " ", "  "))
        if style == "mixed":
            return self.dress(random.choice((random.choice(PHRASES), self.word() + " " + random.choice(CODES))))
        parts = random.choices(self.topic, k=random.randint(1, 4))
        if style == "settings":
            return ";".join(f"{part}={random.randint(0, 30)}" for part in parts[:3])
        if random.random() < 0.3:
            parts[random.choice((0, -1))] = random.choice((str(random.randint(0, 99)), ""))
        return SEPARATORS[style].join(parts)

    def dress(self, text: str) -> str:
        """Returns the text with its case or its margins changed."""
        return self.random.choice((text.upper(), text.title(), text.swapcase(), f"  {text}", f"{text}  ", f"{text}!",
                                   text.replace(" ", "\t", 1)))


def draw_distinct(source: Source, least: int, most: int) -> list[int]:
    """Returns different numbers."""
    found = dict.fromkeys(source.number() for _ in range(source.size(least, most)))
    return list(found)


def draw_keys(source: Source) -> list[str]:
    """Returns different words."""
    return source.random.sample(source.topic, min(source.size(1, 5), len(source.topic)))


WIDE = {
    "int": Source.number,
    "float": lambda s: s.random.randint(-20, 200) / s.random.choice((2, 4, 10)),
    "bool": lambda s: s.random.random() < 0.5,
    "str": Source.text,
    "few": lambda s: s.random.randint(1, 4),
    "letter": lambda s: s.random.choice(FEW_LETTERS),
    "word": Source.word,
    "sep": lambda s: s.separator if s.random.random() < 0.8 else s.random.choice(",-:/ "),
    "ints": lambda s: [s.number() for _ in range(s.size(1, 7))],
    "words": lambda s: s.random.choices(s.topic, k=s.size(1, 5)),
    "counts": lambda s: {key: s.number() for key in draw_keys(s)},
    "groups": lambda s: {key: [s.random.randint(0, 20) for _ in range(s.size(1, 3))] for key in draw_keys(s)[:3]},
    "rows": lambda s: [[s.random.randint(-5, 12) for _ in range(s.size(1, 4))] for _ in range(s.size(1, 4))],
    "pairs": lambda s: [(key, s.random.randint(0, 20)) for key in s.random.choices(s.topic, k=s.size(1, 4))],
    "numset": lambda s: set(draw_distinct(s, 1, 5)),
    "wordset": lambda s: set(draw_keys(s)),
    "point": lambda s: tuple(s.number() for _ in range(s.random.randint(2, 4))),
}


def draw_easy_list(source: Source) -> str:
    """Returns a short list of different digits: copying it needs no more than its last part as a guide."""
    return repr(source.random.sample(range(7), k=source.random.randint(2, 3)))


EASY = {
    "int": lambda s: str(s.random.randint(0, 6)),
    "few": lambda s: str(s.random.randint(1, 3)),
    "letter": lambda s: repr(s.random.choice(FEW_LETTERS)),
    "str": lambda s: repr("".join(s.random.sample(ALPHABET, k=s.random.randint(2, 4)))),
    "ints": draw_easy_list,
}
