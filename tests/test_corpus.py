"""The corpus runs, says the truth about itself, repeats exactly, and keeps its splits apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcoder.corpus.build import build_corpus, generate_chunk, split_candidates
from semcoder.corpus.candidates import Candidate, find_flaw, normalize
from semcoder.corpus.described import generate_described
from semcoder.corpus.filters import Deduplicator, canonicalize, find_leaks
from semcoder.corpus.operations import OPERATIONS
from semcoder.corpus.synthetic import MAX_ATTEMPTS, generate_crux
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import run_jobs
from semcoder.presets import SMOKE
from semcoder.records import SPLITS

TINY = SMOKE.replace("corpus", num_programs=60, test_programs=10, validation_programs=5, num_open_source=6)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    from semcoder import paths

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "RUNS", tmp_path_factory.mktemp("corpus"))
        yield build_corpus(TINY)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]))
def test_a_generated_program_runs_varies_and_needs_each_statement(index, level):
    for generate in (generate_crux, generate_described):
        candidate, flaws = generate(0, index, level, 3)
        if candidate is None:  # given up after many attempts: the next index takes its place
            assert len(flaws) == MAX_ATTEMPTS
            continue
        assert find_flaw(candidate.code, candidate.entry, candidate.inputs) == ""
        assert candidate == generate(0, index, level, 3)[0]
        assert candidate.code == normalize(candidate.code)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_hardly_any_index_is_given_up(level):
    for generate in (generate_crux, generate_described):
        assert sum(generate(1, index, level, 3)[0] is None for index in range(40)) <= 4


@pytest.mark.parametrize(("code", "flaw"), [
    ("def f(x):\n    return 3\n", "unused argument"), ("def f(x):\n    return x // 100\n", "constant output"),
    ("def f(x):\n    return x\n", "returns its argument"), ("def f(x):\n    return x // 0\n", "does not run"),
    ("def f(x):\n    y = x\n    x += 1\n    return y + 1\n", "dead statement"), ("def f(x):\n    return x + 1\n", "")])
def test_each_flaw_of_a_generated_program_is_found(code, flaw):
    assert find_flaw(code, "f", ("1", "2")) == flaw


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_each_realisation_of_an_operation_does_what_its_reference_says(operation):
    constants = {"": [None], "number": [3, 5], "few": [2], "letter": ["a", "t"]}[operation.constant]
    values = [[3, 3, 8, 1], [5], [2, 9, 4, 4, 6]] if operation.takes == "list" else ["tarot", "a", "level"]
    for body in operation.bodies:
        for constant in constants:
            for value in values:
                lines = body.format(x="x", y="y", k=repr(constant)).replace("\n", "\n    ")
                space: dict = {}
                exec(f"def f(x):\n    {lines}\n    return y\n", space)
                expected = operation.reference(value, constant) if operation.constant else operation.reference(value)
                assert space["f"](value) == expected and type(space["f"](value)) is type(expected)


def test_there_are_many_described_operations_with_several_phrasings():
    assert len(OPERATIONS) >= 50 and sum(len(o.phrases) > 1 for o in OPERATIONS) > 35


def test_programs_do_not_depend_on_how_the_work_is_shared_out():
    whole, _ = generate_chunk(TINY.corpus, 0, range(40))
    parts = [generate_chunk(TINY.corpus, 0, range(i, i + 8))[0] for i in range(0, 40, 8)]
    assert whole == [candidate for part in parts for candidate in part]


def test_every_recorded_output_is_what_the_program_returns(corpus):
    for split in SPLITS:
        programs = {p["task_id"]: p for p in corpus.read_rows(f"programs/{split}")}
        for row in corpus.read_rows(f"executions/{split}"):
            program = programs[row["task_id"]]
            job = Job(code=program["code"], entry=program["entry"], inputs=(row["input"],))
            assert [o.output for o in next(iter(run_jobs([job])))] == [row["output"]]


def test_splits_have_their_sizes_and_share_no_program(corpus):
    rows = {split: corpus.read_rows(f"programs/{split}") for split in SPLITS}
    synthetic = {split: sum(r["source"] == "synthetic" for r in rows[split]) for split in SPLITS}
    assert synthetic["test"] == 10 and synthetic["validation"] == 5 and 40 <= synthetic["train"] <= 45
    texts = {split: {canonicalize(r["code"]) for r in rows[split]} for split in SPLITS}
    assert not texts["train"] & texts["test"] and not texts["train"] & texts["validation"]
    assert len({r["task_id"] for s in SPLITS for r in rows[s]}) == sum(map(len, rows.values()))


def test_the_corpus_opens_as_a_hugging_face_dataset(corpus, tmp_path):
    from datasets import load_dataset

    loaded = load_dataset(str(corpus.path), "programs", cache_dir=str(tmp_path))
    assert set(loaded) == set(SPLITS) and loaded["test"].num_rows == len(corpus.read_rows("programs/test"))
    executions = load_dataset(str(corpus.path), "executions", split="train", cache_dir=str(tmp_path))
    assert set(executions.column_names) >= {"execution_id", "input", "output"}


def test_described_training_programs_never_share_a_held_out_plan():
    def candidate(number, plan):
        return Candidate("synthetic", "described", "", "MIT", 1, "f", f"def f(x):\n    return x + {number}\n", ("1",),
                         "d", plan)

    from collections import Counter

    counts: Counter = Counter()
    config = SMOKE.replace("corpus", num_programs=20, test_programs=5, validation_programs=2)
    splits = split_candidates([candidate(i, f"plan {i % 4}") for i in range(20)], config, counts)
    held = {c.plan for s in ("test", "validation") for c in splits[s]}
    assert not held & {c.plan for c in splits["train"]}
    assert counts["rejected: plan of a held-out program"] == 13 - len(splits["train"])
    assert find_leaks(["", "a"], ["", "b"]) == set()


def test_renamed_programs_are_duplicates_and_close_ones_are_near_duplicates():
    seen = Deduplicator(0.8)
    body = "".join(f"    a = a + {i}\n" for i in range(30))
    assert seen.find_reason(f"def f(a):\n{body}    return a\n") == ""
    assert seen.find_reason(f"def g(b):\n{body.replace('a', 'b')}    return b\n") == "exact duplicate"
    assert seen.find_reason(f"def f(a):\n{body}    return a + 1\n") == "near-duplicate"
    assert seen.find_reason("def f(a):\n    return a * 2\n") == ""
    assert seen.find_reason("def f(a):\n    return a * 3\n") == ""
