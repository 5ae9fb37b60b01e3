"""What the book says of the command line, asked of the command line itself, so that pages never lag behind it."""

import os
import subprocess
import sys
from pathlib import Path

from semcoder.runs import write_text

SHOWN = ("trace", "monologue", "audit", "bench", "export", "reexecute")
COLUMNS = "100"  # of the help texts, whatever the terminal of whoever builds the book


def write_help(folder: Path) -> None:
    """Writes `<command>.txt` with the output of `--help` for each command that a page documents."""
    for command in SHOWN:
        asked = subprocess.run([sys.executable, "-m", "semcoder", command, "--help"], capture_output=True, text=True,
                               check=True, env={**os.environ, "COLUMNS": COLUMNS})
        write_text(folder / f"{command}.txt", asked.stdout)
