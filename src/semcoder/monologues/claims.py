"""What a sentence of a monologue asserts, in a form that a checker can test.

A claim is a dict with a `kind`; `confirm.CHECKS` says for each kind which run, or which text, bears it out:

    line       the line named is the one that runs, is entered, or raises, next
    operands   the first stage is the expression with its variables' values
    follows    a stage is the one before with some of its parts worked out
    stage      the last stage evaluates to the stated value
    truth      the last stage of a condition has the stated truth
    branch     the condition had the stated truth
    value      a variable has the stated value after the line
    argument   an argument of the call has the stated value
    unchanged  the line changed no variable of its frame
    iteration  the loop is in its n-th iteration
    left       the loop still has these items to visit
    ended      the loop is over
    next       the line that runs next
    raises     the line raised this exception
    returns    the call returned the stated value
    result     the whole call returned the stated value
    property   an expression over parameters and output holds for all inputs
    parameters, helper, structure, description: of the program and its record

Those of backward and debugging monologues are in `backward.reversal` and `debugging.diagnosis`.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

Claim = dict
Maker = Callable[[dict[str, str], str], list[Claim]]  # (slots, the statement as the program has it) -> claims


@dataclass(frozen=True)
class Sentence:
    """One line of a monologue and what it asserts."""

    text: str
    claims: tuple[Claim, ...] = ()


def make_step_claims(kind: str, line: int, slots: dict[str, str], header: str) -> tuple[Claim, ...]:
    """Returns what a sentence about a step asserts.

    Args:
        kind: of the wording, a key of `phrases.STEPS`.
        line: the label's.
        slots: what stands in the wording's slots.
        header: the statement as the program has it.
    """
    claims = [{"kind": "line", "line": line}, *MAKERS[kind](slots, header)]
    if "number" in slots:
        claims.append({"kind": "iteration", "number": int(slots["number"])})
    if "left" in slots:
        claims.append({"kind": "left", "value": slots["left"]})
    if "next" in slots:
        claims.append({"kind": "next", "line": int(slots["next"][1:])})
    return tuple(claims)


def claim_constant(slots: dict[str, str], header: str) -> list[Claim]:
    """Returns the claim of `name = literal`, which the statement itself states."""
    node = ast.parse(header).body[0]
    return [{"kind": "value", "name": node.targets[0].id, "value": ast.unparse(node.value)}]


def claim_working(slots: dict[str, str], kind: str = "stage") -> list[Claim]:
    """Returns the claims of a working: its stages, each worked out from the one before."""
    stages = split_outside(slots.get("stages", ""), " = " if kind == "stage" else " then ")
    if "working" in slots:
        *stages, value = split_outside(slots["working"], " = ")
    else:
        value = slots.get("value") or slots["truth"]
    if not any(stages):
        return []
    return [{"kind": "operands", "text": stages[0]},
            *({"kind": "follows", "text": text, "value": following} for text, following in pairwise(stages)),
            {"kind": kind, "text": stages[-1], "value": value}]


def claim_assignment(slots: dict[str, str], header: str) -> list[Claim]:
    """Returns the claims of an assignment with its working."""
    return [*claim_working(slots), {"kind": "value", "name": slots["name"], "value": find_value(slots)}]


def claim_return(slots: dict[str, str], header: str) -> list[Claim]:
    """Returns the claims of a return with its working."""
    return [*claim_working(slots), {"kind": "returns", "value": find_value(slots)}]


def find_value(slots: dict[str, str]) -> str:
    """Returns what a working ends in, which some wordings state apart."""
    return slots.get("value") or split_outside(slots["working"], " = ")[-1]


def claim_branch(slots: dict[str, str], header: str) -> list[Claim]:
    """Returns the claims of a condition."""
    return [*claim_working(slots, "truth"), {"kind": "branch", "value": slots["truth"]}]


def claim_item(slots: dict[str, str], header: str) -> list[Claim]:
    """Returns the claims of the item that a loop takes: a value for each name of its target."""
    target = ast.parse(slots["target"], mode="eval").body
    return [{"kind": "value", "name": name, "value": value} for name, value in unpack(target, slots["value"])]


def unpack(target: ast.expr, text: str) -> list[tuple[str, str]]:
    """Returns the names that a target binds and the literals that they get."""
    if isinstance(target, ast.Name):
        return [(target.id, text)]
    parts = list(ast.literal_eval(text))
    if len(parts) != len(target.elts):
        raise ValueError("a target and an item of different lengths")
    return [pair for part, value in zip(target.elts, parts, strict=True) for pair in unpack(part, repr(value))]


def claim_each(kind: str, slot: str, between: str) -> Maker:
    """Returns what makes a claim of each pair listed in a slot, such as `a is now 1, b is now 2`."""
    return lambda slots, header: [{"kind": kind, "name": name, "value": value}
                                  for name, value in read_pairs(slots[slot], between)]


def claim_mutation(slots: dict[str, str], header: str) -> list[Claim]:
    """Returns the claims of a method call with its working, and of what it changed."""
    stages = split_outside(slots["stages"], " = ")
    return [{"kind": "operands", "text": stages[0]},
            *({"kind": "follows", "text": text, "value": following} for text, following in pairwise(stages)),
            *claim_each("value", "changes", " is now ")(slots, header)]


MAKERS: dict[str, Maker] = {
    "constant": claim_constant, "assign": claim_assignment, "work": claim_assignment, "return": claim_return,
    "work_return": claim_return, "branch": claim_branch, "work_branch": claim_branch, "loop": claim_item,
    "work_mutate": claim_mutation, "mutate": claim_each("value", "changes", " is now "),
    "call": claim_each("argument", "arguments", " is "),
    "resume": claim_each("argument", "changes", " is now "),
    "call_bare": lambda *_: [], "resume_bare": lambda *_: [], "jump": lambda *_: [{"kind": "unchanged"}],
    "plain": lambda *_: [{"kind": "unchanged"}], "reached": lambda *_: [], "going": lambda *_: [],
    "loop_end": lambda *_: [{"kind": "ended"}],
    "raise": lambda slots, _: [{"kind": "raises", "error": slots["error"]}],
}


def read_pairs(text: str, between: str) -> list[tuple[str, str]]:
    """Returns the (name, literal) pairs of a list such as `a is 1, b is [2, 3]`."""
    pairs: list[tuple[str, str]] = []
    for part in split_outside(text, ", "):
        name, sign, value = part.partition(between)
        if sign and name.isidentifier():
            pairs.append((name, value))
        elif pairs:  # a comma inside a value
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]}, {part}")
        else:
            raise ValueError(f"no {between.strip()!r} in {text!r}")
    return pairs


STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


def mask_strings(text: str) -> str:
    """Returns `text`, of the same length, with each string literal blotted out: what is in it is no word of ours."""
    if "'" not in text and '"' not in text:
        return text
    return STRING.sub(lambda literal: "\1" * len(literal[0]), text)


def split_outside(text: str, separator: str) -> list[str]:
    """Returns the parts of `text` between separators that do not stand inside a string literal."""
    parts, start = [], 0
    for found in re.finditer(re.escape(separator), mask_strings(text)):
        parts.append(text[start:found.start()])
        start = found.end()
    return [*parts, text[start:]]
