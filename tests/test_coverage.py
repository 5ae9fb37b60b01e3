"""Coverage measured in the sandbox is what the library coverage.py measures."""

import contextlib

import coverage
import pytest

from semcoder.corpus.coverage import (
    PAPER_BRANCH_PERCENT,
    TRUSTED_SOURCE,
    make_row,
    measure_coverage,
    summarize_coverage,
)
from semcoder.execution.execute import run_call
from semcoder.rows import join_by_task

PROGRAMS = {
    "branches": ("def f(x):\n    if x > 2 and x < 9:\n        return 1\n    elif x:\n        return 2\n    return 3\n",
                 ("5",), ("5", "1"), ("5", "1", "0")),
    "loops": ("def f(n):\n    for i in range(n):\n        if i == 3:\n            break\n    else:\n        n += 1\n"
              "    while True:\n        n -= 1\n        if n < 0:\n            break\n    return n\n",
              ("2",), ("9",), ("2", "9", "0")),
    "exceptions": ("def g(x):\n    if not x:\n        raise ValueError(x)\n    return 1 / x\n\n\ndef f(x):\n    try:\n"
                   "        y = g(x)\n    except ValueError:\n        y = 0\n    else:\n        y += 1\n    finally:\n"
                   "        z = 2\n    return y + z\n", ("1",), ("0",), ("0", "3")),
    "generator": ("import math\nK = 3\n\n\ndef g(xs):\n    for x in xs:\n        if x % 2:\n            yield x\n"
                  "    yield from (1, 2)\n\n\ndef f(xs):\n    return [math.floor(x) for x in g(xs)\n"
                  "            if x != K]\n", ("[]",), ("[2]",), ("[1, 2]",)),
    "nested": ("def f(xs):\n    def inner(v):\n        if v < 0:\n            return -v\n        return v\n"
               "    return sorted({inner(x): [y for y in range(x)] for x in xs},\n"
               "                  key=lambda v: -v if v else 1)\n", ("[]",), ("[1, 2]",), ("[-1, 3]",)),
    "match": ("def f(x):\n    match x:\n        case [a, b]:\n            r = a + b\n        case {'k': v}:\n"
              "            r = v\n        case _:\n            r = None\n    return r\n",
              ("[1, 2]",), ("{'k': 1}", "3"), ("[1, 2]", "{'k': 1}", "3")),
    "with": ("from contextlib import suppress\n\n\ndef f(d, k):\n    with suppress(KeyError):\n        if k:\n"
             "            return d[k]\n        d[0] = 1\n    return len(d)\n",
             ("{1: 2}, 1",), ("{1: 2}, 3",), ("{}, 0", "{1: 2}, 1")),
    "recursion": ("def f(n):\n    return 1 if n < 2 else (n *\n                          f(n - 1))\n", ("1",), ("4",)),
    "module": ("try:\n    import nothing_of_that_name\nexcept ImportError:\n    flag = True\nelse:\n    flag = False\n"
               "\n\nclass Box:\n    size = 2\n\n    def double(self):\n        return self.size * 2\n\n\ndef f():\n"
               "    return Box().double() if flag else 0\n", ("",)),
}
CASES = [(code, inputs) for code, *several in PROGRAMS.values() for inputs in several]


def measure_with_library(path, code, inputs):
    """Returns (lines, covered lines, branches, covered branches) and the arcs taken as coverage.py reports them."""
    path.write_text(code)
    recorder = coverage.Coverage(branch=True, data_file=None, include=[str(path)], config_file=False)
    recorder.start()
    try:
        space = {"__name__": "program"}
        exec(compile(code, str(path), "exec"), space)
        for text in inputs:
            with contextlib.suppress(Exception):
                eval(f"f({text})", space)
    finally:
        recorder.stop()
    numbers = recorder._analyze(str(path)).numbers
    return (numbers.n_statements, numbers.n_statements - numbers.n_missing, numbers.n_branches,
            numbers.n_branches - numbers.n_missing_branches), set(recorder.get_data().arcs(str(path)))


@pytest.mark.parametrize(("code", "inputs"), CASES, ids=[f"{n}-{i}" for n, p in PROGRAMS.items() for i in
                                                         range(len(p) - 1)])
def test_arcs_lines_and_branches_are_those_of_coverage_py(tmp_path, code, inputs):
    expected, expected_arcs = measure_with_library(tmp_path / "program.py", code, inputs)
    arcs = [tuple(arc) for text in inputs for arc in run_call(code, "f", text, watch="arcs").events]
    row = make_row("t", code, arcs)
    assert (row["lines"], row["covered_lines"], row["branches"], row["covered_branches"]) == expected
    assert set(arcs) == expected_arcs


def test_the_sandbox_gives_the_rows_of_many_programs():
    programs = [{"task_id": f"t{i}", "code": code, "entry": "f"} for i, (code, _) in enumerate(CASES)]
    executions = [{"task_id": f"t{i}", "input": text} for i, (_, inputs) in enumerate(CASES) for text in inputs]
    rows = list(measure_coverage(join_by_task(programs, executions)))
    here = [make_row(f"t{i}", code, [arc for text in inputs for arc in run_call(code, "f", text, watch="arcs").events])
            for i, (code, inputs) in enumerate(CASES)]
    assert rows == here
    trusted = [{**program, "source": TRUSTED_SOURCE if i % 2 else "llm"} for i, program in enumerate(programs)]
    assert list(measure_coverage(join_by_task(trusted, executions))) == here
    summary = summarize_coverage(rows)
    assert summary.num_programs == len(CASES) and 0.5 < summary.branch_coverage < 1
    assert summary.paper_branch_coverage == PAPER_BRANCH_PERCENT / 100


def test_a_program_without_executions_covers_nothing():
    program = {"task_id": "a", "code": "def f(x):\n    if x:\n        x = 1\n    return x\n", "entry": "f"}
    row, = measure_coverage([(program, [])])
    assert row["covered_branches"] == 0 and row["branches"] == 2


def test_means_are_over_programs_and_no_branches_count_as_covered():
    rows = [{"task_id": "a", "lines": 4, "covered_lines": 2, "branches": 0, "covered_branches": 0},
            {"task_id": "b", "lines": 1, "covered_lines": 1, "branches": 4, "covered_branches": 1}]
    summary = summarize_coverage(rows)
    assert (summary.branch_coverage, summary.line_coverage) == (0.625, 0.75)
    assert summarize_coverage([]).num_programs == 0


def test_an_endless_loop_ends_by_its_lines():
    outcome = run_call("def f():\n    while True:\n        pass\n", "f", "", watch="arcs", max_events=50)
    assert outcome.status == "event_limit"
