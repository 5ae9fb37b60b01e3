"""Free-text monologues: what is read, what is left unread, and that each corruption of a true one is noticed."""

import csv
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcoder.__main__ import main
from semcoder.audit import Item, audit_items, audit_text
from semcoder.audit.program import find_role, read_program, split_equation
from semcoder.audit.summary import list_items, list_outcomes, summarise
from semcoder.audit.text import read_monologue
from semcoder.audit.verify import walk_forward
from semcoder.evaluation.statistics import bootstrap_statistic, make_generator, wilson_interval
from semcoder.report.audit import list_audit_tables

CODE = """\
def f(xs, k):
    total = 0
    for x in xs:
        if x > k:
            total += x
        k += 1
    return total
"""
PROMPT = "[PYTHON]\n" + "\n".join(f"{line} # [L{n}]" for n, line in enumerate(CODE.replace("def f", "def solve")
                                                                             .splitlines(), 5))
ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")
BENCHMARKS = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"
RESULTS = Path(__file__).resolve().parents[1] / "results" / "audit"


def tell(xs, k):
    """Returns (text, answer) of a true monologue on f(xs, k) in the manner of the published model's."""
    lines = ["### Understanding the Function", "It adds every element that is greater than `k`; `total` is `99` here.",
             "### Execution Simulation", f"1. The function is called with `xs = {xs}` and `k = {k}`.",
             "2. **Line [L6]**: `total` is initialized to `0`.",
             f"3. [L7]: The loop will run {len(xs)} times."]
    total = 0
    for word, x in zip(ORDINALS, xs, strict=False):
        lines += [f"   - **{word} Iteration (x = {x})**:",
                  f"     - [L8]: The condition `x > k` is `{x > k}`, and `{x} > {k}` is `{x > k}`."]
        if x > k:
            lines += [f"     - [L9]: `total` becomes `{total} + {x} = {total + x}`, so `total = {total + x}`."]
            total += x
        k += 1
        lines += [f"     - At [L10], `k` is incremented to `{k}`."]
    lines += [f"4. [L11]: The function returns `total`, which is `{total}`.", "### Conclusion",
              f"The length of `xs` is `{len(xs)}`."]
    return "\n".join(lines), total


def wrap(xs, k, text, answer):
    """Returns the text with its prompt and its answer, as a model would have written it."""
    return (f"{PROMPT}\nassert solve({xs}, {k}) == ??\n[/PYTHON]\n[MONOLOGUE]\n{text}\n[/MONOLOGUE]\n"
            f"[ANSWER]\nassert solve({xs}, {k}) == {answer}\n[/ANSWER]")


def audit_forward(text, xs=(4, 1, 7), k=2, total=11):
    return audit_text(CODE, "f", f"{list(xs)}, {k}", str(total), wrap(list(xs), k, text, total), "output")


def read_one(sentence, code=CODE, task="output", **about):
    """Returns the claims of one sentence as (kind, subject, value, verdict)."""
    text = f"### Execution Simulation\n{sentence}"
    given_input, output = about.get("input", "[4, 1, 7], 2"), about.get("output", "11")
    result = audit_text(code, "f", given_input, output, text, task)
    return [(v.claim.kind, v.claim.subject, v.claim.value, v.verdict) for v in result.verdicts]


def test_a_true_monologue_holds_no_false_claim_and_nearly_all_of_it_is_read():
    text, _ = tell([4, 1, 7], 2)
    result = audit_forward(text)
    assert result.answer == "right" and result.problem == ""
    assert not result.false_claims and {v.verdict for v in result.verdicts} == {"true"}
    kinds = {v.claim.kind for v in result.verdicts}
    assert kinds == {"value", "result", "line", "iteration", "rounds", "returned", "answer"}
    assert result.extraction.num_unread == 0 and result.extraction.num_general == 2


@pytest.mark.parametrize("old, new, kind", [
    ("`total` becomes `0 + 4 = 4`", "`total` becomes `0 + 4 = 5`", "result"),
    ("so `total = 4`", "so `total = 6`", "value"),
    ("`k` is incremented to `4`", "`k` is incremented to `3`", "value"),
    ("Second Iteration (x = 1)", "Second Iteration (x = 7)", "iteration"),
    ("[L9]: `total` becomes `4 + 7 = 11`", "[L6]: `total` becomes `4 + 7 = 11`", "line"),
    ("- [L8]: The condition `x > k` is `False`", "- [L9]: The condition `x > k` is `False`", "line"),
    ("`1 > 3` is `False`", "`1 > 3` is `True`", "result"),
    ("The condition `x > k` is `False`", "The condition `x > k` is `True`", "result"),
    ("[L8]: The condition `x > k` is `False`, and", "[L8]: The condition is `True`, and", "branch"),
    ("will run 3 times", "will run 4 times", "rounds"),
    ("returns `total`, which is `11`", "returns `total`, which is `12`", "returned"),
    ("The length of `xs` is `3`", "The length of `xs` is `4`", "result"),
])
def test_each_corruption_is_noticed_as_what_it_is(old, new, kind):
    text, _ = tell([4, 1, 7], 2)
    assert old in text
    false = audit_forward(text.replace(old, new)).false_claims
    assert kind in {v.claim.kind for v in false}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-9, 30), min_size=1, max_size=6), st.integers(0, 9), st.data())
def test_any_run_is_confirmed_and_any_changed_total_is_noticed(xs, k, data):
    text, total = tell(xs, k)
    result = audit_forward(text, xs, k, total)
    assert not result.false_claims
    stated = list(re.finditer(r"so `total = (-?\d+)`", text))
    if stated:
        found = data.draw(st.sampled_from(stated))
        changed = text[:found.start(1)] + str(int(found.group(1)) + 100) + text[found.end(1):]
        assert audit_forward(changed, xs, k, total).false_steps


def test_a_wrong_answer_is_told_apart_from_a_wrong_step():
    text, _ = tell([4, 1, 7], 2)
    wrong = audit_text(CODE, "f", "[4, 1, 7], 2", "11", wrap([4, 1, 7], 2, text, 12), "output")
    assert wrong.answer == "wrong" and not wrong.false_steps
    assert [v.claim.kind for v in wrong.false_claims] == ["answer"]
    none = audit_text(CODE, "f", "[4, 1, 7], 2", "11", wrap([4, 1, 7], 2, text, "")[:-20], "output")
    assert none.answer == "none" and not none.false_claims


@pytest.mark.parametrize("sentence", [
    "If `total` is `5`, the loop ends.",
    "`total` could be `5`.",
    "For example, `total` is `5`.",
    "The last item of `xs` is `5`.",
    "`total` is `5` characters long.",
    "It checks if `total` is `5`.",
    "The condition checks whether `x > k` is `True`.",
    "`xs` is `5` or `6`.",
    "`total` is no longer `5`.",
    "`counts` becomes `[0, 0, ..., 0]`.",
    "It does not execute [L5].",
    "[L5] is skipped because the condition fails.",
    "`unknown(3)` returns `5`.",
    "The function returns `5` if the list is empty.",
])
def test_what_is_no_statement_about_the_run_is_left_unread(sentence):
    assert read_one(sentence) == []


@pytest.mark.parametrize("sentence, claim", [
    ("It calls `xs.count(1)`, which returns `1`.", ("result", "xs.count(1)", "1", "true")),
    ("This uses `xs[::-1]`, resulting in the list `[7, 1, 4]`.", ("result", "xs[::-1]", "[7, 1, 4]", "true")),
    ("Since `1` is not in `xs`, we go on.", ("result", "1 not in xs", "True", "false")),
    ("`9` appears `0` times in `xs`.", ("result", "xs.count(9)", "0", "true")),
    ("The character at index `1` of `'abc'` is `'b'`.", ("result", "('abc')[1]", "'b'", "true")),
    ("Reversing `'abc'` gives `'cba'`.", ("result", "('abc')[::-1]", "'cba'", "true")),
    ("`f([4], 2)` returns `4`.", ("result", "f([4], 2)", "4", "true")),
    ("`xs.index(5)` returns `0`.", ("result", "xs.index(5)", "0", "false")),
    ("Now `total` = 4.", ("value", "total", "4", "true")),
    ("`total` is set to 4.", ("value", "total", "4", "true")),
])
def test_wordings_are_read_and_judged(sentence, claim):
    assert claim in read_one(sentence)


def test_the_walk_does_not_go_back():
    sentences = "`total` becomes `4`.\n`total` becomes `11`.\n"
    text = "### Execution Simulation\n" + sentences
    looking_back = audit_text(CODE, "f", "[4, 1, 7], 2", "11", text + "Here `total` is `4`.", "output")
    assert [v.verdict for v in looking_back.verdicts] == ["true", "true", "unclear"]
    going_back = audit_text(CODE, "f", "[4, 1, 7], 2", "11", text + "`total` becomes `4`.", "output")
    assert [v.verdict for v in going_back.verdicts] == ["true", "true", "false"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True).map(sorted), max_size=6))
def test_the_walk_confirms_as_many_claims_as_any_walk_could(choices):
    confirmed = walk_forward(choices)
    best = 0
    for taken in itertools.product((False, True), repeat=len(choices)):
        here, is_possible = 0, True
        for positions, is_taken in zip(choices, taken, strict=True):
            if is_taken and is_possible:
                here = next((p for p in positions if p >= here), None)
                is_possible, here = here is not None, here or 0
        best = max(best, sum(taken) if is_possible else 0)
    assert sum(confirmed) == best


def test_labels_count_from_the_first_line_of_the_prompt_or_from_one():
    assert ("line", "2", "", "true") in read_one("[L2]: `total` is initialized to `0`.")
    monologue = read_monologue(wrap([1], 2, "text", 0), frozenset())
    assert monologue.first_label == 5 and "[L5]" not in monologue.program
    assert monologue.question == "assert solve([1], 2) == ??"


def test_sentences_end_at_full_stops_outside_code_only():
    monologue = read_monologue("Now `'a. B'` is `x.Y`. Then it ends, and `z` is 3.", frozenset())
    assert [s.text for s in monologue.sentences] == ["Now «0» is «1».", "Then it ends, and «0» is «1»."]
    assert [s.source for s in monologue.sentences[0].spans] == ["'a. B'", "x.Y"]


def test_spans_have_the_role_of_what_they_are():
    program = read_program(CODE, "f")
    roles = {"f": "f", "total": "n", "[1, 'a']": "v", "p = 0 + 4 = 4": "a", "len(xs) > 2": "e", "strip()": "o",
             "for x in xs": "o", "[0, ..., 0]": "e"}
    assert {source: find_role(source, program) for source in roles} == roles
    assert split_equation("x = {'a=b': 1} == y") == ["x", "{'a=b': 1} == y"]


def test_a_prompt_with_another_program_is_not_judged():
    text, _ = tell([4, 1, 7], 2)
    broken = wrap([4, 1, 7], 2, text, 11).replace("total = 0", "total = 1", 1)
    assert audit_text(CODE, "f", "[4, 1, 7], 2", "11", broken, "output").problem == "another question"
    other = wrap([4, 1, 8], 2, text, 11)
    assert audit_text(CODE, "f", "[4, 1, 7], 2", "11", other, "output").problem == "another question"


def backward(text, answer):
    text = f"[MONOLOGUE]\n### Reverse Deduction\n{text}\n[/MONOLOGUE]\n[ANSWER]\nassert f({answer}) == 'abab'"
    return audit_text("def f(s, n):\n    t = s * n\n    return t\n", "f", "'ab', 2", "'abab'", text, "input")


def test_a_backward_monologue_is_held_against_the_input_it_arrives_at():
    result = backward("- `s` must be `'abab'`.\n- Thus, `n` must be `1`.\n- So `t = 'abab'`.", "'abab', 1")
    assert result.answer == "right" and [v.verdict for v in result.steps] == ["true"] * 3
    wrong = backward("- `s` must be `'ab'`.\n- Thus, `n` must be `1`.", "'abab', 1")
    assert [v.verdict for v in wrong.steps] == ["false", "true"]
    broken = backward("- `s` must be `'ab'`.", "'ab', undefined")  # does not run: the reference input instead
    assert broken.answer == "wrong" and [v.verdict for v in broken.steps] == ["true"]


def test_suppositions_of_a_backward_monologue_are_not_held_against_it():
    result = backward("- If we consider `s` to be `'b'`:\n  - `n = 7`\n  - `len('ab')` = `3`\n"
                      "- For example, `n = 5`. Then `n` must be `5`.", "'ab', 2")
    assert [(v.claim.subject, v.verdict) for v in result.steps] == [("len('ab')", "false")]


def test_expressions_of_a_text_run_in_the_sandbox_only(tmp_path):
    target = tmp_path / "made"
    sentence = f"`open({str(target)!r}, 'w').write('x')` returns `1`."
    assert read_one(sentence) == [("result", f"open({str(target)!r}, 'w').write('x')", "1", "unclear")]
    assert not target.exists()
    assert read_one("`9**9**9` is `1`.")[0][3] == "unclear"


def test_a_program_that_raises_is_judged_up_to_there():
    assert ("value", "total", "0", "true") in read_one("`total` is initialized to `0`.", input="[4, None], 2")


def test_a_run_without_end_has_no_verdicts_and_breaks_nothing():
    result = audit_text("def f():\n    while True:\n        a = 1\n", "f", "", "1", "`a` becomes `1`.", "output")
    assert result.answer == "none" and result.problem in ("", "no run")


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
