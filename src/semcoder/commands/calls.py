"""What the commands that run one call of a reader's own file share: its arguments, reading them, the run, its end.

Not covered: methods, coroutines, and imports of modules that lie beside FILE (the sandbox runs in an empty folder).
"""

import argparse
import ast
import contextlib
import os
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from semcoder.config import require
from semcoder.errors import UserError
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs

SANDBOX_NOTE = """\
2 the command has a mistake. How the call ended is said on standard error. FILE runs in the sandbox: no network, an
empty folder, nothing but installed packages to import."""
REMEDIES = {
    "event_limit": "raise --max-events to see more",
    "value_limit": "raise --max-value-chars",
    "timeout": "raise --timeout, or give a smaller input; a run that is cut off so leaves no events",
    "output_limit": "the events take too much room: lower --max-events or --max-value-chars",
    "memory": "give a smaller input",
}


def add_call_arguments(parser: argparse.ArgumentParser, on_long_value: str) -> None:
    """Adds FILE.py, CALL and the limits; `on_long_value` says what becomes of a longer value."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", metavar="FILE.py", type=Path, help="the program")
    parser.add_argument("call", metavar="CALL", help='a call of one of its functions, such as "f([1, 2])"')
    parser.add_argument("--max-events", metavar="N", type=int, default=10_000,
                        help="events after which the call is ended (default: %(default)s)")
    parser.add_argument("--max-value-chars", metavar="N", type=int, default=1000,
                        help=f"characters of a value's text beyond which {on_long_value} (default: %(default)s)")
    parser.add_argument("--timeout", metavar="SECONDS", type=float, default=10.0,
                        help="processor time after which the call is ended (default: %(default)s)")


def read_job(options: argparse.Namespace, on_large: str) -> Job:
    """Returns the call to run, traced.

    Args:
        options: what `add_call_arguments` asked for.
        on_large: "mark" shows marks for long values and for objects, "stop" ends the run at them.

    Raises:
        UserError: a limit, FILE or CALL is not possible.
    """
    for name, value in (("--max-events", options.max_events), ("--max-value-chars", options.max_value_chars),
                        ("--timeout", options.timeout)):
        require(value > 0, name, value, "give a positive number")
    code = read_program(options.file)
    entry, arguments = read_call(options.call, code, options.file)
    return Job(code=code, entry=entry, inputs=(arguments,), watch="trace", on_large=on_large,
               timeout_s=options.timeout, max_events=options.max_events, max_value_chars=options.max_value_chars)


def run_one(job: Job, watch: str = "trace") -> Outcome:
    """Returns what the call led to, watched in one of the ways of `execution.execute.WATCHERS`."""
    return next(iter(run_jobs([replace(job, watch=watch)])))[0]


def read_program(file: Path) -> str:
    """Returns the program's text. Raises UserError where there is none that Python can parse."""
    require(file.is_file(), "FILE.py", str(file), "there is no such file")
    try:
        with tokenize.open(file) as stream:
            code = stream.read()
        ast.parse(code)
    except SyntaxError as error:
        raise UserError(f"{file}, line {error.lineno}: {error.msg}: only a program that Python can parse "
                        "can be traced") from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UserError(f"{file} is not a Python program: {error}") from error
    return code


def read_call(call: str, code: str, file: Path) -> tuple[str, str]:
    """Returns (function, arguments as source text). Raises UserError unless the program defines such a function."""
    names = [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    require(bool(names), "FILE.py", str(file), "it defines no function at its top level")
    try:
        node = ast.parse(call.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise UserError(f"CALL = {call!r} is not possible: {error.args[0]}; write it as in Python, "
                        f"for example \"{names[-1]}(1)\"") from error
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    require(is_call and node.func.id in names, "CALL", call,
            f"give a call of a function that {file.name} defines at its top level: {', '.join(names)}")
    return node.func.id, ", ".join(ast.unparse(argument) for argument in (*node.args, *node.keywords))


@contextlib.contextmanager
def stop_at_closed_pipe() -> Iterator[None]:
    """Lets a command go on quietly when the reader of its output (`| head`) has seen enough."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def describe_end(outcome: Outcome) -> str:
    """Returns in one line how the call ended."""
    has_text = outcome.status in ("ok", "exception", "event_limit", "not_literal", "sandbox_error")
    text = f"{outcome.status}: {outcome.output}" if has_text else outcome.status
    remedy = REMEDIES.get(outcome.status)
    return f"{text} ({len(outcome.events)} events)" + (f"; {remedy}" if remedy else "")
