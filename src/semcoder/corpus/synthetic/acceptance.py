"""Which generated programs are kept, with which inputs: cheap reasons to refuse a program come first.

Inputs are drawn until together they send every branch both ways. The chosen ones are traced once; that trace gives the
dynamic slice, in which each statement must appear. A slice may keep too much, so at last each statement is left out
once: some output must change.
"""

import ast
from collections.abc import Callable

from semcoder.corpus.synthetic.flow import Flow, read_flows
from semcoder.corpus.synthetic.slicing import slice_runs
from semcoder.corpus.synthetic.trial import Run, Trial
from semcoder.execution.execute import compile_program, run_call

MAX_CHARS = {1: 60, 2: 100, 3: 140}  # of a value's literal: larger ones would only test copying
MAX_EVENTS = 400  # of one traced run: what the traces stage allows by default
DRAWS_PER_INPUT = 8  # inputs drawn for each one kept before a branch counts as never taken


def accept(code: str, entry: str, draw: Callable[[], str], num_inputs: int,
           level: int) -> tuple[tuple[Run, ...], str]:
    """Returns the chosen executions of a program, or none and why it is refused."""
    tree = ast.parse(code)
    if has_unused_argument(tree, entry, flows := read_flows(tree)):
        return (), "unused argument"
    try:
        trial = Trial(tree, entry, MAX_CHARS[level])
    except SyntaxError:  # of what parses: a name declared global after its use, where a pattern came twice
        return (), "does not compile"
    runs, flaw = draw_runs(trial, draw, num_inputs)
    if not flaw:
        runs = choose_runs(runs, trial.branches, num_inputs)
        flaw = find_flaw(trial, flows, code, runs, level)
    return (() if flaw else tuple(runs)), flaw


def draw_runs(trial: Trial, draw: Callable[[], str], num_inputs: int) -> tuple[list[Run], str]:
    """Returns runs that end well on different inputs and reach every branch outcome, or why there are none."""
    runs, failures, seen, reached = [], [], set(), set()
    for _ in range(DRAWS_PER_INPUT * num_inputs):
        text = draw()
        if text in seen:
            continue
        seen.add(text)
        run = trial.run(text)
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
    """Returns whether the outputs differ enough to choose from; some can only be true or false."""
    outputs = {run.output for run in runs}
    return len(outputs) >= min(num_inputs, 3) or (len(outputs) == 2 and len(runs) >= 2 * num_inputs)


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


def find_flaw(trial: Trial, flows: dict[int, Flow], code: str, runs: list[Run], level: int) -> str:
    """Returns why a program is not worth keeping with these executions, or "" if it is."""
    if trial.branches - frozenset().union(*(run.outcomes for run in runs)):
        return "branch never taken"
    if len(runs) > 1 and len({run.output for run in runs}) == 1:
        return "constant output"
    if returns_argument(runs):
        return "returns its argument"
    events = trace(code, trial.entry, runs, level)
    if events is None:
        return "over budget when traced"
    if find_dead(flows, events):
        return "dead statement"
    if trial.has_idle_statement(runs):
        return "statement without effect"
    return "operation without effect" if trial.has_idle_operation(runs) else ""


def has_unused_argument(tree: ast.Module, entry: str, flows: dict[int, Flow]) -> bool:
    """Returns whether the entry function never reads one of its arguments."""
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == entry)
    read = set().union(*(flow.uses for line, flow in flows.items() if line > function.lineno))
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


def find_dead(flows: dict[int, Flow], events: list[tuple]) -> set[int]:
    """Returns the lines of statements that are in no execution's slice: no returned value depends on them."""
    return {flow.line for flow in flows.values() if flow.is_proven} - slice_runs(flows, events)
