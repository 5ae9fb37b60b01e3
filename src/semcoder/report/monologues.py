"""Tables about the monologues stage: examples, what was kept and why not, constraints, bugs."""

import pandas as pd

from semcoder.records import SPLITS
from semcoder.report.numbers import list_outcomes
from semcoder.runs import Run

PROPERTY_OUTCOMES = {"kept: properties": "kept",
                     "dropped: properties refuted on other inputs": "refuted by the checker's inputs"}


def tabulate_verdicts(monologues: Run) -> pd.DataFrame:
    """Returns per kind of monologue how many were kept and rejected, and why: monologue, outcome, count, share."""
    counts, rows = monologues.manifest["counts"], []
    for kind in ("forward", "backward", "repair"):
        outcomes = list_outcomes(counts, kind)
        total = sum(outcomes.values())
        rows += [(kind, reason, n, n / total) for reason, n in outcomes.items() if total]
    return pd.DataFrame(rows, columns=["monologue", "outcome", "count", "share"])


def tabulate_constraints(monologues: Run) -> pd.DataFrame:
    """Returns what came of the constraints and properties that were tried: what, outcome, count."""
    counts = monologues.manifest["counts"]
    rows = [("constraint of a backward monologue", key.removeprefix("constraints: "), n)
            for key, n in sorted(counts.items()) if key.startswith("constraints: ")]
    rows += [("property of all inputs", outcome, counts[key]) for key, outcome in PROPERTY_OUTCOMES.items()
             if key in counts]
    return pd.DataFrame(rows, columns=["what", "outcome", "count"])


def tabulate_bugs(monologues: Run) -> pd.DataFrame:
    """Returns per operator that made bugs: how many were explained and how many not."""
    counts = monologues.manifest["counts"]
    operators = sorted({key.partition(" bug: ")[2] for key in counts if " bug: " in key})
    rows = [(name, counts.get(f"kept bug: {name}", 0), counts.get(f"rejected bug: {name}", 0)) for name in operators]
    return pd.DataFrame(rows, columns=["operator", "kept", "rejected"])


def tabulate_examples(monologues: Run) -> pd.DataFrame:
    """Returns per objective and format: examples of each split, mean steps and characters of a training response."""
    frame = pd.concat(pd.DataFrame(monologues.read_rows(f"examples/{split}")).assign(split=split) for split in SPLITS)
    frame["num_chars"] = frame["response"].str.len()
    keys = ["objective", "format"]
    counts = frame.pivot_table(index=keys, columns="split", values="num_chars", aggfunc="size", fill_value=0)
    counts = counts.reindex(columns=list(SPLITS), fill_value=0).add_prefix("num_")
    means = frame[frame["split"] == "train"].groupby(keys)[["num_steps", "num_chars"]].mean().round(1)
    return counts.join(means.rename(columns={"num_steps": "mean_steps", "num_chars": "mean_chars"})).reset_index()
