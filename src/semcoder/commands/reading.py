"""What the commands that read a reader's own JSON-lines files share: every mistake is named with its file and line."""

import json
from collections.abc import Iterator
from pathlib import Path

from semcoder.config import require
from semcoder.errors import UserError


def read_rows(option: str, path: Path, fields: tuple[str, ...], key: str = "id") -> Iterator[tuple[int, dict]]:
    """Yields (line number, row) of a JSON-lines file, each with the given fields as text.

    Args:
        option: that names the file, for messages.
        path: of the file.
        fields: that a row must have.
        key: the field that no two rows may share; "" for none.

    Raises:
        UserError: naming the file, the line and what is wrong with it.
    """
    seen: set[str] = set()
    for number, line in enumerate(read_text(option, path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UserError(f"{path}, line {number} is not JSON ({error}): give one JSON object per line") from error
        if not isinstance(row, dict) or not all(isinstance(row.get(field), str) for field in fields):
            raise UserError(f"{path}, line {number}: a row of {option} needs {', '.join(fields)}, each a string")
        name = row[key] if key else str(number)
        if name in seen:
            raise UserError(f"{path}, line {number}: {key} {name!r} is there twice: give one row per {key}")
        seen.add(name)
        yield number, row
    require(bool(seen), option, str(path), "it has no rows")


def read_text(option: str, path: Path) -> str:
    """Returns a file's text. Raises UserError where there is none."""
    require(path.is_file(), option, str(path), "there is no such file")
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as error:
        raise UserError(f"{option} = {str(path)!r} cannot be read ({error}): give a UTF-8 text file") from error
