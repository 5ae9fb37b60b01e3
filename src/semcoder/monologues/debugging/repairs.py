"""Repair examples: a bug that a test notices, its failing run explained and checked, the fix."""

import ast
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice

from semcoder.config import Config
from semcoder.corpus.candidates import make_random, normalize
from semcoder.execution.events import fold_inner_frames
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.debugging.bugs import Bug, make_bugs
from semcoder.monologues.debugging.check import find_false_debugging_claim, is_equal, replay_repair
from semcoder.monologues.debugging.departure import Unexplained, find_departure, watch_run
from semcoder.monologues.debugging.diagnosis import CAUSE
from semcoder.monologues.debugging.monologue import render_debugging
from semcoder.monologues.debugging.mutations import Variable
from semcoder.monologues.debugging.patches import pair_lines
from semcoder.monologues.debugging.scene import Repair, Test
from semcoder.monologues.forward.check import find_false_claim
from semcoder.monologues.forward.evidence import Evidence
from semcoder.monologues.steps import build_steps
from semcoder.prompts import render_repair_answer, render_repair_prompt

MAX_BUGS_TRIED = 8


def build_repairs(box: Sandbox, program: dict, executions: list[dict], config: Config, counts: Counter,
                  sampled: tuple[str, ...] = ()) -> Iterator[tuple[str, str, int]]:
    """Yields (prompt, response, number of steps) of up to `bugs_per_program` bugs of a program.

    Args:
        sampled: wrong programs that a model wrote, tried before mutations.
    """
    fixed = normalize(program["code"])
    tests = tuple((e["input"], e["output"]) for e in executions)
    rights = trace_tests(box, fixed, program["entry"], tests, config)
    if [(o.status, o.output) for o in rights] != [("ok", output) for _, output in tests]:
        counts["rejected repair: the program itself cannot be traced"] += 1
        return
    random = make_random("bugs", config.seed, program["task_id"])
    mutants = islice(make_bugs(fixed, random, find_variables(rights)), MAX_BUGS_TRIED)
    bugs = chain((Bug(code, "model") for code in sampled), mutants)
    kept = 0
    for bug in bugs:
        if kept >= config.monologues.bugs_per_program:
            break
        try:
            row = explain_bug(box, bug.code, program, fixed, tests, rights, config, counts)
        except Unexplained as reason:
            counts[f"rejected repair: {reason}"] += 1
            counts[f"rejected bug: {bug.operator}"] += 1
            continue
        counts["kept: repair"] += 1
        counts[f"kept bug: {bug.operator}"] += 1
        kept += 1
        yield row


def trace_tests(box: Sandbox, code: str, entry: str, tests: tuple[Test, ...], config: Config) -> list[Outcome]:
    """Returns the traced outcome of each test's input."""
    return box.run(Job(code=code, entry=entry, inputs=tuple(arguments for arguments, _ in tests), watch="trace",
                       max_events=config.traces.max_events, max_value_chars=config.traces.max_value_chars,
                       timeout_s=config.traces.timeout_s))


def find_variables(outcomes: list[Outcome]) -> dict[str, Variable]:
    """Returns the variables of traced runs that hold literals of one type throughout, in one function."""
    found: dict[str, set[tuple[str, str]]] = {}
    lines: dict[str, int] = {}
    for event in (event for outcome in outcomes for event in fold_inner_frames(list(outcome.events))):
        for name, text in event["changed"].items():
            lines[name] = min(event["line"], lines.get(name, event["line"]))
            try:
                kind = type(ast.literal_eval(text)).__name__
            except (ValueError, SyntaxError):  # a mark
                kind = text
            found.setdefault(name, set()).add((kind, event["function"]))
    return {name: Variable(*kinds.pop(), lines[name]) for name, kinds in found.items() if len(kinds) == 1}


def explain_bug(box: Sandbox, buggy: str, program: dict, fixed: str, tests: tuple[Test, ...], rights: list[Outcome],
                config: Config, counts: Counter) -> tuple[str, str, int]:
    """Returns (prompt, response, number of steps) for a bug, by the shortest failing run that can be explained.

    Raises:
        Unexplained: with the reason that counts, that of the last failing test.
    """
    entry, reason = program["entry"], Unexplained("no test notices it")
    outcomes = trace_tests(box, buggy, entry, tests, config)
    runs = sorted(zip(tests, outcomes, rights, strict=True), key=lambda run: len(run[1].events))
    for test, wrong, right in runs:
        if wrong.status == "ok" and is_equal(wrong.output, test[1]):
            continue
        repair = Repair(buggy, fixed, entry, tests, test)
        try:
            monologue, num_steps = explain_failure(box, repair, wrong, right, config, counts)
        except Unexplained as error:
            reason = error
            continue
        assertion = f"assert {entry}({test[0]}) == {test[1]}"
        prompt = render_repair_prompt(program["description"], buggy, assertion, wrong.output)
        return prompt, monologue + render_repair_answer(fixed), num_steps
    raise reason


def explain_failure(box: Sandbox, repair: Repair, wrong: Outcome, right: Outcome, config: Config,
                    counts: Counter) -> tuple[str, int]:
    """Returns the checked monologue about one failing test, and its number of steps.

    Raises:
        Unexplained: the run does not end, is too long, its departure cannot be told, or a claim is false.
    """
    if wrong.status not in ("ok", "exception"):
        raise Unexplained(f"its run ends by {wrong.status}")
    error = wrong.output if wrong.status == "exception" else ""
    if "\n" in error:
        raise Unexplained("an error of several lines")
    steps = build_steps(repair.buggy, list(wrong.events))
    if len(steps) > config.monologues.max_steps:
        raise Unexplained("too many steps")
    departure = find_departure(watch_run(repair.buggy, list(wrong.events), error),
                               watch_run(repair.fixed, list(right.events)), pair_lines(repair.buggy, repair.fixed))
    monologue = render_debugging(repair, wrong, steps, departure, verbosity=config.monologues.verbosity,
                                 random=make_random("repair", config.seed, repair.buggy, repair.failed))
    again, rights = replay_repair(box, repair, config)
    evidence = Evidence(repair.buggy, repair.entry, again.output, list(again.events))
    flaw, number = find_false_claim(monologue.split(CAUSE)[0], evidence)
    counts["checked: claims"] += number
    flaw = f"simulation, {flaw}" if flaw else find_false_debugging_claim(monologue, repair, again, rights)
    if flaw:
        raise Unexplained(f"false claim, {flaw}")
    return monologue, len(steps)
