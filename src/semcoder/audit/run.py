"""The true run that claims are held against: its states in order, the rounds of its loops, values of expressions.

The run is a replay (`semcoder.execution.replay`): full copies of the locals before each line and at each return.
Everything is executed in the sandbox, the expressions of a monologue too.
"""

import ast
import math
from functools import lru_cache

from semcoder.audit.program import Program
from semcoder.execution.jobs import Job, Outcome

LIMITS = {"timeout_s": 5.0, "max_events": 3000, "max_value_chars": 3000, "on_large": "mark"}
MAX_STATES = 400  # in which one expression is evaluated
EVALUATE = '''

def audit_evaluate_(source, states):
    found = []
    for state in states:
        try:
            names = {**globals(), **{name: eval(text) for name, text in state.items()}}
            value = eval(source, names)
            if type(value).__name__ in ("dict_items", "dict_keys", "dict_values", "range", "map", "filter", "zip",
                                        "enumerate", "reversed", "list_reverseiterator"):
                value = list(value)
            text = repr(value)
            found.append(text if len(text) < 3000 else "!Large")
        except Exception as error:
            found.append("!" + type(error).__name__)
    return found
'''
RAISES = ("!ValueError", "!IndexError", "!KeyError", "!ZeroDivisionError")  # then it has no value, whatever is claimed


def make_run_job(program: Program, inputs: tuple[str, ...]) -> Job:
    """Returns the job that replays a program on inputs."""
    return Job(code=program.code, entry=program.entry, inputs=inputs, watch="replay", **LIMITS)


def make_evaluation_job(program: Program, questions: list[tuple[str, list[dict[str, str]]]]) -> Job:
    """Returns the job that evaluates expressions; each question is one with the states to evaluate it in."""
    inputs = tuple(f"{source!r}, {states!r}" for source, states in questions)
    return Job(code=program.code + EVALUATE, entry="audit_evaluate_", inputs=inputs, timeout_s=2.0,
               max_value_chars=4000 * MAX_STATES)


def read_evaluation(outcome: Outcome, number: int) -> list[str]:
    """Returns the `number` results of one question, each a text or `!` and an exception's name."""
    return ast.literal_eval(outcome.output) if outcome.status == "ok" else [f"!{outcome.status}"] * number


class Run:
    """One replayed execution. Positions are numbers of its events; `after` is the next event of the same frame."""

    def __init__(self, program: Program, outcome: Outcome):
        self.outcome, self.events = outcome, outcome.events
        self.after: list[int | None] = [None] * len(self.events)
        self.rounds: dict[tuple[int, int], list[tuple[int, int]]] = {}  # (loop, number) -> first and last position
        self.num_rounds: dict[int, set[int]] = {loop.line: set() for loop in program.loops}  # each time it is entered
        for frame in self._split_frames():
            for here, there in zip(frame, frame[1:], strict=False):
                self.after[here] = there
            for loop in program.loops:
                self._count_rounds(loop, frame)

    def _split_frames(self) -> list[list[int]]:
        frames: list[list[int]] = []
        open_frames: dict[int, list[int]] = {}
        last_depth = -1
        for position, event in enumerate(self.events):
            depth = event["depth"]
            if depth > last_depth or depth not in open_frames:
                open_frames[depth] = []
                frames.append(open_frames[depth])
            open_frames[depth].append(position)
            last_depth = depth
            if event["kind"] == "return":
                del open_frames[depth]
        return frames

    def _count_rounds(self, loop, frame: list[int]) -> None:
        """Finds the rounds of a loop in one frame; the last check of the header counts as one that has no body."""
        count = done = begin = 0
        for position in frame:
            event = self.events[position]
            is_inside = event["kind"] == "line" and loop.line <= event["line"] <= loop.end
            if count and (not is_inside or event["line"] == loop.line):
                self.rounds.setdefault((loop.line, count), []).append((begin, position))
            if not is_inside:
                if count:
                    self.num_rounds[loop.line].add(done)
                count = done = 0
            elif event["line"] == loop.line:
                count, begin = count + 1, position
            elif count > done:
                done = count
        if count:
            self.rounds.setdefault((loop.line, count), []).append((begin, frame[-1]))
            self.num_rounds[loop.line].add(done)

    def list_scope(self, rounds: tuple[tuple[int, int], ...]) -> list[int]:
        """Returns the positions that lie in all the given rounds; all positions where there are none."""
        positions = set(range(len(self.events)))
        for key in rounds:
            positions &= {p for begin, end in self.rounds.get(key, ()) for p in range(begin, end + 1)}
        return sorted(positions)

    def list_heads(self, rounds: tuple[tuple[int, int], ...]) -> list[int]:
        """Returns the positions of the header at which the last of `rounds` begins, within the others."""
        outer = set(self.list_scope(rounds[:-1]))
        return [begin for begin, _ in self.rounds.get(rounds[-1], ()) if begin in outer]

    def list_moments(self, lines: tuple[int, ...], rounds: tuple[tuple[int, int], ...], is_change: bool) -> list[int]:
        """Returns the positions of the states that a scope allows to be looked at.

        A line that is named is looked at before and after it ran, only after where something is said to change. In a
        round, the state before its header ran belongs to the round before.
        """
        heads = set(self.list_heads(rounds)) if rounds else set()
        moments: set[int] = set()
        for position in self.list_scope(rounds):
            if not lines:
                moments |= {position} if position not in heads or self.after[position] is None else set()
            elif self.events[position]["line"] in lines:
                moments |= self.list_sides(position) - ({position} if is_change and self.after[position] else set())
        return sorted(moments)

    def list_sides(self, position: int) -> set[int]:
        """Returns the positions of the states before and after an event: a text may speak of it at either."""
        return {p for p in (position, self.after[position]) if p is not None}

    def state(self, position: int) -> dict[str, str]:
        """Returns the locals at a position."""
        return self.events[position]["locals"]


@lru_cache(maxsize=20_000)
def read_value(source: str) -> tuple[bool, object]:
    """Returns (whether `source` is a literal, its value)."""
    try:
        return True, ast.literal_eval(source)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False, None


def is_equal(actual: str, claimed: str) -> bool:
    """Returns whether a literal of the run equals a claimed one.

    A string may be claimed without its quotes (`1` for '1'): models leave them out, and mean the same.
    """
    is_literal, value = read_value(actual)
    is_readable, other = read_value(claimed)
    if not is_literal:
        return False
    if isinstance(value, str) and (value == claimed or (is_readable and not isinstance(other, str)
                                                        and value == str(other))):
        return True
    if isinstance(value, bool) != isinstance(other, bool):
        return False
    if isinstance(value, float) and isinstance(other, (int, float)):
        return math.isclose(value, other, rel_tol=1e-3 if len(claimed) > 5 else 1e-9)
    return is_readable and value == other and type(value) is type(other)
