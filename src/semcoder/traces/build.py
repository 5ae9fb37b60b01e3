"""Stage `traces`: every kept execution of the corpus, recorded as a lossless event log."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial

from more_itertools import chunked

from semcoder.config import Config
from semcoder.corpus.build import build_corpus
from semcoder.engine import map_chunks, open_engine
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import describe_level, find_box
from semcoder.records import SPLITS
from semcoder.rows import join_by_task
from semcoder.runs import Run

CHUNK = 100  # programs per parallel task


def build_traces(config: Config) -> Run:
    """Returns the finished run that holds `traces/<split>` (records.Trace) for each corpus execution."""
    corpus = build_corpus(config)
    run = Run("traces", config, [corpus])
    if run.is_complete:
        return run
    with run, open_engine(config):
        run.notes |= describe_level() | {"engine": config.engine}
        for split in SPLITS:
            with run.open_rows(f"traces/{split}") as writer:
                for rows, counts in map_programs(corpus, split, config):
                    writer.write(rows)
                    run.counts.update(counts)
    return run


def map_programs(corpus: Run, split: str, config: Config) -> Iterator[tuple[list[dict], Counter]]:
    """Yields (traces, counts) per chunk of programs, in order; few chunks are in memory at a time."""
    items = join_by_task(corpus.iterate_rows(f"programs/{split}"), corpus.iterate_rows(f"executions/{split}"))
    return map_chunks(partial(trace_chunk, config=config), chunked(items, CHUNK), description=f"trace {split}",
                      unit="00 programs")


def trace_chunk(items: list[tuple[dict, list[dict]]], config: Config) -> tuple[list[dict], Counter]:
    """Returns the traces (records.Trace) of some programs' executions; what cannot be traced is counted by reason."""
    rows, counts = [], Counter()
    box, limits = find_box(), config.traces
    for program, executions in items:
        outcomes = box.run(Job(code=program["code"], entry=program["entry"], watch="trace",
                               inputs=tuple(e["input"] for e in executions), max_events=limits.max_events,
                               max_value_chars=limits.max_value_chars, timeout_s=limits.timeout_s))
        for execution, outcome in zip(executions, outcomes, strict=True):
            reason = outcome.status if outcome.status != "ok" else (
                "" if outcome.output == execution["output"] else "other_output")
            counts[f"rejected: {reason}" if reason else "kept: traces"] += 1
            if not reason:
                rows.append({"execution_id": execution["execution_id"], "task_id": program["task_id"],
                             "split": program["split"], "num_events": len(outcome.events),
                             "events": json.dumps(outcome.events)})
    return rows, counts


def group_by_task(rows: list[dict]) -> dict[str, list[dict]]:
    """Returns task_id -> its rows, in order; an unknown task has none."""
    grouped = defaultdict(list)
    for row in rows:
        grouped[row["task_id"]].append(row)
    return grouped
