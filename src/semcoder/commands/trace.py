"""`python -m semcoder trace FILE.py "f([1, 2])"`: one call of a reader's own program, traced in the sandbox.

Prints records.Event as JSON lines, or one of the formats made from them.
"""

import argparse
import json
import sys

from semcoder.commands.calls import (
    SANDBOX_NOTE,
    add_call_arguments,
    describe_end,
    read_job,
    run_one,
    stop_at_closed_pipe,
)
from semcoder.config import FORMATS
from semcoder.execution.jobs import Outcome

EPILOG = f"""\
Exit status: 0 the call returned; 1 it raised, or a limit ended it (what was recorded until then is printed);
{SANDBOX_NOTE} Values that are longer than --max-value-chars, and objects
that no literal stands for, are shown as marks: <list of 5000>, <Point {{'x': 1}}>."""
RENDERED = [name for name in FORMATS if name != "direct"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments and its help."""
    parser.epilog = EPILOG
    add_call_arguments(parser, "a mark is shown")
    parser.add_argument("--render", metavar="FORMAT", choices=RENDERED,
                        help=f"print the reasoning made from the events instead: {', '.join(RENDERED)}")


def run(options: argparse.Namespace) -> int:
    """Prints the trace of one call; returns the exit status."""
    job = read_job(options, on_large="mark")
    outcome = run_one(job)
    with stop_at_closed_pipe():
        print_outcome(outcome, job.code, options.render)
    print(f"semcoder: {describe_end(outcome)}", file=sys.stderr)
    return 0 if outcome.status == "ok" else 1


def print_outcome(outcome: Outcome, code: str, form: str | None) -> None:
    """Prints the events, or the reasoning in the format `form`, to standard output."""
    if not form:
        for event in outcome.events:
            print(json.dumps(event), flush=True)
        return
    # Here, because only this option needs the later stage.
    from semcoder.monologues.formats.table import render_reasoning
    from semcoder.monologues.steps import build_steps

    print(render_reasoning(form, code, build_steps(code, list(outcome.events))), end="", flush=True)
