"""What the book says of the command line, asked of the command line itself, so that pages never lag behind it."""

import contextlib
import io
import os
from pathlib import Path

from semcoder.runs import write_text

SHOWN = ("trace", "bench", "export", "reexecute")
COLUMNS = "100"  # of the help texts, whatever the terminal of whoever builds the book


def write_help(folder: Path) -> None:
    """Writes `<command>.txt` with the output of `--help` for each command that a page documents."""
    from semcoder.__main__ import main

    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = COLUMNS
    try:
        for command in SHOWN:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
                main([command, "--help"])
            write_text(folder / f"{command}.txt", printed.getvalue())
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before
