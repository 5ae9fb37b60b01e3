"""One trace, several renderings: direct, scratchpad, next, concise, monologue, and how steps are read back.

Sources: paper App. I and section 2.6 (scratchpad, NExT, concise), App. G (monologue sections).
Departure: the paper's teacher is GPT-4o-mini; monologues here are compiled from the trace, in terse English.
"""

import re
from collections import defaultdict
from random import Random

from semcoder.monologues.forward import SIMULATION, join_sections, simulate
from semcoder.monologues.steps import Step

MAX_LOOP_STATES = 3  # NExT keeps the first two and the last state of a line (paper 2.6)
STATE = re.compile(r"\[STATE(?:-\d+)?\] .*? \[/STATE(?:-\d+)?\]")
CONCISE = re.compile(r"^\[L(\d+)\] .* \[/L\1\]$", re.MULTILINE)
SENTENCE = re.compile(r"^\[L(\d+)(?: after calls)?\] .*$", re.MULTILINE)


def render_reasoning(name: str, code: str, steps: list[Step]) -> str:
    """Returns the forward reasoning of one execution in the format `name`, without the answer block."""
    return {"direct": lambda: "", "scratchpad": lambda: render_scratchpad(code, steps),
            "next": lambda: render_next(code, steps), "concise": lambda: render_concise(steps),
            "monologue": lambda: render_monologue(steps)}[name]()


def render_concise(steps: list[Step]) -> str:
    """Returns one line per executed line with the variables it changed (paper 2.6, "concise trace")."""
    return "".join(f"[L{s.line}] {render_state(s.changed)} [/L{s.line}]\n" for s in steps)


def render_scratchpad(code: str, steps: list[Step]) -> str:
    """Returns the code with the full state after each visit behind every line (Nye et al.; paper 2.6)."""
    visits = defaultdict(list)
    for step in steps:
        state = {**step.before, **step.changed}
        visits[step.line].append(f"[STATE] {render_state(state)} [/STATE]")
    return annotate(code, visits)


def render_next(code: str, steps: list[Step]) -> str:
    """Returns the code with numbered states of changed variables, long loops elided (NExT; paper 2.6)."""
    visits = defaultdict(list)
    for number, step in enumerate(steps, 1):
        visits[step.line].append(f"[STATE-{number}] {render_state(step.changed)} [/STATE-{number}]")
    shown = {line: texts if len(texts) <= MAX_LOOP_STATES else [*texts[:2], "...", texts[-1]]
             for line, texts in visits.items()}
    return annotate(code, shown)


def annotate(code: str, visits: dict[int, list[str]]) -> str:
    """Returns the code, each line followed by its states as a comment."""
    lines = code.rstrip("\n").split("\n")
    return "".join(f"{line}  # {' '.join(visits[i])}\n" if visits.get(i) else f"{line}\n"
                   for i, line in enumerate(lines, 1))


def render_state(state: dict[str, str]) -> str:
    """Returns names and literals as `{a: 1, b: [2]}`."""
    return "{" + ", ".join(f"{name}: {text}" for name, text in state.items()) + "}"


def render_monologue(steps: list[Step]) -> str:
    """Returns the simulation alone, in its tersest wording; `forward.render_forward` tells more."""
    return join_sections([(SIMULATION, simulate(steps, "terse", Random(0)))])


def narrate(steps: list[Step]) -> str:
    """Returns the simulation itself, a line per step."""
    return "".join(f"{sentence.text}\n" for sentence in simulate(steps, "terse", Random(0)))


def word_effect(step: Step) -> str:
    """Returns what a step does, in words."""
    working = " = ".join(step.stages)
    if step.kind == "assign":
        return f"{step.name} becomes {working}"
    if step.kind == "branch":
        return " is ".join([" then ".join(step.stages[:-1]), step.stages[-1]]) if len(step.stages) > 1 else (
            f"it is {working}" if working else "the condition is evaluated")
    if step.kind == "loop":
        return f"{step.name} takes {working}" + (f", left {step.remaining}" if step.remaining else "")
    if step.kind == "loop_end":
        return "no items left, the loop ends"
    if step.kind == "return":
        return f"it returns {working}"
    if step.kind == "call":
        arguments = ", ".join(f"{name} is {text}" for name, text in step.changed.items())
        return f"called with {arguments}" if arguments else "called"
    if step.kind == "resume":
        return ", ".join(["goes on", *(f"{name} is now {text}" for name, text in step.changed.items())])
    if step.kind == "exception":
        return f"raises {step.name}"
    changes = [f"{name} is now {text}" for name, text in step.changed.items()]
    return ", ".join(changes) or "nothing changes"


def parse_steps(name: str, text: str) -> list[str]:
    """Returns the reasoning steps found in a response, each as its exact text; [] for `direct`.

    Step accuracy compares these lists position by position with the reference's.
    """
    if name == "direct":
        return []
    text = text.split("[ANSWER]")[0]
    pattern = {"scratchpad": STATE, "next": STATE, "concise": CONCISE, "monologue": SENTENCE}[name]
    return [match.group(0) for match in pattern.finditer(text)]


def find_label(step_text: str) -> str | None:
    """Returns the line label a step starts with (`L7`), or None for formats whose order is not execution order."""
    found = re.match(r"\[(L\d+)(?: after calls)?\]", step_text)
    return found.group(1) if found else None
