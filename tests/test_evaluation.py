"""Scores can be trusted: wrong, unreadable and broken are told apart, and references always pass."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcoder.errors import UserError
from semcoder.evaluation.evaluate import check_canary
from semcoder.evaluation.items import Item
from semcoder.evaluation.score import canonical_literal, has_literal_arguments, judge
from semcoder.evaluation.steps import StepScore, name_operations, score_steps
from semcoder.prompts import render_answer, render_code_response
from semcoder.statistics import bootstrap_interval, make_generator, paired_difference

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
