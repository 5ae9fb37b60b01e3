"""Stage `corpus`: programs that execute, with inputs, outputs and, where they have one, a description.

Written as a Hugging Face `datasets` folder: `programs/<split>.parquet`, `executions/<split>.parquet` and a card.
Programs pass one after another from their source through the filters to a file on disk; in memory stay only the
filters' index and, per program, the few numbers that decide its split.
"""

import dataclasses
from collections import Counter
from contextlib import ExitStack

from tqdm.auto import tqdm

from semcoder.config import Config, require
from semcoder.corpus.candidates import Candidate
from semcoder.corpus.card import write_card
from semcoder.corpus.coverage import measure_coverage
from semcoder.corpus.filters.decontaminate import BENCHMARKS, Decontaminator, find_benchmarks, hash_benchmarks
from semcoder.corpus.filters.duplicates import Deduplicator
from semcoder.corpus.sources import CHUNK, Prepared, prepare_foreign, prepare_synthetic
from semcoder.corpus.splits import Marks, assign_splits, take_marks
from semcoder.engine import open_engine
from semcoder.execution.sandbox import describe_level
from semcoder.hashing import hash_json
from semcoder.records import SPLITS
from semcoder.rows import RowWriter, join_by_task
from semcoder.runs import Run

ACCEPTED = "accepted"  # rows of all accepted programs, between the filters and the splits; removed at the end
MAX_TRIES_PER_PROGRAM = 10  # generated programs per accepted one before we say that the level is exhausted


def build_corpus(config: Config) -> Run:
    """Returns the finished run that holds `programs/`, `executions/` (see records) and `coverage/` of each split."""
    files = find_benchmarks(config.corpus.benchmarks_dir)
    hashes = hash_benchmarks(files)
    # What the benchmarks' files hold is part of the question, where they lie is not.
    run = Run("corpus", config.replace("corpus", benchmarks_dir=""), **({"benchmarks": hashes} if hashes else {}))
    if run.is_complete:
        return run
    with run, open_engine(config):
        run.notes |= describe_level() | {"engine": config.engine}
        filters = Filters(config, Decontaminator(files), run.counts)
        with run.open_rows(ACCEPTED) as writer:
            marks = accept_programs(config, filters, writer, run)
        write_splits(run, assign_splits(marks, config.corpus))
        write_coverage(run)
        write_card(run)
    return run


class Filters:
    """All filters in their order; what they refuse is counted by reason."""

    def __init__(self, config: Config, decontaminator: Decontaminator, counts: Counter):
        self._decontaminator, self._counts = decontaminator, counts
        self._deduplicator = Deduplicator(config.corpus.near_duplicate_jaccard,
                                          config.corpus.realisations_per_behaviour)
        for name in BENCHMARKS:
            given = decontaminator.num_items[name]
            counts[f"checked: items of {name}" if given else f"not given: {name}"] = given

    def apply(self, prepared: Prepared) -> Prepared | None:
        """Returns the program with the executions it may keep, or None where it is refused."""
        candidate, seen = prepared.candidate, prepared.fingerprint
        reason = self._decontaminator.find_reason(seen.grams, candidate.description)
        prepared = prepared if reason else self._drop_pairs(prepared)
        reason = reason or ("" if prepared.outputs else "pairs of a benchmark alone") or (
            self._deduplicator.find_reason(seen))
        self._counts[f"rejected: {reason}" if reason else f"distinct: {candidate.family}"] += 1
        return None if reason else prepared

    def _drop_pairs(self, prepared: Prepared) -> Prepared:
        """Returns the program without the executions that a benchmark has."""
        pairs = list(zip(prepared.candidate.inputs, prepared.outputs, strict=True))
        known = [self._decontaminator.find_pair(*pair) for pair in pairs]
        if not any(known):
            return prepared
        self._counts.update(f"rejected: execution known from {name}" for name in known if name)
        kept = [pair for pair, name in zip(pairs, known, strict=True) if not name]
        candidate = dataclasses.replace(prepared.candidate, inputs=tuple(text for text, _ in kept))
        return dataclasses.replace(prepared, candidate=candidate, outputs=tuple(output for _, output in kept))


def accept_programs(config: Config, filters: Filters, writer: RowWriter, run: Run) -> list[Marks]:
    """Writes all programs that pass the filters, the generated ones first, and returns their marks."""
    marks: list[Marks] = []

    def accept(prepared: Prepared) -> bool:
        kept = filters.apply(prepared)
        if kept:
            writer.write([to_row(kept)])
            marks.append(take_marks(kept, config.seed))
        return kept is not None

    wanted, start = config.corpus.num_programs, 0
    with tqdm(total=wanted, desc="synthetic programs", unit="programs", mininterval=2) as bar:
        while len(marks) < wanted and start < MAX_TRIES_PER_PROGRAM * wanted:
            # As many as are missing, so that none is made in vain (but for the last few).
            indices = range(start, start + max(CHUNK, wanted - len(marks)))
            start = indices.stop
            for prepared in prepare_synthetic(config, indices, run.counts):
                bar.update(accept(prepared))
                if len(marks) == wanted:
                    break
    require(len(marks) == wanted, "num_programs", wanted,
            f"level {config.corpus.level} gave only {len(marks)} distinct programs: ask for fewer or a higher level")
    for prepared in prepare_foreign(config, run.counts):
        accept(prepared)
    return marks


def to_row(prepared: Prepared) -> dict:
    """Returns an accepted program as a row that waits for its split."""
    row = {name: getattr(prepared.candidate, name) for name in FIELDS}
    return {**row, "inputs": list(row["inputs"]), "outputs": list(prepared.outputs), "index": prepared.index}


FIELDS = tuple(field.name for field in dataclasses.fields(Candidate))


def write_splits(run: Run, splits: list[str]) -> None:
    """Writes the accepted programs and their executions, each to its split; the reason why one has none is counted."""
    with ExitStack() as stack:
        programs, executions = ({split: stack.enter_context(run.open_rows(f"{name}/{split}")) for split in SPLITS}
                                for name in ("programs", "executions"))
        for row, split in zip(run.iterate_rows(ACCEPTED), splits, strict=True):
            is_kept = split in SPLITS
            run.counts[f"kept: {row['family']}" if is_kept else f"rejected: {split}"] += 1
            if is_kept:
                program = make_program(row, split)
                programs[split].write([program])
                executions[split].write(make_executions(row, program["task_id"], split))
    run.find(f"{ACCEPTED}.parquet").unlink()


def write_coverage(run: Run) -> None:
    """Writes which lines and branches of each program its kept executions reach (see corpus.coverage)."""
    for split in SPLITS:
        pairs = join_by_task(*(run.iterate_rows(f"{name}/{split}") for name in ("programs", "executions")))
        with run.open_rows(f"coverage/{split}") as writer:
            writer.write(measure_coverage(pairs))


def make_program(row: dict, split: str) -> dict:
    """Returns a records.Program."""
    return {"task_id": name_task(row, split), "source": row["source"], "family": row["family"],
            "origin": row["origin"], "licence": row["licence"], "split": split, "level": row["level"],
            "entry": row["entry"], "code": row["code"], "description": row["description"]}


def make_executions(row: dict, task_id: str, split: str) -> list[dict]:
    """Returns a program's records.Executions."""
    pairs = zip(row["inputs"], row["outputs"], strict=True)
    return [{"execution_id": f"{task_id}#{i}", "task_id": task_id, "split": split, "input": text, "output": output}
            for i, (text, output) in enumerate(pairs)]


def name_task(row: dict, split: str) -> str:
    """Returns a program's id: the generator's index, where a function comes from, or what the code is."""
    if row["source"] == "open_source":
        return f"open_source/{row['origin'].split('==')[0]}/{row['origin'].split(':')[1]}"
    if row["source"] == "synthetic":
        return f"synthetic/{split}/{row['index']:06}"
    return f"{row['source']}/{hash_json(row['code'])[:16]}"
