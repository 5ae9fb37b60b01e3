"""Generated programs run, vary, need each statement, take each branch both ways, and cover what CRUXEval uses."""

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from semcoder.benchmarks.generation import check_by_deletion, check_by_slice
from semcoder.corpus.candidates import Candidate, make_random, normalize
from semcoder.corpus.constructs import METHODS, count_constructs, list_missing
from semcoder.corpus.synthetic import generate_crux, generate_described
from semcoder.corpus.synthetic.acceptance import MAX_CHARS, accept, draw_runs, find_dead, find_flaw, trace
from semcoder.corpus.synthetic.crux import MAX_ATTEMPTS, draw_arguments, grow_program
from semcoder.corpus.synthetic.described import OPERATIONS, find_untruth
from semcoder.corpus.synthetic.flow import UNPROVEN, read_flows
from semcoder.corpus.synthetic.growth import Stuck
from semcoder.corpus.synthetic.operations import OPERATIONS as PLAIN_OPERATIONS
from semcoder.corpus.synthetic.trial import Trial
from semcoder.corpus.synthetic.values import Source
from semcoder.execution.execute import run_call

GENERATORS = (generate_crux, generate_described)
CRUXEVAL = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "cruxeval_dev.jsonl"


def make_trial(code: str, level: int = 1) -> Trial:
    return Trial(ast.parse(code), "f", MAX_CHARS[level])


def delete(code: str, dead: set[int]) -> str:
    """Returns the program without the statements on some lines."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                left = [s for s in block if s.lineno not in dead]
                setattr(node, name, left or ([ast.Pass()] if name == "body" else []))
        if isinstance(node, ast.Try) and not node.handlers and not node.finalbody:
            node.finalbody = [ast.Pass()]
    return ast.unparse(ast.fix_missing_locations(tree))


def outputs_of(code: str, inputs: tuple[str, ...]) -> list[str] | None:
    """Returns what a program returns for each input, run by the project's own runner; None if it cannot compile."""
    try:
        return [run_call(code, "f", text, count_lines=True, max_events=500).output for text in inputs]
    except SyntaxError:  # a nonlocal name that is bound nowhere any more
        return None


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.sampled_from(GENERATORS))
def test_a_generated_program_runs_varies_and_covers_its_branches(index, level, generate):
    candidate, flaws = generate(0, index, level, 3)
    if candidate is None:  # given up after many attempts: the next index takes its place
        assert len(flaws) == MAX_ATTEMPTS
        return
    assert candidate.code == normalize(candidate.code) and 3 <= len(candidate.inputs) <= 6
    trial = make_trial(candidate.code, level)
    runs = [trial.run(text) for text in candidate.inputs]
    assert {run.status for run in runs} == {"ok"} and len({run.output for run in runs}) > 1
    assert frozenset().union(*(run.outcomes for run in runs)) == trial.branches
    assert find_flaw(trial, read_flows(ast.parse(candidate.code)), candidate.code, runs, level) == ""
    assert [run.output for run in runs] == outputs_of(candidate.code, candidate.inputs)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.sampled_from(GENERATORS))
def test_the_trace_shows_each_branch_going_both_ways(index, level, generate):
    candidate = generate(2, index, level, 3)[0]
    assume(candidate)
    went: dict[int, set[bool]] = {}  # line of a branch -> whether its body came next
    heads = {node.lineno: {s.lineno for s in node.body} for node in ast.walk(ast.parse(candidate.code))
             if isinstance(node, (ast.If, ast.While, ast.For)) and ast.unparse(getattr(node, "test", node)) != "True"}
    for text in candidate.inputs:
        last: dict[int, int] = {}  # depth -> line of the frame's event before
        for event in run_call(candidate.code, "f", text, watch="trace").events:
            if event["function"].startswith("<"):
                continue
            depth = event["depth"]
            if event["kind"] == "call":
                last.pop(depth, None)
            elif last.get(depth) in heads:
                in_body = event["kind"] == "line" and event["line"] in heads[last[depth]]
                went.setdefault(last[depth], set()).add(in_body)
            if event["kind"] == "line":
                last[depth] = event["line"]
    assert went == dict.fromkeys(heads, {True, False})


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.sampled_from(GENERATORS))
def test_no_accepted_program_has_a_statement_whose_deletion_changes_nothing(index, level, generate):
    candidate = generate(1, index, level, 3)[0]
    assume(candidate)
    expected = outputs_of(candidate.code, candidate.inputs)
    for node in ast.walk(ast.parse(candidate.code)):
        if isinstance(node, ast.stmt) and not isinstance(node, UNPROVEN):
            assert outputs_of(delete(candidate.code, {node.lineno}), candidate.inputs) != expected, node.lineno


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]))
def test_what_a_slice_leaves_out_can_be_deleted(index, level):
    random = make_random("slice", index, level)
    source = Source(random, level)
    try:
        code, types = grow_program(random, level, source)
    except Stuck:
        assume(False)
    code = normalize(code)
    runs, _ = draw_runs(make_trial(code, level), lambda: draw_arguments(source, types), 3)
    events = trace(code, "f", runs, level)
    assume(runs and events)
    dead = find_dead(read_flows(ast.parse(code)), events)
    found = outputs_of(delete(code, dead), tuple(run.text for run in runs))
    assume(found is not None)
    assert found == [run.output for run in runs]


@pytest.mark.parametrize(("code", "inputs", "dead"), [
    ("def f(x):\n    y = x\n    x += 1\n    return y + 1", ["3"], {3}),
    ("def f(x):\n    y = 1\n    y = 2\n    return x + y", ["3"], {2}),
    ("def f(xs):\n    ys = xs\n    ys.append(1)\n    return xs", ["[3]"], set()),
    ("def f(xs):\n    ys = xs[:]\n    ys.append(1)\n    return xs", ["[3]"], {2, 3}),
    ("def f(s):\n    s = s.strip()\n    return s", ["'a'"], {2}),
    ("def f(s):\n    s = s.strip()\n    return s", ["'a'", "' b'"], set()),
    ("def f(xs):\n    n = 0\n    m = 0\n    for x in xs:\n        n += x\n        m += 1\n    return n", ["[1, 2]"],
     {3, 6}),
    ("def f(x):\n    y = True\n    z = 1\n    if not y:\n        z = 2\n    return x + z", ["1"], {2, 4, 5}),
    ("def f(x):\n    y = x > 1\n    z = 1\n    if y:\n        z = 2\n    return x + z", ["1", "2"], set()),
    ("def f(x):\n    n = x\n\n    def g():\n        return n + 1\n    n = g()\n    return n", ["1"], set()),
    ("def f(xs):\n    for x in xs:\n        if x > 2:\n            break\n    return x", ["[1, 3, 5]"], set()),
    ("def f(d):\n    try:\n        v = d['a']\n    except KeyError:\n        v = 0\n    return v", ["{}"], set()),
    ("def f(xs):\n    def g(v):\n        w = v + 1\n        u = v\n        return w\n    return [g(x) for x in xs]",
     ["[1]"], {4}),
    ("def f(x):\n    n = 0\n\n    def g(v):\n        nonlocal n\n        n += v\n    g(x)\n    return n", ["4"], set()),
    ("def g(xs):\n    n = len(xs)\n    xs.append(1)\n    n += 1\n\ndef f(xs):\n    g(xs)\n    return xs",
     ["[3]"], {2, 4}),
    ("def f(x):\n    while True:\n        x -= 3\n        if x < 0:\n            break\n    return x", ["7"], set()),
    ("def f(x):\n    g = lambda v: v + x\n    x = 2\n    return g(1)", ["7"], set()),
    ("def f(xs):\n    it = iter(xs)\n    a = next(it)\n    return next(it)", ["[1, 2]"], set()),
    ("def f(x):\n    match x:\n        case [a, *_]:\n            y = a\n        case _:\n            y = 0\n"
     "    return y", ["[4]", "3"], set())])
def test_a_slice_follows_data_control_jumps_aliases_and_calls(code, inputs, dead):
    events = [run_call(code, "f", text, watch="trace").events for text in inputs]
    assert find_dead(read_flows(ast.parse(code)), events) == dead


@pytest.mark.parametrize(("code", "flaw"), [
    ("def f(x):\n    return 3\n", "unused argument"), ("def f(x):\n    return x // 100\n", "constant output"),
    ("def f(x):\n    return x\n", "returns its argument"),
    ("def f(x):\n    return x // 0\n", "does not run: exception"),
    ("def f(x):\n    global y\n    y = x\n    global y\n    return y + 1\n", "does not compile"),
    ("def f(x):\n    while x > 0:\n        x += 1\n    return x\n", "does not run: over budget"),
    ("def f(x):\n    if x > 90:\n        x = 1\n    return x + 1\n", "branch never taken"),
    ("def f(x):\n    for y in [x]:\n        return y + 1\n", "branch never taken"),
    ("def f(x):\n    y = x\n    x += 1\n    return y + 1\n", "dead statement"),
    ("def f(x):\n    y = x + 5\n    if y > 7:\n        y = max(y, 3)\n    return y\n", "dead statement"),
    ("def f(x):\n    ys = [x]\n    ys = ys[:]\n    return ys\n", "statement without effect"),
    ("def f(x):\n    s = str(x)\n    s2 = s[::-1]\n    return len(s2) + x\n", "operation without effect"),
    ("def f(x):\n    y = max(x, 0)\n    return y + 2\n", "operation without effect"),
    ("def f(x):\n    ys = [x, 1]\n    zs = ys.copy()\n    zs.append(2)\n    return zs\n", ""),
    ("def f(x):\n    return x + 1\n", "")])
def test_each_flaw_of_a_generated_program_is_found(code, flaw):
    numbers = Random(0)
    runs, found = accept(code, "f", lambda: str(numbers.randint(1, 9)), 3, 1)
    assert found == flaw and bool(runs) == (not flaw)


@pytest.mark.parametrize("body", [
    "while True:\n        x += 1", "s = 'a'\n    for i in range(60):\n        s += s",
    "for i in range(30):\n        x *= x + 2", "return f(x + 1)", "return [0] * (x + 10 ** 9)",
    "return (x + 9) ** 10 ** 8",
    "return list(range(x, 10 ** 9))", "return str(x).zfill(10 ** 9)", "return 1 << x + 10 ** 9",
    "xs = [x]\n    while x:\n        xs.extend(xs)", "x *= 10 ** 5\n    return 'ab' * x"])
def test_endless_and_exploding_programs_end_within_the_budget(body):
    assert make_trial(f"def f(x):\n    {body}\n    return x\n").run("3").status == "over budget"


@pytest.mark.parametrize(("code", "is_kept"), [
    ("def f(x):\n    y = x * 2\n    return y + 1\n", True),
    ("def f(x):\n    y = x\n    x += 1\n    return y + 1\n", False),
    ("def f(x):\n    if x > 1:\n        x -= 1\n    return x + 5\n", True)])
def test_both_checks_of_the_benchmark_agree(code, is_kept):
    program = Candidate("synthetic", "crux", "", "MIT", 1, "f", normalize(code), ("1", "2", "3"))
    assert check_by_slice(program) == check_by_deletion(program) == is_kept


def test_a_statement_left_out_is_left_out_and_nothing_leaks_between_runs():
    code = "def f(x):\n    global seen\n    seen = [x]\n    seen.append(1)\n    return seen\n"
    trial = make_trial(code)
    assert [trial.run("2", number).output for number in (-1, 1)] == ["[2, 1]", "[2]"]
    assert trial.run("2", 0).status == "exception"  # the global of the runs before is gone
    assert not trial.has_idle_statement([trial.run("2")])


def test_a_branch_that_needs_more_inputs_gets_up_to_twice_as_many():
    code = ("def f(x):\n    if x == 1:\n        return 'a'\n    if x == 2:\n        return 'b'\n    if x == 3:\n"
            "        return 'c'\n    return 'd'\n")
    numbers = Random(0)
    runs, flaw = accept(code, "f", lambda: str(numbers.randint(1, 5)), 2, 1)
    assert flaw == "" and len(runs) == 4
    assert accept(code, "f", lambda: str(numbers.randint(1, 5)), 1, 1) == ((), "branch never taken")


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("generate", GENERATORS)
def test_hardly_any_index_is_given_up(generate, level):
    assert sum(generate(1, index, level, 3)[0] is None for index in range(60)) <= 1


@cache
def generate_many() -> tuple[str, ...]:
    """Returns the code of some thousand level 3 programs of both families."""
    found = [generate(0, index, 3, 3)[0] for generate, count in ((generate_crux, 2500), (generate_described, 200))
             for index in range(count)]
    return tuple(candidate.code for candidate in found if candidate)


def test_the_programs_use_every_construct_that_cruxeval_uses():
    if not CRUXEVAL.exists():
        pytest.skip(f"no data: {CRUXEVAL.name}")
    wanted = count_constructs(json.loads(line)["code"] for line in CRUXEVAL.read_text().splitlines())
    assert wanted.programs == 400 and wanted.nodes["While"] > 30 and wanted.methods["join"] > 50
    assert list_missing(wanted, count_constructs(generate_many())) == []


def test_the_programs_use_every_public_method_of_the_built_in_containers():
    found = count_constructs(generate_many())
    assert {kind: sorted(names - found.methods.keys()) for kind, names in METHODS.items()} == dict.fromkeys(METHODS, [])
    kinds = {"Match", "Try", "Lambda", "JoinedStr", "NamedExpr", "Starred", "SetComp", "DictComp", "GeneratorExp",
             "Delete", "Assert", "Global", "Nonlocal", "Break", "Continue", "Slice"}
    assert kinds <= found.nodes.keys()


def test_constructs_are_counted_once_per_program_and_own_names_are_no_builtins():
    found = count_constructs(["def f(list):\n    return list.append(len(list)) or list.append(1)",
                              "x = len('a'.strip())"])
    assert found.methods == {"append": 1, "strip": 1} and found.builtins == {"len": 2}
    missing = list_missing(found, count_constructs(["x = len([])"]))
    assert ("methods", "append", 1) in missing and not any(name == "len" for _, name, _ in missing)


def test_equal_seeds_give_equal_bytes_in_another_process_with_another_hash_seed():
    script = ("from semcoder.corpus.synthetic import *\nfrom semcoder.hashing import hash_json\nimport dataclasses\n"
              "print(hash_json([dataclasses.astuple(g(5, i, l, 3)[0]) for g in (generate_crux, generate_described)"
              " for l in (1, 2, 3) for i in range(40)]))")
    prints = {subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                             env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed}).stdout for seed in "123"}
    assert len(prints) == 1 and len(prints.pop().strip()) == 64


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_each_realisation_of_an_operation_does_what_its_reference_says(operation):
    constants = {"": [None], "number": [3, 5], "few": [2, 3], "letter": ["a", "t"], "word": ["fig", "plum"],
                 "sep": ["-", " "]}[operation.constant]
    values = {"list": [[3, 3, 8, 1], [5], [2, 9, 4, 4, 6], [-2, 7, -2]], "str": ["tarot", "a", "level"],
              "words": [["fig", "kiwi", "fig"], ["apple"], ["tea", "at", "plum", "tea"]],
              "dict": [{"fig": 4, "plum": -1, "kiwi": 4}, {"a": 9}, {"plum": 2}],
              "rows": [[[3, 1, 2], [5], []], [[-2, 8]], [[1, 1], [7, 4]]]}[operation.takes]
    if operation.takes == "str" and operation not in PLAIN_OPERATIONS:
        values += ["A-b c", " x  y ", "", "b-\tB-9"]
    for body in operation.bodies:
        for constant in constants:
            for value in values:
                lines = body.format(x="x", y="y", k=repr(constant)).replace("\n", "\n    ")
                space: dict = {}
                exec(f"def f(x):\n    {lines}\n    return y\n", space)
                before = repr(value)
                expected = operation.reference(value, constant) if operation.constant else operation.reference(value)
                found = space["f"](value)
                assert repr(found) == repr(expected) and repr(value) == before


def test_there_are_many_described_operations_with_several_phrasings_and_realisations():
    assert len(OPERATIONS) >= 110 and len({o.name for o in OPERATIONS}) == len(OPERATIONS)
    assert sum(len(o.phrases) > 1 for o in OPERATIONS) > 70 and sum(len(o.bodies) > 1 for o in OPERATIONS) > 80
    assert {o.takes for o in OPERATIONS} == {"list", "str", "words", "dict", "rows"}


def test_a_description_that_does_not_fit_or_an_operation_that_does_nothing_is_refused():
    from semcoder.corpus.synthetic.described import compose

    random = make_random("untruth")
    source = Source(random, 1)
    for _ in range(50):
        made = compose(random, 1, source)
        runs, flaw = accept(made.code, "f", lambda made=made: draw_arguments(source, made.types), 3, 1)
        if flaw or find_untruth(made, runs):
            continue
        (text, output) = (runs[0].text, runs[0].output)
        wrong = type(runs[0])(text, "ok", output + " ", frozenset())
        assert find_untruth(made, (wrong, *runs[1:])) == "untrue description"


def test_only_a_variable_stands_in_for_an_operation_because_a_builtin_can_crash_the_interpreter():
    code = "def f(text):\n    text = text.translate(str.maketrans('k', 'e'))\n    return text.strip()\n"
    trial = Trial(ast.parse(code), "f", 100)
    runs = [trial.run(f"'{word}'") for word in ("kite ", "tea")]
    assert len(trial._detours) == 2  # `text` in each of the two statements, and never `str`
    assert not any(trial.has_idle_operation(runs) for _ in range(200))  # until the interpreter has specialised it
