"""Numbers that prose quotes: one flat dictionary of plain values, and the verdict sentences computed from them.

Every number `x` has a twin `x_text` that reads well ("41.3 %", or "not run" where there is none), so that a page
never shows a hole.
"""

import math

import numpy as np
import pandas as pd

from semcoder.ablations import VARIANTS
from semcoder.config import FORMATS
from semcoder.report.arms import compare_variants

DIRECTIONS = ("forward", "backward")
NOT_WRITTEN = ("too many steps", "too deeply nested", "no forward monologue", "no constraint")
TRACE_FORMATS = tuple(name for name in FORMATS if name not in ("direct", "monologue"))
# One seed tells nothing about how much another would differ: until a run has several, this is our allowance.
ASSUMED_SPREAD = 0.04
MISSING = "not run"
PERCENT = "\u00a0%"  # the space does not break a line


def collect_scores(scores: pd.DataFrame, prefix: str = "") -> dict:
    """Returns value, interval and n of each score as `<task>_<metric>`, `…_ci_low`, `…_ci_high`, `…_n`."""
    numbers = {}
    for row in scores.to_dict("records"):
        numbers |= name_value(f"{prefix}{row['task']}_{row['metric']}", row)
    return numbers


def collect_formats(ablations: pd.DataFrame) -> dict:
    """Returns value, interval and n of each variant's metrics as `format_<variant>_<metric>`…, of its first task."""
    numbers = {}
    for row in ablations.to_dict("records"):
        if row["task"] == VARIANTS[row["variant"]].tasks[0]:
            numbers |= name_value(f"format_{row['variant']}_{row['metric']}", row)
    return numbers


def name_value(name: str, row: dict) -> dict:
    """Returns the four numbers of one score."""
    return {name: float(row["value"]), f"{name}_ci_low": float(row["ci_low"]),
            f"{name}_ci_high": float(row["ci_high"]), f"{name}_n": int(row["num_items"])}


def compare_formats(predictions: pd.DataFrame, num_resamples: int) -> dict:
    """Returns monologue minus direct and monologue minus the best trace format, each with its verdict sentence."""
    asked = predictions[predictions["task"] == "output_prediction"]
    means = asked.groupby("variant")["is_right"].mean()
    traces = {name: means[name] for name in TRACE_FORMATS if name in means}
    best = max(traces, key=traces.get) if traces else None
    numbers = {"best_trace_format": best or MISSING}
    rivals = (("direct", "direct", "direct answers"), ("trace", best, f"the best trace format ({best})"))
    for name, other, words in rivals:
        difference = compare_variants(asked, "monologue", other, num_resamples) if other else None
        numbers[f"verdict_{name}"] = make_verdict(difference, words)
        numbers[f"conclusion_{name}"] = conclude(difference)
        if difference:
            numbers |= name_value(f"monologue_minus_{name}", difference)
    return numbers


def conclude(difference: dict | None) -> str:
    """Returns better | worse | not distinguishable | not run, from the interval of a difference."""
    if difference is None or math.isnan(difference["ci_low"]):
        return MISSING
    if difference["ci_low"] > 0:
        return "better"
    return "worse" if difference["ci_high"] < 0 else "not distinguishable"


def make_verdict(difference: dict | None, other: str) -> str:
    """Returns the sentence that the data support; `other` names what monologues are compared with."""
    conclusion = conclude(difference)
    if conclusion == MISSING:
        return f"Reasoning in monologues was not compared with {other} in this run."
    low, high = (100 * difference[bound] for bound in ("ci_low", "ci_high"))
    points = 100 * difference["value"]
    interval = f"95{PERCENT} interval {low:.1f} to {high:.1f}, n = {difference['num_items']}"
    if conclusion == "better":
        return f"Reasoning in monologues beats {other} by {points:.1f} points ({interval})."
    if conclusion == "worse":
        return f"Reasoning in monologues does worse than {other}, by {-points:.1f} points ({interval})."
    return (f"Reasoning in monologues and {other} are not distinguishable: "
            f"the difference is {points:.1f} points ({interval}).")


def measure_spread(predictions: pd.DataFrame) -> dict:
    """Returns the standard deviation of answer accuracy between training seeds, pooled over variants.

    With one seed per variant there is none to measure, and ASSUMED_SPREAD is used and named as such.
    """
    asked = predictions[predictions["task"] == "output_prediction"]
    per_seed = asked.assign(right=asked["is_right"].astype(float)).groupby(["variant", "seed"])["right"].mean()
    variances = [arm.var(ddof=1) for _, arm in per_seed.groupby("variant") if len(arm) > 1]
    if not variances:
        return {"training_spread": ASSUMED_SPREAD, "training_spread_source": "assumed: one training seed per variant"}
    num_seeds = int(per_seed.groupby("variant").size().max())
    return {"training_spread": round(float(np.sqrt(np.mean(variances))), 6),
            "training_spread_source": f"measured over up to {num_seeds} training seeds per variant"}


def describe_sizes(arms: pd.DataFrame) -> str:
    """Returns how many parameters the formats' models have: vocabularies, and so models, differ a little by format."""
    sizes = arms[arms["variant"].isin(FORMATS)]["num_parameters"]
    if sizes.empty:
        return MISSING
    return f"{sizes.min():,}" if sizes.min() == sizes.max() else f"{sizes.min():,} to {sizes.max():,}"


def share_copied(predictions: pd.DataFrame) -> float | None:
    """Returns the share of output predictions that copying an argument would get right."""
    items = predictions[predictions["task"] == "output_prediction"].drop_duplicates("execution_id")
    return float(items["is_copy"].mean()) if "is_copy" in items and len(items) else None


def share_confirmed(counts: dict[str, int]) -> float | None:
    """Returns the share of forward and backward monologues whose every claim independent runs confirmed, of those that
    were written."""
    return share_kept(counts, DIRECTIONS, NOT_WRITTEN)


def share_told(counts: dict[str, int], direction: str) -> float | None:
    """Returns the share of executions that have a monologue in one direction, of those not too long for the context."""
    return share_kept(counts, (direction,), ("too many steps",))


def share_kept(counts: dict[str, int], kinds: tuple[str, ...], without: tuple[str, ...]) -> float | None:
    """Returns the share of some kinds of monologue that was kept, without those rejected for certain reasons."""
    outcomes = [item for kind in kinds for item in list_outcomes(counts, kind).items() if item[0] not in without]
    total = sum(number for _, number in outcomes)
    return sum(number for outcome, number in outcomes if outcome == "kept") / total if total else None


def list_outcomes(counts: dict[str, int], kind: str) -> dict[str, int]:
    """Returns how many monologues of a kind were kept, and how many rejected for each reason, most frequent first."""
    rejected = f"rejected {kind}: "
    found = {key.removeprefix(rejected): n for key, n in counts.items() if key.startswith(rejected)}
    return {"kept": counts.get(f"kept: {kind}", 0), **dict(sorted(found.items(), key=lambda item: -item[1]))}


def add_texts(numbers: dict, wanted: tuple[str, ...] = ()) -> dict:
    """Returns `numbers` with an `x_text` for each `x`, and "not run" for each wanted name that is missing."""
    texts = {f"{name}_text": to_text(name, value) for name, value in numbers.items()}
    missing = {f"{name}_text": MISSING for name in wanted if name not in numbers}
    return dict(sorted({**numbers, **texts, **missing}.items()))


def to_text(name: str, value: object) -> str:
    """Returns a number as prose shows it: fractions in percent, differences in points, counts with separators."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, str):
        return value
    if name == "training_spread":
        return f"{100 * value:.1f} points"
    if "_minus_" in name and not name.endswith("_n"):
        return f"{100 * value:+.1f}"
    if isinstance(value, int):
        return f"{value:,}"
    if name.endswith(("_minutes", "_loss")):
        return f"{value:.1f}" if name.endswith("_minutes") else f"{value:.3f}"
    if 0 <= value <= 1:
        return f"{100 * value:.1f}{PERCENT}"
    return f"{value:,.1f}"
