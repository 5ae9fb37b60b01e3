"""Stage `evaluation`: a model's answers to held-out questions and benchmarks, judged and scored; learning curves.

The model is the trained one, or any other behind an endpoint (`evaluation.backends`).
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from semcoder.config import Config, require
from semcoder.corpus.filters.decontaminate import find_benchmarks, hash_benchmarks
from semcoder.engine import open_engine
from semcoder.errors import UserError
from semcoder.evaluation.backends import open_backend
from semcoder.evaluation.generations import CRUXEVAL, EVALPLUS, check_published, judge_solutions, write_generations
from semcoder.evaluation.items import BENCHMARKS, TASKS, Item, load_items
from semcoder.evaluation.score import judge
from semcoder.evaluation.steps import StepScore, name_operations, score_given_history, score_steps
from semcoder.execution.sandbox import describe_level
from semcoder.monologues.build import build_monologues
from semcoder.runs import Run
from semcoder.statistics import bootstrap_interval, make_generator, pass_at_k
from semcoder.training.train import train_model

SCORE_COLUMNS = ("run_id", "variant", "seed", "task", "metric", "value", "ci_low", "ci_high", "num_items")
METRICS = {"answer_accuracy": "is_right", "step_accuracy": "step_accuracy",
           "step_accuracy_given_history": "step_given_history", "next_line_accuracy": "next_line_accuracy"}
PLUS = {"plus_accuracy": "is_right_plus"}  # all of EvalPlus's tests pass, the benchmark's own (base) and the added
EXECUTION_TASKS = ("output_prediction", "input_prediction")
PASS_AT = (1, 5, 10)


def evaluate_model(config: Config, tasks: tuple[str, ...] = (*TASKS, *BENCHMARKS)) -> Run:
    """Returns the finished run with `predictions/<task>`, `generations`, `curve` and `scores.csv`.

    The model is the one that `config` trains, or the endpoint's: nothing is trained then, and there is no curve.

    Raises:
        UserError: an unknown task, a backend that cannot be used, or the reference answers do not all pass on this
            machine (canary).
    """
    for task in tasks:
        require(task in TASKS or task in BENCHMARKS, "task", task, f"tasks are {', '.join((*TASKS, *BENCHMARKS))}")
    monologues = build_monologues(config)
    trained = [train_model(config)] if config.evaluation.backend != "endpoint" else []
    data = find_benchmarks(config.evaluation.benchmarks_dir) if set(tasks) & set(BENCHMARKS) else {}
    run = Run("evaluation", config, [monologues, *trained], tasks=list(tasks), benchmarks=hash_benchmarks(data))
    if run.is_complete:
        return run
    with run, open_engine(config):
        run.notes.update(describe_level())
        asked = {task: items for task in tasks if (items := find_questions(task, config, run.counts))}
        answered = answer_all(asked, config, trained[0].find("model") if trained else None, run.counts)
        for training in trained:
            add_given_history(answered.get("output_prediction", []), training, config)
        scores = []
        for task, rows in answered.items():
            run.write_rows(f"predictions/{task}", rows)
            write_generations(run, task, repeat_items(asked[task], config), [row["response"] for row in rows])
            run.counts.update(f"{task}: {row['status']}" for row in rows)
            scores += summarize(run, rows, task, config)
        write_scores(run, scores)
        for training in trained:
            write_curve(run, training, config, tasks[0], asked.get(tasks[0], []))
    return run


def find_questions(task: str, config: Config, counts: Counter) -> list[Item]:
    """Returns a task's items, once their reference answers have passed on this machine; [] where there are none."""
    items = load_items(config, task)
    if not items:
        counts[f"no items: {task}"] += 1
    elif task in CRUXEVAL or task in EVALPLUS:
        return check_published(task, items, config.min_sandbox_level, counts)
    else:
        check_canary(task, items, config.min_sandbox_level)
    return items


def answer_all(asked: dict[str, list[Item]], config: Config, folder: Path | None, counts: Counter,
               when: str = "") -> dict[str, list[dict]]:
    """Returns, per task, one row per item and sample with the response, its verdict and its step scores.

    Args:
        asked: task -> items.
        config: the evaluation's values, and the format in which the trained model reasons.
        folder: of the model, None where an endpoint is asked.
        counts: gets what the backend counts.
        when: of the training the model is from, for the progress bar.
    """
    answered = {}
    with open_backend(config, folder, counts) as answer:
        for task, items in asked.items():
            drawn = repeat_items(items, config)
            responses = answer(task, [item.prompt for item in drawn], f"{task}{when}")
            answered[task] = make_predictions(task, drawn, responses, config)
    return answered


def repeat_items(items: list[Item], config: Config) -> list[Item]:
    """Returns each item as often as it is answered, next to each other."""
    return [item for item in items for _ in range(config.evaluation.num_samples)]


def add_given_history(rows: list[dict], training: Run, config: Config) -> None:
    """Adds `step_given_history` to each row: the share of the reference's steps that follow from all before them."""
    from semcoder.generate import load_model

    if rows:
        model, tokenizer = load_model(training.find("model"), config.training.device)
        shares = score_given_history(model, tokenizer, config.training.reasoning_format,
                                     [row["prompt"] for row in rows], [row["reference"] for row in rows])
        for row, share in zip(rows, shares, strict=True):
            row["step_given_history"] = share


def write_curve(run: Run, training: Run, config: Config, task: str, items: list[Item]) -> None:
    """Writes `curve`: which of the first `curve_items` items each snapshot of the model answers right."""
    folders = sorted(training.find("snapshots").glob("*"), key=lambda path: int(path.name))
    first, rows = items[:config.evaluation.curve_items], []
    for folder in folders if first else ():
        step = int(folder.name)
        answered = answer_all({task: first}, config, folder, run.counts, f" after step {step:,}")
        rows += [{"task": task, "step": step, "execution_id": row["execution_id"], "is_right": row["is_right"]}
                 for row in answered[task]]
    if rows:
        run.write_rows("curve", rows)


def check_canary(task: str, items: list[Item], min_level: str) -> None:
    """Raises UserError unless every reference answer passes here: otherwise a score would blame the model."""
    verdicts = judge(task, items, [item.reference for item in items], min_level)
    failed = [item.execution_id for item, verdict in zip(items, verdicts, strict=True) if verdict != "pass"]
    if failed:
        raise UserError(f"{len(failed)} of {len(items)} reference answers of {task} fail on this machine "
                        f"(first: {failed[0]}): no score is given; rebuild the corpus here and run again")


def make_predictions(task: str, items: list[Item], responses: list[str], config: Config) -> list[dict]:
    """Returns a row per response; items stand there once per sample, next to each other."""
    sets = judge_solutions(task, items, responses, config.min_sandbox_level) if task in EVALPLUS else []
    verdicts = [own["base"] for own in sets] or judge(task, items, responses, config.min_sandbox_level)
    rows, form = [], config.training.reasoning_format
    has_steps = config.evaluation.backend != "endpoint"  # a model of others does not reason in our formats
    for place, (item, text, verdict) in enumerate(zip(items, responses, verdicts, strict=True)):
        row = {"task_id": item.task_id, "execution_id": item.execution_id,
               "sample": place % config.evaluation.num_samples, "prompt": item.prompt, "response": text,
               "reference": item.reference, "status": verdict, "is_right": verdict == "pass",
               "value_type": item.value_type, "num_lines": item.num_lines, "num_iterations": item.num_iterations}
        if task in EXECUTION_TASKS:
            steps = score_steps(form, item.reference, text) if has_steps else StepScore()
            row |= {"is_copy": item.is_copy, **vars(steps),
                    "operations": name_operations(form, item.code, item.reference)}
        if sets and "plus" in sets[place]:
            row["is_right_plus"] = set(sets[place].values()) == {"pass"}
        rows.append(row)
    return rows


def summarize(run: Run, rows: list[dict], task: str, config: Config) -> list[dict]:
    """Returns score rows: each metric's mean over items with its 95 % bootstrap interval."""
    scores = []
    for metric, values in list_metrics(rows, config.evaluation.num_samples):
        low, high = bootstrap_interval(values, make_generator(task, metric), config.evaluation.num_bootstrap)
        row = (run.run_id, "main", config.training.training_seed, task, metric, float(values.mean()), low, high,
               len(values))
        scores.append(dict(zip(SCORE_COLUMNS, row, strict=True)))
    return scores


def list_metrics(rows: list[dict], num_samples: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yields each metric with its value per item; of several samples, their mean, and pass@k where k of them are."""
    for metric, column in (METRICS | PLUS).items():
        values = [row.get(column) for row in rows]
        if any(value is not None for value in values):
            table = np.array([np.nan if value is None else value for value in values], float).reshape(-1, num_samples)
            kept = table[~np.isnan(table).any(axis=1)]
            yield metric, kept.mean(axis=1)
    right = np.array([row["is_right"] for row in rows]).reshape(-1, num_samples).sum(axis=1)
    for k in (k for k in PASS_AT if 1 < k <= num_samples):
        yield f"pass_at_{k}", np.array([pass_at_k(num_samples, int(count), k) for count in right])


def write_scores(run: Run, scores: list[dict]) -> None:
    """Writes scores.csv; values keep six decimals."""
    import pandas as pd

    pd.DataFrame(scores, columns=list(SCORE_COLUMNS)).to_csv(run.find("scores.csv"), index=False, float_format="%.6f")
