"""Steps in the order in which their effects happen: a line that calls is told twice, before and after what it calls.

A trace says at a line what it changed until its frame's next event, calls included. A format whose steps can each be
computed from what stands before them must not tell the result of a call ahead of it. Not covered: what a generator
yields, and what its loops have left to visit when it goes on.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from semcoder.monologues.steps import Step, find_statements

LINE, CALL, BACK = "->", "call", "back"  # what leads to the next line: the same frame, a new one, the caller's
END = "end"


@dataclass(frozen=True)
class Phase:
    """One step, or the part of it before or after the calls it makes."""

    step: Step
    calls: bool = False  # a call comes next, so the line's effect is still to come
    returned: tuple[str, ...] = ()  # literals of what its calls returned so far
    raised: str = ""  # the exception that the line ended with
    open_loops: dict[int, str] | None = None  # line of a `for` loop around it -> literal of what is left to visit
    action: str = LINE
    next: str = END  # label of the line that comes next
    arguments: dict[str, str] | None = None  # of the call that comes next

    @property
    def label(self) -> str:
        """The label of the line."""
        return f"L{self.step.line}"

    @property
    def changed(self) -> dict[str, str]:
        """What the step changed, nothing while it waits for a call."""
        return {} if self.calls else self.step.changed

    @property
    def left(self) -> str | None:
        """What a `for` line reached again had left to visit; None where it is reached from outside, or unknown."""
        is_known = self.step.kind == "loop_end" or (self.step.kind == "loop" and self.step.remaining)
        return self.open_loops.get(self.step.line) if is_known else None


def order_phases(code: str, steps: list[Step]) -> list[Phase]:
    """Returns the phases of an execution in order, each with what comes next."""
    found = list(note_loops(code, join_exceptions(split_calls(steps))))
    for i, (phase, following) in enumerate(zip(found, [*found[1:], None], strict=True)):
        if phase.calls:
            found[i] = replace(phase, action=CALL, next=following.label, arguments=following.step.changed)
        else:
            found[i] = replace(phase, action=BACK if ends_frame(phase, following) else LINE,
                               next=following.label if following else END)
    return found


def split_calls(steps: list[Step]) -> Iterator[Phase]:
    """Yields the phases: a line is told up to its first call, again between calls, and after the last one."""
    waiting: list[Phase] = []  # lines whose calls are under way, outermost first
    was_calling = False
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        while waiting and waiting[-1].step.depth >= step.depth:
            yield from finish(waiting)
        if is_entry(step) and waiting and not was_calling:  # one more call of the same line
            yield waiting[-1]
        phase = Phase(step, calls=following is not None and is_entry(following) and following.depth > step.depth)
        yield phase
        was_calling = phase.calls
        if phase.calls:
            waiting.append(phase)
        else:
            note_return(waiting, step)
    while waiting:
        yield from finish(waiting)


def is_entry(step: Step) -> bool:
    """Returns whether a step begins, or goes on with, a call."""
    return step.kind in ("call", "resume")


def finish(waiting: list[Phase]) -> Iterator[Phase]:
    """Takes the innermost waiting line and yields its last phase."""
    phase = replace(waiting.pop(), calls=False)
    note_return(waiting, phase.step)
    yield phase


def note_return(waiting: list[Phase], step: Step) -> None:
    """Adds what a call returned to the phase of the line that made it."""
    if step.kind == "return" and waiting and waiting[-1].step.depth == step.depth - 1:
        waiting[-1] = replace(waiting[-1], returned=(*waiting[-1].returned, step.stages[-1]))


def join_exceptions(phases: Iterable[Phase]) -> list[Phase]:
    """Returns the phases, an exception as part of the line that raised it."""
    found: list[Phase] = []
    for phase in phases:
        if phase.step.kind != "exception":
            found.append(phase)
            continue
        last, step = found[-1] if found else phase, phase.step
        is_own = (last.step.depth, last.step.line) == (step.depth, step.line) and not (
            last.calls or last.raised or phase.calls)  # an exception may call __exit__, which is told in between
        if is_own:
            found.pop()
            step = replace(last.step, changed={**last.step.changed, **step.changed})
        found.append(replace(last if is_own else phase, step=step, raised=phase.step.name))
    return found


def ends_frame(phase: Phase, following: Phase | None) -> bool:
    """Returns whether the frame is left after a phase: by a return, its last line, a yield, or an exception."""
    return following is None or following.step.depth < phase.step.depth


def note_loops(code: str, phases: Iterable[Phase]) -> Iterator[Phase]:
    """Yields the phases with what the loops around each have left to visit, as it was before the phase."""
    statements = find_statements(code)
    loops: dict[tuple[int, int], str] = {}  # (depth, line) -> what is left
    for phase in phases:
        step = phase.step
        if is_entry(step):
            loops = {key: left for key, left in loops.items() if key[0] < step.depth}
        # A loop is left when a line outside it is reached, however that happened.
        loops = {(depth, line): left for (depth, line), left in loops.items()
                 if depth != step.depth or is_inside(statements[line], step.line)}
        yield replace(phase, open_loops={line: left for (depth, line), left in loops.items() if depth == step.depth})
        if step.kind in ("loop", "loop_end") and not phase.calls:
            loops.pop((step.depth, step.line), None)
            if step.remaining:
                loops[step.depth, step.line] = step.remaining


def is_inside(node: ast.AST, line: int) -> bool:
    """Returns whether a line belongs to a statement."""
    return node.lineno <= line <= node.end_lineno
