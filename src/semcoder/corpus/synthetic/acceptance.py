"""Which generated programs are kept, with which inputs: cheap reasons to refuse a program come first.

Inputs are drawn until together they send every branch both ways. The chosen ones are traced once; that trace gives the
dynamic slice, in which each statement must appear. A slice may keep too much, so at last each statement is left out
once: some output must change.
"""

import ast
from collections.abc import Callable

from semcoder.corpus.synthetic.flow import UNPROVEN, read_flows
from semcoder.corpus.synthetic.slicing import slice_run
from semcoder.corpus.synthetic.trial import Run, Trial, compile_arguments
from semcoder.execution.execute import compile_program, run_call

MAX_CHARS = {1: 60, 2: 100, 3: 140}  # of a value's literal: larger ones would only test copying
MAX_EVENTS = 500
DRAWS_PER_INPUT = 8  # inputs drawn for each one kept before a branch counts as never taken


def accept(code: str, entry: str, draw: Callable[[], str], num_inputs: int,
           level: int) -> tuple[tuple[Run, ...], str]:
    """Returns the chosen executions of a program, or none and why it is refused."""
    if has_unused_argument(code, entry):
        return (), "unused argument"
    trial = Trial(code, entry, MAX_CHARS[level])
    runs, flaw = draw_runs(trial, draw, num_inputs)
    if flaw:
        return (), flaw
    chosen = choose_runs(runs, trial.branches, num_inputs)
    flaw = find_flaw(trial, code, entry, chosen, level)
    return (() if flaw else tuple(chosen)), flaw


def draw_runs(trial: Trial, draw: Callable[[], str], num_inputs: int) -> tuple[list[Run], str]:
    """Returns runs that end well on different inputs and reach every branch outcome, or why there are none."""
    runs, failures, seen, reached = [], [], set(), set()
    for _ in range(DRAWS_PER_INPUT * num_inputs):
        text = draw()
        if text in seen:
            continue
        seen.add(text)
        run = trial.run(text, compile_arguments(text))
        if run.status != "ok":
            failures.append(run.status)
            if len(failures) > max(1, len(runs)):
                break
            continue
        runs.append(run)
        reached |= run.outcomes
        if len(runs) >= num_inputs and reached >= trial.branches and is_varied(runs, num_inputs):
            return runs, ""
    if len(failures) > len(runs) or len(runs) < num_inputs:
        return [], f"does not run: {failures[-1]}" if failures else "too few inputs"
    return (runs, "") if reached >= trial.branches else ([], "branch never taken")


def is_varied(runs: list[Run], num_inputs: int) -> bool:
    """Returns whether the outputs differ enough to choose from."""
    return len({run.output for run in runs}) >= min(num_inputs, 3)


def choose_runs(runs: list[Run], branches: set[int], num_inputs: int) -> list[Run]:
    """Returns `num_inputs` runs, up to twice as many where the branches need more, best first.

    Each next run adds the most branch outcomes, then a new output; ties go to the one drawn first.
    """
    chosen, left, missing, outputs = [], list(runs), set(branches), set()
    while left and (len(chosen) < num_inputs or (missing and len(chosen) < 2 * num_inputs)):
        best = max(left, key=lambda run: (len(run.outcomes & missing), run.output not in outputs))
        left.remove(best)
        chosen.append(best)
        missing -= best.outcomes
        outputs.add(best.output)
    return chosen


def find_flaw(trial: Trial, code: str, entry: str, runs: list[Run], level: int) -> str:
    """Returns why a program is not worth keeping with these executions, or "" if it is."""
    if trial.branches - frozenset().union(*(run.outcomes for run in runs)):
        return "branch never taken"
    if len(runs) > 1 and len({run.output for run in runs}) == 1:
        return "constant output"
    if returns_argument(runs):
        return "returns its argument"
    events = trace(code, entry, runs, level)
    if events is None:
        return "over budget when traced"
    if find_dead(ast.parse(code), events):
        return "dead statement"
    return "statement without effect" if trial.find_idle(runs) else ""


def has_unused_argument(code: str, entry: str) -> bool:
    """Returns whether the entry function never reads one of its arguments."""
    function = next(n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef) and n.name == entry)
    read = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    return any(argument.arg not in read for argument in function.args.args)


def returns_argument(runs: list[Run]) -> bool:
    """Returns whether every run gives back one and the same of its arguments unchanged."""
    pairs = [(run.output, run.text) for run in runs]
    if not all(output in text for output, text in pairs):
        return False
    arguments = [[ast.unparse(a) for a in ast.parse(f"f({text})", mode="eval").body.args] for _, text in pairs]
    return any(all(args[i] == output for args, (output, _) in zip(arguments, pairs, strict=True))
               for i in range(len(arguments[0])))


def trace(code: str, entry: str, runs: list[Run], level: int) -> list[tuple] | None:
    """Returns the events of each run, or None where one does not end as it did before."""
    compiled, found = compile_program(code), []
    for run in runs:
        outcome = run_call(compiled, entry, run.text, watch="trace", max_events=MAX_EVENTS,
                           max_value_chars=2 * MAX_CHARS[level])
        if (outcome.status, outcome.output) != ("ok", run.output):
            return None
        found.append(outcome.events)
    return found


def find_dead(tree: ast.Module, events: list[tuple]) -> list[ast.stmt]:
    """Returns the statements that are in no execution's slice: no returned value depends on them."""
    flows = read_flows(tree)
    needed = set().union(*(slice_run(flows, run) for run in events))
    return [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not isinstance(node, UNPROVEN)
            and node.lineno not in needed]
