"""Inputs for programs of unknown types: tried in the sandbox in rounds, guided by coverage, then chosen.

A round proposes inputs (see proposals) for all programs together, runs them, and keeps those that cover a line or
branch not covered before or show a new class of value. It ends when a program is covered and has inputs enough, when
nothing new is found or can be proposed, and in any case after MAX_ROUNDS. What is chosen has been run twice more, once
under another hash seed, with the same trace: an input whose run depends on chance is rejected.

Departure: the paper alternates type-aware mutation with a language model and looks at values only (App. F); here
values are mutated or drawn from inferred types, no model is needed, and coverage guides the search.
"""

import ast
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from semcoder.corpus.candidates import make_random
from semcoder.corpus.coverage import Structure, share
from semcoder.corpus.inputs.arguments import Arguments, read_arguments
from semcoder.corpus.inputs.choice import Trial, choose_trials, find_reason
from semcoder.corpus.inputs.classes import classify, list_classes
from semcoder.corpus.inputs.proposals import Proposer
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs

BLOCK = 400  # programs that share a round
MAX_ROUNDS = 9
# Rounds without anything new after which a program is left: once all is covered, and while something is not.
STALE_COVERED, STALE_UNCOVERED = 1, 3
ROUND_INPUTS = 16
HOPELESS_ROUNDS = 2  # rounds without any input that runs after which a program is left
MAX_VERIFICATIONS = 4  # times that dropped inputs are replaced
MAX_POOL = 32  # inputs kept per program while searching
# Executed lines and value lengths as a traced run may have by default; what takes more is left to others.
MAX_LINES, MAX_OUTPUT_CHARS = 300, 200


@dataclass(frozen=True)
class Subject:
    """A program that needs inputs; `known` ones are tried first, `hints` maps parameters to their type's text."""

    code: str
    entry: str
    known: tuple[str, ...] = ()
    hints: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Expansion:
    """The inputs chosen for one program (none where too few run), with their outputs and what they cover."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    branch_coverage: float
    line_coverage: float
    reason: str = ""  # why there are none: "no input runs" | "too few inputs that run" | …


def expand_inputs(subjects: Iterable[Subject], num_inputs: int, seed: int) -> tuple[list[Expansion], Counter]:
    """Returns an Expansion per program, and how many inputs were tried and rejected by reason.

    Args:
        num_inputs: inputs chosen per program; up to choice.EXTRA_FACTOR times as many where they add coverage.
        seed: the result depends on it and on each program alone, not on its neighbours or the workers.
    """
    counts: Counter = Counter()
    expansions: list[Expansion] = []
    waiting = iter(subjects)
    while block := list(islice(waiting, BLOCK)):
        searches = {i: Search(subject, num_inputs, seed) for i, subject in enumerate(block) if is_python(subject.code)}
        run_rounds(list(searches.values()), counts)
        verify(list(searches.values()), counts)
        expansions += [searches[i].choose() if i in searches else Expansion((), (), 0.0, 0.0, "syntax error")
                       for i in range(len(block))]
    return expansions, counts


def is_python(code: str) -> bool:
    """Returns whether a program parses."""
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return True


def run_rounds(searches: list["Search"], counts: Counter) -> None:
    """Runs rounds, each for all programs together, until none has anything left to try."""
    for number in range(MAX_ROUNDS):
        proposed = {i: inputs for i, search in enumerate(searches) if (inputs := search.propose(number))}
        if not proposed:
            return
        jobs = [searches[i].make_job(tuple(inputs), "arcs") for i, inputs in proposed.items()]
        for (i, inputs), outcomes in zip(proposed.items(), run_jobs(jobs, f"inputs, round {number + 1}"), strict=True):
            searches[i].absorb(inputs, outcomes, counts)


def verify(searches: list["Search"], counts: Counter) -> None:
    """Drops chosen inputs whose trace differs in a repeated run or under another hash seed, or cannot be recorded.

    Others take the place of those dropped and are run again in their turn.
    """
    for _ in range(MAX_VERIFICATIONS):
        waiting = [(search, trials) for search in searches if (trials := search.list_unverified())]
        jobs = [search.make_job(tuple(trial.text for trial in trials), "trace") for search, trials in waiting]
        first = [[digest(outcome) for outcome in outcomes] for outcomes in run_jobs(jobs, "inputs, repeated")]
        again = run_jobs(jobs, "inputs, another hash seed", hash_seed=1)
        for (search, trials), ones, outcomes in zip(waiting, first, again, strict=True):
            for trial, one, two in zip(trials, ones, map(digest, outcomes), strict=True):
                is_same = one == two and one[1] == trial.output
                reason = one[0] if one[0] != "ok" else "" if is_same else "nondeterministic"
                counts[f"inputs rejected: {reason}" if reason else "inputs run again"] += 1
                search.settle(trial, not reason)


def digest(outcome: Outcome) -> tuple[str, str, str]:
    """Returns an outcome with its events as a hash: equal ones are equal runs."""
    return outcome.status, outcome.output, hashlib.sha256(json.dumps(outcome.events).encode()).hexdigest()


class Search:
    """The state of one program's search."""

    def __init__(self, subject: Subject, num_inputs: int, seed: int):
        self._subject, self._num_inputs = subject, num_inputs
        self._seed = make_random("inputs", seed, subject.code).random()
        known = [arguments for text in subject.known if (arguments := read_arguments(text))]
        self._proposer = Proposer(subject.code, subject.entry, known, subject.hints)
        self._known = self._proposer.admit(known)
        self._structure = Structure(subject.code)
        self._shown: set = set()  # lines, branches and classes of values seen so far
        self._stale = 0
        self._verified: set[str] = set()
        self.pool: list[Trial] = []  # the newest first

    def make_job(self, inputs: tuple[str, ...], watch: str) -> Job:
        """Returns the job that runs some inputs."""
        return Job(code=self._subject.code, entry=self._subject.entry, inputs=inputs, watch=watch,
                   max_events=MAX_LINES if watch == "arcs" else 2 * MAX_LINES,
                   max_value_chars=MAX_OUTPUT_CHARS if watch == "arcs" else 2 * MAX_OUTPUT_CHARS)

    def propose(self, number: int) -> dict[str, Arguments]:
        """Returns the inputs of the next round by their text, none where the search is over."""
        is_stale = self._stale >= (STALE_COVERED if self._is_covered() else STALE_UNCOVERED)
        if is_stale or self._is_satisfied() or (number >= HOPELESS_ROUNDS and not self.pool):
            return {}
        random = make_random("round", self._seed, number)
        found = self._known if number == 0 else {}
        pool = [trial.arguments for trial in self.pool] or list(found.values())
        return found | self._proposer.propose(pool, ROUND_INPUTS, random)

    def _is_covered(self) -> bool:
        return self._structure.lines | self._structure.branches <= self._shown

    def _is_satisfied(self) -> bool:
        """Returns whether all is covered and there are inputs with different outputs to choose from."""
        return (self._is_covered()
                and len({trial.output for trial in self.pool}) >= 2 * self._num_inputs)

    def absorb(self, inputs: dict[str, Arguments], outcomes: Iterable[Outcome], counts: Counter) -> None:
        """Keeps the inputs of a round that show something new; counts the others by what became of them."""
        is_new = False
        for (text, arguments), outcome in zip(inputs.items(), outcomes, strict=True):
            counts["inputs tried"] += 1
            self._proposer.learn(text, outcome.status, outcome.output)
            if outcome.status != "ok":
                counts[f"inputs rejected: {outcome.status}"] += 1
                continue
            covered = self._structure.cover(outcome.events)
            value = ast.literal_eval(outcome.output)
            classes = list_classes(arguments) | {("output", *classify(value)), ("output", outcome.output[:40])}
            shown = covered.lines | covered.branches | classes
            if not shown - self._shown or len(self.pool) >= MAX_POOL and not (
                    covered.lines | covered.branches) - self._shown:
                counts["inputs left: show nothing new"] += 1
                continue
            is_new = is_new or bool((covered.lines | covered.branches) - self._shown) or len(self.pool) < 4
            self._shown |= shown
            self.pool.insert(0, Trial(text, arguments, outcome.output, covered.lines, covered.branches,
                                      frozenset(classes), text in self._known))
        self._stale = 0 if is_new else self._stale + 1

    def _choose_trials(self) -> list[Trial]:
        return choose_trials(self.pool, self._num_inputs, self._proposer.expect_types())

    def list_unverified(self) -> list[Trial]:
        """Returns the trials that would be chosen and have not been run again yet."""
        chosen = self._choose_trials()
        return [] if find_reason(chosen, self.pool, self._num_inputs) else [
            trial for trial in chosen if trial.text not in self._verified]

    def settle(self, trial: Trial, is_verified: bool) -> None:
        """Marks a trial as repeatable, or drops it."""
        if is_verified:
            self._verified.add(trial.text)
        else:
            self.pool.remove(trial)

    def choose(self) -> Expansion:
        """Returns the inputs that cover most, then differ most, from those that ran."""
        if self.list_unverified():  # others kept being dropped
            self.pool = [trial for trial in self.pool if trial.text in self._verified]
        chosen = self._choose_trials()
        reason = find_reason(chosen, self.pool, self._num_inputs)
        if reason:
            return Expansion((), (), 0.0, 0.0, reason)
        lines = frozenset().union(*(trial.lines for trial in chosen))
        branches = frozenset().union(*(trial.branches for trial in chosen))
        return Expansion(tuple(trial.text for trial in chosen), tuple(trial.output for trial in chosen),
                         share(len(branches), len(self._structure.branches)),
                         share(len(lines), len(self._structure.lines)))
