"""Monologues written and checked per second, and how many executions get one.

What is timed is what the stage does with a program's stored traces: steps, the author's draws and words, the checker's
replay and its reading of the text. Programs are generated, and traced, before the clock starts. A share is of all
executions, those that are too long included; the limits are those of preset `h200`, so that few are.
"""

import json
import time
from bisect import bisect_left
from collections import Counter
from functools import partial
from itertools import accumulate

from joblib import Parallel, cpu_count, delayed
from more_itertools import chunked

from semcoder.config import Config
from semcoder.corpus.build import make_executions, make_program, to_row
from semcoder.corpus.cruxeval import read_cruxeval
from semcoder.corpus.sources import generate_chunk
from semcoder.execution.sandbox import find_box
from semcoder.monologues.author import Author
from semcoder.monologues.replays import replay_all
from semcoder.monologues.steps import build_steps
from semcoder.presets import load_preset
from semcoder.traces.build import trace_chunk

SEED = 0
CHUNK = 5  # programs per task: few, so that all cores are busy to the end
WRITERS = {"forward": Author.write_forward, "backward": Author.write_backward}
NUM_PROGRAMS, NUM_QUICK = 400, 20  # of a set
# Direction, verbosity, executions at most: a backward monologue takes many runs, and as many in any wording.
ROUNDS = (("forward", "terse", 1600), ("forward", "full", 1600), ("backward", "terse", 400))


def measure(quick: bool = False, benchmarks_dir: str = "") -> list[dict]:
    """Returns a row per set of programs, direction and verbosity."""
    config = load_preset("h200")
    most = NUM_QUICK if quick else NUM_PROGRAMS
    sets = {f"synthetic, level {level}": partial(make_programs, config, level, most) for level in (1, 2, 3)}
    if benchmarks_dir:
        sets["CRUXEval dev"] = lambda: read_cruxeval(benchmarks_dir)[:most]
    rows = []
    with Parallel(n_jobs=-1) as parallel:
        for name, make in sets.items():
            items = trace_items(parallel, make(), config)
            for direction, verbosity, number in ROUNDS:
                told = config.replace("monologues", verbosity=verbosity)
                run_chunks(parallel, direction, items[:CHUNK * cpu_count()], told)  # warms the workers up
                rows.append(measure_direction(parallel, name, direction, take_programs(items, number), told))
    return rows


def make_programs(config: Config, level: int, number: int) -> list[tuple[dict, list[dict]]]:
    """Returns generated programs of one level with their executions, described ones at the preset's share."""
    corpus = config.replace("corpus", level=level).corpus
    made = [prepared for prepared, _ in generate_chunk((corpus, SEED, range(number))) if prepared]
    return [make_item(to_row(prepared)) for prepared in made]


def make_item(row: dict) -> tuple[dict, list[dict]]:
    """Returns a generated program as the corpus has it: records.Program and its records.Execution."""
    program = make_program(row, "test")
    return program, make_executions(row, program["task_id"], "test")


def take_programs(items: list[tuple], number: int) -> list[tuple]:
    """Returns the first programs that together have at least so many executions, all programs where they have fewer."""
    taken = list(accumulate(len(executions) for _, executions, _ in items))
    return items[:bisect_left(taken, number) + 1]


def trace_items(parallel: Parallel, items: list[tuple], config: Config) -> list[tuple]:
    """Returns (program, executions, traces) of each program."""
    return [item for chunk in parallel(delayed(trace_some)(chunk, config) for chunk in chunked(items, CHUNK))
            for item in chunk]


def trace_some(items: list[tuple], config: Config) -> list[tuple]:
    """Returns some programs with their traces."""
    return [(*item, trace_chunk([item], config)[0]) for item in items]


def measure_direction(parallel: Parallel, name: str, direction: str, items: list[tuple], config: Config) -> dict:
    """Returns one row of the table."""
    start = time.perf_counter()
    done = run_chunks(parallel, direction, items, config)
    seconds = time.perf_counter() - start
    counts, lengths = (sum((chunk[i] for chunk in done), Counter()) for i in (0, 1))
    number = sum(len(executions) for _, executions, _ in items)
    untraced = number - counts.total()
    kept = counts.pop("", 0)
    reasons = [*counts.most_common(), *([("not traced", untraced)] if untraced else [])]
    return {"programs": name, "direction": direction, "verbosity": config.monologues.verbosity,
            "monologues per second": kept / seconds, "CPU ms per monologue": 1000 * sum(c[2] for c in done) / kept,
            "executions": number, "share with a monologue": round(kept / number, 4), "cores": cpu_count(),
            "characters, mean": lengths["characters"] / kept,
            "rejects": ", ".join(f"{reason} {count}" for reason, count in reasons)}


def run_chunks(parallel: Parallel, direction: str, items: list[tuple], config: Config) -> list[tuple]:
    """Returns what each chunk of programs gave."""
    return parallel(delayed(tell_chunk)(direction, chunk, config) for chunk in chunked(items, CHUNK))


def tell_chunk(direction: str, items: list[tuple], config: Config) -> tuple[Counter, Counter, float]:
    """Returns why each execution has no monologue ("" where it has one), their characters, and this process's CPU
    seconds; the sandbox's own are not in them."""
    start, reasons, lengths = time.process_time(), Counter(), Counter()
    box = find_box()
    for program, executions, logs in items:
        by_id = {execution["execution_id"]: execution for execution in executions}
        kept = [by_id[log["execution_id"]] for log in logs]
        author = Author(box, program, [execution["input"] for execution in kept], config, Counter())
        replays = replay_all(box, program, kept, config)
        for execution, log, replay in zip(kept, logs, replays, strict=True):
            steps = build_steps(program["code"], json.loads(log["events"]))
            text, reason = WRITERS[direction](author, execution, steps, replay)
            reasons[reason] += 1
            lengths["characters"] += len(text)
    return reasons, lengths, time.process_time() - start
