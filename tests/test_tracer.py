"""The tracer misses no change: states rebuilt from its events equal full copies, whatever programs do to each other."""

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcoder.corpus.synthetic import generate_crux
from semcoder.execution.execute import compile_program
from semcoder.execution.literals import ValueLimit, to_literal
from semcoder.execution.replay import Replay
from semcoder.execution.tracer import EventLimit, Tracer, fold_inner_frames, rebuild_states

BENCHMARKS = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"
LIMITS = (100_000, 2000, "mark")
ENDS = ("return", "yield", "unwind")


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
    copied = [(e["line"], e["depth"], e["locals"], e["value"]) for e in copies]
    for i, (ours, theirs) in enumerate(zip(rebuilt, copied, strict=not is_cut)):
        assert ours == theirs, f"step {i} of\n{code}"
    return events


NASTY = {
    "default argument": """
def add(x, seen=[]):
    seen.append(x)
    return seen
def f(n):
    a = add(n)
    b = add(n + 1)
    add(n + 2)
    return a, b
""",
    "nested containers": """
def f(n):
    row = [0] * n
    grid = [row, row]
    table = {'g': grid, 't': (row, 1)}
    row[0] = 1
    grid[1][1] = True
    table['g'][0] += [2]
    grid.append(grid[:])
    del table['t'][0][0]
    return table
""",
    "list held twice": """
def f(n):
    a = b = [n]
    b += [1]
    a *= 2
    b = b + [3]
    a[1:2] = [7, 8, 9]
    a[::2] = [0] * len(a[::2])
    c, *d = a
    c, d = d, c
    c.reverse(); b.sort()
    return a, b, c, d
""",
    "equal but of another type": """
def f(n):
    xs = [1, 0, n]
    ys = xs
    xs[0] = True
    xs[1] = 0.0
    n = float(n)
    n = int(n)
    xs[1] = -0.0
    return ys
""",
    "views": """
def f(n):
    d = {1: 2}
    keys, items = d.keys(), d.items()
    d[n] = 1
    d.setdefault('x', []).append(d)
    k = list(keys)
    d.pop(1)
    d |= {5: 6}
    return len(items), k
""",
    "closures": """
def f(n):
    total, seen = 0, []
    def add(x):
        nonlocal total
        total += x
        seen.append(total)
        return total
    y = add(1) + add(2)
    twice = lambda x: add(x) * 2
    z = [twice(i) for i in range(n)]
    total = 0
    def forget():
        nonlocal total
        del total
    forget()
    return y, z, seen
""",
    "globals": """
COUNT, LOG = 0, []
def bump(log):
    global COUNT
    COUNT += 1
    log.append(COUNT)
def f(n):
    mine = LOG
    for i in range(n):
        bump(LOG)
    LOG.clear()
    return mine, COUNT
""",
    "generators": """
def count(xs, stop):
    i = 0
    while i < stop:
        got = yield i
        if got: xs.append(got); i += got
        i += 1
    return 'done'
def both(xs):
    first = yield from count(xs, 2)
    yield first
def f(n):
    xs = []
    a, b = count(xs, n), count(xs, 2)
    out = [next(a), next(b), a.send(1), next(b)]
    for x in both(xs):
        xs.append(x)
    out += [x for x in a if x % 2] + list(z for z in xs)
    xs.extend(count(xs, 2))
    def bad():
        try:
            yield 1
            yield 2
        except ValueError as e:
            yield str(e)
        finally:
            xs.append('end')
    g = bad()
    next(g)
    out.append(g.throw(ValueError('x')))
    g.close()
    h = bad(); next(h)
    try:
        h.throw(KeyError('y'))
    except KeyError:
        out.append('key')
    return out, xs
""",
    "recursion": """
def walk(xs, n, path=()):
    if n == 0:
        xs.append(list(path))
        return
    for i in range(2):
        before = len(xs)
        walk(xs, n - 1, path + (i,))
        xs[before].append(n)
def f(n):
    xs = []
    walk(xs, 2)
    return xs
""",
    "del and exceptions": """
def inner(xs, d):
    try:
        xs.append(1)
        d['missing']
    finally:
        xs.append(2)
        del d
def outer(xs):
    try:
        inner(xs, {})
    except (KeyError, ValueError) as e:
        xs.append(e.args)
        raise TypeError('again') from e
def f(n):
    xs, y = [], 1
    try:
        outer(xs)
    except TypeError as e:
        del y
        xs[0] = str(e)
    else:
        y = 3
    finally:
        z = 1
    try:
        try:
            1 / 0
        except ValueError as e:
            pass
    except ZeroDivisionError as e:
        y = repr(e)
    for i in range(3):
        try:
            if i: continue
            return_value = i
        finally:
            z += 1
    return xs, y, z
""",
    "walrus, match, with": """
from contextlib import contextmanager, suppress
class Keep:
    def __init__(self, xs): self.xs = xs
    def __enter__(self):
        self.xs.append('in')
        return self.xs
    def __exit__(self, *error):
        self.xs.append('out')
        return True
@contextmanager
def held(xs):
    xs.append(1)
    yield xs
    xs.append(2)
def f(n):
    xs = [1, [2, 3], {'k': n}]
    while (last := xs.pop()) and len(xs) > 2:
        pass
    match xs:
        case [int(a), [b, *rest]] if a:
            rest.append(b)
        case [a, *rest]:
            rest[0] = 5
    with Keep(xs) as ys, held(ys):
        ys.append(3)
        raise ValueError
    with suppress(KeyError):
        xs.remove(1); {}[1]
    if any((found := x) for x in xs): xs[-1] = found
    return xs, last
""",
    "classes": """
class Stack:
    shared = []
    def __init__(self, items): self.items = items
    def push(self, x):
        self.items.append(x)
        self.shared.append(x)
        return self
    def __iadd__(self, x):
        return self.push(x)
    def __len__(self):
        self.items.append(0)
        return len(self.items)
def f(n):
    xs = []
    s = Stack(xs)
    s.push(1).push(2)
    s += 3
    k = len(s)
    class Local(Stack):
        limit = [n]
        limit.append(2)
        def push(self, x):
            super().push(x)
            self.top = x
    t = Local(s.items)
    t.push(4)
    t.items = t.items[:1]
    vars(t)['extra'] = xs
    return xs, k, t.top
""",
    "builtins that change things": """
import heapq, functools, collections, itertools
def f(n):
    xs, seen = [3, 1, 2], []
    heapq.heapify(xs)
    heapq.heappush(xs, 0)
    any(map(seen.append, xs))
    lazy = map(seen.append, xs)
    next(lazy)
    for _ in lazy:
        pass
    for _ in map(seen.append, [8]):
        pass
    put = seen.append
    put(7)
    [len(seen) for x in map(put, xs)]
    sorted([1], key=put)
    xs.sort(key=lambda v: seen.append(v) or -v)
    functools.reduce(lambda acc, v: acc.append(v) or acc, xs, seen)
    d = collections.defaultdict(list)
    d['a']
    d['b'].append(seen)
    c = collections.Counter('ab'); c.update('a')
    q = collections.deque(xs); q.rotate()
    [*itertools.starmap(put, [(1,)])]
    table = {'put': put}
    table['put'](9)
    it = iter(xs)
    pairs = zip(it, map(put, 'ab'))
    a, *b = pairs
    getattr(seen, 'clear')()
    list.append(seen, 1); setattr(f, 'x', 1)
    return xs, seen, d, c, list(q)
""",
    "indirect": """
def f(n):
    def change(xs): xs.append(1)
    xs, ys = [], [[]]
    ys[0] = xs
    change(ys[0])
    [change(v) for v in ys]
    list(map(change, ys))
    x = (lambda v: change(v))(xs)
    exec('xs.append(2)', {'xs': xs})
    eval('change(xs)', {'change': change, 'xs': xs})
    locals()['n'] = 7
    return xs, n
""",
    "shadowed builtins": """
def len(xs):
    xs.append(0)
    return 1
def f(n):
    xs = []
    a = len(xs)
    sum = xs.append
    sum(1)
    def str(v): xs.append(v)
    str(2)
    return xs
""",
    "one line": """
def f(n):
    a = [1]; b = a; b.append(2); a = a + [3]; n += 1; n = [n]; n += [1]
    for i in range(3): a.append(i); b = a if i else b
    x = [y := 1, y + 1]; x += [1] if y else []
    while a: a.pop(); n = [] if len(a) < 2 else n
    def g(k): k.append(1); return k
    return g(b) + g(n), x
""",
    "large values": """
def f(n):
    xs = list(range(5000))
    ys = [xs, 'ok', 'z' * 9000, 10 ** 3000]
    xs.append(1)
    d = {'s': 's' * 3000, 'big': {i: i for i in range(900)}}
    del xs[3:]
    ys[2] = ys[2][:4]
    big = 7 ** 9000
    cycle = [1]; cycle.append(cycle); cycle.append(cycle)
    return len(ys)
""",
    "exception texts": """
class Bad(Exception):
    def __str__(self): raise RuntimeError('never called')
    __repr__ = __str__
class Meta(type):
    __name__ = property(lambda cls: 1 / 0)
    __mro__ = __dict__ = property(lambda cls: 1 / 0)
class Odd(metaclass=Meta):
    def __repr__(self): raise SystemExit
    def __eq__(self, other): raise SystemExit
    def __getattribute__(self, name): raise SystemExit
    __hash__ = None
def f(n):
    odd = Odd()
    held = [odd, Odd]
    for error in (Bad(1, 'a'), KeyError('k'), ValueError('m' * 5000), OSError(2, 'no'), StopIteration(odd), Bad(odd)):
        try:
            raise error
        except Exception as e:
            n += 1
    return n
""",
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_programs_can_be_rebuilt(name):
    events = check_round_trip(NASTY[name], "f(3)")
    assert [e["kind"] for e in events if e["frame"] == 0][-1] == "return", "the program stopped before its end"


# Pieces that change a, b, c, each possibly the same object or holding another one; what does not fit raises.
PIECES = st.sampled_from("""{x} = {y}  {x} = [{y}, {y}]  {x}.append({y})  {x}[0] = {k}  {x} += [{k}]  {x} *= 2  {x}[{k}:] = {y}
del {x}[-1]  {x}.sort(key=str)  {x}, {y} = {y}, {x}  {x} = {x}[:]  {x}.extend({y})  {x}[0].append({k})  {x} = dict(k={y})
{x}.update(j={y})  {x}['k'].append({k})  {x}.pop('j', 0)  {x} = {{{k}, 1}}  {x}.add({k})  {x} |= {{7}}  {x} = ({y}, {k})
{x}[0] += [{k}]  {x} = lambda: {y}.append({k})  {x}()  {x} = [v for v in {y}]  {x} = iter({y})  next({x})  {x} = map({y}.append, [1, 2])
change({y}, {k})  {x} = change({y}, {k})  [change(v, {k}) for v in {y}]  sorted({y}, key=lambda v: change({x}, v))  del {x}
{x} = grow({y})  next({x})  for {x} in {y}: pass  for v in list({y}): v += [{k}]  {x} = len({y})  {x} = {k} if {y} else {y}
{x} = (a, b, c)  *{x}, q = {y}  {x}.reverse()  {x} = not {y}  {x} = {x} == {y}  {x} = Box({y})  {x}.held = {y}  {x}.held.append({k})
{x} = max({y})  put({y})  {x} = str({y})[:30]  any(map({y}.append, [{k}]))  a = b = c = []  with {x}: {y}.append(1)""".replace("\n", "  ").split("  "))
LINES = st.builds(lambda piece, x, y, k: piece.format(x=x, y=y, k=k), PIECES, st.sampled_from("abc"),
                  st.sampled_from("abc"), st.sampled_from(["0", "True", "1.0", "'s'", "-1"]))
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
        assert events[-1]["kind"] == "return" and (limits[2] == "mark" or eval(events[-1]["value"]) == eval(item["output"]))


def test_every_humaneval_solution_can_be_rebuilt():
    for item in read_benchmark("humaneval.jsonl"):
        code = item["prompt"] + item["canonical_solution"]
        check_round_trip(code, f"check({item['entry_point']})", (3000, 1000, "mark"), test=item["test"])


def trace(code: str, call: str = "f()", *limits) -> list[dict]:
    return watch(Tracer(*(limits or LIMITS)), code, call)[1]


def test_generators_are_frames_that_yield_and_resume():
    code = "def g(x):\n    y = yield x\n    yield y\ndef f():\n    a, b = g(1), g(2)\n    return next(a), next(b), a.send(5)"
    events = [(e["kind"], e["frame"], e["depth"], e["changed"], e["value"]) for e in trace(code) if e["function"] == "g"]
    assert events[:3] == [("call", 1, 1, {"x": "1"}, None), ("line", 1, 1, {}, None), ("yield", 1, 1, {}, "1")]
    assert [e[:2] for e in events[3:6]] == [("call", 2), ("line", 2), ("yield", 2)]
    assert events[6] == ("resume", 1, 1, {"y": "5"}, None) and events[8] == ("yield", 1, 1, {}, "5")


def test_exceptions_are_told_from_returns_in_every_frame_that_they_leave():
    code = "def g():\n    raise KeyError('k')\ndef f():\n    try:\n        return g()\n    except KeyError:\n        return None"
    events = [(e["kind"], e["function"], e["value"]) for e in trace(code) if e["kind"] not in ("call", "line")]
    assert events == [("exception", "g", "KeyError: 'k'"), ("unwind", "g", None), ("exception", "f", "KeyError: 'k'"),
                      ("return", "f", "None")]


def test_inner_frames_are_recorded_and_can_be_folded_into_their_line():
    code = "def g(x):\n    return x\ndef f():\n    return [g(x) for x in (1, 2)] + sorted([2, 1], key=lambda v: g(v))"
    events = trace(code)
    assert {e["function"] for e in events} == {"f", "g", "<listcomp>", "<lambda>"}
    assert {e["depth"] for e in events if e["function"] == "g"} == {2}
    folded = fold_inner_frames(events)
    assert {(e["function"], e["depth"]) for e in folded} == {("f", 0), ("g", 1)}
    assert folded[-1]["value"] == "[1, 2, 1, 2]"


def test_a_limit_ends_the_run_even_if_the_program_catches_everything():
    loop = "def f():\n    for i in range(10**4):\n        x = i\n    return 0"
    caught = "def f():\n    try:\n        for i in range(10**4):\n            x = 'a' * i\n    except:\n        return 0"
    for code, limits, limit in ((loop, (50, 50, "stop"), EventLimit), (caught, (10**5, 50, "stop"), ValueLimit)):
        tracer = Tracer(*limits)
        assert watch(tracer, code, "f()")[0].startswith(f"<{limit.__name__}") and len(tracer.events) <= 210


def test_the_cost_of_a_step_is_bounded_by_the_limit_not_by_the_value():
    code = "def f():\n    a = ['x'] * 10**6\n    b = {i: a for i in range(50)}\n    c = [[a] * 100] * 100\n    return len(c)"
    tracer = Tracer(1000, 100, "mark")
    started = time.process_time()
    watch(tracer, code, "f()")
    assert time.process_time() - started < 0.5
    assert [e["changed"] for e in tracer.events if e["kind"] == "line"][0] == {"a": "<list of 1000000>"}


def test_names_that_shadow_builtins_are_not_taken_for_them():
    code = "def f():\n    xs = []\n    len = xs.append\n    len(1)\n    return xs"
    assert {"xs": "[1]"} in [e["changed"] for e in trace(code)]
