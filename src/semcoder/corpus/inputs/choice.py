"""Which of the inputs that ran are kept: those that cover most, then those that differ most."""

from collections import Counter
from dataclasses import dataclass

from semcoder.corpus.inputs.arguments import Arguments
from semcoder.corpus.inputs.classes import is_hollow, list_types, share_types
from semcoder.execution.literals import to_literal

EXTRA_FACTOR = 3  # inputs chosen at most, over those asked for, where each of them adds coverage


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
    if all(any(to_literal(value) == trial.output for value in trial.arguments.values()) for trial in chosen):
        return "returns its argument"
    return ""
