"""Where the run of a wrong program first departs from that of the right one.

Both traces are put side by side, event by event; the last line before the first difference is where the state departs.
Lines correspond as in `patches.pair_lines`. Not covered: differences that no local variable, line or return shows.
"""

import ast
from dataclasses import dataclass

from semcoder.execution.events import fold_inner_frames, rebuild_states
from semcoder.monologues.steps import find_statements, render_header

MAX_NAMES = 3  # variables of which a wrong value is told


class Unexplained(Exception):
    """The departure cannot be told; the message is the reason, for the counts."""


@dataclass(frozen=True)
class Moment:
    """One event as far as two runs are compared: before a line, or at a call's end.

    kind: line | return (a yield included) | unwind.
    """

    kind: str
    line: int
    depth: int
    state: dict[str, str]
    value: str | None = None


@dataclass(frozen=True)
class Departure:
    """The first departing line, and what is wrong after it.

    `facts` are (kind, slots) as in `diagnosis.DEPARTURES`, all of them about this line.
    """

    line: int  # in the wrong program
    visit: int  # how many times the line has run by then, this time included
    number: int  # of the line's event among all line events
    facts: tuple[tuple[str, dict[str, str]], ...]


@dataclass(frozen=True)
class Watched:
    """A program's trace, made ready to be compared."""

    code: str
    moments: list[Moment]
    statements: dict[int, ast.AST]
    error: str = ""  # what ended the run, where an exception did


def watch_run(code: str, events: list[dict], error: str = "") -> Watched:
    """Returns a trace (records.Event) of a program as moments; comprehensions count as part of their line."""
    kinds = {"line": "line", "return": "return", "yield": "return", "unwind": "unwind"}
    events = fold_inner_frames(events)
    moments = [Moment(kinds[e["kind"]], e["line"], e["depth"], state, e["value"] if e["kind"] != "unwind" else None)
               for e, state in zip(events, rebuild_states(events), strict=True) if e["kind"] in kinds]
    return Watched(code, moments, find_statements(code), error)


def find_departure(ours: Watched, theirs: Watched, pairs: list[tuple[int | None, int | None]]) -> Departure:
    """Returns the first departure of a wrong run (ours) from the right one (theirs).

    Args:
        ours: the wrong program's run.
        theirs: the right program's run on the same input.
        pairs: corresponding lines.

    Raises:
        Unexplained: no difference is seen, or not one that can be told.
    """
    labels = {j: i for i, j in pairs if i and j}  # their lines by our numbers
    place = next((k for k, (a, b) in enumerate(zip(ours.moments, theirs.moments, strict=False))
                  if (a.kind, a.line, a.depth, a.state, a.value)
                  != (b.kind, labels.get(b.line), b.depth, b.state, b.value)), None)
    if place is None:
        raise Unexplained("no state departs")
    opened = follow_lines(ours.moments[:place])
    now, then = ours.moments[place], theirs.moments[place]
    depth = len(opened) - 1 if max(now.depth, then.depth) >= len(opened) else now.depth
    if depth < 0:
        raise Unexplained("departs before its first line")
    number = opened[depth]
    cause = ours.moments[number]
    if len(opened) in (now.depth, then.depth):
        facts = compare_calls(ours, now, then, depth)
    else:
        facts = compare_ends(ours, theirs, cause, now, then, labels)
    lines = [m.line for m in ours.moments[:number + 1] if m.kind == "line"]
    return Departure(cause.line, lines.count(cause.line), len(lines) - 1, tuple(facts))


def follow_lines(moments: list[Moment]) -> list[int]:
    """Returns, for each call still open after some moments, the place of its latest line."""
    opened: list[int] = []
    for place, moment in enumerate(moments):
        del opened[moment.depth:]
        if moment.kind == "line":
            opened.append(place)
    return opened


def compare_calls(ours: Watched, now: Moment, then: Moment, depth: int) -> list[tuple[str, dict]]:
    """Returns what is wrong with the call that a line makes, or does not make."""
    if now.depth != then.depth or now.line != then.line:
        if now.depth > then.depth:
            return [("calls", {"function": find_function(ours.code, now.line)})]
        raise Unexplained("another call is made")
    facts = [("argument", {"function": find_function(ours.code, now.line), "name": name, "wrong": now.state[name],
                           "right": then.state[name]})
             for name in now.state if name in then.state and now.state[name] != then.state[name]]
    if not facts:
        raise Unexplained("another call is made")
    return facts[:MAX_NAMES]


def find_function(code: str, line: int) -> str:
    """Returns the name of the innermost function that holds a line."""
    found = [node for node in ast.walk(ast.parse(code))
             if isinstance(node, ast.FunctionDef) and node.lineno <= line <= node.end_lineno]
    if not found:
        raise Unexplained("a call of no named function")
    return found[-1].name


def compare_ends(ours: Watched, theirs: Watched, cause: Moment, now: Moment, then: Moment,
                 labels: dict[int, int]) -> list[tuple[str, dict]]:
    """Returns what is wrong after a line, within its own call."""
    partner = next(line for line, label in labels.items() if label == cause.line)
    nodes = ours.statements[cause.line], theirs.statements[partner]
    if now.kind == "unwind":
        return [describe_raise(ours, cause, then)]
    if then.kind == "unwind":
        raise Unexplained("the right program raises here")
    inside = is_inside(nodes[0], now), is_inside(nodes[1], then)
    if isinstance(nodes[0], (ast.If, ast.While)) and inside[0] != inside[1]:
        return [("branch", {"wrong": str(inside[0]), "right": str(inside[1])})]
    if isinstance(nodes[0], ast.For) and inside[0] != inside[1]:
        return [describe_loop(nodes, now, then, inside[0])]
    if now.kind == then.kind == "return" and now.value != then.value:
        return [("returns", {"wrong": now.value, "right": then.value})]
    values = compare_values(nodes[0], cause, now, then)
    if values:
        return values
    if then.kind == "line" and then.line not in labels:
        return [("line missing", {"source": render_header(theirs.statements[then.line])})]
    if now.kind == "return" and then.kind == "line":
        return [("returns early", {"wrong": now.value, "next": f"L{labels[then.line]}"})]
    if now.kind == "line" and then.kind == "return":
        return [("returns late", {"next": f"L{now.line}", "right": then.value})]
    if now.kind == then.kind == "line" and now.line != labels[then.line]:
        return [("goes on", {"next": f"L{now.line}", "right": f"L{labels[then.line]}"})]
    raise Unexplained("another state that has no words")


def is_inside(node: ast.AST, moment: Moment) -> bool:
    """Returns whether a moment is before a line of the statement's own body."""
    body = getattr(node, "body", None)
    return moment.kind == "line" and bool(body) and body[0].lineno <= moment.line <= body[-1].end_lineno


def describe_raise(ours: Watched, cause: Moment, then: Moment) -> tuple[str, dict]:
    """Returns that the line raises what ended the run, and what it should have done."""
    if not ours.error or "\n" in ours.error:
        raise Unexplained("an exception that the program catches" if not ours.error else "an error of several lines")
    if then.kind == "return":
        return "raises, return", {"error": ours.error, "right": then.value}
    changed = [name for name, text in then.state.items() if cause.state.get(name) != text]
    if len(changed) == 1:
        return "raises, value", {"error": ours.error, "name": changed[0], "right": then.state[changed[0]]}
    return "raises", {"error": ours.error}


def describe_loop(nodes: tuple[ast.AST, ast.AST], now: Moment, then: Moment, goes_on: bool) -> tuple[str, dict]:
    """Returns that a loop goes on or ends where it should not."""
    node, state = (nodes[0], now.state) if goes_on else (nodes[1], then.state)
    target = ast.unparse(node.target)
    if target not in state:  # several names at once
        return ("loop on", {}) if goes_on else ("loop ends", {})
    return ("loop takes", {"name": target, "wrong": state[target]}) if goes_on else (
        "loop misses", {"name": target, "right": state[target]})


def compare_values(node: ast.AST, cause: Moment, now: Moment, then: Moment) -> list[tuple[str, dict]]:
    """Returns the variables that a line leaves with a wrong value."""
    facts = []
    targets = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)} if isinstance(node, ast.For) else set()
    for name in [*now.state, *(n for n in then.state if n not in now.state)]:
        wrong, right = now.state.get(name), then.state.get(name)
        if wrong == right:
            continue
        if wrong is None:
            facts.append(("misses", {"name": name, "right": right}))
        elif right is None:
            facts.append(("sets", {"name": name, "wrong": wrong}))
        else:
            before = cause.state.get(name)
            kind = "takes" if name in targets else {wrong: "stays", right: "changes"}.get(before, "becomes")
            facts.append((kind, {"name": name, "wrong": wrong, "right": right}))
    return facts[:MAX_NAMES]
