"""The book builds without a warning from results of any size, holds every number, and needs no network."""

import re
import shutil

import pytest
from nbformat.v4 import new_output

from semcoder import paths
from semcoder.errors import UserError
from semcoder.report import render, view
from semcoder.runs import Run
from toy_results import make_report, make_upstream, write_notebooks

CHECKOUT = paths.ROOT
PAGE_SOURCES = ("book", "src/semcoder")


@pytest.fixture
def book_root(tmp_path, monkeypatch):
    """A checkout with the real pages and no results; all paths lead into it."""
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    for folder in PAGE_SOURCES:
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    results = tmp_path / "results"
    for name, path in (("ROOT", tmp_path), ("RESULTS", results), ("RUNS", results / "runs"),
                       ("EXECUTED", results / "notebooks"), ("REFERENCE", results / "reference"),
                       ("VIEW", results / "view"), ("BENCHMARKS", results / "benchmarks")):
        monkeypatch.setattr(paths, name, path)
    return tmp_path


@pytest.fixture
def finished(book_root, monkeypatch):
    """The same, with toy results of all stages as a local run leaves them; returns the report run."""
    upstream = make_upstream()
    report = make_report(monkeypatch, upstream)
    write_notebooks(paths.EXECUTED, upstream, report)
    return report


def read_pages(root):
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
            for path in (root / "_build/html").rglob("*.html")}


@pytest.mark.timeout(120)
def test_the_book_builds_with_warnings_as_errors_and_reads_without_a_network(finished, book_root):
    page = render.render_book()
    assert page.is_file()
    pages = read_pages(book_root)
    index = pages["_build/html/book/index.html"]
    assert "Reasoning in monologues beats direct answers by" in index
    assert "123,456" in index  # the parameters of the toy model, glued
    assert "usage: python -m semcoder trace" in pages["_build/html/book/method/traces.html"]
    examples = pages["_build/html/book/method/examples.html"]
    for shown in ("the forward text of", "the backward text of", "the repair text of", "return    L2  0", "sd-card",
                  "holds no examples of this source", "no <code"):
        assert shown in examples, shown
    assert "make bench" in pages["_build/html/book/method/execution.html"]  # not measured in this checkout
    for name, text in pages.items():
        assert "```" not in text, f"{name} shows a directive instead of following it"
        loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"(?:https?:)?//[^\"]*\"", text)
        assert not loaded, f"{name} loads {loaded}"
        assert "cdn." not in text and "unpkg" not in text, f"{name} holds a CDN's address"
        assert "::" not in re.sub(r"(?s)<(pre|script|code)\b.*?</\1>|<[^>]*>", "", text), f"unresolved glue in {name}"
    for style in (book_root / "_build/html").rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", style.read_text(errors="replace")), style
    assert (book_root / "_build/html/_static/mathjax/tex-svg.js").is_file()


def test_every_listed_page_exists(finished):
    view.assemble_view(view.find_local())
    assert view.find_missing_pages() == []


def test_every_quoted_number_is_in_every_report(finished):
    import json

    numbers = json.loads(finished.find("numbers.json").read_text())
    for path in (CHECKOUT / "book").rglob("*.md"):
        for name in re.findall(r"08_report\.ipynb::(\w+):", path.read_text()):
            assert name in numbers, f"{path.name} quotes {name}, which the report does not have"


def test_pages_type_no_result():
    # A percentage in prose is the paper's (said in the same line or table) or it is glued.
    for path in (CHECKOUT / "book").rglob("*.md"):
        for line in path.read_text().splitlines():
            if re.search(r"\d+\.\d+ ?(%|points)", line):
                assert "Table" in line, f"{path.name}: {line}"


def test_view_holds_no_path_of_this_machine_and_no_times(finished, book_root):
    view.assemble_view(view.find_local())
    for path in (paths.VIEW / "notebooks").iterdir():
        text = path.read_text()
        assert str(book_root) not in text and "start_time" not in text and "input_path" not in text
        assert "10 %" not in text  # what a progress bar overwrote


def test_published_results_are_shown_where_there_are_no_local_ones(finished, capsys):
    render.publish_reference()
    shutil.rmtree(paths.RUNS)
    results = view.choose_results()
    assert results.origin == "reference"
    assert "committed results, because" in capsys.readouterr().out
    assert sorted(p.stem for p in (paths.REFERENCE / "manifests").iterdir()) == sorted(
        ["corpus", "traces", "monologues", "training", "evaluation", "debugging", "ablations", "report"])


def test_local_results_are_compared_with_the_committed_ones(finished):
    import pandas as pd

    render.publish_reference()
    view.assemble_view(view.find_local())
    table = pd.read_csv(paths.VIEW / "tables/comparison.csv")
    judged = table[~table["committed"].isin(["not run", "none"])]
    assert len(judged) > 8 and set(judged["verdict"]) == {"reproduced"}


def test_without_any_results_the_message_names_what_is_missing(book_root):
    with pytest.raises(UserError, match=r"01_corpus\.ipynb is missing.*numbers\.json is missing.*make book"):
        render.render_book()


@pytest.mark.parametrize("damage, message", [
    (lambda cells: cells[1].update(execution_count=None), "not run to its end"),
    (lambda cells: cells[1].update(outputs=[new_output("error", ename="E", evalue="", traceback=[])]),
     "ended with an error"),
])
def test_a_failed_or_unfinished_notebook_is_not_shown(finished, damage, message):
    import nbformat

    path = paths.EXECUTED / "03_monologues.ipynb"
    notebook = nbformat.read(path, as_version=4)
    damage(notebook.cells)
    nbformat.write(notebook, path)
    with pytest.raises(UserError, match=rf"03_monologues\.ipynb.*{message}"):
        view.find_local()


def test_a_notebook_of_another_run_is_not_shown_beside_the_report(finished):
    path = paths.EXECUTED / "04_training.ipynb"
    path.write_text(re.sub(r"training/smoke-[0-9a-f]{8}", "training/smoke-00000000", path.read_text()))
    with pytest.raises(UserError, match="04_training.ipynb shows run training/smoke-00000000"):
        view.find_local()


def test_a_damaged_report_is_named(finished: Run):
    finished.find("tables/formats.csv").unlink()
    with pytest.raises(UserError, match="formats.csv is missing"):
        view.find_local()


def test_a_warning_fails_the_build_and_is_shown(finished, book_root, capsys):
    (book_root / "book/departures.md").write_text("# Gone\n\n[](no_such_page)\n")
    with pytest.raises(UserError, match="jupyter-book.log"):
        render.render_book()
    assert "no_such_page" in capsys.readouterr().err
