"""Where a model is right and where it first goes wrong: accuracy by kind of item, and first errors by operation."""

import numpy as np
import pandas as pd

from semcoder.report.arms import order_variants, summarize_arm, summarize_items, tabulate_items
from semcoder.statistics import wilson_interval

ROUNDS = ((0, "none"), (2, "1-2"), (4, "3-4"), (10**9, "5 and more"))  # loop iterations: most of a bin, its name
MIN_REACHED = 10  # steps of an operation below which it is not shown
GROUPS = ("lines run", "loop iterations", "type of the output")
GROUP_COLUMNS = ["group", "bin", "variant", "value", "ci_low", "ci_high", "num_items", "num_seeds"]


def tabulate_groups(predictions: pd.DataFrame, num_resamples: int) -> pd.DataFrame:
    """Returns answer accuracy of each variant by lines run, by loop iterations and by the type of the output.

    Args:
        predictions: output predictions: `variant`, `seed`, `is_right`, `num_lines`, `num_iterations`, `value_type`.
        num_resamples: bootstrap resamples behind each interval.
    """
    bins = pd.DataFrame({GROUPS[0]: cut_quartiles(predictions["num_lines"]),
                         GROUPS[1]: predictions["num_iterations"].map(name_rounds),
                         GROUPS[2]: predictions["value_type"]})
    rows = []
    for group in GROUPS:
        found = predictions.assign(bin=bins[group])
        for name in order_bins(group, found):
            inside = found[found["bin"] == name]
            for variant in order_variants(inside["variant"].unique()):
                table_SI = tabulate_items(inside[inside["variant"] == variant], "is_right")
                rows.append((group, name, variant, *summarize_arm(table_SI, (group, name, variant), num_resamples),
                             len(table_SI)))
    return pd.DataFrame(rows, columns=GROUP_COLUMNS)


def cut_quartiles(counts: pd.Series) -> pd.Series:
    """Returns the name of the quartile that each count lies in, such as `4-6`."""
    edges = np.unique(np.quantile(counts, (0.25, 0.5, 0.75, 1.0), method="higher"))
    place = np.searchsorted(edges, counts)
    names = []
    for number, edge in enumerate(edges):
        lowest = counts[place == number].min()
        names.append(f"{lowest}" if lowest == edge else f"{lowest}-{edge}")
    return pd.Series([names[number] for number in place], index=counts.index)


def name_rounds(count: int) -> str:
    """Returns the name of the bin that a number of loop iterations falls into."""
    return next(name for most, name in ROUNDS if count <= most)


def order_bins(group: str, found: pd.DataFrame) -> list[str]:
    """Returns the bins of a group, small ones first; types by how many items have them."""
    if group == GROUPS[2]:
        return list(found["bin"].value_counts().index)
    column = "num_lines" if group == GROUPS[0] else "num_iterations"
    return list(found.groupby("bin")[column].min().sort_values().index)


def tabulate_steps(predictions: pd.DataFrame, num_resamples: int) -> pd.DataFrame:
    """Returns answer and step accuracy by lines run (quartiles of the items).

    Args:
        predictions: one model's output predictions: `is_right`, `step_accuracy`, `num_lines`.
        num_resamples: bootstrap resamples behind each interval.
    """
    bins, rows = cut_quartiles(predictions["num_lines"]), []
    for label in order_bins(GROUPS[0], predictions.assign(bin=bins)):
        items = predictions[bins == label]
        for metric, column in (("answer_accuracy", "is_right"), ("step_accuracy", "step_accuracy")):
            values = items[column].dropna().astype(float).to_numpy()
            if len(values):
                rows.append((label, metric, *summarize_items(values, ("steps", label, metric), num_resamples)))
    return pd.DataFrame(rows, columns=["steps", "metric", "value", "ci_low", "ci_high", "num_items"])


def tabulate_first_errors(predictions: pd.DataFrame) -> pd.DataFrame:
    """Returns per operation: steps reached with everything before them right, how many of these are wrong, and how.

    Args:
        predictions: one format's output predictions: `operations` of the reference's steps, `first_error`,
            `error_kind`. Those of a format without lines have none.
    """
    reached: dict[str, dict[str, int]] = {}
    for row in predictions.itertuples():
        operations = list(row.operations) if row.operations is not None else []
        first = len(operations) if pd.isna(row.first_error) else int(row.first_error)
        for place, name in enumerate(operations[:first + 1]):
            found = reached.setdefault(name, {"reached": 0, "value": 0, "line": 0, "missing": 0})
            found["reached"] += 1
            if place == first:
                found[row.error_kind] += 1
    rows = []
    for name, found in reached.items():
        wrong = found["value"] + found["line"] + found["missing"]
        low, high = wilson_interval(wrong, found["reached"])
        if name and found["reached"] >= MIN_REACHED:
            rows.append((f"`{name}`", found["reached"], wrong, wrong / found["reached"], low, high, found["value"],
                         found["line"], found["missing"]))
    frame = pd.DataFrame(rows, columns=["operation", "reached", "first_wrong", "value", "ci_low", "ci_high",
                                        "wrong_value", "wrong_line", "missing"])
    return frame.sort_values(["first_wrong", "reached"], ascending=False).reset_index(drop=True)
