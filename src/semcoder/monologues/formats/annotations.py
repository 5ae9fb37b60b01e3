"""Formats that repeat the program and put what happened behind its lines: scratchpad and NExT.

States stand by line of the code, not in the order of execution, so a step of these formats has no line label.
"""

from collections import defaultdict

from semcoder.monologues.steps import Step

MAX_LOOP_STATES = 3  # NExT keeps the first two and the last state of a line (paper 2.6)


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
