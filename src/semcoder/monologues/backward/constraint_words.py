"""Constraints in English: written from the wordings of their families, and read back by them."""

import ast
import re
from functools import cache
from random import Random

from semcoder.monologues.backward.constraints import BY_KIND, EXACT, FAMILIES, Constraint, read_value

MUSTS = ("must", "has to", "needs to")
STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
HIDDEN = re.compile("\0(\\d+)\0")


def write_constraint(constraint: Constraint, random: Random | None, working: str = "") -> str:
    """Returns a constraint in words.

    Args:
        constraint: what must hold.
        random: chooses among the wordings; None takes the first.
        working: an expression of known values that has the exact value, put before it.
    """
    wordings = BY_KIND[constraint.kind].wordings
    wording, must = (random.choice(wordings), random.choice(MUSTS)) if random else (wordings[0], MUSTS[0])
    if wording.startswith("not "):
        must = MUSTS[0]  # nobody says "has to not be"
    v = f"{working} = {constraint.v}" if working else constraint.v
    return f"{constraint.subject} {must} " + wording.format(v=v, k=constraint.k)


@cache
def list_patterns() -> list[tuple[str, re.Pattern]]:
    """Returns (kind, pattern) per wording, those with more fixed words first: `be {v}` would read anything."""
    found = []
    for family in FAMILIES:
        for wording in family.wordings:
            pattern = re.escape(wording).replace(r"\{v\}", "(?P<v>.+)").replace(r"\{k\}", "(?P<k>.+)")
            found.append((len(wording), family.kind, f"(?P<x>.+?) (?:{'|'.join(MUSTS)}) {pattern}"))
    return [(kind, re.compile(pattern)) for _, kind, pattern in sorted(found, key=lambda f: -f[0])]


def hide_strings(text: str) -> tuple[str, list[str]]:
    """Returns a text with its string literals replaced by numbered marks, and the literals."""
    strings: list[str] = []

    def hide(found: re.Match) -> str:
        strings.append(found[0])
        return f"\0{len(strings) - 1}\0"

    return STRING.sub(hide, text), strings


def show_strings(text: str, strings: list[str]) -> str:
    """Returns a text with its string literals back in their places."""
    return HIDDEN.sub(lambda found: strings[int(found[1])], text)


def read_constraint(text: str, strings: list[str]) -> tuple[Constraint, str] | None:
    """Returns the constraint that a clause states and its working ("" for none), or None where it states none.

    Args:
        text: the clause, its string literals hidden.
        strings: those literals.
    """
    for kind, pattern in list_patterns():
        found = pattern.fullmatch(text)
        if not found:
            continue
        slots = {name: show_strings(part or "", strings) for name, part in found.groupdict().items()}
        *working, slots["v"] = (show_strings(part, strings) for part in found.groupdict().get("v", "").split(" = "))
        constraint = Constraint(kind, slots["x"], slots["v"], slots.get("k", ""))
        if len(working) <= 1 and is_sensible(constraint):
            return constraint, working[0] if working else ""
    return None


def is_sensible(constraint: Constraint) -> bool:
    """Returns whether a reading's parts are what they should be: an expression, and literals of the right type."""
    try:
        ast.parse(constraint.subject, mode="eval")
        values = [read_value(text) for text in (constraint.v, constraint.k) if text and constraint.kind != "type"]
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    if constraint.kind in EXACT:
        return isinstance(values[0], dict) == (constraint.kind == "exact_dict")
    return constraint.kind != "type" or constraint.v.isidentifier()
