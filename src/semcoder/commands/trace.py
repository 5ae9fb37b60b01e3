"""`python -m semcoder trace FILE.py "f([1, 2])"`: one call of a reader's own program, traced in the sandbox.

Prints records.Event as JSON lines, or one of the formats made from them. Not covered: methods, coroutines, and
imports of modules that lie beside FILE (the sandbox runs in an empty folder).
"""

import argparse
import ast
import json
import os
import sys
import tokenize
from pathlib import Path

from semcoder.config import FORMATS, require
from semcoder.errors import UserError
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs

EPILOG = """\
Exit status: 0 the call returned; 1 it raised, or a limit ended it (what was recorded until then is printed);
2 the command has a mistake. How the call ended is said on standard error. FILE runs in the sandbox: no network, an
empty folder, nothing but installed packages to import. Values that are longer than --max-value-chars, and objects
that no literal stands for, are shown as marks: <list of 5000>, <Point {'x': 1}>."""
REMEDIES = {
    "event_limit": "raise --max-events to see more",
    "timeout": "raise --timeout, or give a smaller input; a run that is cut off so leaves no events",
    "output_limit": "the events take too much room: lower --max-events or --max-value-chars",
    "memory": "give a smaller input",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments and its help."""
    parser.epilog, parser.formatter_class = EPILOG, argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", metavar="FILE.py", type=Path, help="the program")
    parser.add_argument("call", metavar="CALL", help='a call of one of its functions, such as "f([1, 2])"')
    parser.add_argument("--render", metavar="FORMAT", choices=[name for name in FORMATS if name != "direct"],
                        help="print the reasoning made from the events instead: scratchpad, next, concise or monologue")
    parser.add_argument("--max-events", metavar="N", type=int, default=10_000,
                        help="events after which the call is ended (default: %(default)s)")
    parser.add_argument("--max-value-chars", metavar="N", type=int, default=1000,
                        help="characters of a value's text beyond which a mark is shown (default: %(default)s)")
    parser.add_argument("--timeout", metavar="SECONDS", type=float, default=10.0,
                        help="processor time after which the call is ended (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Prints the trace of one call; returns the exit status."""
    for name, value in (("--max-events", options.max_events), ("--max-value-chars", options.max_value_chars),
                        ("--timeout", options.timeout)):
        require(value > 0, name, value, "give a positive number")
    code = read_program(options.file)
    entry, arguments = read_call(options.call, code, options.file)
    job = Job(code=code, entry=entry, inputs=(arguments,), watch="trace", on_large="mark", timeout_s=options.timeout,
              max_events=options.max_events, max_value_chars=options.max_value_chars)
    outcome = next(iter(run_jobs([job])))[0]
    try:
        print_outcome(outcome, code, options.render)
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    print(f"semcoder: {describe_end(outcome)}", file=sys.stderr)
    return 0 if outcome.status == "ok" else 1


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


def print_outcome(outcome: Outcome, code: str, form: str | None) -> None:
    """Prints the events, or the reasoning in the format `form`, to standard output."""
    if not form:
        for event in outcome.events:
            print(json.dumps(event), flush=True)
        return
    # Here, because only this option needs the later stage.
    from semcoder.monologues.formats import render_reasoning
    from semcoder.monologues.steps import build_steps

    print(render_reasoning(form, code, build_steps(code, list(outcome.events))), end="", flush=True)


def describe_end(outcome: Outcome) -> str:
    """Returns in one line how the call ended."""
    has_text = outcome.status in ("ok", "exception", "event_limit", "sandbox_error")
    text = f"{outcome.status}: {outcome.output}" if has_text else outcome.status
    remedy = REMEDIES.get(outcome.status)
    return f"{text} ({len(outcome.events)} events)" + (f"; {remedy}" if remedy else "")
