"""What is asked of a child process and what it answers."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Job:
    """One program and what to do with it."""

    code: str
    entry: str
    inputs: tuple[str, ...]  # argument lists as source text
    watch: str = ""  # "" | "trace" (events) | "replay" (full copies) | "arcs" (line pairs), see execute.WATCHERS
    max_events: int = 400
    max_value_chars: int = 400
    timeout_s: float = 2.0  # for all inputs together
    tests: tuple[str, ...] = field(default=())  # assert statements run after the inputs, each on its own


@dataclass(frozen=True)
class Outcome:
    """What one input or test led to.

    status: ok | exception | timeout | memory | output_limit | event_limit | value_limit | not_literal |
    nondeterministic | crashed | sandbox_error. `output` is the literal returned (ok) or the error's text.
    """

    status: str
    output: str = ""
    events: tuple = ()
