"""Tables of the ablations' arms: accuracies, the format table beside the paper's, learning curves, sizes, controls.

Every mean is over items and training seeds; its interval resamples items, and seeds where there are several.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from semcoder.ablations import VARIANTS
from semcoder.config import FORMATS
from semcoder.evaluation.evaluate import METRICS
from semcoder.report.paper import paper_formats
from semcoder.runs import Run
from semcoder.statistics import bootstrap_interval, make_generator, seeds_difference, seeds_interval

SIZES = ("quarter", "half", "", "double")  # of models, as variants' names end
RIVALS = ("direct", "direct_long", "direct_wide", "concise", "scratchpad", "next", "delta", "self_contained", "dynamic")


def tabulate_ablations(predictions: pd.DataFrame, num_resamples: int) -> pd.DataFrame:
    """Returns per variant, task and metric: the mean with its 95 % interval, n and number of seeds.

    Args:
        predictions: all arms: `variant`, `seed`, `task`, `execution_id` and the metric columns.
        num_resamples: bootstrap resamples behind each interval.
    """
    rows = []
    for (variant, task), arm in predictions.groupby(["variant", "task"]):
        for metric, column in METRICS.items():
            table_SI = tabulate_items(arm, column)
            if table_SI.size:
                rows.append((variant, task, metric, *summarize_arm(table_SI, (variant, task, metric), num_resamples),
                             len(table_SI)))
    frame = pd.DataFrame(rows, columns=["variant", "task", "metric", "value", "ci_low", "ci_high", "num_items",
                                        "num_seeds"])
    order = {name: place for place, name in enumerate(order_variants(frame["variant"].unique()))}
    return frame.sort_values("variant", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)


def tabulate_items(arm: pd.DataFrame, column: str) -> np.ndarray:
    """Returns an arm's values of `column`, (num_seeds, num_items), of the items that every seed has a value for."""
    if column not in arm:
        return np.empty((0, 0))
    values = arm.assign(value=arm[column].astype(float)).pivot_table(index="seed", columns="execution_id",
                                                                     values="value", dropna=False)
    return values.dropna(axis="columns").to_numpy()


def summarize_arm(table_SI: np.ndarray, name: tuple, num_resamples: int) -> tuple[float, float, float, int]:
    """Returns mean, interval bounds and number of items; `name` seeds the bootstrap."""
    low, high = seeds_interval(table_SI, make_generator("report", *name), num_resamples)
    return round(float(table_SI.mean()), 6), round(low, 6), round(high, 6), table_SI.shape[1]


def order_variants(names: Iterable[str]) -> list[str]:
    """Returns variant names in the order in which they are declared, unknown ones last."""
    names, known = set(names), list(VARIANTS)
    return [name for name in known if name in names] + sorted(names - set(known))


def tabulate_formats_beside_paper(ablations: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per format: accuracies of output prediction, answer accuracy of input prediction (fractions),
    and the paper's Table 2 (percent)."""
    asked = ablations[(ablations["task"] == "output_prediction") & ablations["variant"].isin(FORMATS)]
    wide = asked.pivot(index="variant", columns="metric", values="value")
    answers = asked[asked["metric"] == "answer_accuracy"].set_index("variant")
    frame = answers[["value", "ci_low", "ci_high", "num_items", "num_seeds"]].rename(columns={
        "value": "answer_accuracy"})
    for metric in list(METRICS)[1:]:
        frame[metric] = wide.get(metric, np.nan)
    back = ablations[(ablations["task"] == "input_prediction") & (ablations["metric"] == "answer_accuracy")]
    back = back[back["variant"].str.startswith("backward_")].assign(
        variant=lambda rows: rows["variant"].str.removeprefix("backward_")).set_index("variant")
    frame["input_prediction"] = back["value"]
    paper = paper_formats().set_index("format")[["cruxeval_o", "cruxeval_i"]].add_prefix("paper_")
    joined = frame.join(paper, how="outer")
    order = [*order_variants(frame.index), *(name for name in paper.index if name not in frame.index)]
    return joined.loc[order].rename_axis("variant").reset_index()


def read_curve(ablations: Run, num_resamples: int = 2000) -> pd.DataFrame:
    """Returns `tabulate_curve` of a finished ablations run."""
    has_curve = ablations.find("curve.parquet").exists()
    return tabulate_curve(pd.DataFrame(ablations.read_rows("curve") if has_curve else []),
                          pd.DataFrame(ablations.read_rows("predictions")), pd.read_csv(ablations.find("arms.csv")),
                          num_resamples)


def tabulate_curve(curve: pd.DataFrame, predictions: pd.DataFrame, arms: pd.DataFrame,
                   num_resamples: int) -> pd.DataFrame:
    """Returns answer accuracy along each arm's training, its end included: variant, tokens, compute, value, interval.

    Args:
        curve: rows of the ablations run; empty where no snapshots were kept.
        predictions: of the trained models.
        arms: what each training took.
        num_resamples: bootstrap resamples behind each interval.
    """
    if curve.empty:
        return pd.DataFrame(columns=["variant", "num_tokens", "train_flops", "value", "ci_low", "ci_high",
                                     "num_items", "num_seeds"])
    asked = curve[["variant", "task"]].drop_duplicates()
    ends = predictions.merge(asked, on=["variant", "task"]).merge(
        arms[["variant", "seed", "num_tokens", "train_flops"]], on=["variant", "seed"])
    ends = ends[ends["execution_id"].isin(curve["execution_id"])]  # the same items at every point
    rows = []
    for (variant, tokens), point in pd.concat([curve, ends]).groupby(["variant", "num_tokens"]):
        table_SI = tabulate_items(point, "is_right")
        rows.append((variant, tokens, float(point["train_flops"].mean()),
                     *summarize_arm(table_SI, ("curve", variant, tokens), num_resamples), len(table_SI)))
    return pd.DataFrame(rows, columns=["variant", "num_tokens", "train_flops", "value", "ci_low", "ci_high",
                                       "num_items", "num_seeds"])


def tabulate_sizes(ablations: pd.DataFrame, arms: pd.DataFrame) -> pd.DataFrame:
    """Returns the scaling curve: answer accuracy by number of parameters for `monologue` and `direct`, where several
    sizes were trained."""
    answers = ablations[ablations["metric"] == "answer_accuracy"].merge(
        arms.groupby("variant", as_index=False)["num_parameters"].first(), on="variant")
    names = {f"{name}_{size}".rstrip("_"): name for name in ("monologue", "direct") for size in SIZES}
    frame = answers[answers["variant"].isin(names)].assign(format=lambda rows: rows["variant"].map(names))
    columns = ["format", "num_parameters", "value", "ci_low", "ci_high", "num_items", "num_seeds"]
    frame = frame[frame.groupby("format")["variant"].transform("size") > 1]  # one size is no curve
    return frame.sort_values(["format", "num_parameters"])[columns].reset_index(drop=True)


def tabulate_controls(predictions: pd.DataFrame, arms: pd.DataFrame, num_resamples: int) -> pd.DataFrame:
    """Returns `monologue` minus each rival in answer accuracy, paired, with what the rival's training took in tokens
    and compute of that of `monologue`; and the answers that copying an argument would get right."""
    asked = predictions[predictions["task"] == "output_prediction"]
    spent = arms.groupby("variant")[["num_tokens", "num_learnt_tokens", "train_flops"]].mean()
    rows = []
    for rival in (name for name in RIVALS if {name, "monologue"} <= set(asked["variant"])):
        shares = (spent.loc[rival] / spent.loc["monologue"]).round(2)
        rows.append((rival, *shares, *compare_variants(asked, "monologue", rival, num_resamples).values()))
    if "is_copy" in asked and "monologue" in set(asked["variant"]):
        told = asked[asked["variant"] == "monologue"]
        copied = told.assign(is_right=told["is_copy"], variant="copy of an argument")
        difference = compare_variants(pd.concat([told, copied]), "monologue", "copy of an argument", num_resamples)
        rows.append(("copy of an argument", 0.0, 0.0, 0.0, *difference.values()))
    return pd.DataFrame(rows, columns=["rival", "tokens", "learnt_tokens", "compute", "value", "ci_low", "ci_high",
                                       "num_items"])


def compare_variants(predictions: pd.DataFrame, first: str, second: str, num_resamples: int) -> dict | None:
    """Returns the paired difference first - second in answer accuracy over the items both arms answered.

    Returns:
        value, ci_low, ci_high (fractions) and num_items; None where an arm is missing or nothing is shared.
    """
    arms = [predictions[predictions["variant"] == name] for name in (first, second)]
    shared = set(arms[0]["execution_id"]) & set(arms[1]["execution_id"])
    if not shared:
        return None
    tables = [tabulate_items(arm[arm["execution_id"].isin(shared)], "is_right") for arm in arms]
    value, low, high = seeds_difference(*tables, make_generator("report", first, second), num_resamples)
    return {"value": value, "ci_low": low, "ci_high": high, "num_items": tables[0].shape[1]}


def summarize_items(values: np.ndarray, name: tuple, num_resamples: int) -> tuple[float, float, float, int]:
    """Returns mean, interval bounds and n of per-item values; `name` seeds the bootstrap."""
    low, high = bootstrap_interval(values, make_generator("report", *name), num_resamples)
    return round(float(values.mean()), 6), round(low, 6), round(high, 6), len(values)
