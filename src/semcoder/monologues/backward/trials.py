"""Which constraints hold on the executed path, found out by trying: variables are set to other values at each point
where they are read, and the run goes on to see whether it still gives the output.

A constraint holds of the witness's value. A value that breaks it and gives the output all the same refutes it; where
no value that breaks it could be tried it is vacuous. Both are counted and dropped. What stays says: with all other
variables as they are in this run, none of the values tried that break it led to the output.
"""

import ast
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from random import Random

from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.backward.alternatives import draw_edits, find_constants, list_alternatives
from semcoder.monologues.backward.constraints import Constraint, holds, is_literal_text, read_value
from semcoder.monologues.backward.judging import judge_place
from semcoder.monologues.backward.places import Place

MAX_TRIED = 60  # (place, variable) pairs of one execution, those next to the output first
MIN_LINES, LINES_PER_LINE = 200, 5  # executed lines of a changed run: so many, and more per line of the true run
NUM_EDITS = 20  # further values tried of a variable where the first ones left a constraint standing
NUM_EDITS_WEAK = 48  # the same for constraints on a part, a size or a class, which more values get round
ROUNDS = 3  # of such edits: where one constraint falls, a weaker one takes its place
MAX_PAIRS = 6  # changes of two variables at once, where a statement reads two
UNCOPIED = (list, dict, set)  # types whose objects another name may hold
LARGE = 10**7  # a changed number beyond it is not tried: `[0] * n` would fill memory


def try_places(box: Sandbox, code: str, entry: str, input_text: str, output_text: str, places: list[Place],
               parameters: list[str], num_lines: int) -> tuple[dict[str, list[Constraint]], Counter] | None:
    """Fills in what the places' variables must be; returns the same of the parameters before the first line, counts.

    None where the changed runs could not be had (time, memory, a sandbox fault).

    Args:
        parameters: their names, each with a literal before the first line.
        num_lines: executed lines of the run as it was, all frames.
    """
    constants = find_constants(ast.parse(code))
    first, left, asked = places[0], MAX_TRIED - len(parameters), []
    own_names = first.names
    first.names = list(dict.fromkeys([*first.names, *parameters]))
    for place in reversed(places):
        if place is not first:
            place.names = place.names[:max(0, left)]
            left -= len(place.names)
        if place.names:
            asked.append(place)
    job = Job(code=code, entry=entry, inputs=(input_text,), max_events=MIN_LINES + LINES_PER_LINE * num_lines)
    if not run_trials(box, job, [(place, list_changes(place, constants)) for place in asked]):
        return None
    sound = [place for place in asked if place.tried[0][1] == output_text]
    for place in sound:
        judge_place(place, output_text, constants)
    random = Random(code + input_text)
    for _ in range(ROUNDS):
        again = [(place, list_edits(place, constants, random)) for place in sound if place.list_unproven()]
        if not run_trials(box, job, again):
            return None
        for place, _ in again:
            place.proven |= {c for kept in place.kept.values() for c in kept}
            judge_place(place, output_text, constants)
    counts = Counter(["aliased"] * sum(len(place.names) for place in asked if place not in sound))
    for place in sound:
        counts.update(place.counts)
        place.kept = {name: [c for c in kept if c in place.proven] for name, kept in place.kept.items()}
    first.names = own_names
    return {name: first.kept.get(name, []) for name in parameters}, counts


def run_trials(box: Sandbox, job: Job, planned: list[tuple[Place, list[dict[str, str]]]]) -> bool:
    """Makes the changes planned and notes at their places what came of them; returns whether it went well."""
    changes = tuple((place.number, change, [place.subject] if place.subject else [])
                    for place, asked in planned for change in asked)
    if not changes:
        return True
    outcome = box.run(replace(job, changes=changes))[0]
    if outcome.status != "ok" or len(outcome.events) != len(changes):
        return False
    results = iter(outcome.events)
    for place, asked in planned:
        place.tried += [(change, *next(results)) for change in asked]
    return True


def list_changes(place: Place, constants: list) -> list[dict[str, str]]:
    """Returns the changes tried first at a place; before all others its own values, which must change nothing."""
    before = {name: read_value(text) for name, text in place.step.before.items() if is_literal_text(text)}
    values = {name: before[name] for name in place.names}
    same = {name: place.step.before[name] for name, value in values.items() if isinstance(value, UNCOPIED)}
    single = {name: keep_small(list_alternatives(value, constants, list(before.values())), value)
              for name, value in values.items()}
    return [same, *({name: text} for name, texts in single.items() for text in texts), *join(single, place)]


def list_edits(place: Place, constants: list, random: Random) -> list[dict[str, str]]:
    """Returns the changes tried then: random ones that break what is kept of a variable, or may break the rest."""
    single = {}
    around = [value for text in place.step.before.values() if is_literal_text(text)
              and type(value := read_value(text)) in (int, str)]
    for name in place.names:
        kept = [c for c in place.kept.get(name, []) if c not in place.proven]
        if kept or any(c not in place.proven for c in place.kept.get(place.subject, ())):
            tests = [(c.kind, c.parameters) for c in kept]
            value = read_value(place.step.before[name])
            number = NUM_EDITS if all(c.is_telling for c in kept) else NUM_EDITS_WEAK
            edits = draw_edits(value, constants + around, random, partial(breaks_any, tests), number)
            single[name] = keep_small(edits, value)
    return [*({name: text} for name, texts in single.items() for text in texts), *join(single, place)]


def breaks_any(tests: list[tuple[str, tuple]], value: object) -> bool:
    """Returns whether a value breaks one of some constraints; any value will do where there are none."""
    return not tests or not all(holds(kind, value, parameters) for kind, parameters in tests)


def join(single: dict[str, list[str]], place: Place) -> Iterable[dict[str, str]]:
    """Yields changes of two variables at once, for what reads both."""
    if place.subject and len(single) > 1:
        (first, texts), (second, others) = list(single.items())[:2]
        yield from ({first: a, second: b} for a, b in list(zip(texts, others, strict=False))[:MAX_PAIRS])


def keep_small(alternatives: list[tuple[object, str]], value: object) -> list[str]:
    """Returns the literals of alternatives, without numbers so large that a run could fill memory."""
    return [text for other, text in alternatives
            if not isinstance(other, (int, float)) or abs(other) <= max(LARGE, abs(value or 0))]
