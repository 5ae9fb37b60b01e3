"""The committed scores of answers written elsewhere (`results/scoring`) as tables for the book.

Written by `python -m semcoder score cruxeval --out`; they hold ids, verdicts and numbers, and no model's text.
"""

import json

import pandas as pd

from semcoder import paths
from semcoder.report.present import to_percent

MISSING = pd.DataFrame({"not measured": ["`python -m semcoder score` makes this table"]})


def list_scoring_tables() -> dict[str, pd.DataFrame]:
    """Returns the tables of the page by name; where nothing was scored they say so."""
    files = sorted((paths.RESULTS / "scoring").glob("*.json"))
    found = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    if not found:
        return {"scoring": MISSING, "scoring_sources": MISSING}
    return {"scoring": pd.DataFrame([describe_score(score) for score in found]),
            "scoring_sources": pd.DataFrame([describe_source(score) for score in found])}


def describe_score(score: dict) -> dict:
    """Returns one score's row: both rules side by side, and how the samples ended that did not simply fail."""
    strict, (low, high) = score["strict"], score["strict"]["pass_at_1_interval"]
    return {"task": score["task"], "n": score["n"], "official pass@1": to_percent(score["official"]["pass_at_1"]),
            "strict pass@1": f"{to_percent(strict['pass_at_1'])} ({100 * low:.1f} to {100 * high:.1f})",
            "items that differ": len(score["differences"]), "no answer": strict["counts"].get("no_answer", 0),
            "time limit": strict["counts"].get("timeout", 0), "sandbox error": strict["counts"].get("error", 0),
            "reference no literal": score["canary"]["references_not_literal"]}


def describe_source(score: dict) -> dict:
    """Returns what was scored, when, and with which code."""
    texts = score["inputs"][1]
    return {"task": score["task"], "texts": f"`{texts['name']}`", "SHA-256": f"`{texts['sha256'][:12]}`",
            "date": score["measured_utc"][:10], "commit": f"`{(score['git'].get('commit') or '')[:9]}`"}
