"""Where things are: every folder the project reads or writes, found from this file or SEMCODER_ROOT."""

import os
from pathlib import Path

# SEMCODER_ROOT lets a test, or an installed copy, work on another checkout's notebooks and results.
ROOT = Path(os.environ.get("SEMCODER_ROOT") or Path(__file__).resolve().parents[2])
NOTEBOOKS = ROOT / "notebooks"
RESULTS = ROOT / "results"
RUNS = RESULTS / "runs"
EXECUTED = RESULTS / "notebooks"
REFERENCE = RESULTS / "reference"
VIEW = RESULTS / "view"
ANSWERS = RESULTS / "answers"  # of language models, asked once
BENCHMARKS = RESULTS / "benchmarks"


def shown(path: Path) -> str:
    """Returns `path` relative to the project where it lies inside it, so that no machine path is stored."""
    path = Path(path)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
