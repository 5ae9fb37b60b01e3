"""The questions put to a model: held-out examples in its trained format, and benchmarks where their data is given.

Every benchmark is asked by our own prompts. A function of EvalPlus's benchmarks is described by its docstring, examples
included, and by its `def` line.
"""

import ast
import json
from dataclasses import dataclass

from semcoder.config import Config
from semcoder.corpus.build import build_corpus
from semcoder.corpus.candidates import normalize
from semcoder.corpus.cruxeval import read_cruxeval
from semcoder.evaluation.published import describe_task, read_livecodebench, read_tasks
from semcoder.hashing import hash_json
from semcoder.monologues.build import build_monologues
from semcoder.monologues.steps import build_steps
from semcoder.prompts import (
    find_signature,
    render_answer,
    render_code_prompt,
    render_code_response,
    render_execution_prompt,
)
from semcoder.scoring.evalplus import Task
from semcoder.traces.build import build_traces, group_by_task
from semcoder.training.data import FIXED_FORMATS

TASKS = {"output_prediction": "forward", "input_prediction": "backward", "nl_to_code": "nl_to_code"}
BENCHMARKS = {  # what each asks for
    "cruxeval_output": "output_prediction", "cruxeval_input": "input_prediction",
    "livecodebench_execution": "output_prediction", "humaneval": "nl_to_code", "mbpp": "nl_to_code"}


@dataclass(frozen=True)
class Item:
    """One question put to a model, with what is needed to judge the answer."""

    task_id: str
    execution_id: str
    prompt: str
    reference: str  # a response that must pass
    code: str
    entry: str
    input: str
    output: str
    tests: tuple[tuple[str, str], ...] = ()  # (argument list, literal that must be returned)
    num_lines: int = 0  # lines executed
    num_iterations: int = 0  # rounds of loops among them
    published: Task | None = None  # of EvalPlus's benchmarks: the tests by which the answer is judged

    @property
    def value_type(self) -> str:
        """Type of the output, "" where there is none."""
        return type(ast.literal_eval(self.output)).__name__ if self.output else ""

    @property
    def is_copy(self) -> bool:
        """Whether the output is one of the arguments as it stands: what copying alone would get right."""
        call = ast.parse(f"f({self.input})", mode="eval").body
        return self.output in [ast.unparse(value) for value in [*call.args, *(k.value for k in call.keywords)]]


def load_items(config: Config, task: str) -> list[Item]:
    """Returns a task's items, a fixed sample of at most `num_items`, the same one for every format; [] where its
    data is not there."""
    items = load_benchmark(config, task) if task in BENCHMARKS else load_held_out(config, task)
    return sorted(items, key=lambda item: hash_json(item.execution_id))[:config.evaluation.num_items]


def load_held_out(config: Config, task: str) -> list[Item]:
    """Returns the generated programs of the test split."""
    corpus = build_corpus(config)
    programs = {p["task_id"]: p for p in corpus.read_rows("programs/test")}
    executions = corpus.read_rows("executions/test")
    tests = {task_id: tuple((e["input"], e["output"]) for e in rows)
             for task_id, rows in group_by_task(executions).items()}
    by_id = {e["execution_id"]: e for e in executions}
    traces = {t["execution_id"]: t["events"] for t in build_traces(config).read_rows("traces/test")}
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
                          input=execution["input"], output=execution["output"], tests=tests.get(row["task_id"], ()),
                          **measure_trace(program["code"], traces.get(execution_id, "[]"))))
    return items


def measure_trace(code: str, events: str) -> dict[str, int]:
    """Returns how many lines an execution ran, and how many of them began a loop's next round."""
    steps = build_steps(code, json.loads(events))
    return {"num_lines": len(steps), "num_iterations": sum(step.kind == "loop" for step in steps)}


def load_benchmark(config: Config, task: str) -> list[Item]:
    """Returns a public benchmark's items as prompts of ours; [] where its data is not there."""
    folder = config.evaluation.benchmarks_dir
    if BENCHMARKS[task] == "nl_to_code":
        return [make_code_item(published) for published in read_tasks(folder, task)]
    programs = read_livecodebench(folder) if task == "livecodebench_execution" else read_cruxeval(folder)
    return [make_execution_item(TASKS[BENCHMARKS[task]], program, run) for program, runs in programs for run in runs]


def make_execution_item(objective: str, program: dict, run: dict) -> Item:
    """Returns the question for the output (forward) or the input (backward) of a program's run.

    It shows the program as `ast.unparse` writes it, as the corpus holds all of its own: a model trained on those has
    never seen a double quote around a text. The answer is judged on the program as published.
    """
    entry, arguments = program["entry"], write_arguments(run["input"])
    return Item(task_id=program["task_id"], execution_id=run["execution_id"], code=program["code"], entry=entry,
                input=run["input"], output=run["output"],
                prompt=render_execution_prompt(objective, normalize(program["code"]), entry, arguments, run["output"]),
                reference=render_answer(entry, arguments, run["output"]))


def write_arguments(text: str) -> str:
    """Returns an argument list as `ast.unparse` writes it."""
    return ast.unparse(ast.parse(f"f({text})", mode="eval"))[2:-1]


def make_code_item(published: Task) -> Item:
    """Returns the question for the function of an EvalPlus task."""
    signature = find_signature({"code": published.canonical, "entry": published.entry})
    return Item(task_id=published.id, execution_id=published.id, code=published.canonical, entry=published.entry,
                input="", output="", prompt=render_code_prompt(describe_task(published), signature),
                reference=render_code_response(published.canonical), published=published)
