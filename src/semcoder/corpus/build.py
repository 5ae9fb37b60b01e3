"""Stage `corpus`: programs that execute, with inputs, outputs and, where they have one, a description.

Written as a Hugging Face `datasets` folder: `programs/<split>.parquet`, `executions/<split>.parquet` and a card.
"""

import warnings
from collections import Counter
from collections.abc import Iterator

from joblib import Parallel, delayed
from tqdm.auto import tqdm

from semcoder.config import Config, CorpusConfig, require
from semcoder.corpus.candidates import Candidate, make_random
from semcoder.corpus.card import write_card
from semcoder.corpus.described import generate_described
from semcoder.corpus.filters import Deduplicator, find_leaks
from semcoder.corpus.open_source import collect_functions
from semcoder.corpus.synthetic import generate_crux
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import describe_level, run_jobs
from semcoder.records import SPLITS
from semcoder.runs import Run

CHUNK = 250  # programs generated per parallel task
# Chunks are asked for until there are enough programs, so some are always under way when we stop.
warnings.filterwarnings("ignore", message=".*tasks which were still being processed")
MAX_TRIES_PER_PROGRAM = 10  # generated programs per accepted one before we say that the level is exhausted


def build_corpus(config: Config) -> Run:
    """Returns the finished run that holds `programs/<split>` and `executions/<split>` (see records)."""
    run = Run("corpus", config)
    if run.is_complete:
        return run
    with run:
        run.notes.update(describe_level())
        splits = split_candidates(collect_candidates(config, run.counts), config, run.counts)
        for split, candidates in splits.items():
            write_split(run, split, candidates)
        write_card(run)
    return run


def collect_candidates(config: Config, counts: Counter) -> list[Candidate]:
    """Returns distinct programs, the synthetic ones first: exact and near-duplicates are dropped and counted."""
    filters = Deduplicator(config.corpus.near_duplicate_jaccard)
    kept = []
    bar = tqdm(total=config.corpus.num_programs, desc="synthetic programs", unit="programs", mininterval=2)
    for candidate in generate_synthetic(config, counts):
        if is_new(candidate, filters, counts):
            kept.append(candidate)
            bar.update()
        if len(kept) == config.corpus.num_programs:
            break
    bar.close()
    require(len(kept) == config.corpus.num_programs, "num_programs", config.corpus.num_programs,
            f"level {config.corpus.level} gave only {len(kept)} distinct programs: ask for fewer or a higher level")
    if config.corpus.num_open_source:
        functions, found = collect_functions(config.seed, config.corpus.num_open_source,
                                             config.corpus.inputs_per_program)
        counts.update(found)
        kept += [function for function in functions if is_new(function, filters, counts)]
    return kept


def is_new(candidate: Candidate, filters: Deduplicator, counts: Counter) -> bool:
    """Returns whether a program is neither a duplicate nor a near-duplicate of an earlier one; counts both."""
    reason = filters.find_reason(candidate.code)
    counts[f"rejected: {reason}" if reason else f"distinct: {candidate.family}"] += 1
    return not reason


def generate_synthetic(config: Config, counts: Counter) -> Iterator[Candidate]:
    """Yields generated programs in the order of their indices, whatever the number of workers."""
    total = MAX_TRIES_PER_PROGRAM * config.corpus.num_programs
    starts = range(0, total, min(CHUNK, config.corpus.num_programs))
    done = Parallel(n_jobs=-1, return_as="generator", pre_dispatch="2*n_jobs")(
        delayed(generate_chunk)(config.corpus, config.seed, range(start, start + starts.step)) for start in starts)
    for candidates, flaws in done:
        counts.update(flaws)
        yield from candidates


def generate_chunk(config: CorpusConfig, seed: int, indices: range) -> tuple[list[Candidate], Counter]:
    """Returns the programs of some indices, described ones at their share, and what was rejected on the way."""
    candidates, counts = [], Counter()
    for index in indices:
        is_described = int((index + 1) * config.described_share) > int(index * config.described_share)
        generate = generate_described if is_described else generate_crux
        candidate, flaws = generate(seed, index, config.level, config.inputs_per_program)
        counts.update(f"rejected: {flaw}" for flaw in flaws)
        if candidate:
            candidates.append(candidate)
    return candidates, counts


def split_candidates(candidates: list[Candidate], config: Config, counts: Counter) -> dict[str, list[Candidate]]:
    """Returns split -> programs. Held-out splits have exactly their number of synthetic programs.

    Training programs that share their plan (operations and constants) with a held-out one are dropped.
    """
    synthetic = [c for c in candidates if c.source == "synthetic"]
    make_random("split", config.seed).shuffle(synthetic)
    num_test, num_validation = config.corpus.test_programs, config.corpus.validation_programs
    splits = {"test": synthetic[:num_test], "validation": synthetic[num_test:num_test + num_validation],
              "train": synthetic[num_test + num_validation:]}
    functions = [c for c in candidates if c.source == "open_source"]
    for split, rest in (("test", 0), ("validation", 1)):  # one function in twenty each
        splits[split] += functions[rest::20]
    splits["train"] += [c for i, c in enumerate(functions) if i % 20 > 1]
    leaks = find_leaks([c.plan for c in splits["train"]], [c.plan for s in ("test", "validation") for c in splits[s]])
    counts["rejected: plan of a held-out program"] += sum(c.plan in leaks for c in splits["train"])
    splits["train"] = [c for c in splits["train"] if c.plan not in leaks]
    return {split: splits[split] for split in SPLITS}


def write_split(run: Run, split: str, candidates: list[Candidate]) -> None:
    """Executes a split's programs in the sandbox and writes those whose inputs all end well."""
    jobs = [Job(code=c.code, entry=c.entry, inputs=c.inputs) for c in candidates]
    programs, executions = [], []
    for number, (candidate, outcomes) in enumerate(zip(candidates, run_jobs(jobs, f"execute {split}"), strict=True)):
        bad = next((outcome.status for outcome in outcomes if outcome.status != "ok"), "")
        run.counts[f"rejected: {bad} in the sandbox" if bad else f"kept: {candidate.family}"] += 1
        if not bad:
            task_id = name_task(candidate, split, number)
            programs.append(make_program(candidate, task_id, split))
            executions += [{"execution_id": f"{task_id}#{i}", "task_id": task_id, "split": split, "input": text,
                            "output": outcome.output}
                           for i, (text, outcome) in enumerate(zip(candidate.inputs, outcomes, strict=True))]
    run.write_rows(f"programs/{split}", programs)
    run.write_rows(f"executions/{split}", executions)


def name_task(candidate: Candidate, split: str, number: int) -> str:
    """Returns a program's id: its number within the split, or where a function comes from."""
    if candidate.source == "open_source":
        return f"open_source/{candidate.origin.split('==')[0]}/{candidate.origin.split(':')[1]}"
    return f"synthetic/{split}/{number:06}"


def make_program(candidate: Candidate, task_id: str, split: str) -> dict:
    """Returns a records.Program."""
    return {"task_id": task_id, "source": candidate.source, "family": candidate.family, "origin": candidate.origin,
            "licence": candidate.licence, "split": split, "level": candidate.level, "entry": candidate.entry,
            "code": candidate.code, "description": candidate.description}
