"""Stage `debugging`: rubber-duck repair of buggy held-out programs, with self-refinement rounds.

The model sees one failing test; a repair counts when all tests pass. After a failed round the model's own
program becomes the buggy one, shown with a test that it fails (paper 3.3; tests steer the loop there too).
"""

from dataclasses import replace

from semcoder.config import Config
from semcoder.corpus.build import build_corpus
from semcoder.engine import open_engine
from semcoder.evaluation.evaluate import check_canary, write_scores
from semcoder.evaluation.items import Item
from semcoder.evaluation.score import judge, judge_outcome
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import describe_level, run_jobs
from semcoder.hashing import hash_json
from semcoder.monologues.build import build_monologues
from semcoder.prompts import extract_code, render_repair_prompt
from semcoder.runs import Run
from semcoder.statistics import bootstrap_interval, make_generator
from semcoder.traces.build import group_by_task
from semcoder.training.train import train_model


def evaluate_repair(config: Config) -> Run:
    """Returns the finished run with `predictions` and `scores.csv`: repaired share after each round."""
    monologues, training = build_monologues(config), train_model(config)
    run = Run("debugging", config, [monologues, training])
    if run.is_complete:
        return run
    with run, open_engine(config):
        run.notes.update(describe_level())
        items, descriptions = load_bugs(config)
        check_canary("repair", items, config.min_sandbox_level)
        rows = refine(config, training, items, descriptions)
        run.write_rows("predictions", rows)
        run.counts.update(f"round {row['round']}: {row['status']}" for row in rows)
        write_scores(run, summarize_rounds(run, rows, config))
    return run


def load_bugs(config: Config) -> tuple[list[Item], dict[str, str]]:
    """Returns the test split's repair items, a fixed sample, and the description of each program."""
    corpus = build_corpus(config)
    programs = {p["task_id"]: p for p in corpus.read_rows("programs/test")}
    executions = group_by_task(corpus.read_rows("executions/test"))
    items = []
    for row in build_monologues(config).read_rows("examples/test"):
        program = programs[row["task_id"]]
        if row["objective"] == "repair" and program["source"] == "synthetic":
            tests = tuple((e["input"], e["output"]) for e in executions[row["task_id"]])
            items.append(Item(task_id=row["task_id"], execution_id=row["task_id"], prompt=row["prompt"],
                              reference=row["response"], code=program["code"], entry=program["entry"], input="",
                              output="", tests=tests))
    items.sort(key=lambda item: hash_json(item.task_id))
    return items[:config.debugging.num_items], {t: p["description"] for t, p in programs.items()}


def refine(config: Config, training: Run, items: list[Item], descriptions: dict[str, str]) -> list[dict]:
    """Returns one row per item and round; an item once repaired stays repaired and is not asked again."""
    from semcoder.generate import generate_responses, load_model

    model, tokenizer = load_model(training.find("model"), config.training.device)
    rows, open_items = [], items
    for number in range(1, config.debugging.num_rounds + 1):
        responses = generate_responses(model, tokenizer, [item.prompt for item in open_items],
                                       config.evaluation.max_new_tokens, config.evaluation.batch_size,
                                       f"repair, round {number}") if open_items else []
        verdicts = judge("repair", open_items, responses, config.min_sandbox_level)
        rows += [{"round": number, "task_id": item.task_id, "prompt": item.prompt, "response": text,
                  "reference": item.reference, "status": verdict, "is_right": verdict == "pass"}
                 for item, text, verdict in zip(open_items, responses, verdicts, strict=True)]
        failed = [(item, text) for item, text, v in zip(open_items, responses, verdicts, strict=True) if v != "pass"]
        open_items = ask_again(failed, descriptions, config.min_sandbox_level)
    return rows


def ask_again(failed: list[tuple[Item, str]], descriptions: dict[str, str], min_level: str) -> list[Item]:
    """Returns the next round's items; an answer without a program that runs keeps the old question."""
    codes = [extract_code(text) or "" for _, text in failed]
    jobs = [Job(code=code, entry=item.entry, inputs=tuple(arguments for arguments, _ in item.tests))
            for (item, _), code in zip(failed, codes, strict=True)]
    items = []
    for (item, _), code, outcomes in zip(failed, codes, run_jobs(jobs, min_level=min_level), strict=True):
        wrong = [(test, outcome) for test, outcome in zip(item.tests, outcomes, strict=True)
                 if outcome.status == "ok" and judge_outcome(outcome, test[1]) == "fail"]
        if wrong:
            (arguments, expected), outcome = wrong[0]
            test = f"assert {item.entry}({arguments}) == {expected}"
            item = replace(item, prompt=render_repair_prompt(descriptions[item.task_id], code, test, outcome.output))
        items.append(item)
    return items


def summarize_rounds(run: Run, rows: list[dict], config: Config) -> list[dict]:
    """Returns score rows: share of items repaired by the end of each round, with intervals."""
    tasks = sorted({row["task_id"] for row in rows})
    scores = []
    for number in range(1, config.debugging.num_rounds + 1):
        repaired = {row["task_id"] for row in rows if row["is_right"] and row["round"] <= number}
        values = [float(task in repaired) for task in tasks]
        low, high = bootstrap_interval(values, make_generator("repair", number), config.evaluation.num_bootstrap)
        scores.append({"run_id": run.run_id, "variant": "main", "seed": config.training.training_seed, "task": "repair",
                       "metric": f"repaired_by_round_{number}", "value": sum(values) / len(values),
                       "ci_low": low, "ci_high": high, "num_items": len(values)})
    return scores
