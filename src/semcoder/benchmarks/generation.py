"""Programs generated per second: accepted, executed and traced; and what the proof that no statement is dead costs.

The alternative beside it is the check that this project used before: every statement deleted in turn, the program
printed, compiled and run again.
"""

import ast
import time
from collections import Counter
from collections.abc import Callable

from joblib import Parallel, cpu_count, delayed

from semcoder.corpus.candidates import Candidate
from semcoder.corpus.synthetic import generate_crux, generate_described
from semcoder.corpus.synthetic.acceptance import MAX_CHARS, find_flaw
from semcoder.corpus.synthetic.flow import UNPROVEN, read_flows
from semcoder.corpus.synthetic.trial import MAX_STEPS, Trial
from semcoder.execution.execute import compile_program, run_call

SEED, NUM_INPUTS = 0, 3
CHUNK = 100  # programs per task
FAMILIES = {"crux": generate_crux, "described": generate_described}


def measure(quick: bool = False, benchmarks_dir: str = "") -> list[dict]:
    """Returns a row per family and level: programs per second on all cores, rejects, and both checks' cost."""
    num_programs, num_checked = (400, 20) if quick else (4000, 150)
    rows = []
    with Parallel(n_jobs=-1) as parallel:
        run_chunks(parallel, "crux", 1, range(0, CHUNK * cpu_count(), CHUNK))  # starts the workers
        for family in FAMILIES:
            for level in (1, 2, 3):
                start = time.perf_counter()
                done = run_chunks(parallel, family, level, range(0, num_programs, CHUNK))
                seconds = time.perf_counter() - start
                rows.append(make_row(family, level, done, seconds, num_checked))
    return rows


def run_chunks(parallel: Parallel, family: str, level: int, starts: range) -> list[tuple]:
    """Returns what each chunk gave: its programs, its rejects by reason and its CPU seconds."""
    return parallel(delayed(generate_chunk)(family, level, range(start, start + CHUNK)) for start in starts)


def generate_chunk(family: str, level: int, indices: range) -> tuple[list[Candidate], Counter, float]:
    """Returns the programs of some indices, the rejects by reason, and the CPU seconds that took."""
    start, programs, rejects = time.process_time(), [], Counter()
    for index in indices:
        candidate, flaws = FAMILIES[family](SEED, index, level, NUM_INPUTS)
        rejects.update(flaws)
        if candidate:
            programs.append(candidate)
    return programs, rejects, time.process_time() - start


def make_row(family: str, level: int, done: list[tuple], seconds: float, num_checked: int) -> dict:
    """Returns one row of the table."""
    programs = [program for chunk, _, _ in done for program in chunk]
    rejects = sum((chunk_rejects for _, chunk_rejects, _ in done), Counter())
    ours = time_check(check_by_slice, programs[:num_checked])
    old = time_check(check_by_deletion, programs[:num_checked])
    return {"what": f"{family}, level {level}", "programs per second": len(programs) / seconds,
            "CPU ms per program": 1000 * sum(cpu for _, _, cpu in done) / len(programs),
            "accepted share of attempts": len(programs) / (len(programs) + rejects.total()),
            "inputs per program": sum(len(p.inputs) for p in programs) / len(programs),
            "check ms per program": ours, "delete-and-rerun ms per program": old, "ratio": old / ours,
            "cores": cpu_count(), "n": len(programs),
            "rejects": ", ".join(f"{reason} {count}" for reason, count in rejects.most_common())}


def time_check(check: Callable[[Candidate], bool], programs: list[Candidate]) -> float:
    """Returns the CPU milliseconds a check takes per program; every program must pass it."""
    start = time.process_time()
    passed = sum(map(check, programs))
    assert passed == len(programs), f"{check.__name__}: {len(programs) - passed} of {len(programs)} fail"
    return 1000 * (time.process_time() - start) / len(programs)


def check_by_slice(program: Candidate) -> bool:
    """Returns whether no statement is dead: by one traced run per input, its slice, and runs with switches."""
    tree = ast.parse(program.code)
    flows = read_flows(tree)
    trial = Trial(tree, program.entry, MAX_CHARS[program.level])
    runs = [trial.run(text) for text in program.inputs]
    return find_flaw(trial, flows, program.code, runs, program.level) == ""


def check_by_deletion(program: Candidate) -> bool:
    """Returns whether no statement is dead: by deleting each in turn and running the rest on every input."""
    outputs = run_inputs(program.code, program)
    nodes = list(ast.walk(ast.parse(program.code)))
    numbers = [i for i, node in enumerate(nodes) if isinstance(node, ast.stmt) and not isinstance(node, UNPROVEN)]
    return all(run_inputs(delete_statement(program.code, number), program) != outputs for number in numbers)


def run_inputs(code: str, program: Candidate) -> list[str] | None:
    """Returns a program's outputs on another's inputs, or None where any run fails."""
    try:
        compiled = compile_program(code)
    except SyntaxError:  # a nonlocal name without its binding
        return None
    outputs = []
    for text in program.inputs:
        outcome = run_call(compiled, program.entry, text, count_lines=True, max_events=4 * MAX_STEPS)
        if outcome.status != "ok":
            return None
        outputs.append(outcome.output)
    return outputs


def delete_statement(code: str, number: int) -> str:
    """Returns the program without its `number`-th node, a statement; a block left empty gets `pass`."""
    tree = ast.parse(code)
    nodes = list(ast.walk(tree))
    target = nodes[number]
    for node in nodes:
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and any(statement is target for statement in block):
                left = [statement for statement in block if statement is not target]
                setattr(node, name, left or [ast.Pass()])
    return ast.unparse(ast.fix_missing_locations(tree))
