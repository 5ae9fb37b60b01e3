"""The wordings of a bug's cause and fix, in one table that is used both ways: to write them and to read them back.

Each sentence becomes a claim: a dict with `kind`, what its slots hold and, for a departure, `line` and `visit`. The
statement of a line is looked up in the program, so that no text of a program is mistaken for words.
"""

import re
from functools import cache
from random import Random

from semcoder.monologues.debugging.patches import Edit
from semcoder.monologues.steps import render_headers

CAUSE, FIX = "### Root Cause Analysis\n", "### Bug Fixing\n"
# The first wording of each kind is the terse one.
OUTCOMES = {
    "got": ("The test wants {expected}, but the call returns {got}.",
            "The call should return {expected}, but it returns {got}.",
            "We get {got}, while the test asks for {expected}."),
    "error": ("The test wants {expected}, but the call raises {error}.",
              "The call should return {expected}, but it raises {error}."),
    "blame": ("The mistake is in [L{line}] {source}.", "What is wrong there comes from [L{line}] {source}."),
}
DEPARTURES = {  # what follows `[L4] total -= x: ` or `[L4] total -= x, the second time: `
    "becomes": ("{name} becomes {wrong}, but it should be {right}.", "this makes {name} {wrong}, and not {right}.",
                "{name} should now be {right}, but it becomes {wrong}."),
    "stays": ("{name} stays {wrong}, but it should become {right}.",
              "{name} should become {right}, but it is still {wrong}."),
    "changes": ("{name} becomes {wrong}, but it should stay {right}.",
                "{name} should stay {right}, but it becomes {wrong}."),
    "takes": ("{name} takes {wrong}, but it should take {right}.", "{name} should take {right}, but it takes {wrong}."),
    "sets": ("{name} becomes {wrong}, but it should not be set here.",),
    "misses": ("{name} is not set, but it should be {right}.",),
    "branch": ("the condition is {wrong}, but it should be {right}.",
               "the test should come out {right}, but it is {wrong}."),
    "worked branch": ("{working} is {wrong}, but the condition should be {right}.",
                      "the test should come out {right}, but {working} is {wrong}."),
    "loop takes": ("{name} takes {wrong}, but the loop should end.", "the loop should end, but {name} takes {wrong}."),
    "loop misses": ("the loop ends, but {name} should take {right}.", "{name} should take {right}, but the loop ends."),
    "loop on": ("the loop goes on, but it should end.",),
    "loop ends": ("the loop ends, but it should go on.",),
    "returns": ("it returns {wrong}, but it should return {right}.", "it should return {right}, but returns {wrong}."),
    "returns early": ("it returns {wrong}, but it should go on with [{next}].",),
    "returns late": ("it goes on with [{next}], but it should return {right}.",),
    "goes on": ("it goes on with [{next}], but it should go on with [{right}].",),
    "line missing": ("next should come {source}, but that line is missing.",),
    "calls": ("it calls {function}, but it should not.",),
    "argument": ("it calls {function} with {name} = {wrong}, but {name} should be {right}.",),
    "raises": ("it raises {error}, but it should not.",),
    "raises, value": ("it raises {error}, but {name} should become {right}.",
                      "{name} should become {right}, but it raises {error}."),
    "raises, return": ("it raises {error}, but it should return {right}.",),
}
FIXES = {
    "change": ("Change [L{line}] from {wrong} to {right}",),
    "move": ("Indent [L{line}] {source} by {right} spaces instead of {wrong}",),
    "remove": ("Remove [L{line}] {source}",),
    "add": ("Add below [L{line}], indented by {indent} spaces: {source}",),
    "result": ("Then {call} returns {expected}.", "With that, {call} returns {expected}."),
}
TABLES = {"outcome": OUTCOMES, "departure": DEPARTURES, "fix": FIXES}
SLOTS = {"name": r"\w+", "function": r"\w+", "line": r"\d+", "indent": r"\d+", "next": r"L\d+"}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
DEPARTING = re.compile(r"\[L(\d+)\] (.*)", re.DOTALL)


class Unreadable(ValueError):
    """A sentence is in none of the wordings."""


def write(table: str, kind: str, random: Random | None = None, /, **slots: object) -> str:
    """Returns one sentence of a table's kind: its terse wording, or with `random` any of its wordings."""
    wordings = TABLES[table][kind]
    return (random.choice(wordings) if random else wordings[0]).format_map(slots)


def write_departure(kind: str, slots: dict[str, str], line: int, visit: int, source: str,
                    random: Random | None = None) -> str:
    """Returns the sentence about a departing line."""
    when = f", the {name_ordinal(visit)} time" if visit > 1 else ""
    return f"[L{line}] {source}{when}: {write('departure', kind, random, **slots)}"


def name_ordinal(number: int) -> str:
    """Returns `second` for 2; beyond the tenth `11th`, `22nd`."""
    if number <= len(ORDINALS):
        return ORDINALS[number - 1]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def write_edit(edit: Edit) -> str:
    """Returns the sentence that tells an edit."""
    return write("fix", edit.kind, None, **edit.__dict__)


def read_diagnosis(text: str, buggy: str) -> tuple[list[dict], list[Edit], dict]:
    """Returns (claims of the cause, edits of the fix, the claim of its result) of a debugging monologue.

    Args:
        text: the monologue.
        buggy: the wrong program, in which lines are looked up.

    Raises:
        Unreadable: a section is missing, or a sentence is in no known wording.
    """
    before, cause, rest = text.rpartition(CAUSE)
    analysis, fix, rest = rest.partition(FIX)
    fixing, end, _ = rest.partition("[/MONOLOGUE]")
    if not (cause and fix and end):
        raise Unreadable("a section is missing")
    headers = render_headers(buggy)
    claims = [read_cause(line, headers) for line in analysis.splitlines()]
    *edits, result = [read_fix(line, buggy) for line in fixing.splitlines()] or [{}]
    if not edits or result.get("kind") != "result" or any(not isinstance(edit, Edit) for edit in edits):
        raise Unreadable("the fix is not told in full")
    return claims, edits, result


def read_cause(sentence: str, headers: dict[int, str]) -> dict:
    """Returns the claim of one sentence of the root cause analysis."""
    found = DEPARTING.fullmatch(sentence)
    if found:
        line, rest = int(found[1]), found[2]
        source = headers.get(line, "\0")
        if not rest.startswith(source):
            raise Unreadable(sentence)
        when, visit = rest[len(source):], 1
        timed = re.match(r", the (\w+) time(?=: )", when)
        if timed:
            visit = read_ordinal(timed[1])
            when = when[timed.end():]
        return {"line": line, "visit": visit, **read("departure", when.removeprefix(": "))}
    claim = read("outcome", sentence)
    if claim["kind"] == "blame" and headers.get(int(claim["line"])) != claim["source"]:
        raise Unreadable(sentence)
    return claim


def read_ordinal(word: str) -> int:
    """Returns the number that `name_ordinal` wrote."""
    number = ORDINALS.index(word) + 1 if word in ORDINALS else int("".join(re.findall(r"\d", word)) or 0)
    if name_ordinal(number) != word:
        raise Unreadable(word)
    return number


def read_fix(sentence: str, buggy: str) -> Edit | dict:
    """Returns the edit, or the claim of the result, that one sentence of the fix tells."""
    lines = buggy.split("\n")
    found = re.match(r"Change \[L(\d+)\] from ", sentence)
    if found:
        line, rest = int(found[1]), sentence[found.end():]
        wrong = lines[line - 1].strip() if 0 < line <= len(lines) else "\0"
        if not rest.startswith(f"{wrong} to "):
            raise Unreadable(sentence)
        return Edit("change", line, wrong, rest[len(f"{wrong} to "):])
    claim = read("fix", sentence)
    if claim["kind"] == "result":
        return claim
    claim["line"] = int(claim["line"])
    return Edit(**{**claim, "indent": int(claim.get("indent", 0))})


def read(table: str, sentence: str) -> dict:
    """Returns the claim of a sentence that is in one of a table's wordings.

    Raises:
        Unreadable: it is in none.
    """
    for kind, pattern in list_patterns(table):
        found = pattern.fullmatch(sentence)
        if found:
            return {"kind": kind, **found.groupdict()}
    raise Unreadable(sentence)


@cache
def list_patterns(table: str) -> list[tuple[str, re.Pattern]]:
    """Returns (kind, pattern) of each wording of a table, those with the most words of their own first."""
    wordings = [(kind, wording) for kind, some in TABLES[table].items() for wording in some]
    wordings.sort(key=lambda pair: -len(re.sub(r"\{\w+\}", "", pair[1])))
    return [(kind, compile_wording(wording)) for kind, wording in wordings]


def compile_wording(wording: str) -> re.Pattern:
    """Returns the pattern that reads a wording back: a named group per slot, a slot that comes again must be equal."""
    parts, pattern, seen = re.split(r"\{(\w+)\}", wording), "", set()
    for i, part in enumerate(parts):
        if i % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += f"(?P={part})" if part in seen else f"(?P<{part}>{SLOTS.get(part, '.+')})"
            seen.add(part)
    return re.compile(pattern, re.DOTALL)
