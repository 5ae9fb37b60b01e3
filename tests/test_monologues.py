"""Monologues say only what is true: every claim is checked, and false ones are noticed."""

import ast
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcoder.execution.execute import run_call
from semcoder.monologues.backward import render_backward
from semcoder.monologues.check import find_false_claim
from semcoder.monologues.formats import find_label, parse_steps, render_reasoning
from semcoder.monologues.steps import build_steps
from semcoder.monologues.working import work_out
from semcoder.prompts import extract_answer, extract_code, find_signature, label_lines, render_answer, strip_labels


def watch(program):
    code, entry, text = program
    steps = build_steps(code, list(run_call(code, entry, text, watch="trace").events))
    return steps, list(run_call(code, entry, text, watch="replay").events)


def work(expression, **state):
    return work_out(ast.parse(expression, mode="eval").body, {name: repr(v) for name, v in state.items()})


@pytest.mark.parametrize(("expression", "stages"), [
    ("a + b * 2", ["3 + -4 * 2", "3 + -8", "-5"]),
    ("(a + 1) % 3", ["(3 + 1) % 3", "4 % 3", "1"]),
    ("len(xs) + a", ["len([1, 2]) + 3", "2 + 3", "5"]),
    ("[x * a for x in xs]", ["[x * 3 for x in [1, 2]]", "[3, 6]"]),
    ("'ab'.upper()[::-1]", ["'ab'.upper()[::-1]", "'AB'[::-1]", "'BA'"]),
    ("7", ["7"]),
])
def test_an_expression_is_worked_in_the_order_python_evaluates_it(expression, stages):
    assert work(expression, a=3, b=-4, xs=[1, 2]) == stages


@pytest.mark.parametrize("expression", ["open('x')", "a.__class__", "2 ** 10 ** 9", "'a' * 10 ** 9", "unknown + 1",
                                        "range(10 ** 9)", "1 // 0", "'{0}'.format(a)"])
def test_what_is_unsafe_unknown_or_fails_is_not_worked(expression):
    assert work(expression, a=3) == []


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 9))
def test_the_last_stage_is_what_python_computes(a, b, c):
    for expression in ("a - b * c", "(a + b) // c", "-a % c + b", "max(a, b) - abs(c)", "a < b < c", "not a or b"):
        assert work(expression, a=a, b=b, c=c)[-1] == repr(eval(expression, {}, {"a": a, "b": b, "c": c}))


def test_all_claims_of_a_true_monologue_are_confirmed(loop_program, nested_program):
    for program in (loop_program, nested_program):
        assert find_false_claim(*watch(program)) == ""


def test_each_corrupted_claim_is_noticed_with_its_kind(loop_program):
    steps, replay = watch(loop_program)
    for number, step in enumerate(steps):
        for place, claim in enumerate(step.claims):
            for key in {"value", "text", "line"} & claim.keys():
                wrong = {**claim, key: corrupt(claim, key)}
                claims = (*step.claims[:place], wrong, *step.claims[place + 1:])
                corrupted = [*steps[:number], replace(step, claims=claims), *steps[number + 1:]]
                assert find_false_claim(corrupted, replay) != "", claim


def corrupt(claim, key):
    """A false text or value of the same kind as the claim's true one."""
    if key == "line":
        return 99
    if key == "text":
        return f"not ({claim[key]})"
    return "False" if claim[key] == "True" else "True"


def test_two_calls_on_one_line_are_both_told():
    program = ("def g(n):\n    return n + 1\n\ndef f(a):\n    return g(a) + g(a + 1)\n", "f", "3")
    steps, replay = watch(program)
    assert [s.changed for s in steps if s.kind == "call"] == [{"a": "3"}, {"n": "3"}, {"n": "4"}]
    assert find_false_claim(steps, replay) == ""
    wrong = [replace(s, claims=({"kind": "argument", "name": "n", "value": "9"},))
             if s.changed == {"n": "4"} else s for s in steps]
    assert find_false_claim(wrong, replay) == "argument"


def test_a_missing_or_exchanged_step_is_noticed(loop_program):
    steps, replay = watch(loop_program)
    assert find_false_claim(steps[:-1], replay) == "order"
    assert find_false_claim([steps[1], steps[0], *steps[2:]], replay) == "order"


def test_a_monologue_of_another_input_is_rejected(loop_program):
    code, entry, _ = loop_program
    steps, _ = watch(loop_program)
    _, other = watch((code, entry, "[1, 4, 9], 2"))
    assert find_false_claim(steps, other) != ""


def test_the_forward_monologue_names_lines_working_and_what_a_loop_has_left(loop_program):
    text = render_reasoning("monologue", loop_program[0], watch(loop_program)[0])
    assert "[L3] for x in xs: x takes 4, left [7]." in text
    assert "[L5] total += x * 2: total becomes 2 + 7 * 2 = 2 + 14 = 16." in text
    assert "[L3] for x in xs: no items left, the loop ends." in text


def test_the_backward_monologue_ends_at_the_input_and_starts_at_the_output(loop_program):
    code, _, text = loop_program
    backward = render_backward(code, watch(loop_program)[0], text, "[17, 8, 5, 2]").splitlines()
    assert backward[2] == "The output is [17, 8, 5, 2]." and backward[-2] == "So one input is [1, 4, 7], 2."
    assert [find_label(line) for line in backward[3:5]] == ["L7", "L6"]


@pytest.mark.parametrize("name", ["scratchpad", "next", "concise", "monologue"])
def test_every_format_can_be_read_back_step_by_step(name, loop_program):
    steps, _ = watch(loop_program)
    found = parse_steps(name, render_reasoning(name, loop_program[0], steps) + "[ANSWER]\nassert f(1) == 2\n[/ANSWER]")
    assert len(found) == len(steps) - (1 if name == "next" else 0)  # NExT elides the middle of a long loop


def test_direct_has_no_steps(loop_program):
    assert parse_steps("direct", render_answer("f", "1", "2")) == []


@given(st.text(max_size=8), st.lists(st.text(max_size=4), max_size=3))
def test_an_answer_is_read_back_whatever_quotes_or_signs_it_holds(text, items):
    block = render_answer("f", f"{text!r}, {items!r}", repr({"k == v": text}))
    found = extract_answer("[MONOLOGUE]\nx\n[/MONOLOGUE]\n" + block, "f")
    assert found is not None
    assert eval(f"({found[0]})") == (text, items) and eval(found[1]) == {"k == v": text}


@pytest.mark.parametrize("text", ["", "no block", "[ANSWER]\nassert g(1) == 2\n[/ANSWER]", "[ANSWER]\nf(1)\n[/ANSWER]",
                                  "[ANSWER]\nassert f(1) == \n[/ANSWER]"])
def test_an_answer_that_cannot_be_read_is_none(text):
    assert extract_answer(text, "f") is None


def test_line_labels_come_off_again(nested_program):
    code = nested_program[0]
    assert strip_labels(label_lines(code)) == code
    assert extract_code(f"[Refined]\n{code}\n[/Refined]") == code


def test_a_described_program_is_asked_for_by_its_entry_function_wherever_that_stands():
    code = "def main(x, *, k=1):\n    return helper(x) + k\n\ndef helper(x):\n    return x * 2\n"
    assert find_signature({"code": code, "entry": "main"}) == "def main(x, *, k=1):"
