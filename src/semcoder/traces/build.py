"""Stage `traces`: every kept execution of the corpus, recorded as a lossless event log."""

import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator

from semcoder.config import Config
from semcoder.corpus.build import build_corpus
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import describe_level, run_jobs
from semcoder.records import SPLITS
from semcoder.runs import Run


def build_traces(config: Config) -> Run:
    """Returns the finished run that holds `traces/<split>` (records.Trace) for each corpus execution."""
    corpus = build_corpus(config)
    run = Run("traces", config, [corpus])
    if run.is_complete:
        return run
    with run:
        run.notes.update(describe_level())
        for split in SPLITS:
            executions = group_by_task(corpus.read_rows(f"executions/{split}"))
            programs = ((p, executions[p["task_id"]]) for p in corpus.read_rows(f"programs/{split}"))
            run.write_rows(f"traces/{split}", list(trace_programs(programs, split, config, run.counts)))
    return run


def trace_programs(programs: Iterable[tuple[dict, list[dict]]], split: str, config: Config,
                   counts: Counter) -> Iterator[dict]:
    """Yields the traces (records.Trace) of programs' executions, in order; what cannot be traced is counted by reason.

    Programs are taken as they are needed and only those under way are held.
    """
    waiting: deque[tuple[dict, list[dict]]] = deque()  # filled by the thread that hands out jobs, emptied here

    def make_jobs() -> Iterator[Job]:
        for program, executions in programs:
            waiting.append((program, executions))
            yield Job(code=program["code"], entry=program["entry"], inputs=tuple(e["input"] for e in executions),
                      watch="trace", max_events=config.traces.max_events,
                      max_value_chars=config.traces.max_value_chars, timeout_s=config.traces.timeout_s)

    for outcomes in run_jobs(make_jobs(), f"trace {split}"):
        program, executions = waiting.popleft()
        for execution, outcome in zip(executions, outcomes, strict=True):
            reason = outcome.status if outcome.status != "ok" else (
                "" if outcome.output == execution["output"] else "other_output")
            counts[f"rejected: {reason}" if reason else "kept: traces"] += 1
            if not reason:
                yield {"execution_id": execution["execution_id"], "task_id": program["task_id"], "split": split,
                       "num_events": len(outcome.events), "events": json.dumps(outcome.events)}


def group_by_task(rows: list[dict]) -> dict[str, list[dict]]:
    """Returns task_id -> its rows, in order; an unknown task has none."""
    grouped = defaultdict(list)
    for row in rows:
        grouped[row["task_id"]].append(row)
    return grouped
