"""Sets a reader's numbers beside the committed ones: one verdict per claim, with the tolerance and its reason.

Two runs of the same preset differ by sampling (their items may differ) and by training (rounding differs between
machines). A proportion may therefore differ by

    1.96 * sqrt(p(1-p)/n + p'(1-p')/n' + 2 s^2),    s = the committed run's spread between training seeds,

and a difference of two arms by the same with the standard errors of its two intervals. Item sets are treated as
independent; where both runs share their items this is wider than needed.
"""

from dataclasses import dataclass

import pandas as pd

from semcoder.config import DEFAULT_FORMATS, FORMATS
from semcoder.report.numbers import ASSUMED_SPREAD, MISSING

Z = 1.96  # 95 %
COLUMNS = ["claim", "committed", "yours", "tolerance", "why", "verdict"]


@dataclass(frozen=True)
class Claim:
    """One statement of the book: the number behind it and how it is compared."""

    text: str
    name: str  # key in numbers.json
    kind: str  # proportion | difference | word | exact
    is_optional: bool = False  # left out where neither side has it


CLAIMS = (
    Claim("monologues against direct answers, conclusion", "conclusion_direct", "word"),
    Claim("monologues minus direct answers, points", "monologue_minus_direct", "difference"),
    Claim("monologues against the best trace format, conclusion", "conclusion_trace", "word"),
    Claim("monologues minus the best trace format, points", "monologue_minus_trace", "difference"),
    *(Claim(f"answer accuracy, format `{name}`", f"format_{name}_answer_accuracy", "proportion",
            is_optional=name not in DEFAULT_FORMATS) for name in FORMATS),
    Claim("output prediction, answer accuracy", "output_prediction_answer_accuracy", "proportion"),
    Claim("output prediction, step accuracy", "output_prediction_step_accuracy", "proportion"),
    Claim("output prediction, steps right given the history", "output_prediction_step_accuracy_given_history",
          "proportion", is_optional=True),
    Claim("input prediction, answer accuracy", "input_prediction_answer_accuracy", "proportion"),
    Claim("code from descriptions, answer accuracy", "nl_to_code_answer_accuracy", "proportion"),
    Claim("repaired by the last round", "repaired_share", "proportion"),
    Claim("reference answers that pass (canary)", "canary", "exact"),
    Claim("monologues with every claim confirmed", "share_confirmed", "exact"),
)


def compare_claims(committed: dict | None, yours: dict | None) -> pd.DataFrame:
    """Returns one row per claim.

    Args:
        committed: numbers.json of results/reference, None if nothing is committed.
        yours: numbers.json of the local report, None if nothing was run.

    Returns:
        `claim`, `committed`, `yours`, `tolerance`, `why` and `verdict`: reproduced | differs | not comparable (other
        preset, other seed or nothing committed) | not run.
    """
    committed, yours = committed or {}, yours or {}
    shown = [claim for claim in CLAIMS if not claim.is_optional or claim.name in {*committed, *yours}]
    return pd.DataFrame([compare_claim(claim, committed, yours) for claim in shown], columns=COLUMNS)


def compare_claim(claim: Claim, committed: dict, yours: dict) -> dict:
    """Returns the row of one claim."""
    ours, theirs = committed.get(claim.name), yours.get(claim.name)
    tolerance, why = find_tolerance(claim, committed, yours) if ours is not None and theirs is not None else (None, "")
    return {"claim": claim.text, "committed": committed.get(f"{claim.name}_text", MISSING if committed else "none"),
            "yours": yours.get(f"{claim.name}_text", MISSING),
            "tolerance": "" if tolerance is None else "the same" if tolerance == 0 else f"{100 * tolerance:.1f} points",
            "why": why, "verdict": judge_claim(ours, theirs, tolerance, committed, yours)}


def judge_claim(ours: object, theirs: object, tolerance: float | None, committed: dict, yours: dict) -> str:
    """Returns the verdict on one pair of values."""
    if theirs is None or theirs == MISSING:
        return MISSING
    if ours is None or ours == MISSING:
        return "not comparable: nothing committed"
    for name in ("preset", "seed"):
        if committed.get(name) != yours.get(name):
            return f"not comparable: other {name}"
    if isinstance(ours, str) or tolerance == 0:
        is_same = ours == theirs if isinstance(ours, str) else abs(ours - theirs) < 1e-9
    else:
        is_same = abs(ours - theirs) <= tolerance
    return "reproduced" if is_same else "differs"


def find_tolerance(claim: Claim, committed: dict, yours: dict) -> tuple[float, str]:
    """Returns the allowed distance (a fraction; 0 = must be equal) and where it comes from."""
    if claim.kind in ("word", "exact"):
        return 0.0, "no chance in it" if claim.kind == "exact" else "the same conclusion"
    spread = committed.get("training_spread", ASSUMED_SPREAD)
    origin = committed.get("training_spread_source", "assumed: one training seed per variant").split(":")[0]
    variance = sum(find_variance(claim, numbers) for numbers in (committed, yours))
    # A difference of two arms has the training of both in it.
    num_trainings = 4 if claim.kind == "difference" else 2
    tolerance = Z * (variance + num_trainings * spread**2) ** 0.5
    return tolerance, f"sampling of n items, training spread {100 * spread:.1f} points ({origin})"


def find_variance(claim: Claim, numbers: dict) -> float:
    """Returns the sampling variance of a claim's value in one report."""
    value, name = numbers[claim.name], claim.name
    if claim.kind == "proportion":
        # A share of exactly 0 or 1 would claim no sampling error at all; half an item is the least we see.
        n = numbers.get(f"{name}_n", 1)
        share = min(max(value, 0.5 / n), 1 - 0.5 / n)
        return share * (1 - share) / n
    return ((numbers[f"{name}_ci_high"] - numbers[f"{name}_ci_low"]) / (2 * Z)) ** 2
