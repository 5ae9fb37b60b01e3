"""What watching costs: our tracer beside a full copy of the locals at each event, and beside PySnooper.

Overhead is the time of the watched calls minus that of the same calls unwatched, in processor time. Each program is
compiled anew for each run, as in a corpus: what a watcher works out about a program's code is paid for each time.
PySnooper follows the program from a wrapper to depth 2, as in SemCoder's released script: helpers and
comprehensions are left out. It has the program's source at hand, and writes to memory or, like that script, to a file.
"""

import gc
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from itertools import count
from pathlib import Path
from types import CodeType, FrameType

from semcoder.corpus.synthetic import generate_crux
from semcoder.errors import UserError
from semcoder.execution.tracer import Tracer
from semcoder.execution.watching import PROGRAM
from semcoder.runs import read_jsonl

REPETITIONS = 15
LIMITS = {"max_events": 100_000, "max_value_chars": 10_000, "on_large": "mark"}
NUMBERS = count()

Program = tuple[str, str, str]
"""(code, entry, argument list)"""


class FullCopy:
    """The plainest watcher that loses nothing: `repr` of all locals at each event of a program's frames."""

    def __init__(self):
        self.events: list[tuple] = []

    def __enter__(self) -> "FullCopy":
        sys.settrace(self._watch)
        return self

    def __exit__(self, *_) -> None:
        sys.settrace(None)

    def _watch(self, frame: FrameType, kind: str, _):
        if frame.f_code.co_filename != PROGRAM:
            return None
        self.events.append((kind, frame.f_lineno, {name: repr(value) for name, value in frame.f_locals.items()}))
        return self._watch


def measure(quick: bool = False, benchmarks_dir: str = "") -> list[dict]:
    """Returns a row per set of programs and watcher: its overhead, and that over our tracer's."""
    pysnooper = load_pysnooper()
    sets = {"our own, levels 1 to 3": make_programs(30 if quick else 300)}
    reference = Path(benchmarks_dir) / "cruxeval_dev.jsonl"
    if benchmarks_dir and reference.exists():
        sets["CRUXEval dev"] = [(row["code"], "f", row["input"]) for row in read_jsonl(reference)]
    watchers = {
        "unwatched": lambda program: time_watched(program, nullcontext()),
        "semcoder": lambda program: time_watched(program, Tracer(**LIMITS)),
        "full copy (repr) at each event": lambda program: time_watched(program, FullCopy()),
        "PySnooper, to memory": lambda program: time_pysnooper(pysnooper, program, io.StringIO()),
        "PySnooper, to a file": lambda program: time_pysnooper(pysnooper, program, log),
    }
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "trace.log")
        return [row for name, programs in sets.items()
                for row in compare(name, programs, watchers, 3 if quick else REPETITIONS)]


def load_pysnooper():
    """Returns the pysnooper module; raises UserError where it is not installed."""
    try:
        import pysnooper
    except ImportError as error:
        raise UserError("the tracer is measured beside PySnooper, which is not installed: "
                        "pip install -r requirements-bench.txt") from error
    return pysnooper


def make_programs(number: int) -> list[Program]:
    """Returns synthetic programs, a third of each level, each with an input."""
    made = (generate_crux(0, i, 1 + i % 3, 1)[0] for i in range(number))
    return [(program.code, program.entry, program.inputs[0]) for program in made if program]


def compare(name: str, programs: list[Program], watchers: dict[str, Callable[[Program], tuple[float, int]]],
            repetitions: int) -> list[dict]:
    """Returns a row per watcher; the watchers take turns, and medians are taken over the repetitions."""
    seconds, events = {watcher: [] for watcher in watchers}, {}
    for _ in range(repetitions):
        for watcher, run in watchers.items():
            gc.collect()
            results = [run(program) for program in programs]
            seconds[watcher].append(sum(result[0] for result in results))
            events[watcher] = sum(result[1] for result in results)
    overheads = {watcher: statistics.median(a - b for a, b in zip(times, seconds["unwatched"], strict=True))
                 for watcher, times in seconds.items() if watcher != "unwatched"}
    return [{"programs": name, "n": len(programs), "repetitions": repetitions, "what": watcher,
             "unwatched, ms": round(1e3 * statistics.median(seconds["unwatched"]), 1),
             "overhead, ms": round(1e3 * overhead, 1), "events": events[watcher] or None,
             "over semcoder": round(overhead / overheads["semcoder"], 2)} for watcher, overhead in overheads.items()]


def time_watched(program: Program, watcher: AbstractContextManager) -> tuple[float, int]:
    """Returns (processor seconds, events recorded) of a program's call under a watcher."""
    code, entry, arguments = program
    namespace = load(compile(code, PROGRAM, "exec"), code)
    call = compile(f"{entry}({arguments})", "<call>", "eval")
    seconds = time_call(call, namespace, watcher)
    return seconds, len(getattr(watcher, "events", ()))


def time_pysnooper(pysnooper, program: Program, sink: io.StringIO | str) -> tuple[float, int]:
    """Returns (processor seconds, 0) of a program's call in a wrapper that PySnooper follows to depth 2.

    Args:
        pysnooper: the module.
        program: what is run.
        sink: a stream, or the path of a file.
    """
    code, entry, arguments = program
    source = f"{code}\ndef wrapper():\n    return {entry}({arguments})\n"
    # A name of its own, because PySnooper keeps the source of files that it has seen.
    namespace = load(compile(source, f"<program {next(NUMBERS)}>", "exec"), source)
    namespace["wrapper"] = pysnooper.snoop(sink, color=False, depth=2)(namespace["wrapper"])
    return time_call(compile("wrapper()", "<call>", "eval"), namespace, nullcontext()), 0


def load(code: CodeType, source: str) -> dict:
    """Returns the namespace of a program that has run its top level, with its source where debuggers look for it."""
    class Loader:
        get_source = staticmethod(lambda name: source)

    namespace = {"__name__": "program", "__loader__": Loader}
    exec(code, namespace)
    return namespace


def time_call(call: CodeType, namespace: dict, watcher: AbstractContextManager) -> float:
    """Returns the processor seconds of a call under a watcher, whatever the call raises."""
    start = time.process_time()
    try:
        with watcher:
            eval(call, namespace)
    except Exception:  # some benchmark programs raise, on purpose
        pass
    return time.process_time() - start
