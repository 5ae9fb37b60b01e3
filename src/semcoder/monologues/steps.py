"""From a trace to reasoning steps: for each executed line what it says, why, and what it changes.

A step is the shared material of every format: `formats` only words it, `check` verifies its claims against
an independent run.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from semcoder.execution.events import fold_inner_frames, rebuild_states
from semcoder.monologues.working import work_out


@dataclass(frozen=True)
class Step:
    """One executed line (or call, or exception) and its machine-checkable claims.

    kind: assign | mutate | branch | loop | loop_end | return | call | resume | exception | plain.
    """

    kind: str
    line: int
    depth: int
    source: str  # the statement's header as written, without a trailing colon
    before: dict[str, str]  # locals before the step, name -> literal
    changed: dict[str, str]  # what the step changed
    stages: tuple[str, ...] = ()  # the working; the last entry is the value
    name: str = ""  # what is assigned, taken from the loop, or called
    remaining: str = ""  # loop: literal of the items still to come
    claims: tuple[dict, ...] = field(default=())


def find_statements(code: str) -> dict[int, ast.AST]:
    """Returns line number -> the innermost statement (or `except` or `case` clause) that starts on or spans it."""
    found: dict[int, ast.AST] = {}
    for node in ast.walk(ast.parse(code)):  # breadth first: inner statements come later and win
        if isinstance(node, (ast.stmt, ast.excepthandler, ast.match_case)):
            body = getattr(node, "body", None)
            start = node.pattern if isinstance(node, ast.match_case) else node
            first = min([start.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
            last = body[0].lineno - 1 if body else node.end_lineno
            for line in range(first, max(last, start.lineno) + 1):
                found[line] = node
    return found


def render_header(node: ast.AST) -> str:
    """Returns a statement's own text on one line: a compound statement's header without its colon."""
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    if isinstance(node, ast.While):
        return f"while {ast.unparse(node.test)}"
    if isinstance(node, ast.For):
        return f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
    return ast.unparse(node).strip().split("\n")[0].rstrip(":")


def build_steps(code: str, events: list[dict]) -> list[Step]:
    """Returns the steps of an execution in order; their claims are filled in.

    Args:
        code: the program.
        events: its trace (records.Event).
    """
    statements = find_statements(code)
    headers = {line: render_header(node) for line, node in statements.items()}
    loops: dict[tuple[int, int], list[str]] = {}  # (depth, line) -> literals still to be visited
    steps = []
    events = fold_inner_frames(events)
    followers = find_followers(events)
    results = {event["frame"]: event["value"] for event in events if event["kind"] == "return"}
    for i, (event, state) in enumerate(zip(events, rebuild_states(events), strict=True)):
        base = {"line": event["line"], "depth": event["depth"], "before": state, "changed": event["changed"]}
        if event["kind"] == "line":
            node = statements[event["line"]]
            calls_out = i + 1 < len(events) and events[i + 1]["depth"] > event["depth"]
            if followers[i] and followers[i]["kind"] == "yield":  # what is sent in comes with `resume`
                node = ast.Pass()
            step = explain_line(node, headers[event["line"]], base, loops, calls_out)
        elif event["kind"] in ("call", "resume"):
            step = Step(kind=event["kind"], source=event["function"], name=event["function"], **base)
        elif event["kind"] == "exception":
            step = Step(kind="exception", source=headers[event["line"]], name=event["value"], **base)
        else:
            continue
        if step.kind == "return":
            has_raised = followers[i] is not None and followers[i]["kind"] == "exception"
            step = finish_return(step, has_raised, results.get(event["frame"], "None"))
        steps.append(with_claims(step))
    return steps


def find_followers(events: list[dict]) -> list[dict | None]:
    """Returns, for each event, the next one of its frame."""
    followers, next_by_frame = [], {}
    for event in reversed(events):
        followers.append(next_by_frame.get(event["frame"]))
        next_by_frame[event["frame"]] = event
    return followers[::-1]


def explain_line(node: ast.AST, source: str, base: dict, loops: dict, calls_out: bool) -> Step:
    """Returns the step of one line event."""
    state = base["before"]

    def step(kind: str, stages: list[str] = (), **more) -> Step:
        return Step(kind=kind, source=source, stages=tuple(stages), **base, **more)

    if isinstance(node, (ast.If, ast.While, ast.Assert)):
        stages = work_out(node.test, state)
        return step("branch", [*stages[:-1], str(ast.literal_eval(stages[-1]) not in FALSY)] if stages else [])
    if isinstance(node, ast.For):
        return explain_loop(node, base, loops, step)
    if isinstance(node, ast.Return):
        return step("return", work_out(node.value, state) if node.value else [])
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and not calls_out:
        whole = ast.BinOp(left=ast.Name(node.target.id, ast.Load()), op=node.op, right=node.value)
        return assign(step, node.target.id, work_out(ast.fix_missing_locations(whole), state), base)
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return assign(step, node.targets[0].id, work_out(node.value, state), base)
    return step("mutate" if base["changed"] else "plain")


FALSY = (False, None, 0, "", [], (), {}, set())


def assign(step, name: str, stages: list[str], base: dict) -> Step:
    """Returns an assignment step; where the working is unknown or differs, only the traced value is stated."""
    value = base["changed"].get(name, base["before"].get(name))
    if value is None:
        return step("plain")
    if not stages or stages[-1] != value:
        stages = [value]
    return step("assign", stages, name=name)


def explain_loop(node: ast.For, base: dict, loops: dict, step) -> Step:
    """Returns the step of one arrival at a `for` line: the item taken and what is left, or the loop's end."""
    key = (base["depth"], base["line"])
    target = ast.unparse(node.target)
    taken_now = base["changed"].get(target, base["before"].get(target))
    # A loop left by `break` keeps its rest; arriving anew is seen by an item that does not fit.
    is_stale = bool(loops.get(key)) and target.isidentifier() and loops[key][0] != taken_now
    if key not in loops or is_stale:
        stages = work_out(node.iter, base["before"])
        loops[key] = split_items(stages[-1]) if stages else None
    left = loops[key]
    if left is None:  # the iterable cannot be listed; the trace still tells the item
        return step("loop", [taken_now], name=target) if taken_now else step("plain")
    if not left:
        del loops[key]
        return step("loop_end", name=target)
    taken, rest = left[0], left[1:]
    loops[key] = rest
    return step("loop", [taken], name=target, remaining="[" + ", ".join(rest) + "]")


def split_items(text: str) -> list[str] | None:
    """Returns the literals of the items of a collection's literal, in iteration order; None of what has no items."""
    value = ast.literal_eval(text) if text != "set()" else set()
    return [repr(item) for item in value] if isinstance(value, Iterable) else None


def finish_return(step: Step, has_raised: bool, value: str) -> Step:
    """Returns the return step with the traced value, which the working must equal; `plain` where it raised instead."""
    if has_raised:
        return Step(**{**step.__dict__, "kind": "plain", "stages": ()})
    stages = step.stages if step.stages and step.stages[-1] == value else (value,)
    return Step(**{**step.__dict__, "stages": stages})


def with_claims(step: Step) -> Step:
    """Returns the step with what it asserts, each claim on its own."""
    claims = [] if step.kind in ("call", "resume") else [{"kind": "line", "line": step.line}]
    if len(step.stages) > 1:
        claims.append({"kind": "operands", "source": step.source, "text": step.stages[0]})
        kind = "truth" if step.kind == "branch" else "stage"
        claims += [{"kind": kind, "text": text, "value": step.stages[-1]} for text in step.stages[:-1]]
    if step.kind in ("assign", "loop") and step.stages and step.name.isidentifier():
        claims.append({"kind": "value", "name": step.name, "value": step.stages[-1]})
    if step.kind == "branch" and step.stages:
        claims.append({"kind": "branch", "source": step.source, "value": step.stages[-1]})
    if step.kind == "return":
        claims.append({"kind": "returns", "value": step.stages[-1]})
    if step.kind in ("call", "resume"):
        claims += [{"kind": "argument", "name": name, "value": text} for name, text in step.changed.items()]
    if step.kind in ("mutate", "plain") or (step.kind == "loop" and not step.name.isidentifier()):
        claims += [{"kind": "value", "name": name, "value": text} for name, text in step.changed.items()]
    return Step(**{**step.__dict__, "claims": tuple(claims)})
