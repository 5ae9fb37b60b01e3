"""From a trace to reasoning steps: for each executed line what it says, why, and what it changes.

A step is the shared material of every format: `formats` and `phrases` only word it, `check` reads it back from the
words and verifies it against an independent run.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from semcoder.execution.events import fold_inner_frames, rebuild_states
from semcoder.monologues.working import work_out, work_out_effect


@dataclass(frozen=True)
class Step:
    """One executed line (or call, or exception).

    kind: assign | mutate | branch | loop | loop_end | return | call | resume | exception | plain.
    """

    kind: str
    line: int
    depth: int
    source: str  # the statement's header as written, without a trailing colon
    before: dict[str, str]  # locals before the step, name -> literal
    changed: dict[str, str]  # what the step changed
    stages: tuple[str, ...] = ()  # the working; the last entry is the value, of a mutation the call as it is made
    name: str = ""  # what is assigned, taken from the loop, or called
    remaining: str = ""  # loop: literal of what is still to come: a list of items, or the rest of a text
    iteration: int = 0  # loop: 1 for the first item, where the items are known
    next_line: int = 0  # the line that runs next in the same call; 0 where there is none
    has_calls: bool = False  # functions of the program run before the step has its effect


@lru_cache(maxsize=256)
def find_statements(code: str) -> dict[int, ast.AST]:
    """Returns line number -> the innermost statement (or `except` or `case` clause) that starts on or spans it
    (shared: not to be changed)."""
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
        return f"for {render_target(node.target)} in {ast.unparse(node.iter)}"
    return ast.unparse(node).strip().split("\n")[0].rstrip(":")


def render_target(node: ast.expr) -> str:
    """Returns what a loop binds, a tuple without parentheses."""
    text = ast.unparse(node)
    return text[1:-1] if isinstance(node, ast.Tuple) and len(node.elts) > 1 else text


@lru_cache(maxsize=256)
def render_headers(code: str) -> dict[int, str]:
    """Returns line number -> the text of its statement (shared: not to be changed)."""
    return {line: render_header(node) for line, node in find_statements(code).items()}


def build_steps(code: str, events: list[dict]) -> list[Step]:
    """Returns the steps of an execution in order.

    Args:
        code: the program.
        events: its trace (records.Event).
    """
    statements = find_statements(code)
    headers = render_headers(code)
    loops = LoopItems()
    steps = []
    events = fold_inner_frames(events)
    followers = find_followers(events)
    results = {event["frame"]: event["value"] for event in events if event["kind"] == "return"}
    for i, (event, state) in enumerate(zip(events, rebuild_states(events), strict=True)):
        base = {"line": event["line"], "depth": event["depth"], "before": state, "changed": event["changed"]}
        if event["kind"] == "line":
            node = statements[event["line"]]
            base["has_calls"] = i + 1 < len(events) and events[i + 1]["depth"] > event["depth"]
            if followers[i] and followers[i]["kind"] == "line":
                base["next_line"] = followers[i]["line"]
            if followers[i] and followers[i]["kind"] == "yield":  # what is sent in comes with `resume`
                node = ast.Pass()
            loops.arrive(event, node, state)
            step = explain_line(node, headers[event["line"]], base, loops)
        elif event["kind"] in ("call", "resume"):
            loops.forget(event["frame"])
            step = Step(kind=event["kind"], source=event["function"], name=event["function"], **base)
        elif event["kind"] == "exception":
            step = Step(kind="exception", source=headers[event["line"]], name=event["value"], **base)
        else:
            continue
        if step.kind == "return":
            is_last = followers[i] is not None and followers[i]["kind"] == "return"
            step = finish_return(step, is_last, results.get(event["frame"], "None"))
        steps.append(step)
    return steps


def find_followers(events: list[dict]) -> list[dict | None]:
    """Returns, for each event, the next one of its frame."""
    followers, next_by_frame = [], {}
    for event in reversed(events):
        followers.append(next_by_frame.get(event["frame"]))
        next_by_frame[event["frame"]] = event
    return followers[::-1]


class LoopItems:
    """What each `for` loop under way still has to visit: literals, as far as its iterable can be worked out."""

    def __init__(self):
        # (frame, line) -> literals: all items, None where unknown, and the whole text where they are its characters
        self._known: dict[tuple[int, int], tuple[list[str] | None, str]] = {}
        self._visits: dict[tuple[int, int], int] = {}
        self._last: dict[int, int] = {}  # frame -> the line it ran before
        self.items, self.text, self.iteration = None, "", 0  # of the loop line just reached

    def arrive(self, event: dict, node: ast.AST, state: dict[str, str]) -> None:
        """Notes that a line is reached; of a `for` line, says which iteration begins."""
        frame, line = event["frame"], event["line"]
        before, self._last[frame] = self._last.get(frame, 0), line
        if not isinstance(node, ast.For):
            return
        key = frame, line
        if not node.lineno <= before <= node.end_lineno:  # from outside, so a loop left by `break` begins anew
            stages = work_out(node.iter, state)
            self._known[key], self._visits[key] = split_items(stages[-1]) if stages else (None, ""), 0
        self._visits[key] += 1
        (self.items, self.text), self.iteration = self._known[key], self._visits[key]

    @property
    def remaining(self) -> str:
        """The literal of what comes after the item of this iteration."""
        if self.text:
            return repr(self.text[self.iteration:])
        return "[" + ", ".join(self.items[self.iteration:]) + "]"

    def forget(self, frame: int) -> None:
        """Notes that a frame begins, or goes on after a pause in which the loops' items may have changed."""
        self._known |= {key: (None, "") for key in self._known if key[0] == frame}


def explain_line(node: ast.AST, source: str, base: dict, loops: LoopItems) -> Step:
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
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and not base["has_calls"]:
        whole = ast.BinOp(left=ast.Name(node.target.id, ast.Load()), op=node.op, right=node.value)
        return assign(step, node.target.id, work_out(ast.fix_missing_locations(whole), state), base)
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return assign(step, node.targets[0].id, work_out(node.value, state), base)
    if base["changed"] and not base["has_calls"]:
        return step("mutate", work_out_effect(node, state))
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


def explain_loop(node: ast.For, base: dict, loops: LoopItems, step) -> Step:
    """Returns the step of one arrival at a `for` line: the item taken and what is left, or the loop's end."""
    target, items, place = render_target(node.target), loops.items, loops.iteration
    taken_now = base["changed"].get(target, base["before"].get(target))
    if not node.lineno < base.get("next_line", 0) <= node.body[-1].end_lineno:
        return step("loop_end", name=target)
    is_known = items is not None and place <= len(items)  # else the loop changes what it goes over, or it is no list
    if not is_known or target.isidentifier() and items[place - 1] != taken_now:
        return step("loop", [taken_now], name=target) if taken_now else step("plain")
    return step("loop", [items[place - 1]], name=target, remaining=loops.remaining, iteration=place)


def split_items(literal: str) -> tuple[list[str] | None, str]:
    """Returns the literals of the items of a collection's literal, in iteration order, and the text whose characters
    they are, if it is one; no items of a set, whose order its text does not tell, and of what has none."""
    value = ast.literal_eval(literal)
    if not isinstance(value, Iterable) or isinstance(value, set):
        return None, ""
    return [repr(item) for item in value], value if isinstance(value, str) else ""


def finish_return(step: Step, is_last: bool, value: str) -> Step:
    """Returns the return step with the traced value, which the working must equal; `plain` where it raised instead, or
    where the statement goes on in another line."""
    if not is_last:
        return replace(step, kind="plain", stages=())
    stages = step.stages if step.stages and step.stages[-1] == value else (value,)
    return replace(step, stages=stages)
