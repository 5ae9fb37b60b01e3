"""What the book says of the command line, asked of the command line itself, so that pages never lag behind it."""

import os
import subprocess
import sys
from pathlib import Path

from semcoder.runs import write_text

SHOWN = ("trace", "monologue", "audit", "bench", "export", "reexecute", "score cruxeval", "score evalplus")
COLUMNS = "100"  # of the help texts, whatever the terminal of whoever builds the book


def write_help(folder: Path) -> None:
    """Writes `<command>.txt`, its spaces as underscores, with the output of `--help` for each that a page documents."""
    for command in SHOWN:
        asked = subprocess.run([sys.executable, "-m", "semcoder", *command.split(), "--help"], capture_output=True,
                               text=True, check=True, env={**os.environ, "COLUMNS": COLUMNS})
        write_text(folder / f"{command.replace(' ', '_')}.txt", asked.stdout)
