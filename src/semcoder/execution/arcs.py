"""Which (from line, to line) arcs one execution takes, taken with `sys.settrace`.

Arcs are those of the library coverage.py: negative numbers mark entry to and exit from a code object (minus its
first line), a generator that is resumed goes on from the line where it stopped. The module's own statements are
watched too, so that imports and definitions count as executed. Not covered: threads, and imported modules.
"""

import dis
from types import CodeType, FrameType

from semcoder.execution.watching import PROGRAM, EventLimit, Watcher

RESUME = dis.opmap["RESUME"]


class ArcRecorder(Watcher):
    """Collects the distinct arcs of one execution; use as a context manager around the module and the call."""

    def __init__(self, max_events: int, max_value_chars: int, on_large: str = "stop"):
        """Args: max_events: executed lines after which the run ends; max_value_chars: unused, watchers share it."""
        self._arcs: set[tuple[int, int]] = set()
        self._last: dict[FrameType, int] = {}  # the line each live frame was on
        self._bytecode: dict[int, tuple[CodeType, bytes]] = {}  # co_code is made anew at each access
        self._max_lines, self._num_lines = max_events, 0

    @property
    def events(self) -> list[list[int]]:
        """The arcs as sorted [from, to] pairs."""
        return sorted(map(list, self._arcs))

    def _enter_frame(self, frame: FrameType, kind: str, _):
        code = frame.f_code
        if code.co_filename != PROGRAM:
            return None
        # RESUME's argument is 0 at the start of a function and not where a generator goes on.
        is_call = self._read(code)[frame.f_lasti + 1] == 0
        self._last[frame] = -code.co_firstlineno if is_call else frame.f_lineno
        return self._follow_frame

    def _follow_frame(self, frame: FrameType, kind: str, _):
        if kind == "line":
            self._num_lines += 1
            if self._num_lines > self._max_lines:
                raise EventLimit(f"more than {self._max_lines} lines")
            self._arcs.add((self._last[frame], frame.f_lineno))
            self._last[frame] = frame.f_lineno
        elif kind == "return":
            last, code = self._last.pop(frame), self._read(frame.f_code)
            # A yield is followed by RESUME, a true return is not.
            if frame.f_lasti + 2 >= len(code) or code[frame.f_lasti + 2] != RESUME:
                self._arcs.add((last, -frame.f_code.co_firstlineno))
        return self._follow_frame

    def _read(self, code: CodeType) -> bytes:
        """Returns a code object's bytecode; keyed by identity, as hashing one is slow."""
        if id(code) not in self._bytecode:
            self._bytecode[id(code)] = code, code.co_code
        return self._bytecode[id(code)][1]
