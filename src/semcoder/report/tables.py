"""Tables: functions from finished runs to tidy frames. Fractions lie in [0, 1]; no drawing, no writing.

One row is one fact with its n; `present.py` makes them readable, `results/README.md` lists the columns.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from semcoder.corpus.coverage import PAPER_BRANCH_PERCENT, PAPER_LINE_PERCENT
from semcoder.records import SPLITS
from semcoder.runs import Run, read_jsonl

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
