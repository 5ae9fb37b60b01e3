"""Backward monologues: what they say must hold is tested by execution, and what is wrong in them is noticed."""

import ast
import json
import re
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcoder.config import CorpusConfig
from semcoder.corpus.sources import generate_chunk
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import find_box
from semcoder.monologues.backward.alternatives import draw_edits, list_alternatives
from semcoder.monologues.backward.constraint_words import hide_strings, read_constraint, write_constraint
from semcoder.monologues.backward.constraints import FAMILIES, Constraint, holds, list_families
from semcoder.monologues.backward.counterexamples import find_flaw
from semcoder.monologues.backward.judging import find_strongest
from semcoder.monologues.backward.monologue import render_backward
from semcoder.monologues.backward.reversal import REVERSAL
from semcoder.monologues.formats.table import find_label
from semcoder.monologues.sections import join_sections
from semcoder.monologues.steps import build_steps

LOOP = "def f(xs, k):\n    total = 0\n    for x in xs:\n        if x > k:\n            total += x\n    return total\n"
VALUES = st.recursive(st.none() | st.booleans() | st.integers(-99, 99) | st.text("abZ '\"\\;,=.\n", max_size=6),
                      lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab", max_size=2), inner,
                                                                                  max_size=3), max_leaves=6)


def change(code, text, *changes, entry="f"):
    """Returns the output of each change (number, values, looks) of a run, and what it saw."""
    outcome = find_box().run(Job(code=code, entry=entry, inputs=(text,), changes=changes))[0]
    assert outcome.status == "ok", outcome
    return [tuple(event) for event in outcome.events]


def reverse(code, text, verbosity="terse", seed=0, entry="f"):
    """Returns the backward monologue of one execution and its output."""
    outcome = find_box().run(Job(code=code, entry=entry, inputs=(text,), watch="trace"))[0]
    assert outcome.status == "ok", outcome
    program = {"code": code, "entry": entry}
    steps = build_steps(code, list(outcome.events))
    backward = render_backward(find_box(), program, steps, text, outcome.output, verbosity, Random(seed))
    return backward, outcome.output


def show(backward):
    return join_sections([(REVERSAL, backward.sentences)])


def check(code, text, output, monologue, seed=1, entry="f"):
    return find_flaw(find_box(), {"code": code, "entry": entry}, text, output, monologue, Random(seed))


def say(code, text, verbosity="terse"):
    """Returns the sentences of a monologue that its checker has found nothing against."""
    backward, output = reverse(code, text, verbosity)
    assert check(code, text, output, show(backward)) == ""
    return [sentence.text for sentence in backward.sentences]


def generate(level, number, start=0):
    """Yields (code, entry, input) of generated programs."""
    config = CorpusConfig(num_programs=10**6, test_programs=1, validation_programs=1, level=level, inputs_per_program=1)
    for prepared, _ in generate_chunk((config, 11, range(start, start + number))):
        if prepared:
            yield prepared.candidate.code, prepared.candidate.entry, prepared.candidate.inputs[0]


def test_a_variable_is_changed_at_the_nth_line_only_and_the_rest_runs_as_ever():
    assert change(LOOP, "[3, 4], 0", (4, {"total": "10"}, []), (7, {"x": "50"}, ["total", "x > k"]), (1, {}, [])) == [
        ("17", []), ("53", ["3", "True"]), ("7", [])]


def test_each_changed_run_has_fresh_arguments_and_fresh_values():
    code = "def f(xs, y):\n    xs.append(1)\n    return xs, y\n"
    first = (2, {"y": "[0]"}, [])
    assert change(code, "[], 0", first, first) == [("([1], [0])", [])] * 2


def test_a_change_reaches_inner_functions_that_share_the_variable():
    code = "def f(a):\n    g = lambda y: y + a\n    a += 1\n    return g(1), [a * i for i in (1, 2)]\n"
    assert change(code, "10", (2, {"a": "5"}, []), (3, {"a": "5"}, [])) == [("(7, [6, 12])", []), ("(6, [5, 10])", [])]


def test_of_a_recursive_function_the_outermost_call_is_changed():
    code = "def f(n):\n    if n == 0:\n        return 0\n    return n + f(n - 1)\n"
    assert change(code, "3", (2, {"n": "1"}, []), (9, {"n": "1"}, [])) == [("1", []), ("<not reached>", [])]


def test_a_changed_run_that_does_not_end_is_ended():
    code = "def f(n):\n    while n:\n        n -= 1\n    return n\n"
    assert change(code, "1", (1, {"n": "-1"}, []), (1, {"n": "0"}, []))[0][0] == "<event_limit>"


@given(VALUES)
def test_alternatives_are_other_values_and_all_but_the_last_have_the_same_type(value):
    found = [*list_alternatives(value, [3, "ab"], [[1, 2], "xy"]),
             *draw_edits(value, [3, "ab"], Random(0), lambda _: True, 5)]
    assert all(text != repr(value) and ast.literal_eval(text.replace("set()", "()")) is not Ellipsis
               for _, text in found)
    odd = [other for other, _ in found if type(other) is not type(value)]
    assert value is None or len(odd) == 1


@given(VALUES, st.integers(0, 999))
def test_constraints_are_true_of_their_value_and_read_back_as_written(value, seed):
    for family in list_families(type(value).__name__):
        for parameters in family.draw(value, [3, "ab"]):
            if not holds(family.kind, value, parameters):
                continue
            constraint = Constraint(family.kind, "x", *(p.__name__ if isinstance(p, type) else repr(p)
                                                        for p in parameters))
            assert eval(constraint.condition, {"x": value})
            hidden, strings = hide_strings(write_constraint(constraint, Random(seed)))
            found, working = read_constraint(hidden, strings)
            assert working == "" and found.condition == constraint.condition


def test_no_two_families_share_a_wording_but_for_values_of_different_types():
    shared = [w for w, n in Counter(w for f in FAMILIES for w in f.wordings).items() if n > 1]
    assert shared == ["be {v}", "be exactly {v}"]  # of dicts and of everything else


def judge(value, tried, subject="x"):
    counts = Counter()
    return [c.condition for c in find_strongest(subject, value, tried, [], counts)], counts


def test_the_strongest_constraint_that_no_value_refutes_is_kept():
    tried = [([2, 1, 3], True), ([3, 2, 1], True), ([1, 2], False), ([1, 2, 4], False), ([], False), ([1], False)]
    assert judge([1, 2, 3], tried)[0][:1] == ["sorted(x) == [1, 2, 3]"]


def test_what_changes_nothing_is_refuted_and_what_nothing_breaks_is_vacuous():
    kept, counts = judge(4, [(5, True), (3, True), (8, True)])
    assert kept == [] and counts["refuted"] == 1
    kept, counts = judge([7], [])
    assert kept == [] and counts["vacuous"] == 1


def test_an_operation_that_loses_nothing_is_undone():
    told = say("def f(a, s):\n    b = 3 - a\n    s = s + '!'\n    s = s[::-1]\n    return [b * 2, s]\n", "5, 'ab'")
    assert any("a must be 3 - (-2) = 5" in line for line in told if line.startswith("[L2]"))
    assert any("s must be 'ab!'[:-1] = 'ab'" in line for line in told if line.startswith("[L3]"))
    assert any("s must be '!ba'[::-1] = 'ab!'" in line for line in told if line.startswith("[L4]"))


def test_what_rounds_is_not_undone():
    told = say("def f(a):\n    b = a + 3\n    return b\n", "0.1")
    assert "a must be 0.1" in told[2]
    assert not any(" - 3" in line for line in told)


def test_an_operation_that_loses_something_leaves_an_abstract_constraint():
    told = say("def f(xs):\n    ys = sorted(xs)\n    return ys\n", "[3, 1, 2]")
    assert told[-2] == "[L2] ys = sorted(xs): sorted(xs) must be [1, 2, 3]; " \
                       "xs must hold the items of [1, 2, 3] in some order."
    assert "s must read 'ab' when lower-cased" in say("def f(s):\n    return s.upper()\n", "'aB'")[1].replace(
        "spell 'ab' once in lower case", "read 'ab' when lower-cased")
    assert "length 3" in say("def f(xs):\n    n = len(xs)\n    return n + 1\n", "['a', 'b', 'c']")[2]


def test_sentences_follow_the_executed_lines_backwards_from_the_output_to_the_input():
    told = say(LOOP, "[3, 1, 4], 2")
    assert told[0] == "The output is 7." and told[-1] == "So one input is [3, 1, 4], 2."
    labels = [find_label(line) for line in told if line.startswith("[")]
    assert labels == ["L6", "L3", "L5", "L4", "L3", "L4", "L3", "L5", "L4", "L3", "L2"]


@pytest.mark.parametrize("verbosity", ["terse", "normal", "full"])
def test_the_checker_reads_every_verbosity_back(verbosity):
    for seed in range(5):
        backward, output = reverse(LOOP, "[3, 1, 4], 2", verbosity, seed)
        assert check(LOOP, "[3, 1, 4], 2", output, show(backward)) == ""


def test_the_same_execution_has_the_same_monologue():
    assert reverse(LOOP, "[3, 1, 4], 2", "full", 3)[0] == reverse(LOOP, "[3, 1, 4], 2", "full", 3)[0]


def test_a_variable_whose_object_has_another_name_too_is_left_out():
    code = "def f(grid):\n    row = grid[0]\n    row.append(1)\n    return grid\n"
    backward, output = reverse(code, "[[0], [2]]")
    assert backward.counts["aliased"] >= 1 and "row must" not in show(backward)
    assert check(code, "[[0], [2]]", output, show(backward)) == ""


def test_an_output_that_does_not_depend_on_the_input_has_no_backward_monologue():
    for code in ("def f(x):\n    return 5\n", "def f(x):\n    y = x\n    if y > 1:\n        y = 3\n    return 'a'\n"):
        backward, _ = reverse(code, "4")
        assert backward.sentences == () and backward.counts["exact"] == 0


@pytest.mark.parametrize(("code", "text"), [
    ("def f(n):\n    if n == 0:\n        return 1\n    return n * f(n - 1)\n", "4"),
    ("def f(xs):\n    for x in xs:\n        if x % 2 == 0:\n            return x\n    return None\n", "[3, 4, 5]"),
    ("def f(s):\n    try:\n        n = int(s)\n    except ValueError:\n        n = len(s)\n    return n + 1\n",
     "'abc'"),
    ("def f(xs):\n    def g():\n        for x in xs:\n            yield x + 1\n    ys = list(g())\n    return ys\n",
     "[1, 2]"),
    ("def f(xs, k):\n    ys = [x * k for x in xs if x > k]\n    return sum(ys)\n", "[1, 5, 6], 2"),
    ("def f(d):\n    while d:\n        k, v = d.popitem()\n        if v > 2:\n            break\n    return k\n",
     "{'a': 1, 'b': 3}"),
    ("def f(s):\n    t = s.split('; ')\n    return t\n", "'a; b must be 3; c'"),
    ("def f(xs):\n    return [\n        xs[0],\n        xs[-1],\n    ]\n", "[1, 2]"),
    ("def f(m):\n    (a, b), *c = m\n    return a + b, c\n", "[(1, 2), 3, 4]"),
    ("def f(xs):\n    for x in xs:\n        if x < 3:\n            xs.remove(x)\n    return xs\n", "[1, 2, 3]"),
])
def test_programs_of_all_shapes_have_monologues_that_their_checker_finds_nothing_against(code, text):
    for verbosity in ("terse", "full"):
        assert say(code, text, verbosity)


WRONG = """### Reverse Deduction
The output is [1, 2].
[L3] return ys: ys must be [1, 2].
[L2] ys = sorted(xs): {clause}.
So one input is [2, 1].
"""


@pytest.mark.parametrize(("clause", "reason"), [
    ("sorted(xs) must be [1, 2]", ""),
    ("xs must hold the items of [1, 2] in some order", ""),
    ("xs must be [2, 1]", "counter-example"),
    ("xs must begin with the items of [2]", "counter-example"),
    ("xs must be [1, 2]", "false"),
    ("xs must have length 3", "false"),
    ("zs must have length 3", "false"),
    ("len(xs) must be 2", "subject"),
    ("ys becomes [2, 1]", "effect"),
    ("ys must be [1, 2][::-1] = [1, 2]", "working"),
    ("xs must be [1, 2][::-1] = [2, 1]", "working"),
    ("xs must be as it is", "unreadable"),
    ("it is sorted", "unreadable"),
])
def test_the_checker_names_what_is_wrong(clause, reason):
    code = "def f(xs):\n    ys = sorted(xs)\n    return ys\n"
    assert check(code, "[2, 1]", "[1, 2]", WRONG.format(clause=clause)) == reason


def test_a_bound_is_that_of_the_value_that_it_is_about():
    code = "def f(n):\n    return n > 3\n"
    text = "### Reverse Deduction\nThe output is True.\n[L2] return n > 3: n must be at least {}.\nSo one input is 4.\n"
    assert check(code, "4", "True", text.format(4)) == "" and check(code, "4", "True", text.format(2)) == "loose"


SPOT = re.compile(r"(?<![\w'])\d+(?![\w'])|'(?:[^'\\]|\\.)*'|\b(?:true|false|True|False)\b")
OPPOSITE = {"true": "false", "false": "true", "True": "False", "False": "True"}


def corrupt(text, random):
    """Returns a monologue with a value or label changed, or two sentences exchanged or one left out, and which."""
    lines = text.removesuffix("\n[/MONOLOGUE]\n").split("\n")
    told = [i for i, line in enumerate(lines) if line.startswith("[L")]
    way, place = random.choice(("value", "value", "value", "label", "exchange", "omission")), random.choice(told)
    if way == "value":
        place = random.randrange(2, len(lines))
        head, sign, tail = lines[place].partition(": ") if place in told else ("", "", lines[place])
        spots = list(SPOT.finditer(tail))
        if not spots:
            return text, ""
        spot = random.choice(spots)
        new = OPPOSITE.get(spot[0]) or (f"'{random.choice('xyz')}{spot[0][1:]}" if spot[0][0] == "'"
                                        else str(int(spot[0]) + random.randint(1, 9)))
        lines[place] = head + sign + tail[:spot.start()] + new + tail[spot.end():]
    elif way == "label":
        label = int(find_label(lines[place])[1:])
        lines[place] = lines[place].replace(f"[L{label}]", f"[L{label + random.choice((-2, -1, 1, 2))}]", 1)
    elif way == "exchange":
        other = random.choice(told)  # of the same line, one visit's sentence may well be true of another
        if find_label(lines[place]) == find_label(lines[other]):
            return text, ""
        lines[place], lines[other] = lines[other], lines[place]
    else:
        lines.pop(place)
    changed = "\n".join(lines) + "\n[/MONOLOGUE]\n"
    return changed, way if changed != text else ""


def test_at_least_99_in_100_corruptions_are_noticed():
    random, tried, missed = Random(7), 0, []
    for level in (1, 2):
        for code, entry, text in generate(level, 25):
            backward, output = reverse(code, text, random.choice(("terse", "full")), entry=entry)
            if check(code, text, output, show(backward), entry=entry):
                continue
            for _ in range(12):
                changed, way = corrupt(show(backward), random)
                if way:
                    tried += 1
                    if not check(code, text, output, changed, entry=entry):
                        missed.append((way, code, show(backward), changed))
    assert tried > 300 and len(missed) <= tried / 100, missed


def read_crux(number):
    """Yields (code, entry, input) of CRUXEval's programs; skips the test where they are not at hand."""
    path = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "cruxeval_dev.jsonl"
    if not path.exists():
        pytest.skip(f"no data: {path}")
    with open(path, encoding="utf-8") as file:
        for row in map(json.loads, islice(file, number)):
            yield row["code"], "f", row["input"]


@pytest.mark.parametrize("programs", [lambda: generate(2, 40, 500), lambda: generate(3, 40, 500),
                                      lambda: read_crux(60)], ids=["level 2", "level 3", "cruxeval"])
def test_four_in_five_executions_have_a_backward_monologue_that_its_checker_confirms(programs):
    found = []
    for code, entry, text in programs():
        backward, output = reverse(code, text, entry=entry)
        found.append(bool(backward.sentences) and check(code, text, output, show(backward), entry=entry) == "")
    assert sum(found) >= 0.8 * len(found)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-5, 9), max_size=5), st.integers(-3, 6))
def test_on_any_input_nothing_but_a_counter_example_can_speak_against_a_monologue(xs, k):
    text = f"{xs}, {k}"
    backward, output = reverse(LOOP, text)
    assert not backward.sentences or check(LOOP, text, output, show(backward)) in ("", "counter-example")
