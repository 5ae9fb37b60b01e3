"""The tracer misses no change: states rebuilt from its events equal full copies, whatever programs do to each other."""

import gc
import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasty_programs import NASTY
from semcoder.corpus.synthetic import generate_crux
from semcoder.execution.events import fold_inner_frames, rebuild_states
from semcoder.execution.execute import compile_program
from semcoder.execution.literals import ValueLimit, to_literal
from semcoder.execution.replay import Replay
from semcoder.execution.tracer import Tracer
from semcoder.execution.watching import EventLimit

BENCHMARKS = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"
LIMITS = (100_000, 2000, "mark")
ENDS = ("return", "yield", "unwind")


@pytest.fixture(autouse=True, scope="module")
def no_garbage_collection():
    """Else a generator that an earlier program left behind could end, and be seen, in the middle of a later one."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def watch(watcher, code: str, call: str, test: str = "") -> tuple[str, list[dict]]:
    """Returns (value, exception or limit as text, events) of `call` in a fresh namespace under a watcher."""
    namespace = {"__name__": "program"}
    exec(compile_program(code), namespace)
    exec(compile(test, "<test>", "exec"), namespace)
    random.seed(0)  # tests may draw their inputs
    compiled = compile(call, "<call>", "eval")
    try:
        with watcher:
            value = eval(compiled, namespace)
    except (Exception, EventLimit, ValueLimit) as error:
        value = error
    return to_literal(value, 10_000, "mark"), watcher.events


def check_round_trip(code: str, call: str, limits: tuple = LIMITS, test: str = "") -> list[dict]:
    """Asserts that the events rebuild each state that an independent watcher copied; returns the events."""
    value, events = watch(Tracer(*limits), code, call, test)
    expected, copies = watch(Replay(*limits, inner_frames=True), code, call, test)
    is_cut = "Limit" in value + expected  # the two count their events differently: the shorter one is compared
    assert value == expected or is_cut
    rebuilt = [(e["line"], e["depth"], state, e["value"] if e["kind"] != "unwind" else "None")
               for e, state in zip(events, rebuild_states(events), strict=True) if e["kind"] in ("line", *ENDS)]
    copied = [(e["line"], e["depth"], e["locals"], e["value"]) for e in copies if e["kind"] in ("line", "return")]
    for i, (ours, theirs) in enumerate(zip(rebuilt, copied, strict=not is_cut)):
        assert ours == theirs, f"step {i} of\n{code}"
    return events


@pytest.mark.parametrize("name", NASTY)
def test_nasty_programs_can_be_rebuilt(name):
    events = check_round_trip(NASTY[name], "f(3)")
    assert [e["kind"] for e in events if e["frame"] == 0][-1] == "return", "the program stopped before its end"


# Pieces that change a, b, c, each possibly the same object or holding another one; what does not fit raises.
PIECES = """
{x} = {y}  {x} = [{y}, {y}]  {x}.append({y})  {x}[0] = {k}  {x} += [{k}]  {x} *= 2  {x}[{k}:] = {y}  del {x}[-1]
{x}.sort(key=str)  {x}, {y} = {y}, {x}  {x} = {x}[:]  {x}.extend({y})  {x}[0].append({k})  {x} = dict(k={y})
{x}.update(j={y})  {x}['k'].append({k})  {x}.pop('j', 0)  {x} = {{{k}, 1}}  {x}.add({k})  {x} |= {{7}}  del {x}
{x} = ({y}, {k})  {x}[0] += [{k}]  {x} = lambda: {y}.append({k})  {x}()  {x} = [v for v in {y}]  {x} = iter({y})
next({x})  {x} = map({y}.append, [1, 2])  change({y}, {k})  {x} = change({y}, {k})  [change(v, {k}) for v in {y}]
sorted({y}, key=lambda v: change({x}, v))  {x} = grow({y})  for {x} in {y}: pass  for v in list({y}): v += [{k}]
{x} = len({y})  {x} = {k} if {y} else {y}  {x} = (a, b, c)  *{x}, q = {y}  {x}.reverse()  {x} = not {y}
{x} = {x} == {y}  {x} = Box({y})  {x}.held = {y}  {x}.held.append({k})  {x} = max({y})  put({y})  {x} = str(type({y}))
any(map({y}.append, [{k}]))  a = b = c = []  with {x}: {y}.append(1)"""
LINES = st.builds(lambda piece, x, y, k: piece.format(x=x, y=y, k=k),
                  st.sampled_from(PIECES.strip().replace("\n", "  ").split("  ")),
                  st.sampled_from("abc"), st.sampled_from("abc"), st.sampled_from(["0", "True", "1.0", "'s'", "-1"]))
FRAME = """
class Box:
    def __init__(self, held): self.held = held
    def __enter__(self): self.held.append('in')
    def __exit__(self, *_): self.held.append('out'); return True
    def __len__(self): self.held.append(0); return 1
def change(v, k):
    v.append(k)
    return v
def grow(v):
    for i in range(3):
        v.append(i)
        w = yield v
def f(a, b, c):
    def put(v):
        nonlocal c
        c = v
{lines}
    return a
"""


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=12), st.booleans())
def test_no_mixture_of_changes_through_other_names_is_missed(lines, is_caught):
    wrapped = [f"    try:\n        {line}\n    except Exception as e:\n        pass" if is_caught else f"    {line}"
               for line in lines]
    check_round_trip(FRAME.format(lines="\n".join(wrapped)), "f([1, [2]], [3], [])", (3000, 300, "mark"))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.booleans())
def test_generated_programs_can_be_rebuilt(seed, level, is_marking):
    program, _ = generate_crux(seed, 0, level, 1)
    if program:
        limits = (3000, 40, "mark") if is_marking else (3000, 5000, "stop")
        check_round_trip(program.code, f"f({program.inputs[0]})", limits)


def read_benchmark(name: str) -> list[dict]:
    file = BENCHMARKS / name
    if not file.exists():
        pytest.skip(f"no data: ../shared/benchmarks/{name}")
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.parametrize("limits", [(5000, 5000, "stop"), (5000, 40, "mark")])
def test_every_cruxeval_program_can_be_rebuilt(limits):
    for item in read_benchmark("cruxeval_dev.jsonl"):
        events = check_round_trip(item["code"], f"f({item['input']})", limits)
        assert events[-1]["kind"] == "return"
        assert limits[2] == "mark" or eval(events[-1]["value"]) == eval(item["output"])


def test_every_humaneval_solution_can_be_rebuilt():
    for item in read_benchmark("humaneval.jsonl"):
        code = item["prompt"] + item["canonical_solution"]
        check_round_trip(code, f"check({item['entry_point']})", (3000, 1000, "mark"), test=item["test"])


def trace(code: str, call: str = "f()", *limits) -> list[dict]:
    return watch(Tracer(*(limits or LIMITS)), code, call)[1]


def test_generators_are_frames_that_yield_and_resume():
    events = [(e["kind"], e["frame"], e["depth"], e["changed"], e["value"]) for e in trace("""
def g(x):
    y = yield x
    yield y
def f():
    a, b = g(1), g(2)
    return next(a), next(b), a.send(5)
""") if e["function"] == "g"]
    assert events[:3] == [("call", 1, 1, {"x": "1"}, None), ("line", 1, 1, {}, None), ("yield", 1, 1, {}, "1")]
    assert [e[:2] for e in events[3:6]] == [("call", 2), ("line", 2), ("yield", 2)]
    assert events[6] == ("resume", 1, 1, {"y": "5"}, None) and events[8] == ("yield", 1, 1, {}, "5")


def test_exceptions_are_told_from_returns_in_every_frame_that_they_leave():
    events = [(e["kind"], e["function"], e["value"]) for e in trace("""
def g():
    raise KeyError('k')
def f():
    try:
        return g()
    except KeyError:
        return None
""") if e["kind"] not in ("call", "line")]
    assert events == [("exception", "g", "KeyError: 'k'"), ("unwind", "g", None), ("exception", "f", "KeyError: 'k'"),
                      ("return", "f", "None")]


def test_inner_frames_are_recorded_and_can_be_folded_into_their_line():
    events = trace("""
def g(x):
    return x
def f():
    return [g(x) for x in (1, 2)] + sorted([2, 1], key=lambda v: g(v))
""")
    assert {e["function"] for e in events} == {"f", "g", "<listcomp>", "<lambda>"}
    assert {e["depth"] for e in events if e["function"] == "g"} == {2}
    folded = fold_inner_frames(events)
    assert {(e["function"], e["depth"]) for e in folded} == {("f", 0), ("g", 1)}
    assert folded[-1]["value"] == "[1, 2, 1, 2]"


@pytest.mark.parametrize(("loop", "limit"), [("x = i", EventLimit), ("x = 'a' * i", ValueLimit)])
@pytest.mark.parametrize("caught", [False, True])
def test_a_limit_ends_the_run_even_if_the_program_catches_everything(loop, limit, caught):
    code = f"""
def f():
    try:
        for i in range(10**4):
            {loop}
    {"except:" if caught else "finally:"}
        x = 0
"""
    tracer = Tracer(200, 50, "stop")
    assert watch(tracer, code, "f()")[0].startswith(f"<{limit.__name__}") and len(tracer.events) <= 200


def test_the_cost_of_a_step_is_bounded_by_the_limit_not_by_the_value():
    code = """
def f():
    a = ['x'] * 10**6
    b = {i: a for i in range(50)}
    c = [[a] * 100] * 100
    d = [['y'] * 30] * 30
    return len(c)
"""
    tracer = Tracer(1000, 100, "mark")
    started = time.process_time()
    watch(tracer, code, "f()")
    assert time.process_time() - started < 0.5
    changed = [e["changed"] for e in tracer.events if e["kind"] == "line" and e["function"] == "f"]
    assert changed[0] == {"a": "<list of 1000000>"} and changed[-2] == {"d": "<list of 30>"}


def test_names_that_shadow_builtins_are_not_taken_for_them():
    events = trace("def f():\n    xs = []\n    len = xs.append\n    len(1)\n    return xs")
    assert {"xs": "[1]"} in [e["changed"] for e in events]
