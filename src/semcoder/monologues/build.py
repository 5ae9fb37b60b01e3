"""Stage `monologues`: training and test examples of every objective, each compiled from a checked trace."""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice
from random import Random

from semcoder.config import Config
from semcoder.corpus.build import build_corpus
from semcoder.engine import map_chunks, open_engine
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import Sandbox, find_box
from semcoder.hashing import hash_json
from semcoder.monologues.author import Author
from semcoder.monologues.backward import render_backward
from semcoder.monologues.bugs import make_bugs
from semcoder.monologues.debugging import render_debugging
from semcoder.monologues.formats import parse_steps, render_reasoning
from semcoder.monologues.steps import Step, build_steps
from semcoder.prompts import (
    render_answer,
    render_code_prompt,
    render_code_response,
    render_execution_prompt,
    render_repair_answer,
    render_repair_prompt,
)
from semcoder.records import SPLITS
from semcoder.rows import join_by_task
from semcoder.runs import Run
from semcoder.traces.build import build_traces

MAX_BUGS_TRIED = 8
CHUNK = 100  # programs per parallel task


def build_monologues(config: Config) -> Run:
    """Returns the finished run that holds `examples/<split>` (records.Example)."""
    corpus, traces = build_corpus(config), build_traces(config)
    run = Run("monologues", config, [corpus, traces])
    if run.is_complete:
        return run
    with run, open_engine(config):
        run.notes["engine"] = config.engine
        for split in SPLITS:
            with run.open_rows(f"examples/{split}") as writer:
                for rows, counts in map_programs(corpus, traces, split, config):
                    writer.write(rows)
                    run.counts.update(counts)
    return run


def map_programs(corpus: Run, traces: Run, split: str, config: Config) -> Iterator[tuple[list[dict], Counter]]:
    """Yields (examples, counts) per chunk of programs, in order, whatever the engine."""
    items = join_by_task(*(run.iterate_rows(f"{name}/{split}")
                           for run, name in ((corpus, "programs"), (corpus, "executions"), (traces, "traces"))))
    chunks = iter(lambda: list(islice(items, CHUNK)), [])
    return map_chunks(partial(build_chunk, config=config), chunks, description=f"monologues {split}",
                      unit="00 programs")


def build_chunk(items: list, config: Config) -> tuple[list[dict], Counter]:
    """Returns the examples of some programs and what was kept and rejected."""
    rows, counts = [], Counter()
    box = find_box()
    for program, executions, logs in items:
        try:
            rows += build_examples(box, program, executions, logs, config, counts)
        except RecursionError:
            counts["rejected: too deeply nested"] += 1
    return rows, counts


def build_examples(box: Sandbox, program: dict, executions: list[dict], logs: list[dict], config: Config,
                   counts: Counter) -> list[dict]:
    """Returns the examples of one program: execution reasoning both ways, code, repair."""
    by_id = {e["execution_id"]: e for e in executions}
    kept = [(by_id[log["execution_id"]], json.loads(log["events"])) for log in logs]
    replays = replay_all(box, program, [execution for execution, _ in kept], config)
    author = Author(box, program, [execution["input"] for execution, _ in kept], config, counts)
    rows = []
    for (execution, events), replay in zip(kept, replays, strict=True):
        steps = build_steps(program["code"], events)
        forward, reason = author.write_forward(execution, steps, replay)
        counts[f"rejected forward: {reason}" if reason else "kept: forward"] += 1
        if not reason:
            rows += render_both_ways(program, execution, steps, forward, config)
    if program["description"]:
        rows.append(make_row(program, program["task_id"], "nl_to_code", "direct",
                             render_code_prompt(program["description"], find_signature(program)),
                             render_code_response(program["code"]), 0))
        rows += build_repairs(box, program, executions, config, counts)
    return rows


def replay_all(box: Sandbox, program: dict, executions: list[dict], config: Config) -> list[list[dict] | None]:
    """Returns an independent record of each execution, None where it did not end well this time."""
    outcomes = box.run(Job(code=program["code"], entry=program["entry"], watch="replay",
                           inputs=tuple(e["input"] for e in executions), max_events=2 * config.traces.max_events,
                           max_value_chars=config.traces.max_value_chars, timeout_s=2 * config.traces.timeout_s))
    return [list(o.events) if o.status == "ok" and o.output == e["output"] else None
            for o, e in zip(outcomes, executions, strict=True)]


def render_both_ways(program: dict, execution: dict, steps: list[Step], forward: str, config: Config) -> list[dict]:
    """Returns a forward and a backward example in each format; `forward` is the checked monologue.

    Departure: the paper does not say how trace formats reason backward; here they show the witness's trace.
    """
    rows = []
    answer = render_answer(program["entry"], execution["input"], execution["output"])
    for objective in ("forward", "backward"):
        prompt = render_execution_prompt(objective, program["code"], program["entry"], execution["input"],
                                         execution["output"])
        for name in config.monologues.formats:
            if name != "monologue":
                reasoning = render_reasoning(name, program["code"], steps)
            elif objective == "forward":
                reasoning = forward
            else:
                reasoning = render_backward(program["code"], steps, execution["input"], execution["output"])
            rows.append(make_row(program, execution["execution_id"], objective, name, prompt, reasoning + answer,
                                 len(parse_steps(name, reasoning))))
    return rows


def build_repairs(box: Sandbox, program: dict, executions: list[dict], config: Config, counts: Counter) -> list[dict]:
    """Returns debugging examples: a bug that a test notices, its failing run explained, the fix."""
    fixed = ast.unparse(ast.parse(program["code"])) + "\n"
    rng = Random(hash_json([config.seed, program["task_id"], "bugs"]))
    rows = []
    for tried, buggy in enumerate(make_bugs(fixed, rng)):
        if len(rows) >= config.monologues.bugs_per_program or tried >= MAX_BUGS_TRIED:
            break
        row = explain_bug(box, program, fixed, buggy, executions, config)
        counts["kept: repair" if row else "rejected: bug unnoticed or not explained"] += 1
        rows += [row] if row else []
    return rows


def explain_bug(box: Sandbox, program: dict, fixed: str, buggy: str, executions: list[dict],
                config: Config) -> dict | None:
    """Returns the repair example of one bug, or None if no test fails or its run cannot be explained."""
    inputs = tuple(e["input"] for e in executions)
    outcomes = box.run(Job(code=buggy, entry=program["entry"], inputs=inputs, watch="trace",
                           max_events=config.traces.max_events, max_value_chars=config.traces.max_value_chars,
                           timeout_s=config.traces.timeout_s))
    for execution, outcome in zip(executions, outcomes, strict=True):
        if outcome.status != "ok" or outcome.output == execution["output"]:
            continue
        steps = build_steps(buggy, list(outcome.events))
        monologue = render_debugging(buggy, fixed, steps, execution["output"])
        if monologue is None or len(steps) > config.monologues.max_steps:
            return None
        test = f"assert {program['entry']}({execution['input']}) == {execution['output']}"
        prompt = render_repair_prompt(program["description"], buggy, test, outcome.output)
        return make_row(program, program["task_id"], "repair", "monologue", prompt,
                        monologue + render_repair_answer(fixed), len(steps))
    return None


def find_signature(program: dict) -> str:
    """Returns the `def` line of a program's entry function."""
    entry = next(node for node in ast.parse(program["code"]).body
                 if isinstance(node, ast.FunctionDef) and node.name == program["entry"])
    return f"def {entry.name}({ast.unparse(entry.args)}):"


def make_row(program: dict, base_id: str, objective: str, name: str, prompt: str, response: str,
             num_steps: int) -> dict:
    """Returns an Example row."""
    return {"example_id": f"{base_id}:{objective}:{name}", "task_id": program["task_id"], "split": program["split"],
            "objective": objective, "format": name, "prompt": prompt, "response": response, "num_steps": num_steps}
