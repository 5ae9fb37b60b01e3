"""Monologues written by a language model and kept by rejection: right answer, and no false step.

Goes in: programs with their executions. Comes out: each program with the responses that were kept; the others are
counted by reason. Answers are drawn one by one until enough are kept, and logged (`semcoder.endpoint`), so that a run
that was interrupted pays for no answer twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from more_itertools import chunked

from semcoder import paths
from semcoder.answers import Answer
from semcoder.config import Config
from semcoder.endpoint import Endpoint, find_fault, read_settings
from semcoder.engine import map_chunks
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import run_jobs
from semcoder.monologues.debugging.check import is_equal
from semcoder.monologues.teacher.prompts import Unfit, ask_monologue, read_sample
from semcoder.prompts import render_answer

BLOCK = 100  # programs whose answers are in memory at once
CHUNK = 20  # samples whose steps are checked in one parallel task
DIRECTIONS = {"forward": "output", "backward": "input"}  # objective -> what the audit calls its task

Taught = dict[tuple[str, str], tuple[str, ...]]  # (execution id, objective) -> responses
FindFalse = Callable[[str, str, str, str, str, str], str]  # code, entry, input, output, text, task -> reason or ""


@dataclass(frozen=True)
class Question:
    """One execution to be told in one direction."""

    code: str
    entry: str
    execution_id: str
    input: str
    output: str
    objective: str


@dataclass(frozen=True)
class Sample:
    """An answer that could be read: its monologue, and the call that it states."""

    question: Question
    monologue: str
    input: str
    output: str


def find_false_step(code: str, entry: str, input_text: str, output_text: str, text: str, task: str) -> str:
    """Returns why a monologue is not kept, by the kind of the first statement that a real run contradicts, or ""."""
    from semcoder.audit import audit_text

    result = audit_text(code, entry, input_text, output_text, text, task)
    if result.problem:
        return "steps cannot be judged"
    false = next((verdict for verdict in result.verdicts if verdict.verdict == "false"), None)
    return f"false claim, {false.claim.kind}" if false else ""


def ask_teacher(items: Iterable[tuple], config: Config, split: str, counts: Counter, folder: Path | None = None,
                find_false: FindFalse | None = None) -> Iterator[tuple]:
    """Yields each item with what the teacher wrote for it (Taught), None where monologues are compiled.

    The test split's always are, so that a model is asked the same questions whoever taught it.

    Args:
        items: tuples that start with a program, its executions and its traces (records).
        config: `monologues.teacher…`, `monologues.llm_…` and `min_sandbox_level` are read.
        split: of the items.
        counts: gets samples by what became of them, tokens and cost.
        folder: of `answers.jsonl`; by default that of the project.
        find_false: says what is false about a monologue; by default `find_false_step`.

    Raises:
        UserError: the endpoint cannot be used, or the sandbox is below min_sandbox_level.
    """
    if config.monologues.teacher == "grounded" or split == "test":
        yield from ((*item, None) for item in items)
        return
    with Endpoint(read_settings(config.monologues), folder or paths.ANSWERS) as endpoint:
        for block in chunked(items, BLOCK):
            taught = teach(endpoint, [question for item in block for question in list_questions(*item[:3])], config,
                           counts, find_false or find_false_step)
            for item in block:
                ids = {execution["execution_id"] for execution in item[1]}
                yield *item, {key: texts for key, texts in taught.items() if key[0] in ids}
        counts.update({f"teacher: {name}": number for name, number in endpoint.usage.items()})


def list_questions(program: dict, executions: list[dict], logs: list[dict]) -> list[Question]:
    """Returns a question per traced execution and direction."""
    traced = {log["execution_id"] for log in logs}
    return [Question(program["code"], program["entry"], e["execution_id"], e["input"], e["output"], objective)
            for e in executions if e["execution_id"] in traced for objective in DIRECTIONS]


def teach(endpoint: Endpoint, questions: list[Question], config: Config, counts: Counter,
          find_false: FindFalse) -> Taught:
    """Returns the responses kept, at most `teacher_kept` per question, out of at most `teacher_samples` answers."""
    kept: dict[Question, dict[str, None]] = {question: {} for question in questions}
    for number in range(config.monologues.teacher_samples):
        wanting = [q for q in questions if len(kept[q]) < config.monologues.teacher_kept]
        if not wanting:
            break
        asked = (ask_monologue(q.objective, q.code, q.entry, q.input, q.output) for q in wanting)
        answers = endpoint.ask_all(asked, f"teacher, sample {number + 1}", number)
        for question, response, reason in judge(wanting, list(answers), config, find_false):
            reason = reason or ("repeated" if response in kept[question] else "")
            counts[f"asked teacher: {question.objective}"] += 1
            counts[f"rejected teacher, {question.objective}: {reason}" if reason else
                   f"kept teacher: {question.objective}"] += 1
            kept[question] |= {} if reason else {response: None}
    return {(q.execution_id, q.objective): tuple(texts) for q, texts in kept.items() if texts}


def judge(questions: list[Question], answers: list[Answer], config: Config,
          find_false: FindFalse) -> Iterator[tuple[Question, str, str]]:
    """Yields (question, response, "") for what is kept, (question, "", reason) for what is not, in order."""
    read = [take_answer(q, answer) for q, answer in zip(questions, answers, strict=True)]
    samples = [sample for sample in read if isinstance(sample, Sample)]
    flaws = dict(zip(map(id, samples), find_wrong_answers(samples, config.min_sandbox_level), strict=True))
    right = [sample for sample in samples if not flaws[id(sample)]]
    false = (reason for chunk in map_chunks(partial(check_steps, find_false=find_false), chunked(right, CHUNK))
             for reason in chunk)
    flaws |= {id(sample): reason for sample, reason in zip(right, false, strict=True)}
    for question, sample in zip(questions, read, strict=True):
        reason = flaws[id(sample)] if isinstance(sample, Sample) else sample
        yield question, "" if reason else render_response(sample), reason


def take_answer(question: Question, answer: Answer) -> Sample | str:
    """Returns what an answer says, or why it cannot be read."""
    try:
        return Sample(question, *read_sample(answer.text, question.objective, question.entry, question.input,
                                             question.output))
    except Unfit as reason:
        return find_fault(answer) or str(reason)


def find_wrong_answers(samples: list[Sample], min_level: str) -> Iterator[str]:
    """Yields what is wrong with each sample's answer: outputs are compared, inputs are run."""
    jobs = (Job(code=s.question.code, entry=s.question.entry, inputs=(s.input,), max_value_chars=10_000)
            for s in samples if s.question.objective == "backward")
    outcomes = run_jobs(jobs, min_level=min_level)
    for sample in samples:
        if sample.question.objective == "forward":
            yield "" if sample.output == sample.question.output else "wrong answer"
        else:
            yield judge_input(next(outcomes)[0], sample.question.output)


def judge_input(outcome: Outcome, expected: str) -> str:
    """Returns what is wrong with an input, by its run: anything that leads to the output is right."""
    if outcome.status != "ok":
        return f"answer does not run ({outcome.status})"
    return "" if is_equal(outcome.output, expected) else "wrong answer"


def check_steps(samples: list[Sample], find_false: FindFalse) -> list[str]:
    """Returns the first false statement's kind of each sample, judged by a run of the input that it names, or ""."""
    return [find_false(s.question.code, s.question.entry, s.input, s.question.output, render_response(s),
                       DIRECTIONS[s.question.objective]) for s in samples]


def render_response(sample: Sample) -> str:
    """Returns a kept sample as the response of an example: its answer block in the form that all rows have."""
    question = sample.question
    input_text = sample.input if question.objective == "backward" else question.input
    return sample.monologue + render_answer(question.entry, input_text, question.output)
