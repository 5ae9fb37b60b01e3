"""What came of a corpus of monologues: shares with intervals, where the first false step is, and what it foretells.

Items are what is resampled: claims of one monologue are not independent of each other. A false step is a false claim
that does not repeat the answer (`semcoder.audit.claims.RESTATED`).
"""

import math

import numpy as np
import pandas as pd

from semcoder.audit.audit import AuditResult
from semcoder.audit.claims import KINDS, RESTATED
from semcoder.statistics import bootstrap_interval, bootstrap_statistic, make_generator

VERDICTS = ("true", "false", "unclear")


def list_items(results: list[AuditResult]) -> pd.DataFrame:
    """Returns one row per item: its answer, its sentences, its claims by kind and verdict, and its first false step."""
    return pd.DataFrame([make_row(result) for result in results])


def make_row(result: AuditResult) -> dict:
    """Returns the counts of one item; no text."""
    first = next(iter(result.false_steps), None)
    counts = {f"{kind}_{verdict}": 0 for kind in KINDS if kind != "answer" for verdict in VERDICTS}
    for verdict in result.verdicts:
        if verdict.claim.kind != "answer":
            counts[f"{verdict.claim.kind}_{verdict.verdict}"] += 1
    return {"id": result.id, "task": result.task, "answer": result.answer, "problem": result.problem,
            "sentences_general": result.extraction.num_general, "sentences": result.extraction.num_specific,
            "sentences_unread": result.extraction.num_unread,
            **{f"steps_{verdict}": sum(v.verdict == verdict for v in result.steps) for verdict in VERDICTS},
            "own_steps_false": len(result.own_false_steps),
            "first_false_kind": first.claim.kind if first else "",
            "first_false_position": round(first.claim.position, 4) if first else None, **counts}


def summarise(items: pd.DataFrame) -> pd.DataFrame:
    """Returns `measure`, `value`, `ci_low`, `ci_high`, `num_items` from the rows of `list_items` of one corpus."""
    judged = items[items["problem"] == ""]
    rng = make_generator("audit", len(items))
    right, wrong = (judged[judged["answer"] == answer] for answer in ("right", "wrong"))
    checked = judged["steps_true"] + judged["steps_false"]
    answered = judged[judged["answer"] != "none"]
    rows = [
        ("items", len(items), len(items)),
        ("items not judged", len(items) - len(judged), len(items)),
        ("answers right", *share(items["answer"] == "right", rng)),
        ("sentences about the run, per item", judged["sentences"].mean(), len(judged)),
        ("share of these that could not be read", *ratio(judged["sentences_unread"], judged["sentences"], rng)),
        ("steps checked", int(checked.sum()), len(judged)),
        ("steps checked, per item", checked.mean(), len(judged)),
        ("steps read but not to be judged", int(judged["steps_unclear"].sum()), len(judged)),
        ("share of steps true", *ratio(judged["steps_true"], checked, rng)),
        ("items with a false step", *share(judged["steps_false"] > 0, rng)),
        ("right answer, wrong steps", *share(right["steps_false"] > 0, rng)),
        ("wrong answer, a wrong step", *share(wrong["steps_false"] > 0, rng)),
        ("first false step, median place in the text", judged["first_false_position"].median(),
         int(judged["first_false_position"].count())),
    ]
    signs = {"a false step": "steps_false"}
    if (items["task"] == "output").all():  # an input has no one value that a step could say beforehand
        signs["a false step of another value"] = "own_steps_false"
    for name, column in signs.items():
        rows += foretell(name, answered[column] > 0, answered["answer"] == "wrong", rng)
    return pd.DataFrame([spread(row) for row in rows])


def spread(row: tuple) -> dict:
    """Returns a row of the summary from (measure, value, number of items) or (measure, value, low, high, number)."""
    measure, value, *interval, number = row
    low, high = interval or (math.nan, math.nan)
    return {"measure": measure, "value": value, "ci_low": low, "ci_high": high, "num_items": number}


def share(is_so: pd.Series, rng: np.random.Generator) -> tuple[float, float, float, int]:
    """Returns the share of items of which something holds, its interval, and their number."""
    return (is_so.mean(), *bootstrap_interval(is_so.to_numpy(float), rng), len(is_so))


def ratio(part: pd.Series, whole: pd.Series, rng: np.random.Generator) -> tuple[float, float, float, int]:
    """Returns the sum of `part` over that of `whole`, with its interval over items."""
    parts, wholes = part.to_numpy(float), whole.to_numpy(float)

    def divide(drawn: np.ndarray) -> float:
        total = wholes[drawn].sum()
        return parts[drawn].sum() / total if total else math.nan

    return divide(np.arange(len(parts))), *bootstrap_statistic(divide, len(parts), rng), len(parts)


def foretell(name: str, is_false: pd.Series, is_wrong: pd.Series, rng: np.random.Generator) -> list[tuple]:
    """Returns how well a false step foretells a wrong answer: precision, recall, phi and the odds ratio."""
    said, wrong = is_false.to_numpy(), is_wrong.to_numpy()
    rows = []
    for measure, statistic in (("precision", precision), ("recall", recall), ("phi", phi), ("odds ratio", odds_ratio)):
        def draw(drawn: np.ndarray, statistic=statistic) -> float:
            return statistic(*cross(said[drawn], wrong[drawn]))

        rows.append((f"{name} as a sign of a wrong answer: {measure}", draw(np.arange(len(said))),
                     *bootstrap_statistic(draw, len(said), rng), len(said)))
    return rows


def cross(said: np.ndarray, wrong: np.ndarray) -> tuple[int, int, int, int]:
    """Returns how many items are (false step, wrong), (false step, right), (none, wrong), (none, right)."""
    return (int((said & wrong).sum()), int((said & ~wrong).sum()), int((~said & wrong).sum()),
            int((~said & ~wrong).sum()))


def precision(a: int, b: int, c: int, d: int) -> float:
    """Returns the share of wrong answers among items with a false step; arguments as `cross` returns them."""
    return a / (a + b) if a + b else math.nan


def recall(a: int, b: int, c: int, d: int) -> float:
    """Returns the share of items with a false step among wrong answers."""
    return a / (a + c) if a + c else math.nan


def phi(a: int, b: int, c: int, d: int) -> float:
    """Returns the correlation of two yes-or-no variables."""
    product = (a + b) * (c + d) * (a + c) * (b + d)
    return (a * d - b * c) / math.sqrt(product) if product else math.nan


def odds_ratio(a: int, b: int, c: int, d: int) -> float:
    """Returns the odds ratio, one half added to each cell so that an empty one does not make it infinite."""
    return (a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)) if a + b + c + d else math.nan


def list_kinds(items: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per kind of claim: how many were true, false, unclear, how often it was the first false step."""
    judged = items[items["problem"] == ""]
    rows = []
    for kind, meaning in KINDS.items():
        if kind == "answer":
            continue
        true, false, unclear = (int(judged[f"{kind}_{verdict}"].sum()) for verdict in VERDICTS)
        first = judged[judged["first_false_kind"] == kind]["answer"]
        rows.append({"kind": kind, "meaning": meaning, "true": true, "false": false, "unclear": unclear,
                     "share_true": true / (true + false) if true + false else math.nan,
                     "first_false_right": int((first == "right").sum()) if kind not in RESTATED else None,
                     "first_false_wrong": int((first == "wrong").sum()) if kind not in RESTATED else None})
    return pd.DataFrame(rows).astype({"first_false_right": "Int64", "first_false_wrong": "Int64"})


def list_outcomes(items: pd.DataFrame) -> pd.DataFrame:
    """Returns the two-by-two table: items by their answer and by whether a false step was found."""
    judged = items[items["problem"] == ""]
    return pd.DataFrame([
        {"answer": answer, "false_step": int((rows["steps_false"] > 0).sum()),
         "no_false_step_found": int((rows["steps_false"] == 0).sum())}
        for answer in ("right", "wrong", "none") for rows in [judged[judged["answer"] == answer]]])
