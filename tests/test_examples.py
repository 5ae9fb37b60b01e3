"""The book's examples are chosen by a hash, told by the stages' own functions, and CRUXEval's stay at home."""

import json

import pytest

from semcoder import paths
from semcoder.corpus.cruxeval import read_cruxeval
from semcoder.errors import UserError
from semcoder.presets import SMOKE
from semcoder.prompts import extract_answer
from semcoder.report import examples, pages, render
from semcoder.runs import check_outputs, read_manifest
from toy_results import CONFIG, make_report, make_upstream

ITEMS = [{"id": f"sample_{i}", "input": f"{{'b', 'a'}}, {i}", "output": "['a', 'b']" if i % 2 else f"{i}", "code":
          f"def f(names, n):\n    out = []\n    for name in sorted(names):\n        out.append(name)\n"
          f"        n += {i}\n    if len(out) > 3:\n        return n\n    return out" if i % 2 else
          "def f(names, n):\n    return n"} for i in range(8)]


@pytest.fixture
def folder(tmp_path):
    """A folder with a file in the shape of CRUXEval's."""
    given = tmp_path / "benchmarks"
    given.mkdir()
    (given / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in ITEMS))
    return str(given)


@pytest.fixture
def with_benchmark(folder):
    return CONFIG.replace("evaluation", benchmarks_dir=folder)


def collect(config):
    upstream = make_upstream(config)
    return examples.collect_examples(upstream.corpus, upstream.traces, upstream.monologues, config)


def test_programs_are_taken_in_the_order_of_a_hash_that_depends_on_the_seed(run_root):
    upstream = make_upstream()
    first, second = (examples.rank_programs(upstream.corpus, seed) for seed in (0, 1))
    assert {family: set(ranked) for family, ranked in first.items()} == {f: set(r) for f, r in second.items()}
    assert first != second
    hashes = [examples.rank(task_id, 0) for _, task_id in first["crux"]]
    assert hashes == sorted(hashes) and len(hashes) == 5 + 1 + 2
    found = collect(CONFIG)[examples.PUBLIC]
    wanted = [[t for _, t in first[family] if t.endswith(end)][:examples.NUM_EXAMPLES]
              for family, end in (("crux", "/0"), ("described", "/1"))]
    assert [e["task_id"] for e in found] == [*wanted[0], *wanted[1]]


def test_an_example_has_all_its_texts_and_only_described_programs_are_debugged(run_root):
    for example in collect(CONFIG)[examples.PUBLIC]:
        assert example["code"].startswith("def f") and example["call"] == "f(0)" and example["output"] == "0"
        assert "the forward text" in example["forward"] and "the backward text" in example["backward"]
        assert ("the repair text" in example["debugging"]) == (example["family"] == "described")


@pytest.mark.parametrize(("name", "bound"), [("MAX_LINES", 7), ("MIN_LINES", 9)])
def test_too_long_and_too_short_monologues_are_passed_over(run_root, monkeypatch, name, bound):
    assert len(collect(CONFIG)[examples.PUBLIC]) == 4
    monkeypatch.setattr(examples, name, bound)
    assert collect(CONFIG)[examples.PUBLIC] == []


def test_cruxeval_is_read_as_records_with_canonical_outputs(folder):
    program, [execution] = read_cruxeval(folder)[1]
    assert (program["task_id"], execution["execution_id"]) == ("cruxeval/sample_1", "cruxeval/sample_1#0")
    assert execution["output"] == "['a', 'b']" and read_cruxeval("") == []
    with pytest.raises(UserError, match="benchmarks_dir"):
        read_cruxeval(folder + "/none")


def test_cruxevals_programs_are_told_only_where_their_folder_is_given(run_root, with_benchmark):
    assert set(collect(CONFIG)) == {examples.PUBLIC}
    shown = collect(with_benchmark.replace("monologues", max_steps=40))[examples.PRIVATE]
    # By hash, and only those of more than a sentence or two.
    order = sorted((f"cruxeval/sample_{i}" for i in (1, 3, 5, 7)), key=lambda name: examples.rank(name, CONFIG.seed))
    assert [example["task_id"] for example in shown] == order[:examples.NUM_EXAMPLES]
    for example in shown:
        assert "[L4] out.append(name): ['a'].append('b') so out is now ['a', 'b']." in example["forward"]
        assert extract_answer(example["backward"], "f")[1] == "['a', 'b']" and example["debugging"] == ""


def test_published_results_hold_none_of_cruxevals_programs(tmp_path, monkeypatch, with_benchmark):
    monkeypatch.setattr(paths, "RUNS", tmp_path / "runs")
    report = make_report(monkeypatch, make_upstream(with_benchmark), with_benchmark)
    assert report.find(examples.PRIVATE).is_file()
    render.copy_report(report.path, tmp_path / "published")
    check_outputs(tmp_path / "published", read_manifest(tmp_path / "published"))
    texts = "".join(path.read_text() for path in (tmp_path / "published").rglob("*") if path.is_file())
    assert "sorted(names)" not in texts and "the forward text" in texts
    for source, page in ((report.path, "local"), (tmp_path / "published", "public")):
        pages.write_examples(source, tmp_path / page)
    assert "cruxeval/sample_" in (tmp_path / "local/cruxeval.md").read_text()
    assert (tmp_path / "public/cruxeval.md").read_text().startswith("Not shown")


def test_a_page_includes_each_text_from_a_file_of_its_own(run_root, tmp_path):
    (tmp_path / "examples").mkdir()
    (tmp_path / examples.PUBLIC).write_text(json.dumps(collect(CONFIG)[examples.PUBLIC]))
    pages.write_examples(tmp_path, tmp_path / "view")
    page = (tmp_path / "view/synthetic.md").read_text()
    for kind, ending in (("program", "py"), ("trace", "txt"), ("forward", "txt"), ("backward", "txt")):
        assert f"/results/view/examples/synthetic_1_{kind}.{ending}" in page
        assert (tmp_path / f"view/synthetic_1_{kind}.{ending}").is_file()
    trace = (tmp_path / "view/synthetic_1_trace.txt").read_text()
    assert trace == "call      L1 f  x = 0\nline      L2\nreturn    L2  0\n"
    assert "holds no examples" in (tmp_path / "view/open_source.md").read_text()


def test_smoke_gives_no_benchmark_folder():
    assert SMOKE.evaluation.benchmarks_dir == SMOKE.corpus.benchmarks_dir == ""
