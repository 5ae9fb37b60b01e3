"""Programs and folders that several tests use; everything is made on the spot."""

import os

import pytest
from hypothesis import settings

# The same examples in each run, so that a red run says something about the change and not about luck;
# `pytest --hypothesis-profile=explore` looks further, with other examples each time.
settings.register_profile("same", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile("same")

# Fixed before any stage spawns workers: two ranks must not each take all cores.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

LOOP = """\
def f(xs, k):
    total = 0
    for x in xs:
        if x % 2 == k - 1 and x:
            total += x * 2
    xs.append(total)
    return [v + 1 for v in xs][::-1]
"""
NESTED = """\
def g(n):
    return n * 2

def f(s, d):
    out = []
    for i, c in enumerate(s):
        if c in d:
            d[c] += 1
            continue
        for q in range(3):
            if q == 1:
                break
        out.append(c)
    y = g(len(out)) + 1
    while y < 7:
        y += 1
    return ''.join(out) + str(y)
"""


@pytest.fixture
def loop_program():
    """(code, entry, input) of a program with a loop, a branch, aliasing of an argument and a comprehension."""
    return LOOP, "f", "[1, 4, 7], 2"


@pytest.fixture
def nested_program():
    """(code, entry, input) of a program with a helper, nested loops, break, continue, while and a dict."""
    return NESTED, "f", "'abca', {'a': 1}"


@pytest.fixture
def run_root(tmp_path, monkeypatch):
    """Redirects run folders to a temporary place."""
    from semcoder import paths

    monkeypatch.setattr(paths, "RUNS", tmp_path / "runs")
    return tmp_path / "runs"
