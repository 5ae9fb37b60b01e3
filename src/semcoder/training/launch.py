"""Starts the worker processes, shows their progress lines as they come, and says what went wrong if they fail."""

import os
import signal
import subprocess

from semcoder import paths
from semcoder.errors import UserError
from semcoder.runs import Run, write_text
from semcoder.training.compute import resolve_precision
from semcoder.training.plan import make_command

SHOWN_LINES = 12  # of the log, in an error message
PROGRESS = ("step ", "going on from step ")


def launch_workers(run: Run) -> None:
    """Runs the training of `run` in child processes until they end; `train.log` keeps all they wrote.

    Raises:
        UserError: a worker failed; the message ends with the last lines of the log.
    """
    config = resolve_precision(run.config.training)
    run.notes["precision"] = config.precision
    lines: list[str] = []
    children = subprocess.Popen(make_command(config, str(run.path.resolve())), stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, errors="replace", env=make_environment(config),
                                start_new_session=True)
    try:
        for line in children.stdout:
            lines.append(line)
            if line.startswith(PROGRESS):
                print(line, end="", flush=True)
        status = children.wait()
    finally:
        if children.poll() is None:  # interrupted: no rank may outlive its notebook
            os.killpg(children.pid, signal.SIGKILL)
            children.wait()
        write_text(run.find("train.log"), "".join(lines).replace(str(paths.ROOT), "."))
    if status:
        told = [line for line in lines if line.strip()][-SHOWN_LINES:]
        raise UserError(f"training {run.run_id} failed with exit status {status}; the last lines of "
                        f"{paths.shown(run.find('train.log'))}:\n{''.join(told)}")


def make_environment(config) -> dict[str, str]:
    """Returns the workers' environment: cores shared out, quiet libraries, DeepSpeed told its device."""
    threads = max(1, (os.cpu_count() or 1) // config.num_ranks)
    return {**os.environ, "DS_ACCELERATOR": config.device, "OMP_NUM_THREADS": str(threads), "PYTHONWARNINGS": "ignore",
            "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1", "TRANSFORMERS_VERBOSITY": "error"}
