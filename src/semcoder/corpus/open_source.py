"""Real functions out of the standard library and installed, permissively licensed packages, with inputs that run.

Functions are harvested from every package (see harvest), then inputs are sought for as many of them as are asked for
(see inputs). Every candidate that fails is counted by reason.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from joblib import Parallel, delayed
from tqdm.auto import tqdm

from semcoder.corpus.candidates import Candidate, make_random
from semcoder.corpus.filters import Deduplicator
from semcoder.corpus.harvest import PACKAGES, Function, harvest_package
from semcoder.corpus.inputs import Expansion, Subject, expand_inputs

MIN_BRANCH_COVERAGE = 0.8  # functions whose inputs cover less are rejected; paper's mean: 0.93 (App. F)
SURPLUS = 1.5  # functions tried at once per one asked for; less than half of them pass, so that few are too many
MIN_BATCH = 40


def collect_functions(seed: int, num_functions: int, num_inputs: int, *, jaccard: float = 0.95,
                      min_branch_coverage: float = MIN_BRANCH_COVERAGE) -> tuple[list[Candidate], Counter]:
    """Returns up to `num_functions` distinct programs with inputs that run, and the rejects by reason.

    The order is random by `seed` and the same on every machine with the pinned packages.

    Args:
        num_inputs: inputs per program; up to inputs.EXTRA_FACTOR times as many where they add coverage.
        jaccard: overlap of token 5-grams from which two functions count as near-duplicates.
        min_branch_coverage: share of a program's branches that its inputs must cover.
    """
    counts: Counter = Counter()
    found = harvest_functions(counts)
    make_random("open_source", seed).shuffle(found)
    waiting = drop_duplicates(found, jaccard, counts)
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


def harvest_functions(counts: Counter) -> list[Function]:
    """Returns the functions of all packages, in the order of PACKAGES; counts rejects and what each package gave."""
    functions = []
    for package, (found, rejects) in zip(PACKAGES, Parallel(n_jobs=-1)(map(delayed(harvest_package), PACKAGES)),
                                         strict=True):
        functions += found
        counts.update(rejects)
        counts[f"harvested: {package}"] += len(found)
    return functions


def drop_duplicates(found: list[Function], jaccard: float, counts: Counter) -> Iterator[Function]:
    """Yields the functions without later equals and near-equals, which are counted as far as they were looked at."""
    filters = Deduplicator(jaccard)
    for function in found:
        reason = filters.find_reason(function.candidate.code)
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
