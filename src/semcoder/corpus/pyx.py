"""The released PyX and PyX-R rows, read as they are and executed again (paper App. F, H).

A PyX row has `id`, `nl`, `fwd_mnl`, `bwd_mnl`, `response`, and exactly one of the three prompts is not empty; a PyX-R
row has `fault` and `response`. Goes in: a .jsonl file or a hub name. Comes out: one program per group of rows with the
same code, its inputs those that led to the stated output again; every other row is counted by reason.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from semcoder import paths
from semcoder.config import Config, require
from semcoder.corpus.candidates import Candidate
from semcoder.corpus.llm.prompts import read_code
from semcoder.corpus.llm.solutions import MAX_INPUTS, Unfit, read_solution, render_program, split_script
from semcoder.errors import UserError
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs
from semcoder.prompts import FULL_ANSWER, REFINED, extract_code, read_assertion, strip_labels

CHUNK = 1000  # rows executed at a time
LEVEL = 3  # of difficulty: all there is
LICENCE = "MIT"  # of both data sets on the hub
PROMPT_FIELDS = ("nl", "fwd_mnl", "bwd_mnl")
PYTHON = re.compile(r"\[?PYTHON\]\s*\n(.*?)\[/PYTHON\]", re.DOTALL)  # some released prompts lack the first bracket
SECTION = re.compile(r"^### (Problem|Buggy Solution|Failed Test)[ \t]*$", re.MULTILINE)
ASSERTION = re.compile(r"^assert .+$", re.MULTILINE)


@dataclass(frozen=True)
class Statement:
    """What one row says: this code, called with these inputs, passes these tests (and the buggy one does not)."""

    row_id: str
    code: str
    entry: str
    inputs: tuple[str, ...]
    tests: tuple[str, ...]
    description: str = ""
    buggy: str = ""


@dataclass
class Program:
    """A program and the inputs that rows about it state; a dict serves as an ordered set."""

    row_id: str
    entry: str
    inputs: dict[str, None] = field(default_factory=dict)


def read_pyx(where: str, counts: Counter, limit: int = 0,
             min_level: str = Config.min_sandbox_level) -> Iterator[Candidate]:
    """Yields the programs whose stated results came again, in the order of their first rows.

    Args:
        where: path of a .jsonl file, or the name of a data set on the Hugging Face hub.
        counts: gets the rows read, those that reproduce, and the others by reason.
        limit: rows read at most; 0 = all.
        min_level: the sandbox that is strong enough for them.

    Raises:
        UserError: the file or data set cannot be read, or the sandbox is weaker.
    """
    programs: dict[str, Program] = {}
    descriptions: dict[str, str] = {}
    rows = islice(load_rows(where), limit or None)
    while chunk := list(islice(rows, CHUNK)):
        statements = list(read_statements(chunk, descriptions, counts))
        for statement, outcomes in zip(statements, execute_statements(statements, min_level), strict=True):
            reason = find_difference(statement, *outcomes)
            counts[f"rejected: pyx row, {reason}" if reason else "pyx rows: reproduced"] += 1
            if not reason:
                take_statement(programs, descriptions, statement, outcomes[0])
    counts["rejected: pyx, a described program that no row executes"] += len(descriptions.keys() - programs.keys())
    source = paths.shown(Path(where)) if Path(where).exists() else where
    for code, program in programs.items():
        counts["pyx: programs" if program.inputs else "rejected: pyx, no input with a literal output"] += 1
        if program.inputs:
            yield Candidate("pyx", "pyx", f"{source} {program.row_id}", LICENCE, LEVEL, program.entry, code,
                            tuple(program.inputs)[:MAX_INPUTS], descriptions.get(code, ""))


def load_rows(where: str) -> Iterator[dict]:
    """Yields the rows of a JSON-lines file or of a hub data set's `train` split, one at a time."""
    if where.endswith(".jsonl") or Path(where).exists():
        require(Path(where).is_file(), "pyx", where, "no such file: give the path of a .jsonl file or a hub name")
        with open(where, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise UserError(f"{where}, line {number} is not JSON ({error}): fetch the file again") from error
                require(isinstance(row, dict), f"{where}, line {number}", line[:40], "give a file of PyX or PyX-R rows")
                yield row
        return
    from datasets import load_dataset

    try:
        yield from load_dataset(where, split="train", streaming=True)
    except (OSError, ValueError) as error:  # what the library raises for no network, no such name, no such split
        raise UserError(f"pyx = {where!r} cannot be read from the hub ({type(error).__name__}: {error}): check name "
                        "and network, or give the path of a downloaded .jsonl file") from error


def read_statements(rows: list[dict], descriptions: dict[str, str], counts: Counter) -> Iterator[Statement]:
    """Yields what can be executed; a description without example calls is kept for its program."""
    for row in rows:
        counts["pyx rows: read"] += 1
        row = {**row, "id": row.get("id") or f"row {counts['pyx rows: read']}"}  # PyX-R rows have none
        try:
            statement = read_row(row)
        except Unfit as flaw:
            counts[f"rejected: pyx row, {flaw.reason}"] += 1
            continue
        if statement.inputs:
            yield statement
        else:
            counts["pyx rows: description only"] += 1
            descriptions.setdefault(statement.code, statement.description)


def read_row(row: dict) -> Statement:
    """Returns what a row says; raises Unfit with the reason where it cannot be read."""
    if row.get("fault"):
        return read_repair(row)
    filled = [name for name in PROMPT_FIELDS if row.get(name)]
    if len(filled) != 1 or not row.get("response"):
        raise Unfit("not one prompt and a response", f"filled: {filled}")
    return read_description(row) if filled == ["nl"] else read_execution(row, row[filled[0]])


def read_execution(row: dict, prompt: str) -> Statement:
    """Returns the statement of a forward or backward row: code from the prompt, the rest from the answer."""
    block = PYTHON.search(prompt)
    if not block:
        raise Unfit("no code block", prompt[:100])
    code = strip_labels(block.group(1))
    if "??" in code:  # the question, `assert f(1) == ??`, is no Python
        code = code[:code.rindex("\nassert ") + 1] if "\nassert " in code else code
    answers = FULL_ANSWER.findall(row["response"])
    parts = read_assertion(answers[-1]) if answers else None
    if not parts:
        raise Unfit("no readable answer", str(answers[-1:]))
    return make_statement(row, code, parts)


def read_description(row: dict) -> Statement:
    """Returns the statement of a row from description to code; its inputs are example calls, in code or description."""
    code = read_code(row["response"]) or extract_code(row["response"]) or ""
    examples = "\n".join(text for text in ASSERTION.findall(row["nl"]) if read_assertion(text))
    try:
        solution = read_solution(f"{code}\n{examples}")
    except Unfit as flaw:
        if flaw.reason != "no literal inputs":
            raise
        return Statement(row["id"], render_definitions(code), "", (), (), row["nl"])
    return Statement(row["id"], solution.code, solution.entry, solution.inputs, solution.tests, row["nl"])


def read_repair(row: dict) -> Statement:
    """Returns the statement of a PyX-R row: the buggy code fails its test, the refined one passes it."""
    parts = SECTION.split(row["fault"])
    sections = dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))
    refined = REFINED.findall(row.get("response") or "")
    test = read_code(sections.get("Failed Test", "") + "\n") or sections.get("Failed Test", "")
    assertion = next(filter(None, map(read_assertion, ASSERTION.findall(test))), None)
    if not refined or not assertion:
        raise Unfit("no refined code" if assertion else "no readable failed test", test[:100])
    fixed = strip_labels(read_code(refined[-1] + "\n") or refined[-1])
    buggy = sections.get("Buggy Solution", "") + "\n"
    block = PYTHON.search(buggy)
    buggy = strip_labels(block.group(1) if block else read_code(buggy) or buggy)
    return replace(make_statement(row, fixed, assertion), buggy=buggy, description=sections.get("Problem", ""))


def make_statement(row: dict, code: str, assertion: tuple[str, str, str]) -> Statement:
    """Returns a statement of one call."""
    entry, given, output = assertion
    return Statement(row["id"], code, entry, (given,), (f"assert {entry}({given}) == {output}",))


def execute_statements(statements: list[Statement],
                       min_level: str) -> Iterator[tuple[list[Outcome], list[Outcome]]]:
    """Yields the outcomes of each statement's code, and those of its buggy code."""
    jobs = [Job(code=s.code, entry=s.entry, inputs=s.inputs, tests=s.tests) for s in statements]
    faults = [Job(code=s.buggy, entry=s.entry, inputs=(), tests=s.tests) for s in statements if s.buggy]
    outcomes = list(run_jobs(jobs, "released rows", min_level=min_level))
    failures = iter(list(run_jobs(faults, "released bugs", min_level=min_level)))
    for statement, some in zip(statements, outcomes, strict=True):
        yield some, next(failures) if statement.buggy else []


def find_difference(statement: Statement, outcomes: list[Outcome], faults: list[Outcome]) -> str:
    """Returns why execution does not bear a row out, "" where it does."""
    tests = outcomes[len(statement.inputs):] or outcomes  # calls without a stated result need only end well
    wrong = next((outcome for outcome in tests if outcome.status != "ok"), None)
    if wrong:
        is_other = wrong.status == "exception" and wrong.output.startswith("AssertionError")
        return "other output" if is_other else wrong.status
    if statement.buggy and all(outcome.status == "ok" for outcome in faults):
        return "the bug passes its test"
    return ""


def take_statement(programs: dict[str, Program], descriptions: dict[str, str], statement: Statement,
                   outcomes: list[Outcome]) -> None:
    """Adds a statement that holds to its program; an input counts where its output is a literal."""
    code = render_definitions(statement.code)
    program = programs.setdefault(code, Program(statement.row_id, statement.entry))
    if statement.description:
        descriptions.setdefault(code, statement.description)
    if statement.entry == program.entry:
        program.inputs.update({text: None for text, outcome in zip(statement.inputs, outcomes, strict=False)
                               if outcome.status == "ok" and text})


def render_definitions(code: str) -> str:
    """Returns the program in a script that parses; raises Unfit for one that does not."""
    try:
        return render_program(split_script(ast.parse(code))[0])
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise Unfit("syntax error", str(error)) from error
