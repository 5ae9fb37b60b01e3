"""Free-text monologues: what is read, what is left unread, and that each corruption of a true one is noticed."""

import itertools
import json
import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcoder.audit import Item, audit_items, audit_text
from semcoder.audit.program import find_role, read_program, split_equation
from semcoder.audit.text import read_monologue
from semcoder.audit.verify import walk_forward
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import run_jobs
from semcoder.monologues.forward.monologue import render_forward
from semcoder.monologues.steps import build_steps
from semcoder.prompts import render_answer

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
    "`total` = '-'.join(['a']).",
    "int('5') * 4 - 50 is -30.",
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
    ("`k` becomes 3 * (1 + 2 - 0) - 4 = 5 - 1 = 4.", ("result", "5 - 1", "4", "true")),
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


def write_own(programs, verbosity):
    """Yields items with the project's own forward monologues of (code, entry, input) triples that run."""
    jobs = [Job(code=code, entry=entry, inputs=(given_input,), watch="trace") for code, entry, given_input in programs]
    for (code, entry, given_input), (outcome,) in zip(programs, run_jobs(jobs), strict=True):
        if outcome.status == "ok":
            text = render_forward(code, entry, build_steps(code, list(outcome.events)), outcome.output,
                                  verbosity=verbosity, random=random.Random(0))
            answer = render_answer(entry, given_input, outcome.output)
            yield Item(code, code, entry, given_input, outcome.output, text + answer, "output")


@pytest.mark.parametrize("verbosity", ["terse", "full"])
def test_nothing_in_the_projects_own_true_monologues_is_found_false(loop_program, nested_program, verbosity):
    programs, data = [loop_program, nested_program], BENCHMARKS / "cruxeval_dev.jsonl"
    if data.is_file():
        rows = map(json.loads, data.read_text().splitlines()[:100])
        programs += [(row["code"], "f", row["input"]) for row in rows]
    results = list(audit_items(write_own(programs, verbosity)))
    assert len(results) >= 2 and sum(len(result.steps) for result in results) > 10
    assert [v for result in results for v in result.false_claims] == []


@pytest.mark.parametrize("text", ["`xs` is `1` and " * 4000, "(" * 6000, "[1, " * 4000, "- `k` is `1`\n" * 3000,
                                  "k = 1 = " * 3000, "`xs` is " + "the " * 20_000])
def test_a_text_without_end_costs_seconds_at_most(text):
    begin = time.process_time()
    audit_text(CODE, "f", "[4, 1, 7], 2", "11", text, "output")
    assert time.process_time() - begin < 10
