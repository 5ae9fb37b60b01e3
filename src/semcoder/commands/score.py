"""`python -m semcoder score`: answers written elsewhere, scored on CRUXEval or on EvalPlus's benchmarks.

Prints one JSON object, and nothing before the data's own reference answers have passed on this machine.
"""

import argparse
import json
import time
from datetime import UTC, datetime
from pathlib import Path

from semcoder.commands.reading import read_rows, read_text
from semcoder.config import LEVELS, require
from semcoder.errors import UserError

CRUXEVAL_EPILOG = """\
FILE of --data: JSON lines with `id`, `code`, `input`, `output`; or a data set on the hub, cruxeval-org/cruxeval.
FILE of --generations: {"sample_0": ["...", ...], ...} as CRUXEval has it: outputs, or calls of f; or JSON lines with
`id` and `text`. With --raw, texts are whole responses that end in
    [ANSWER]
    assert f(ARGUMENTS) == OUTPUT
    [/ANSWER]

Printed: `official` is what the benchmark's own script says, faults included (`as_printed` in percent); `strict` accepts
only literals and calls of f with literals, and keeps every sample in the denominator; `differences` lists the items on
which the two disagree, and why. Fractions are in [0, 1]. All that is run is run in the sandbox."""
EVALPLUS_EPILOG = """\
FILE of --data: JSON lines as published for MBPP+ or HumanEval+ (`base_input`, `plus_input`) or for HumanEval (`test`).
FILE of --samples: JSON lines with `task_id` and `solution` (a whole program) or `completion` (what follows the prompt).

Printed: pass@k on the base tests, and on base and plus tests together, and every sample's verdicts. A file with the
fields of EvalPlus's results is written beside the samples. All that is run is run in the sandbox."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the two benchmarks, each with its arguments and help."""
    benchmarks = parser.add_subparsers(required=True, metavar="BENCHMARK")

    def add(name: str, run, text: str, epilog: str) -> argparse.ArgumentParser:
        command = benchmarks.add_parser(name, help=text, description=text, epilog=epilog,
                                        formatter_class=argparse.RawDescriptionHelpFormatter)
        command.set_defaults(run=run)
        command.add_argument("--min-sandbox-level", metavar="LEVEL", choices=LEVELS, default="landlock",
                             help="refuse to run anything where the sandbox is weaker (default: %(default)s)")
        return command

    crux = add("cruxeval", score_cruxeval, "score predicted outputs or inputs, officially and strictly",
               CRUXEVAL_EPILOG)
    crux.add_argument("--data", metavar="FILE", required=True, help="the items, or the name of a data set")
    crux.add_argument("--generations", metavar="FILE", type=Path, required=True, help="the predictions")
    crux.add_argument("--task", choices=("output", "input"), required=True, help="what was to be predicted")
    crux.add_argument("--raw", action="store_true", help="take the predictions out of whole responses")
    crux.add_argument("--write-generations", metavar="FILE", type=Path,
                      help="write the predictions as CRUXEval's generations.json")
    crux.add_argument("--out", metavar="FILE", type=Path,
                      help="write what is printed, each item's verdicts, and what was read, with which code")
    plus = add("evalplus", score_evalplus, "score programs on the tests of MBPP+, HumanEval+ or HumanEval",
               EVALPLUS_EPILOG)
    plus.add_argument("--data", metavar="FILE", type=Path, required=True, help="the tasks")
    plus.add_argument("--samples", metavar="FILE", type=Path, required=True, help="the programs")
    plus.add_argument("--out", metavar="FILE", type=Path,
                      help="of the results (default: SAMPLES_eval_results.json, which must not exist yet)")


def score_cruxeval(options: argparse.Namespace) -> None:
    """Prints both scores of a file of predictions."""
    from semcoder.execution.sandbox import describe_level
    from semcoder.scoring.cruxeval import check_references, score_predictions, summarise

    items = read_items(options.data)
    texts = read_generations(options.generations)
    known = {item.id for item in items}
    require(bool(known & texts.keys()), "--generations", str(options.generations),
            f"none of its ids is in --data; the first is {next(iter(texts), '')!r}, there {items[0].id!r}")
    predictions, unread = extract_predictions(texts, options.task) if options.raw else (texts, [])
    start = time.monotonic()
    num_unread = check_references(items, options.task, options.min_sandbox_level)
    canary = {"passed": len(items), "references_not_literal": num_unread,
              "seconds": round(time.monotonic() - start, 1)}
    scores = score_predictions(items, predictions, options.task, options.min_sandbox_level, "predictions")
    result = {**summarise(scores, options.task), "ids_not_in_data": len(texts.keys() - known), "canary": canary,
              **describe_level()}
    result["official"]["task_by_path"] = "input" if "input" in str(options.generations) else "output"
    if options.raw:
        result["unread"] = [name for name in unread if name in known]
    if options.write_generations:
        write("--write-generations", options.write_generations, predictions)
    if options.out:
        items_scored = {score.id: {"official": score.official, "strict": score.strict} for score in scores}
        write("--out", options.out, {**result, "items": items_scored,
                                     **describe_origin(Path(options.data), options.generations)})
    print(json.dumps(result, indent=1, ensure_ascii=False))


def read_items(where: str) -> list:
    """Returns the CRUXEval items of a file or of a data set on the hub. Raises UserError where they cannot be had."""
    from semcoder.scoring.cruxeval import Item

    fields = ("id", "code", "input", "output")
    if where.endswith((".jsonl", ".json")) or Path(where).exists():
        return [Item(*(row[name] for name in fields)) for _, row in read_rows("--data", Path(where), fields)]
    from datasets import load_dataset

    try:
        return [Item(*(row[name] for name in fields)) for row in load_dataset(where, split="test")]
    except (OSError, ValueError, KeyError) as error:  # no network, no such name, no such split or column
        raise UserError(f"--data = {where!r} cannot be read from the hub ({type(error).__name__}: {error}): check name "
                        "and network, or give the path of a downloaded .jsonl file") from error


def read_generations(path: Path) -> dict[str, list[str]]:
    """Returns id -> texts of a generations.json, or of JSON lines with `id` and `text`. Raises UserError."""
    try:
        whole = json.loads(read_text("--generations", path))
    except ValueError:
        whole = None
    if not isinstance(whole, dict) or isinstance(whole.get("text"), str):
        texts: dict[str, list[str]] = {}
        for _, row in read_rows("--generations", path, ("id", "text"), key=""):
            texts.setdefault(row["id"], []).append(row["text"])
        return texts
    for name, samples in whole.items():
        is_good = isinstance(samples, list) and all(isinstance(sample, str) for sample in samples)
        require(is_good, f"{path}, {name}", type(samples).__name__, "give a list of texts for each id")
    return whole


def extract_predictions(texts: dict[str, list[str]], task: str) -> tuple[dict[str, list[str]], list[str]]:
    """Returns id -> predictions, "" for a response without a readable answer; and the id of each such response."""
    from semcoder.scoring.answers import extract_prediction

    found = {name: [extract_prediction(text, task) for text in samples] for name, samples in texts.items()}
    unread = [name for name, samples in found.items() for sample in samples if sample is None]
    return {name: [sample or "" for sample in samples] for name, samples in found.items()}, unread


def score_evalplus(options: argparse.Namespace) -> None:
    """Prints the score of a file of programs and writes EvalPlus's results file."""
    from semcoder.execution.sandbox import describe_level
    from semcoder.scoring.evalplus import judge_samples, measure_references
    from semcoder.scoring.results import summarise, write_results

    out = options.out or options.samples.with_name(f"{options.samples.stem}_eval_results.json")
    require(bool(options.out) or not out.exists(), "--out", str(out),
            "it is there already: move it away, or name the file to write with --out")
    tasks, samples = read_tasks(options.data), read_samples(options.samples)
    num_unknown = len(samples.keys() - {task.id for task in tasks})
    require(num_unknown < len(samples), "--samples", str(options.samples),
            f"none of its tasks is in --data; the first is {next(iter(samples))!r}, there {tasks[0].id!r}")
    start = time.monotonic()
    measured = measure_references(tasks, options.min_sandbox_level)
    left_out = {task.id: lost for task, own in zip(tasks, measured, strict=True)
                if (lost := sum(map(len, task.sets.values())) - sum(map(len, own.sets.values())))}
    canary = {"passed": len(tasks), "inputs_left_out": left_out, "seconds": round(time.monotonic() - start, 1)}
    programs, verdicts = judge_samples(measured, samples, options.min_sandbox_level)
    summary = summarise(verdicts)
    write("--out", out, write_results(programs, verdicts, summary, options.data))
    statuses = {name: {part: [row[part].status for row in rows] for part in rows[0]} for name, rows in verdicts.items()}
    print(json.dumps({**summary, "tasks_not_in_data": num_unknown, "canary": canary, **describe_level(),
                      "results": str(out), "tasks": statuses}, indent=1, ensure_ascii=False))


def read_tasks(path: Path) -> list:
    """Returns the tasks of a benchmark's file. Raises UserError naming the line of a row that is none."""
    from semcoder.scoring.evalplus import read_task

    tasks, fields = [], ("task_id", "prompt", "entry_point", "canonical_solution")
    for number, row in read_rows("--data", path, fields, "task_id"):
        if not isinstance(row.get("test"), str) and not ("base_input" in row and "plus_input" in row):
            raise UserError(f"{path}, line {number}: a row of --data needs base_input and plus_input, or test: give "
                            "the file of MBPP+, HumanEval+ or HumanEval as published")
        tasks.append(read_task(row))
    return tasks


def read_samples(path: Path) -> dict[str, list[dict]]:
    """Returns task id -> its rows in the order of the file. Raises UserError naming the line of a bad row."""
    samples: dict[str, list[dict]] = {}
    for number, row in read_rows("--samples", path, ("task_id",), key=""):
        if not isinstance(row.get("solution", row.get("completion")), str):
            raise UserError(f"{path}, line {number}: a row of --samples needs solution or completion, a string")
        samples.setdefault(row["task_id"], []).append(row)
    return samples


def write(option: str, path: Path, value: object) -> None:
    """Writes a JSON file. Raises UserError where that is not possible."""
    from semcoder.runs import write_json

    try:
        write_json(path, value)
    except OSError as error:
        raise UserError(f"{option} = {str(path)!r} is not possible: {error.strerror}; name a file that can be "
                        "written") from error


def describe_origin(*files: Path) -> dict:
    """Returns when, from which files and with which code and machine a score was made."""
    from semcoder.environment import describe_environment
    from semcoder.hashing import hash_file

    return {"measured_utc": datetime.now(UTC).isoformat(timespec="seconds"),
            "inputs": [{"name": path.name, "sha256": hash_file(path) if path.is_file() else None} for path in files],
            **describe_environment()}
