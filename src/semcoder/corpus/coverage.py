"""Branch and line coverage of programs under their recorded inputs, as the library coverage.py counts it.

What is possible comes from coverage.py's static analysis, what was executed from runs with watch="arcs", in the
sandbox unless the program is of our own making. A branch is a way out of a line that has several; all lines of a
program count, its helpers and definitions included.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import TypedDict

from coverage.parser import PythonParser
from more_itertools import chunked

from semcoder.engine import map_chunks
from semcoder.execution.execute import compile_program, run_call
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import find_box

# Means over the paper's inputs, in percent (App. F, "Coverage of Inputs").
PAPER_BRANCH_PERCENT, PAPER_LINE_PERCENT = 93, 96
MAX_COVERED_LINES, MAX_COVERED_CHARS = 10_000, 10_000  # per input; those of a corpus end well below
TRUSTED_SOURCE = "synthetic"  # programs of our own making, the only ones that run outside the sandbox
CHUNK = 200  # programs per parallel task


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
        arcs = self._parser.arcs()
        exits = Counter(start for start, _ in arcs)
        self.lines = frozenset(self._parser.statements)
        self.branches = frozenset(arc for arc in arcs if exits[arc[0]] > 1)

    def cover(self, arcs: Iterable[Iterable[int]]) -> Covered:
        """Returns the lines and branches that executed arcs (watch="arcs") cover."""
        raw = [(start, end) for start, end in arcs]
        lines = self._parser.first_lines(line for arc in raw for line in arc if line > 0) & self.lines
        return Covered(frozenset(lines), frozenset(self._parser.translate_arcs(raw)) & self.branches)


@dataclass(frozen=True)
class CoverageSummary:
    """Means over programs, in [0, 1]; a program without branches has all of its branches covered."""

    num_programs: int
    branch_coverage: float
    line_coverage: float
    paper_branch_coverage: float = PAPER_BRANCH_PERCENT / 100
    paper_line_coverage: float = PAPER_LINE_PERCENT / 100


def measure_coverage(programs: Iterable[tuple[dict, list[dict]]]) -> Iterator[CoverageRow]:
    """Yields a row per program: its lines and branches, and how many of them its executions cover.

    Args:
        programs: (records.Program, its records.Executions), as `rows.join_by_task` pairs them.
    """
    for rows in map_chunks(measure_chunk, chunked(programs, CHUNK), description="coverage", unit=f"x {CHUNK} programs"):
        yield from rows


def measure_chunk(programs: list[tuple[dict, list[dict]]]) -> list[CoverageRow]:
    """Returns the rows of some programs."""
    return [make_row(program["task_id"], program["code"], watch_arcs(program, executions))
            for program, executions in programs]


def watch_arcs(program: dict, executions: list[dict]) -> list[list[int]]:
    """Returns the arcs of all executions; a program of our own making runs in this process, others in the sandbox."""
    inputs = tuple(row["input"] for row in executions)
    limits = {"watch": "arcs", "max_events": MAX_COVERED_LINES, "max_value_chars": MAX_COVERED_CHARS}
    if program.get("source") == TRUSTED_SOURCE:
        code = compile_program(program["code"])
        outcomes = [run_call(code, program["entry"], text, **limits) for text in inputs]
    else:
        outcomes = find_box().run(Job(code=program["code"], entry=program["entry"], inputs=inputs, **limits))
    return [arc for outcome in outcomes for arc in outcome.events]


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
