"""Values have canonical texts, and a trace says what each step changed. Round trips: test_tracer.py."""

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcoder.execution.execute import run_call
from semcoder.execution.literals import ValueLimit, is_literal, to_literal
from semcoder.presets import load_preset
from semcoder.traces.build import trace_chunk

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


def test_a_change_through_an_alias_is_an_event():
    code = "def f(xs):\n    ys = xs\n    ys.append(1)\n    return xs"
    events = run_call(code, "f", "[]", watch="trace").events
    assert [e["changed"] for e in events if e["line"] == 3] == [{"xs": "[1]", "ys": "[1]"}]


def test_a_caught_exception_and_a_deleted_name_are_recorded():
    code = "def f(d):\n    x = 1\n    try:\n        d['k']\n    except KeyError:\n        del x\n    return 2"
    outcome = run_call(code, "f", "{}", watch="trace")
    assert [e["value"] for e in outcome.events if e["kind"] == "exception"] == ["KeyError: 'k'"]
    assert {"x": "<deleted>"} in [e["changed"] for e in outcome.events]


def test_an_endless_or_growing_run_is_ended_while_it_runs():
    assert run_call("def f():\n    while True:\n        pass", "f", "", watch="trace").status == "event_limit"
    assert run_call("def f():\n    while True:\n        pass", "f", "", count_lines=True).status == "event_limit"
    grow = "def f(a):\n    for _ in range(99):\n        a += a * a\n    return a"
    assert run_call(grow, "f", "3", watch="trace").status == "value_limit"


def test_traces_come_in_order_and_rejects_are_counted_by_reason():
    programs = [{"task_id": f"t{i}", "split": "train", "code": f"def f(x):\n    return x + {i}", "entry": "f"}
                for i in range(6)]
    items = [(p, [{"execution_id": f"{p['task_id']}#{k}", "input": str(k), "output": str(i + k)} for k in range(2)])
             for i, p in enumerate(programs)]
    items[1][1][0]["output"] = "-1"
    programs[2]["code"] = "def f(x):\n    while True:\n        x += 1"
    programs[3]["code"] = "def f(x):\n    raise ValueError"
    items[4][1][1]["input"] = "'a' * 1000"
    rows, counts = trace_chunk(items, load_preset("smoke"))
    assert [r["execution_id"] for r in rows] == ["t0#0", "t0#1", "t1#1", "t4#0", "t5#0", "t5#1"]
    assert counts == {"kept: traces": 6, "rejected: other_output": 1, "rejected: event_limit": 2,
                      "rejected: exception": 2, "rejected: value_limit": 1}
    events = json.loads(rows[-1]["events"])
    assert len(events) == rows[-1]["num_events"] and events[-1]["value"] == "6"
