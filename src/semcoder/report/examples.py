"""Examples for the book: one execution told in every way, chosen by a hash of its program's name and the seed.

The first programs of each family are shown whose monologues say enough and fit a page; nobody picks them by hand.
CRUXEval's programs are explained only when their folder is given, and never leave the run: `publish` drops PRIVATE.
"""

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from more_itertools import chunked

from semcoder.config import Config
from semcoder.corpus.cruxeval import read_cruxeval
from semcoder.hashing import hash_json
from semcoder.monologues.build import build_chunk
from semcoder.records import SPLITS
from semcoder.runs import Run
from semcoder.traces.build import group_by_task, trace_chunk

NUM_EXAMPLES = 2  # per family of programs
MIN_LINES, MAX_LINES = 8, 25  # of a monologue: one of two sentences shows little, a long one fills the page
MAX_TRIED = 400  # programs per family, in their order by hash
BATCH = 20  # programs looked up together
PUBLIC, PRIVATE = "examples/corpus.json", "examples/cruxeval.json"


def collect_examples(corpus: Run, traces: Run, monologues: Run, config: Config) -> dict[str, list[dict]]:
    """Returns file name -> examples: of each family in the corpus, and of CRUXEval where its folder is given.

    An example has source, task_id, family, origin, licence, code, call, output, `events` (records.Event), and the texts
    `forward`, `backward` and `debugging` ("" where the program has no description to debug against).
    """
    ranked = rank_programs(corpus, config.seed)
    found = [example for family in sorted(ranked)
             for example in islice(explain_corpus(ranked[family], corpus, traces, monologues), NUM_EXAMPLES)]
    folder = config.evaluation.benchmarks_dir or config.corpus.benchmarks_dir
    items = sorted(read_cruxeval(folder), key=lambda item: rank(item[0]["task_id"], config.seed))
    shown = list(islice(explain_items(items[:MAX_TRIED], config), NUM_EXAMPLES))
    return {PUBLIC: found} | ({PRIVATE: shown} if folder else {})


def rank(task_id: str, seed: int) -> str:
    """Returns what programs are ordered by."""
    return hash_json([seed, "examples", task_id])


def rank_programs(corpus: Run, seed: int) -> dict[str, list[tuple[str, str]]]:
    """Returns family -> (split, task_id) of its first programs by hash."""
    first: dict[str, list[tuple[str, str, str]]] = {}
    for split in SPLITS:
        for row in corpus.iterate_rows(f"programs/{split}", ["task_id", "family"]):
            entries = first.setdefault(row["family"], [])
            entries.append((rank(row["task_id"], seed), split, row["task_id"]))
            if len(entries) > 10 * MAX_TRIED:  # few are held, however large the corpus
                first[row["family"]] = heapq.nsmallest(MAX_TRIED, entries)
    return {family: [entry[1:] for entry in heapq.nsmallest(MAX_TRIED, entries)] for family, entries in first.items()}


def explain_corpus(ranked: list[tuple[str, str]], corpus: Run, traces: Run, monologues: Run) -> Iterator[dict]:
    """Yields the examples among some programs, in their order."""
    for batch in chunked(ranked, BATCH):
        for split, group in groupby(batch, key=lambda entry: entry[0]):
            wanted = [task_id for _, task_id in group]
            chosen = [("task_id", "in", wanted)]
            rows = monologues.read_rows(f"examples/{split}", [*chosen, ("format", "=", "monologue")])
            programs = {program["task_id"]: program for program in corpus.read_rows(f"programs/{split}", chosen)}
            executions = group_by_task(corpus.read_rows(f"executions/{split}", chosen))
            logs = group_by_task(traces.read_rows(f"traces/{split}", chosen))
            told = group_by_task(rows)
            yield from join_examples((programs[name], executions[name], logs[name], told[name]) for name in wanted)


def explain_items(items: list[tuple[dict, list[dict]]], config: Config) -> Iterator[dict]:
    """Yields the examples among programs that are in no run: traced and told as the stages do it."""
    for item in items:
        logs, _ = trace_chunk([item], config)
        rows, _ = build_chunk([(*item, logs, (), None)], config)  # no model wrote bugs or monologues
        yield from join_examples([(*item, logs, [row for row in rows if row["format"] == "monologue"])])


def join_examples(programs: Iterable[tuple]) -> Iterator[dict]:
    """Yields an example of each program (with its executions, traces and monologues) that has a fitting one."""
    for program, executions, logs, rows in programs:
        texts = {row["example_id"]: row for row in rows if count_lines(row) <= MAX_LINES}
        debugging = next((row for row in texts.values() if row["objective"] == "repair"), None)
        for execution in executions:
            forward, backward = (texts.get(f"{execution['execution_id']}:{name}:monologue")
                                 for name in ("forward", "backward"))
            is_whole = forward and backward and (debugging or not program["description"])
            if is_whole and count_lines(forward) >= MIN_LINES:
                log = next(log for log in logs if log["execution_id"] == execution["execution_id"])
                yield make_example(program, execution, log, forward, backward, debugging)
                break


def count_lines(example: dict) -> int:
    """Returns the lines of an example's monologue, tags and headings included."""
    return example["response"].split("[/MONOLOGUE]")[0].count("\n") + 1


def make_example(program: dict, execution: dict, log: dict, forward: dict, backward: dict,
                 debugging: dict | None) -> dict:
    """Returns one example; its debugging text comes with what was asked."""
    kept = {name: program[name] for name in ("source", "task_id", "family", "origin", "licence", "code")}
    return {**kept, "call": f"{program['entry']}({execution['input']})", "output": execution["output"],
            "events": json.loads(log["events"]), "forward": forward["response"], "backward": backward["response"],
            "debugging": debugging["prompt"] + debugging["response"] if debugging else ""}


def count_examples(examples: dict[str, list[dict]]) -> Counter:
    """Returns how many examples of each source were found."""
    return Counter(f"examples: {example['source']}" for found in examples.values() for example in found)
