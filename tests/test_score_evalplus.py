"""EvalPlus's benchmarks: what passes, what each failure is called, and that a sample cannot bend its own judgement."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcoder.__main__ import main
from semcoder.scoring import evalplus
from semcoder.scoring.calls import MAX_CHARS, Digest, Opaque, OutOfMemory, call_all, decode, encode, write_value
from semcoder.scoring.evalplus import judge_samples, measure_references, read_task
from semcoder.scoring.inputs import TYPES, restore_inputs
from semcoder.scoring.oracles import AS_SETS, AS_YES_OR_NO, Judge

BENCHMARKS = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"
HALVE = {"task_id": "Mbpp/900", "prompt": '"""Halve."""\n', "entry_point": "halve", "atol": 0,
         "canonical_solution": "def halve(x):\n    return x / 2\n", "base_input": [[1], [2]], "plus_input": [[-3], [0]]}
JOIN = {"task_id": "Mbpp/901", "prompt": '"""Join."""\n', "entry_point": "join", "atol": 0,
        "canonical_solution": "def join(xs, ys):\n    xs += ys\n    return xs\n", "base_input": [[[1], [2]]],
        "plus_input": [[[], []]]}
CHECKED = {"task_id": "HumanEval/900", "prompt": "def twice(x):\n    \"\"\"Twice.\"\"\"\n", "entry_point": "twice",
           "canonical_solution": "    return 2 * x\n", "test": "def check(candidate):\n    assert candidate(2) == 4\n"}


@pytest.fixture
def call(tmp_path, capsys):
    """Returns a function that runs the command and returns (exit status, JSON printed, standard error, results)."""
    def run(samples, *more, data=(HALVE, JOIN)):
        for name, rows in (("data", data), ("samples", samples)):
            (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        status = main(["score", "evalplus", "--data", str(tmp_path / "data.jsonl"), "--samples",
                       str(tmp_path / "samples.jsonl"), *more])
        printed = capsys.readouterr()
        results = tmp_path / "samples_eval_results.json"
        return (status, json.loads(printed.out) if printed.out else "", printed.err,
                json.loads(results.read_text()) if results.exists() else None)

    return run


def solve(row):
    return {"task_id": row["task_id"], "solution": row["prompt"] + row["canonical_solution"]}


@pytest.fixture(scope="module")
def halve():
    """The measured task HALVE."""
    return measure_references([read_task(HALVE)])[0]


def judge(task, *solutions):
    """Returns the statuses (base, plus) of a task's samples."""
    _, verdicts = judge_samples([task], {task.id: [{"solution": code} for code in solutions]})
    return [tuple(verdict.status for verdict in row.values()) for row in verdicts[task.id]]


def test_canonical_solutions_score_one_and_the_results_have_evalplus_fields(call):
    status, result, _, written = call([solve(HALVE), {"task_id": "Mbpp/901", "completion": JOIN["canonical_solution"]},
                                       {"task_id": "Mbpp/1", "solution": ""}])
    assert status == 0 and result["n"] == 2 and result["tasks_not_in_data"] == 1
    assert result["base"]["pass@1"] == result["plus"]["pass@1"] == 1 and "pass@10" not in result["base"]
    assert set(written) == {"date", "hash", "eval", "pass_at_k"} and len(written["hash"]) == 32
    assert written["pass_at_k"] == {"base": {"pass@1": 1}, "plus": {"pass@1": 1}}
    assert written["eval"]["Mbpp/900"] == [{**solve(HALVE), "base_status": "pass", "plus_status": "pass",
                                            "base_fail_tests": [], "plus_fail_tests": []}]


def test_plus_counts_only_what_passes_base_as_well(call):
    halves = [solve(HALVE), {"task_id": "Mbpp/900", "solution": "def halve(x): return x / 2 if x > 0 else 7"},
              {"task_id": "Mbpp/900", "solution": "def halve(x): return x / 2 if x < 1 else 7"}]
    _, result, _, written = call([*halves, solve(JOIN)])
    assert result["tasks"]["Mbpp/900"] == {"base": ["pass", "pass", "fail"], "plus": ["pass", "fail", "pass"]}
    assert result["tasks"]["Mbpp/901"]["base"] == ["pass", "missing", "missing"]
    assert result["base"]["pass@1"] == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert result["plus"]["pass@1"] == pytest.approx((1 / 3 + 1 / 3) / 2)
    assert [row["plus_fail_tests"] for row in written["eval"]["Mbpp/900"]] == [[], [[-3]], []]
    assert [row["base_status"] for row in written["eval"]["Mbpp/901"]] == ["pass", "fail", "fail"]


@pytest.mark.parametrize("code, status", [
    ("def halve(x):\n    print('x' * 2**21)\n    return x / 2", "pass"),
    ("def halve(x):\n    return x / 2 + 1e-9", "pass"), ("def halve(x):\n    return x / 2 + 1e-3", "fail"),
    ("def halve(x):\n    return x // 2", "fail"), ("def halve(x):\n    raise SystemExit", "fail"),
    ("def halve(x):\n    import os\n    os._exit(0)", "fail"), ("import sys\nsys.exit()\ndef halve(x): pass", "fail"),
    ("def halve(x):\n    return (", "no_answer"), ("def half(x):\n    return x / 2", "no_answer"), ("", "no_answer"),
    ("class A:\n    def __eq__(self, other):\n        return True\n\ndef halve(x):\n    return A()", "fail"),
    ("class A(float):\n    def __eq__(self, other):\n        return True\n\ndef halve(x):\n    return A(9)", "fail"),
    ("import json\njson.dumps = lambda *_, **__: '[[1.0, 0], [1.0, 0]]'\ndef halve(x):\n    return 0", "fail"),
    ("import json\njson.dumps = lambda *_, **__: '[3'\ndef halve(x):\n    return 0", "fail"),
    ("def _call_all(*_):\n    return '[]'\ndef halve(x):\n    return x / 2", "pass"),
])
def test_a_sample_is_judged_by_what_it_returns(halve, code, status):
    assert judge(halve, code)[0][0] == status


def test_an_endless_sample_times_out(halve, monkeypatch):
    from dataclasses import replace

    fast = {name: replace(own, limits_s=(0.1,) * len(own.limits_s)) for name, own in halve.references.items()}
    code = "def halve(x):\n    while x < 0:\n        pass\n    return x / 2"
    assert judge(replace(halve, references=fast), code) == [("pass", "timeout")]


def test_the_time_limit_is_four_times_the_references_but_four_seconds_at_least():
    def measure(seconds):
        outcome = evalplus.Outcome("ok", repr(json.dumps([[1.0, seconds], [1.0, 0.1]])))
        return evalplus.take_references(read_task(HALVE), [outcome, outcome]).references["base"].limits_s

    assert measure(0.5) == (4, 4) and measure(2.5) == (10, 4)


def test_humanevals_own_tests_run_after_the_sample(call):
    samples = [{"task_id": "HumanEval/900", "completion": body} for body in (
        "    return x + x\n", "    return 5\n", "    return 4\n\ndef check(candidate):\n    pass\n", "    return (\n")]
    _, result, _, written = call(samples, data=(CHECKED,))
    assert result["tasks"]["HumanEval/900"] == {"base": ["pass", "fail", "pass", "no_answer"]}
    assert "plus" not in result and result["base"]["pass@1"] == 0.5
    assert {row["plus_status"] for row in written["eval"]["HumanEval/900"]} == {None}


@pytest.mark.parametrize("solution", ["def halve(x):\n    return 1 / x\n", "def halve(x:\n",
                                      "import os\ndef halve(x):\n    return os.urandom(8)\n",
                                      "def halve(x):\n    return iter([x])\n"])
def test_no_score_is_printed_where_a_reference_fails_or_cannot_be_compared(call, solution):
    status, printed, error, written = call([solve(JOIN)], data=({**HALVE, "canonical_solution": solution}, JOIN))
    assert status == 2 and printed == "" and written is None
    assert "no score is given" in error and "Mbpp/900" in error


def test_an_input_that_needs_more_memory_than_there_is_is_left_out_and_counted(call):
    row = {**HALVE, "canonical_solution": "def halve(x):\n    return len([x] * (10**9 if x == 2 else 1))\n"}
    _, result, _, _ = call([solve(row), solve(JOIN)], data=(row, JOIN))
    assert result["canary"]["inputs_left_out"] == {"Mbpp/900": 1} and result["plus"]["pass@1"] == 1


def test_results_that_are_there_are_not_overwritten(call, tmp_path):
    assert call([solve(HALVE)])[0] == 0
    status, printed, error, _ = call([solve(HALVE)])
    assert status == 2 and printed == "" and "it is there already" in error
    assert call([solve(HALVE)], "--out", str(tmp_path / "samples_eval_results.json"))[0] == 0


@pytest.mark.parametrize("samples, data, message", [
    ([{"task_id": "Mbpp/900"}], (HALVE,), "line 1: a row of --samples needs solution or completion"),
    ([{"task_id": "Mbpp/3", "solution": ""}], (HALVE,), "none of its tasks is in --data"),
    ([], (HALVE,), "it has no rows"), ([solve(HALVE)], (HALVE, HALVE), "task_id 'Mbpp/900' is there twice"),
    ([solve(HALVE)], ({k: v for k, v in HALVE.items() if k != "plus_input"},), "needs base_input and plus_input, or"),
])
def test_bad_files_are_named_with_a_remedy(call, samples, data, message):
    status, printed, error, _ = call(samples, data=data)
    assert status == 2 and printed == "" and message in error


def is_right(entry, output, expected, arguments=(), benchmark="Mbpp", atol=0):
    return Judge(benchmark, entry, atol).is_right(list(arguments), output, expected)


def test_outputs_are_compared_as_evalplus_compares_them():
    assert is_right("f", [1, 2.0], [1.0, 2]) and is_right("f", True, 1) and not is_right("f", (1,), [1])
    assert is_right("f", 1.0 + 1e-9, 1.0) and not is_right("f", 1, 1.0 + 1e-9)  # close needs the same type
    assert is_right("f", [1.05, 2.0], [1.0, 2.0], atol=0.1) and not is_right("f", [1.0], [1.0, 2.0], atol=0.1)
    assert is_right("similar_elements", (2, 1, 1), [1, 2]) and not is_right("similar_elements", None, [1])
    assert is_right("check_str", Opaque("Match"), Opaque("Match")) and not is_right("check_str", None, Opaque("Match"))
    assert is_right("check_str", True, Opaque("Match")) and is_right("check_str", False, None)
    assert is_right("are_equivalent", 0, 1) and is_right("sum_div", 0, 7) and not is_right("sum_div", 1, 7)
    assert is_right("surface_Area", 35, 33, (3, 4)) and not is_right("surface_Area", 34, 33, (3, 4))
    assert is_right("digit_distance_nums", 7, 1, (123, 256)) and not is_right("digit_distance_nums", 5, 1, (123, 256))
    assert is_right("find_zero", -0.5, 9, ([1, 2],), "HumanEval", 1e-4)
    assert not is_right("f", Opaque("A"), Opaque("A"))
    judge = Judge("Mbpp", "f", 0)
    assert not judge.is_right([], 10**8 + 5, 10**8) and judge.is_right([], 0.5, 0.5)
    assert judge.is_right([], 10**8 + 5, 10**8)  # a float has made the task tolerant, as in EvalPlus


def test_types_that_json_lost_come_back():
    assert restore_inputs("Mbpp/2", [[[1], [2]]]) == [[(1,), (2,)]]
    assert restore_inputs("Mbpp/115", [[[[1], [], 3]]]) == [[[{1}, {}, {}]]]
    assert restore_inputs("Mbpp/124", [["1", "2j"]]) == [[1.0, 2j]]
    assert restore_inputs("Mbpp/307", [[[1], 2, [3]]]) == [[(1,), 2, [3]]]
    assert restore_inputs("Mbpp/278", [[[1, [2]]]]) == [[(1, (2,))]]
    assert restore_inputs("Mbpp/615", [[[[1], [2]]]]) == [[((1,), (2,))]]
    assert restore_inputs("Mbpp/722", [[{"a": [1]}, 2]]) == [[{"a": (1,)}, 2]]
    assert restore_inputs("HumanEval/2", [[[1]]]) == [[[1]]] == restore_inputs("Mbpp/3", [[[1]]])


HASHABLE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5),
                     st.complex_numbers(allow_nan=False), st.binary(max_size=3), st.frozensets(st.integers()))
VALUES = st.recursive(st.one_of(HASHABLE, st.sets(HASHABLE, max_size=3)), lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.tuples(inner, inner), st.dictionaries(HASHABLE, inner, max_size=3)), max_leaves=8)


@given(VALUES)
def test_values_travel_unchanged(value):
    assert decode(json.loads(json.dumps(encode(value)))) == value


def test_long_values_go_as_digests_and_others_as_marks():
    long = list(range(MAX_CHARS))
    assert decode(write_value(long)) == decode(write_value(list(long))) != decode(write_value(long[1:]))
    assert isinstance(decode(write_value(long)), Digest) and isinstance(decode(encode(iter([]))), Opaque)
    with pytest.raises(ValueError, match="no value is tagged 'z'"):
        decode({"z": 1})


def test_calls_stop_at_the_first_exception_but_not_at_a_lack_of_memory():
    def function(x):
        if x == 1:
            raise MemoryError
        return [x, 1 / (x - 2)]

    rows = json.loads(call_all(function, "[[0], [1], [2], [3]]", [9.0] * 4, 9.0))
    assert [decode(rows[0][0]), decode(rows[1][0])] == [[0, -0.5], OutOfMemory("call")]
    assert rows[2][0] == {"x": "ZeroDivisionError"} and len(rows) == 3


def read_data(name, is_wanted=lambda row: True):
    path = BENCHMARKS / name
    if not path.is_file():
        pytest.skip(f"no data: {name}")
    return [read_task(row) for row in map(json.loads, path.read_text().splitlines()) if is_wanted(row)]


@pytest.mark.timeout(120)
def test_humanevals_reference_solutions_all_pass():
    assert len(measure_references(read_data("humaneval.jsonl"))) == 164


@pytest.mark.timeout(120)
def test_the_tasks_of_mbpp_with_special_inputs_or_rules_pass_with_their_references():
    def is_special(row):
        return (int(row["task_id"].split("/")[1]) in TYPES or row["entry_point"] in AS_SETS | AS_YES_OR_NO
                or row["entry_point"] in ("surface_Area", "digit_distance_nums") or row["atol"])

    tasks = read_data("mbppplus.jsonl", is_special)
    assert len(measure_references(tasks)) > 60
