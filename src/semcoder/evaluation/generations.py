"""Answers in the benchmarks' own conventions, and their verdicts by `semcoder.scoring`, which knows their rules.

`generations/<task>.json` is CRUXEval's ({"sample_0": ["…", …]}), `generations/<task>.jsonl` EvalPlus's (`task_id`,
`solution`): `python -m semcoder score` and the benchmarks' own scripts read them. An answer that cannot be read is "".
"""

import re
from collections import Counter, defaultdict
from dataclasses import replace

from semcoder.evaluation.items import Item
from semcoder.evaluation.published import find_preamble
from semcoder.prompts import extract_answer, extract_code
from semcoder.runs import Run
from semcoder.scoring import cruxeval, evalplus

CRUXEVAL = {"cruxeval_output": "output", "cruxeval_input": "input"}  # task -> what is predicted
EVALPLUS = ("humaneval", "mbpp")
FENCE = re.compile(r"```[\w+-]*[ \t]*(?:\n|$)")  # Markdown, which models of others like to add


def read_answer(item: Item, text: str) -> tuple[str, str] | None:
    """Returns (input, output) source text of a response's last answer block, None where it cannot be read."""
    return extract_answer(FENCE.sub("", text), item.entry)


def read_code(text: str) -> str | None:
    """Returns the program of a response, None where there is none; Markdown's fences are no part of it."""
    return extract_code(FENCE.sub("", text))


def write_prediction(task: str, item: Item, text: str) -> str:
    """Returns what CRUXEval's scorer wants of a response: the literal of an output, or the call `f(arguments)`."""
    answer = read_answer(item, text)
    if answer is None:
        return ""
    return answer[1] if CRUXEVAL[task] == "output" else f"{item.entry}({answer[0]})"


def write_solution(item: Item, text: str) -> str:
    """Returns a response's program, with the imports and helpers that the benchmark's prompt gives put before it."""
    code = read_code(text)
    return find_preamble(item.published) + code if code and code.strip() else ""


def write_generations(run: Run, task: str, items: list[Item], responses: list[str]) -> None:
    """Writes the answers to a benchmark in its own convention, where it has one; items stand there once per sample."""
    if task in CRUXEVAL:
        run.write_json(f"generations/{task}.json", group_predictions(task, items, responses))
    if task in EVALPLUS:
        run.write_jsonl(f"generations/{task}.jsonl", ({"task_id": item.task_id, "solution": write_solution(item, text)}
                                                      for item, text in zip(items, responses, strict=True)))


def group_predictions(task: str, items: list[Item], responses: list[str]) -> dict[str, list[str]]:
    """Returns CRUXEval's id -> the item's predictions."""
    predictions = defaultdict(list)
    for item, text in zip(items, responses, strict=True):
        predictions[find_id(item)].append(write_prediction(task, item, text))
    return dict(predictions)


def find_id(item: Item) -> str:
    """Returns the id that CRUXEval gives an item."""
    return item.task_id.removeprefix("cruxeval/")


def take_questions(items: list[Item]) -> list[cruxeval.Item]:
    """Returns each CRUXEval item once, as its scorer knows it."""
    return list({item.task_id: cruxeval.Item(find_id(item), item.code, item.input, item.output)
                 for item in items}.values())


def check_published(task: str, items: list[Item], min_level: str, counts: Counter) -> list[Item]:
    """Returns a benchmark's items, ready to be judged, once its own references have passed on this machine.

    What its rules cannot judge is counted: inputs or outputs of CRUXEval that are no literal, inputs left out.

    Raises:
        UserError: a reference fails, so that a score would blame the model; or the sandbox is too weak.
    """
    if task in CRUXEVAL:
        num_unread = cruxeval.check_references(take_questions(items), CRUXEVAL[task], min_level)
        counts.update({f"no literal: {task}": num_unread} if num_unread else {})
        return items
    measured = evalplus.measure_references([item.published for item in items], min_level)
    num_lost = sum(count_inputs(item.published) - count_inputs(own) for item, own in zip(items, measured, strict=True))
    counts.update({f"inputs left out: {task}": num_lost} if num_lost else {})
    return [replace(item, published=own) for item, own in zip(items, measured, strict=True)]


def count_inputs(task: evalplus.Task) -> int:
    """Returns the number of a task's test inputs."""
    return sum(map(len, task.sets.values()))


def judge_predictions(task: str, items: list[Item], responses: list[str], min_level: str) -> list[str]:
    """Returns CRUXEval's strict verdict on each response, in order."""
    scores = cruxeval.score_predictions(take_questions(items), group_predictions(task, items, responses),
                                        CRUXEVAL[task], min_level, f"judge {task}")
    verdicts = {score.id: iter(score.strict) for score in scores}
    return [next(verdicts[find_id(item)]) for item in items]


def judge_solutions(task: str, items: list[Item], responses: list[str], min_level: str) -> list[dict[str, str]]:
    """Returns set of tests -> verdict of each response, in order, by EvalPlus's rules; items from `check_published`."""
    samples = [(item.published, write_solution(item, text)) for item, text in zip(items, responses, strict=True)]
    return [{name: verdict.status for name, verdict in own.items()}
            for own in evalplus.judge_solutions(samples, min_level, f"judge {task}")]
