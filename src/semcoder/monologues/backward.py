"""Backward monologues: from the output back along the executed path to one concrete input.

Each sentence states what held before a line, last line first; all of it is taken from the witness execution
and checked against an independent run. Departure: constraints are exact values on the witness's path, not
yet the paper's abstract ones (length, membership, order).
"""

import ast

from semcoder.monologues.steps import Step, find_statements


def render_backward(code: str, steps: list[Step], input_text: str, output_text: str) -> str:
    """Returns the backward monologue of one execution of the entry function, helper calls left out."""
    statements = find_statements(code)
    lines = [f"[MONOLOGUE]\n### Reverse Deduction\nThe output is {output_text}.\n"]
    for step in reversed([s for s in steps if s.depth == 0 and s.kind not in ("call", "resume")]):
        lines.append(f"[L{step.line}] {step.source}: {word_requirement(step, statements[step.line])}.\n")
    return "".join(lines) + f"So one input is {input_text}.\n[/MONOLOGUE]\n"


def word_requirement(step: Step, node: ast.stmt) -> str:
    """Returns what must have held before a step for it to have its effect."""
    values = ", ".join(f"{name} is {text}" for name, text in read_values(step, node).items())
    if step.kind == "return":
        result = f"it returns {step.stages[-1]}"
    elif step.kind == "assign":
        result = f"{step.name} becomes {step.stages[-1]}"
    elif step.kind == "branch" and step.stages:
        result = f"it is {step.stages[-1]}"
    elif step.kind == "loop":
        result = f"{step.name} takes {step.stages[0]}"
    elif step.kind == "loop_end":
        return "no items were left"
    else:
        result = ", ".join(f"{name} becomes {text}" for name, text in step.changed.items()) or "nothing changes"
    return f"{result}, so before it {values}" if values else result


def read_values(step: Step, node: ast.stmt) -> dict[str, str]:
    """Returns the literals of the variables a statement's own expressions read, as they were before it."""
    if isinstance(node, (ast.If, ast.While)):
        parts = [node.test]
    elif isinstance(node, ast.For):
        return {}
    else:
        parts = [node]
    names = {n.id for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)}
    return {name: text for name, text in step.before.items() if name in names and name != getattr(node, "id", None)}
