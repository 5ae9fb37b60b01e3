"""Builds the book, and copies finished results to where they can be committed."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from semcoder import paths
from semcoder.errors import UserError
from semcoder.report.examples import PRIVATE
from semcoder.report.readme import fill_readme
from semcoder.report.view import Results, assemble_view, choose_results, copy_notebooks, find_local, find_missing_pages
from semcoder.runs import read_manifest, write_json, write_text

COMMAND = ("-W", "-n", "--keep-going", "--all")  # every warning is an error; --all, or old numbers may stay on pages


def render_book() -> Path:
    """Builds the book into _build/html from local or committed results and prints the page to open.

    Returns:
        The first page's path.

    Raises:
        UserError: nothing to show, a page or a file is missing, or Sphinx warned.
    """
    results = choose_results()
    assemble_view(results)
    missing = find_missing_pages()
    if missing:
        raise UserError(f"_toc.yml lists pages that do not exist: {', '.join(missing)}")
    started = time.monotonic()
    build_pages()
    page = paths.ROOT / "_build/html/index.html"
    whose = "your own results" if results.origin == "local" else "the committed results"
    print(f"the book ({whose}, {time.monotonic() - started:.0f} s to build): open {paths.shown(page)}", flush=True)
    return page


def build_pages() -> None:
    """Runs jupyter-book; its output goes to _build/jupyter-book.log and is shown only when it fails."""
    log = paths.ROOT / "_build/jupyter-book.log"
    log.parent.mkdir(exist_ok=True)
    program = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    with open(log, "w", encoding="utf-8") as stream:
        done = subprocess.run([*program, "build", str(paths.ROOT), *COMMAND], stdout=stream,
                              stderr=subprocess.STDOUT, cwd=paths.ROOT, env={**os.environ, "NO_COLOR": "1"})
    if done.returncode:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        telling = [line for line in lines if "WARNING" in line or "ERROR" in line] or lines[-40:]
        print("\n".join(telling), file=sys.stderr)
        raise UserError(f"the book was not built: {len(telling)} lines above say why; all of the output is in "
                        f"{paths.shown(log)}")


def publish_reference() -> None:
    """Copies the finished local results to results/reference: notebooks, report and the manifests of all stages.

    The README's block of results is written from them.

    Raises:
        UserError: local results are not whole.
    """
    results = find_local()
    partial = paths.RESULTS / "reference.partial"
    shutil.rmtree(partial, ignore_errors=True)
    copy_notebooks(results.notebooks, partial / "notebooks")
    copy_report(results.report, partial / "report")
    copy_manifests(results, partial / "manifests")
    shutil.rmtree(paths.REFERENCE, ignore_errors=True)
    os.replace(partial, paths.REFERENCE)
    readme = paths.ROOT / "README.md"
    if readme.exists():
        write_text(readme, fill_readme(readme.read_text(encoding="utf-8"), paths.REFERENCE / "report"))
    print(f"copied {results.report.name} to {paths.shown(paths.REFERENCE)}; commit it", flush=True)


def copy_report(source: Path, target: Path) -> None:
    """Copies a report without what may not be published, in its files and in its manifest."""
    shutil.copytree(source, target)
    (target / PRIVATE).unlink(missing_ok=True)
    manifest = read_manifest(source)
    outputs = [output for output in manifest["outputs"] if output["path"] != PRIVATE]
    write_json(target / "manifest.json", {**manifest, "outputs": outputs})


def copy_manifests(results: Results, target: Path) -> None:
    """Writes the manifest of each stage's run as <stage>.json."""
    report = read_manifest(results.report)
    for run_id in [*(given["run_id"] for given in report["inputs"]), report["run_id"]]:
        manifest = read_manifest(paths.RUNS / run_id)
        write_text(target / f"{run_id.split('/')[0]}.json", json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
