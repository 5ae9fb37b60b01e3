"""Runs one program on one input inside the current process and says what came of it.

In-process use is for programs of our own making; everything else goes through `semcoder.execution.sandbox`, whose
children call `run_job` here.
"""

import contextlib
import importlib
import io
import json
import os
import signal
from types import CodeType

from semcoder.execution.arcs import ArcRecorder
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.literals import ValueLimit, is_literal, to_literal
from semcoder.execution.replay import Replay
from semcoder.execution.tracer import PROGRAM, EventLimit, LineCounter, Tracer

MAX_ERROR_CHARS = 300
WATCHERS = {"trace": Tracer, "replay": Replay, "arcs": ArcRecorder}


class JobTimeout(BaseException):
    """Raised by the child's alarm; not an Exception, so that a program's `except Exception` lets it pass."""


def warm_up() -> None:
    """Imports what programs often use, once, in the server, so that its children need not."""
    for name in ("bisect", "collections", "functools", "heapq", "itertools", "math", "operator", "re", "string"):
        importlib.import_module(name)


def compile_program(code: str) -> CodeType:
    """Returns the program's code object under the file name that the tracer follows."""
    return compile(code, PROGRAM, "exec")


def run_call(code: str | CodeType, entry: str, input_text: str, *, watch: str = "", max_events: int = 400,
             max_value_chars: int = 400, count_lines: bool = False) -> Outcome:
    """Returns the Outcome of `entry(input_text)` in a fresh namespace.

    Args:
        code: source text, or what `compile_program` returned.
        entry: the function called.
        input_text: argument list as source text.
        watch: "trace" records events, "replay" full copies of the locals, "arcs" the arcs of the call and of the
            module's own statements; "" none of them.
        max_events: events (or, with `count_lines`, lines) after which the run ends as `event_limit`.
        max_value_chars: length of any value's literal after which it ends as `value_limit`.
        count_lines: without tracing, still end endless loops.
    """
    watcher = WATCHERS[watch](max_events, max_value_chars) if watch else None
    guard = watcher or (LineCounter(max_events) if count_lines else contextlib.nullcontext())
    try:
        namespace = {"__name__": "program"}
        with guard if watch == "arcs" else contextlib.nullcontext():
            exec(code if isinstance(code, CodeType) else compile_program(code), namespace)
        call = compile(f"{entry}({input_text})", "<call>", "eval")
        with contextlib.redirect_stdout(io.StringIO()), guard:
            value = eval(call, namespace)
        if not is_literal(value):
            return Outcome("not_literal", type(value).__name__)
        return Outcome("ok", to_literal(value, max_value_chars), tuple(watcher.events) if watcher else ())
    except EventLimit as error:
        return Outcome("event_limit", str(error))
    except ValueLimit as error:
        return Outcome("value_limit", str(error))
    except MemoryError:
        return Outcome("memory")
    except JobTimeout:
        return Outcome("timeout")
    except BaseException as error:  # whatever a program raises, SystemExit included, is its outcome
        return Outcome("exception", f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARS],
                       tuple(watcher.events) if watcher else ())


def run_test(code: CodeType, test: str) -> Outcome:
    """Returns `ok` when the assert statement holds after the program has run, else what happened."""
    try:
        namespace = {"__name__": "program"}
        exec(code, namespace)
        exec(compile(test, "<test>", "exec"), namespace)
        return Outcome("ok", "True")
    except MemoryError:
        return Outcome("memory")
    except JobTimeout:
        return Outcome("timeout")
    except BaseException as error:
        return Outcome("exception", f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARS])


def run_job(job: Job, send: int) -> None:
    """Runs a job's inputs and tests in a sandbox child, one JSON line per outcome written to `send`."""
    def ring(*_):
        raise JobTimeout

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, job.timeout_s)
    try:
        code = compile_program(job.code)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        failed = Outcome("exception", f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARS])
        for _ in range(len(job.inputs) + len(job.tests)):
            reply(send, failed)
        return
    tasks = [(run_call, (code, job.entry, text), {"watch": job.watch, "max_events": job.max_events,
                                                  "max_value_chars": job.max_value_chars}) for text in job.inputs]
    tasks += [(run_test, (code, test), {}) for test in job.tests]
    outcome = Outcome("ok")
    for function, arguments, options in tasks:
        if outcome.status != "timeout":  # the time is shared: once it is used up, nothing more is started
            outcome = function(*arguments, **options)
        reply(send, outcome)


def reply(send: int, outcome: Outcome) -> None:
    """Writes one outcome as a JSON line."""
    row = {"status": outcome.status, "output": outcome.output, "events": outcome.events}
    data = json.dumps(row).encode() + b"\n"
    while data:
        data = data[os.write(send, data):]
