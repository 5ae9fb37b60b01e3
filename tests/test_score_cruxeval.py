"""CRUXEval's two scores: the official rule with its faults, the strict one, and what keeps a score from being given."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcoder.__main__ import main
from semcoder.scoring import cruxeval
from semcoder.scoring.answers import extract_prediction, is_same_literal, read_literal_call
from semcoder.scoring.cruxeval import Item, ItemScore, score_predictions, summarise
from semcoder.statistics import pass_at_k

RESULTS = Path(__file__).resolve().parents[1] / "results" / "scoring"
BENCHMARKS = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"
ADD = {"id": "sample_0", "code": "def f(x):\n    return x + 1", "input": "1", "output": "2"}
SORT = {"id": "sample_1", "code": "def f(xs):\n    return sorted(xs)", "input": "[2, 1]", "output": "[1, 2]"}
RIGHT = {"output": {"sample_0": ["2"], "sample_1": ["[1, 2]"]},
         "input": {"sample_0": ["f(1)"], "sample_1": ["f([1, 2])"]}}


def call(tmp_path, capsys, task, generations, *more, data=(ADD, SORT)):
    """Returns (exit status, what was printed as JSON or text, standard error) of one run of the command."""
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in data))
    file = tmp_path / "generations.json"
    file.write_text(generations if isinstance(generations, str) else json.dumps(generations))
    status = main(["score", "cruxeval", "--data", str(tmp_path / "data.jsonl"), "--generations", str(file), "--task",
                   task, *more])
    printed = capsys.readouterr()
    return status, json.loads(printed.out) if printed.out else "", printed.err


def judge(task, *texts, row=ADD):
    """Returns (official, strict) verdicts of one item's samples, as pairs."""
    [score] = score_predictions([Item(**row)], {row["id"]: list(texts)}, task)
    return list(zip(score.official, score.strict, strict=True))


@given(st.integers(1, 7).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_is_the_share_of_draws_with_a_passing_sample(numbers):
    n, c, k = numbers
    draws = list(itertools.combinations([True] * c + [False] * (n - c), k))
    assert pass_at_k(n, c, k) == pytest.approx(sum(map(any, draws)) / len(draws))


@pytest.mark.parametrize("text, official, strict", [
    ("2", "pass", "pass"), ("3", "fail", "fail"), (" 2 ", "pass", "pass"),
    ("f(1)", "skipped", "no_answer"),
    ("f( 1)", "pass", "no_answer"),  # the extra space gets past the official check
    ("1 + 1", "pass", "no_answer"), ("2 or 3", "pass", "no_answer"),
    ("2.0", "pass", "fail"), ("(2", "fail", "no_answer"), ("", "fail", "no_answer"),
    ("__import__('sys').exit(0)", "fail", "no_answer"), ("__import__('os')._exit(0)", "fail", "no_answer"),
    ("2\nprint('x' * 1000)", "pass", "no_answer"), ("\x00", "fail", "no_answer"), ("'\ud800'", "fail", "no_answer"),
])
def test_an_output_is_judged_by_both_rules(text, official, strict):
    assert judge("output", text) == [(official, strict)]


@pytest.mark.parametrize("text, official, strict", [
    ("f(1)", "pass", "pass"), ("f(5)", "fail", "fail"), ("f( x=1 )", "pass", "pass"),
    ("2 or f([])", "pass", "no_answer"),  # nothing is inverted
    ("2", "skipped", "no_answer"), ("f (1)", "skipped", "pass"), ("f(0 + 1)", "pass", "no_answer"),
    ("f(1) == 2", "pass", "pass"), ("assert f(1) == 2", "fail", "pass"), ("f(1, 2)", "fail", "fail"),
    ("f(f(0))", "pass", "no_answer"), ("f(*[1])", "pass", "no_answer"),
])
def test_an_input_is_judged_by_both_rules(text, official, strict):
    assert judge("input", text) == [(official, strict)]


def test_endless_samples_time_out_and_leave_the_others_alone(monkeypatch):
    monkeypatch.setattr(cruxeval, "TIMEOUT_S", 0.2)
    row = {**ADD, "code": "def f(x):\n    while x < 0:\n        pass\n    return x + 1"}
    assert judge("input", "f(-1)", "f(1)", row=row) == [("timeout", "timeout"), ("pass", "pass")]
    assert judge("output", "[2 for _ in iter(int, 1)]", "2") == [("timeout", "no_answer"), ("pass", "pass")]


def test_skipped_samples_leave_the_official_denominator_only_where_another_one_passes():
    def scores(*official):
        strict = ["pass" if verdict == "pass" else "no_answer" for verdict in official]
        return ItemScore("a", official, tuple(strict))

    one = scores("pass", "skipped", "skipped")
    assert one.estimate_official(1) == 1 and one.estimate_strict(1) == pytest.approx(1 / 3)
    assert scores("pass", "fail", "skipped").estimate_official(1) == 0.5
    assert scores("fail", "skipped", "skipped").estimate_official(1) == 0
    assert scores(*["skipped"] * 6).estimate_official(5) == 0
    assert scores("fail", "skipped").estimate_official(5) == 1  # fewer than k wrong ones count as a pass
    assert scores().estimate_official(1) == 1  # so does an item with no samples at all


@pytest.mark.parametrize("task", ["output", "input"])
def test_right_answers_score_one_by_both_rules(tmp_path, capsys, task):
    status, result, _ = call(tmp_path, capsys, task, RIGHT[task])
    assert status == 0 and result["n"] == 2 and result["differences"] == []
    assert result["official"]["pass_at_1"] == result["strict"]["pass_at_1"] == 1
    assert result["official"]["pass_at_5"] is None and result["strict"]["pass_at_5"] is None
    assert result["official"]["as_printed"] == {"pass@1": 100, "pass@5": 100}
    assert result["canary"]["passed"] == 2


def test_the_report_names_the_items_on_which_the_rules_differ(tmp_path, capsys):
    generations = {"sample_0": ["2", "f(1)", "f(1)", "f(1)", "f( 1)"], "sample_1": ["[1, 2]"] * 5, "other": ["1"]}
    status, result, _ = call(tmp_path, capsys, "output", generations, "--out", str(tmp_path / "out.json"))
    assert status == 0 and result["ids_not_in_data"] == 1
    assert result["official"]["pass_at_1"] == result["official"]["pass_at_5"] == 1
    assert result["strict"]["pass_at_1"] == pytest.approx(0.6) and result["strict"]["pass_at_5"] == 1
    assert result["official"]["counts"] == {"pass": 7, "skipped": 3}
    [row] = result["differences"]
    assert row["id"] == "sample_0" and row["official"] == 1 and row["strict"] == pytest.approx(0.2)
    assert row["why"] == [cruxeval.WHY["pass", "no_answer", "output"], cruxeval.LEFT_OUT]
    written = json.loads((tmp_path / "out.json").read_text())
    assert written["items"]["sample_0"]["official"] == ["pass", "skipped", "skipped", "skipped", "pass"]
    assert "f( 1)" not in (tmp_path / "out.json").read_text() and written["inputs"][0]["sha256"]


def test_missing_items_and_samples_stay_in_the_strict_denominator(tmp_path, capsys):
    _, result, _ = call(tmp_path, capsys, "output", {"sample_0": ["2", "2"]})
    assert result["official"]["pass_at_1"] is None and result["official"]["as_printed"] is None
    assert "1 items are not in the file, first sample_1" in result["official"]["refusal"]
    assert result["strict"]["pass_at_1"] == 0.5 and result["strict"]["counts"] == {"pass": 2, "missing": 2}
    _, result, _ = call(tmp_path, capsys, "output", {"sample_0": ["2", "2"], "sample_1": []})
    assert result["official"]["as_printed"]["pass@1"] == 100 and result["strict"]["pass_at_1"] == 0.5
    assert result["differences"] == [{"id": "sample_1", "official": 1, "strict": 0, "why": [cruxeval.NO_SAMPLES]}]


def test_half_percents_are_printed_as_the_official_script_rounds_them():
    scores = [ItemScore(str(i), ("pass" if i < 253 else "fail",), ("pass",)) for i in range(400)]
    assert summarise(scores, "output")["official"]["as_printed"]["pass@1"] == 63.2  # 63.25, to even


def test_no_score_is_printed_where_a_reference_fails(tmp_path, capsys):
    for row in ({**ADD, "output": "3"}, {**ADD, "code": "def f(x):\n    return undefined"}):
        status, printed, error = call(tmp_path, capsys, "output", RIGHT["output"], data=(row, SORT))
        assert status == 2 and printed == "" and "1 reference answers fail" in error and "sample_0" in error


def test_a_reference_that_is_no_literal_is_counted_and_hinders_nothing(tmp_path, capsys):
    row = {**ADD, "input": "int('1')"}
    assert call(tmp_path, capsys, "input", RIGHT["input"], data=(row, SORT))[1]["canary"]["references_not_literal"] == 1


def test_a_broken_sandbox_is_an_error_and_not_a_wrong_answer(monkeypatch):
    from semcoder.execution.jobs import Outcome

    monkeypatch.setattr(cruxeval, "run_jobs", lambda jobs, *_, **__: ([Outcome("sandbox_error")] for _ in jobs))
    assert judge("input", "f(1)") == [("error", "error")]


def wrap(answer, name="operation_to_perform"):
    return (f"Answer between [ANSWER] and [/ANSWER].\n[PYTHON]\ndef {name}(x):\n    return x\nassert {name}(??) == 2\n"
            f"[/PYTHON]\n[MONOLOGUE]\nIt is `{name}(9)`.\n[/MONOLOGUE]\n[ANSWER]\n{answer}\n[/ANSWER]\n")


@pytest.mark.parametrize("answer, output, given_input", [
    ("assert operation_to_perform(1) == 2", "2", "f(1)"),
    ("assert operation_to_perform('a == b, \"c\"') == 'operation_to_perform(1)'", "'operation_to_perform(1)'",
     "f('a == b, \"c\"')"),
    ("assert operation_to_perform(operation_to_perform(1), k=[2]) == (3,)", "(3,)", "f(f(1), k=[2])"),
    ("```python\nassert f(1) == 2\n```", "2", "f(1)"),
    ("assert g(1) == 2", None, None), ("assert operation_to_perform(1) ==", None, None), ("2", None, None),
])
def test_a_raw_answer_is_read_on_the_syntax_tree(answer, output, given_input):
    assert extract_prediction(wrap(answer), "output") == output
    assert extract_prediction(wrap(answer), "input") == given_input


def test_raw_responses_are_scored_and_their_predictions_written(tmp_path, capsys):
    rows = [{"id": "sample_0", "text": wrap("assert operation_to_perform(1) == 2")},
            {"id": "sample_1", "text": "I do not know."}]
    out = tmp_path / "written.json"
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    _, result, _ = call(tmp_path, capsys, "output", lines, "--raw", "--write-generations", str(out))
    assert result["strict"]["pass_at_1"] == 0.5 and result["unread"] == ["sample_1"]
    assert json.loads(out.read_text()) == {"sample_0": ["2"], "sample_1": [""]}
    assert call(tmp_path, capsys, "output", out.read_text())[1]["official"] == result["official"]


def test_literals_are_compared_by_value_and_type():
    assert is_same_literal("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}") and is_same_literal("{2,1}", "{1, 2}")
    assert not is_same_literal("[True]", "[1]") and not is_same_literal("1.0", "1")
    assert read_literal_call("f('x', k=[1])") == "'x', k=[1]" and read_literal_call("g(1)") is None


@pytest.mark.parametrize("generations, message", [
    ({"a": ["2"]}, "none of its ids is in --data; the first is 'a', there 'sample_0'"),
    ({"sample_0": "2"}, "give a list of texts for each id"), ({"sample_0": [None]}, "give a list of texts"),
    ("{", "line 1 is not JSON"), ('{"id": "sample_0"}\n{"id": "sample_1"}', "needs id, text, each a string"),
])
def test_a_bad_file_of_predictions_is_named_with_a_remedy(tmp_path, capsys, generations, message):
    status, printed, error = call(tmp_path, capsys, "output", generations)
    assert status == 2 and printed == "" and message in error


def test_a_data_set_that_cannot_be_reached_is_named_with_a_remedy(tmp_path, capsys, monkeypatch):
    import datasets

    def fail(*_, **__):
        raise ConnectionError("no network")

    monkeypatch.setattr(datasets, "load_dataset", fail)
    (tmp_path / "g.json").write_text(json.dumps(RIGHT["output"]))
    assert main(["score", "cruxeval", "--data", "owner/name", "--generations", str(tmp_path / "g.json"), "--task",
                 "output"]) == 2
    assert "give the path of a downloaded .jsonl file" in capsys.readouterr().err


@pytest.mark.timeout(120)
@pytest.mark.parametrize("task, unread", [("output", 5), ("input", 0)])
def test_the_published_models_responses_score_as_their_replication_reported(capsys, task, unread):
    texts = BENCHMARKS / f"semcoder_s_cruxeval_{task}_dev.jsonl"
    if not texts.is_file():
        pytest.skip(f"no data: {texts.name}")
    assert main(["score", "cruxeval", "--data", str(BENCHMARKS / "cruxeval_dev.jsonl"), "--generations", str(texts),
                 "--task", task, "--raw"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["n"] == 400 and 0.62 < result["official"]["pass_at_1"] < 0.66
    assert result["strict"]["pass_at_1"] <= result["official"]["pass_at_1"] and len(result["unread"]) == unread
    committed = json.loads((RESULTS / f"semcoder_s_{task}.json").read_text())
    for key in ("official", "strict", "differences", "unread"):
        assert result[key] == committed[key], f"{key}: score again, with --out"


def test_the_page_has_its_tables_with_or_without_scores(tmp_path, monkeypatch):
    from semcoder import paths
    from semcoder.report.scoring import list_scoring_tables

    shown = list_scoring_tables()
    assert shown["scoring"]["n"].tolist() == [400, 400] and len(shown["scoring_sources"]) == 2
    monkeypatch.setattr(paths, "RESULTS", tmp_path)
    assert [list(frame.columns) for frame in list_scoring_tables().values()] == [["not measured"]] * 2
