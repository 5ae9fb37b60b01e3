"""What notebooks display of a run: counts, rows, sizes. Nothing here computes a result."""

import json

import pandas as pd

from semcoder.runs import Run, read_jsonl

MAX_CELL_CHARS = 400


def show_counts(run: Run | None) -> pd.DataFrame:
    """Returns the run's counts as a table; empty for a dry run."""
    counts = run.manifest.get("counts", {}) if run else {}
    return pd.DataFrame(sorted(counts.items()), columns=["what", "count"])


def show_rows(run: Run, name: str, num_rows: int = 3, columns: list[str] | None = None) -> pd.DataFrame:
    """Returns evenly spaced rows of a Parquet file of the run, long texts cut."""
    rows = run.read_rows(name)
    picked = rows[::max(1, len(rows) // num_rows)][:num_rows]
    frame = pd.DataFrame(picked)[columns or list(picked[0])]
    return frame.map(lambda value: value[:MAX_CELL_CHARS] if isinstance(value, str) else value)


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
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from semcoder.report.figures import draw_losses
    from semcoder.report.style import RC
    from semcoder.report.tables import tabulate_losses

    if run is None:
        return None
    with rc_context(RC):
        figure = Figure(figsize=(7.2, 3.6), layout="constrained")
        draw_losses(tabulate_losses(run), figure.add_subplot())
        return figure


def show_run(run: Run | None) -> str:
    """Returns the run's id and how long it took: the closing line of every notebook."""
    if run is None:
        return "dry run: nothing was trained"
    manifest = run.manifest
    return f"{run.run_id}: {manifest['status']} in {manifest['duration_s']} s"


def show_numbers(run: Run) -> pd.DataFrame:
    """Returns the numbers that the book quotes."""
    return pd.DataFrame(sorted(json.loads(run.find("numbers.json").read_text()).items()), columns=["name", "value"])
