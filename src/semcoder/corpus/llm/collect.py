"""Programs written by a language model, the paper's route (3.1): seed, problem, solution, execution, self-debugging.

Goes in: seeds and an OpenAI-compatible endpoint. Comes out: programs whose examples run in the sandbox, each with the
problem as description; everything else is counted by reason. The answers' log makes a rerun free, and results depend on
the log alone: programs come in the order of their seeds, whenever their answers came.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tqdm.auto import tqdm

from semcoder.answers import Answer
from semcoder.config import Config, CorpusConfig
from semcoder.corpus.candidates import Candidate
from semcoder.corpus.llm.prompts import (
    PROBLEM,
    SOLUTION,
    ask_correction,
    ask_problem,
    ask_solution,
    read_code,
    read_section,
)
from semcoder.corpus.llm.seeds import Seed, sample_seeds
from semcoder.corpus.llm.solutions import Solution, Unfit, read_solution
from semcoder.endpoint import Endpoint, find_fault, read_settings
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs

BLOCK = 200  # seeds whose answers are in memory at once
LICENCE = "LicenseRef-model-output"  # the terms are those of the model's provider
SANDBOX_FAULT = "fault of the sandbox"  # nobody's mistake: the model is not asked to mend it
LEVEL = 3  # of difficulty: all there is


@dataclass
class Draft:
    """A program on its way: the problem, the latest answer, and what came of it."""

    seed: Seed
    sample: int  # how many problems this snippet has inspired before
    problem: str = ""
    script: str = ""
    solution: Solution | None = None
    flaw: Unfit | None = None
    rounds: int = 0


def collect_llm(config: Config, counts: Counter, folder: Path) -> Iterator[Candidate]:
    """Yields the accepted programs of `num_llm` seeds, in the order of the seeds.

    Args:
        config: `min_sandbox_level`, `corpus.num_llm` and `corpus.llm_…` are read; `num_llm` = 0 asks nothing.
        counts: gets rejects by reason, failed attempts by reason, requests, tokens and cost.
        folder: of `answers.jsonl`; the same folder in a later run answers the same questions without a request.

    Raises:
        UserError: the endpoint cannot be used (see `semcoder.endpoint`), or the sandbox is below min_sandbox_level.
    """
    num_seeds = config.corpus.num_llm
    if not num_seeds:
        return
    seeds = list(islice(sample_seeds(config.seed), num_seeds))
    with Endpoint(read_settings(config.corpus), folder) as endpoint:
        starts = range(0, num_seeds, BLOCK)
        for start in tqdm(starts, desc="llm", unit=f"x {BLOCK} seeds", disable=len(starts) == 1):
            block = range(start, min(start + BLOCK, num_seeds))
            drafts = [Draft(seeds[i % len(seeds)], i // len(seeds)) for i in block]  # all used up: a second problem
            yield from write_programs(endpoint, drafts, config, counts)
        counts.update({f"llm: {name}": number for name, number in endpoint.usage.items()})


def write_programs(endpoint: Endpoint, drafts: list[Draft], config: Config, counts: Counter) -> Iterator[Candidate]:
    """Yields the programs that a block of seeds led to: all problems, all solutions, then rounds of self-debugging."""
    kept = write_problems(endpoint, drafts, counts)
    write_solutions(endpoint, kept, 0, config, counts)
    for number in range(1, config.corpus.llm_debug_rounds + 1):
        failed = [draft for draft in kept if draft.flaw and draft.flaw.reason != SANDBOX_FAULT]
        if failed:
            write_solutions(endpoint, failed, number, config, counts)
    for draft in kept:
        if draft.flaw:
            counts[f"rejected: llm, {draft.flaw.reason} after {draft.rounds} rounds of debugging"] += 1
        else:
            counts["llm: accepted after debugging" if draft.rounds else "llm: accepted at once"] += 1
            yield make_candidate(draft, config.corpus)


def write_problems(endpoint: Endpoint, drafts: list[Draft], counts: Counter) -> list[Draft]:
    """Returns the drafts for which the model wrote a problem."""
    counts["llm: seeds"] += len(drafts)
    by_sample = sorted({draft.sample for draft in drafts})
    for sample in by_sample:
        asked = [draft for draft in drafts if draft.sample == sample]
        answers = endpoint.ask_all([ask_problem(draft.seed.code) for draft in asked], "problems", sample)
        for draft, answer in zip(asked, answers, strict=True):
            draft.problem = read_section(answer.text, PROBLEM)
            if not draft.problem:
                counts[f"rejected: llm, {find_fault(answer) or 'no problem section'}"] += 1
    return [draft for draft in drafts if draft.problem]


def write_solutions(endpoint: Endpoint, drafts: list[Draft], number: int, config: Config, counts: Counter) -> None:
    """Gives each draft a solution (round 0) or a corrected one, and notes what is wrong with it."""
    questions = [ask_correction(draft.problem, draft.script, str(draft.flaw)) if number else ask_solution(draft.problem)
                 for draft in drafts]
    # The round is the sample: the same code with the same error must be able to get another answer.
    answers = endpoint.ask_all(questions, f"corrections {number}" if number else "solutions", number)
    for draft, answer in zip(drafts, answers, strict=True):
        draft.rounds = number
        take_answer(draft, answer)
    runnable = [draft for draft in drafts if draft.solution]
    flaws = try_solutions([draft.solution for draft in runnable], config.min_sandbox_level)
    for draft, flaw in zip(runnable, flaws, strict=True):
        draft.flaw = flaw
    counts.update(f"llm: failed attempt, {draft.flaw.reason}" for draft in drafts if draft.flaw)


def take_answer(draft: Draft, answer: Answer) -> None:
    """Reads an answer into a draft: a solution to try, or the flaw that keeps it from being tried."""
    draft.solution, draft.flaw = None, None
    section = read_section(answer.text, SOLUTION)
    script = read_code(section)
    draft.script = script or draft.script
    if not script:
        reason = find_fault(answer) or ("no code block" if section else "no solution section")
        draft.flaw = Unfit(reason, f"The answer had no line [{SOLUTION}] followed by a block of Python code.")
        return
    try:
        draft.solution = read_solution(script)
    except Unfit as flaw:
        draft.flaw = flaw


def try_solutions(solutions: list[Solution], min_level: str) -> Iterator[Unfit | None]:
    """Yields what is wrong with each solution when it runs, None where nothing is."""
    jobs = [Job(code=s.code, entry=s.entry, inputs=s.inputs, tests=s.tests) for s in solutions]
    # A second run with another hash seed: what depends on it, or on the run, is no program for us.
    first = list(run_jobs(jobs, "run", min_level=min_level))
    second = list(run_jobs(jobs, "run again", hash_seed=1, min_level=min_level))
    yield from map(judge_runs, solutions, first, second)


def judge_runs(solution: Solution, first: list[Outcome], second: list[Outcome]) -> Unfit | None:
    """Returns what two runs of a solution's inputs, then its tests, show to be wrong with it."""
    num_inputs = len(solution.inputs)
    if any(outcome.status == "sandbox_error" for outcome in [*first, *second]):
        return Unfit(SANDBOX_FAULT, "The sandbox failed.")
    for text, outcome in zip(solution.inputs, first, strict=False):
        if outcome.status != "ok":
            return Unfit(f"does not run ({outcome.status})",
                         f"{solution.entry}({text}) ends with {outcome.status}: {outcome.output}")
    for test, outcome in zip(solution.tests, first[num_inputs:], strict=True):
        if outcome.status != "ok":
            message = f"This does not hold: {test.splitlines()[-1]}\n{outcome.output}"
            return Unfit("its own example fails", message.rstrip())
    if [(o.status, o.output) for o in first] != [(o.status, o.output) for o in second]:
        return Unfit("not deterministic", "Two runs gave different results.")
    if all(outcome.output == "None" for outcome in first[:num_inputs]):
        return Unfit("returns nothing", f"{solution.entry} returns None for each example; it must return its result.")
    return None


def make_candidate(draft: Draft, corpus: CorpusConfig) -> Candidate:
    """Returns the program of an accepted draft, with as many of its example inputs as executions are kept."""
    origin = f"{corpus.llm_model} after {draft.seed.snippet_id}" + (f" ({draft.sample + 1})" if draft.sample else "")
    return Candidate("llm", "llm", origin, LICENCE, LEVEL, draft.solution.entry, draft.solution.code,
                     draft.solution.inputs[:corpus.inputs_per_program], draft.problem)
