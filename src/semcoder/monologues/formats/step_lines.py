"""Formats with one line of text per executed line, in the order of execution, each starting with its label.

All but `concise` name the line that comes next: `-> [L4]` in the same call, `call [L1]` in a new one, `back [L9]` in
the caller, `back [end]` after the last one. States are `name=literal`; other entries are words and a literal:
`left [4, 7]` (what a loop has still to visit), `returned 6` (what a call gave back), `returns 6`, `raises '…'`.
"""

import ast
from collections.abc import Iterator

from semcoder.execution.events import DELETED
from semcoder.monologues.formats.annotations import render_state
from semcoder.monologues.formats.phases import LINE, Phase, order_phases
from semcoder.monologues.steps import Step, find_statements


def render_concise(code: str, steps: list[Step]) -> str:
    """Returns one line per executed line with the variables it changed (paper 2.6, "concise trace")."""
    return "".join(f"[L{s.line}] {render_state(s.changed)} [/L{s.line}]\n" for s in steps)


def render_delta(code: str, steps: list[Step]) -> str:
    """Returns per executed line: the line, the one that comes next, then what changed.

    The next line stands before the state, because a wrong next line is what long simulations fail by (Debugging Code
    World Models, arXiv 2602.07672), and only changes are told (E.T.'s compact scratchpad).
    """
    return "".join(join_words(f"[{p.label}] {p.action} [{p.next}]", list_effects(p)) + "\n"
                   for p in order_phases(code, steps))


def render_self_contained(code: str, steps: list[Step]) -> str:
    """Returns steps that can each be computed from their own text: variables read, statement, worked effect, next line.

    After the single-step machines of SUBLEQ and MicroPy (arXiv 2604.25166), whose step is state in, state out.
    """
    statements = find_statements(code)
    lines = []
    for phase in order_phases(code, steps):
        known, effects = list_known(phase, statements[phase.step.line]), list_effects(phase, with_working=True)
        if phase.calls:
            effects = list_changes(phase.arguments)
        head = f"{', '.join(known)}: {phase.step.source}" if known else phase.step.source
        told = f" {LINE} {', '.join(effects)}" if effects else ""
        lines.append(f"[{phase.label}] {head}{told} {phase.action} [{phase.next}]\n")
    return "".join(lines)


def render_dynamic(code: str, steps: list[Step]) -> str:
    """Returns per executed line the whole state before it, the line that comes next and the whole state after it.

    Departure: in E.T.'s dynamic scratchpad a model sees one state and writes the next, which then replaces it. Here all
    steps are one response, so that it is trained and judged like any other format; each line is such a pair.
    """
    phases = order_phases(code, steps)
    lines = []
    for phase, following in zip(phases, [*phases[1:], None], strict=True):
        before, after = phase.step.before, {**phase.step.before, **phase.changed}
        if phase.step.kind == "call":  # its arguments are its first state
            before = after
        known = [*list_state(before, phase.open_loops), *(f"returned {text}" for text in phase.returned)]
        if phase.calls:
            told = list_changes(phase.arguments)
        else:
            # A call that is over leaves no state, only what it changed last and gives back.
            told = list_state(after, following.open_loops) if phase.action == LINE else list_changes(phase.changed)
            told += list_outcome(phase)
        lines.append(join_words(join_words(f"[{phase.label}]", known) + f" {phase.action} [{phase.next}]", told))
    return "".join(f"{line}\n" for line in lines)


def join_words(head: str, entries: list[str]) -> str:
    """Returns a head and its entries, if any, with commas between them."""
    return f"{head} {', '.join(entries)}" if entries else head


def list_effects(phase: Phase, with_working: bool = False) -> list[str]:
    """Returns what a phase did: its changes, what a loop has left, what was returned or raised."""
    step = phase.step
    if phase.calls or (with_working and step.kind == "call"):  # arguments count as known
        return []
    changed = dict(step.changed)
    entries = []
    if step.kind in ("assign", "loop") and step.stages and step.name.isidentifier() and not phase.raised:
        changed.pop(step.name, None)
        entries.append(f"{step.name}={' = '.join(step.stages) if with_working else step.stages[-1]}")
    entries += list_changes(changed)
    if with_working and step.kind == "loop" and step.remaining:
        entries.append(f"left {step.remaining}")
    if with_working and step.kind == "branch" and step.stages and not phase.raised:
        entries.append(" then ".join(step.stages))
    return entries + list_outcome(phase, with_working)


def list_outcome(phase: Phase, with_working: bool = False) -> list[str]:
    """Returns what a phase gave back to the caller, or raised."""
    stages = phase.step.stages
    if phase.raised:
        return [f"raises {phase.raised!r}"]
    if phase.step.kind == "return":
        return [f"returns {' = '.join(stages) if with_working else stages[-1]}"]
    return []


def list_known(phase: Phase, node: ast.AST) -> list[str]:
    """Returns what a step works on: the variables its statement reads, what its loop has left, what calls returned."""
    step = phase.step
    if step.kind == "call":
        return list_changes(step.changed)
    if phase.left is not None:
        return [f"left {phase.left}"]
    names = set(list_names(node))
    read = [f"{name}={text}" for name, text in step.before.items() if name in names]
    return read + [f"returned {text}" for text in phase.returned]


def list_names(node: ast.AST) -> Iterator[str]:
    """Yields the names that the header of a statement uses, apart from those it only binds."""
    inner = ("body", "orelse", "finalbody", "handlers", "cases")
    for field, value in ast.iter_fields(node):
        if field in inner and isinstance(value, list):
            continue
        for part in value if isinstance(value, list) else [value]:
            for found in ast.walk(part) if isinstance(part, ast.AST) else ():
                is_updated = isinstance(node, ast.AugAssign) and found is node.target
                if isinstance(found, ast.Name) and (isinstance(found.ctx, ast.Load) or is_updated):
                    yield found.id


def list_state(state: dict[str, str], loops: dict[int, str]) -> list[str]:
    """Returns all variables and what each open loop has left."""
    return [*list_changes({name: text for name, text in state.items() if text != DELETED}),
            *(f"left L{line} {left}" for line, left in loops.items())]


def list_changes(changed: dict[str, str]) -> list[str]:
    """Returns names with their literals."""
    return [f"{name}={text}" for name, text in changed.items()]
