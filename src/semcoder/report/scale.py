"""Committed runs of larger presets (`results/scale/<preset>`): one model each, its training and what it answers.

`python -m semcoder publish --preset h200` copies them from finished runs: manifests, scores and metrics; no weights and
no answers, since answers to a benchmark hold its programs. The book shows them beside published results.
"""

import json
import shutil
from pathlib import Path

import nbformat
import pandas as pd
from matplotlib.axes import Axes

from semcoder import config, paths
from semcoder.errors import UserError
from semcoder.pipeline import NOTEBOOKS
from semcoder.report.figures import draw_losses
from semcoder.report.notebooks import find_run_id, scrub_notebook
from semcoder.report.paper import TABLE_1
from semcoder.report.present import present_table, to_percent, write_interval
from semcoder.runs import iterate_runs, read_jsonl, read_manifest, write_json

STAGES = config.STAGES[:config.STAGES.index("evaluation") + 1]
MISSING = pd.DataFrame({"not run": ["`python -m semcoder publish --preset h200` makes this table of finished runs"]})
CRUXEVAL_COLUMNS = ("model", "size", "O", "I", "source")
# Of others, CRUXEval's output and input prediction in percent, all 800 items, with where it stands.
PUBLISHED = (
    ("Neural Debugger, from scratch", "1.8 B", 57.7, 53.6, "arXiv 2603.09951"),
    *((model.split(" 6.7B")[0], "6.7 B, pretrained", outputs, inputs, "SemCoder, Table 1")
      for model, *_, inputs, outputs, _ in TABLE_1))


def publish_scale(preset: str) -> None:
    """Copies what the book shows of the preset's main model to results/scale/<preset>: of finished evaluations, that
    of the model trained on most tokens, the newest of several.

    Raises:
        UserError: there is none.
    """
    found = [find_upstream(folder) for folder, manifest in iterate_runs(paths.RUNS, "evaluation")
             if manifest["preset"] == preset]
    if not found:
        raise UserError(f"preset = {preset!r} is not possible: no finished evaluation of it lies in "
                        f"{paths.shown(paths.RUNS)}; run notebooks/05_evaluation.ipynb at it first")
    runs = max(reversed(found), key=lambda runs: read_manifest(runs["training"])["num_tokens"])
    target = paths.RESULTS / "scale" / preset
    shutil.rmtree(target, ignore_errors=True)
    for stage in STAGES:
        write_json(target / f"manifests/{stage}.json", read_manifest(runs[stage]))
    shutil.copy(runs["evaluation"] / "scores.csv", target / "scores.csv")
    shutil.copy(runs["training"] / "metrics.jsonl", target / "metrics.jsonl")
    for name, stage in list(zip(NOTEBOOKS, STAGES, strict=False))[STAGES.index("training"):]:
        if (paths.EXECUTED / name).exists():
            copy_notebook(name, target, f"{stage}/{runs[stage].name}")
    print(f"copied {runs['evaluation'].name} to {paths.shown(target)}; commit it", flush=True)


def find_upstream(evaluation: Path) -> dict[str, Path]:
    """Returns stage -> folder of an evaluation's run and of those that it was made from."""
    runs = {"evaluation": evaluation}
    for stage in ("training", "monologues", "traces", "corpus"):
        given = [run["run_id"] for folder in runs.values() for run in read_manifest(folder)["inputs"]]
        runs[stage] = paths.RUNS / next(run_id for run_id in given if run_id.startswith(f"{stage}/"))
    return runs


def copy_notebook(name: str, target: Path, run_id: str) -> None:
    """Copies an executed notebook if it shows this run (of answers, it shows those to our own programs alone)."""
    notebook = nbformat.read(paths.EXECUTED / name, as_version=4)
    if find_run_id(notebook, run_id.split("/")[0]) == run_id:
        (target / "notebooks").mkdir(exist_ok=True)
        nbformat.write(scrub_notebook(notebook), target / "notebooks" / name)


def find_scale() -> dict[str, Path]:
    """Returns preset -> folder of each committed larger run."""
    return {path.parent.name: path.parent for path in sorted((paths.RESULTS / "scale").glob("*/scores.csv"))}


def list_scale_tables() -> dict[str, pd.DataFrame]:
    """Returns the tables of the page as text cells, by name; where nothing was run they say so."""
    found = find_scale()
    if not found:
        return dict.fromkeys(("scale_runs", "scale_scores", "scale_cruxeval"), MISSING)
    runs = pd.DataFrame([describe_run(preset, folder) for preset, folder in found.items()])
    return {"scale_runs": runs.set_index("preset").T.reset_index(names="what"),  # a column per run: rows would be wide
            "scale_scores": pd.concat([tabulate_scores(preset, folder) for preset, folder in found.items()]),
            "scale_cruxeval": pd.concat([*(compare_cruxeval(preset, folder) for preset, folder in found.items()),
                                         pd.DataFrame(PUBLISHED, columns=list(CRUXEVAL_COLUMNS))])}


def describe_run(preset: str, folder: Path) -> dict:
    """Returns what was trained, on what, and how fast."""
    manifests = {stage: read_committed(folder, stage) for stage in STAGES}
    training, minutes = manifests["training"], {stage: m["duration_s"] / 60 for stage, m in manifests.items()}
    return {"preset": preset, "date": training["ended_utc"][:10],
            "machine": ", ".join(training["hardware"]["gpus"]) or f"{training['hardware']['cpus']} cores",
            "parameters": f"{training['num_parameters']:,}", "training tokens": f"{training['num_tokens']:,}",
            "passes over the data": training["num_passes"], "tokens/s": f"{training['tokens_per_s']:,}",
            "share of the measured peak": to_percent(training["share_of_peak"]),
            "minutes of training": f"{minutes['training']:.1f}",
            "minutes of evaluation": f"{minutes['evaluation']:.1f}",
            "minutes of data": f"{sum(minutes[stage] for stage in STAGES[:3]):.0f} on "
                               f"{manifests['corpus']['hardware']['cpus']} cores"}


def read_committed(folder: Path, stage: str) -> dict:
    """Returns the committed manifest of a stage."""
    return json.loads((folder / f"manifests/{stage}.json").read_text(encoding="utf-8"))


def tabulate_scores(preset: str, folder: Path) -> pd.DataFrame:
    """Returns task, metric and value with its interval."""
    frame = pd.read_csv(folder / "scores.csv").assign(preset=preset)
    return present_table("scale_scores", frame[["preset", "task", "metric", "value", "ci_low", "ci_high", "num_items"]])


def compare_cruxeval(preset: str, folder: Path) -> pd.DataFrame:
    """Returns our row of the comparison on CRUXEval."""
    scores = pd.read_csv(folder / "scores.csv").itertuples()
    rows = {row.task: row for row in scores if row.metric == "answer_accuracy"}
    cells = [write_interval(rows[task].value, rows[task].ci_low, rows[task].ci_high, unit="")  # as others print theirs
             if (task := f"cruxeval_{side}") in rows else "not asked" for side in ("output", "input")]
    asked = rows.get("cruxeval_output")
    source = f"this run, n = {asked.num_items}, strict rule" if asked is not None else "this run"
    size = f"{read_committed(folder, 'training')['num_parameters'] / 1e9:.2f} B"
    row = (f"ours, `{preset}`, from scratch", size, *cells, source)
    return pd.DataFrame([row], columns=list(CRUXEVAL_COLUMNS))


def draw_scale_losses(frame: pd.DataFrame, axes: Axes) -> Axes:
    """Draws the losses of the first committed larger run; says so where there is none."""
    if not len(frame):
        axes.text(0.5, 0.5, "not run", ha="center", va="center")
        return axes
    return draw_losses(frame, axes)


def read_scale_losses() -> pd.DataFrame:
    """Returns `step`, `split`, `value` of the first committed larger run."""
    rows = [row for folder in list(find_scale().values())[:1] for row in read_jsonl(folder / "metrics.jsonl")]
    return pd.DataFrame([row for row in rows if row["name"] == "loss"], columns=["step", "split", "value"])
