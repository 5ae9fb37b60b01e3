"""Scores can be trusted: wrong, unreadable and broken are told apart, and references always pass."""

import json
import shutil
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_servers import serve_script
from semcoder.__main__ import main
from semcoder.config import Config
from semcoder.errors import UserError
from semcoder.evaluation import evaluate
from semcoder.evaluation.evaluate import check_canary, evaluate_model
from semcoder.evaluation.items import BENCHMARKS, TASKS, Item, load_items, make_execution_item
from semcoder.evaluation.published import read_call, read_livecodebench, read_tasks
from semcoder.evaluation.score import canonical_literal, has_literal_arguments, judge
from semcoder.evaluation.steps import StepScore, name_operations, score_steps
from semcoder.monologues.build import build_monologues
from semcoder.presets import SMOKE
from semcoder.prompts import render_answer, render_code_response
from semcoder.runs import Run
from semcoder.statistics import bootstrap_interval, make_generator, paired_difference
from semcoder.training.model import make_model
from semcoder.training.tokenizer import build_tokenizer

CODE = "def f(xs):\n    return sorted(xs)\n"
ITEM = Item(task_id="t", execution_id="t#0", prompt="", reference="", code=CODE, entry="f", input="[2, 1]",
            output="[1, 2]", tests=(("[2, 1]", "[1, 2]"), ("[]", "[]")))


def verdict(task, text):
    return judge(task, [ITEM], [text])[0]


@pytest.mark.parametrize(("output", "expected"), [
    ("[1, 2]", "pass"), ("[1,2]", "pass"), ("[2, 1]", "fail"), ("sorted([2, 1])", "no_answer"),
    ("f([2, 1])", "no_answer"), ("[1, 2] or 3", "no_answer"), ("'[1, 2]'", "fail")])
def test_a_predicted_output_must_be_the_literal(output, expected):
    assert verdict("output_prediction", render_answer("f", "[2, 1]", output)) == expected


@pytest.mark.parametrize(("given_input", "expected"), [
    ("[1, 2]", "pass"), ("[2, 1]", "pass"), ("[3]", "fail"), ("5", "fail"), ("[1, 2], 3", "fail"),
    ("f([2, 1])", "no_answer"), ("type('X', (), {'__eq__': 1})", "no_answer")])
def test_a_predicted_input_is_judged_by_running_it_and_must_be_literal(given_input, expected):
    assert verdict("input_prediction", render_answer("f", given_input, "[1, 2]")) == expected


@pytest.mark.parametrize(("code", "expected"), [
    (CODE, "pass"), ("def f(xs):\n    return xs\n", "fail"), ("def f(xs", "fail"),
    ("def f(xs):\n    while True: pass\n", "timeout"), ("def g(xs):\n    return sorted(xs)\n", "fail")])
def test_generated_code_must_pass_all_tests(code, expected):
    assert verdict("nl_to_code", render_code_response(code)) == expected


def test_code_cannot_pass_by_an_object_that_equals_everything():
    cheat = "class A(list):\n    def __eq__(self, other):\n        return True\n\ndef f(xs):\n    return A()\n"
    assert verdict("nl_to_code", render_code_response(cheat)) == "fail"


def test_answers_are_not_run_in_a_sandbox_weaker_than_wanted():
    with pytest.raises(UserError, match="min_sandbox_level"):
        judge("nl_to_code", [ITEM], [render_code_response(CODE)], "jail")


def test_a_response_without_code_is_unreadable_not_wrong():
    assert verdict("nl_to_code", "I do not know") == "no_answer"


def test_the_canary_stops_scoring_when_a_reference_fails():
    good = ITEM.__class__(**{**ITEM.__dict__, "reference": render_answer("f", "[2, 1]", "[1, 2]")})
    check_canary("output_prediction", [good], "rlimits")
    bad = ITEM.__class__(**{**ITEM.__dict__, "reference": render_answer("f", "[2, 1]", "[9]")})
    with pytest.raises(UserError, match="1 of 2 reference answers.*no score is given"):
        check_canary("output_prediction", [good, bad], "rlimits")


def test_literals_are_compared_by_value_and_type():
    assert canonical_literal("{2,1}") == canonical_literal("{1, 2}")
    assert canonical_literal("1.0") != canonical_literal("1")
    assert canonical_literal("True") != canonical_literal("1") and canonical_literal("[x]") is None
    assert has_literal_arguments("1, k=[2]") and not has_literal_arguments("1), f(2") and not has_literal_arguments("x")


REASONING = "[L1] f: called with xs is [2].\n[L2] a = 1: a becomes 1.\n[L3] return a: it returns 1.\n"


@pytest.mark.parametrize(("change", "expected"), [
    (lambda text: text, StepScore(1.0, 1.0, 3)),
    (lambda text: text.replace("returns 1", "returns 2"), StepScore(2 / 3, 1.0, 3, 2, "value")),
    (lambda text: text.replace("[L2]", "[L3]"), StepScore(2 / 3, 2 / 3, 3, 1, "line")),
    (lambda text: text[:text.index("[L3]")], StepScore(2 / 3, 2 / 3, 3, 2, "missing")),
    (lambda text: text + "[L2] a = 1: a becomes 1.\n", StepScore(0.75, 0.75, 3, 3, "surplus")),
    (lambda text: "", StepScore(0.0, 0.0, 3, 0, "missing"))])
def test_steps_are_compared_by_position_and_the_first_wrong_one_is_named(change, expected):
    assert score_steps("monologue", REASONING, change(REASONING)) == expected


def test_direct_answers_have_no_steps():
    assert score_steps("direct", "x", "y") == StepScore()


def test_each_step_is_named_by_what_its_line_works_out():
    code = "def f(xs):\n    n = len(xs)\n    for x in xs:\n        n += x\n    return xs[1:]\n"
    reasoning = "".join(f"[L{line}] it: is so.\n" for line in (1, 2, 3, 4, 3, 5))
    assert name_operations("monologue", code, reasoning) == ["def", "len()", "for", "+=", "for", "slice"]
    assert name_operations("direct", code, reasoning) == []


@given(st.lists(st.floats(0, 1), min_size=2, max_size=60))
def test_the_interval_holds_the_mean_and_stays_in_range(values):
    low, high = bootstrap_interval(np.array(values), make_generator("t"), 500)
    assert 0 <= low <= high <= 1 and low - 0.2 <= np.mean(values) <= high + 0.2


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(200):
        low, high = bootstrap_interval(rng.random(80) < 0.3, rng, 400)
        hits += low <= 0.3 <= high
    assert hits >= 180


def test_all_right_on_few_items_is_not_certainty():
    assert bootstrap_interval(np.ones(10), make_generator("t"))[0] == pytest.approx(0.7)
    assert bootstrap_interval(np.zeros(10), make_generator("t"))[1] == pytest.approx(0.3)


def test_the_same_seed_gives_the_same_interval_and_pairs_cancel_item_noise():
    rng = np.random.default_rng(1)
    a = rng.random(100)
    assert bootstrap_interval(a, make_generator(3)) == bootstrap_interval(a, make_generator(3))
    mean, low, high = paired_difference(a + 0.1, a, make_generator("p"))
    assert mean == pytest.approx(0.1) and high - low < 1e-9


def test_arms_that_never_differ_are_not_known_to_be_equal():
    zeros = np.zeros(30)
    assert paired_difference(zeros, zeros, make_generator("z")) == (0.0, pytest.approx(-0.1), pytest.approx(0.1))


PUBLIC = {
    "crux.jsonl": [
        {"id": "sample_0", "code": "def f(x):\n    return x + 1", "input": "1", "output": "2"},
        {"id": "sample_1", "code": "def f(xs):\n    return sorted(xs)", "input": "[2, 1]", "output": "[1, 2]"},
        {"id": "sample_2", "code": "def f(g):\n    return g(2)", "input": "lambda x: x", "output": "2"}],
    "lcb.jsonl": [{"question_id": 7, "id": "sample_9", "function_name": "tally", "input": "tally(xs = [3,10], k = 2)",
                   "code": "def tally(xs, k):\n    return sum(xs) * k", "output": "26"}],
    "he.jsonl": [{"task_id": "HumanEval/900", "entry_point": "twice", "prompt": "from typing import List\n\n\n"
                  'def twice(xs: List[int]) -> List[int]:\n    """ Double each number.\n    >>> twice([1])\n    [2]\n'
                  '    """\n', "canonical_solution": "    return [2 * x for x in xs]\n",
                  "test": "def check(candidate):\n    assert candidate([2]) == [4]\n"}],
    "mbpp.jsonl": [{"task_id": "Mbpp/900", "prompt": '"""\nHalve a number.\nassert halve(2) == 1\n"""\n', "atol": 0,
                    "entry_point": "halve", "canonical_solution": "def halve(x):\n    return x / 2\n",
                    "base_input": [[1], [2]], "plus_input": [[-3], [0]]}]}
HALF_RIGHT = "def halve(x):\n    return x / 2 if x > 0 else 7"  # by the plus tests
SAID = {  # task -> first answers, by item; further ones are unreadable
    "cruxeval_output": {"sample_0": "Sum:\n[ANSWER]\n```python\nassert f(1) == 2\n```\n[/ANSWER]",
                        "sample_1": "I cannot say.", "sample_2": render_answer("f", "lambda x: x", "3")},
    "cruxeval_input": {"sample_0": render_answer("f", "1", "2"), "sample_1": render_answer("f", "[1, 2]", "[1, 2]"),
                       "sample_2": render_answer("f", "5", "2")},
    "livecodebench_execution": {"sample_9": render_answer("tally", "xs=[3, 10], k=2", "26")},
    "humaneval": {"HumanEval/900": render_code_response("def twice(xs: List[int]):\n    return [x + x for x in xs]")},
    "mbpp": {"Mbpp/900": f"<Code>```python\n{HALF_RIGHT}\n```\n</Code>"}}
RIGHT = {"cruxeval_output": 1 / 3, "cruxeval_input": 2 / 3, "livecodebench_execution": 1, "humaneval": 1, "mbpp": 1}


@dataclass(frozen=True)
class Asked:
    """A finished evaluation of a scripted model, whose server is gone, and the folder of the benchmarks."""

    config: Config
    run: Run
    public: str
    num_requests: int


def write_public(folder):
    folder.mkdir()
    for name, rows in PUBLIC.items():
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(folder)


def find_said(config):
    """Returns prompt -> first answer; to the held-out questions, the right one."""
    said = {item.prompt: item.reference for task in TASKS for item in load_items(config, task)}
    for task in BENCHMARKS:
        said |= {item.prompt: SAID[task][item.task_id if task in ("humaneval", "mbpp") else item.task_id.split("/")[1]]
                 for item in load_items(config, task)}
    return said


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Redirects runs and answers to a temporary place for all tests of this file; a config of few programs."""
    root = tmp_path_factory.mktemp("evaluation")
    config = SMOKE.replace("corpus", num_programs=30, test_programs=4, validation_programs=4, num_open_source=1,
                           inputs_per_program=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("semcoder.paths.RUNS", root / "runs")
        patch.setattr("semcoder.paths.ANSWERS", root / "answers")
        yield root, config


@pytest.fixture(scope="module")
def asked(place):
    root, config = place
    public = write_public(root / "public")
    values = {"backend": "endpoint", "llm_model": "model-a", "benchmarks_dir": public, "num_samples": 2,
              "temperature": 0.5, "num_items": 4}
    said, seen = find_said(config.replace("evaluation", **values)), Counter()

    def reply(body):
        prompt = next(p for p in said if body["messages"][0]["content"].startswith(p))
        seen[prompt] += 1
        return said[prompt] if seen[prompt] == 1 else "no idea"

    with serve_script(reply) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate, "train_model", None)  # whoever calls it fails
        config = config.replace("evaluation", llm_base_url=server.url, **values)
        return Asked(config, evaluate_model(config), public, len(server.bodies))


def read_scores(run, metric="answer_accuracy"):
    scores = pd.read_csv(run.find("scores.csv"))
    return scores[scores["metric"] == metric].set_index("task")["value"].to_dict()


def test_an_endpoint_is_asked_everything_and_nothing_is_trained(asked):
    run, rows = asked.run, asked.run.read_rows("predictions/output_prediction")
    assert [given.stage for given in run.inputs] == ["monologues"] and run.question["config"]["llm_model"] == "model-a"
    assert not run.find("curve.parquet").exists() and "step_given_history" not in rows[0]
    assert {row["step_accuracy"] for row in rows} == {None} and {row["sample"] for row in rows} == {0, 1}
    assert run.manifest["counts"]["endpoint: answers"] == asked.num_requests
    scores = read_scores(run)
    assert scores["output_prediction"] == scores["input_prediction"] == 0.5  # the second sample is unreadable
    assert {task: scores[task] for task in RIGHT} == pytest.approx({task: share / 2 for task, share in RIGHT.items()},
                                                                    abs=1e-6)


def test_an_evaluation_begun_again_asks_the_endpoint_nothing(asked):
    before = {task: asked.run.read_rows(f"predictions/{task}") for task in RIGHT}
    shutil.rmtree(asked.run.path)
    again = evaluate_model(asked.config)  # its server is gone
    assert again.run_id == asked.run.run_id
    assert before == {task: again.read_rows(f"predictions/{task}") for task in RIGHT}


@pytest.mark.parametrize("kind", ["output", "input"])
def test_cruxevals_command_gives_the_same_strict_score(asked, capsys, kind):
    generations = asked.run.find(f"generations/cruxeval_{kind}.json")
    first = {"output": ["2", ""], "input": ["f(1)", ""]}[kind]
    assert json.loads(generations.read_text())["sample_0"] == first
    assert main(["score", "cruxeval", "--data", f"{asked.public}/crux.jsonl", "--generations", str(generations),
                 "--task", kind]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["strict"]["pass_at_1"] == pytest.approx(read_scores(asked.run)[f"cruxeval_{kind}"], abs=1e-6)
    statuses = Counter(row["status"] for row in asked.run.read_rows(f"predictions/cruxeval_{kind}"))
    assert printed["strict"]["counts"] == dict(statuses)
    assert asked.run.manifest["counts"]["no literal: cruxeval_input"] == 1


@pytest.mark.parametrize(("task", "file"), [("humaneval", "he"), ("mbpp", "mbpp")])
def test_evalplus_command_gives_the_same_score(asked, capsys, tmp_path, task, file):
    samples = asked.run.find(f"generations/{task}.jsonl")
    assert main(["score", "evalplus", "--data", f"{asked.public}/{file}.jsonl", "--samples", str(samples), "--out",
                 str(tmp_path / "results.json")]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["base"]["pass@1"] == read_scores(asked.run)[task] == 0.5
    assert printed.get("plus", {}).get("pass@1") == read_scores(asked.run, "plus_accuracy").get(task)
    assert printed["base"]["counts"] == {"pass": 1, "no_answer": 1}


def test_plus_tests_are_counted_beside_the_base_ones(asked):
    first = asked.run.read_rows("predictions/mbpp")[0]
    assert (first["status"], first["is_right"], first["is_right_plus"]) == ("pass", True, False)
    assert "is_right_plus" not in asked.run.read_rows("predictions/humaneval")[0]


def test_published_tasks_are_asked_in_our_prompts(asked):
    [question] = load_items(asked.config, "humaneval")
    assert "Double each number.\n>>> twice([1])\n[2]\ndef twice(xs: List[int]):\n" in question.prompt
    [question] = load_items(asked.config, "mbpp")
    assert "Halve a number.\nassert halve(2) == 1\ndef halve(x):\n" in question.prompt
    [question] = load_items(asked.config, "livecodebench_execution")
    assert question.task_id == "livecodebench/sample_9"
    assert question.prompt.endswith("assert tally(xs=[3, 10], k=2) == ??\n[/PYTHON]\n")


def test_a_published_program_is_asked_as_the_corpus_writes_programs_and_judged_as_it_stands():
    program = {"task_id": "x", "entry": "f", "code": 'def f(s, k = 1):\n    return s + "!" * k # loud\n'}
    item = make_execution_item("forward", program, {"execution_id": "x#0", "input": '"it", k = 2', "output": "'it!!'"})
    assert "def f(s, k=1):  # [L1]\n    return s + '!' * k  # [L2]\nassert f('it', k=2) == ??" in item.prompt
    assert item.code == program["code"] and item.reference.endswith("assert f('it', k=2) == 'it!!'\n[/ANSWER]")


def test_a_trained_models_evaluation_has_steps_and_a_curve(place, monkeypatch):
    _, config = place
    config = config.replace("evaluation", num_items=3, max_new_tokens=8, curve_items=2)
    training = Run("training", config, [build_monologues(config)])
    with training:
        tokenizer = build_tokenizer([item.prompt for item in load_items(config, "output_prediction")] * 9, 512)
        model = make_model(config.training, len(tokenizer))
        for name in ("model", "snapshots/5"):
            model.save_pretrained(training.find(name))
            tokenizer.save_pretrained(training.find(name))
    monkeypatch.setattr(evaluate, "train_model", lambda _: training)
    run = evaluate_model(config, ("output_prediction",))
    assert [given.stage for given in run.inputs] == ["monologues", "training"]
    rows = run.read_rows("predictions/output_prediction")
    assert len(rows) == 3 and all(row["step_given_history"] is not None for row in rows)
    assert [row["step"] for row in run.read_rows("curve")] == [5, 5] and not run.find("generations").exists()


@pytest.mark.parametrize(("text", "name", "expected"), [
    ("tally(xs = [3,10], k = 2)", "tally", ("tally", "xs=[3, 10], k=2")), ("g(1, [2])", "", ("g", "1, [2]")),
    ("set([1])", "g", ("g", "set([1])")), ("1, k=2", "g", ("g", "1, k=2")), ("g()", "g", ("g", ""))])
def test_a_call_is_read_with_the_names_of_its_arguments(text, name, expected):
    assert read_call(text, name) == expected


def test_items_without_an_id_are_told_apart_and_mbpp_as_first_published_is_left_aside(tmp_path):
    row = {name: value for name, value in PUBLIC["lcb.jsonl"][0].items() if name != "id"}
    (tmp_path / "lcb.jsonl").write_text(f"{json.dumps(row)}\n{json.dumps(row)}\n")
    (tmp_path / "mbpp.jsonl").write_text(json.dumps({"task_id": 2, "text": "Halve.", "code": "", "test_list": []}))
    ids = [program["task_id"] for program, _ in read_livecodebench(str(tmp_path))]
    assert ids == ["livecodebench/7-0", "livecodebench/7-1"] and read_tasks(str(tmp_path), "mbpp") == []


def test_a_task_with_plus_tests_goes_before_the_same_without(tmp_path):
    [row] = PUBLIC["he.jsonl"]
    plus = {**row, "base_input": [[[1]]], "plus_input": [[[]]], "atol": 0}
    for name, given_row in (("a.jsonl", plus), ("b.jsonl", row)):
        (tmp_path / name).write_text(json.dumps(given_row))
    [task] = read_tasks(str(tmp_path), "humaneval")
    assert set(task.sets) == {"base", "plus"}
