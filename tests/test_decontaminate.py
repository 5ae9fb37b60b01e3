"""What benchmarks ask stays out of the corpus: solutions in disguise, texts, (input, output) pairs."""

import ast
import gzip
import json
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from semcoder.corpus.build import Filters, build_corpus
from semcoder.corpus.candidates import Candidate
from semcoder.corpus.filters.decontaminate import (
    Decontaminator,
    find_benchmarks,
    hash_benchmarks,
    normalize_pair,
    read_item,
    read_items,
)
from semcoder.corpus.filters.fingerprints import take_fingerprint
from semcoder.corpus.sources import Prepared, generate_chunk
from semcoder.errors import UserError
from semcoder.presets import SMOKE

BENCHMARKS = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"
COUNT = """\
def f(xs):
    total = 0
    for x in xs:
        if x % 7 == 3:
            total += x * x
    return total
"""
ROWS = {
    "humaneval": {"task_id": "HumanEval/0", "prompt": 'def tally(xs: list) -> int:\n    """ Add up the squares of all '
                  'numbers that leave three when divided by seven.\n    >>> tally([3])\n    9\n    """\n',
                  "canonical_solution": COUNT.split("\n", 1)[1], "entry_point": "tally", "test": "def check(c): pass"},
    "mbpp": {"task_id": 2, "text": "Write a function to add up squares of numbers that leave three.", "code": COUNT,
             "test_list": ["assert f([3]) == 9"]},
    "cruxeval": {"code": COUNT, "input": "[3, 10]", "output": "109", "id": "sample_0"},
    "livecodebench": {"question_id": 1, "function_name": "tally", "code": COUNT, "input": "tally(xs = [3,10])",
                      "output": "109"},
}
MBPP_PLUS = {"task_id": "Mbpp/2", "prompt": '"""\nWrite a function to add squares.\nassert f([3]) == 9\n"""\n',
             "canonical_solution": "\n" + COUNT, "entry_point": "f", "base_input": [[[3]]]}
SANITIZED = {"source_file": "x", "task_id": 2, "prompt": "Write a function to add squares.", "code": COUNT,
             "test_imports": [], "test_list": []}
DISGUISED = "def helper(k):\n    return k - 1\n\n\ndef work(many):\n    " + "\n    ".join(
    COUNT.replace("total", "n").replace("xs", "many").split("\n")[1:])


def write_benchmark(folder, name, row):
    folder.mkdir(exist_ok=True)
    text = json.dumps([row, row]) if name.endswith(".json") else json.dumps(row) + "\n"
    (gzip.open if name.endswith(".gz") else open)(folder / name, "wt").write(text)
    return str(folder)


@pytest.mark.parametrize(("name", "row", "benchmark"), [
    ("HumanEval.jsonl.gz", ROWS["humaneval"], "humaneval"), ("mbpp.jsonl", ROWS["mbpp"], "mbpp"),
    ("MbppPlus.jsonl", MBPP_PLUS, "mbpp"), ("sanitized-mbpp.json", SANITIZED, "mbpp"),
    ("test.jsonl", ROWS["cruxeval"], "cruxeval"), ("execution-v2.jsonl", ROWS["livecodebench"], "livecodebench")])
def test_each_published_shape_is_recognised_and_its_solution_found_in_disguise(tmp_path, name, row, benchmark):
    files = find_benchmarks(write_benchmark(tmp_path / "data", name, row))
    assert list(files) == [benchmark]
    known = Decontaminator(files)
    assert known.find_reason(take_fingerprint(DISGUISED).grams, "") == f"solution of {benchmark}"
    for other in (COUNT.replace("% 7 == 3", "> 4"), "def f(xs):\n    return sum(xs)\n"):
        assert known.find_reason(take_fingerprint(other).grams, "") == ""


@pytest.mark.parametrize("name", ["humaneval", "mbpp"])
def test_a_task_text_is_found_in_a_description_and_its_examples_are_no_text(tmp_path, name):
    known = Decontaminator(find_benchmarks(write_benchmark(tmp_path / "data", "x.jsonl", ROWS[name])))
    text = read_item(ROWS[name]).text
    assert "assert" not in text and ">>>" not in text
    assert known.find_reason((), f"Please do this. {' '.join(text.split()).upper()} Thanks!") == f"text of {name}"
    assert known.find_reason((), "Add up the numbers of a list.") == ""


@pytest.mark.parametrize("name", ["cruxeval", "livecodebench"])
def test_an_execution_with_a_benchmarks_pair_is_dropped_whatever_the_program(tmp_path, name):
    known = Decontaminator(find_benchmarks(write_benchmark(tmp_path / "data", "x.jsonl", ROWS[name])))
    assert known.find_pair("[3,  10]", "109") == name and known.find_pair("[3, 10]", "108") == ""
    counts = Counter()
    filters = Filters(SMOKE, known, counts)
    program = Candidate("synthetic", "crux", "", "MIT", 1, "f", "def f(v):\n    return len(v) * 50 + 9\n",
                        ("[3, 10]", "[1, 2, 3]"))
    kept = filters.apply(Prepared(program, ("109", "159"), take_fingerprint(program.code)))
    assert kept.candidate.inputs == ("[1, 2, 3]",) and kept.outputs == ("159",)
    assert counts[f"rejected: execution known from {name}"] == 1
    alone = Candidate("synthetic", "crux", "", "MIT", 1, "f", "def f(v):\n    return 109\n", ("[3, 10]",))
    assert filters.apply(Prepared(alone, ("109",), take_fingerprint(alone.code))) is None
    assert counts["rejected: pairs of a benchmark alone"] == 1
    assert counts["not given: humaneval"] == 0 and counts[f"checked: items of {name}"] == 1


def test_pairs_are_compared_by_value_not_by_spelling():
    assert normalize_pair("{'b','a'} , x=1", "{ 'b', 'a' }") == normalize_pair("{'a', 'b'}, 1", "{'a', 'b'}")
    assert normalize_pair("f(a=[1],b='c')", "'x'") == ("[1], 'c'", "'x'")
    assert normalize_pair("not python (", " 1 ") == ("not python (", "1")


def test_a_folder_without_benchmarks_is_named(tmp_path):
    with pytest.raises(UserError, match="benchmarks_dir.*a folder that exists"):
        find_benchmarks(str(tmp_path / "nowhere"))
    (tmp_path / "notes.jsonl").write_text('{"a": 1}\n')
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(UserError, match="benchmarks_dir.*no HumanEval"):
        find_benchmarks(str(tmp_path))
    assert find_benchmarks("") == {}


def test_other_benchmark_data_asks_another_question_and_another_place_does_not(tmp_path, run_root):
    config = SMOKE.replace("corpus", num_programs=30, test_programs=3, validation_programs=2, num_open_source=0)
    row = {"code": "def f(x):\n    return 1\n", "input": "1", "output": "1", "id": "0"}
    paths = [write_benchmark(tmp_path / folder, "c.jsonl", {**row, "id": number})
             for folder, number in (("a", 0), ("b", 0), ("c", 1))]
    runs = [build_corpus(config.replace("corpus", benchmarks_dir=path)) for path in ["", *paths]]
    assert runs[1].path == runs[2].path and len({run.path for run in runs}) == 3
    assert str(tmp_path) not in runs[1].find("config.json").read_text()
    assert runs[1].manifest["counts"]["checked: items of cruxeval"] == 1
    one, other = (hash_benchmarks(find_benchmarks(path)) for path in (paths[0], paths[2]))
    assert set(one) == {"cruxeval"} and one != other


@pytest.mark.skipif(not BENCHMARKS.is_dir(), reason=f"no data: {BENCHMARKS.name}")
def test_every_real_solution_is_refused_and_generated_programs_mostly_pass():
    files = find_benchmarks(str(BENCHMARKS))
    known = Decontaminator(files)
    assert set(files) == {"humaneval", "mbpp", "cruxeval"}
    for row in chain.from_iterable(read_items(path) for paths in files.values() for path in paths):
        solution = ast.unparse(ast.parse(read_item(row).solution))
        assert known.find_reason(take_fingerprint(f"def before(a):\n    return a\n\n{solution}\n").grams, "")
    made = [p for p, _ in generate_chunk((SMOKE.corpus, 0, range(300))) if p]
    passed = [p for p in made if not known.find_reason(p.fingerprint.grams, p.candidate.description)]
    assert 0.85 * len(made) < len(passed) < len(made)
