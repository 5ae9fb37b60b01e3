"""Every format is one entry of a table; what ran, and every variable's last value, can be read back from its text."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conftest import LOOP, NESTED
from semcoder import ablations, config
from semcoder.config import DEFAULT_FORMATS, CorpusConfig
from semcoder.corpus.sources import generate_chunk
from semcoder.errors import UserError
from semcoder.evaluation.steps import StepScore, score_steps
from semcoder.execution.events import DELETED, fold_inner_frames
from semcoder.execution.execute import run_call
from semcoder.execution.literals import to_literal
from semcoder.monologues.formats.table import FORMATS, find_label, parse_steps, render_reasoning
from semcoder.monologues.steps import build_steps
from semcoder.presets import SMOKE
from semcoder.runs import read_jsonl

CRUXEVAL = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "cruxeval_dev.jsonl"
CALLS = """\
def g(n):
    if n < 0:
        raise ValueError('a -> [L1], b=2: c')
    return [n, n + 1]

def f(n):
    xs = g(n) + g(n + 1)
    try:
        xs += g(-n)
    except ValueError as error:
        kept = str(error)
    finally:
        for x in (1, 1):
            del n
            n = x
    for a, (b, c) in {'k: v': (1, 2)}.items():
        pass
    return xs.pop()
"""
GUARDED = """\
class Guard:
    def __init__(self, kept):
        self.kept = kept
    def __enter__(self):
        return self
    def __exit__(self, *error):
        self.kept.append(1)
        return True

def f(n):
    kept = []
    with Guard(kept):
        n //= 0
    return kept + [n]
"""
ORDERED = ("delta", "self_contained", "dynamic")
ENTRY = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
NEXT = r"(->|call|back) \[(L\d+|end)\]"


def trace(code, entry, arguments):
    outcome = run_call(code, entry, arguments, watch="trace", max_events=4000, max_value_chars=4000)
    assert outcome.status == "ok", outcome
    return list(outcome.events)


def split_top(text, separator):
    """Splits at separators outside quotes and brackets."""
    pieces, depth, quote, start, i = [], 0, "", 0, 0
    while i < len(text):
        sign = text[i]
        if quote:
            i += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif depth == 0 and text.startswith(separator, i):
            pieces.append(text[start:i])
            i = start = i + len(separator)
            continue
        i += 1
    return [*pieces, text[start:]]


def read_entries(text):
    """Returns name -> literal of `a=0 + 1 = 1, left [2]`: the last stage of each working; words are left out."""
    pairs = [ENTRY.fullmatch(entry) for entry in split_top(text, ", ")]
    return {pair[1]: split_top(pair[2], " = ")[-1] for pair in pairs if pair}


def read_step(name, line):
    """Returns (label, what is known before, action, next label, what is told) of one line."""
    if name == "delta":
        label, action, following, told = re.fullmatch(rf"\[(L\d+)\] {NEXT} ?(.*)", line).groups()
        return label, {}, action, following, read_entries(told)
    if name == "dynamic":
        label, rest = re.fullmatch(r"\[(L\d+)\] (.*)", line).groups()
        for action in (" -> ", " call ", " back "):  # the first one outside a literal
            before, *after = split_top(" " + rest, action)
            if after:
                following, told = re.fullmatch(r"\[(L\d+|end)\] ?(.*)", action.join(after)).groups()
                return label, read_entries(before.strip()), action.strip(), following, read_entries(told)
    label, rest, action, following = re.fullmatch(rf"\[(L\d+)\] (.*) {NEXT}", line).groups()
    known, *_ = split_top(rest, ": ")
    told = split_top(rest, " -> ")[1:]
    return label, read_entries(known), action, following, read_entries(told[-1]) if told else {}


def rebuild(name, text):
    """Returns (labels of the lines executed, the last state of each call in the order in which they ended)."""
    executed, ended, stack, action, expected = [], [], [], "call", None
    for line in text.splitlines():
        label, known, next_action, following, told = read_step(name, line)
        assert expected in (None, label), f"{expected} was said to come next: {line}"
        if action == "call":
            stack.append(({}, None))
        state, pending = stack.pop()
        if pending is None:
            executed.append(label)
        if name == "dynamic" and executed[1:] and action == "->":
            assert known == state, line
        state = {**state, **known}
        if next_action != "call":
            state = {n: v for n, v in ({**told} if name == "dynamic" and next_action == "->" else
                                       {**state, **told}).items() if v != DELETED}
        stack.append((state, label if next_action == "call" else None))
        if next_action == "back":
            ended.append(stack.pop()[0])
        action, expected = next_action, following
    assert (stack, expected) == ([], "end")
    return executed, ended


def replay_events(events):
    """Returns the same two facts from the trace."""
    executed, ended, frames = [], [], {}
    for event in fold_inner_frames(events):
        state = frames.setdefault(event["frame"], {})
        state.update(event["changed"])
        if event["kind"] in ("call", "line"):
            executed.append(f"L{event['line']}")
        if event["kind"] in ("return", "unwind"):
            ended.append({name: text for name, text in frames.pop(event["frame"]).items() if text != DELETED})
    return executed, ended


def rebuild_concise(text):
    """Returns the labels, and the last value that each name had in any call."""
    executed, state = [], {}
    for line in text.splitlines():
        label, body, closing = re.fullmatch(r"\[(L\d+)\] \{(.*)\} \[/(L\d+)\]", line).groups()
        assert label == closing
        executed.append(label)
        state |= dict(entry.split(": ", 1) for entry in split_top(body, ", ") if entry)
    return executed, state


def check(code, entry, arguments):
    """Asserts that each format's text alone gives back what the trace says."""
    events = trace(code, entry, arguments)
    assume(not any(event["kind"] == "yield" for event in events))
    steps = build_steps(code, events)
    wanted = replay_events(events)
    for name in ORDERED:
        text = render_reasoning(name, code, steps)
        assert rebuild(name, text) == wanted, name
        assert parse_steps(name, text + "[ANSWER]\nassert f(1) == 2\n[/ANSWER]") == text.splitlines()
    executed, state = rebuild_concise(render_reasoning("concise", code, [s for s in steps if s.kind != "exception"]))
    flat = {}
    for event in fold_inner_frames(events):
        flat |= event["changed"] if event["kind"] in ("call", "line") else {}
    assert (executed, state) == (wanted[0], flat)


def test_the_table_has_each_format_once_with_a_shape():
    assert tuple(FORMATS) == config.FORMATS and all(entry.shape for entry in FORMATS.values())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-9, 9), max_size=5), st.integers(1, 3), st.text("abcd'\" ->:,[]=", max_size=6),
       st.dictionaries(st.text("abc'", max_size=1), st.integers(0, 3), max_size=3))
def test_lines_and_last_states_are_read_back_for_any_input(xs, k, text, counts):
    check(LOOP, "f", f"{xs!r}, {k}")
    check(NESTED, "f", f"{text!r}, {counts!r}")
    check(CALLS, "f", repr(k))
    check(GUARDED, "f", repr(k))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from((1, 2, 3)))
def test_lines_and_last_states_are_read_back_of_generated_programs(index, level):
    [(prepared, _)] = generate_chunk((CorpusConfig(level=level), 7, range(index, index + 1)))
    assume(prepared is not None)
    for arguments in prepared.candidate.inputs:
        check(prepared.candidate.code, prepared.candidate.entry, arguments)


@pytest.mark.skipif(not CRUXEVAL.exists(), reason="no data: CRUXEval is not given")
def test_lines_and_last_states_are_read_back_of_cruxeval():
    num_checked = 0
    for row in read_jsonl(CRUXEVAL)[::4]:
        outcome = run_call(row["code"], "f", row["input"], watch="trace", max_events=1000)
        if outcome.status == "ok" and not any(event["kind"] == "yield" for event in outcome.events):
            check(row["code"], "f", row["input"])
            num_checked += 1
    assert num_checked > 60


def render(name, program, arguments):
    return render_reasoning(name, program, build_steps(program, trace(program, "f", arguments)))


def test_delta_names_the_next_line_before_what_changed():
    lines = render("delta", CALLS, "1").splitlines()
    assert lines[:4] == ["[L6] -> [L7] n=1", "[L7] call [L1]", "[L1] -> [L2] n=1", "[L2] -> [L4]"]
    assert "[L4] back [L7] returns [1, 2]" in lines and "[L7] -> [L8] xs=[1, 2, 2, 3]" in lines
    assert "[L3] back [L9] raises 'ValueError: a -> [L1], b=2: c'" in lines
    assert lines[-1] == "[L18] back [end] xs=[1, 2, 2], returns 3"


def test_a_self_contained_step_has_all_that_its_effect_is_computed_from():
    lines = render("self_contained", LOOP, "[1, 4, 7], 2").splitlines()
    assert "[L5] total=2, x=7: total += x * 2 -> total=2 + 7 * 2 = 2 + 14 = 16 -> [L3]" in lines
    assert "[L3] xs=[1, 4, 7]: for x in xs -> x=1, left [4, 7] -> [L4]" in lines
    assert "[L3] left [4, 7]: for x in xs -> x=4, left [7] -> [L4]" in lines
    assert "[L3] left []: for x in xs -> [L6]" in lines
    called = render("self_contained", CALLS, "1").splitlines()
    assert "[L7] n=1, returned [1, 2]: xs = g(n) + g(n + 1) -> n=2 call [L1]" in called
    assert "[L7] n=1, returned [1, 2], returned [2, 3]: xs = g(n) + g(n + 1) -> xs=[1, 2, 2, 3] -> [L8]" in called


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from((1, 2, 3)))
def test_an_assignment_of_a_self_contained_step_computes_from_the_steps_own_text(index, level):
    [(prepared, _)] = generate_chunk((CorpusConfig(level=level), 8, range(index, index + 1)))
    assume(prepared is not None)
    code, entry = prepared.candidate.code, prepared.candidate.entry
    steps = build_steps(code, trace(code, entry, prepared.candidate.inputs[0]))
    lines = render_reasoning("self_contained", code, steps).splitlines()
    own = [node.name for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)]
    for line in lines:
        _, known, action, _, told = read_step("self_contained", line)
        source = split_top(split_top(line.split("] ", 1)[1], " -> ")[0], ": ")[-1]
        is_plain = re.match(r"\w+ (?:[-+*/%|&^<>]|//)?= ", source) and action != "call"
        has_function = any(re.search(rf"\b{name}\b", source) for name in [*own, "lambda"]) or "<function>" in line
        if is_plain and not has_function:
            state = {name: eval(text) for name, text in known.items()}
            exec(source, state)
            assert to_literal(state[source.split()[0]]) == told[source.split()[0]], line


def test_a_dynamic_step_has_the_state_before_and_after_and_what_loops_have_left():
    lines = render("dynamic", LOOP, "[1, 4, 7], 2").splitlines()
    assert ("[L5] xs=[1, 4, 7], k=2, total=2, x=7, left L3 [] -> [L3] xs=[1, 4, 7], k=2, total=16, x=7, left L3 []"
            in lines)
    assert "<deleted>" not in render("dynamic", CALLS, "1")  # a state has what there is
    # A loop that was left has nothing to visit any more.
    inner = [line for line in render("dynamic", NESTED, "'ab', {}").splitlines() if line.startswith("[L12]")]
    assert all("left L6" in line and not line.split("->")[1].count("left L10") for line in inner)


@pytest.mark.parametrize("name", ORDERED)
def test_steps_and_next_lines_are_scored(name):
    reference = render(name, LOOP, "[1, 4], 2")
    assert score_steps(name, reference, reference) == StepScore(1.0, 1.0, len(reference.splitlines()))
    first, second, *rest = reference.splitlines()
    changed = "\n".join([first, second.replace("total=0", "total=1"), *rest])
    score = score_steps(name, reference, changed)
    assert score.step_accuracy == 1 - 1 / len(reference.splitlines()) and score.next_line_accuracy == 1.0
    assert score_steps(name, reference, "\n".join([second, first, *rest])).next_line_accuracy < 1.0
    assert find_label(first) == "L1"


def test_formats_beyond_the_papers_are_written_and_compared_only_by_name():
    assert SMOKE.monologues.formats == SMOKE.ablations.variants == DEFAULT_FORMATS
    delta, usual = (ablations.make_arm(SMOKE, name, 0) for name in ("delta", "monologue"))
    assert delta.monologues.formats == ("delta",) and usual.monologues == SMOKE.monologues
    written = SMOKE.replace("monologues", formats=["delta", "monologue"])
    assert ablations.make_arm(written, "delta", 0).monologues == written.monologues
    with pytest.raises(UserError, match="formats are direct.*dynamic"):
        SMOKE.replace("monologues", formats=["prose"])
