"""Stage `traces`: every kept execution of the corpus, recorded as a lossless event log."""

import json
from collections import defaultdict

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
            rows = trace_split(run, corpus, split, config)
            run.write_rows(f"traces/{split}", rows)
    return run


def trace_split(run: Run, corpus: Run, split: str, config: Config) -> list[dict]:
    """Returns the traces of one split, in corpus order; what cannot be traced is counted by reason."""
    programs = corpus.read_rows(f"programs/{split}")
    executions = group_by_task(corpus.read_rows(f"executions/{split}"))
    limits = config.traces
    jobs = [Job(code=p["code"], entry=p["entry"], inputs=tuple(e["input"] for e in executions[p["task_id"]]),
                watch="trace", max_events=limits.max_events, max_value_chars=limits.max_value_chars,
                timeout_s=limits.timeout_s) for p in programs]
    rows = []
    for program, outcomes in zip(programs, run_jobs(jobs, f"trace {split}"), strict=True):
        for execution, outcome in zip(executions[program["task_id"]], outcomes, strict=True):
            reason = outcome.status if outcome.status != "ok" else (
                "" if outcome.output == execution["output"] else "other_output")
            run.counts[f"rejected: {reason}" if reason else "kept: traces"] += 1
            if not reason:
                rows.append({"execution_id": execution["execution_id"], "task_id": program["task_id"],
                             "split": split, "num_events": len(outcome.events), "events": json.dumps(outcome.events)})
    return rows


def group_by_task(rows: list[dict]) -> dict[str, list[dict]]:
    """Returns task_id -> its rows, in order; an unknown task has none."""
    grouped = defaultdict(list)
    for row in rows:
        grouped[row["task_id"]].append(row)
    return grouped
