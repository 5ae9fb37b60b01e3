"""Verdicts on model responses: is the answer right.

Wrong, unreadable and broken are three things: `fail`, `no_answer`, `timeout` / `error`; none leaves the
denominator. A fault of the sandbox is `error`, never `fail`, and is reported. CRUXEval's items are judged by its strict
rule (scoring.cruxeval); EvalPlus's, which have two sets of tests, by `generations.judge_solutions`.
"""

import ast

from semcoder.evaluation.generations import CRUXEVAL, judge_predictions, read_answer, read_code
from semcoder.evaluation.items import BENCHMARKS, Item
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs
from semcoder.prompts import canonical_literal, has_literal_arguments

LIMITS = {"timeout_s": 2.0, "max_value_chars": 10_000}
UNJUDGED = {"timeout": "timeout", "sandbox_error": "error"}


def judge(task: str, items: list[Item], responses: list[str], min_level: str = "rlimits") -> list[str]:
    """Returns pass | fail | no_answer | timeout | error for each response, in order.

    Raises:
        UserError: answers must be run and the sandbox is weaker here than `min_level`.
    """
    if task in CRUXEVAL:
        return judge_predictions(task, items, responses, min_level)
    task = BENCHMARKS.get(task, task)
    if task == "output_prediction":
        return [judge_output(item, text) for item, text in zip(items, responses, strict=True)]
    jobs, verdicts, places = [], ["no_answer"] * len(items), []
    for i, (item, text) in enumerate(zip(items, responses, strict=True)):
        job = make_input_job(item, text) if task == "input_prediction" else make_code_job(item, text)
        if job:
            jobs.append(job)
            places.append(i)
    for i, outcomes in zip(places, run_jobs(jobs, f"judge {task}", min_level=min_level), strict=True):
        expected = [items[i].output] if task == "input_prediction" else [output for _, output in items[i].tests]
        found = [judge_outcome(outcome, output) for outcome, output in zip(outcomes, expected, strict=True)]
        verdicts[i] = next((verdict for verdict in found if verdict != "pass"), "pass")
    return verdicts


def judge_outcome(outcome: Outcome, expected: str) -> str:
    """Returns the verdict on one run: what it returned must equal the literal expected.

    Compared here, on built-in values, and not by the program's own `==`, which an object of its making could bend.
    """
    if outcome.status == "ok":
        return "pass" if ast.literal_eval(outcome.output) == ast.literal_eval(expected) else "fail"
    return UNJUDGED.get(outcome.status, "fail")


def judge_output(item: Item, text: str) -> str:
    """Returns the verdict on a predicted output: it must be a literal with the reference's canonical text."""
    answer = read_answer(item, text)
    literal = canonical_literal(answer[1]) if answer else None
    if literal is None:
        return "no_answer"
    return "pass" if literal == item.output else "fail"


def make_input_job(item: Item, text: str) -> Job | None:
    """Returns the run that judges a predicted input: any literal arguments that lead to the output are right."""
    answer = read_answer(item, text)
    if answer is None or not has_literal_arguments(answer[0]):
        return None
    return Job(code=item.code, entry=item.entry, inputs=(answer[0],), **LIMITS)


def make_code_job(item: Item, text: str) -> Job | None:
    """Returns the run that judges generated code: all tests must hold."""
    code = read_code(text)
    if code is None or not code.strip():
        return None
    return Job(code=code, entry=item.entry, inputs=tuple(arguments for arguments, _ in item.tests), **LIMITS)
