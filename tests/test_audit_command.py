"""The audit command: its report and tables, its errors, and the committed audit with its labels."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semcoder.__main__ import main
from semcoder.audit import Item, audit_items
from semcoder.audit.summary import list_items, list_outcomes, summarise
from semcoder.report.audit import list_audit_tables
from semcoder.statistics import bootstrap_statistic, make_generator, wilson_interval
from test_audit import BENCHMARKS, CODE, tell, wrap

RESULTS = Path(__file__).resolve().parents[1] / "results" / "audit"


def make_rows(count=6):
    """Returns data rows and texts: half of the answers and of the steps are wrong, together."""
    data, texts = [], []
    for n in range(count):
        xs, k = [n, 5, 9], 3
        text, total = tell(xs, k)
        data.append({"id": f"item_{n}", "code": CODE, "input": f"{xs}, {k}", "output": str(total)})
        is_bad = n % 2
        told = text.replace("so `total = ", "so `total = 7") if is_bad else text
        texts.append({"id": f"item_{n}", "text": wrap(xs, k, told, total + is_bad)})
    return data, texts


def write_rows(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def call(tmp_path, data, texts, *more):
    return main(["audit", "--data", str(write_rows(tmp_path / "data.jsonl", data)), "--monologues",
                 str(write_rows(tmp_path / "texts.jsonl", texts)), "--task", "output", *more])


def test_the_command_reports_and_writes_tables_without_texts(tmp_path, capsys):
    out = tmp_path / "out"
    assert call(tmp_path, *make_rows(), "--out", str(out), "--name", "toy") == 0
    printed = capsys.readouterr().out
    assert "right answer, wrong steps" in printed and "items by answer" in printed
    assert sorted(p.name for p in out.iterdir()) == [
        "toy.json", "toy_items.csv", "toy_kinds.csv", "toy_outcomes.csv", "toy_summary.csv"]
    for path in out.iterdir():
        assert "total" not in path.read_text().replace("total_", "") and "Iteration" not in path.read_text()
    outcomes = pd.read_csv(out / "toy_outcomes.csv").set_index("answer")
    assert outcomes.loc["right"].tolist() == [0, 3] and outcomes.loc["wrong"].tolist() == [3, 0]
    first = {path.name: path.read_bytes() for path in out.glob("*.csv")}
    call(tmp_path, *make_rows(), "--out", str(out), "--name", "toy")
    assert first == {path.name: path.read_bytes() for path in out.glob("*.csv")}


def test_the_command_prints_each_claim_as_json(tmp_path, capsys):
    assert call(tmp_path, *make_rows(2), "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["answer"] for row in rows] == ["right", "wrong"]
    assert {claim["verdict"] for claim in rows[0]["claims"]} == {"true"}
    assert any(claim["verdict"] == "false" and claim["kind"] == "value" for claim in rows[1]["claims"])


def change(rows, **values):
    return [{**rows[0], **values}, *rows[1:]]


@pytest.mark.parametrize("make, message", [
    (lambda d, t: (d, [{"id": "other", "text": ""}]), "1 of its ids are not in data.jsonl, the first is 'other'"),
    (lambda d, t: (change(d, code="def f(:"), t), "line 1: its code is not a program that Python can parse"),
    (lambda d, t: (change(d, code="x = 1"), t), "line 1: its code defines no function at all"),
    (lambda d, t: (change(d, entry="g"), t), "line 1: its code defines no function g; defined are: f"),
    (lambda d, t: (change(d, input="[1"), t), "line 1: its input or output is not Python"),
    (lambda d, t: ([{"id": "item_0", "code": CODE}], t), "line 1: a row of --data needs id, code, input, output"),
    (lambda d, t: (d, change(t, text=3)), "line 1: a row of --monologues needs id, text, each a string"),
    (lambda d, t: (d, [*t, t[0]]), "line 3: id 'item_0' is there twice"),
    (lambda d, t: (d, []), "it has no rows"),
])
def test_a_bad_row_is_named_with_its_line_and_a_remedy(tmp_path, capsys, make, message):
    assert call(tmp_path, *make(*make_rows(2))) == 2
    assert message in capsys.readouterr().err


def test_files_that_are_missing_or_no_text_are_named(tmp_path, capsys):
    data = write_rows(tmp_path / "data.jsonl", make_rows(1)[0])
    for content, message in ((None, "there is no such file"), (b"\xff\xfe", "cannot be read"),
                             (b"{", "line 1 is not JSON")):
        path = tmp_path / "bad.jsonl"
        if content is not None:
            path.write_bytes(content)
        assert main(["audit", "--data", str(data), "--monologues", str(path), "--task", "output"]) == 2
        assert message in capsys.readouterr().err
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert call(tmp_path, *make_rows(1), "--out", str(blocked)) == 2
    assert "--out" in capsys.readouterr().err


def test_the_summary_measures_what_a_false_step_foretells():
    data, texts = make_rows(8)
    items = [Item(d["id"], d["code"], "f", d["input"], d["output"], t["text"], "output")
             for d, t in zip(data, texts, strict=True)]
    frame = list_items(list(audit_items(items)))
    values = summarise(frame).set_index("measure")["value"]
    assert values["items"] == 8 and values["right answer, wrong steps"] == 0
    for measure in ("precision", "recall", "phi"):
        assert values[f"a false step as a sign of a wrong answer: {measure}"] == 1
    assert list_outcomes(frame)["false_step"].tolist() == [0, 4, 0]


def test_a_corpus_in_which_nothing_can_be_read_is_reported_as_such(tmp_path, capsys):
    data, _ = make_rows(1)
    assert call(tmp_path, data, [{"id": "item_0", "text": "No idea."}]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"share of steps true +–", printed) and re.search(r"share of these .* +1 ", printed)


def test_a_weak_sandbox_runs_nothing_of_the_texts(tmp_path, capsys, monkeypatch):
    from semcoder.execution import sandbox

    monkeypatch.setattr(sandbox, "find_box", lambda *_: type("Box", (), {"level": "rlimits"}))
    assert call(tmp_path, *make_rows(1)) == 2
    assert "landlock" in capsys.readouterr().err


def test_intervals_cover_what_they_should():
    assert wilson_interval(0, 10) == pytest.approx((0, 0.2775), abs=1e-3)
    assert wilson_interval(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-3)
    values = np.arange(50)
    low, high = bootstrap_statistic(lambda drawn: values[drawn].mean(), 50, make_generator("test"))
    assert low < values.mean() < high and high - low < 10
    assert np.isnan(bootstrap_statistic(lambda drawn: 0.0, 0, make_generator("test"))).all()


def test_the_page_has_its_tables_with_or_without_measurements(tmp_path, monkeypatch):
    from semcoder import paths

    measured = list_audit_tables()
    assert "right answer, wrong steps" in set(measured["audit_summary"]["measure"])
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    assert {name: list(frame.columns) for name, frame in list_audit_tables().items()} == {
        name: ["not measured"] for name in measured}


def read_data(task):
    data, texts = BENCHMARKS / "cruxeval_dev.jsonl", BENCHMARKS / f"semcoder_s_cruxeval_{task}_dev.jsonl"
    if not texts.is_file():
        pytest.skip(f"no data: {texts.name}")
    programs = {row["id"]: row for row in map(json.loads, data.read_text().splitlines())}
    rows = map(json.loads, texts.read_text().splitlines())
    return [Item(row["id"], *(programs[row["id"]][key] if key else "f" for key in ("code", "", "input", "output")),
                 row["text"], task) for row in rows]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("task", ["output", "input"])
def test_the_committed_audit_and_its_labels_belong_to_this_reader(task):
    results = {result.id: result for result in audit_items(read_data(task))}
    frame = list_items(list(results.values()))
    committed = pd.read_csv(RESULTS / f"semcoder_s_{task}_items.csv", keep_default_na=False)
    for column in ("id", "answer", "problem", "steps_true", "steps_false", "steps_unclear", "sentences_unread"):
        assert frame[column].tolist() == committed[column].tolist(), f"{column}: run the audit again, label again"
    with open(RESULTS / "labels.csv", encoding="utf-8") as file:
        labels = [row for row in csv.DictReader(file) if row["task"] == task]
    assert len({row["id"] for row in labels if row["sample"] == "random"}) >= 29
    for row in labels:
        verdict = results[row["id"]].verdicts[int(row["claim"]) - 1]
        assert (verdict.claim.kind, verdict.verdict) == (row["kind"], row["verdict"]), row
