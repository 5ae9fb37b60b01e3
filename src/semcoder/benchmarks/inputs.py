"""What generated inputs cover: rounds guided by coverage beside plain mutation and guesses, on the same functions.

The plain way is what this project did before: each known input with one literal changed, or a fixed list of values in
every combination where none is known; of those that run, the ones with different outputs are taken.
"""

import ast
from collections import Counter
from itertools import islice, product
from random import Random
from statistics import fmean, median

from semcoder.corpus.candidates import make_random
from semcoder.corpus.coverage import measure_coverage, share
from semcoder.corpus.inputs.rounds import MAX_LINES, MAX_OUTPUT_CHARS, Subject, expand_inputs
from semcoder.corpus.open_source.collect import drop_duplicates, harvest_functions
from semcoder.corpus.open_source.harvest import Function
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import run_jobs

NUM_INPUTS = 3
GUESSES = ("3", "10", "-2", "'hello world'", "'abc'", "'a-b_c'", "[3, 1, 2, 3]", "[1, 2, 3, 4, 5]", "['b', 'a', 'c']",
           "{'a': 1, 'b': 2}", "(4, 5)", "[[1, 2], [3, 4]]", "2.5", "True")
MAX_GUESSES, MAX_MUTATIONS = 60, 24


def measure(quick: bool = False, benchmarks_dir: str = "") -> list[dict]:
    """Returns a row per way of finding inputs: functions that got some, and what those inputs cover.

    Coverage is measured over the functions for which every way found inputs, so that no way gains by giving up.
    """
    counts: Counter = Counter()
    functions = list(islice(drop_duplicates(harvest_functions(0, counts), 0.95, counts), 40 if quick else 400))
    subjects = [Subject(f.candidate.code, f.candidate.entry, f.candidate.inputs, f.hints) for f in functions]
    plain, num_plain = find_plainly(functions)
    expansions, tried = expand_inputs(subjects, NUM_INPUTS, 0)
    guided = [list(expansion.inputs) for expansion in expansions]
    ways = {"mutation and guesses": (plain, num_plain),
            "rounds guided by coverage": (guided, tried["inputs tried"]),
            f"rounds, the first {NUM_INPUTS} inputs": ([found[:NUM_INPUTS] for found in guided], tried["inputs tried"])}
    common = [i for i in range(len(functions)) if all(found[i] for found, _ in ways.values())]
    return [describe(name, functions, found, num_tried, common) for name, (found, num_tried) in ways.items()]


def describe(name: str, functions: list[Function], found: list[list[str]], num_tried: int, common: list[int]) -> dict:
    """Returns the row of one way."""
    candidates = [(functions[i].candidate, found[i]) for i in common]
    rows = list(measure_coverage(
        ({"task_id": c.origin, "code": c.code, "entry": c.entry}, [{"input": text} for text in inputs])
        for c, inputs in candidates))
    branch = [share(row["covered_branches"], row["branches"]) for row in rows]
    line = [share(row["covered_lines"], row["lines"]) for row in rows]
    return {"what": name, "functions": len(functions), "with inputs": sum(map(bool, found)), "compared on": len(common),
            "branch coverage, mean": round(fmean(branch), 3), "branch coverage, median": round(median(branch), 3),
            "line coverage, mean": round(fmean(line), 3), "all branches": round(fmean(b == 1 for b in branch), 3),
            "inputs per function": round(sum(len(inputs) for _, inputs in candidates) / len(common), 2),
            "tried per function": round(num_tried / len(functions), 1)}


def find_plainly(functions: list[Function]) -> tuple[list[list[str]], int]:
    """Returns for each function the inputs that plain mutation and guesses lead to, and how many were tried."""
    trials = []
    for function in functions:
        candidate = function.candidate
        random, known = make_random("plain", candidate.origin), list(candidate.inputs)
        trials.append(known + mutate_plainly(known, random) if known else guess_plainly(candidate.code, random))
    jobs = [Job(code=f.candidate.code, entry=f.candidate.entry, inputs=tuple(inputs), watch="arcs",
                max_events=MAX_LINES, max_value_chars=MAX_OUTPUT_CHARS)
            for f, inputs in zip(functions, trials, strict=True)]
    found = []
    for inputs, outcomes in zip(trials, run_jobs(jobs, "plain inputs"), strict=True):
        good = {text: outcome.output for text, outcome in zip(inputs, outcomes, strict=True)
                if outcome.status == "ok" and outcome.output != "None"}
        first = {output: text for text, output in reversed(good.items())}  # the first input of each output
        chosen = [text for text in good if text in first.values()][:NUM_INPUTS]
        chosen += [text for text in good if text not in chosen][:NUM_INPUTS - len(chosen)]
        found.append(chosen if len(chosen) == NUM_INPUTS and len(first) > 1 else [])
    return found, sum(map(len, trials))


def mutate_plainly(known: list[str], random: Random) -> list[str]:
    """Returns known inputs, each with one literal changed."""
    found: dict[str, None] = {}
    for _ in range(MAX_MUTATIONS):
        call = ast.parse(f"f({random.choice(known)})", mode="eval").body
        places = [node for node in ast.walk(call) if isinstance(node, (ast.Constant, ast.List))]
        if places:
            change_literal(random.choice(places), random)
            found[ast.unparse(call)[2:-1]] = None
    return [text for text in found if text not in known]


def change_literal(node: ast.expr, random: Random) -> None:
    """Changes one literal in place; what is neither number, text nor list stays."""
    if isinstance(node, ast.List):
        if node.elts:
            node.elts.pop(random.randrange(len(node.elts)))
    elif type(node.value) is bool:
        node.value = not node.value
    elif type(node.value) in (int, float):
        node.value += random.choice((-2, -1, 1, 2, 5))
    elif type(node.value) is str:
        place = random.randrange(len(node.value) + 1)
        node.value = random.choice((node.value[:place] + random.choice("abe _A1") + node.value[place:],
                                    node.value[::-1], node.value[:place], node.value.swapcase()))


def guess_plainly(code: str, random: Random) -> list[str]:
    """Returns a random part of all combinations of the fixed values."""
    function = ast.parse(code).body[-1]
    number = len(function.args.args) - len(function.args.defaults)
    if number > 2:
        return [", ".join(random.choices(GUESSES, k=number)) for _ in range(MAX_GUESSES)]
    combinations = [", ".join(values) for values in product(GUESSES, repeat=number)]
    random.shuffle(combinations)
    return combinations[:MAX_GUESSES] if number else []
