"""Checks a backward monologue by its text alone, and looks for counter-examples to what it says must hold.

Nothing of the generator's facts is used: the text is read back, the program is replayed, and variables are set to
values of the checker's own choice (mutations and probes, drawn at random) before the lines that the text is about.
The first thing that is wrong gives the reason:

    unreadable       a sentence is in none of the wordings, or there is no monologue
    output, input    the first or last sentence names another output or input
    order            the lines named are not the executed lines of the entry function, last one first
    effect           a line did something else
    subject          a constraint is about something else than a variable or what its line works out
    working          an undoing does not come to its value, or does not undo the statement for other values either
    false            a constraint does not hold in this run, or it cannot be evaluated
    loose            a bound is not that of the value that it is about
    counter-example  a value breaks a constraint, and the run gives the output all the same
    not replayed     the program did not give this output when it was run again, with or without trials
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from semcoder.corpus.filters.behaviour import draw_probe, find_type
from semcoder.corpus.inputs.ingredients import Ingredients
from semcoder.corpus.inputs.mutation import mutate_value
from semcoder.execution.intervene import RAISES
from semcoder.execution.jobs import Job
from semcoder.execution.literals import to_literal
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.backward.constraints import Constraint, holds, is_literal_text, read_value
from semcoder.monologues.backward.reversal import (
    INPUTS,
    OUTPUTS,
    REVERSAL,
    Effect,
    Requirement,
    read_line,
    read_start,
    read_value_sentence,
)
from semcoder.monologues.backward.undoing import come_to, does_undo, list_expressions
from semcoder.monologues.sections import split_sections
from semcoder.monologues.steps import find_statements, render_headers

NUM_MUTATIONS, NUM_PROBES = 8, 4  # values tried of each variable that a constraint is about
MAX_LINES, MAX_EVENTS = 1000, 4000  # of a changed run, of the replay
MAX_CHARS = 2000
BOUNDS = {"at_least": lambda x: x, "at_most": lambda x: x, "longer": len, "shorter": len}
MUTABLE = (list, dict, set)


class Rejected(Exception):
    """A monologue says something that is not so; the message is the reason."""


def find_flaw(box: Sandbox, program: dict, input_text: str, output_text: str, text: str, random: Random,
              replay: list[dict] | None = None) -> str:
    """Returns why a backward monologue is not to be trusted, "" where nothing speaks against it.

    Args:
        box: where the program is run.
        program: `code` and `entry` (records.Program).
        input_text: the argument list that the monologue should arrive at.
        output_text: the literal that it should start from.
        text: the monologue; only its section "Reverse Deduction" is read.
        random: draws the values that are tried.
        replay: events of `execution.replay.Replay` of this execution, where the caller has them.
    """
    try:
        if replay is None:
            outcome = box.run(Job(code=program["code"], entry=program["entry"], inputs=(input_text,), watch="replay",
                                  max_events=MAX_EVENTS, max_value_chars=MAX_CHARS))[0]
            ensure(outcome.status == "ok" and outcome.output == output_text, "not replayed")
            replay = list(outcome.events)
        own = [event for event in replay if event["depth"] == 0 and event["kind"] in ("line", "return")]
        demands = read_monologue(text, program["code"], own, input_text, output_text)
        search(box, program, input_text, output_text, demands, own, random)
    except Rejected as reason:
        return str(reason)
    return ""


def ensure(is_so: bool, reason: str) -> None:
    """Raises Rejected with a reason unless something is so."""
    if not is_so:
        raise Rejected(reason)


def read_monologue(text: str, code: str, own: list[dict], input_text: str,
                   output_text: str) -> list[tuple[int, Constraint]]:
    """Returns the constraints of a monologue with the numbers of the executed lines before which they should hold.

    Args:
        text: the monologue.
        code: the program.
        own: replay of the entry function's frame.
        input_text: what the last sentence should name.
        output_text: what the first sentence should name.
    """
    sentences = next((lines for heading, lines in split_sections(text) if heading == REVERSAL), [])
    ensure(len(sentences) > 2, "unreadable")
    first, *told, last = sentences
    ensure(read_value_sentence(first, OUTPUTS) == output_text, "output")
    ensure(read_value_sentence(last, INPUTS) == input_text, "input")
    start = read_start(told[-1])
    demands = [(1, clause) for clause in start or ()]
    ensure(all(isinstance(clause, Requirement) for _, clause in demands), "unreadable")
    ensure(all(clause.constraint.subject.isidentifier() for _, clause in demands), "subject")
    statements = find_statements(code)
    headers = render_headers(code)
    read = [read_line(sentence, headers) for sentence in (told if start is None else told[:-1])]
    ensure(None not in read, "unreadable")
    places = [i for i, event in enumerate(own) if event["kind"] == "line"]
    ensure([line for line, _ in read] == [own[i]["line"] for i in reversed(places)], "order")
    for number, (line, clauses) in zip(range(len(places), 0, -1), read, strict=True):
        moment = Moment(statements[line], own[places[number - 1]], own[places[number - 1] + 1], own[-1])
        for clause in clauses:
            hold_against(clause, moment)
        demands += [(number, clause) for clause in clauses if isinstance(clause, Requirement)]
    ensure(bool(demands), "unreadable")
    return [(number, demand.constraint) for number, demand in demands]


@dataclass(frozen=True)
class Moment:
    """A statement, the replay before it, the frame's next event after it, and the frame's last one."""

    node: ast.AST
    now: dict
    after: dict
    end: dict


def hold_against(clause: Effect | Requirement, moment: Moment) -> None:
    """Raises Rejected where a clause about a line does not fit the replay; constraints themselves are tested later."""
    if isinstance(clause, Effect):
        ensure(is_effect(clause, moment), "effect")
        return
    constraint = clause.constraint
    ensure(constraint.subject.isidentifier() or constraint.subject in list_expressions(moment.node), "subject")
    if clause.working:
        ensure(come_to(clause.working) == constraint.v, "working")
        ensure(does_undo(constraint, clause.working, moment.node, moment.now["locals"], moment.after), "working")


def is_effect(effect: Effect, moment: Moment) -> bool:
    """Returns whether a line did what is said of it."""
    node, after, end = moment.node, moment.after, moment.end
    before, then = moment.now["locals"], after["locals"]
    if effect.kind in ("becomes", "takes"):
        return then.get(effect.x) == effect.v
    if effect.kind == "is":
        return before.get(effect.x) == effect.v
    if effect.kind == "gone":
        return effect.x in before and effect.x not in then
    if effect.kind == "returns":
        return isinstance(node, ast.Return) and end["kind"] == "return" and end["value"] == effect.v
    if effect.kind == "nothing":
        return before == then
    if effect.kind == "runs":
        return True  # as the order of the labels has shown
    if effect.kind == "ended":
        return isinstance(node, (ast.For, ast.AsyncFor)) and not is_in_body(node, after)
    if not isinstance(node, (ast.If, ast.While, ast.Assert)):
        return False
    has_passed = is_in_body(node, after) if not isinstance(node, ast.Assert) else after["kind"] == "line"
    return has_passed == (effect.kind == "passed")


def is_in_body(node: ast.For | ast.If | ast.While, after: dict) -> bool:
    """Returns whether the frame went on in a statement's body."""
    return after["kind"] == "line" and node.body[0].lineno <= after["line"] <= node.body[-1].end_lineno


def search(box: Sandbox, program: dict, input_text: str, output_text: str, demands: list[tuple[int, Constraint]],
           own: list[dict], random: Random) -> None:
    """Raises Rejected where a constraint does not hold, or a value that breaks it gives the output."""
    states = [event["locals"] for event in own if event["kind"] == "line"]
    ingredients = Ingredients(program["code"])
    by_place: dict[int, list[Constraint]] = {}
    for number, constraint in demands:
        by_place.setdefault(number, []).append(constraint)
    trials = []  # (constraints, the change); of each place first the run as it was
    for number, constraints in by_place.items():
        state = {name: text for name, text in states[number - 1].items() if is_literal_text(text)}
        names = sorted(list_subjects(constraints) & state.keys())
        looks = list(dict.fromkeys(c.subject for c in constraints))
        values = {name: read_value(state[name]) for name in names}
        same = {name: state[name] for name, value in values.items() if isinstance(value, MUTABLE)}
        changes = [same, *draw_changes(values, random, ingredients)]
        trials += [(constraints, (number, change, looks)) for change in changes]
    changes = tuple(change for _, change in trials)
    outcome = box.run(Job(code=program["code"], entry=program["entry"], inputs=(input_text,), changes=changes,
                          max_events=MAX_LINES, max_value_chars=MAX_CHARS))[0]
    ensure(outcome.status == "ok" and len(outcome.events) == len(trials), "not replayed")
    previous = 0
    for (constraints, (number, change, looks)), (output, found) in zip(trials, outcome.events, strict=True):
        seen = dict(zip(looks, found, strict=False))
        if number != previous:
            ensure(output == output_text, "not replayed")
            for constraint in constraints:
                ensure(is_met(constraint, seen[constraint.subject]) is True, "false")
                ensure(is_tight(constraint, seen[constraint.subject]), "loose")
            previous = number
        elif output == output_text:
            for constraint in constraints:  # what is said of one variable is said with the others as they are
                is_about = change.keys() <= list_subjects([constraint])
                ensure(not is_about or is_met(constraint, seen[constraint.subject]) is not False, "counter-example")


def is_met(constraint: Constraint, text: str) -> bool | None:
    """Returns whether a constraint is true of a value; None where its text is a mark, which does not tell."""
    if text == RAISES:
        return False
    return holds(constraint.kind, read_value(text), constraint.parameters) if is_literal_text(text) else None


def is_tight(constraint: Constraint, text: str) -> bool:
    """Returns whether a bound is that of the value itself: a weaker one would be true as well, but not meant."""
    measure = BOUNDS.get(constraint.kind)
    return measure is None or measure(read_value(text)) == read_value(constraint.v)


def list_subjects(constraints: list[Constraint]) -> set[str]:
    """Returns the names that constraints are about."""
    return {node.id for c in constraints for node in ast.walk(ast.parse(c.subject, mode="eval"))
            if isinstance(node, ast.Name)}


def draw_changes(values: dict[str, object], random: Random, ingredients: Ingredients) -> Iterator[dict[str, str]]:
    """Yields changes to try: of one variable each, and of two at once."""
    drawn = {}
    for name, value in values.items():
        others = [mutate_value(value, random, ingredients) for _ in range(NUM_MUTATIONS)]
        others += [draw_probe(random, find_type(value), i) for i in range(NUM_PROBES)]
        texts = [text for text in dict.fromkeys(to_literal(other, MAX_CHARS, "mark") for other in others)
                 if is_literal_text(text)]
        drawn[name] = texts
        yield from ({name: text} for text in texts)
    names = list(values)
    if len(names) > 1:
        for first, second in zip(drawn[names[0]], drawn[names[1]], strict=False):
            yield {names[0]: first, names[1]: second}
