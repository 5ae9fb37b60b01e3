"""What notebooks display of a run: counts, rows, sizes. Nothing here computes a result."""

import json

import pandas as pd

from semcoder.runs import Run, read_jsonl

MAX_CELL_CHARS = 1200
FIGURE_SIZE = (7.2, 3.6)  # inches


def show_counts(run: Run | None) -> pd.DataFrame:
    """Returns the run's counts as a table; empty for a dry run."""
    counts = run.manifest.get("counts", {}) if run else {}
    return pd.DataFrame(sorted(counts.items()), columns=["what", "count"])


def show_coverage(run: Run) -> pd.DataFrame:
    """Returns the share of branches and lines that the kept executions reach, the paper's beside it."""
    from semcoder.report.tables import tabulate_coverage

    return tabulate_coverage(run).round(3)


def show_rows(run: Run, name: str, num_rows: int = 3, columns: list[str] | None = None):
    """Returns evenly spaced rows of a Parquet file of the run as a table; lines break as in the text."""
    rows = run.read_rows(name)
    picked = rows[::max(1, len(rows) // num_rows)][:num_rows]
    frame = pd.DataFrame(picked)[columns or list(picked[0])]
    frame = frame.map(lambda value: cut(value) if isinstance(value, str) else value)
    style = {"white-space": "pre-wrap", "text-align": "left", "vertical-align": "top", "font-family": "monospace",
             "font-size": "85%"}
    # A fixed id, so that equal rows give an equal notebook.
    return frame.style.hide(axis="index").set_properties(**style).set_uuid(name.replace("/", "_"))


def cut(text: str) -> str:
    """Returns a text for display: long ones lose their end, and say so."""
    return text if len(text) <= MAX_CELL_CHARS else f"{text[:MAX_CELL_CHARS]} … ({len(text)} characters)"


def show_scores(run: Run) -> pd.DataFrame:
    """Returns the run's scores."""
    return pd.read_csv(run.find("scores.csv")).drop(columns="run_id")


def show_training(run: Run | None) -> pd.DataFrame:
    """Returns the last value of each metric that training recorded; empty for a dry run."""
    rows = read_jsonl(run.find("metrics.jsonl")) if run else []
    last = {(row["split"], row["name"]): row for row in rows}
    return pd.DataFrame(list(last.values()), columns=["step", "wall_s", "split", "name", "value"])


def show_loss(run: Run | None):
    """Returns the loss curve as a figure, the same that the book draws; None for a dry run."""
    from semcoder.report.figures import draw_losses
    from semcoder.report.style import make_figure
    from semcoder.report.tables import tabulate_losses

    return make_figure(draw_losses, tabulate_losses(run), FIGURE_SIZE) if run else None


def show_arms(run: Run) -> pd.DataFrame:
    """Returns what each arm's training took."""
    return pd.read_csv(run.find("arms.csv"))


def show_curve(run: Run):
    """Returns answer accuracy along the arms' trainings as a figure, the same that the book draws."""
    from functools import partial

    from semcoder.report.arms import read_curve
    from semcoder.report.figures import draw_curve
    from semcoder.report.style import make_figure

    return make_figure(partial(draw_curve, x="num_tokens"), read_curve(run), FIGURE_SIZE)


def show_run(run: Run | None) -> str:
    """Returns the run's id and how long it took: the closing line of every notebook."""
    if run is None:
        return "dry run: nothing was trained"
    manifest = run.manifest
    return f"{run.run_id}: {manifest['status']} in {manifest['duration_s']} s"


def show_numbers(run: Run) -> pd.DataFrame:
    """Returns the numbers that the book quotes."""
    return pd.DataFrame(sorted(json.loads(run.find("numbers.json").read_text()).items()), columns=["name", "value"])
