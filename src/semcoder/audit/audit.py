"""Texts -> results: each item's program is run in the sandbox, its monologue read, its claims judged.

A backward monologue is held against the run on the input it arrives at, where that runs, else on the reference input:
it argues for its own input, and a true step leads to that one.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from semcoder.audit.claims import RESTATED, Claim, Verdict
from semcoder.audit.extract import Extraction, extract_claims
from semcoder.audit.program import Program, read_program
from semcoder.audit.run import Run, is_equal, make_evaluation_job, make_run_job, read_evaluation
from semcoder.audit.text import Monologue, read_monologue
from semcoder.audit.verify import ask, judge_claims, with_answer
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs
from semcoder.prompts import read_assertion

TASKS = ("output", "input")
BATCH = 200  # items whose runs are held in memory together


@dataclass(frozen=True)
class Item:
    """One monologue and the program it is about; `task` is what it was asked for."""

    id: str
    code: str
    entry: str
    input: str  # argument list as source text
    output: str  # literal
    text: str
    task: str


@dataclass(frozen=True)
class AuditResult:
    """What came of one monologue.

    `answer` is right | wrong | none (no closing answer can be read). Where `problem` is not "", the reasoning was not
    judged: its prompt shows another program or question than the data (quotes that a renaming broke, say), or the
    program's run could not be had.
    """

    id: str
    task: str
    answer: str
    problem: str
    verdicts: tuple[Verdict, ...]
    extraction: Extraction
    stated: str = ""  # the literal that the answer states as output, of a forward monologue

    @property
    def steps(self) -> list[Verdict]:
        """The verdicts on the reasoning: all but those on claims that repeat the answer."""
        return [v for v in self.verdicts if v.claim.kind not in RESTATED]

    @property
    def false_steps(self) -> list[Verdict]:
        """The steps that are false, in the order of the text."""
        return [v for v in self.steps if v.verdict == "false"]

    @property
    def false_claims(self) -> list[Verdict]:
        """All that is false, the closing answer included."""
        return [v for v in self.verdicts if v.verdict == "false"]

    @property
    def own_false_steps(self) -> list[Verdict]:
        """The false steps whose value is not the answer's: those that do not say the wrong answer beforehand."""
        return [v for v in self.false_steps if not (self.stated and is_equal(self.stated, v.claim.value))]


def audit_text(code: str, entry: str, input_text: str, output_text: str, text: str, task: str) -> AuditResult:
    """Returns the verdicts on one monologue.

    Args:
        code: the program; the text may call its entry function by another name.
        entry: the function called.
        input_text: argument list as source text; for `task` "input" the reference input.
        output_text: literal of the output.
        text: the monologue, with or without its prompt and tags, closing answer included.
        task: `output` (forward) or `input` (backward).
    """
    return next(audit_items([Item("", code, entry, input_text, output_text, text, task)]))


def audit_items(items: Iterable[Item], description: str = "", min_level: str = "rlimits") -> Iterator[AuditResult]:
    """Yields the result of each item, in order.

    Args:
        items: monologues; their programs must be such that Python can parse them.
        description: of the progress bar; "" shows none.
        min_level: of the sandbox, which runs the programs, the answers and the expressions of the texts.

    Raises:
        UserError: this machine's sandbox is weaker.
    """
    items = iter(items)
    while batch := [Hearing(item) for item in islice(items, BATCH)]:
        outcomes = run_jobs((hearing.job for hearing in batch), description, min_level=min_level)
        for hearing, found in zip(batch, outcomes, strict=True):
            hearing.take_run(found)
        asking = [hearing for hearing in batch if hearing.questions]
        values = run_jobs((hearing.evaluation for hearing in asking), min_level=min_level)
        for hearing, found in zip(asking, values, strict=True):
            hearing.take_evaluation(found)
        for hearing in batch:
            yield hearing.finish()


class Hearing:
    """One item on its way: read, run, asked, judged."""

    def __init__(self, item: Item):
        self._item = item
        self._program: Program = read_program(item.code, item.entry)
        self._monologue: Monologue = read_as(item, self._program)
        self._extraction = extract_claims(self._monologue, self._program, item.task)
        self._claims: tuple[Claim, ...] = self._extraction.claims
        self._given = read_assertion(self._monologue.answer)  # what the answer asserts: entry, input, output
        self._answers: dict[int, list[str]] = {}
        self._run: Run | None = None
        self.questions: dict = {}
        self._right = "none"

    @property
    def job(self) -> Job:
        """The runs that are needed: on the reference input and, backward, on the answer's first."""
        own = (self._given[1],) if self._item.task == "input" and self._given else ()
        return make_run_job(self._program, (*own, self._item.input))

    def take_run(self, outcomes: list[Outcome]) -> None:
        """Takes the outcomes of `job`; afterwards `questions` are known."""
        if self._given and self._item.task == "output":
            self._right = "right" if is_equal(self._item.output, self._given[2]) else "wrong"
        elif self._given and outcomes[0].status != "sandbox_error":
            is_right = outcomes[0].status == "ok" and is_equal(outcomes[0].output, self._item.output)
            self._right = "right" if is_right else "wrong"
        run = next((o for o in outcomes if o.status == "ok"), next((o for o in outcomes if o.events), None))
        if run is not None:
            self._run = Run(self._program, run)
            self.questions = ask(self._claims, self._program, self._run)

    @property
    def evaluation(self) -> Job:
        """The job that evaluates the expressions asked for."""
        return make_evaluation_job(self._program, [(q.claim.subject, q.states) for q in self.questions.values()])

    def take_evaluation(self, outcomes: list[Outcome]) -> None:
        """Takes the outcomes of `evaluation`."""
        for (number, question), outcome in zip(self.questions.items(), outcomes, strict=True):
            self._answers[number] = read_evaluation(outcome, len(question.states))

    def finish(self) -> AuditResult:
        """Returns the result."""
        item, verdicts = self._item, []
        problem = "no run" if self._run is None else "another question" if is_other(self._monologue, item) else ""
        if not problem:
            verdicts = judge_claims(self._claims, self._program, self._run, self.questions, self._answers, item.output,
                                    item.task == "output")
        answer = "" if self._right == "none" else self._monologue.answer
        return AuditResult(item.id, item.task, self._right, problem,
                           with_answer(verdicts, answer, self._right == "right"), self._extraction,
                           self._given[2] if self._given and item.task == "output" else "")


def read_as(item: Item, program: Program) -> Monologue:
    """Returns the monologue, with the entry function under its own name."""
    quoted = re.search(r"def (\w+)\(", read_monologue(item.text, frozenset()).program)
    text = re.sub(rf"\b{quoted.group(1)}\b", item.entry, item.text) if quoted else item.text
    return read_monologue(text, program.variables)


def is_other(monologue: Monologue, item: Item) -> bool:
    """Returns whether the prompt before a monologue shows another program or question than the item's."""
    asked = f"assert {item.entry}({item.input}) == 0" if item.task == "output" else f"assert 0 == {item.output}"
    shown = monologue.question.replace("??", "0")
    if item.task == "input":
        shown = re.sub(r"^assert .*?\(0\) ==", "assert 0 ==", shown)
    pairs = [(monologue.program, item.code)] if monologue.program.strip() else []
    pairs += [(shown, asked)] if shown else []
    return any(not is_same_code(one, other) for one, other in pairs)


def is_same_code(one: str, other: str) -> bool:
    """Returns whether two source texts have the same syntax tree."""
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError):
        return False
