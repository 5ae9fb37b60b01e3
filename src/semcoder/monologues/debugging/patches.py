"""How a wrong program differs from the right one, line by line: which lines correspond, and the edits that mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

MIN_LIKENESS = 0.6  # of two lines' texts, in [0, 1], before one is taken for a version of the other


@dataclass(frozen=True)
class Edit:
    """One step of a fix. `line` is 1-based, in the wrong program.

    kind: change (its text) | move (its indentation) | remove | add (below `line`).
    """

    kind: str
    line: int
    wrong: str = ""  # text without indentation; of a move, the number of spaces
    right: str = ""
    source: str = ""  # of a move, a removal or an addition: the line's text
    indent: int = 0  # of an addition


def pair_lines(buggy: str, fixed: str) -> list[tuple[int | None, int | None]]:
    """Returns the 1-based line numbers of both programs side by side, None where a line has no partner."""
    left, right = buggy.rstrip("\n").split("\n"), fixed.rstrip("\n").split("\n")
    if len(left) == len(right) and sum(a != b for a, b in zip(left, right, strict=True)) <= 1:
        return [(i, i) for i in range(1, len(left) + 1)]
    pairs: list[tuple[int | None, int | None]] = []
    for _, i, i_end, j, j_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if i_end - i == j_end - j:
            pairs += zip(range(i + 1, i_end + 1), range(j + 1, j_end + 1), strict=True)
            continue
        pairs += [(a and a + i, b and b + j) for a, b in pair_similar(left[i:i_end], right[j:j_end])]
    return pairs


def pair_similar(left: list[str], right: list[str]) -> list[tuple[int | None, int | None]]:
    """Returns all lines of two blocks, by their 1-based places, those side by side that resemble each other most."""
    score = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]  # of the best pairing of what follows
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            likeness = SequenceMatcher(None, left[i].strip(), right[j].strip(), autojunk=False).ratio()
            both = score[i + 1][j + 1] + (likeness if likeness >= MIN_LIKENESS else 0)
            score[i][j] = max(score[i + 1][j], score[i][j + 1], both)
    pairs, i, j = [], 0, 0
    while i < len(left) or j < len(right):
        if i < len(left) and score[i][j] == score[i + 1][j]:
            pairs.append((i := i + 1, None))
        elif j < len(right) and score[i][j] == score[i][j + 1]:
            pairs.append((None, j := j + 1))
        else:
            pairs.append((i := i + 1, j := j + 1))
    return pairs


def list_edits(buggy: str, fixed: str) -> list[Edit]:
    """Returns the edits that turn one program into the other, from top to bottom."""
    left, right = buggy.split("\n"), fixed.split("\n")
    edits, last = [], 0
    for i, j in pair_lines(buggy, fixed):
        wrong, new = left[i - 1] if i else "", right[j - 1] if j else ""
        if i and j:
            edits += compare_lines(i, wrong, new)
        elif i:
            edits.append(Edit("remove", i, source=wrong.strip()))
        else:
            edits.append(Edit("add", last, source=new.strip(), indent=count_spaces(new)))
        last = i or last
    return edits


def compare_lines(line: int, wrong: str, right: str) -> list[Edit]:
    """Returns the edits that turn one line into another."""
    edits, spaces = [], (count_spaces(wrong), count_spaces(right))
    if wrong.strip() != right.strip():
        edits.append(Edit("change", line, wrong.strip(), right.strip()))
    if spaces[0] != spaces[1]:
        edits.append(Edit("move", line, *map(str, spaces), source=right.strip()))
    return edits


def count_spaces(line: str) -> int:
    """Returns the width of a line's indentation."""
    return len(line) - len(line.lstrip(" "))


def apply_edits(buggy: str, edits: Iterable[Edit]) -> str:
    """Returns the program with the edits made, or "" where one does not fit it."""
    lines: list[list[str]] = [[], *([line] for line in buggy.rstrip("\n").split("\n"))]
    for edit in edits:
        if not 0 <= edit.line < len(lines) or (edit.kind != "add" and not lines[edit.line]):
            return ""
        place = lines[edit.line]
        text = place[0].strip() if place else ""
        if edit.kind == "add":
            place.append(" " * edit.indent + edit.source)
        elif edit.kind == "remove" and text == edit.source:
            place.pop(0)
        elif edit.kind == "move" and text == edit.source and count_spaces(place[0]) == int(edit.wrong):
            place[0] = " " * int(edit.right) + text
        elif edit.kind == "change" and text == edit.wrong:
            place[0] = " " * count_spaces(place[0]) + edit.right
        else:
            return ""
    return "\n".join(line for place in lines for line in place) + "\n"
