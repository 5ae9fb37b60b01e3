"""What the book shows: `results/view`, put together from the reader's own finished results or the committed ones.

Local results are taken when they are whole: eight executed notebooks without an error, all of the report that
08_report names, and that report complete. Otherwise the committed reference is shown, and the reason is said.
"""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pandas as pd

from semcoder import paths
from semcoder.benchmarks.run import BENCHMARKS
from semcoder.config import STAGES
from semcoder.errors import UserError
from semcoder.monologues.formats.table import FORMATS
from semcoder.pipeline import NOTEBOOKS
from semcoder.report.audit import draw_places, list_audit_tables, read_places
from semcoder.report.commands import write_help
from semcoder.report.compare import compare_claims
from semcoder.report.notebooks import find_problems, find_run_id, scrub_notebook
from semcoder.report.pages import write_examples
from semcoder.report.present import NOT_SHOWN, present_table
from semcoder.report.scale import draw_scale_losses, list_scale_tables, read_scale_losses
from semcoder.report.scoring import list_scoring_tables
from semcoder.report.style import save_figure
from semcoder.runs import check_outputs, read_manifest


@dataclass(frozen=True)
class Results:
    """A set of results that belong together."""

    origin: str  # local | reference
    notebooks: Path
    report: Path

    @property
    def numbers(self) -> dict:
        """The report's numbers."""
        return json.loads((self.report / "numbers.json").read_text(encoding="utf-8"))


def find_local() -> Results:
    """Returns the local results; raises UserError saying what is missing, failed or inconsistent."""
    check_notebooks(paths.EXECUTED)
    run_id = find_run_id(read_notebook(paths.EXECUTED / NOTEBOOKS[-1]), "report")
    report = paths.RUNS / (run_id or "report")
    manifest = read_manifest(report)
    if manifest.get("status") != "complete":
        raise UserError(f"{paths.shown(report)}, which results/notebooks/{NOTEBOOKS[-1]} shows, is "
                        f"{manifest.get('status', 'missing')}: run that notebook again")
    check_outputs(report, manifest)
    inputs = {given["run_id"].split("/")[0]: given["run_id"] for given in manifest["inputs"]}
    for name, stage in zip(NOTEBOOKS[:-1], STAGES[:-1], strict=True):
        shown = find_run_id(read_notebook(paths.EXECUTED / name), stage)
        if shown != inputs[stage]:
            raise UserError(f"results/notebooks/{name} shows run {shown}, but the report was made from "
                            f"{inputs[stage]}: run make book again, or write other variants to another file")
    return Results("local", paths.EXECUTED, report)


def find_reference() -> Results:
    """Returns the committed results; raises UserError when they are not whole."""
    report = paths.REFERENCE / "report"
    if not (report / "numbers.json").is_file():
        raise UserError(f"no committed results: {paths.shown(report)}/numbers.json is missing")
    check_outputs(report, read_manifest(report) or {"outputs": []})
    check_notebooks(paths.REFERENCE / "notebooks")
    return Results("reference", paths.REFERENCE / "notebooks", report)


def choose_results() -> Results:
    """Returns the local results if they are whole, else the committed ones, and prints which and why.

    Raises:
        UserError: neither is usable.
    """
    try:
        return find_local()
    except UserError as local:
        try:
            results = find_reference()
        except UserError as reference:
            raise UserError(f"nothing to show. Local results: {local}. Committed results: {reference}. "
                            "`make book` makes local ones") from reference
        print(f"the book shows the committed results, because: {local}", flush=True)
        return results


def check_notebooks(folder: Path) -> None:
    """Raises UserError naming the first of the eight executed notebooks that is missing, failed or was not run."""
    for name in NOTEBOOKS:
        path = folder / name
        if not path.is_file():
            raise UserError(f"{paths.shown(path)} is missing: run make book")
        problem = find_problems(read_notebook(path))
        if problem:
            raise UserError(f"{paths.shown(path)}: {problem}; run that stage again")


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Returns a notebook; raises UserError when it is cut short or no notebook."""
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, OSError) as error:
        raise UserError(f"{paths.shown(path)} cannot be read ({error}): remove it and run that stage again") from error


def assemble_view(results: Results) -> None:
    """Writes results/view anew: notebooks, figures, tables for reading, the comparison and where all is from."""
    shutil.rmtree(paths.VIEW, ignore_errors=True)
    copy_notebooks(results.notebooks, paths.VIEW / "notebooks")
    shutil.copytree(results.report / "figures", paths.VIEW / "figures")
    (paths.VIEW / "tables").mkdir()
    for path in sorted((results.report / "tables").glob("*.csv")):
        if path.stem not in NOT_SHOWN:
            for name, part in split_by_stage(path.stem, pd.read_csv(path)):
                write_table(name, present_table(name, part))
    write_table("comparison", compare_claims(read_committed(), results.numbers if results.origin == "local" else None))
    write_table("source", describe_source(results))
    show_benchmarks()
    show_audit()
    show_scoring()
    show_scale()
    write_help(paths.VIEW / "commands")
    write_examples(results.report, paths.VIEW / "examples")
    show_formats()


def show_benchmarks() -> None:
    """Writes the tables of `make bench` as `bench_<name>`, and when and where each was measured."""
    sources = []
    for name in BENCHMARKS:
        path = paths.BENCHMARKS / f"{name}.csv"
        if not path.is_file():
            write_table(f"bench_{name}", pd.DataFrame({"not measured": [f"`make bench` measures {name}"]}))
            continue
        frame = pd.read_csv(path).drop(columns="rejects", errors="ignore")  # too wide for a page
        for column in frame.select_dtypes(bool):
            frame[column] = frame[column].map({True: "yes", False: "no"})
        write_table(f"bench_{name}", present_table("bench", frame))
        about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        sources.append((name, about["measured_utc"][:10], about["hardware"]["cpus"], about["python"],
                        round(about["load_average_before"], 1), (about["git"].get("commit") or "")[:9]))
    columns = ["benchmark", "date", "cores", "Python", "load average before", "commit"]
    write_table("bench_sources", pd.DataFrame(sources, columns=columns))


def show_formats() -> None:
    """Writes what each format looks like and whence it is; not by `present_table`, which would escape citations."""
    rows = [(f"`{name}`", form.shape, form.source) for name, form in FORMATS.items()]
    write_table("format_shapes", pd.DataFrame(rows, columns=["format", "shape", "source"]))


def show_audit() -> None:
    """Writes the tables and the figure of the audits of monologues found in the wild."""
    for name, frame in list_audit_tables().items():
        write_table(name, present_table(name, frame))
    save_figure(draw_places, read_places(), paths.VIEW / "figures/audit_places.svg")


def show_scoring() -> None:
    """Writes the tables of the scores of answers written elsewhere."""
    for name, frame in list_scoring_tables().items():
        write_table(name, present_table(name, frame))


def show_scale() -> None:
    """Writes the tables and the figure of the larger runs."""
    for name, frame in list_scale_tables().items():
        write_table(name, frame)
    save_figure(draw_scale_losses, read_scale_losses(), paths.VIEW / "figures/scale_losses.svg")


def split_by_stage(name: str, frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Returns the table as it is, or, of `values`, one table `values_<stage>` per stage: each page shows its own."""
    if name != "values":
        return [(name, frame)]
    return [(f"values_{stage}", rows) for stage, rows in frame.groupby("stage", sort=False)]


def copy_notebooks(source: Path, target: Path) -> None:
    """Copies the executed notebooks without what differs from run to run."""
    target.mkdir(parents=True)
    for name in NOTEBOOKS:
        nbformat.write(scrub_notebook(read_notebook(source / name)), target / name)


def read_committed() -> dict | None:
    """Returns the committed numbers, None if there are none."""
    path = paths.REFERENCE / "report/numbers.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def describe_source(results: Results) -> pd.DataFrame:
    """Returns what the shown results are and whence."""
    numbers, manifest = results.numbers, read_manifest(results.report)
    whose = {"local": "your own run (results/runs)", "reference": "the committed run (results/reference)"}
    hardware = f"{numbers['cpus']} CPU cores, GPU: {numbers['gpus']}"
    rows = [("results", whose[results.origin]), ("preset", numbers["preset"]), ("seed", str(numbers["seed"])),
            ("report", f"`{manifest.get('run_id', '')}`"), ("made with commit", f"`{numbers['commit']}`"),
            ("date", numbers["date"]), ("hardware", hardware)]
    return pd.DataFrame(rows, columns=["what", "value"])


def write_table(name: str, frame: pd.DataFrame) -> None:
    """Writes one table of the view; a table without rows gets one that says so (a page cannot show none)."""
    if frame.empty:
        frame = pd.DataFrame([["none", *[""] * (len(frame.columns) - 1)]], columns=frame.columns)
    frame.to_csv(paths.VIEW / f"tables/{name}.csv", index=False)


def find_missing_pages() -> list[str]:
    """Returns the files that _toc.yml lists and that do not exist."""
    listed = re.findall(r"^\s*-?\s*(?:file|root):\s*(\S+)", (paths.ROOT / "_toc.yml").read_text(), re.MULTILINE)
    return [name for name in listed if not any((paths.ROOT / f"{name}{end}").is_file() for end in (".md", ".ipynb"))]
