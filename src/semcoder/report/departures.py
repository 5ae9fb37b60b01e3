"""Where the code says that it departs from the paper, collected for the book.

A comment or docstring marks one with the word Departure, a colon and a space; its first sentence is quoted.
"""

import re
from pathlib import Path

import pandas as pd

MARK = "Departure" + ": "  # split, so that this file lists no departure of its own; the space tells it from a class
# A full stop ends the sentence unless it belongs to an abbreviation used here.
SENTENCE = re.compile(r"(.*?(?<!App)(?<!Tab)(?<!Fig)(?<!e\.g)(?<!i\.e)\.)(?:\s|$)")


def collect_departures(sources: Path) -> pd.DataFrame:
    """Returns one row per mark below `sources`: `file` (relative to it) and `sentence`, in order."""
    rows = []
    for path in sorted(sources.rglob("*.py")):
        lines = path.read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(lines):
            if MARK in line:
                rows.append((path.relative_to(sources).as_posix(), find_sentence(lines, number)))
    return pd.DataFrame(rows, columns=["file", "sentence"])


def find_sentence(lines: list[str], number: int) -> str:
    """Returns the first sentence after the mark in line `number`, joined over the lines it spans."""
    head, _, text = lines[number].partition(MARK)
    is_comment = "#" in head
    pieces = [text]
    for line in lines[number + 1:]:
        stripped = line.strip()
        ends = not stripped or not stripped.startswith("#") if is_comment else not stripped or '"""' in pieces[-1]
        if ends:
            break
        pieces.append(stripped.lstrip("# "))
    joined = " ".join(piece.split('"""')[0].strip() for piece in pieces).strip()
    found = SENTENCE.match(joined)
    sentence = found.group(1) if found else joined
    return sentence[:1].upper() + sentence[1:]
