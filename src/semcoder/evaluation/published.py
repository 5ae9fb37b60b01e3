"""Rows of public benchmarks, as published -> programs, runs and tasks to ask about; files are told by their fields.

Read: LiveCodeBench's execution task, HumanEval as its authors have it, HumanEval+ and MBPP+ as EvalPlus has them.
Not covered: MBPP as first published, whose tests EvalPlus replaced; such a file is left aside.
"""

import ast

from semcoder.corpus.filters.decontaminate import find_benchmarks, normalize_literal, read_items
from semcoder.scoring.evalplus import Task, read_task


def read_livecodebench(folder: str) -> list[tuple[dict, list[dict]]]:
    """Returns (program, its one run) of each LiveCodeBench execution item, as records; [] where there is none.

    Raises:
        UserError: no such folder, or no benchmark in it.
    """
    rows = [row for path in find_benchmarks(folder).get("livecodebench", ()) for row in read_items(path)]
    return [read_execution(row, number) for number, row in enumerate(rows)]


def read_execution(row: dict, number: int) -> tuple[dict, list[dict]]:
    """Returns an item's program and run; a question may have several items, so `number` tells those without an id."""
    task_id = f"livecodebench/{row.get('id') or '{}-{}'.format(row.get('question_id', 'item'), number)}"
    entry, arguments = read_call(row["input"], row.get("function_name", ""))
    return ({"task_id": task_id, "entry": entry, "code": row["code"].rstrip("\n") + "\n"},
            [{"execution_id": f"{task_id}#0", "input": arguments, "output": normalize_literal(row["output"].strip())}])


def read_call(text: str, name: str = "") -> tuple[str, str]:
    """Returns (function, argument list) of a call; arguments keep the names with which they are given.

    Args:
        text: a whole call, `f(x = 1)`, or only its arguments.
        name: the function's, "" where only the call tells it.
    """
    call = ast.parse(f"f({text})", mode="eval").body
    inner = call.args[0] if len(call.args) == 1 and not call.keywords else None
    if isinstance(inner, ast.Call) and name in ("", ast.unparse(inner.func)):
        call = inner
    return name or ast.unparse(call.func), ", ".join(ast.unparse(part) for part in (*call.args, *call.keywords))


def read_tasks(folder: str, name: str) -> list[Task]:
    """Returns the tasks of `humaneval` or `mbpp`, [] where none is there; one with plus tests goes before one without.

    Raises:
        UserError: no such folder, or no benchmark in it.
    """
    rows: dict[str, dict] = {}
    for path in find_benchmarks(folder).get(name, ()):
        for row in read_items(path):
            is_plus = {"base_input", "plus_input"} <= row.keys()
            if "canonical_solution" in row and (is_plus or "test" in row and row["task_id"] not in rows):
                rows[row["task_id"]] = row
    return [read_task(row) for row in rows.values()]


def describe_task(task: Task) -> str:
    """Returns a task in words: its function's docstring in the prompt, else the prompt's own, else the whole prompt."""
    try:
        tree = ast.parse(task.prompt)
    except SyntaxError:
        return task.prompt.strip()
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    return ast.get_docstring(functions.get(task.entry, tree)) or task.prompt.strip()


def find_preamble(task: Task) -> str:
    """Returns what a prompt has before its function, imports and helpers; "" where the prompt is only words."""
    before, found, _ = task.prompt.partition(f"def {task.entry}(")
    return before if found else ""
