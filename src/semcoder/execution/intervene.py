"""Runs a program with some of its variables set to other values in the midst of the run.

When the entry function's frame, the outermost call, comes to its n-th executed line, names of that frame are bound to
fresh values; the rest runs as it would have. A name is bound anew: another name, or a container, that held the old
object goes on holding it, so that a change to a variable with aliases differs from "the object had another value".
(Whoever draws conclusions first puts in the value that the variable has: a run that then goes another way tells.)
Cells that inner functions share are written too. Not covered: names of other frames, and module-level names.
"""

from functools import cache
from types import CodeType, FrameType

from semcoder.execution.events import INNER_FRAMES
from semcoder.execution.literals import to_literal
from semcoder.execution.watching import PROGRAM, LineCounter

Change = tuple[int, dict[str, str], list[str]]
"""(n, name -> literal put in before the n-th executed line of the entry frame, expressions evaluated right then)"""

RAISES = "<raises>"


@cache
def compile_expression(text: str) -> CodeType:
    """Returns the code object of an expression; evaluating it makes a fresh value each time."""
    return compile(text, "<change>", "eval")


class Intervention(LineCounter):
    """Makes one change in one run; a context manager around the call.

    Args:
        change: what is put in, where, and which expressions are evaluated after it.
        max_lines: executed lines, of all frames, after which the run is ended with EventLimit.
        max_chars: length of an expression's literal; a longer one is marked.
    """

    def __init__(self, change: Change, max_lines: int, max_chars: int):
        number, values, expressions = change
        self._values = [(name, compile_expression(text)) for name, text in values.items()]
        self._expressions = [compile_expression(text) for text in expressions]
        super().__init__(max_lines)
        self._lines_before, self._max_chars = number, max_chars
        self._has_entered = False
        self.is_done = False  # whether the run came to the place
        self.seen: list[str] = []  # the literal of each expression, RAISES where it could not be evaluated
        self.events: tuple = ()

    def _enter_frame(self, frame: FrameType, kind: str, _):
        code = frame.f_code
        if code.co_filename != PROGRAM:
            return None
        if not self._has_entered and code.co_name not in INNER_FRAMES:
            self._has_entered = True
            return self._wait
        return self._count

    def _wait(self, frame: FrameType, kind: str, _):
        """Counts the entry frame's lines until the place of the change."""
        self._count(frame, kind, None)
        if kind == "line":
            self._lines_before -= 1
            if self._lines_before == 0:
                self._change(frame)
                return self._count
        return self._wait

    def _change(self, frame: FrameType) -> None:
        names = frame.f_locals  # the interpreter writes it back when this trace function returns
        for name, code in self._values:
            names[name] = eval(code)
        self.is_done = True
        if self._expressions:
            scope = {**frame.f_globals, **names}  # one scope, or comprehensions inside would not see the locals
            self.seen = [self._look_at(code, scope) for code in self._expressions]

    def _look_at(self, expression: CodeType, scope: dict) -> str:
        try:
            return to_literal(eval(expression, scope), self._max_chars, "mark")
        except Exception:  # of any kind: it is an expression of the program, on values of ours
            return RAISES
