"""A free-text monologue taken apart: the program it quotes, sections, lines, sentences, and the code spans in them.

Models write markdown: headings, nested bullets, code between backticks. A sentence is kept with its spans masked as
«0», «1», …, so that the patterns of `semcoder.audit.patterns` see words, and full stops inside code end no sentence.
"""

import ast
import re
from dataclasses import dataclass

from semcoder.prompts import strip_labels

BODY = re.compile(r"\[MONOLOGUE\]\n?(.*?)(?:\[/MONOLOGUE\]|\[ANSWER\]|$)", re.DOTALL)
ANSWER = re.compile(r"\[ANSWER\]\s*(.*?)\s*(?:\[/ANSWER\]|$)", re.DOTALL)
PROGRAM = re.compile(r"\[PYTHON\]\n(.*?)\n(?:(assert .*?)\n?)?\[/PYTHON\]", re.DOTALL)
HEADING = re.compile(r"^#+\s*(.*)")
MARKER = re.compile(r"^(\s*)((?:[-*+]|\d+[.)])\s+)?")
LABEL = re.compile(r"\[L(\d+)\]")
# Sections that speak of the function in general, not of this run: nothing in them is checked against the run.
GENERAL = re.compile(r"understanding|propert|constraint|overview|purpose|description", re.IGNORECASE)
CODE = re.compile(r"(`+)([^\n]+?)\1(?!`)")
QUOTED = re.compile(r"""(?<![\w«»])(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')(?!\w)""")
NUMBER = re.compile(r"(?<![\w.«\[/-])-?\d+(?:\.\d+)?(?![\w.]*\w|[»%\]/-])")
CONSTANT = re.compile(r"\b(?:True|False|None)\b")
MAX_DISPLAY = 1000  # characters of a bare list, dict or tuple
END = re.compile(r"(?<=[.!?;])\s+(?=[A-Z«\[(*])")


@dataclass(frozen=True)
class Span:
    """A piece of code in a sentence. `source` is what stood there; `is_code` tells whether between backticks."""

    source: str
    is_code: bool


@dataclass(frozen=True)
class Sentence:
    """One sentence: `text` with its spans masked, where it stands, and whether it speaks of this run."""

    text: str
    spans: tuple[Span, ...]
    section: int  # counted by the headings before it
    line: int  # number of its line in the monologue
    indent: int  # -1: a small heading, which stands above lines of any indent
    is_item: bool  # its line is a bullet or a numbered point
    position: float  # place of its beginning in the monologue, in [0, 1]
    is_general: bool


@dataclass(frozen=True)
class Monologue:
    """A text taken apart; what it does not hold is "".

    `answer` is the closing block, `program` the code that the prompt quotes, `question` its assertion with `??` in it.
    """

    sentences: tuple[Sentence, ...]
    answer: str
    program: str
    question: str
    first_label: int  # label of the program's first line


def read_monologue(text: str, names: frozenset[str]) -> Monologue:
    """Returns a text's sentences and answer.

    Args:
        text: what a model wrote, with or without its prompt.
        names: the program's variables; in `i = 0` they count as code without backticks.
    """
    program = PROGRAM.search(text)
    body = BODY.search(text)
    answers = ANSWER.findall(text[body.end(1):] if body else text)
    prose = body.group(1) if body else ANSWER.sub("", PROGRAM.sub("", text))
    code, question = (part or "" for part in program.groups()) if program else ("", "")
    label = LABEL.search(code.lstrip("\n").split("\n")[0])
    return Monologue(tuple(split_sentences(prose, names)), answers[-1] if answers else "", strip_labels(code), question,
                     int(label.group(1)) if label else 1)


def split_sentences(prose: str, names: frozenset[str]):
    """Yields the sentences of a monologue's lines; fenced blocks are left out."""
    is_general = is_fenced = False
    start = section = 0
    for number, line in enumerate(prose.split("\n")):
        position, start = start / max(1, len(prose)), start + len(line) + 1
        if line.strip().startswith("```"):
            is_fenced = not is_fenced
        elif heading := HEADING.match(line.strip()):
            if line.startswith(("# ", "## ", "### ")):
                is_general, section = bool(GENERAL.search(heading.group(1))), section + 1
            else:  # a small heading structures a section, as a bold line does
                masked, spans = mask_code(heading.group(1).replace("**", ""), names)
                yield make_sentence(masked, spans, section, number, -1, False, position, is_general)
        elif line.strip() and not is_fenced:
            indent, marker = MARKER.match(line).groups()
            masked, spans = mask_code(line.strip()[len((marker or "").strip()):].strip(), names)
            for part in END.split(masked.replace("**", "")):
                yield make_sentence(part, spans, section, number, len(indent), bool(marker), position, is_general)


def make_sentence(masked: str, spans: list[Span], *place) -> Sentence:
    """Returns a sentence with its own spans, numbered from 0; `place` are the other fields of Sentence."""
    own: list[Span] = []

    def renumber(found: re.Match) -> str:
        own.append(spans[int(found.group(1))])
        return f"«{len(own) - 1}»"

    text = re.sub(r"«(\d+)»", renumber, masked)
    return Sentence(text, tuple(own), *place)


def mask_code(line: str, names: frozenset[str]) -> tuple[str, list[Span]]:
    """Returns a line with its code, quoted strings, displays, numbers and constants masked, and these spans."""
    spans: list[Span] = []

    def mask(source: str, is_code: bool = False) -> str:
        spans.append(Span(source, is_code))
        return f"«{len(spans) - 1}»"

    line = line.replace("«", "<<").replace("»", ">>")
    line = CODE.sub(lambda found: mask(found.group(2).strip(" ") if is_padded(found.group(2)) else found.group(2),
                                       True), line)
    line = QUOTED.sub(lambda found: mask(found.group()), line)
    line = mask_displays(line, mask, spans)
    line = CONSTANT.sub(lambda found: mask(found.group()), line)
    line = NUMBER.sub(lambda found: mask(found.group()), line)
    line = re.sub(r"\b([A-Za-z_]\w*)(?=\s*=\s*«)",
                  lambda found: mask(found.group()) if found.group() in names else found.group(), line)
    return line, spans


def is_padded(source: str) -> bool:
    """Returns whether a code span has markdown's padding, as in `` `a ``, which is no part of it."""
    return len(source) > 2 and source[0] == source[-1] == " " and "`" in source


def mask_displays(line: str, mask, spans: list[Span]) -> str:
    """Returns the line with bare lists, dicts and tuples masked, their masked items put back; labels are left."""
    for opening, closing in ("[]", "{}", "()"):
        place = 0
        while (place := line.find(opening, place)) >= 0:
            depth, end = 0, place
            for end in range(place, min(len(line), place + MAX_DISPLAY)):
                depth += (line[end] == opening) - (line[end] == closing)
                if depth == 0:
                    break
            inside = line[place:end + 1]
            source = re.sub(r"«(\d+)»", lambda found: spans[int(found.group(1))].source, inside)
            has_code = any(spans[int(n)].is_code for n in re.findall(r"«(\d+)»", inside))
            if depth == 0 and not has_code and (opening != "(" or "," in inside) and is_literal_source(source):
                line = line[:place] + mask(source) + line[end + 1:]
            place += 1
    return line


def is_literal_source(source: str) -> bool:
    """Returns whether `source` is one Python literal, and no abbreviated one."""
    if "..." in source:
        return False
    try:
        ast.literal_eval(source)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return source == "set()"
    return True
