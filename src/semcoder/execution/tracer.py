"""A lossless event log of one execution, taken with `sys.settrace`.

Each event names what its own step did: the names it changed in its frame with their new values (changes
through another name, an alias, included). Frames of comprehensions and lambdas are left out, so that they
count as part of the line that holds them. Not covered: threads, and the source of imported modules.
"""

import sys
from types import FrameType

from semcoder.execution.literals import ValueLimit, to_literal

PROGRAM = "<program>"  # file name under which a traced program is compiled
DELETED = "<deleted>"
SKIPPED_FRAMES = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<lambda>", "<module>")


class EventLimit(BaseException):
    """Too many events; not an Exception, so that a traced `except Exception` lets it pass."""


class Tracer:
    """Collects events; use as a context manager around the call."""

    def __init__(self, max_events: int, max_value_chars: int):
        self.events: list[dict] = []
        self._max_events, self._max_chars = max_events, max_value_chars
        self._known: dict[FrameType, dict[str, str]] = {}  # literals of each live frame's locals
        self._last: dict[FrameType, dict] = {}  # the event whose effects are not known yet
        self._depth = -1

    def __enter__(self) -> "Tracer":
        self._outer = sys.gettrace()
        sys.settrace(self._enter_frame)
        return self

    def __exit__(self, *_) -> None:
        sys.settrace(self._outer)

    def _enter_frame(self, frame: FrameType, kind: str, _):
        code = frame.f_code
        if code.co_filename != PROGRAM or code.co_name in SKIPPED_FRAMES:
            return None
        self._depth += 1
        resumed = frame in self._known  # a generator that continues
        event = self._add("call", frame)
        if not resumed:
            self._known[frame] = {}
        event["changed"] = self._find_changes(frame)
        return self._follow_frame

    def _follow_frame(self, frame: FrameType, kind: str, argument):
        self._settle(frame)
        if kind == "line":
            self._last[frame] = self._add("line", frame)
        elif kind == "exception":
            self._add("exception", frame)["value"] = f"{argument[0].__name__}: {argument[1]}"[: self._max_chars]
        elif kind == "return":
            self._add("return", frame)["value"] = to_literal(argument, self._max_chars)
            self._depth -= 1
        return self._follow_frame

    def _settle(self, frame: FrameType) -> None:
        """Writes what changed since the frame's last event into that event."""
        last = self._last.pop(frame, None)
        if last is not None:
            last["changed"] = self._find_changes(frame)

    def _find_changes(self, frame: FrameType) -> dict[str, str]:
        known = self._known[frame]
        now = {name: to_literal(value, self._max_chars) for name, value in frame.f_locals.items()}
        changed = {name: text for name, text in now.items() if known.get(name) != text}
        changed.update({name: DELETED for name in known if name not in now})
        self._known[frame] = now
        return changed

    def _add(self, kind: str, frame: FrameType) -> dict:
        if len(self.events) >= self._max_events:
            raise EventLimit(f"more than {self._max_events} events")
        event = {"kind": kind, "line": frame.f_lineno, "depth": self._depth, "function": frame.f_code.co_name,
                 "changed": {}, "value": None}
        self.events.append(event)
        return event


class LineCounter:
    """Ends an execution after so many lines, without recording anything."""

    def __init__(self, max_lines: int):
        self._left = max_lines

    def __enter__(self) -> "LineCounter":
        self._outer = sys.gettrace()
        sys.settrace(self._count)
        return self

    def __exit__(self, *_) -> None:
        sys.settrace(self._outer)

    def _count(self, frame: FrameType, kind: str, _):
        if frame.f_code.co_filename != PROGRAM:
            return None
        if kind == "line":
            self._left -= 1
            if self._left < 0:
                raise EventLimit("too many lines")
        return self._count


def rebuild_states(events: list[dict]) -> list[dict[str, str]]:
    """Returns, for each event, the locals (name -> literal) of its frame just before the event's effect.

    The inverse of the delta encoding: what a reader needs to say which values a line worked on.
    """
    stack: list[dict[str, str]] = []
    states = []
    for event in events:
        if event["kind"] == "call":
            stack = [*stack[: event["depth"]], {}]
        frame = stack[event["depth"]]
        states.append(dict(frame))
        for name, text in event["changed"].items():
            if text == DELETED:
                frame.pop(name, None)
            else:
                frame[name] = text
    return states


__all__ = ["DELETED", "PROGRAM", "EventLimit", "LineCounter", "Tracer", "ValueLimit", "rebuild_states"]
