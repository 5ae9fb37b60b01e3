"""Programs whose `f(3)` changes values in ways that a tracer can miss; used by test_tracer.py."""

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
    "iterators that no name holds": """
def rebound(xs, seen):
    m = map(seen.append, xs)
    for m in m:
        xs = seen
    return xs
def made_by_a_call(xs, seen):
    def lazy():
        return map(seen.append, xs)
    for _ in lazy():
        xs = [1]
    return xs
def popped(xs, seen):
    held = [map(seen.append, xs)]
    for _ in held.pop():
        xs = [2]
    return xs
def shrinking(xs, seen):
    held = {'k': iter(xs.pop, 1)}
    for _ in held['k']:
        held = None
    return xs
def f(n):
    return [g([1, 2, 3], []) for g in (rebound, made_by_a_call, popped, shrinking)]
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
