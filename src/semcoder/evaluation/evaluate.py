"""Stage `evaluation`: answers of a trained model to held-out questions, judged and scored; curves from snapshots."""

from collections.abc import Iterator

import numpy as np

from semcoder.config import Config, require
from semcoder.engine import open_engine
from semcoder.errors import UserError
from semcoder.evaluation.items import BENCHMARKS, TASKS, Item, load_items
from semcoder.evaluation.score import judge
from semcoder.evaluation.steps import name_operations, score_given_history, score_steps
from semcoder.execution.sandbox import describe_level
from semcoder.monologues.build import build_monologues
from semcoder.runs import Run
from semcoder.statistics import bootstrap_interval, make_generator, pass_at_k
from semcoder.training.train import train_model

SCORE_COLUMNS = ("run_id", "variant", "seed", "task", "metric", "value", "ci_low", "ci_high", "num_items")
METRICS = {"answer_accuracy": "is_right", "step_accuracy": "step_accuracy",
           "step_accuracy_given_history": "step_given_history", "next_line_accuracy": "next_line_accuracy"}
EXECUTION_TASKS = ("output_prediction", "input_prediction")
PASS_AT = (1, 5, 10)


def evaluate_model(config: Config, tasks: tuple[str, ...] = (*TASKS, *BENCHMARKS)) -> Run:
    """Returns the finished run with `predictions/<task>`, `curve` and `scores.csv` for the model that `config` trains.

    Raises:
        UserError: an unknown task, or the reference answers do not all pass on this machine (canary).
    """
    for task in tasks:
        require(task in TASKS or task in BENCHMARKS, "task", task, f"tasks are {', '.join((*TASKS, *BENCHMARKS))}")
    monologues, training = build_monologues(config), train_model(config)
    run = Run("evaluation", config, [monologues, training], tasks=list(tasks))
    if run.is_complete:
        return run
    with run, open_engine(config):
        run.notes.update(describe_level())
        from semcoder.generate import load_model

        model, tokenizer = load_model(training.find("model"), config.training.device)
        scores = []
        for task in tasks:
            items = load_items(config, task)
            if not items:
                run.counts[f"no items: {task}"] += 1
                continue
            check_canary(task, items, config.min_sandbox_level)
            rows = answer_items(model, tokenizer, task, items, config)
            if task == "output_prediction":
                add_given_history(rows, model, tokenizer, config)
            run.write_rows(f"predictions/{task}", rows)
            run.counts.update(f"{task}: {row['status']}" for row in rows)
            scores += summarize(run, rows, task, config)
        write_scores(run, scores)
        write_curve(run, training, config, next(task for task in tasks))
    return run


def answer_items(model, tokenizer, task: str, items: list[Item], config: Config, description: str = "") -> list[dict]:
    """Returns one row per item and sample with the response, its verdict and its step scores."""
    from semcoder.generate import generate_responses

    settings, drawn = config.evaluation, [item for item in items for _ in range(config.evaluation.num_samples)]
    responses = generate_responses(model, tokenizer, [item.prompt for item in drawn], settings.max_new_tokens,
                                   settings.batch_size, description or task, temperature=settings.temperature,
                                   seed=config.seed)
    return make_predictions(task, drawn, responses, config)


def add_given_history(rows: list[dict], model, tokenizer, config: Config) -> None:
    """Adds `step_given_history` to each row: the share of the reference's steps that follow from all before them."""
    shares = score_given_history(model, tokenizer, config.training.reasoning_format, [row["prompt"] for row in rows],
                                 [row["reference"] for row in rows])
    for row, share in zip(rows, shares, strict=True):
        row["step_given_history"] = share


def write_curve(run: Run, training: Run, config: Config, task: str) -> None:
    """Writes `curve`: which of the first `curve_items` items each snapshot of the model answers right."""
    from semcoder.generate import load_model

    folders = sorted(training.find("snapshots").glob("*"), key=lambda path: int(path.name))
    items, rows = load_items(config, task)[:config.evaluation.curve_items], []
    for folder in folders if items else ():
        model, tokenizer = load_model(folder, config.training.device)
        step = int(folder.name)
        rows += [{"task": task, "step": step, "execution_id": row["execution_id"], "is_right": row["is_right"]}
                 for row in answer_items(model, tokenizer, task, items, config, f"{task} after step {step:,}")]
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
    verdicts = judge(task, items, responses, config.min_sandbox_level)
    rows, form = [], config.training.reasoning_format
    for place, (item, text, verdict) in enumerate(zip(items, responses, verdicts, strict=True)):
        row = {"task_id": item.task_id, "execution_id": item.execution_id,
               "sample": place % config.evaluation.num_samples, "prompt": item.prompt, "response": text,
               "reference": item.reference, "status": verdict, "is_right": verdict == "pass",
               "value_type": item.value_type, "num_lines": item.num_lines, "num_iterations": item.num_iterations}
        if task in EXECUTION_TASKS:
            row |= {"is_copy": item.is_copy, **vars(score_steps(form, item.reference, text)),
                    "operations": name_operations(form, item.code, item.reference)}
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
    for metric, column in METRICS.items():
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
