"""The tracer loses nothing: from its deltas every intermediate state can be rebuilt."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcoder.execution.execute import run_call
from semcoder.execution.literals import ValueLimit, is_literal, to_literal
from semcoder.execution.tracer import rebuild_states

BENCHMARKS = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    | st.tuples(inner, inner) | st.sets(st.integers(), min_size=1, max_size=3), max_leaves=8)


@given(VALUES)
def test_a_literal_evaluates_back_to_an_equal_value(value):
    text = to_literal(value)
    if "<deep>" not in text:
        assert is_literal(value) and ast.literal_eval(text) == value


def test_sets_are_sorted_so_that_equal_values_have_equal_text():
    assert to_literal({"b", "a", "c"}) == "{'a', 'b', 'c'}" and to_literal(set()) == "set()"


def test_what_has_no_literal_is_marked_and_cycles_end():
    cycle = []
    cycle.append(cycle)
    assert to_literal([object()]) == "[<object>]" and "<deep>" in to_literal(cycle)
    assert not is_literal(cycle) and not is_literal([object()])


@pytest.mark.parametrize("value", ["a" * 100, list(range(100)), 10 ** 500, {i: i for i in range(50)}])
def test_a_value_over_the_limit_is_refused(value):
    with pytest.raises(ValueLimit):
        to_literal(value, max_chars=50)


def compare_with_replay(code, entry, text):
    """The states rebuilt from deltas must equal the full copies that another watcher took."""
    trace = run_call(code, entry, text, watch="trace", max_events=5000, max_value_chars=5000)
    replay = run_call(code, entry, text, watch="replay", max_events=5000, max_value_chars=5000)
    assert trace.status == replay.status and trace.output == replay.output
    events = list(trace.events)
    kinds = ("line", "return")
    rebuilt = [(e["line"], s) for e, s in zip(events, rebuild_states(events), strict=True) if e["kind"] in kinds]
    assert rebuilt == [(e["line"], e["locals"]) for e in replay.events]
    return trace


def test_states_rebuilt_from_a_trace_equal_an_independent_replay(loop_program, nested_program):
    assert compare_with_replay(*loop_program).status == "ok"
    assert compare_with_replay(*nested_program).status == "ok"


def test_a_change_through_an_alias_is_an_event():
    code = "def f(xs):\n    ys = xs\n    ys.append(1)\n    return xs"
    events = run_call(code, "f", "[]", watch="trace").events
    assert [e["changed"] for e in events if e["line"] == 3] == [{"xs": "[1]", "ys": "[1]"}]


def test_a_caught_exception_and_a_deleted_name_are_recorded():
    code = "def f(d):\n    x = 1\n    try:\n        d['k']\n    except KeyError:\n        del x\n    return 2"
    outcome = run_call(code, "f", "{}", watch="trace")
    assert [e["value"] for e in outcome.events if e["kind"] == "exception"] == ["KeyError: 'k'"]
    assert {"x": "<deleted>"} in [e["changed"] for e in outcome.events]
    compare_with_replay(code, "f", "{}")


def test_recursion_keeps_the_frames_apart():
    code = "def f(n):\n    if n == 0:\n        return 1\n    m = f(n - 1)\n    return n * m"
    outcome = compare_with_replay(code, "f", "3")
    assert outcome.output == "6" and max(e["depth"] for e in outcome.events) == 3


def test_an_endless_or_growing_run_is_ended_while_it_runs():
    assert run_call("def f():\n    while True:\n        pass", "f", "", watch="trace").status == "event_limit"
    assert run_call("def f():\n    while True:\n        pass", "f", "", count_lines=True).status == "event_limit"
    grow = "def f(a):\n    for _ in range(99):\n        a += a * a\n    return a"
    assert run_call(grow, "f", "3", watch="trace").status == "value_limit"


def test_every_cruxeval_program_can_be_rebuilt_from_its_trace():
    file = BENCHMARKS / "cruxeval_dev.jsonl"
    if not file.exists():
        pytest.skip("no data: ../shared/benchmarks/cruxeval_dev.jsonl")
    for line in file.read_text().splitlines():
        item = json.loads(line)
        outcome = compare_with_replay(item["code"], "f", item["input"])
        if outcome.status == "ok":
            assert eval(outcome.output) == eval(item["output"])
