"""Inputs for programs of unknown types: tried in the sandbox in rounds, guided by coverage, then chosen.

A round proposes inputs (see proposals) for all programs together, runs them, and keeps those that cover a line or
branch not covered before or show a new class of value. It ends when a program is covered and has inputs enough, when
nothing new is found or can be proposed, and in any case after MAX_ROUNDS. What is chosen has been run twice more, once
under another hash seed, with the same trace: an input whose run depends on chance is rejected.
"""

import ast
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from semcoder.corpus.arguments import Arguments, read_arguments
from semcoder.corpus.candidates import make_random
from semcoder.corpus.classes import classify, is_hollow, list_classes, list_types, share_types
from semcoder.corpus.coverage import Structure, share
from semcoder.corpus.proposals import Proposer
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs

MAX_ROUNDS = 9
STALE_ROUNDS = 2  # rounds without anything new after which a program is left
ROUND_INPUTS = 16
MAX_POOL = 32  # inputs kept per program while searching
EXTRA_FACTOR = 3  # inputs chosen at most, over those asked for, where each of them adds coverage
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


@dataclass(frozen=True)
class Trial:
    """An input that ran: its output and all that it shows (lines, branches, classes of values)."""

    text: str
    arguments: Arguments
    output: str
    lines: frozenset
    branches: frozenset
    classes: frozenset
    is_known: bool


def expand_inputs(subjects: list[Subject], num_inputs: int, seed: int) -> tuple[list[Expansion], Counter]:
    """Returns an Expansion per program, and how many inputs were tried and rejected by reason.

    Args:
        num_inputs: inputs chosen per program; up to EXTRA_FACTOR times as many where they add coverage.
        seed: the result depends on it and on each program alone, not on its neighbours or the workers.
    """
    counts: Counter = Counter()
    searches = [Search(subject, num_inputs, seed) for subject in subjects]
    for number in range(MAX_ROUNDS):
        proposed = {i: inputs for i, search in enumerate(searches) if (inputs := search.propose(number))}
        if not proposed:
            break
        jobs = [searches[i].make_job(tuple(inputs), "arcs") for i, inputs in proposed.items()]
        for (i, inputs), outcomes in zip(proposed.items(), run_jobs(jobs, f"inputs, round {number + 1}"), strict=True):
            searches[i].absorb(inputs, outcomes, counts)
    verify(searches, counts)
    return [search.choose() for search in searches], counts


def verify(searches: list["Search"], counts: Counter) -> None:
    """Drops inputs whose trace differs in a repeated run or under another hash seed, or cannot be recorded."""
    jobs = [search.make_job(tuple(trial.text for trial in search.pool), "trace") for search in searches]
    runs = [run_jobs(jobs, "inputs, repeated"), run_jobs(jobs, "inputs, another hash seed", hash_seed=1)]
    for search, first, second in zip(searches, *runs, strict=True):
        kept = []
        for trial, one, two in zip(search.pool, first, second, strict=True):
            is_same = one == two and one.output == trial.output
            reason = "" if one.status == "ok" and is_same else one.status if one.status != "ok" else "nondeterministic"
            counts[f"inputs rejected: {reason}" if reason else "inputs that run"] += 1
            if not reason:
                kept.append(trial)
        search.pool = kept


class Search:
    """The state of one program's search."""

    def __init__(self, subject: Subject, num_inputs: int, seed: int):
        self._subject, self._num_inputs = subject, num_inputs
        self._seed = make_random("inputs", seed, subject.code).random()
        self._known = [arguments for text in subject.known if (arguments := read_arguments(text))]
        self._proposer = Proposer(subject.code, subject.entry, self._known, subject.hints)
        self._structure = Structure(subject.code)
        self._shown: set = set()  # lines, branches and classes of values seen so far
        self._stale = 0
        self.pool: list[Trial] = []  # the newest first

    def make_job(self, inputs: tuple[str, ...], watch: str) -> Job:
        """Returns the job that runs some inputs."""
        return Job(code=self._subject.code, entry=self._subject.entry, inputs=inputs, watch=watch,
                   max_events=MAX_LINES if watch == "arcs" else 2 * MAX_LINES,
                   max_value_chars=MAX_OUTPUT_CHARS if watch == "arcs" else 2 * MAX_OUTPUT_CHARS)

    def propose(self, number: int) -> dict[str, Arguments]:
        """Returns the inputs of the next round by their text, none where the search is over."""
        if self._stale >= STALE_ROUNDS or self._is_satisfied() or (number > 2 and not self.pool):
            return {}
        random = make_random("round", self._seed, number)
        found = self._proposer.admit(self._known) if number == 0 else {}
        pool = [trial.arguments for trial in self.pool] or (self._known if number == 0 else [])
        return found | self._proposer.propose(pool, ROUND_INPUTS, random)

    def _is_satisfied(self) -> bool:
        """Returns whether all is covered and there are inputs with different outputs to choose from."""
        return (self._structure.lines | self._structure.branches <= self._shown
                and len({trial.output for trial in self.pool}) >= 2 * self._num_inputs)

    def absorb(self, inputs: dict[str, Arguments], outcomes: Iterable[Outcome], counts: Counter) -> None:
        """Keeps the inputs of a round that show something new; counts the others by what became of them."""
        known = {arguments.render() for arguments in self._known}
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
                                      frozenset(classes), text in known))
        self._stale = 0 if is_new else self._stale + 1

    def choose(self) -> Expansion:
        """Returns the inputs that cover most, then differ most, from those that ran."""
        chosen = choose_trials(self.pool, self._num_inputs, self._proposer.expect_types())
        reason = find_reason(chosen, self.pool, self._num_inputs)
        if reason:
            return Expansion((), (), 0.0, 0.0, reason)
        lines = frozenset().union(*(trial.lines for trial in chosen))
        branches = frozenset().union(*(trial.branches for trial in chosen))
        return Expansion(tuple(trial.text for trial in chosen), tuple(trial.output for trial in chosen),
                         share(len(branches), len(self._structure.branches)),
                         share(len(lines), len(self._structure.lines)))


def choose_trials(pool: list[Trial], num_inputs: int, expected: tuple) -> list[Trial]:
    """Returns trials picked one by one, each the one that adds most to those before it.

    Branches and lines count most, then an output of its own, then new classes of values; known inputs and short
    ones win ties. Calls of other types than the usual ones are taken only for the coverage they add: usual are
    those of known inputs, else the `expected` ones where such calls run, else the most frequent.
    """
    usual = find_usual(pool, expected)
    chosen: list[Trial] = []
    shown: set = set()
    left = list(pool)
    while left and len(chosen) < EXTRA_FACTOR * num_inputs:
        ratings = [rate_trial(trial, shown, trial.text in usual) for trial in left]
        place = max(range(len(left)), key=lambda i: (*ratings[i], -len(left[i].text), -i))
        is_usual, num_added, _ = ratings[place]
        if not num_added and (len(chosen) >= num_inputs or not is_usual):
            break
        trial = left.pop(place)
        chosen.append(trial)
        shown |= trial.lines | trial.branches | trial.classes
    return chosen


def find_usual(pool: list[Trial], expected: tuple) -> set[str]:
    """Returns the texts of the trials whose arguments have the usual types."""
    types = {trial.text: list_types(trial.arguments) for trial in pool}
    known = [types[trial.text] for trial in pool if trial.is_known]
    for common in (known, [expected], [best for best, _ in Counter(types.values()).most_common(1)]):
        usual = {text for text in types if any(share_types(types[text], other) for other in common)}
        if usual:
            return usual
    return set()


def rate_trial(trial: Trial, shown: set, is_usual: bool) -> tuple[bool, int, float]:
    """Returns whether a trial is a usual call that adds something, the coverage it adds, and how new it is else."""
    num_added = 3 * len(trial.branches - shown) + len(trial.lines - shown)
    new = trial.classes - shown
    novelty = len(new) + 3 * any(kind[0] == "output" for kind in new) + trial.is_known - 3 * is_hollow(trial.arguments)
    return is_usual, num_added, novelty


def find_reason(chosen: list[Trial], pool: list[Trial], num_inputs: int) -> str:
    """Returns why a program's inputs are not worth keeping, "" where they are."""
    if not pool:
        return "no input runs"
    if len(chosen) < num_inputs:
        return "too few inputs that run"
    outputs = [trial.output for trial in chosen]
    if set(outputs) == {"None"}:
        return "returns nothing"
    if len(set(outputs)) == 1 and num_inputs > 1:
        return "constant output"
    arguments = [trial.arguments.positional for trial in chosen]
    if all(any(repr(value) == output for value in values) for values, output in zip(arguments, outputs, strict=True)):
        return "returns its argument"
    return ""
