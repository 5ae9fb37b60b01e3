"""Which Python the generated programs use, beside CRUXEval's: node kinds, methods, builtins, and what is missing."""

import json
from collections import Counter
from pathlib import Path

from semcoder.corpus.constructs import Constructs, count_constructs, list_missing
from semcoder.corpus.synthetic import generate_crux
from semcoder.errors import UserError

FILE = "cruxeval_dev.jsonl"
NUM_PROGRAMS, LEVEL, NUM_INPUTS = 4000, 3, 2
GROUPS = {"nodes": "kinds of AST nodes", "methods": "methods of str, list, dict, set, tuple", "builtins": "builtins"}
MOST = 8  # of a group, whose shares are shown


def measure(quick: bool = False, benchmarks_dir: str = "") -> list[dict]:
    """Returns a row per group of constructs.

    Raises:
        UserError: CRUXEval's programs are not given.
    """
    path = Path(benchmarks_dir) / FILE
    if not benchmarks_dir or not path.is_file():
        raise UserError(f"--benchmarks-dir = {benchmarks_dir!r} is not possible: this needs a folder with {FILE}")
    wanted = count_constructs(json.loads(line)["code"] for line in path.read_text(encoding="utf-8").splitlines())
    made = (generate_crux(0, index, LEVEL, NUM_INPUTS)[0] for index in range(NUM_PROGRAMS // (10 if quick else 1)))
    found = count_constructs(candidate.code for candidate in made if candidate)
    missing = list_missing(wanted, found)
    return [{"constructs": words, "CRUXEval's": len(getattr(wanted, group)), "ours": len(getattr(found, group)),
             "missing in ours": ", ".join(name for kind, name, _ in missing if kind == group) or "none",
             "share of programs, CRUXEval's / ours": compare(wanted, found, group), "n, CRUXEval's": wanted.programs,
             "n, ours": found.programs} for group, words in GROUPS.items()]


def compare(wanted: Constructs, found: Constructs, group: str) -> str:
    """Returns the shares of programs that use what CRUXEval uses most; what is in every program is left out."""
    counts: Counter = getattr(wanted, group)
    shown = [name for name, count in counts.most_common() if count < 0.97 * wanted.programs][:MOST]
    ours: Counter = getattr(found, group)
    return ", ".join(f"{name} {counts[name] / wanted.programs:.2f} / {ours[name] / found.programs:.2f}"
                     for name in shown)
