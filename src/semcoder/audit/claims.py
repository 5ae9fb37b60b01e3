"""What a monologue states about a run, one checkable statement at a time."""

from dataclasses import dataclass, field

KINDS = {
    "value": "a variable's value",
    "result": "an expression's value",
    "line": "a line that is executed",
    "branch": "which way a condition goes",
    "iteration": "what a loop is at in its n-th round",
    "rounds": "how often a loop goes round",
    "returned": "what the function returns",
    "candidate": "an input that is said to give the output",
    "answer": "the closing answer",
}
RESTATED = ("returned", "candidate", "answer")  # kinds that repeat the answer, so that they cannot predict it


@dataclass(frozen=True)
class Scope:
    """The moment that a sentence speaks of, as far as it says so; empty where it does not.

    `rounds` are (line of a loop's header, number of its round from 1). `bindings` are names that the text set for a
    comprehension or a case: `For c = 'l': …`.
    """

    lines: tuple[int, ...] = ()
    rounds: tuple[tuple[int, int], ...] = ()
    bindings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Claim:
    """One statement. `subject` and `value` are source text: `subject` a name or an expression, `value` a literal.

    `is_change` marks wordings that say what something becomes, which an older value cannot confirm.
    """

    kind: str
    subject: str
    value: str
    sentence: int  # number of its sentence
    position: float  # place in the monologue, in [0, 1]
    scope: Scope = field(default_factory=Scope)
    is_change: bool = False


@dataclass(frozen=True)
class Verdict:
    """A claim with what came of it: true | false | unclear; `reason` in a few words where it is not true."""

    claim: Claim
    verdict: str
    reason: str = ""
