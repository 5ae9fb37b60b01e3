"""EvalPlus's benchmarks, and HumanEval as published: base and plus tests of code that a model wrote.

MBPP+ and HumanEval+ (`base_input`, `plus_input`): the canonical solution runs in the sandbox first, which gives the
expected outputs and the time that each input needs. A sample runs there later, in another child that never learns what
is expected; its outputs come out as text, and are compared here by EvalPlus's rules, so that no `==` of its making
decides. HumanEval (`test`): its `check` runs in the sample's own child, after the sample, as its authors have it.

Limits are EvalPlus's: per input 4 s or four times the canonical solution's time, per set of inputs a minute; here, as
everywhere in this project, of processor time, scaled to this machine. After an input that raises or times out the rest
of its set is not run. Denominators are fixed: a sample that is missing or that is no program has not passed.
Departure: unlike in EvalPlus, an output of a type that has no literal (a generator, an instance) equals nothing; one
of a subclass of a built-in type counts as that type; long outputs are compared by digest; and an input for which the
canonical solution needs more memory than the sandbox gives (there 4 GiB) is left out, and counted.
"""

import ast
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from semcoder.errors import UserError
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import find_box, run_jobs
from semcoder.scoring.calls import OutOfMemory, decode, encode
from semcoder.scoring.inputs import restore_inputs
from semcoder.scoring.oracles import Judge

FLOOR_S, FACTOR, SET_S = 4.0, 4.0, 60.0  # of one input, over the canonical solution's time, of a set (EvalPlus)
MAX_REPLY_CHARS = 8_000_000
CALLER = "\n\nfrom semcoder.scoring.calls import call_all as _call_all\n"  # after the sample: it cannot replace it
CHECKER = "\n\n{test}\n\ndef _check():\n    check({entry})\n"
UNREADABLE = (ValueError, TypeError, SyntaxError, AttributeError, RecursionError, MemoryError)
UNJUDGED = {"timeout": "timeout", "sandbox_error": "error"}


@dataclass(frozen=True)
class Reference:
    """What a canonical solution showed of one set: expected outputs, and the seconds that each input may take."""

    outputs: tuple
    limits_s: tuple[float, ...]


@dataclass(frozen=True)
class Task:
    """One problem. `sets` are its argument lists by name (base, plus), as JSON has them.

    With HumanEval's own `test` the one set has one empty argument list: that of a function that runs `check`.
    """

    id: str
    prompt: str
    entry: str
    canonical: str  # solution, prompt included
    sets: dict[str, list[list]]
    atol: float = 0.0
    test: str = ""
    references: dict[str, Reference] = field(default_factory=dict)  # by set, once measured


@dataclass(frozen=True)
class Verdict:
    """What came of one set of tests: pass | fail | timeout | error | no_answer | missing; the input that failed."""

    status: str
    failed: list | None = None


def read_task(row: dict) -> Task:
    """Returns the task of a row of MBPP+, HumanEval+ or HumanEval, told by its fields."""
    task = Task(row["task_id"], row["prompt"], row["entry_point"], row["prompt"] + row["canonical_solution"], {})
    if "base_input" in row:
        return replace(task, sets={"base": row["base_input"], "plus": row["plus_input"]}, atol=row.get("atol") or 0)
    return replace(task, sets={"base": [[]]}, test=row["test"])


def measure_references(tasks: list[Task], min_level: str = "rlimits") -> list[Task]:
    """Returns the tasks with their references, once each canonical solution, run again, has passed as a sample would.

    Inputs that need too much memory are gone from the sets.

    Raises:
        UserError: one does not pass, so that a score would blame the model for it; or the sandbox is too weak.
    """
    limits = [{name: [SET_S] * len(inputs) for name, inputs in task.sets.items()} for task in tasks]
    jobs = [make_job(task, task.canonical, own) for task, own in zip(tasks, limits, strict=True)]
    measured = [take_references(task, outcomes) for task, outcomes in
                zip(tasks, run_jobs(jobs, "references", min_level=min_level), strict=True)]
    verdicts = judge_solutions([(task, task.canonical) for task in measured], min_level, "references again")
    failed = [f"{task.id} ({name}: {verdict.status})" for task, row in zip(measured, verdicts, strict=True)
              for name, verdict in row.items() if verdict.status != "pass"]
    if failed:
        raise UserError(f"{len(failed)} sets of tests fail with the reference solution on this machine (first: "
                        f"{failed[0]}): no score is given; check that the data is whole, and that Python and the "
                        "sandbox work here")
    return measured


def take_references(task: Task, outcomes: list[Outcome]) -> Task:
    """Returns a task with what its canonical solution showed, without the inputs for which memory did not suffice."""
    sets, references = {}, {}
    for (name, inputs), outcome in zip(task.sets.items(), outcomes, strict=True):
        rows = read_rows(outcome)
        kept = [i for i in range(len(inputs)) if i >= len(rows) or not isinstance(rows[i][0], OutOfMemory)]
        rows = [row for row in rows if not isinstance(row[0], OutOfMemory)]
        sets[name] = [inputs[i] for i in kept]
        limits_s = [max(FLOOR_S, FACTOR * used_s) for _, used_s in rows]
        limits_s += [FLOOR_S] * (len(kept) - len(rows))  # it raised there, and will be found out when it is judged
        references[name] = Reference(tuple(output for output, _ in rows), tuple(limits_s))
    return replace(task, sets=sets, references=references)


def judge_solutions(samples: list[tuple[Task, str]], min_level: str = "rlimits",
                    description: str = "") -> list[dict[str, Verdict]]:
    """Returns set -> Verdict for each sample, in order.

    Args:
        samples: (measured task, whole program).
        min_level: the sandbox that is strong enough.
        description: of the progress bar; "" shows none.
    """
    is_read = [is_program(code, task.entry) for task, code in samples]
    jobs = (make_job(task, code, {name: reference.limits_s for name, reference in task.references.items()})
            for (task, code), is_own in zip(samples, is_read, strict=True) if is_own)
    answers: Iterator[list[Outcome]] = run_jobs(jobs, description, min_level=min_level)
    verdicts = []
    for (task, _), is_own in zip(samples, is_read, strict=True):
        outcomes = next(answers) if is_own else [None] * len(task.sets)
        verdicts.append({name: judge_set(task, name, outcome) if is_own else Verdict("no_answer")
                         for name, outcome in zip(task.sets, outcomes, strict=True)})
    return verdicts


def judge_samples(tasks: list[Task], samples: dict[str, list[dict]],
                  min_level: str = "rlimits") -> tuple[dict[str, list[str]], dict[str, list[dict[str, Verdict]]]]:
    """Returns (task id -> programs, task id -> verdicts), as many for each task as any of them has.

    Args:
        tasks: measured tasks.
        samples: task id -> rows with `solution`, or `completion`, which the prompt then precedes.
        min_level: the sandbox that is strong enough.
    """
    programs = {task.id: [row["solution"] if "solution" in row else task.prompt + row["completion"]
                          for row in samples.get(task.id, [])] for task in tasks}
    pairs = [(task, code) for task in tasks for code in programs[task.id]]
    judged = iter(judge_solutions(pairs, min_level, "samples"))
    num_samples = max(map(len, programs.values()))
    verdicts = {}
    for task in tasks:
        own = [next(judged) for _ in programs[task.id]]
        num_missing = num_samples - len(own)
        verdicts[task.id] = own + [{name: Verdict("missing") for name in task.sets}] * num_missing
        programs[task.id] += [""] * num_missing
    return programs, verdicts


def is_program(code: str, entry: str) -> bool:
    """Returns whether a text is a program that Python can parse and that binds the name of the function asked for."""
    try:
        with warnings.catch_warnings(action="ignore"):
            nodes = list(ast.walk(ast.parse(code)))
    except UNREADABLE:
        return False
    bound = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    bound |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.asname or node.name for node in nodes if isinstance(node, ast.alias)}
    return entry in bound or "*" in bound


def make_job(task: Task, code: str, limits_s: dict[str, tuple | list]) -> Job:
    """Returns the run of one program on all sets of a task, each set in a child of its own."""
    checker = CHECKER.format(test=task.test, entry=task.entry) if task.test else ""
    speed = find_box().speed
    calls = []
    for name, inputs in task.sets.items():
        restored = json.dumps(encode(restore_inputs(task.id, inputs)))
        limits = [round(limit_s * speed, 3) for limit_s in limits_s[name]]
        calls.append(f"{'_check' if task.test else task.entry}, {restored!r}, {limits!r}, {SET_S * speed!r}")
    return Job(code=code + checker + CALLER, entry="_call_all", inputs=tuple(calls), timeout_s=SET_S,
               max_value_chars=MAX_REPLY_CHARS)


def read_rows(outcome: Outcome) -> list[tuple[object, float]]:
    """Returns (output, seconds) of each input that a program returned for, in order; [] where it did not get so far."""
    if outcome.status != "ok":
        return []
    rows = json.loads(ast.literal_eval(outcome.output))
    return [(decode(output), used_s) for output, used_s in rows if not (isinstance(output, dict) and "x" in output)]


def judge_set(task: Task, name: str, outcome: Outcome) -> Verdict:
    """Returns the verdict on one set: every input must lead to the expected output."""
    if outcome.status in UNJUDGED:
        return Verdict(UNJUDGED[outcome.status])
    inputs, expected = task.sets[name], task.references[name].outputs
    judge, arguments = Judge(task.id.partition("/")[0], task.entry, task.atol), restore_inputs(task.id, inputs)
    try:
        rows = read_rows(outcome)
    except UNREADABLE:  # not what `call_all` writes: the program has meddled with it
        rows = []
    if task.test:
        return Verdict("pass" if rows else "fail")
    for number, given in enumerate(inputs):
        is_there = number < min(len(rows), len(expected))
        if not is_there or not judge.is_right(arguments[number], rows[number][0], expected[number]):
            return Verdict("fail", given)
    return Verdict("pass")
