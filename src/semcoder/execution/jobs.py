"""What is asked of the sandbox and what it answers."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Job:
    """One program and what to do with it; each input and each test runs in a child process of its own."""

    code: str
    entry: str
    inputs: tuple[str, ...]  # argument lists as source text
    watch: str = ""  # "" or a name in execute.WATCHERS
    max_events: int = 400
    max_value_chars: int = 400
    on_large: str = "stop"  # a longer value: "stop" ends the run, "mark" puts a mark in its place
    timeout_s: float = 2.0  # processor time of one execution, on a machine of reference speed
    tests: tuple[str, ...] = field(default=())  # statements run after the program, each on its own
    changes: tuple = ()  # intervene.Change: each input is then run once per change, the outcomes are its events


@dataclass(frozen=True)
class Outcome:
    """What one input or test led to.

    status: ok | exception | timeout | memory | output_limit | event_limit | value_limit | not_literal | crashed |
    sandbox_error. `output` is the literal returned (ok) or the error's text. `sandbox_error` says nothing about
    the program: it was not judged.
    """

    status: str
    output: str = ""
    events: tuple = ()
