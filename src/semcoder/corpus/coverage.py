"""Branch and line coverage of programs under their recorded inputs, as the library coverage.py counts it.

What is possible comes from coverage.py's static analysis, what was executed from runs with watch="arcs", in the
sandbox unless the program is of our own making. A branch is a way out of a line that has several; all lines of a
program count, its helpers and definitions included.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from statistics import fmean
from typing import TypedDict

from coverage.parser import PythonParser
from joblib import Parallel, delayed

from semcoder.execution.execute import compile_program, run_call
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import run_jobs

# Means over the paper's inputs, in percent (App. F, "Coverage of Inputs").
PAPER_BRANCH_PERCENT, PAPER_LINE_PERCENT = 93, 96
MAX_COVERED_LINES, MAX_COVERED_CHARS = 10_000, 10_000  # per input; those of a corpus end well below
TRUSTED_SOURCE = "synthetic"  # programs of our own making, the only ones that run outside the sandbox
BLOCK = 2_000  # programs held in memory at once


class CoverageRow(TypedDict):
    task_id: str
    lines: int
    covered_lines: int
    branches: int
    covered_branches: int


@dataclass(frozen=True)
class Covered:
    """What a set of arcs reaches."""

    lines: frozenset[int]
    branches: frozenset[tuple[int, int]]


class Structure:
    """A program's lines and branches: what its executions can cover."""

    def __init__(self, code: str):
        self._parser = PythonParser(text=code)
        self._parser.parse_source()
        self._exits: dict[int, set[int]] = {}
        for start, end in self._parser.arcs():
            self._exits.setdefault(start, set()).add(end)
        self.lines = frozenset(self._parser.statements)
        self.branches = frozenset((start, end) for start, ends in self._exits.items() if len(ends) > 1
                                  for end in ends)

    def cover(self, arcs: Iterable[Iterable[int]]) -> Covered:
        """Returns the lines and branches that executed arcs (watch="arcs") cover."""
        raw = [(start, end) for start, end in arcs]
        lines = self._parser.first_lines(line for arc in raw for line in arc if line > 0) & self.lines
        taken = set()
        for start, end in self._parser.translate_arcs(raw):
            if start == end:  # within one statement of several lines: it went on to where that statement leads
                start, end = start, next(iter(self._exits[start])) if len(self._exits.get(start, ())) == 1 else end
            taken.add((start, end))
        return Covered(frozenset(lines), frozenset(self._parser.translate_arcs(taken)) & self.branches)


@dataclass(frozen=True)
class CoverageSummary:
    """Means over programs, in [0, 1]; a program without branches has all of its branches covered."""

    num_programs: int
    branch_coverage: float
    line_coverage: float
    paper_branch_coverage: float = PAPER_BRANCH_PERCENT / 100
    paper_line_coverage: float = PAPER_LINE_PERCENT / 100


def measure_coverage(programs: Iterable[dict], executions: Iterable[dict]) -> Iterator[CoverageRow]:
    """Yields a row per program: its lines and branches, and how many of them its executions cover.

    Args:
        programs: rows of records.Program.
        executions: rows of records.Execution in the order of their programs, as a corpus run holds them.

    Raises:
        ValueError: an execution that belongs to no program, or comes out of order.
    """
    pairs = pair_inputs(programs, executions)
    while block := list(islice(pairs, BLOCK)):
        foreign = [pair for pair in block if pair[0].get("source") != TRUSTED_SOURCE]
        jobs = [Job(code=program["code"], entry=program["entry"], inputs=inputs, watch="arcs",
                    max_events=MAX_COVERED_LINES, max_value_chars=MAX_COVERED_CHARS) for program, inputs in foreign]
        taken = {program["task_id"]: [arc for outcome in outcomes for arc in outcome.events]
                 for (program, _), outcomes in zip(foreign, run_jobs(jobs, "coverage"), strict=True)}
        yield from Parallel(n_jobs=-1, batch_size=50)(
            delayed(make_row)(program["task_id"], program["code"], taken[program["task_id"]])
            if program["task_id"] in taken else delayed(run_trusted)(program, inputs) for program, inputs in block)


def run_trusted(program: dict, inputs: tuple[str, ...]) -> CoverageRow:
    """Returns the row of a program of our own making, run in this process: no sandbox, but budgets."""
    code = compile_program(program["code"])
    outcomes = [run_call(code, program["entry"], text, watch="arcs", max_events=MAX_COVERED_LINES,
                         max_value_chars=MAX_COVERED_CHARS) for text in inputs]
    return make_row(program["task_id"], program["code"], [arc for outcome in outcomes for arc in outcome.events])


def pair_inputs(programs: Iterable[dict], executions: Iterable[dict]) -> Iterator[tuple[dict, tuple[str, ...]]]:
    """Yields each program with the inputs of its executions; both come in the same order."""
    groups = groupby(executions, key=lambda row: row["task_id"])
    task_id, group = next(groups, ("", ()))
    for program in programs:
        inputs = ()
        if task_id == program["task_id"]:
            inputs = tuple(row["input"] for row in group)
            task_id, group = next(groups, ("", ()))
        yield program, inputs
    if task_id:
        raise ValueError(f"executions of {task_id!r} belong to no program, or are out of the programs' order")


def make_row(task_id: str, code: str, arcs: Iterable[Iterable[int]]) -> CoverageRow:
    """Returns one program's row from the arcs of all its executions."""
    structure = Structure(code)
    covered = structure.cover(arcs)
    return CoverageRow(task_id=task_id, lines=len(structure.lines), covered_lines=len(covered.lines),
                       branches=len(structure.branches), covered_branches=len(covered.branches))


def summarize_coverage(rows: Iterable[CoverageRow]) -> CoverageSummary:
    """Returns the mean branch and line coverage of the rows (0 where there is none), the paper's beside them."""
    shares = [(share(row["covered_branches"], row["branches"]), share(row["covered_lines"], row["lines"]))
              for row in rows]
    branch, line = zip(*shares, strict=True) if shares else ((0.0,), (0.0,))
    return CoverageSummary(len(shares), fmean(branch), fmean(line))


def share(covered: int, possible: int) -> float:
    """Returns the fraction covered; all of nothing is 1."""
    return covered / possible if possible else 1.0
