"""Stage `monologues`: training and test examples of every objective, each compiled from a checked trace."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice

from semcoder.config import Config
from semcoder.corpus.build import build_corpus
from semcoder.engine import map_chunks, open_engine
from semcoder.execution.sandbox import Sandbox, find_box
from semcoder.monologues.author import Author
from semcoder.monologues.debugging.model_bugs import sample_bugs
from semcoder.monologues.debugging.repairs import build_repairs
from semcoder.monologues.formats.table import parse_steps, render_reasoning
from semcoder.monologues.replays import replay_all
from semcoder.monologues.steps import Step, build_steps
from semcoder.monologues.teacher.collect import Taught, ask_teacher
from semcoder.prompts import (
    find_signature,
    render_answer,
    render_code_prompt,
    render_code_response,
    render_execution_prompt,
)
from semcoder.records import SPLITS
from semcoder.rows import join_by_task
from semcoder.runs import Run
from semcoder.traces.build import build_traces

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
                for rows, counts in map_programs(corpus, traces, split, config, run.counts):
                    writer.write(rows)
                    run.counts.update(counts)
    return run


def map_programs(corpus: Run, traces: Run, split: str, config: Config,
                 asked: Counter) -> Iterator[tuple[list[dict], Counter]]:
    """Yields (examples, counts) per chunk of programs, in order, whatever the engine; `asked` counts models' words."""
    items = join_by_task(*(run.iterate_rows(f"{name}/{split}")
                           for run, name in ((corpus, "programs"), (corpus, "executions"), (traces, "traces"))))
    items = ask_teacher(sample_bugs(items, config, asked), config, split, asked)
    chunks = iter(lambda: list(islice(items, CHUNK)), [])
    return map_chunks(partial(build_chunk, config=config), chunks, description=f"monologues {split}",
                      unit="00 programs")


def build_chunk(items: list, config: Config) -> tuple[list[dict], Counter]:
    """Returns the examples of some programs and what was kept and rejected."""
    rows, counts = [], Counter()
    box = find_box()
    for item in items:
        try:
            rows += build_examples(box, *item, config, counts)
        except RecursionError:
            counts["rejected: too deeply nested"] += 1
    return rows, counts


def build_examples(box: Sandbox, program: dict, executions: list[dict], logs: list[dict], sampled: tuple[str, ...],
                   taught: Taught | None, config: Config, counts: Counter) -> list[dict]:
    """Returns the examples of one program: execution reasoning both ways, code, repair.

    Args:
        box, program, executions, logs: the program, its rows, and where it runs.
        sampled: wrong versions that a model wrote.
        taught: a model's monologues, None where the compiled ones are used.
        config, counts: as in `build_chunk`.
    """
    by_id = {e["execution_id"]: e for e in executions}
    kept = [(by_id[log["execution_id"]], json.loads(log["events"])) for log in logs]
    replays = replay_all(box, program, [execution for execution, _ in kept], config)
    author = Author(box, program, [execution["input"] for execution, _ in kept], config, counts)
    # Many runs of the program go into a backward monologue: none is written for rows that do not show it.
    has_backward = "monologue" in config.monologues.formats and taught is None
    most = config.monologues.max_backward or len(kept)
    rows = []
    for number, ((execution, events), replay) in enumerate(zip(kept, replays, strict=True)):
        steps = build_steps(program["code"], events)
        written = write_both_ways(author, execution, steps, replay, has_backward and number < most)
        if number >= most:
            written.pop("backward", None)  # in no format, so that all of them tell the same executions
        if written:
            rows += render_both_ways(program, execution, steps, written, taught, config)
    if program["description"]:
        rows.append(make_row(program, program["task_id"], "nl_to_code", "direct",
                             render_code_prompt(program["description"], find_signature(program)),
                             render_code_response(program["code"]), 0))
        for number, repair in enumerate(build_repairs(box, program, executions, config, counts, sampled)):
            rows.append(make_row(program, number_id(program["task_id"], number), "repair", "monologue", *repair))
    return rows


def write_both_ways(author: Author, execution: dict, steps: list[Step], replay: list[dict] | None,
                    has_backward: bool) -> dict[str, str]:
    """Returns direction -> checked monologue, "" where there is none; {} where the forward one fails, because then no
    format tells the execution. Both are counted."""
    counts = author.counts
    forward, reason = author.write_forward(execution, steps, replay)
    counts[f"rejected forward: {reason}" if reason else "kept: forward"] += 1
    backward = ""
    if has_backward:
        flaw = "" if not reason else reason if reason == "too many steps" else "no forward monologue"
        if not flaw:
            backward, flaw = author.write_backward(execution, steps, replay)
        counts[f"rejected backward: {flaw}" if flaw else "kept: backward"] += 1
    return {} if reason else {"forward": forward, "backward": backward}


def render_both_ways(program: dict, execution: dict, steps: list[Step], written: dict[str, str],
                     taught: Taught | None, config: Config) -> list[dict]:
    """Returns a forward and a backward example in each format.

    Departure: the paper does not say how trace formats reason backward; here they show the witness's trace.

    Args:
        program: its row (records.Program).
        execution: its row.
        steps: what the trace formats show.
        written: direction -> checked monologue, "" where there is none.
        taught: the language model's kept samples, which then stand for the monologues; None where it is not asked.
        config: which formats are wanted.
    """
    rows, execution_id = [], execution["execution_id"]
    answer = render_answer(program["entry"], execution["input"], execution["output"])
    for objective, monologue in written.items():
        prompt = render_execution_prompt(objective, program["code"], program["entry"], execution["input"],
                                         execution["output"])
        for name in config.monologues.formats:
            if name != "monologue":
                responses = [render_reasoning(name, program["code"], steps) + answer]
            elif taught is not None:
                responses = taught.get((execution_id, objective), ())
            else:
                responses = [monologue + answer] if monologue else []
            rows += [make_row(program, number_id(execution_id, i), objective, name, prompt, text,
                              len(parse_steps(name, text))) for i, text in enumerate(responses)]
    return rows


def number_id(base_id: str, number: int) -> str:
    """Returns the id of one of several examples of a kind; the first keeps the plain one."""
    return f"{base_id}~{number}" if number else base_id


def make_row(program: dict, base_id: str, objective: str, name: str, prompt: str, response: str,
             num_steps: int) -> dict:
    """Returns an Example row."""
    return {"example_id": f"{base_id}:{objective}:{name}", "task_id": program["task_id"], "split": program["split"],
            "objective": objective, "format": name, "prompt": prompt, "response": response, "num_steps": num_steps}
