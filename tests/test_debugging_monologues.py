"""Debugging monologues name the line where the state first departs, and nothing false about cause or fix passes."""

import ast
import re
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcoder.config import CorpusConfig
from semcoder.corpus.sources import generate_chunk
from semcoder.execution.sandbox import find_box
from semcoder.monologues.debugging import repairs
from semcoder.monologues.debugging.bugs import make_bugs
from semcoder.monologues.debugging.check import find_false_debugging_claim, replay_repair
from semcoder.monologues.debugging.departure import Unexplained, find_departure, watch_run
from semcoder.monologues.debugging.diagnosis import (
    CAUSE,
    DEPARTURES,
    FIXES,
    OUTCOMES,
    Unreadable,
    name_ordinal,
    read,
    read_diagnosis,
    read_ordinal,
    write,
)
from semcoder.monologues.debugging.monologue import render_debugging
from semcoder.monologues.debugging.mutations import OPERATORS, Variable
from semcoder.monologues.debugging.patches import apply_edits, list_edits, pair_lines
from semcoder.monologues.debugging.scene import CHECKS, Repair
from semcoder.monologues.steps import build_steps
from semcoder.presets import SMOKE

CONFIG = SMOKE.replace("monologues", max_steps=40, bugs_per_program=12)
TOTAL = "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n"
BIG = "def f(xs):\n    n = 0\n    for x in xs:\n        if x > 3:\n            n += 1\n    return n\n"
HELPED = "def g(n, k=1):\n    return n * k\n\ndef f(a):\n    b = g(a + 1)\n    return b\n"
SCALED = "SCALE = 2\n\ndef f(a):\n    b = a * SCALE\n    return b\n"


def explain(fixed, buggy, *tests, verbosity="terse", seed=0):
    """(monologue, repair) about the first test, which must fail."""
    repair = Repair(buggy, fixed, "f", tests, tests[0])
    box = find_box()
    wrong, = repairs.trace_tests(box, buggy, "f", tests[:1], CONFIG)
    right, = repairs.trace_tests(box, fixed, "f", tests[:1], CONFIG)
    error = wrong.output if wrong.status == "exception" else ""
    departure = find_departure(watch_run(buggy, list(wrong.events), error), watch_run(fixed, list(right.events)),
                               pair_lines(buggy, fixed))
    return render_debugging(repair, wrong, build_steps(buggy, list(wrong.events)), departure, verbosity=verbosity,
                            random=Random(seed)), repair


def check(text, repair):
    return find_false_debugging_claim(text, repair, *replay_repair(find_box(), repair, CONFIG))


@pytest.mark.parametrize(("fixed", "old", "new", "test", "sentences"), [
    (TOTAL, "+= x", "-= x", ("[2, 3]", "5"), [
        "The test wants 5, but the call returns -5.", "[L4] total -= x: total becomes 0 - 2 = -2, but it should be 2.",
        "Change [L4] from total -= x to total += x", "Then f([2, 3]) returns 5."]),
    (BIG, "> 3", ">= 3", ("[1, 3, 5]", "1"), [
        "[L4] if x >= 3, the second time: 3 >= 3 is True, but the condition should be False.",
        "Change [L4] from if x >= 3: to if x > 3:"]),
    (BIG, "n += 1", "n = 1", ("[4, 5]", "2"), ["[L5] n = 1, the second time: n stays 1, but it should become 2."]),
    (TOTAL, "in xs", "in xs[:-1]", ("[2, 3]", "5"), ["[L3] for x in xs[:-1], the second time: the loop ends, "
                                                     "but x should take 3."]),
    (TOTAL, "in xs", "in xs + [1]", ("[2]", "2"), ["[L3] for x in xs + [1], the second time: x takes 1, "
                                                   "but the loop should end."]),
    (TOTAL, "    return", "        return", ("[2, 3]", "5"), [
        "[L4] total += x: it goes on with [L5], but it should go on with [L3].", "The mistake is in [L5] return total.",
        "Indent [L5] return total by 4 spaces instead of 8"]),
    (HELPED, "g(a + 1)", "g(a - 1)", ("3", "4"), [
        "[L5] b = g(a - 1): it calls g with n = 2, but n should be 4."]),
    (HELPED, "k=1", "k=2", ("3", "4"), ["[L5] b = g(a + 1): it calls g with k = 2, but k should be 1.",
                                        "The mistake is in [L1] def g(n, k=2).",
                                        "Change [L1] from def g(n, k=2): to def g(n, k=1):"]),
    (SCALED, "SCALE = 2", "SCALE = 3", ("4", "8"), ["[L4] b = a * SCALE: b becomes 12, but it should be 8.",
                                                    "The mistake is in [L1] SCALE = 3."]),
    (TOTAL, "0\n", "[]\n", ("[2]", "2"), ["[L2] total = []: total becomes [], but it should be 0."]),
    (TOTAL, "+= x", "+= x[0]", ("[2]", "2"), [
        "The test wants 2, but the call raises TypeError: 'int' object is not subscriptable.",
        "[L4] total += x[0]: it raises TypeError: 'int' object is not subscriptable, but total should become 2."]),
    (TOTAL, "return total", "return -total", ("[2]", "2"), ["[L5] return -total: it returns -2, but it should return "
                                                            "2."]),
])
def test_the_first_departing_line_is_named_with_what_it_does_and_should_do(fixed, old, new, test, sentences):
    text, repair = explain(fixed, fixed.replace(old, new), test)
    for sentence in sentences:
        assert f"\n{sentence}\n" in text, text[text.index(CAUSE):]
    assert check(text, repair) == ""


def test_a_fix_of_several_lines_is_told_in_edits_that_lead_to_the_right_program():
    buggy = "def f(xs):\n    total = 0\n    total = 0\n    for x in xs:\n        total = x\n    return total\n"
    fixed = TOTAL.replace("    return", "    total = total * 1\n    return")
    text, repair = explain(fixed, buggy, ("[2, 3]", "5"))
    assert "Remove [L3] total = 0" in text or "Remove [L2] total = 0" in text
    assert "Add below [L5], indented by 4 spaces: total = total * 1" in text
    assert "Change [L5] from total = x to total += x" in text
    assert check(text, repair) == ""


def test_a_line_that_is_missing_is_named_where_it_should_come_next():
    text, repair = explain(TOTAL.replace("    return", "    total *= 2\n    return"), TOTAL, ("[2, 3]", "10"))
    sentence = "[L3] for x in xs, the third time: next should come total *= 2, but that line is missing."
    assert sentence in text and "Add below [L4], indented by 4 spaces: total *= 2" in text, text
    assert "The mistake" not in text and check(text, repair) == ""
    assert check(text.replace("come total *= 2", "come return total"), repair) == "departure"


def test_of_several_mended_lines_the_one_gone_to_wrongly_is_blamed():
    buggy = TOTAL.replace("= 0", "= 1 - 1").replace("    return", "        return")
    text, repair = explain(TOTAL, buggy, ("[2, 3]", "5"))
    assert "The mistake is in [L5] return total." in text and check(text, repair) == ""
    wrong = text.replace("The mistake is in [L5] return total.", "The mistake is in [L2] total = 1 - 1.")
    assert check(wrong, repair) == "blame"
    hidden = "A = 2\nB = 3\n\ndef f(x):\n    return x + A * B\n"
    with pytest.raises(Unexplained, match="several lines may be at fault"):
        explain(hidden, hidden.replace("2", "4").replace("3", "5"), ("1", "7"))


LINES = st.lists(st.sampled_from(["a = 1", "    b = 2", "    a += b", "for x in a:", "    return b"]), max_size=8)


@given(LINES.map(lambda lines: "\n".join(["def f():", *lines]) + "\n"),
       LINES.map(lambda lines: "\n".join(["def f():", *lines]) + "\n"))
def test_the_edits_of_two_programs_turn_one_into_the_other(buggy, fixed):
    edits = list_edits(buggy, fixed)
    assert apply_edits(buggy, edits) == fixed and (edits == []) == (buggy == fixed)


@given(st.integers(1, 2000))
def test_an_ordinal_is_read_back(number):
    assert read_ordinal(name_ordinal(number)) == number


VALUES = {"line": "4", "next": "L7", "right": "[1, 'a']", "wrong": "{'b': 2}", "name": "total", "function": "g",
          "working": "3 > 4", "error": "KeyError: 'a'", "expected": "(1, 2)", "got": "None", "source": "x = 1",
          "call": "f(1)", "indent": "8"}


@pytest.mark.parametrize(("table", "kinds"), [("outcome", OUTCOMES), ("departure", DEPARTURES), ("fix", FIXES)])
def test_every_wording_is_read_back_as_what_it_was_written_from(table, kinds):
    for kind, wordings in kinds.items():
        for number in range(len(wordings)):
            slots = VALUES | ({"right": "L8"} if kind == "goes on" else {})
            slots |= {"right": "4", "wrong": "8"} if kind == "move" else {}
            sentence = write(table, kind, FixedChoice(number), **slots)
            claim = read(table, sentence)
            assert claim.pop("kind") == kind and claim.items() <= slots.items(), sentence
            assert claim.keys() == set(re.findall(r"\{(\w+)\}", wordings[number]))


class FixedChoice(Random):
    """Chooses always the same place."""

    def __init__(self, number):
        super().__init__(0)
        self.number = number

    def choice(self, options):
        return options[self.number]


def test_a_monologue_in_other_words_is_checked_as_well():
    for seed in range(12):
        text, repair = explain(BIG, BIG.replace("> 3", ">= 3"), ("[1, 3, 5]", "1"), verbosity="full", seed=seed)
        assert check(text, repair) == ""
        assert check(text.replace("[1, 3, 5]", "[1, 5]"), repair) in ("result", "outcome")


@pytest.fixture(scope="module")
def explained():
    """(text, repair) of many bugs in generated programs, all operators."""
    found, counts, box = [], Counter(), find_box()
    real = repairs.find_false_debugging_claim

    def spy(text, repair, *replays):
        flaw = real(text, repair, *replays)
        found.append((text, repair, flaw))
        return flaw

    repairs.find_false_debugging_claim = spy
    try:
        for prepared, _ in generate_chunk((CorpusConfig(described_share=1.0, level=3), 5, range(24))):
            list(repairs.build_repairs(box, *describe(prepared), CONFIG, counts))
    finally:
        repairs.find_false_debugging_claim = real
    return found, counts


def describe(prepared):
    candidate = prepared.candidate
    program = {"task_id": f"t/{prepared.index}", "code": candidate.code, "entry": candidate.entry,
               "description": candidate.description}
    pairs = zip(candidate.inputs, prepared.outputs[:len(candidate.inputs)], strict=True)
    return program, [{"input": text, "output": output} for text, output in pairs]


def test_bugs_that_tests_notice_are_explained_without_a_false_claim(explained):
    found, counts = explained
    assert [flaw for _, _, flaw in found if flaw] == [] and len(found) >= 100
    unexplained = {name: n for name, n in counts.items() if name.startswith("rejected repair: ")
                   and "no test" not in name and "run ends by" not in name and "too many steps" not in name}
    assert sum(unexplained.values()) <= 0.02 * len(found), unexplained
    assert len([name for name in counts if name.startswith("kept bug: ")]) >= 8


def corrupt(text, rng):
    """The text with one number, string, truth or name of its last two sections changed."""
    start = text.index(CAUSE) + len(CAUSE)
    places = [m for m in re.finditer(r"\d+|'\w|True|False|\b(?:first|second|third|fourth|fifth)\b|(?<=\] )\w+",
                                     text[start:text.index("[/MONOLOGUE]")])]
    place = rng.choice(places)
    old = place[0]
    if old.isdigit():
        new = str(int(old) + rng.choice((1, 2)))
    elif old in ("True", "False"):
        new = str(old == "False")
    elif old[0] == "'":
        new = "'" + chr(ord(old[1]) ^ 1)
    else:
        new = "sixth" if old in ("first", "second", "third", "fourth", "fifth") else old + "x"
    at = start + place.start()
    return text[:at] + new + text[at + len(old):]


def test_99_of_100_corruptions_of_cause_and_fix_are_noticed(explained):
    rng, missed, tried = Random(1), [], 0
    for text, repair, _ in explained[0]:
        for wrong in {corrupt(text, rng) for _ in range(4)} - {text}:
            tried += 1
            if not check(wrong, repair):
                missed.append((text[text.index(CAUSE):], wrong[wrong.index(CAUSE):]))
    assert tried >= 400 and len(missed) <= 0.01 * tried, missed[:3]


def test_a_true_statement_about_a_later_line_is_not_the_first_departure():
    buggy = TOTAL.replace("+= x", "-= x")
    text, repair = explain(TOTAL, buggy, ("[2, 3]", "5"))
    later = text.replace("[L4] total -= x: total becomes 0 - 2 = -2, but it should be 2.",
                         "[L4] total -= x, the second time: total becomes -2 - 3 = -5, but it should be 5.")
    assert check(later, repair) == "earlier"
    assert check(text.replace("to total += x", "to total += 1 * x"), repair) == "fix"
    assert check(text.replace("returns 5.", "returns 6."), repair) == "result"
    assert check(text.replace("wants 5", "wants 4"), repair) == "outcome"
    assert check(text, replace(repair, tests=(*repair.tests, ("[1]", "2")))) == "tests"
    assert check(text.replace("0 - 2 = -2", "1 - 3 = -2"), repair) == "departure"
    blamed, other = explain(SCALED, SCALED.replace("= 2", "= 3"), ("4", "8"))
    without = blamed.replace("The mistake is in [L1] SCALE = 3.\n", "")
    assert check(blamed, other) == "" and check(without, other) == "blame"


def test_each_stage_of_a_working_must_follow_from_the_one_before():
    fixed = "def f(xs):\n    if len(xs) + 1 > 3:\n        return 'long'\n    return 'short'\n"
    text, repair = explain(fixed, fixed.replace("> 3", "> 2"), ("[7, 8]", "'short'"))
    worked = "len([7, 8]) + 1 > 2 then 2 + 1 > 2 then 3 > 2 is True, but the condition should be False."
    assert worked in text and check(text, repair) == ""
    for old, new in (("2 + 1", "3 + 1"), ("then 3 > 2", "then 4 > 2"), ("[7, 8]) + 1 > 2 t", "[7, 9]) + 1 > 2 t")):
        assert check(text.replace(worked, worked.replace(old, new)), repair) == "departure"


@pytest.mark.parametrize("change", [("### Root", "### Rot"), ("The test wants 5, but the call returns -5.\n", ""),
                                    ("but it should be 2", "but 2 would be right"), ("[L4] total", "[L9] total"),
                                    ("Then f([2, 3]) returns 5.\n", "")])
def test_what_is_in_no_known_wording_is_unreadable_and_counts_as_false(change):
    text, repair = explain(TOTAL, TOTAL.replace("+= x", "-= x"), ("[2, 3]", "5"))
    assert check(text.replace(*change), repair) in ("unreadable", "outcome") and check(text, repair) == ""
    with pytest.raises(Unreadable):
        read_diagnosis("no sections", repair.buggy)


RICH = """\
def f(xs, n, flag):
    total = 0
    best = 1
    for i in range(1, n):
        if not flag and xs[i] > best:
            total += max(xs[i], 2) - best
            continue
        if i == 3:
            break
    if total < 5:
        xs.append(total)
    return xs[1:n] + [total % 3]
"""
VARIABLES = {"total": Variable("int", "f", 2), "best": Variable("int", "f", 3), "i": Variable("int", "f", 4),
             "n": Variable("int", "f", 1), "xs": Variable("list", "f", 1)}


def test_every_operator_changes_a_rich_program_and_keeps_its_lines():
    bugs = list(make_bugs(RICH, Random(1), VARIABLES))
    assert {bug.operator for bug in bugs} == set(OPERATORS)
    assert bugs == list(make_bugs(RICH, Random(1), VARIABLES)) != list(make_bugs(RICH, Random(2), VARIABLES))
    assert len({bug.code for bug in bugs}) == len(bugs)
    for bug in bugs:
        assert bug.code != RICH and ast.unparse(ast.parse(bug.code)) + "\n" == bug.code
        assert len(bug.code.split("\n")) == len(RICH.split("\n"))
        assert sum(a != b for a, b in zip(bug.code.split("\n"), RICH.split("\n"), strict=True)) == 1


@pytest.mark.parametrize(("operator", "expected"), [
    ("jump", ["            break\n        if i", "            continue\n    if"]), ("overwrite", ["total = max("]),
    ("dropped not", ["if flag and"]), ("range", ["range(1, n + 1)", "range(2, n)", "range(0, n)"]),
    ("slice", ["xs[2:n]", "xs[1:n - 1]"]), ("first value", ["total = 1\n", "best = 0\n"]),
    ("swapped operands", ["max(2, xs[i])", "best - max("]), ("variable", ["xs[n] > best", "return xs[1:total]"]),
    ("index", ["xs[i + 1]"]), ("name", ["min(xs[i]", "xs.extend("]), ("negated condition", ["if not i == 3"]),
    ("constant", ["i == 4", "total % 2", "total < 6"]), ("comparison", ["total <= 5", "i != 3", "total > 5"]),
    ("logic", ["not flag or"]), ("arithmetic", ["total -=", "xs[1:n] - ["])])
def test_an_operator_makes_the_bugs_that_its_name_promises(operator, expected):
    made = [bug.code for bug in make_bugs(RICH, Random(1), VARIABLES) if bug.operator == operator]
    for piece in expected:
        assert any(piece in code for code in made), (piece, made)


def test_a_return_behind_a_loop_may_slip_into_it():
    assert TOTAL.replace("    return", "        return") in [bug.code for bug in make_bugs(TOTAL, Random(1))]


def test_a_variable_is_confused_only_with_one_that_is_bound_before_in_the_same_function():
    made = [bug.code for bug in make_bugs(RICH, Random(1), VARIABLES) if bug.operator == "variable"]
    assert made and not any("range(1, i)" in code for code in made)
    other = VARIABLES | {"best": Variable("int", "g", 1)}
    assert not any("best < 5" in bug.code for bug in make_bugs(RICH, Random(1), other))


def test_equal_dictionaries_in_another_order_are_no_failure():
    program = {"task_id": "t", "entry": "f", "description": "", "code": ""}
    fixed = "def f(a):\n    return {'x': a, 'y': 1}\n"
    tests = (("1", "{'x': 1, 'y': 1}"),)
    rights = repairs.trace_tests(find_box(), fixed, "f", tests, CONFIG)
    with pytest.raises(Unexplained, match="no test notices it"):
        buggy = "def f(a):\n    return {'y': 1, 'x': a}\n"
        repairs.explain_bug(find_box(), buggy, program, fixed, tests, rights, CONFIG, Counter())


def test_every_kind_of_departure_that_has_words_has_a_check():
    assert CHECKS.keys() == DEPARTURES.keys()
