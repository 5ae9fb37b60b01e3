"""Where programs come from, each brought to the same state: executed, fingerprinted, ready for the filters.

Programs of our own making run in the worker processes, under budgets on steps and sizes; everything else runs in the
sandbox. A source yields candidates in an order that depends on nothing but its seed.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from semcoder import paths
from semcoder.config import Config, CorpusConfig
from semcoder.corpus.candidates import Candidate
from semcoder.corpus.filters.behaviour import find_signature, hash_behaviour, make_probes, run_here
from semcoder.corpus.filters.fingerprints import Fingerprint, take_fingerprint
from semcoder.corpus.llm.collect import collect_llm
from semcoder.corpus.open_source.collect import collect_functions
from semcoder.corpus.pyx import read_pyx
from semcoder.corpus.synthetic import generate_crux, generate_described
from semcoder.engine import map_chunks
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs

CHUNK = 100  # generated programs per parallel task


@dataclass(frozen=True)
class Prepared:
    """A program that ran on all its inputs, with what filters and splits ask about it."""

    candidate: Candidate
    outputs: tuple[str, ...]
    fingerprint: Fingerprint
    index: int = -1  # of a generated program


def prepare_synthetic(config: Config, indices: range, counts: Counter) -> Iterator[Prepared]:
    """Yields the generated programs of some indices, in their order; what was rejected on the way is counted."""
    chunks = [(config.corpus, config.seed, indices[i:i + CHUNK]) for i in range(0, len(indices), CHUNK)]
    for chunk in map_chunks(generate_chunk, chunks):
        for prepared, flaws in chunk:
            counts.update(flaws)
            if prepared:
                yield prepared


def generate_chunk(task: tuple[CorpusConfig, int, range]) -> list[tuple[Prepared | None, Counter]]:
    """Returns per index of (config, seed, indices) its program, described ones at their share, and what was rejected.

    The same index gives the same program, whatever its neighbours.
    """
    config, seed, indices = task
    made = []
    for index in indices:
        is_described = int((index + 1) * config.described_share) > int(index * config.described_share)
        generate = generate_described if is_described else generate_crux
        candidate, flaws = generate(seed, index, config.level, config.inputs_per_program)
        counts = Counter(f"rejected: {flaw}" for flaw in flaws)
        made.append((candidate and prepare_own(candidate, index, counts), counts))
    return made


def prepare_own(candidate: Candidate, index: int, counts: Counter) -> Prepared | None:
    """Returns a program of our own making, run in this process, or None and counts why."""
    signature = find_signature(candidate.inputs)
    inputs = (*candidate.inputs, *list_probes(signature))
    return prepare(candidate, signature, run_here(candidate.code, candidate.entry, inputs), counts, index)


def list_probes(signature: tuple | None) -> tuple[str, ...]:
    """Returns the shared inputs of a signature, none for none."""
    return make_probes(signature) if signature else ()


def prepare(candidate: Candidate, signature: tuple | None, outcomes: list[Outcome], counts: Counter,
            index: int = -1) -> Prepared | None:
    """Returns a program with what its inputs and its signature's probes led to; None, and counts why, if one failed."""
    own, probed = outcomes[:len(candidate.inputs)], outcomes[len(candidate.inputs):]
    bad = next((outcome.status for outcome in own if outcome.status != "ok"), "")
    if bad:
        counts[f"rejected: {bad} when executed"] += 1
        return None
    fingerprint = take_fingerprint(candidate.code, hash_behaviour(signature, probed) if signature else 0)
    return Prepared(candidate, tuple(outcome.output for outcome in own), fingerprint, index)


def prepare_foreign(config: Config, counts: Counter) -> Iterator[Prepared]:
    """Yields the programs of all other sources, one source after the other; each counts its own rejects."""
    if config.corpus.num_open_source:
        functions, found = collect_functions(
            config.seed, config.corpus.num_open_source, config.corpus.inputs_per_program,
            jaccard=config.corpus.near_duplicate_jaccard, min_branch_coverage=config.corpus.min_branch_coverage)
        counts.update(found)
        yield from prepare_in_sandbox(functions, counts)
    # Answers are kept apart from the run: a run that starts over, or asks for more, pays for none twice.
    yield from prepare_in_sandbox(collect_llm(config, counts, paths.ANSWERS), counts, config.min_sandbox_level)
    if config.corpus.pyx:
        released = read_pyx(config.corpus.pyx, counts, config.corpus.pyx_rows, config.min_sandbox_level)
        yield from prepare_in_sandbox(released, counts, config.min_sandbox_level)


def prepare_in_sandbox(candidates: Iterable[Candidate], counts: Counter, min_level: str = "rlimits",
                       ) -> Iterator[Prepared]:
    """Yields the programs that end well on all their inputs in the sandbox; the others are counted by status."""
    waiting: deque = deque()

    def make_jobs() -> Iterator[Job]:
        for candidate in candidates:
            signature = find_signature(candidate.inputs)
            waiting.append((candidate, signature))
            yield Job(code=candidate.code, entry=candidate.entry, inputs=(*candidate.inputs, *list_probes(signature)))

    for outcomes in run_jobs(make_jobs(), "execute", min_level=min_level):
        prepared = prepare(*waiting.popleft(), outcomes, counts)
        if prepared:
            yield prepared
