"""The questions put to a model: held-out examples in its trained format, and benchmarks where their data is given."""

import ast
import json
from dataclasses import dataclass

from semcoder.config import Config
from semcoder.corpus.build import build_corpus
from semcoder.corpus.cruxeval import read_cruxeval
from semcoder.hashing import hash_json
from semcoder.monologues.build import build_monologues
from semcoder.monologues.steps import build_steps
from semcoder.prompts import render_answer, render_execution_prompt
from semcoder.traces.build import build_traces, group_by_task
from semcoder.training.data import FIXED_FORMATS

TASKS = {"output_prediction": "forward", "input_prediction": "backward", "nl_to_code": "nl_to_code"}
BENCHMARKS = {"cruxeval_output": "output_prediction", "cruxeval_input": "input_prediction"}  # how each is judged


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
    """Returns CRUXEval's items as prompts of ours; [] where no folder is named."""
    if not config.evaluation.benchmarks_dir:
        return []
    objective = TASKS[BENCHMARKS[task]]
    return [Item(task_id=program["task_id"], execution_id=run["execution_id"], code=program["code"],
                 entry=program["entry"], input=run["input"], output=run["output"],
                 prompt=render_execution_prompt(objective, program["code"], program["entry"], run["input"],
                                                run["output"]),
                 reference=render_answer(program["entry"], run["input"], run["output"]))
            for program, runs in read_cruxeval(config.evaluation.benchmarks_dir) for run in runs]
