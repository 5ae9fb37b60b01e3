"""Runs one program on one input inside the current process and says what came of it.

In-process use is for programs of our own making; everything else goes through `semcoder.execution.sandbox`, whose
children call `run_task` here.
"""

import builtins
import contextlib
import importlib
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import CodeType, ModuleType

from semcoder.execution.arcs import ArcRecorder
from semcoder.execution.intervene import Intervention, compile_expression
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.literals import ValueLimit, is_literal, to_literal
from semcoder.execution.replay import Replay
from semcoder.execution.tracer import Tracer
from semcoder.execution.watching import PROGRAM, EventLimit, LineCounter

MAX_ERROR_CHARS = 300
MAX_PRINTED_CHARS = 2**20
WATCHERS = {"trace": Tracer, "replay": Replay, "arcs": ArcRecorder}
# Few, because each page that a module takes makes every fork dearer; `random` would also reseed itself in each child.
OFTEN_IMPORTED = ("bisect", "collections", "copy", "functools", "heapq", "itertools", "math", "operator", "re",
                  "string", "typing")


class OutputLimit(BaseException):
    """A program printed too much; not an Exception, so that its `except Exception` lets it pass."""


class Printed(io.StringIO):
    """Standard output of a program, up to a limit."""

    def write(self, text: str) -> int:
        if self.tell() + len(text) > MAX_PRINTED_CHARS:
            raise OutputLimit
        return super().write(text)


def warm_up() -> None:
    """Readies a sandbox server, so that its children need not: imports, builtins of their own, code that has run."""
    for name in OFTEN_IMPORTED:
        importlib.import_module(name)
    # A copy for programs to patch: what watches them keeps the real ones.
    sys.modules["builtins"] = ModuleType("builtins")
    vars(sys.modules["builtins"]).update(vars(builtins))
    sys.stdout = Printed()
    null = os.open(os.devnull, os.O_WRONLY)
    for watch in ("", *WATCHERS) * 10:  # until the interpreter has specialised our code
        job = Job(code="def f(x):\n    return [x]", entry="f", inputs=("1",), watch=watch)
        run_task(job, job.code, 0, null)
    run_task(replace(job, changes=((1, {"x": "2"}, ["x == 2"]),) * 10), job.code, 0, null)
    os.close(null)


def compile_program(code: str) -> CodeType:
    """Returns the program's code object under the file name that the tracer follows."""
    return compile(code, PROGRAM, "exec")


def load_program(code: str | CodeType) -> dict:
    """Returns the namespace of a program whose top level has run."""
    namespace = {"__name__": "program", "__builtins__": vars(sys.modules["builtins"])}
    exec(code if isinstance(code, CodeType) else compile_program(code), namespace)
    return namespace


def run_call(code: str | CodeType, entry: str, input_text: str, *, watch: str = "", max_events: int = 400,
             max_value_chars: int = 400, on_large: str = "stop", count_lines: bool = False) -> Outcome:
    """Returns the Outcome of `entry(input_text)` in a fresh namespace.

    Args:
        code: source text, or what `compile_program` returned.
        entry: the function called.
        input_text: argument list as source text.
        watch: a name in WATCHERS ("trace" records events, "replay" full copies of the locals, "arcs" the arcs of the
            call and of the program's top level), or "" for none.
        max_events: events (or, with `count_lines`, lines) after which the run ends as `event_limit`.
        max_value_chars: length of any value's literal after which it ends as `value_limit`.
        on_large: "mark" puts marks in place of such values instead, and of an output that has no literal.
        count_lines: without tracing, still end endless loops.
    """
    watcher = WATCHERS[watch](max_events, max_value_chars, on_large) if watch else None
    guard = watcher or (LineCounter(max_events) if count_lines else contextlib.nullcontext())

    def call() -> Outcome:
        with guard if watch == "arcs" else contextlib.nullcontext():
            namespace = load_program(code)
        expression = compile(f"{entry}({input_text})", "<call>", "eval")
        with guard:
            value = eval(expression, namespace)
            if watcher and sys.gettrace() is None:
                return Outcome("exception", "the program turned tracing off")
        text = to_literal(value, max_value_chars, on_large)  # first, because it is bounded
        if on_large == "stop" and not is_literal(value):
            return Outcome("not_literal", type(value).__name__)
        return Outcome("ok", text, list_events(watcher))

    return settle(call, watcher)


def run_changes(job: Job, code: str | CodeType, input_text: str) -> Outcome:
    """Returns what each of a job's changes leads to, as events ["output literal or <status>", literals looked at].

    Each run is fresh: the program's top level runs anew, and the arguments are evaluated anew.
    """
    compiled = compile_program(code) if isinstance(code, str) else code
    expression, found = compile_expression(f"{job.entry}({input_text})"), []

    def call(watcher: Intervention) -> Outcome:
        namespace = load_program(compiled)
        with watcher:
            value = eval(expression, namespace)
        return Outcome("ok", to_literal(value, job.max_value_chars, job.on_large))

    for change in job.changes:
        watcher = Intervention(change, job.max_events, job.max_value_chars)
        outcome = settle(partial(call, watcher), watcher)
        text = outcome.output if outcome.status == "ok" else f"<{outcome.status}>"
        found.append((text if watcher.is_done else "<not reached>", watcher.seen))
    return Outcome("ok", "", tuple(found))


def run_test(code: str | CodeType, test: str) -> Outcome:
    """Returns `ok` when the test's statements end without an exception after the program has run."""
    def call() -> Outcome:
        exec(compile(test, "<test>", "exec"), load_program(code))
        return Outcome("ok", "True")

    return settle(call)


def settle(action: Callable[[], Outcome], watcher=None) -> Outcome:
    """Returns the action's Outcome, or the one that its exception stands for; what is printed is dropped."""
    outside = sys.stdout
    if not isinstance(outside, Printed):  # a sandbox child has its own from before the fork
        sys.stdout = Printed()
    try:
        return action()
    except EventLimit as error:
        return Outcome("event_limit", str(error), list_events(watcher))
    except ValueLimit as error:
        return Outcome("value_limit", str(error), list_events(watcher))
    except OutputLimit:
        return Outcome("output_limit", f"printed more than {MAX_PRINTED_CHARS} characters")
    except MemoryError:
        return Outcome("memory")
    except BaseException as error:  # whatever a program raises, SystemExit included, is its outcome
        return Outcome("exception", describe_error(error), list_events(watcher))
    finally:
        sys.stdout = outside


def list_events(watcher) -> tuple:
    """Returns what a watcher recorded, also of a run that it ended; () where nothing watched."""
    return tuple(watcher.events) if watcher else ()


def describe_error(error: BaseException) -> str:
    """Returns an exception as `Type: message`; a message that cannot be had is left out."""
    try:
        return f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARS]
    except BaseException:  # the program's own __str__
        return type(error).__name__[:MAX_ERROR_CHARS]


def run_task(job: Job, code: str | CodeType, number: int, send: int) -> None:
    """Runs a job's number-th input, or test after those, in a sandbox child; writes the outcome to `send`.

    The answer is its length in eight digits, then three lines: status, events as JSON or nothing, and the output.
    No JSON where none is needed, because each page that a child touches first costs it a copy.
    """
    try:
        if number < len(job.inputs) and job.changes:
            outcome = run_changes(job, code, job.inputs[number])
        elif number < len(job.inputs):
            outcome = run_call(code, job.entry, job.inputs[number], watch=job.watch, max_events=job.max_events,
                               max_value_chars=job.max_value_chars, on_large=job.on_large)
        else:
            outcome = run_test(code, job.tests[number - len(job.inputs)])
        events = json.dumps(outcome.events) if outcome.events else ""
        answer = f"{outcome.status}\n{events}\n{outcome.output}".encode(errors="backslashreplace")
    except MemoryError:
        answer = b"memory\n\n"
    data = b"%08d" % len(answer) + answer
    while data:
        data = data[os.write(send, data):]
