"""Tables: functions from finished runs to tidy frames. Fractions lie in [0, 1]; no drawing, no writing.

One row is one fact with its n; `present.py` makes them readable, `results/README.md` lists the columns.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from semcoder.config import FORMATS
from semcoder.corpus.coverage import PAPER_BRANCH_PERCENT, PAPER_LINE_PERCENT
from semcoder.records import SPLITS
from semcoder.report.paper import paper_formats
from semcoder.runs import Run, read_jsonl
from semcoder.statistics import bootstrap_interval, make_generator

METRICS = {"answer_accuracy": "is_right", "step_accuracy": "step_accuracy", "next_line_accuracy": "next_line_accuracy"}
SCORE_COLUMNS = ["variant", "seed", "task", "metric", "value", "ci_low", "ci_high", "num_items"]
# What every manifest holds; anything beyond is the stage's own note.
COMMON_ENTRIES = {"schema_version", "run_id", "stage", "preset", "status", "pid", "started_utc", "ended_utc",
                  "duration_s", "seed", "config_sha256", "git", "packages", "python", "platform", "hardware", "inputs",
                  "outputs", "counts", "error"}


def tabulate_corpus(corpus: Run) -> pd.DataFrame:
    """Returns programs and executions per source, family and split."""
    rows = []
    for split in SPLITS:
        programs = pd.DataFrame(corpus.read_rows(f"programs/{split}"))
        executions = pd.DataFrame(corpus.read_rows(f"executions/{split}"))["task_id"].value_counts()
        programs["num_executions"] = programs["task_id"].map(executions).fillna(0).astype(int)
        programs["num_lines"] = programs["code"].str.count("\n")
        rows.append(programs.assign(split=split))
    grouped = pd.concat(rows).groupby(["source", "family", "split"], sort=False)
    return grouped.agg(num_programs=("task_id", "size"), num_executions=("num_executions", "sum"),
                       mean_lines=("num_lines", "mean")).round({"mean_lines": 1}).reset_index()


def tabulate_coverage(corpus: Run) -> pd.DataFrame:
    """Returns mean branch and line coverage per source and family, all programs, and the paper's means.

    A mean is over programs; a program without branches has all of them covered.
    """
    programs, covered = (pd.concat(pd.DataFrame(corpus.read_rows(f"{name}/{split}")) for split in SPLITS)
                         for name in ("programs", "coverage"))
    frame = programs.merge(covered, on="task_id", validate="one_to_one")
    frame["branch_coverage"] = (frame["covered_branches"] / frame["branches"]).fillna(1.0)  # none of none
    frame["line_coverage"] = frame["covered_lines"] / frame["lines"]
    parts = [("all", "all", frame), *((*key, part) for key, part in frame.groupby(["source", "family"], sort=False))]
    rows = [(source, family, len(part), part["branch_coverage"].mean(), part["line_coverage"].mean(),
             (part["covered_branches"] == part["branches"]).mean()) for source, family, part in parts]
    rows.append(("the paper's PyX", "", None, PAPER_BRANCH_PERCENT / 100, PAPER_LINE_PERCENT / 100, None))
    return pd.DataFrame(rows, columns=["source", "family", "num_programs", "branch_coverage", "line_coverage",
                                       "all_branches"]).astype({"num_programs": "Int64"})


def tabulate_counts(runs: Iterable[Run]) -> pd.DataFrame:
    """Returns every counter of the runs' manifests: stage, outcome (kept, rejected, …), what or why, count."""
    rows = []
    for run in runs:
        for key, count in sorted(run.manifest["counts"].items()):
            outcome, _, reason = key.partition(": ")
            rows.append((run.stage, outcome if reason else "counted", reason or outcome, count))
    return pd.DataFrame(rows, columns=["stage", "outcome", "reason", "count"])


def tabulate_traces(traces: Run) -> pd.DataFrame:
    """Returns per split: traces and their number of events."""
    rows = []
    for split in SPLITS:
        events = np.array([row["num_events"] for row in traces.read_rows(f"traces/{split}")])
        rows.append((split, len(events), float(np.median(events)), round(float(events.mean()), 1), int(events.max())))
    return pd.DataFrame(rows, columns=["split", "num_traces", "median_events", "mean_events", "max_events"])


def tabulate_training(training: Run) -> pd.DataFrame:
    """Returns what the training run noted and the last value of each metric, as (name, value) rows."""
    manifest = training.manifest
    notes = [(name, value) for name, value in manifest.items()
             if name not in COMMON_ENTRIES and isinstance(value, (int, float, str))]
    last = {(row["split"], row["name"]): row["value"] for row in read_metrics(training)}
    metrics = [(f"{split}_{name}", value) for (split, name), value in last.items()]
    rows = [*notes, *metrics, ("duration_s", manifest["duration_s"])]
    return pd.DataFrame(rows, columns=["name", "value"], dtype=object)  # counts stay whole numbers


def tabulate_losses(training: Run) -> pd.DataFrame:
    """Returns the loss curve: step, split, value (nats per response token)."""
    rows = [row for row in read_metrics(training) if row["name"] == "loss"]
    return pd.DataFrame(rows, columns=["step", "split", "value"])


def read_metrics(training: Run) -> list[dict]:
    """Returns the rows of a training run's metrics.jsonl."""
    return read_jsonl(training.find("metrics.jsonl"))


def tabulate_scores(run: Run) -> pd.DataFrame:
    """Returns the scores of an evaluation or debugging run."""
    return pd.read_csv(run.find("scores.csv"))[SCORE_COLUMNS]


def tabulate_statuses(runs: Iterable[Run]) -> pd.DataFrame:
    """Returns how answers ended (pass, fail, no_answer, timeout, error) per task."""
    counts = tabulate_counts(runs)
    frame = counts[counts["outcome"] != "counted"].rename(columns={"outcome": "task", "reason": "status"})
    return frame[["task", "status", "count"]].reset_index(drop=True)


def tabulate_steps(predictions: pd.DataFrame, num_resamples: int) -> pd.DataFrame:
    """Returns answer and step accuracy by number of steps in the reference (quartiles of the items).

    Args:
        predictions: the main model's output predictions: `is_right`, `step_accuracy`, `num_steps`.
        num_resamples: bootstrap resamples behind each interval.
    """
    edges = np.unique(np.quantile(predictions["num_steps"], (0.25, 0.5, 0.75, 1.0), method="higher"))
    place = np.searchsorted(edges, predictions["num_steps"])
    rows = []
    for number, edge in enumerate(edges):
        items = predictions[place == number]
        lowest = int(items["num_steps"].min())
        label = f"{lowest}" if lowest == edge else f"{lowest}-{int(edge)}"
        for metric in ("answer_accuracy", "step_accuracy"):
            values = items[METRICS[metric]].dropna().astype(float).to_numpy()
            if len(values):
                rows.append((label, metric, *summarize(values, ("steps", label, metric), num_resamples)))
    return pd.DataFrame(rows, columns=["steps", "metric", "value", "ci_low", "ci_high", "num_items"])


def tabulate_ablations(predictions: pd.DataFrame, num_resamples: int) -> pd.DataFrame:
    """Returns per variant and metric: mean over items of the mean over seeds, with a 95 % interval over items.

    Args:
        predictions: all arms: `variant`, `seed`, `execution_id` and the metric columns.
        num_resamples: bootstrap resamples behind each interval.
    """
    rows = []
    for variant in order_variants(predictions["variant"].unique()):
        arm = predictions[predictions["variant"] == variant]
        for metric, column in METRICS.items():
            values = average_seeds(arm, column).dropna()
            if len(values):
                rows.append((variant, metric, *summarize(values.to_numpy(), (variant, metric), num_resamples),
                             arm["seed"].nunique()))
    return pd.DataFrame(rows, columns=["variant", "metric", "value", "ci_low", "ci_high", "num_items", "num_seeds"])


def average_seeds(arm: pd.DataFrame, column: str) -> pd.Series:
    """Returns the mean over seeds of `column` for each item (index: execution_id, sorted)."""
    return arm.assign(value=arm[column].astype(float)).groupby("execution_id")["value"].mean()


def summarize(values: np.ndarray, name: tuple, num_resamples: int) -> tuple[float, float, float, int]:
    """Returns mean, interval bounds and n of per-item values; `name` seeds the bootstrap."""
    low, high = bootstrap_interval(values, make_generator("report", *name), num_resamples)
    return round(float(values.mean()), 6), round(low, 6), round(high, 6), len(values)


def order_variants(names: Iterable[str]) -> list[str]:
    """Returns variant names, the paper's formats first."""
    names = list(names)
    return [name for name in FORMATS if name in names] + sorted(name for name in names if name not in FORMATS)


def tabulate_formats_beside_paper(ablations: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per variant: our three accuracies (fractions) and the paper's Table 2 (percent)."""
    wide = ablations.pivot(index="variant", columns="metric", values="value")
    answers = ablations[ablations["metric"] == "answer_accuracy"].set_index("variant")
    frame = answers[["value", "ci_low", "ci_high", "num_items", "num_seeds"]].rename(columns={
        "value": "answer_accuracy"})
    for metric in ("step_accuracy", "next_line_accuracy"):
        frame[metric] = wide.get(metric, np.nan)
    paper = paper_formats().set_index("format")[["cruxeval_o", "cruxeval_i"]].add_prefix("paper_")
    joined = frame.join(paper, how="outer")
    order = [*order_variants(frame.index), *(name for name in paper.index if name not in frame.index)]
    return joined.loc[order].rename_axis("variant").reset_index()


def tabulate_format_losses(arms: list[tuple[str, int, Run]]) -> pd.DataFrame:
    """Returns the training loss of each ablation arm: variant, seed, step, value."""
    frames = []
    for variant, seed, training in arms:
        losses = tabulate_losses(training)
        frames.append(losses[losses["split"] == "train"].assign(variant=variant, seed=seed))
    return pd.concat(frames)[["variant", "seed", "step", "value"]].reset_index(drop=True)


def tabulate_durations(stages: dict[str, list[Run]]) -> pd.DataFrame:
    """Returns minutes per stage from the manifests; a stage made of several runs (ablations) adds them up."""
    rows = [(stage, len(runs), round(sum(run.manifest["duration_s"] for run in runs) / 60, 2))
            for stage, runs in stages.items()]
    total = ("total", sum(row[1] for row in rows), round(sum(row[2] for row in rows), 2))
    return pd.DataFrame([*rows, total], columns=["stage", "num_runs", "minutes"])
