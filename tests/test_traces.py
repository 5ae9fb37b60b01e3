"""Values have canonical texts, and a trace says what each step changed. Round trips: test_tracer.py."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcoder.execution.execute import run_call
from semcoder.execution.literals import ValueLimit, is_literal, to_literal

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
