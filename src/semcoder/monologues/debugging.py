"""Debugging monologues (paper 3.2): simulate the failing run, name the line at fault, give the fix."""

from semcoder.monologues.bugs import find_changed_lines
from semcoder.monologues.formats import narrate, word_effect
from semcoder.monologues.steps import Step


def render_debugging(buggy: str, fixed: str, steps: list[Step], expected: str) -> str | None:
    """Returns the rubber-duck monologue for one failing execution, or None where no single line is at fault.

    Args:
        buggy: the program as run.
        fixed: the program as it should be, the same number of lines.
        steps: the buggy run on the failed test's input.
        expected: literal that the test wants.
    """
    changed = find_changed_lines(buggy, fixed)
    reached = [step for step in steps if step.line in changed]
    if len(changed) != 1 or not reached:
        return None
    line, first = changed[0], reached[0]
    wrong, right = (code.split("\n")[line - 1].strip() for code in (buggy, fixed))
    return (f"[MONOLOGUE]\n### Execution Simulation\n{narrate(steps)}"
            f"### Root Cause Analysis\nThe test wants {expected}. "
            f"[L{line}] {first.source}: {word_effect(first)}, which is not what the problem asks for.\n"
            f"### Bug Fixing\nChange [L{line}] from {wrong} to {right}\n[/MONOLOGUE]\n")
