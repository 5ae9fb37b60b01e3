"""Tables as a page shows them: headings in words, fractions in percent, intervals beside their value.

Input are the tidy frames that a report wrote; nothing is computed here beyond rounding.
"""

import re

import pandas as pd

from semcoder.report.numbers import MISSING, PERCENT

HEADINGS = {
    "num_programs": "programs", "num_executions": "executions", "mean_lines": "lines, mean",
    "branch_coverage": "branches covered, mean", "line_coverage": "lines covered, mean",
    "all_branches": "programs with all branches covered",
    "num_traces": "traces", "median_events": "events, median", "mean_events": "events, mean",
    "max_events": "events, most", "num_train": "train", "num_validation": "validation", "num_test": "test",
    "mean_steps": "steps, mean", "mean_chars": "characters, mean", "num_items": "n", "num_seeds": "seeds",
    "num_runs": "runs", "cruxeval_i": "CRUXEval-I", "cruxeval_o": "CRUXEval-O", "lcb_exec": "LCB-Exec",
    "lcb_lite": "LCB-Lite", "humaneval": "HumanEval", "humaneval_plus": "HumanEval+", "mbpp": "MBPP",
    "mbpp_plus": "MBPP+", "paper_cruxeval_o": "paper: CRUXEval-O", "paper_cruxeval_i": "paper: CRUXEval-I",
    "answer_accuracy": "answer accuracy", "step_accuracy": "step accuracy",
    "next_line_accuracy": "next-line accuracy", "step_accuracy_given_history": "steps right, all before them right",
    "input_prediction": "input prediction", "num_parameters": "parameters", "num_tokens": "tokens",
    "num_learnt_tokens": "learnt tokens", "num_passes": "passes", "train_flops": "compute, operations",
    "tokens_per_s": "tokens/s", "share_of_peak": "share of the peak", "train_s": "training, s",
    "evaluate_s": "answers, s", "learnt_tokens": "learnt tokens", "first_wrong": "wrong first",
}
VALUES = {"debugging": "share", "controls": "monologue minus rival, points", "first_errors": "share wrong",
          "main_errors": "share wrong", "scale_scores": "value"}  # what a table's value is, where not an accuracy
DIFFERENCES = ("controls",)  # tables whose value is a difference, in points
# Shown as they are (a curve, not a table) or made by the view itself.
NOT_SHOWN = ("losses", "format_losses", "curve")


def present_table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Returns the frame as text cells for the page; `name` is the table's file name without ending."""
    if {"value", "ci_low", "ci_high"} <= set(frame.columns):
        frame = join_interval(frame, "value", VALUES.get(name, "accuracy"), name in DIFFERENCES)
    if {"answer_accuracy", "ci_low", "ci_high"} <= set(frame.columns):
        frame = join_interval(frame, "answer_accuracy", "answer_accuracy")
    shares = ("step_accuracy", "step_accuracy_given_history", "next_line_accuracy", "input_prediction", "share_of_peak",
              "branch_coverage", "line_coverage", "all_branches")
    if "train_flops" in frame:
        frame["train_flops"] = frame["train_flops"].map(lambda value: "–" if pd.isna(value) else f"{value:.2g}")
    for column in (*shares, "share") if name == "verdicts" else shares:
        if column in frame:
            frame[column] = frame[column].map(to_percent)
    if name == "groups":  # a column per variant
        frame = frame.pivot_table(index=["group", "bin", "num_items"], columns="variant", values="accuracy",
                                  aggfunc="first", sort=False).reset_index()
    if name in ("evaluation", "debugging"):
        frame = frame.drop(columns=["variant"])
    for column in ("task", "metric", "status", *(("name",) if name == "training" else ())):
        if column in frame:
            frame[column] = frame[column].str.replace("_", " ")
    if name.startswith("paper_"):  # printed with one decimal there; the caption names the table
        frame = frame.drop(columns=["source"]).map(lambda v: f"{v:.1f}" if isinstance(v, float) else HEADINGS.get(v, v))
    if name.startswith("values"):
        frame = frame.assign(name="`" + frame["name"] + "`").drop(columns=["stage"])
    if name == "departures":
        frame = frame.assign(file="`src/semcoder/" + frame["file"] + "`")
    if name == "bench":  # a repeated measurement differs in the third digit
        frame = frame.map(lambda v: float(f"{v:.3g}") if isinstance(v, float) else v)
    frame = frame.map(to_cell)
    return frame.rename(columns={c: HEADINGS.get(c, c.replace("_", " ")) for c in frame.columns})


def join_interval(frame: pd.DataFrame, column: str, heading: str, is_difference: bool = False) -> pd.DataFrame:
    """Returns the frame with value and bounds in one column, `41.3 % (35.0 to 47.1)`, or `+4.1 (1.0 to 7.2)`."""
    sign, unit = ("+", "") if is_difference else ("", PERCENT)
    texts = [write_interval(*row, sign, unit) for row in zip(frame[column], frame["ci_low"], frame["ci_high"],
                                                             strict=True)]
    frame = frame.drop(columns=["ci_low", "ci_high"])
    frame[column] = texts
    return frame.rename(columns={column: heading})


def write_interval(value: float, low: float, high: float, sign: str = "", unit: str = PERCENT) -> str:
    """Returns a fraction in percent with its interval's bounds, or that it was not run."""
    return MISSING if pd.isna(value) else f"{100 * value:{sign}.1f}{unit} ({100 * low:.1f} to {100 * high:.1f})"


def to_percent(value: float) -> str:
    """Returns a fraction in percent, a dash where there is none."""
    return "–" if pd.isna(value) else f"{100 * value:.1f}{PERCENT}"


def to_cell(value: object) -> str:
    """Returns one value as Markdown text: separators in counts, whole floats without a tail, marks escaped."""
    if isinstance(value, str):
        return escape_markdown(value)
    if pd.isna(value):
        return "–"
    if isinstance(value, float):
        return f"{int(value):,}" if value.is_integer() and abs(value) >= 1000 else f"{value:.5g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def escape_markdown(text: str) -> str:
    """Returns `text` with Markdown's marks escaped outside backticks."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") and len(part) > 1 else re.sub(r"([\\*_\[\]<>$|#{}])", r"\\\1", part)
                   for part in parts)
