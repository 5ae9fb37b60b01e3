"""Runs the notebooks in order with papermill, one line per stage, and says how to go on when one fails."""

import tempfile
import threading
import time
from pathlib import Path

from semcoder import paths
from semcoder.config import STAGES
from semcoder.errors import UserError
from semcoder.presets import load_preset

NOTEBOOKS = tuple(f"{number:02}_{stage}.ipynb" for number, stage in enumerate(STAGES, 1))
TICK_S = 15.0


def run_pipeline(preset: str) -> None:
    """Runs 01_corpus to 08_report at `preset`; executed copies go to results/notebooks.

    Raises:
        UserError: an unknown preset, or a notebook failed: which, where, and how to rerun just that one.
    """
    load_preset(preset)
    paths.EXECUTED.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    for number, name in enumerate(NOTEBOOKS, 1):
        head = f"[stage {number} of {len(NOTEBOOKS)}: {STAGES[number - 1]}]"
        print(f"{head} running notebooks/{name}", flush=True)
        started = time.monotonic()
        with Ticker(head, started) as ticker:
            run_notebook(name, preset, ticker.log)
        total = time.monotonic() - begun
        print(f"{head} done in {time.monotonic() - started:.0f} s ({total / 60:.1f} min in all)", flush=True)


def run_notebook(name: str, preset: str, log: Path) -> None:
    """Runs one notebook; its cells' text output also goes to `log`."""
    import papermill
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    quiet = Config()
    quiet.KernelManager.transport = "ipc"  # the default transport warns about missing encryption at each start
    output = paths.EXECUTED / name
    with tempfile.TemporaryDirectory() as folder, open(log, "w", encoding="utf-8") as stream:
        quiet.KernelManager.ip = f"{folder}/kernel"  # where its sockets lie; else a killed run leaves them here
        try:
            papermill.execute_notebook(str(paths.NOTEBOOKS / name), str(output), parameters={"preset": preset},
                                       progress_bar=False, stdout_file=stream, stderr_file=stream,
                                       cwd=str(paths.ROOT), config=quiet)
        except PapermillExecutionError as error:
            raise UserError(
                f"notebooks/{name}, cell {error.exec_count} failed: {error.ename}: {error.evalue}\n"
                f"see results/notebooks/{name}; rerun just this stage with\n"
                f"  .venv/bin/papermill notebooks/{name} results/notebooks/{name} -p preset {preset}") from error


class Ticker:
    """Prints, every few seconds, how long a stage has run and the last line it wrote."""

    def __init__(self, head: str, started: float):
        self.log = paths.EXECUTED / "stage.log"
        self._head, self._started = head, started
        self._stop = threading.Event()

    def __enter__(self) -> "Ticker":
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()

    def _tick(self) -> None:
        while not self._stop.wait(TICK_S):
            print(f"{self._head} {time.monotonic() - self._started:.0f} s  {self._last_line()}", flush=True)

    def _last_line(self) -> str:
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
        return lines[-1].strip()[:100] if lines else ""
