"""The dynamic slice: which statements returned values depend on, read from one traced run per input.

Dependences are data (a name read was last written there; a value changed in place through any name or call was changed
there), control (the header that let a line run) and order (a jump or an exception before it). Values tell no-ops: an
assignment that leaves an immutable value as it was is no write. What the slice leaves out can be deleted, all of it
together, without changing the returned value. It may keep too much: mutable values are followed by name, not by part.
"""

from semcoder.corpus.synthetic.flow import Flow
from semcoder.execution.events import DELETED

MUTABLE = ("[", "{", "(", "s", "<", "f")  # how literals of values start that may change in place, marks included


class Frame:
    """What the slicer knows of one call in progress."""

    __slots__ = ("caller", "last", "values", "latest", "barrier", "step", "returned", "mutators", "before")

    def __init__(self, caller: int, changed: dict[str, str]):
        self.caller = caller
        self.last: dict[str, tuple[int, ...]] = dict.fromkeys(changed, (caller,))
        self.values = dict(changed)
        self.latest: dict[int, int] = {}  # line of a compound statement -> its latest step
        self.barrier = caller
        self.step = self.returned = caller
        self.mutators: list[int] = []
        self.before: tuple[int, ...] = ()


class Slicer:
    """Builds the dependence graph of one run, step by step (a step is one execution of a line)."""

    def __init__(self, flows: dict[int, Flow]):
        self._flows = flows
        self.lines = [0]  # line of each step; step 0 is the call from outside
        self.needs: list[set[int]] = [set()]
        self._stack: list[Frame] = []

    def follow(self, events: tuple[dict, ...]) -> set[int]:
        """Returns the steps that the value returned by the outermost call depends on at once."""
        for event in events:
            kind = event["kind"]
            if event["function"].startswith("<"):  # a comprehension counts as part of the line that holds it
                continue
            if kind in ("call", "resume"):
                self._call(event)
            elif kind == "line":
                self._line(self._stack[-1], self._flows[event["line"]], event["changed"])
            elif kind == "exception":
                self._stack[-1].barrier = self._stack[-1].step
            elif kind in ("return", "yield", "unwind"):
                self._return(event)
        return self._goal

    def _call(self, event: dict) -> None:
        if not self._stack:
            self._stack.append(Frame(0, event["changed"]))
            return
        caller = self._stack[-1]
        self.needs[caller.step].update(caller.before)  # the callee may read what its caller's line is to overwrite
        for name in event["changed"]:  # a parameter, or a variable of an enclosing function
            for frame in self._stack:
                self.needs[caller.step].update(frame.last.get(name, ()))
        self._stack.append(Frame(caller.step, event["changed"]))

    def _return(self, event: dict) -> None:
        frame = self._stack.pop()
        goal = {frame.returned, frame.barrier}
        self._goal = goal
        if self._stack:
            caller = self._stack[-1]
            self.needs[caller.step] |= goal
            self.needs[caller.step].update(frame.mutators)
            caller.mutators += frame.mutators

    def _line(self, frame: Frame, flow: Flow, changed: dict[str, str]) -> None:
        step = self._add(flow.line, {frame.barrier, frame.caller})
        needs = self.needs[step]
        if flow.parent:
            needs.add(self._find_header(frame, flow.parent))
        for name in flow.uses:
            needs.update(self._find_last(frame, name))
        opaque = [name for name in flow.uses if frame.values.get(name, "").startswith("<")]
        frame.before = tuple(step for name in flow.defs | flow.weak for step in self._find_last(frame, name))
        if flow.is_loop:
            needs.update(frame.last.get(f"#{flow.line}", ()))
            frame.last[f"#{flow.line}"] = (step,)  # the iterator, which no name shows
        self._write(frame, flow, changed, [*flow.weak, *opaque], step)
        frame.latest[flow.line] = frame.step = step
        if flow.is_jump:
            frame.barrier = step
        if flow.is_return:
            frame.returned = step

    def _write(self, frame: Frame, flow: Flow, changed: dict[str, str], weak: list[str], step: int) -> None:
        """Notes the step as the last writer of what it wrote or could have written."""
        last = frame.last
        for name in (*weak, *(name for name in changed if name not in flow.defs)):
            self._add_writer(frame, name, step)
        for name, value in changed.items():
            if name not in flow.defs and name not in flow.weak:
                frame.mutators.append(step)
            if value == DELETED:
                frame.values.pop(name, None)
            else:
                frame.values[name] = value
        for name in flow.defs:
            if name in flow.outer:
                frame.mutators.append(step)
                for other in self._stack:
                    self._add_writer(other, name, step)
            elif name in changed or frame.values.get(name, "<").startswith(MUTABLE):
                last[name] = (step,)  # else a no-op: the same immutable value again

    @staticmethod
    def _add_writer(frame: Frame, name: str, step: int) -> None:
        known = frame.last.get(name, ())
        if step not in known:
            frame.last[name] = (*known, step)

    def _find_last(self, frame: Frame, name: str) -> tuple[int, ...]:
        """Returns the last writers of a name: in its frame, else wherever a caller has it (closures, globals)."""
        found = frame.last.get(name)
        if found is not None:
            return found
        return tuple(step for outer in self._stack for step in outer.last.get(name, ()))

    def _find_header(self, frame: Frame, line: int) -> int:
        """Returns the latest step of an enclosing header; one that Python compiles away gets a step of its own."""
        if line not in frame.latest:
            needs = {frame.barrier}
            if self._flows[line].parent:
                needs.add(self._find_header(frame, self._flows[line].parent))
            frame.latest[line] = self._add(line, needs)
        return frame.latest[line]

    def _add(self, line: int, needs: set[int]) -> int:
        self.lines.append(line)
        self.needs.append(needs)
        return len(self.lines) - 1


def slice_runs(flows: dict[int, Flow], runs: list[tuple[dict, ...]]) -> set[int]:
    """Returns the lines that some run's returned value depends on.

    A line that is needed once is needed whenever it runs: kept in the program, it must do each time what it did.
    """
    graphs = [Slicer(flows) for _ in runs]
    todo = [(graph, step) for graph, events in zip(graphs, runs, strict=True) for step in graph.follow(events)]
    needed: set[int] = set()
    while todo:
        graph, step = todo.pop()
        line = graph.lines[step]
        if line not in needed:
            needed.add(line)
            todo += [(other, need) for other in graphs for twin, at in enumerate(other.lines) if at == line
                     for need in other.needs[twin] if other.lines[need] not in needed]
    return needed
