"""The corpus runs, says the truth about itself, repeats exactly, and keeps its splits apart."""

import os
import subprocess
import sys
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcoder import paths
from semcoder.benchmarks.memory import measure_build, measure_index
from semcoder.corpus.build import ACCEPTED, build_corpus
from semcoder.corpus.candidates import Candidate
from semcoder.corpus.filters.behaviour import find_signature, hash_behaviour, make_probes
from semcoder.corpus.filters.duplicates import measure_overlap
from semcoder.corpus.filters.fingerprints import hash_text, take_fingerprint
from semcoder.corpus.sources import Prepared, generate_chunk
from semcoder.corpus.splits import Marks, assign_splits, take_marks
from semcoder.errors import UserError
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import run_jobs
from semcoder.presets import SMOKE
from semcoder.records import SPLITS
from semcoder.runs import read_manifest
from semcoder.traces.build import group_by_task

TINY = SMOKE.replace("corpus", num_programs=60, test_programs=10, validation_programs=5, num_open_source=6)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "RUNS", tmp_path_factory.mktemp("corpus"))
        yield build_corpus(TINY)


def test_programs_do_not_depend_on_how_the_work_is_shared_out():
    def show(made):
        return [(p and (p.candidate, p.outputs, p.fingerprint.exact, p.fingerprint.behaviour), counts)
                for p, counts in made]

    whole = show(generate_chunk((TINY.corpus, 0, range(40))))
    assert whole == [item for i in range(0, 40, 8) for item in show(generate_chunk((TINY.corpus, 0, range(i, i + 8))))]


def read_files(run):
    return {f"{name}/{split}": run.find(f"{name}/{split}.parquet").read_bytes()
            for name in ("programs", "executions") for split in SPLITS}


BUILD_ELSEWHERE = """
import sys
from pathlib import Path
from semcoder import paths
from semcoder.corpus import sources
from semcoder.corpus.build import build_corpus
from semcoder.presets import SMOKE
if __name__ == "__main__":
    paths.RUNS, sources.CHUNK = Path(sys.argv[1]), 17
    build_corpus(SMOKE.replace("corpus", num_programs=60, test_programs=10, validation_programs=5, num_open_source=6))
"""


def test_one_worker_other_chunks_and_another_hash_seed_give_the_same_bytes(corpus, tmp_path):
    environment = {**os.environ, "LOKY_MAX_CPU_COUNT": "1", "PYTHONHASHSEED": "77"}
    (tmp_path / "build.py").write_text(BUILD_ELSEWHERE)
    subprocess.run([sys.executable, str(tmp_path / "build.py"), str(tmp_path)], env=environment, check=True)
    (other,) = (tmp_path / "corpus").iterdir()
    assert other.name == corpus.path.name
    assert {name: (other / f"{name}.parquet").read_bytes() for name in read_files(corpus)} == read_files(corpus)
    assert read_manifest(other)["counts"] == corpus.manifest["counts"]


def test_every_recorded_output_is_what_the_program_returns(corpus):
    for split in SPLITS:
        programs = {p["task_id"]: p for p in corpus.read_rows(f"programs/{split}")}
        for row in corpus.read_rows(f"executions/{split}"):
            program = programs[row["task_id"]]
            job = Job(code=program["code"], entry=program["entry"], inputs=(row["input"],))
            assert [o.output for o in next(iter(run_jobs([job])))] == [row["output"]]


def test_splits_have_their_sizes_and_ids_are_unique(corpus):
    rows = {split: corpus.read_rows(f"programs/{split}") for split in SPLITS}
    synthetic = {split: sum(r["source"] == "synthetic" for r in rows[split]) for split in SPLITS}
    assert synthetic["test"] == 10 and synthetic["validation"] == 5 and 35 <= synthetic["train"] <= 45
    assert len({r["task_id"] for s in SPLITS for r in rows[s]}) == sum(map(len, rows.values()))
    assert not corpus.find(f"{ACCEPTED}.parquet").exists()


def test_no_two_splits_share_a_text_a_near_text_a_behaviour_or_a_description(corpus):
    seen = {}
    for split in SPLITS:
        inputs = group_by_task(corpus.read_rows(f"executions/{split}"))
        programs = corpus.read_rows(f"programs/{split}")
        seen[split] = [(recompute(p, [e["input"] for e in inputs[p["task_id"]]]), p["description"]) for p in programs]
    for one, other in (("train", "test"), ("train", "validation"), ("validation", "test")):
        for (a, text), (b, other_text) in product(seen[one], seen[other]):
            assert a.exact != b.exact and measure_overlap(a.shingles, b.shingles) < TINY.corpus.near_duplicate_jaccard
            assert not a.behaviour or a.behaviour != b.behaviour
            assert not text or text.lower() != other_text.lower()


def recompute(program, inputs):
    """The fingerprint of a row, its behaviour measured anew in the sandbox."""
    signature = find_signature(inputs)
    job = Job(code=program["code"], entry=program["entry"], inputs=make_probes(signature) if signature else ())
    (outcomes,) = run_jobs([job])
    return take_fingerprint(program["code"], hash_behaviour(signature, outcomes) if signature else 0)


def test_counts_add_up(corpus):
    counts = corpus.manifest["counts"]
    distinct = sum(n for key, n in counts.items() if key.startswith("distinct: "))
    kept = sum(n for key, n in counts.items() if key.startswith("kept: "))
    left_out = sum(n for key, n in counts.items() if key.endswith("of a held-out program"))
    assert distinct == kept + left_out and kept == sum(len(corpus.read_rows(f"programs/{s}")) for s in SPLITS)
    assert sum(n for key, n in counts.items() if key in ("distinct: crux", "distinct: described")) == 60
    assert counts["not given: humaneval"] == 0


def test_a_level_that_is_exhausted_says_so(run_root, monkeypatch):
    monkeypatch.setattr("semcoder.corpus.sources.generate_crux", lambda *_: (None, ["no luck"]))
    monkeypatch.setattr("semcoder.corpus.sources.generate_described", lambda *_: (None, ["no luck"]))
    config = TINY.replace("corpus", num_programs=16, test_programs=1, validation_programs=1)
    with pytest.raises(UserError, match="num_programs = 16 .*gave only 0 distinct programs"):
        build_corpus(config)
    assert not list(run_root.rglob("*.parquet")) and not list(run_root.rglob("*.partial"))


def test_the_corpus_opens_as_a_hugging_face_dataset(corpus, tmp_path):
    from datasets import load_dataset

    loaded = load_dataset(str(corpus.path), "programs", cache_dir=str(tmp_path))
    assert set(loaded) == set(SPLITS) and loaded["test"].num_rows == len(corpus.read_rows("programs/test"))
    executions = load_dataset(str(corpus.path), "executions", split="train", cache_dir=str(tmp_path))
    assert set(executions.column_names) >= {"execution_id", "input", "output"}


def make_marks(numbers, source="synthetic", alike=1):
    """Marks of programs whose plans come `alike` times each."""
    return [Marks(source, hash_text(f"{source} {n}"), (hash_text(f"plan {source} {n // alike}"), 0, 0))
            for n in numbers]


CORPUS = SMOKE.replace("corpus", num_programs=200, test_programs=20, validation_programs=10).corpus


def test_training_never_shares_a_trait_with_a_held_out_program():
    marks = make_marks(range(200), alike=3)
    found = assign_splits(marks, CORPUS)
    held = [m.traits for m, split in zip(marks, found, strict=True) if split in ("test", "validation")]
    assert len(held) == len(set(held)) == 30
    for mark, split in zip(marks, found, strict=True):
        is_like = mark.traits in held and split not in ("test", "validation")
        assert split == "plan of a held-out program" if is_like else split in SPLITS
    assert found.count("plan of a held-out program") > 40


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 199))
def test_a_program_less_leaves_the_others_in_their_splits(gone):
    marks = make_marks(range(200)) + make_marks(range(200), "open_source")
    before, after = assign_splits(marks, CORPUS), assign_splits(marks[:gone] + marks[gone + 1:], CORPUS)
    moved = [i for i, (a, b) in enumerate(zip(before[:gone] + before[gone + 1:], after, strict=True)) if a != b]
    assert len(moved) <= 2 and all(i < 199 for i in moved)  # into the room that it left; never another source's
    assert assign_splits(marks[::-1], CORPUS) == before[::-1]


def test_a_rank_depends_on_what_the_program_is_and_on_the_seed():
    code = "def f(x):\n    return x + 1\n"
    one = Candidate("synthetic", "crux", "index 1", "MIT", 1, "f", code, ("1",))
    other = Candidate("synthetic", "crux", "index 2", "MIT", 2, "f", code.replace("x", "y"), ("5",))
    ranks = [take_marks(Prepared(c, ("2",), take_fingerprint(c.code)), 0).rank for c in (one, other)]
    assert ranks[0] == ranks[1] != take_marks(Prepared(one, ("2",), take_fingerprint(code)), 1).rank


def test_about_one_foreign_program_in_twenty_is_held_out_in_each_split():
    found = assign_splits(make_marks(range(200)) + make_marks(range(4000), "open_source", 1), CORPUS)[200:]
    assert all(150 < found.count(split) < 250 for split in ("test", "validation"))


def test_too_few_different_programs_to_hold_out_is_an_error():
    with pytest.raises(UserError, match="20 too many.*hold out fewer"):
        assign_splits(make_marks(range(200), alike=20), CORPUS)


def test_the_card_counts_the_licences(corpus):
    text = corpus.find("README.md").read_text()
    count = sum(p["licence"] == "MIT" for s in SPLITS for p in corpus.read_rows(f"programs/{s}"))
    assert f"| MIT | {count} |" in text and "config_name: executions" in text


def test_the_memory_of_a_build_is_measured_over_all_its_processes():
    row = measure_build(120)
    assert row["peak_rss_mib"] > row["main_rss_mib"] > 50 and row["programs_per_s"] > 0 and row["n"] == 120
    assert row["peak_rss_mib"] < 2048


def test_the_index_of_near_duplicates_takes_a_fraction_of_a_plain_one():
    assert 0 < measure_index("compact", 1500) < 0.5 * measure_index("plain", 1500)
