"""What all that watch a run with `sys.settrace` share, and the plainest of them: a limit on executed lines."""

import sys
from types import FrameType

PROGRAM = "<program>"  # file name under which a watched program is compiled


class EventLimit(BaseException):
    """Too many events; not an Exception, so that a traced `except Exception` lets it pass."""


class Watcher:
    """Has `_enter_frame` called for each frame that begins inside the `with` block; then the outer watcher goes on."""

    def __enter__(self) -> "Watcher":
        self._outer = sys.gettrace()
        sys.settrace(self._enter_frame)
        return self

    def __exit__(self, *_) -> None:
        sys.settrace(self._outer)

    def _enter_frame(self, frame: FrameType, kind: str, argument):
        raise NotImplementedError


class LineCounter(Watcher):
    """Ends an execution after so many lines, without recording anything."""

    def __init__(self, max_lines: int):
        self._lines_left = max_lines

    def __exit__(self, *_) -> None:
        super().__exit__()
        if self._lines_left < 0:  # a program's bare `except` could have swallowed it
            raise EventLimit("too many lines")

    def _enter_frame(self, frame: FrameType, kind: str, _):
        return self._count if frame.f_code.co_filename == PROGRAM else None

    def _count(self, frame: FrameType, kind: str, _):
        if kind == "line":
            self._lines_left -= 1
            if self._lines_left < 0:
                raise EventLimit("too many lines")
        return self._count
