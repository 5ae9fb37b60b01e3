"""Checks the cause and the fix that a debugging monologue states, against fresh runs of both programs.

Everything is read back from the text (`diagnosis.read_diagnosis`) and confirmed by replays, which copy all locals
before each line; nothing here reads the traces that the monologue was made from. A false statement's reason is one of

    unreadable  a sentence is in no known wording, or does not name the line as the program has it
    outcome     the wrong program does not return, or raise, on the failed test what is stated
    tests       the right program fails a test
    earlier     the state departs before the line named, or not by it
    departure   what the line named does, or should do, is not what is stated
    blame       the departing line is not one that is mended, and none is blamed, or another one
    fix         the edits do not turn the wrong program into the right one
    result      the mended program's result is not what is stated
"""

import ast
from dataclasses import replace

from semcoder.config import Config
from semcoder.execution.jobs import Outcome
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.debugging.diagnosis import OUTCOMES, Unreadable, read_diagnosis
from semcoder.monologues.debugging.patches import Edit, apply_edits
from semcoder.monologues.debugging.scene import CHECKS, Repair, set_scene
from semcoder.monologues.replays import replay_inputs


def replay_repair(box: Sandbox, repair: Repair, config: Config) -> tuple[Outcome, list[Outcome]]:
    """Returns fresh replays: of the wrong program on the failed test, and of the right one on every test."""
    wrong = replay_inputs(box, repair.buggy, repair.entry, repair.failed[:1], config)[0]
    return wrong, replay_inputs(box, repair.fixed, repair.entry, tuple(text for text, _ in repair.tests), config)


def find_false_debugging_claim(text: str, repair: Repair, wrong: Outcome, rights: list[Outcome]) -> str:
    """Returns the reason of the first false statement about cause or fix, or "" if all are true.

    Args:
        text: a debugging monologue.
        repair: what it is about.
        wrong, rights: from `replay_repair`.
    """
    try:
        claims, edits, result = read_diagnosis(text, repair.buggy)
    except Unreadable:
        return "unreadable"
    wrong, right = keep_lines(wrong), keep_lines(rights[repair.tests.index(repair.failed)])
    expected = [output for _, output in repair.tests]
    if [(o.status, o.output) for o in rights] != [("ok", output) for output in expected]:
        return "tests"
    outcomes = [claim for claim in claims if claim["kind"] in OUTCOMES and claim["kind"] != "blame"]
    if len(outcomes) != 1 or not is_outcome(outcomes[0], wrong, repair.failed[1]):
        return "outcome"
    departures = [claim for claim in claims if "visit" in claim]
    reason = find_false_departure(departures, repair, wrong, right)
    if reason:
        return reason
    if not is_blamed_rightly([int(c["line"]) for c in claims if c["kind"] == "blame"], departures, edits):
        return "blame"
    if apply_edits(repair.buggy, edits) != repair.fixed:
        return "fix"
    call = f"{repair.entry}({repair.failed[0]})"
    return "" if (result["call"], result["expected"]) == (call, right.output) else "result"


def is_blamed_rightly(blamed: list[int], departures: list[dict], edits: list[Edit]) -> bool:
    """Returns whether the departing line, or the line missing after it, is mended, or else the one line blamed.

    That is the only one that is mended, or the one with which the departing line goes on.
    """
    mended, claim = find_mended(edits), departures[0]
    if claim["kind"] == "line missing":
        added = [edit.source.removesuffix(":") for edit in edits if edit.kind == "add"]
        return not blamed and claim["source"] in added
    if claim["line"] in mended:
        return not blamed
    following = {int(claim["next"][1:]) for claim in departures if "next" in claim}
    return len(blamed) == 1 and (mended == set(blamed) or mended & following == set(blamed))


def find_mended(edits: list[Edit]) -> set[int]:
    """Returns the lines of the wrong program that a fix changes, moves or removes."""
    return {edit.line for edit in edits if edit.kind != "add"}


def keep_lines(outcome: Outcome) -> Outcome:
    """Returns a replay's outcome with the events that are compared: before each line, and at each call's end."""
    return replace(outcome, events=tuple(e for e in outcome.events if e["kind"] in ("line", "return")))


def is_outcome(claim: dict, outcome: Outcome, expected: str) -> bool:
    """Returns whether the wrong program ends on the failed test as stated, and not as expected."""
    status, output = ("ok", claim["got"]) if claim["kind"] == "got" else ("exception", claim["error"])
    return claim["expected"] == expected and (outcome.status, outcome.output) == (status, output) and not (
        status == "ok" and is_equal(output, expected))


def is_equal(output: str, expected: str) -> bool:
    """Returns whether two literals' values are equal, as a test compares them: dictionaries in any order."""
    return ast.literal_eval(output) == ast.literal_eval(expected)


def find_false_departure(claims: list[dict], repair: Repair, wrong: Outcome, right: Outcome) -> str:
    """Returns "" if the line named is the first that departs and does what is stated, else the reason."""
    if not claims or len({(claim["line"], claim["visit"]) for claim in claims}) != 1:
        return "unreadable"
    scene = set_scene(claims[0]["line"], claims[0]["visit"], repair, wrong, right)
    if scene is None:
        return "earlier"
    for claim in claims:
        try:
            is_true = CHECKS[claim["kind"]](claim, scene)
        except Exception:  # a program's own expression may raise anything when it is evaluated again
            is_true = False
        if not is_true:
            return "departure"
    return ""
