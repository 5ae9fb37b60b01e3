"""Formats with one line of text per executed line, in the order of execution, each starting with its label.

All but `concise` name the line that comes next: `-> [L4]` in the same call, `call [L1]` in a new one, `back [L9]` in
the caller, `back [end]` after the last one. States are `name=literal`; other entries are words and a literal:
`left [4, 7]` (what a loop has still to visit), `returned 6` (what a call gave back), `returns 6`, `raises '…'`.
"""

import ast
from collections.abc import Iterator

from semcoder.execution.events import DELETED
from semcoder.monologues.annotations import render_state
from semcoder.monologues.moments import LINE, Moment, order_moments
from semcoder.monologues.steps import Step, find_statements


def render_concise(code: str, steps: list[Step]) -> str:
    """Returns one line per executed line with the variables it changed (paper 2.6, "concise trace")."""
    return "".join(f"[L{s.line}] {render_state(s.changed)} [/L{s.line}]\n" for s in steps)


def render_delta(code: str, steps: list[Step]) -> str:
    """Returns per executed line: the line, the one that comes next, then what changed.

    The next line stands before the state, because a wrong next line is what long simulations fail by (Debugging Code
    World Models, arXiv 2602.07672), and only changes are told (E.T.'s compact scratchpad).
    """
    return "".join(join_words(f"[{m.label}] {m.action} [{m.next}]", list_effects(m)) + "\n"
                   for m in order_moments(code, steps))


def render_self_contained(code: str, steps: list[Step]) -> str:
    """Returns steps that can each be computed from their own text: variables read, statement, worked effect, next line.

    After the single-step machines of SUBLEQ and MicroPy (arXiv 2604.25166), whose step is state in, state out.
    """
    statements = find_statements(code)
    lines = []
    for moment in order_moments(code, steps):
        known, effects = list_known(moment, statements[moment.step.line]), list_effects(moment, with_working=True)
        if moment.calls:
            effects = list_changes(moment.arguments)
        head = f"{', '.join(known)}: {moment.step.source}" if known else moment.step.source
        told = f" {LINE} {', '.join(effects)}" if effects else ""
        lines.append(f"[{moment.label}] {head}{told} {moment.action} [{moment.next}]\n")
    return "".join(lines)


def render_dynamic(code: str, steps: list[Step]) -> str:
    """Returns per executed line the whole state before it, the line that comes next and the whole state after it.

    Departure: in E.T.'s dynamic scratchpad a model sees one state and writes the next, which then replaces it. Here all
    steps are one response, so that it is trained and judged like any other format; each line is such a pair.
    """
    moments = order_moments(code, steps)
    lines = []
    for moment, following in zip(moments, [*moments[1:], None], strict=True):
        before, after = moment.step.before, {**moment.step.before, **moment.changed}
        if moment.step.kind == "call":  # its arguments are its first state
            before = after
        known = [*list_state(before, moment.open_loops), *(f"returned {text}" for text in moment.returned)]
        if moment.calls:
            told = list_changes(moment.arguments)
        else:
            # A call that is over leaves no state, only what it changed last and gives back.
            told = list_state(after, following.open_loops) if moment.action == LINE else list_changes(moment.changed)
            told += list_outcome(moment)
        lines.append(join_words(join_words(f"[{moment.label}]", known) + f" {moment.action} [{moment.next}]", told))
    return "".join(f"{line}\n" for line in lines)


def join_words(head: str, entries: list[str]) -> str:
    """Returns a head and its entries, if any, with commas between them."""
    return f"{head} {', '.join(entries)}" if entries else head


def list_effects(moment: Moment, with_working: bool = False) -> list[str]:
    """Returns what a moment did: its changes, what a loop has left, what was returned or raised."""
    step = moment.step
    if moment.calls or (with_working and step.kind == "call"):  # arguments count as known
        return []
    changed = dict(step.changed)
    entries = []
    if step.kind in ("assign", "loop") and step.stages and step.name.isidentifier() and not moment.raised:
        changed.pop(step.name, None)
        entries.append(f"{step.name}={' = '.join(step.stages) if with_working else step.stages[-1]}")
    entries += list_changes(changed)
    if with_working and step.kind == "loop" and step.remaining:
        entries.append(f"left {step.remaining}")
    if with_working and step.kind == "branch" and step.stages and not moment.raised:
        entries.append(" then ".join(step.stages))
    return entries + list_outcome(moment, with_working)


def list_outcome(moment: Moment, with_working: bool = False) -> list[str]:
    """Returns what a moment gave back to the caller, or raised."""
    stages = moment.step.stages
    if moment.raised:
        return [f"raises {moment.raised!r}"]
    if moment.step.kind == "return":
        return [f"returns {' = '.join(stages) if with_working else stages[-1]}"]
    return []


def list_known(moment: Moment, node: ast.AST) -> list[str]:
    """Returns what a step works on: the variables its statement reads, what its loop has left, what calls returned."""
    step = moment.step
    if step.kind == "call":
        return list_changes(step.changed)
    if moment.left is not None:
        return [f"left {moment.left}"]
    names = set(list_names(node))
    read = [f"{name}={text}" for name, text in step.before.items() if name in names]
    return read + [f"returned {text}" for text in moment.returned]


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
