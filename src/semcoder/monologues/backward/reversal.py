"""The sentences of a backward monologue: one table of wordings, to write them and to read them back.

A sentence about an executed line is `[L4] total += x: clause; clause.` A clause states an effect (EFFECTS) or what
must hold before the line (`constraints`). `terse` takes the first wording of each kind, `normal` and `full` any.
"""

import re
from dataclasses import dataclass
from functools import cache
from random import Random

from semcoder.monologues.backward.constraint_words import hide_strings, read_constraint, show_strings, write_constraint
from semcoder.monologues.backward.constraints import Constraint, is_literal_text
from semcoder.monologues.claims import Claim, Sentence

REVERSAL = "Reverse Deduction"  # the section's heading
OUTPUTS = ("The output is {v}.", "The call must give {v}.", "We work back from the output {v}.")
INPUTS = ("So one input is {v}.", "One input that fits is {v}.", "An input that meets all of this is {v}.")
STARTS = ("At the start: ", "Before the first line: ", "For the input this means: ")
OPENERS = ("`{source}`: ", "Back at `{source}`: ", "Here `{source}` ran: ", "One step back, `{source}`: ")
CONNECTORS = ("so ", "hence ", "therefore ", "and so ")
EFFECTS = {
    "becomes": ("{x} becomes {v}", "{x} ends up as {v}", "after it {x} is {v}"),
    "takes": ("{x} takes {v}", "{x} gets the item {v}"),
    "returns": ("it returns {v}", "it hands back {v}"),
    "passed": ("it is true", "its test came out true"),
    "failed": ("it is false", "its test came out false"),
    "ended": ("no items are left", "the loop had no items left"),
    "is": ("{x} is {v} here", "{x} holds {v} here"),
    "gone": ("{x} is gone", "{x} exists no more"),
    "nothing": ("nothing changes", "no variable changes"),
    "runs": ("it runs", "this line ran"),
}
LABEL = re.compile(r"\[L(\d+)\] ")


@dataclass(frozen=True)
class Effect:
    """What an executed line did in this run: `kind` is a key of EFFECTS, x a variable, v a literal."""

    kind: str
    x: str = ""
    v: str = ""


@dataclass(frozen=True)
class Requirement:
    """A constraint, and for an exact one perhaps the working that undoes the statement."""

    constraint: Constraint
    working: str = ""


Clause = Effect | Requirement


@dataclass(frozen=True)
class Writer:
    """Words sentences: in the first wording of each kind where `random` is None, else in any."""

    random: Random | None

    def pick(self, wordings: tuple[str, ...]) -> str:
        """Returns one of several wordings."""
        return self.random.choice(wordings) if self.random else wordings[0]

    def write_line(self, line: int, source: str, clauses: list[Clause]) -> Sentence:
        """Returns the sentence about an executed line."""
        opener = self.pick(OPENERS).replace("{source}", source) if self.random else f"{source}: "
        claims = ({"kind": "line", "line": line}, *(claim for clause in clauses for claim in make_claims(clause)))
        return Sentence(f"[L{line}] {opener}{self.join(clauses)}.", claims)

    def write_start(self, clauses: list[Clause]) -> Sentence:
        """Returns the sentence about the parameters."""
        return Sentence(f"{self.pick(STARTS)}{self.join(clauses)}.",
                        tuple(claim for clause in clauses for claim in make_claims(clause)))

    def write_end(self, wordings: tuple[str, ...], kind: str, text: str) -> Sentence:
        """Returns the first or last sentence, which names the output or the input."""
        return Sentence(self.pick(wordings).replace("{v}", text), ({"kind": kind, "value": text},))

    def join(self, clauses: list[Clause]) -> str:
        """Returns clauses in a row; where wordings vary, the first requirement is tied to the effects before it."""
        texts, is_tied = [], self.random is None or not isinstance(clauses[0], Effect)
        for clause in clauses:
            text = self.write_clause(clause)
            if isinstance(clause, Requirement) and not is_tied:
                text, is_tied = self.pick(CONNECTORS) + text, True
            texts.append(text)
        return "; ".join(texts)

    def write_clause(self, clause: Clause) -> str:
        """Returns one clause."""
        if isinstance(clause, Requirement):
            return write_constraint(clause.constraint, self.random, clause.working)
        return self.pick(EFFECTS[clause.kind]).format(x=clause.x, v=clause.v)


def make_claims(clause: Clause) -> list[Claim]:
    """Returns what a clause asserts: `must` (an expression over the variables before the line, true of the run and of
    no tried change that gave the output), `undo` (a working and its value), or an effect by its kind."""
    if isinstance(clause, Effect):
        return [{"kind": clause.kind, "name": clause.x, "value": clause.v}]
    undo = {"kind": "undo", "text": clause.working, "value": clause.constraint.v}
    return [{"kind": "must", "text": clause.constraint.condition}, *([undo] if clause.working else [])]


@cache
def list_patterns() -> list[tuple[str, re.Pattern]]:
    """Returns (kind, pattern) per wording of an effect."""
    return [(kind, compile_wording(wording)) for kind, wordings in EFFECTS.items() for wording in wordings]


@cache
def compile_wording(wording: str) -> re.Pattern:
    """Returns the pattern that reads a wording back: x is a name, v anything."""
    pattern = re.escape(wording).replace(r"\{x\}", r"(?P<x>\w+)").replace(r"\{v\}", "(?P<v>.+)")
    return re.compile(pattern)


def read_value_sentence(text: str, wordings: tuple[str, ...]) -> str | None:
    """Returns what stands in the slot of a sentence in one of the wordings, or None where it is in none of them."""
    return next((found["v"] for wording in wordings if (found := compile_wording(wording).fullmatch(text))), None)


def read_line(text: str, headers: dict[int, str]) -> tuple[int, list[Clause]] | None:
    """Returns the label and the clauses of a sentence about a line, or None where it cannot be read.

    Args:
        text: the sentence.
        headers: the statement on each line as the program has it.
    """
    label = LABEL.match(text)
    header = headers.get(int(label[1])) if label else None
    if header is None:
        return None
    body = text[label.end():]
    for opener in (header + ": ", *(opener.replace("{source}", header) for opener in OPENERS)):
        if body.startswith(opener):
            clauses = read_clauses(body[len(opener):])
            return None if clauses is None else (int(label[1]), clauses)
    return None


def read_start(text: str) -> list[Clause] | None:
    """Returns the clauses of a sentence about the parameters, or None where it is no such sentence."""
    opener = next((opener for opener in STARTS if text.startswith(opener)), None)
    return read_clauses(text[len(opener):]) if opener else None


def read_clauses(text: str) -> list[Clause] | None:
    """Returns the clauses of a sentence's rest, or None where one cannot be read."""
    if not text.endswith("."):
        return None
    hidden, strings = hide_strings(text[:-1])
    clauses = [read_clause(part, strings) for part in hidden.split("; ")]
    return None if None in clauses else clauses


def read_clause(hidden: str, strings: list[str]) -> Clause | None:
    """Returns what a clause, its string literals hidden, states."""
    connector = next((c for c in CONNECTORS if hidden.startswith(c)), "")
    found = read_constraint(hidden[len(connector):], strings)
    if found:
        return Requirement(*found)
    for kind, pattern in list_patterns():
        match = pattern.fullmatch(hidden)
        if match:
            slots = {name: show_strings(part, strings) for name, part in match.groupdict().items()}
            if is_literal_text(slots.get("v", "0")):
                return Effect(kind, **slots)
    return None
