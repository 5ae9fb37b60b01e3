"""Debugging monologues (paper 3.2): simulate the failing run, name the first departing line and why, give the fix."""

from random import Random

from semcoder.execution.jobs import Outcome
from semcoder.monologues.debugging.check import find_mended
from semcoder.monologues.debugging.departure import Departure, Unexplained
from semcoder.monologues.debugging.diagnosis import CAUSE, FIX, write, write_departure, write_edit
from semcoder.monologues.debugging.patches import list_edits
from semcoder.monologues.debugging.scene import WORKED, Repair
from semcoder.monologues.forward.monologue import SIMULATION, simulate
from semcoder.monologues.steps import Step, render_headers


def render_debugging(repair: Repair, outcome: Outcome, steps: list[Step], departure: Departure, *, verbosity: str,
                     random: Random) -> str:
    """Returns the rubber-duck monologue for one failing execution.

    Args:
        repair: both programs and the failed test.
        outcome: of the wrong program on that test.
        steps: its run.
        departure: where it first departs from the right one.
        verbosity: of the simulation; at `terse` cause and fix are in their tersest wording as well.
        random: chooses among wordings.

    Raises:
        Unexplained: the fix cannot be told.
    """
    simulation = [sentence.text for sentence in simulate(steps, verbosity, random)]
    choice = None if verbosity == "terse" else random
    cause = analyse(repair, outcome, steps, departure, choice)
    fix = [*tell_edits(repair), write("fix", "result", choice, call=f"{repair.entry}({repair.failed[0]})",
                                      expected=repair.failed[1])]
    return f"[MONOLOGUE]\n### {SIMULATION}\n{join(simulation)}{CAUSE}{join(cause)}{FIX}{join(fix)}[/MONOLOGUE]\n"


def join(sentences: list[str]) -> str:
    """Returns sentences, each on a line of its own."""
    return "".join(f"{sentence}\n" for sentence in sentences)


def analyse(repair: Repair, outcome: Outcome, steps: list[Step], departure: Departure,
            random: Random | None) -> list[str]:
    """Returns the root cause: what the test wanted, the first departing line, and another line that is to blame."""
    got = {"got": outcome.output} if outcome.status == "ok" else {"error": outcome.output}
    headers = render_headers(repair.buggy)
    step = [step for step in steps if step.kind not in ("call", "resume", "exception")][departure.number]
    sentences = [write("outcome", *got, random, expected=repair.failed[1], **got)]
    for kind, slots in departure.facts:
        sentences.append(write_departure(*add_working(kind, slots, step), departure.line, departure.visit,
                                         headers[departure.line], random))
    mended = find_mended(list_edits(repair.buggy, repair.fixed))
    if departure.line not in mended and departure.facts[0][0] != "line missing":
        line = find_blamed(mended, departure)
        if line not in headers:
            raise Unexplained("the mistake is in no statement")
        sentences.append(write("outcome", "blame", random, line=line, source=headers[line]))
    return sentences


def find_blamed(mended: set[int], departure: Departure) -> int:
    """Returns the line at fault where the departing line itself is right: where it goes on, or the only one mended."""
    following = {int(slots["next"][1:]) for _, slots in departure.facts if "next" in slots}
    blamed = mended & following or mended
    if len(blamed) != 1:
        raise Unexplained("several lines may be at fault" if blamed else "lines are missing elsewhere")
    return min(blamed)


def add_working(kind: str, slots: dict[str, str], step: Step) -> tuple[str, dict[str, str]]:
    """Returns a departure's kind and slots, with how the wrong value came about where the step has that."""
    if kind == "branch" and len(step.stages) > 1:
        return "worked branch", {**slots, "working": " then ".join(step.stages[:-1])}
    is_own = kind == "returns" or (kind in WORKED and step.kind == "assign" and step.name == slots["name"])
    if is_own and len(step.stages) > 1 and step.stages[-1] == slots["wrong"]:
        return kind, {**slots, "wrong": " = ".join(step.stages)}
    return kind, slots


def tell_edits(repair: Repair) -> list[str]:
    """Returns the fix, an edit a line."""
    edits = list_edits(repair.buggy, repair.fixed)
    if any(not (edit.source or (edit.wrong and edit.right)) for edit in edits):
        raise Unexplained("a blank line differs")
    return [write_edit(edit) for edit in edits]
