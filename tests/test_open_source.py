"""Real functions stand alone, run repeatably, are covered, described, and keep their licence and origin."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from importlib import metadata
from pathlib import Path

import pytest

from semcoder import paths
from semcoder.config import CorpusConfig
from semcoder.corpus.coverage import measure_coverage, share
from semcoder.corpus.filters.duplicates import Deduplicator
from semcoder.corpus.filters.fingerprints import take_fingerprint
from semcoder.corpus.inputs.choice import EXTRA_FACTOR
from semcoder.corpus.open_source.collect import add_inputs, collect_functions
from semcoder.corpus.open_source.descriptions import clean_description, read_types
from semcoder.corpus.open_source.harvest import PACKAGES, Module, list_modules, make_function
from semcoder.corpus.open_source.parts import Unfit, index_definitions
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import run_jobs

LOCK = Path(__file__).resolve().parents[1] / "requirements.txt"
# SPDX licence -> what a distribution's metadata calls it.
SPELLINGS = {"MIT": ("MIT", "MIT License"), "BSD-3-Clause": ("BSD-3-Clause", "BSD License"),
             "BSD-2-Clause": ("BSD-2-Clause", "BSD License"),
             "Apache-2.0": ("Apache-2.0", "Apache Software License"),
             "Apache-2.0 OR BSD-2-Clause": ("Apache-2.0 OR BSD-2-Clause",)}


@pytest.fixture(scope="module")
def collected():
    return collect_functions(0, 24, 3)


def make(source):
    tree = ast.parse(source)
    return make_function(index_definitions(tree), tree.body[-1], Module("toolz", "1", "m", Path()))


def test_functions_come_with_description_licence_origin_and_inputs(collected):
    functions, counts = collected
    assert len(functions) == 24 and counts["rejected: not self-contained"] > 100
    for function in functions:
        assert len(function.description.split()) >= 4 and 3 <= len(set(function.inputs)) <= 3 * EXTRA_FACTOR
        package = function.origin.split("==")[0]
        assert function.licence == PACKAGES[package] and function.origin.endswith(f".{function.entry}")


def test_functions_are_distinct(collected):
    seen = Deduplicator(0.95)
    assert [seen.find_reason(take_fingerprint(function.code)) for function in collected[0]] == [""] * 24


def test_inputs_run_and_give_different_outputs(collected):
    jobs = [Job(code=f.code, entry=f.entry, inputs=f.inputs) for f in collected[0]]
    for outcomes in run_jobs(jobs):
        assert all(outcome.status == "ok" for outcome in outcomes)
        assert len({outcome.output for outcome in outcomes}) > 1


def test_inputs_cover_what_was_asked_for(collected):
    functions, _ = collected
    rows = list(measure_coverage(({"task_id": f.origin, "code": f.code, "entry": f.entry},
                                  [{"input": text} for text in f.inputs]) for f in functions))
    shares = [share(row["covered_branches"], row["branches"]) for row in rows]
    assert min(shares) >= CorpusConfig.min_branch_coverage and sum(shares) / len(shares) >= 0.95


def test_every_candidate_is_counted_once(collected):
    _, counts = collected
    harvested = sum(n for name, n in counts.items() if name.startswith("harvested: "))
    assert harvested > 0
    assert counts["run: open_source"] == 24 + counts["left out: more than asked for"]
    assert sum(counts[f"run: {package}"] for package in PACKAGES) == counts["run: open_source"]
    late = ("exact duplicate", "near-duplicate", "no input runs", "too few inputs that run", "constant output",
            "returns its argument", "returns nothing", "low branch coverage")
    tried = counts["run: open_source"] + sum(counts[f"rejected: {reason}"] for reason in late)
    assert tried + counts["left out: not tried"] == harvested


def test_asking_for_fewer_gives_the_first_ones(collected):
    assert collect_functions(0, 4, 3)[0] == collected[0][:4] != collect_functions(1, 4, 3)[0]


def test_rows_are_the_same_with_one_worker_and_another_hash_seed(collected):
    script = "from semcoder.corpus.open_source.collect import collect_functions\nprint(collect_functions(0, 3, 3)[0])"
    env = {**os.environ, "LOKY_MAX_CPU_COUNT": "1", "PYTHONHASHSEED": "5",
           "PYTHONPATH": str(Path(paths.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], env=env, capture_output=True, text=True,
                          check=True)
    assert done.stdout.strip() == str(collected[0][:3])


def test_a_function_whose_branches_stay_uncovered_is_rejected_and_counted():
    code = "def f(n):\n    if str(n)[::-1] == '94837261543':\n        return 0\n    return n + 1\n"
    function = make(f"{code[:10]}    'Adds one to a number.'\n{code[10:]}")
    counts: Counter = Counter()
    assert add_inputs([function], 3, 0, 0.8, counts) == []
    assert counts["rejected: low branch coverage"] == 1
    assert len(add_inputs([function], 3, 0, 0.4, counts)) == 1


def test_packages_are_pinned_and_their_licences_are_those_of_their_metadata():
    pinned = {line.split("==")[0] for line in LOCK.read_text().splitlines() if "==" in line}
    for package, licence in PACKAGES.items():
        if package != "python":
            data = metadata.metadata(package)
            said = [data.get("License-Expression") or "", data.get("License") or "",
                    *(name.split(" :: ")[-1] for name in data.get_all("Classifier") or ())]
            assert package in pinned and any(name in said for name in SPELLINGS[licence]), package


def test_modules_are_read_in_one_order_and_tests_are_left_out():
    names = [module.name for module in list_modules("toolz")]
    assert names == sorted(names) and "toolz.itertoolz" in names
    assert not [m.name for m in list_modules("python") if "test" in m.name]


@pytest.mark.parametrize(("source", "reason"), [
    ("def f(x):\n    return x\n", "no docstring"), ("@cache\ndef f(x):\n    'D.'\n    return x\n", "decorated"),
    ("import os\ndef f(x):\n    'Gives the folder of x.'\n    return os.getcwd()\n", "not self-contained"),
    ("def f(x):\n    'Shows x to the reader.'\n    print(x)\n", "effects or reflection"),
    ("def f(x):\n    'Gives the values of x.'\n    yield x\n", "generator"),
    ("def f(x):\n    'Counts all calls ever made.'\n    global n\n    n += x\n", "global, nonlocal or async"),
    ("def f(x):\n    'Gives the folder of x.'\n    import os\n    return os.getcwd()\n", "local import"),
    ("import random\ndef f(x):\n    'Picks one of them all.'\n    return random.choice(x)\n", "not self-contained"),
    ("class A:\n    n = 1\ndef f(x):\n    'Makes an A of x.'\n    return A()\n", "needs a class"),
    ("def f():\n    'Gives the number three back.'\n    return 3\n", "takes no argument"),
    ("def f(x):\n    'Helper for the parser of lines.'\n    return x\n", "description says nothing"),
    ("def f(x):\n    'Adds many ones to x.'\n" + "    x += 1\n" * 60 + "    return x\n", "too long")])
def test_a_function_that_cannot_stand_alone_is_rejected_by_reason(source, reason):
    with pytest.raises(Unfit, match=reason):
        make(source)


def test_a_function_brings_its_helpers_imports_errors_and_doctests():
    function = make('import math\nfrom typing import List\nK: int = 2\n\nclass Bad(ValueError):\n    """No good."""\n\n'
                    'def g(x):\n    """Help."""\n    if x < 0:\n        raise Bad\n    return math.floor(x) + K\n\n'
                    'def f(x: float, y: "List[int]" = 1) -> Unknown:\n    """Adds two numbers up.\n\n    >>> f(3)\n'
                    '    5\n    >>> f(4.5, y=2)\n    8\n    >>> f(z)\n    1\n    """\n    z: Unknown = g(x)\n'
                    '    return z + y - 1\n')
    code = function.candidate.code
    assert function.candidate.inputs == ("3", "4.5, y=2") and function.hints == {"x": "float", "y": "'List[int]'"}
    assert function.candidate.description == "Adds two numbers up."
    order = [code.index(part) for part in ("import math", "K = 2", "class Bad", "def g", "def f(x, y=1)")]
    assert order == sorted(order) and "Help" not in code and "Unknown" not in code and "List" not in code
    space: dict = {}
    exec(code, space)
    assert space["f"](4.5, y=2) == 7


@pytest.mark.parametrize(("docstring", "text"), [
    ("Return the :class:`~m.Thing` of ``x``.\n\nMore.", "Return the `m.Thing` of `x`."),
    ("clip(x, low) -> int: cuts x off at low", "Cuts x off at low."),
    ("Sorts a list in place\n:param xs: the list", "Sorts a list in place."),
    ("Count the words of a text::\n\n    >>> f('a')", "Count the words of a text."),
    ("Join the parts with\na single comma.\n\nArgs:\n    x: …", "Join the parts with a single comma."),
    ("\n    Returns the *n* largest items\n    >>> f(1)\n", "Returns the `n` largest items."),
    ("Gives the length of\n:func:`f` and more.", "Gives the length of `f` and more."),
    ("Parse a list of words like this:\n\n    a", "Parse a list of words."),
    ("Helper of the parser that reads lines.", ""), ("Same as a + b.", ""), ("Prime test", ""), ("", ""),
    (">>> f(1)\n2", ""), ("Deprecated, use the other function.", ""), ("Is prime of the prime.", "")])
def test_descriptions_are_one_clean_paragraph_or_nothing(docstring, text):
    assert clean_description(docstring, "is_prime") == text


def test_types_are_read_from_annotations_before_docstrings():
    node = ast.parse("def f(a: int, b, c, d, *e: str): pass").body[0]
    docstring = "D.\n\n:param str b: text\n:type c: list of int\n\nArgs:\n    d (bool): flag\n    a (str): no\n"
    assert read_types(node, docstring) == {"a": "int", "b": "str", "c": "list of int", "d": "bool", "e": "str"}
    assert not re.search(r"\bNone\b", str(read_types(ast.parse("def f(a): pass").body[0], "")))
