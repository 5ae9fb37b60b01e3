"""The wordings of monologues, in one table that is used both ways: to write a sentence, and to read it back.

`terse` has one wording per kind, because a small model pays for each token; `normal` and `full` have several, and the
statement stands in backquotes. A wording is text with slots in braces; what a slot may hold is in SLOTS.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from semcoder.monologues.claims import Claim, Sentence, make_step_claims, mask_strings

SOURCE = "\0"  # stands for the statement while a sentence is read: its own text cannot be mistaken for words then
SLOTS = {"hidden": SOURCE, "number": r"(?P<number>\d+)", "next": r"(?P<next>L\d+)",
         "at": r"(?P<at>L\d+)", "name": r"(?P<name>\w+)", "truth": "(?P<truth>True|False)",
         "entry": r"(?P<entry>\w+)"}  # the others: anything
LATE = " after calls"  # in the label: the effect of a line, told once the functions that it calls have run
LABEL = re.compile(rf"\[L(\d+)({LATE})?\] (.*)\.")

# kind -> verbosity -> wordings. A wording is used when all its slots are known.
STEPS: dict[str, dict[str, tuple[str, ...]]] = {
    "constant": {
        "terse": ("{source}",),
        "normal": ("`{source}`",),
        "full": ("Start with `{source}`", "`{source}` sets a first value", "We begin with `{source}`"),
    },
    "assign": {
        "terse": ("{source}: {name} becomes {working}",),
        "normal": ("`{source}`: {name} becomes {working}",),
        "full": ("`{source}` runs, and {name} becomes {working}", "After `{source}`, {name} is {working}",
                 "`{source}` gives {name} the value {working}"),
    },
    "work": {
        # A value stands right behind its name, where whoever needs it next looks for it.
        "terse": ("{source}: {stages}, so {name} becomes {value}",),
        "normal": ("`{source}` is {stages}, so {name} becomes {value}", "`{source}`: {name} becomes {working}"),
        "full": ("To run `{source}` we work out {stages}, so {name} becomes {value}",
                 "`{source}` comes to {stages}, and {name} is now {value}",
                 "With the values put in, `{source}` is {stages}, so {name} becomes {value}",
                 "{name} becomes {value}, because `{source}` is {stages}"),
    },
    "branch": {
        "terse": ("{source}: it is {truth}",),
        "normal": ("`{source}` is {truth}, so {next} is next", "`{source}` is {truth}"),
        "full": ("The test in `{source}` is {truth}, so {next} runs next", "The test in `{source}` is {truth}"),
    },
    "work_branch": {
        "terse": ("{source}: {stages} is {truth}",),
        "normal": ("`{source}`: {stages} is {truth}, so {next} is next",
                   "`{source}` asks {stages}, which is {truth}, so {next} is next",
                   "`{source}`: {stages} is {truth}"),
        "full": ("The test in `{source}` asks whether {stages}; that is {truth}, so {next} runs next",
                 "Is the condition of `{source}` met? It reads {stages}, which is {truth}, so we go on with {next}",
                 "For `{source}` we compare: {stages} is {truth}, hence {next} comes next",
                 "The test in `{source}` asks whether {stages}; that is {truth}"),
    },
    "loop": {
        "terse": ("{source}: {target} takes {value}, left {left}", "{source}: {target} takes {value}"),
        "normal": ("`{source}`, iteration {number}: {target} takes {value}, left {left}",
                   "`{source}`: {target} takes {value}"),
        "full": ("Iteration {number} of `{source}`: {target} takes {value}, with {left} still to come",
                 "`{source}` goes into iteration {number}, where {target} is {value}; still to visit: {left}",
                 "`{source}` takes its next item, so {target} is {value}"),
    },
    "loop_end": {
        "terse": ("{source}: no items left, the loop ends",),
        "normal": ("`{source}`: no items left, so {next} is next", "`{source}`: no items left, the loop ends"),
        "full": ("Nothing is left for `{source}` to visit, so the loop ends and {next} runs next",
                 "`{source}` has visited all its items; we leave the loop for {next}",
                 "Nothing is left for `{source}` to visit, so the loop ends"),
    },
    "return": {
        "terse": ("{source}: it returns {working}",),
        "normal": ("`{source}`: it returns {working}",),
        "full": ("`{source}` hands back {working}", "The call ends with `{source}` and returns {working}"),
    },
    "work_return": {
        "terse": ("{source}: it returns {working}",),
        "normal": ("`{source}`: it returns {working}", "`{source}` is {stages}, so it returns {value}"),
        "full": ("`{source}` works out as {stages}, so the call returns {value}",
                 "The call ends with `{source}`: {stages} is {value}, which it returns"),
    },
    "call": {
        "terse": ("{source}: called with {arguments}",),
        "normal": ("`{source}` is called with {arguments}",),
        "full": ("Now `{source}` runs; {arguments}", "We enter `{source}`, where {arguments}"),
    },
    "call_bare": {
        "terse": ("{source}: called",),
        "normal": ("`{source}` is called",),
        "full": ("Now `{source}` runs", "We enter `{source}`"),
    },
    "resume": {
        "terse": ("{source}: goes on, {changes}",),
        "normal": ("`{source}` goes on, {changes}",),
        "full": ("`{source}` goes on where it stopped, with {changes}",),
    },
    "resume_bare": {
        "terse": ("{source}: goes on",),
        "normal": ("`{source}` goes on",),
        "full": ("`{source}` goes on where it stopped",),
    },
    "raise": {
        "terse": ("{source}: raises {error}",),
        "normal": ("`{source}` raises {error}",),
        "full": ("`{source}` fails and raises {error}", "Here `{source}` raises {error}"),
    },
    "mutate": {
        "terse": ("{source}: {changes}",),
        "normal": ("`{source}`: {changes}", "After `{source}`, {changes}"),
        "full": ("`{source}` runs, so {changes}", "After `{source}`, {changes}", "`{source}` has an effect: {changes}"),
    },
    "work_mutate": {
        "terse": ("{source}: {stages} so {changes}",),
        "normal": ("`{source}`: {stages} so {changes}",),
        "full": ("`{source}` is {stages}, and so {changes}",
                 "With the values put in, `{source}` is {stages} so {changes}"),
    },
    "jump": {
        "terse": ("{source}: on to {next}",),
        "normal": ("`{source}`: on to {next}",),
        "full": ("`{source}` takes us straight to {next}", "Because of `{source}` we go on with {next}"),
    },
    "plain": {
        "terse": ("{source}: nothing changes",),
        "normal": ("`{source}`: nothing changes",),
        "full": ("`{source}` changes nothing that we keep track of", "`{source}` leaves all variables as they are"),
    },
    "reached": {  # its effect, if any, is told later
        "terse": ("{source}: on the way",),
        "normal": ("`{source}` is on the way",),
        "full": ("Next comes `{source}`", "We turn to `{source}`"),
    },
    "going": {
        "terse": ("{source}: on to {next}",),
        "normal": ("`{source}`: on to {next}",),
        "full": ("With `{source}` settled we go on with {next}",),
    },
}


@dataclass(frozen=True)
class Reading:
    """A sentence about a step, read back."""

    kind: str  # a key of STEPS
    line: int
    is_late: bool  # told after the line's calls
    sentence: Sentence


def write_step(kind: str, line: int, slots: dict[str, str], verbosity: str, random: Random,
               is_late: bool = False) -> Sentence:
    """Returns a sentence about a step, in one of its kind's wordings.

    Args:
        kind: a key of STEPS.
        line: 1-based line of the program.
        slots: what is known; `source` is the statement.
        verbosity: one of config.VERBOSITIES.
        random: chooses among several wordings.
        is_late: whether functions that the line calls have been told first.
    """
    known = [(wording, wanted) for wording, wanted in list_wordings(kind, verbosity) if wanted <= slots.keys()]
    most = max(len(wanted) for _, wanted in known) if verbosity == "terse" else 0
    fit = prefer_informative([(wording, wanted) for wording, wanted in known if len(wanted) >= most])
    wording, wanted = fit[0] if len(fit) == 1 else random.choice(fit)
    used = {name: slots[name] for name in wanted}
    label = f"[L{line}{LATE if is_late else ''}]"
    return Sentence(f"{label} {wording.format_map(used)}.", make_step_claims(kind, line, used, slots["source"]))


def prefer_informative(fit: list[tuple[str, frozenset]]) -> list[tuple[str, frozenset]]:
    """Returns the wordings that say which line is next, or which iteration it is, where some do; else all."""
    telling = [item for item in fit if item[1] & {"next", "number"}]
    return telling or fit


@cache
def list_wordings(kind: str, verbosity: str) -> list[tuple[str, frozenset[str]]]:
    """Returns the wordings of a kind with the names of their slots."""
    return [(wording, frozenset(re.findall(r"\{(\w+)\}", wording))) for wording in STEPS[kind][verbosity]]


class StepReader:
    """Reads sentences about the steps of one program."""

    def __init__(self, headers: dict[int, tuple[str, ...]]):
        """Takes what may stand for the statement of each line: its header, and of a function also its name."""
        self._headers = headers

    def read(self, text: str) -> list[Reading]:
        """Returns all readings; [] for what is no sentence about a step."""
        found = LABEL.fullmatch(text)
        readings = []
        for header in self._headers.get(int(found[1]), ()) if found else ():
            body = hide_source(found[3], header)
            for kind, slots in match_wordings(list_patterns(), body) if body else ():
                claims = claim_safely(kind, int(found[1]), slots, header)
                if claims:
                    readings.append(Reading(kind, int(found[1]), bool(found[2]), Sentence(text, claims)))
        return readings


def match_wordings(patterns: list[tuple[str, re.Pattern]], text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yields (kind, slots) for each pattern that fits the text; words inside string literals count for nothing."""
    masked = mask_strings(text)
    for kind, pattern in patterns:
        found = pattern.fullmatch(masked)
        if found:
            yield kind, {name: text[slice(*found.span(name))] for name in found.groupdict()}


def claim_safely(kind: str, line: int, slots: dict[str, str], header: str) -> tuple[Claim, ...]:
    """Returns a reading's claims, () where its words do not make sense as such."""
    try:
        return make_step_claims(kind, line, slots, header)
    except (ValueError, SyntaxError, IndexError, AttributeError, TypeError, MemoryError, RecursionError):
        return ()


def hide_source(body: str, header: str) -> str:
    """Returns a sentence with its statement replaced by SOURCE; "" where the statement is not that of the line."""
    if body.startswith(header):
        return SOURCE + body[len(header):]
    before, quoted, after = body.partition(f"`{header}`")
    return f"{before}`{SOURCE}`{after}" if quoted else ""


@cache
def list_patterns() -> list[tuple[str, re.Pattern]]:
    """Returns (kind, pattern) for each wording."""
    return [(kind, compile_wording(wording.replace("{source}", "{hidden}"))) for kind, levels in STEPS.items()
            for wording in dict.fromkeys(wording for wordings in levels.values() for wording in wordings)]


def compile_wording(wording: str) -> re.Pattern:
    """Returns the pattern that reads a wording back, a named group per slot."""
    parts = re.split(r"\{(\w+)\}", wording)
    pattern = "".join(re.escape(part) if i % 2 == 0 else SLOTS.get(part, f"(?P<{part}>.+)")
                      for i, part in enumerate(parts))
    return re.compile(pattern)
