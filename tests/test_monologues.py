"""Monologues say only what is true: every claim is checked, and false ones are noticed."""

import ast
import json
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcoder.config import VERBOSITIES
from semcoder.corpus.sources import generate_chunk
from semcoder.execution.execute import run_call
from semcoder.execution.sandbox import find_box
from semcoder.monologues.author import Author
from semcoder.monologues.build import build_examples
from semcoder.monologues.formats.table import parse_steps, render_reasoning
from semcoder.monologues.forward.check import find_false_claim
from semcoder.monologues.forward.evidence import Evidence, draw_evidence
from semcoder.monologues.forward.monologue import SIMULATION, render_forward, simulate
from semcoder.monologues.forward.properties import Property, draw_executions, find_properties
from semcoder.monologues.steps import build_steps
from semcoder.monologues.working import work_out
from semcoder.presets import SMOKE
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
    ("[x * a for x in xs]", ["[x * 3 for x in [1, 2]]", "[1 * 3, 2 * 3]", "[3, 6]"]),
    ("[x for x in xs if x > 1]", ["[x for x in [1, 2] if x > 1]", "[2]"]),
    ("sum([x + a for x in xs])", ["sum([x + 3 for x in [1, 2]])", "sum([1 + 3, 2 + 3])", "sum([4, 5])", "4 + 5", "9"]),
    ("'ab'.upper()[::-1]", ["'ab'.upper()[::-1]", "'AB'[::-1]", "'BA'"]),
    ("7", ["7"]),
])
def test_an_expression_is_worked_in_the_order_python_evaluates_it(expression, stages):
    assert work(expression, a=3, b=-4, xs=[1, 2]) == stages


@pytest.mark.parametrize("expression", ["open('x')", "a.__class__", "2 ** 10 ** 9", "'a' * 10 ** 9", "unknown + 1",
                                        "range(10 ** 9)", "1 // 0", "'{0}'.format(a)"])
def test_what_is_unsafe_unknown_or_fails_is_not_worked(expression):
    assert work(expression, a=3) == []


def test_an_f_string_that_python_cannot_write_with_its_value_is_not_worked():
    assert work("f'{s}'", s="a\\b") == []


def test_a_comprehension_over_what_has_no_items_is_not_worked():
    assert work("len([x + 1 for x in a])", a=3) == []


@pytest.mark.parametrize(("line", "told"), [
    ("xs.append(xs[0] * 2)", "[5].append([5][0] * 2) = [5].append(5 * 2) = [5].append(10) so xs is now [5, 10]."),
    ("xs[0] += 1", "[5][0] + 1 = 5 + 1 = 6 so xs is now [6]."),
    ("xs[0] = len(xs)", "len([5]) = 1 so xs is now [1]."),
    ("xs[0] = 3", "xs is now [3]."),
    ("n, m = m, n + 4", "(2, 1 + 4) = (2, 5) so n is now 2, m is now 5."),
])
def test_a_line_that_changes_values_in_place_tells_what_it_puts_there(line, told):
    code = f"def f(xs, n):\n    m = 2\n    {line}\n    return xs, n, m\n"
    monologue, evidence = write((code, "f", "[5], 1"), "terse")
    assert f"[L3] {line.replace('m, n + 4', '(m, n + 4)')}: {told}" in monologue
    assert find_false_claim(monologue, evidence)[0] == ""


def test_of_a_text_that_a_loop_goes_over_the_rest_is_told_as_a_text():
    monologue, evidence = write(("def f(s):\n    for c in s:\n        pass\n", "f", "'a\"b'"), "terse")
    assert "c takes 'a', left '\"b'." in monologue and find_false_claim(monologue, evidence)[0] == ""


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 9))
def test_the_last_stage_is_what_python_computes(a, b, c):
    for expression in ("a - b * c", "(a + b) // c", "-a % c + b", "max(a, b) - abs(c)", "a < b < c", "not a or b"):
        assert work(expression, a=a, b=b, c=c)[-1] == repr(eval(expression, {}, {"a": a, "b": b, "c": c}))


TRICKY = {
    "recursion": ("def f(n):\n    if n < 2:\n        return n\n    return f(n - 1) + f(n - 2)\n", "f", "4"),
    "two calls on a line": ("def g(n):\n    return n + 1\n\ndef f(a):\n    return g(a) + g(a + 1)\n", "f", "3"),
    "a call in a condition": ("def g(n):\n    return n > 1\n\ndef f(a):\n    if g(a):\n        a += 1\n    return a\n",
                              "f", "3"),
    "an exception caught": ("def f(xs):\n    n = 0\n    for x in xs:\n        try:\n            n += 6 // x\n"
                            "        except ZeroDivisionError:\n            break\n    return n\n", "f", "[1, 0, 2]"),
    "a generator": ("def f(s):\n    def each(t):\n        for c in t:\n            yield c\n"
                    "    return ''.join(each(s))\n", "f", "'ab'"),
    "a loop over what it changes": ("def f(xs):\n    for x in xs:\n        if x < 3:\n            xs.append(x + 2)\n"
                                    "    return xs\n", "f", "[1]"),
    "a loop left and entered again": (
        "def f(xs):\n    n = 0\n    for x in xs:\n        for y in xs:\n            n += y\n            if y == x:\n"
        "                break\n    return n\n", "f", "[1, 2]"),
    "unpacking": ("def f(d):\n    out = []\n    for k, (a, b) in d.items():\n        out.append((b, a, k))\n"
                  "    return out\n", "f", "{'x': (1, 2)}"),
    "words in strings": ("def f(s):\n    t = s + ' becomes 3, so L4 is next'\n    u = [t, 'left [1] = 2 then']\n"
                         "    return u, t == s\n", "f", "'a is now 1, b is now 2'"),
    "a name that is a keyword's": ("def f(xs, key):\n    return sorted(xs, key=lambda x: -x)[0] + key\n",
                                   "f", "[1], 2"),
    "quotes and line breaks": ("def f(s):\n    t = f'{s}-{len(s)}'\n    return t\n", "f", "'it\\'s \"so\"\\n'"),
    "try and finally": ("def f(n):\n    try:\n        return n * 2\n    finally:\n        n = 0\n", "f", "2"),
}


def write(program, verbosity="full", seed=0, **more):
    """A forward monologue and what it is checked against."""
    code, entry, text = program
    outcome = run_call(code, entry, text, watch="trace")
    replay = list(run_call(code, entry, text, watch="replay", max_events=2000).events)
    monologue = render_forward(code, entry, build_steps(code, list(outcome.events)), outcome.output,
                               verbosity=verbosity, random=Random(seed), **more)
    return monologue, Evidence(code, entry, outcome.output, replay)


@pytest.mark.parametrize("verbosity", VERBOSITIES)
@pytest.mark.parametrize("name", TRICKY)
def test_all_claims_of_a_true_monologue_are_read_back_and_confirmed(name, verbosity):
    for seed in range(4):
        assert find_false_claim(*write(TRICKY[name], verbosity, seed))[0] == ""


def generate(number, level):
    """Generated programs (code, entry, inputs)."""
    config = SMOKE.replace("corpus", level=level).corpus
    made = (prepared.candidate for prepared, _ in generate_chunk((config, 0, range(number))) if prepared)
    return [(candidate.code, candidate.entry, candidate.inputs) for candidate in made]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_nearly_all_generated_executions_get_a_monologue_that_the_checker_confirms(level):
    reasons = [find_false_claim(*write((code, entry, text), verbosity))[0]
               for code, entry, inputs in generate(64, level)
               for text, verbosity in zip(inputs, VERBOSITIES, strict=False)]
    assert len(reasons) > 120 and reasons.count("") >= 0.99 * len(reasons)


def test_a_sentence_is_read_back_with_the_claims_it_was_written_with():
    for code, entry, inputs in generate(40, 2):
        steps = build_steps(code, list(run_call(code, entry, inputs[0], watch="trace").events))
        _, evidence = write((code, entry, inputs[0]))
        for verbosity in VERBOSITIES:
            for sentence in simulate(steps, verbosity, Random(1)):
                assert sentence.claims in [reading.sentence.claims for reading in evidence.reader.read(sentence.text)]


def corrupt(text, random):
    """The monologue with one value, label, truth or order changed, or one sentence left out or doubled."""
    lines = text.splitlines()
    places = [i for i, line in enumerate(lines) if not line.startswith(("###", "[MONOLOGUE]", "[/MONOLOGUE]"))]
    place = random.choice(places)
    line = lines[place]
    spots = [i for i, c in enumerate(line) if c.isdigit()]
    kind = random.choice(("value", "value", "word", "truth", "order", "missing", "doubled"))
    if kind == "value" and spots:
        spot = random.choice(spots)
        lines[place] = line[:spot] + random.choice([d for d in "0123456789" if d != line[spot]]) + line[spot + 1:]
    elif kind == "word":
        inside = [i for i in range(1, len(line) - 1) if line[i].isalpha() and "'" in line[:i] and "'" in line[i:]]
        if inside:
            spot = random.choice(inside)
            lines[place] = line[:spot] + ("x" if line[spot] != "x" else "y") + line[spot + 1:]
    elif kind == "truth":
        lines[place] = line.replace("True", "False") if "True" in line else line.replace("False", "True")
    elif kind == "order" and place + 1 in places:
        lines[place], lines[place + 1] = lines[place + 1], line
    elif kind == "missing":
        del lines[place]
    elif kind == "doubled":
        lines.insert(place, line)
    return kind, "\n".join(lines) + "\n"


def test_at_least_99_of_100_corruptions_are_noticed():
    random, noticed, missed = Random(0), 0, []
    for code, entry, inputs in generate(150, 2):
        text, evidence = write((code, entry, inputs[0]), random.choice(VERBOSITIES))
        if find_false_claim(text, evidence)[0]:
            continue
        for _ in range(8):
            kind, corrupted = corrupt(text, random)
            if corrupted == text or is_harmless(kind, corrupted, text):
                continue
            if find_false_claim(corrupted, evidence)[0]:
                noticed += 1
            else:
                missed.append((kind, set(corrupted.splitlines()) ^ set(text.splitlines())))
    assert noticed > 500 and noticed >= 0.99 * (noticed + len(missed)), missed


def is_harmless(kind, corrupted, text):
    """Whether a change leaves all that is said true: it concerns the sentences before the simulation, whose order and
    number are free."""
    def about(whole):
        return whole.split(f"### {SIMULATION}")[0].splitlines() + whole.split("### Conclusion")[-1].splitlines()

    return kind in ("order", "missing", "doubled") and about(corrupted) != about(text)


def test_what_only_looks_like_a_monologue_is_not_confirmed(loop_program):
    text, evidence = write(loop_program)
    for other in ("", "[MONOLOGUE]\n[/MONOLOGUE]\n", text.replace(SIMULATION, "Thoughts"),
                  text.replace("### Conclusion\n", "### Conclusion\nThis is the end.\n"), text.split("### Exec")[0]):
        assert find_false_claim(other, evidence)[0]


def test_a_monologue_of_another_input_is_rejected(loop_program):
    code, entry, _ = loop_program
    text, _ = write(loop_program)
    _, evidence = write((code, entry, "[1, 4, 9], 2"))
    assert find_false_claim(text, evidence)[0] != ""


def test_the_result_of_a_line_that_calls_is_told_after_its_calls():
    text, _ = write(TRICKY["two calls on a line"], "terse")
    lines = [line for line in text.splitlines() if line.startswith("[L")]
    assert [line.split(":")[0].split("] ")[0] for line in lines] == [
        "[L4", "[L5", "[L1", "[L2", "[L1", "[L2", "[L5 after calls"]
    assert lines[-1].endswith("it returns 9.") and "9" not in lines[1]


def describe(code, inputs):
    program = {"code": code, "entry": "f", "source": "synthetic"}
    return [(p.kind, p.name) for p in find_properties(draw_executions(None, program, inputs))]


def test_properties_are_those_that_no_execution_contradicts():
    assert ("permutation", "xs") in describe("def f(xs):\n    return sorted(xs)\n", ["[3, 1]"])
    assert ("sorted", "") in describe("def f(xs):\n    return sorted(xs)\n", ["[3, 1]"])
    found = describe("def f(xs):\n    return [x for x in xs if x > 2]\n", ["[3, 1]"])
    assert ("shorter", "xs") in found and ("length", "xs") not in found and ("sorted", "") not in found
    assert ("prefix", "s") in describe("def f(s):\n    return s + '!'\n", ["'ab'"])


def test_nothing_is_said_of_all_inputs_after_too_few_executions():
    assert find_properties([{"x": 1, "result": 1}] * 5) == ()
    assert find_properties([{"x": 1, "result": 1}] * 50) == ()  # one execution, however often


def test_a_false_property_is_refuted_on_inputs_of_the_checkers_own():
    code = "def f(xs):\n    return sorted(xs)[1:]\n"
    text, evidence = write((code, "f", "[3, 1, 2]"), properties=(Property("permutation", "xs"),))
    evidence.executions = draw_evidence(None, {"code": code, "entry": "f", "source": "synthetic"}, ["[3, 1, 2]"])
    assert find_false_claim(text, evidence)[0] == "property"
    text, _ = write((code, "f", "[3, 1, 2]"), properties=(Property("shorter", "xs"), Property("sorted")))
    assert find_false_claim(text, evidence)[0] == ""


def test_the_forward_monologue_names_lines_working_and_what_a_loop_has_left(loop_program):
    text = render_reasoning("monologue", loop_program[0], watch(loop_program)[0])
    assert "[L3] for x in xs: x takes 4, left [7]." in text
    assert "[L5] total += x * 2: 2 + 7 * 2 = 2 + 14, so total becomes 16." in text
    assert "[L3] for x in xs: no items left, the loop ends." in text


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


def test_no_backward_monologue_is_written_for_rows_that_do_not_show_it(monkeypatch):
    candidate = next(c for c in generate(20, 1) if len(c[2]) > 1)
    code, entry, inputs = candidate
    shared = {"task_id": "t", "split": "train"}
    program = {**shared, "code": code, "entry": entry, "source": "synthetic", "description": ""}
    runs = [run_call(code, entry, text, watch="trace") for text in inputs]
    executions = [{**shared, "execution_id": f"t#{i}", "input": text, "output": run.output}
                  for i, (text, run) in enumerate(zip(inputs, runs, strict=True))]
    logs = [{"execution_id": f"t#{i}", "events": json.dumps(run.events)} for i, run in enumerate(runs)]

    def build(*formats):
        config = SMOKE.replace("monologues", formats=formats)
        return build_examples(find_box(), program, executions, logs, (), None, config, Counter())

    both = build("concise", "monologue")
    assert {row["objective"] for row in both if row["format"] == "monologue"} == {"forward", "backward"}
    monkeypatch.setattr(Author, "write_backward", None)  # would fail if called
    assert build("concise") == [row for row in both if row["format"] == "concise"]
