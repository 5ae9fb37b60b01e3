"""Real functions out of the standard library and installed, permissively licensed packages, with inputs that run.

Functions are harvested from every package (see harvest), then inputs are sought for as many of them as are asked for
(see inputs). Every candidate that fails is counted by reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from tqdm.auto import tqdm

from semcoder.config import CorpusConfig
from semcoder.corpus.candidates import Candidate, make_random
from semcoder.corpus.filters.duplicates import Deduplicator
from semcoder.corpus.filters.fingerprints import take_fingerprint
from semcoder.corpus.inputs.rounds import Expansion, Subject, expand_inputs
from semcoder.corpus.open_source.harvest import PACKAGES, Function, harvest_modules, list_modules
from semcoder.engine import map_chunks

SURPLUS = 1.5  # functions tried at once per one asked for; less than half of them pass, so that few are too many
MIN_BATCH = 16
MODULES_AT_ONCE, MODULES_PER_TASK = 256, 16  # few are asked for: most modules need not be read


def collect_functions(seed: int, num_functions: int, num_inputs: int, *,
                      jaccard: float = CorpusConfig.near_duplicate_jaccard,
                      min_branch_coverage: float = CorpusConfig.min_branch_coverage) -> tuple[list[Candidate], Counter]:
    """Returns up to `num_functions` distinct programs with inputs that run, and the rejects by reason.

    The order is random by `seed` and the same on every machine with the pinned packages; asking for more functions
    with the same seed gives the same ones first.

    Args:
        num_inputs: inputs per program; up to choice.EXTRA_FACTOR times as many where they add coverage.
        jaccard: overlap of token 5-grams from which two functions count as near-duplicates.
        min_branch_coverage: share of a program's branches that its inputs must cover.
    """
    counts: Counter = Counter()
    waiting = drop_duplicates(harvest_functions(seed, counts), jaccard, counts)
    kept: list[Candidate] = []
    bar = tqdm(total=num_functions, desc="open-source functions", unit="functions", mininterval=2)
    while len(kept) < num_functions:
        batch = list(islice(waiting, max(MIN_BATCH, int(SURPLUS * (num_functions - len(kept))))))
        if not batch:
            break
        more = add_inputs(batch, num_inputs, seed, min_branch_coverage, counts)
        kept += more
        bar.update(len(more))
    bar.close()
    counts["left out: more than asked for"] += max(0, len(kept) - num_functions)
    return kept[:num_functions], counts


def harvest_functions(seed: int, counts: Counter) -> Iterator[Function]:
    """Yields functions in random order; counts rejects, and what each package gave, as far as modules were read."""
    modules = [module for package in PACKAGES for module in list_modules(package)]
    make_random("modules", seed).shuffle(modules)
    blocks = [modules[i:i + MODULES_AT_ONCE] for i in range(0, len(modules), MODULES_AT_ONCE)]
    for number, block in enumerate(blocks):
        counts["modules read"] += len(block)
        functions: list[Function] = []
        parts = [block[i:i + MODULES_PER_TASK] for i in range(0, len(block), MODULES_PER_TASK)]
        for found, rejects in map_chunks(harvest_modules, parts):
            functions += found
            counts.update(rejects)
        make_random("functions", seed, number).shuffle(functions)
        counts["left out: not tried"] += len(functions)
        for function in functions:
            counts["left out: not tried"] -= 1
            yield function


def drop_duplicates(found: Iterable[Function], jaccard: float, counts: Counter) -> Iterator[Function]:
    """Yields the functions without later equals and near-equals, which are counted."""
    filters = Deduplicator(jaccard)
    for function in found:
        reason = filters.find_reason(take_fingerprint(function.candidate.code))
        if reason:
            counts[f"rejected: {reason}"] += 1
        else:
            yield function


def add_inputs(functions: list[Function], num_inputs: int, seed: int, min_branch_coverage: float,
               counts: Counter) -> list[Candidate]:
    """Returns the functions that run and are covered well, each with its inputs."""
    subjects = [Subject(f.candidate.code, f.candidate.entry, f.candidate.inputs, f.hints) for f in functions]
    expansions, tried = expand_inputs(subjects, num_inputs, seed)
    counts.update(tried)
    kept = []
    for function, expansion in zip(functions, expansions, strict=True):
        reason = find_reject(expansion, min_branch_coverage)
        counts[f"rejected: {reason}" if reason else "run: open_source"] += 1
        if not reason:
            counts[f"run: {function.package}"] += 1
            kept.append(replace(function.candidate, inputs=expansion.inputs))
    return kept


def find_reject(expansion: Expansion, min_branch_coverage: float) -> str:
    """Returns why a function is rejected after its inputs were sought, "" where it is kept."""
    if expansion.reason:
        return expansion.reason
    return "low branch coverage" if expansion.branch_coverage < min_branch_coverage else ""
