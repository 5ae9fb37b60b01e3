"""A second, plain way to watch an execution: a full copy of the locals before every line.

It shares nothing with `tracer` but the literal text of values, so that what was written from a trace can be
checked against an independent run.
"""

from types import FrameType

from semcoder.execution.events import INNER_FRAMES
from semcoder.execution.literals import to_literal
from semcoder.execution.tracer import describe_exception
from semcoder.execution.watching import PROGRAM, EventLimit, Watcher


class Replay(Watcher):
    """Collects {"kind", "line", "depth", "locals", "value"} as it happens; a context manager.

    kind: call (or a generator goes on) | line | exception | return (or a yield). `locals` are all of the frame's,
    before the line; `value` is what was returned, or the exception as `Type: message`.

    Args:
        max_events: events after which the run is ended.
        max_value_chars: length of a value's literal.
        on_large: as `semcoder.execution.tracer.Tracer`.
        inner_frames: whether frames of comprehensions and lambdas count, or are part of the line that holds them.
    """

    def __init__(self, max_events: int, max_value_chars: int, on_large: str = "stop", inner_frames: bool = False):
        self.events: list[dict] = []
        self._max_events, self._max_chars, self._on_large, self._depth = max_events, max_value_chars, on_large, -1
        self._skipped = ("<module>",) if inner_frames else ("<module>", *INNER_FRAMES)

    def _enter_frame(self, frame: FrameType, kind: str, argument):
        code = frame.f_code
        if code.co_filename != PROGRAM or code.co_name in self._skipped:
            return None
        if kind == "call":
            self._depth += 1
        if len(self.events) >= self._max_events:
            raise EventLimit("replay")
        state = {name: self._write(value) for name, value in frame.f_locals.items() if name != ".0"}
        value = self._write(argument) if kind == "return" else (
            describe_exception(argument[1], self._max_chars) if kind == "exception" else None)
        self.events.append({"kind": kind, "line": frame.f_lineno, "depth": self._depth, "locals": state,
                            "value": value})
        if kind == "return":
            self._depth -= 1
        return self._enter_frame

    def _write(self, value: object) -> str:
        return to_literal(value, self._max_chars, self._on_large)
