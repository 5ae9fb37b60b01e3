"""Stage `evaluation`: greedy answers of a trained model on held-out programs, judged and scored."""

import numpy as np

from semcoder.config import Config, require
from semcoder.corpus.build import build_corpus
from semcoder.engine import open_engine
from semcoder.errors import UserError
from semcoder.evaluation.score import TASKS, Item, judge, score_steps
from semcoder.execution.sandbox import describe_level
from semcoder.hashing import hash_json
from semcoder.monologues.build import build_monologues
from semcoder.runs import Run
from semcoder.statistics import bootstrap_interval, make_generator
from semcoder.traces.build import group_by_task
from semcoder.training.data import FIXED_FORMATS
from semcoder.training.train import train_model

SCORE_COLUMNS = ("run_id", "variant", "seed", "task", "metric", "value", "ci_low", "ci_high", "num_items")


def evaluate_model(config: Config, tasks: tuple[str, ...] = tuple(TASKS)) -> Run:
    """Returns the finished run with `predictions/<task>` and `scores.csv` for the model that `config` trains.

    Raises:
        UserError: an unknown task, or the reference answers do not all pass on this machine (canary).
    """
    for task in tasks:
        require(task in TASKS, "task", task, f"tasks are {', '.join(TASKS)}")
    monologues, training = build_monologues(config), train_model(config)
    run = Run("evaluation", config, [monologues, training], tasks=list(tasks))
    if run.is_complete:
        return run
    with run, open_engine(config):
        run.notes.update(describe_level())
        from semcoder.generate import generate_responses, load_model

        model, tokenizer = load_model(training.find("model"), config.training.device)
        scores = []
        for task in tasks:
            items = load_items(config, task)
            if not items:
                run.counts[f"no items: {task}"] += 1
                continue
            check_canary(task, items, config.min_sandbox_level)
            responses = generate_responses(model, tokenizer, [item.prompt for item in items],
                                           config.evaluation.max_new_tokens, config.evaluation.batch_size, task)
            rows = make_predictions(task, items, responses, config)
            run.write_rows(f"predictions/{task}", rows)
            run.counts.update(f"{task}: {row['status']}" for row in rows)
            scores += summarize(run, rows, task, config)
        write_scores(run, scores)
    return run


def load_items(config: Config, task: str) -> list[Item]:
    """Returns the task's held-out items: test-split examples in the trained format, a fixed sample."""
    corpus = build_corpus(config)
    programs = {p["task_id"]: p for p in corpus.read_rows("programs/test")}
    executions = corpus.read_rows("executions/test")
    tests = {task_id: tuple((e["input"], e["output"]) for e in rows)
             for task_id, rows in group_by_task(executions).items()}
    by_id = {e["execution_id"]: e for e in executions}
    wanted = FIXED_FORMATS.get(TASKS[task], config.training.reasoning_format)
    examples = build_monologues(config).read_rows("examples/test", [("objective", "=", TASKS[task]),
                                                                    ("format", "=", wanted)])
    items = []
    for row in examples:
        program = programs[row["task_id"]]
        if program["source"] != "synthetic":
            continue
        execution_id = row["example_id"].rsplit(":", 2)[0]
        execution = by_id.get(execution_id, {"input": "", "output": ""})
        items.append(Item(task_id=row["task_id"], execution_id=execution_id, prompt=row["prompt"],
                          reference=row["response"], code=program["code"], entry=program["entry"],
                          input=execution["input"], output=execution["output"], tests=tests.get(row["task_id"], ())))
    # Sorted by a hash, so that the sample is fixed and the same for every reasoning format.
    return sorted(items, key=lambda item: hash_json(item.execution_id))[:config.evaluation.num_items]


def check_canary(task: str, items: list[Item], min_level: str) -> None:
    """Raises UserError unless every reference answer passes here: otherwise a score would blame the model."""
    verdicts = judge(task, items, [item.reference for item in items], min_level)
    failed = [item.execution_id for item, verdict in zip(items, verdicts, strict=True) if verdict != "pass"]
    if failed:
        raise UserError(f"{len(failed)} of {len(items)} reference answers of {task} fail on this machine "
                        f"(first: {failed[0]}): no score is given; rebuild the corpus here and run again")


def make_predictions(task: str, items: list[Item], responses: list[str], config: Config) -> list[dict]:
    """Returns one row per item with the response, its verdict and its step scores."""
    rows = []
    verdicts = judge(task, items, responses, config.min_sandbox_level)
    for item, text, verdict in zip(items, responses, verdicts, strict=True):
        step_accuracy, next_line, num_steps = (None, None, 0)
        if task == "output_prediction":
            step_accuracy, next_line, num_steps = score_steps(config.training.reasoning_format, item.reference, text)
        rows.append({"task_id": item.task_id, "execution_id": item.execution_id, "prompt": item.prompt,
                     "response": text, "reference": item.reference, "status": verdict,
                     "is_right": verdict == "pass", "step_accuracy": step_accuracy,
                     "next_line_accuracy": next_line, "num_steps": num_steps})
    return rows


def summarize(run: Run, rows: list[dict], task: str, config: Config) -> list[dict]:
    """Returns score rows: each metric's mean over items with its 95 % bootstrap interval."""
    scores = []
    for metric, column in (("answer_accuracy", "is_right"), ("step_accuracy", "step_accuracy"),
                           ("next_line_accuracy", "next_line_accuracy")):
        values = np.array([float(row[column]) for row in rows if row[column] is not None])
        if not len(values):
            continue
        low, high = bootstrap_interval(values, make_generator(task, metric), config.evaluation.num_bootstrap)
        row = (run.run_id, "main", config.training.training_seed, task, metric, float(values.mean()), low, high,
               len(values))
        scores.append(dict(zip(SCORE_COLUMNS, row, strict=True)))
    return scores


def write_scores(run: Run, scores: list[dict]) -> None:
    """Writes scores.csv; values keep six decimals."""
    import pandas as pd

    pd.DataFrame(scores, columns=list(SCORE_COLUMNS)).to_csv(run.find("scores.csv"), index=False, float_format="%.6f")
