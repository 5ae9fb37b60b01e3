"""The one way to run programs: each execution in a confined child process of a warm server.

`levels` says what is enforced on this machine, `server` how. Time limits count processor time and scale with a
measured reference loop, so that a slow or busy machine gives the same verdicts. What a program says about its
own output is taken at its word: code that knows this project could forge its answer, though nobody else's.
"""

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial

from more_itertools import chunked

from semcoder.engine import map_chunks
from semcoder.errors import UserError
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.levels import LAYERS, check_level, list_launches, list_readable, name_level
from semcoder.execution.server import MAX_REPLY_BYTES, MAX_TIMEOUTS, WALL_FACTOR, WALL_GRACE_S, write_message

START = ("import sys, json; sys.path.insert(0, {!r}); from semcoder.execution.server import serve; "
         "serve(json.loads({!r}))")
START_S = 60.0  # a server that has not greeted after so long does not work
SLACK_S = 30.0  # beyond all limits of a job, before its server counts as hung
CHUNK = 50  # jobs per parallel task
BOXES = threading.local()


class SandboxFault(Exception):
    """The server could not be started, died, or does not answer."""


class Sandbox:
    """A warm server process; `with Sandbox() as box: box.run(job)`. Not safe to share between threads."""

    def __init__(self, *, hash_seed: int = 0, layers: tuple[str, ...] = LAYERS):
        """Prepares a sandbox; nothing is started yet.

        Args:
            hash_seed: PYTHONHASHSEED of the programs: sets of strings iterate in another order for another seed.
            layers: layers that may be used; the default is the strongest set that this machine offers.
        """
        self._hash_seed, self._wanted = hash_seed, layers
        self.layers: list[str] = []  # in force, known once it runs
        self.speed = 1.0  # times slower than the reference machine

    def __enter__(self) -> "Sandbox":
        self._folder = tempfile.mkdtemp(prefix="semcoder-sandbox-")
        try:
            self._start()
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_) -> None:
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def level(self) -> str:
        """One of config.LEVELS."""
        return name_level(self.layers)

    def _start(self) -> None:
        import semcoder

        package_root = os.path.dirname(os.path.dirname(os.path.abspath(semcoder.__file__)))
        errors = []
        for layer, prefix in list_launches(self._folder, package_root):
            if layer and layer not in self._wanted:
                continue
            try:
                self._launch(prefix, package_root)
                greeting = json.loads(self._read(time.monotonic() + START_S))
            except (OSError, SandboxFault) as error:  # no such right here: try the next way
                self._stop()
                self._errors.seek(0)
                told = self._errors.read().decode(errors="replace").strip().split("\n")[-1]
                errors.append(f"{layer or 'plain'}: {told or error}")
                continue
            self.layers, self.speed = [layer] * bool(layer) + greeting["layers"], greeting["speed"]
            return
        raise UserError(f"the sandbox cannot start child processes ({'; '.join(errors)}): run where fork is allowed")

    def _launch(self, prefix: list[str], package_root: str) -> None:
        settings = {"layers": list(self._wanted), "readable": list_readable(package_root), "folder": self._folder}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the server
        self._server = subprocess.Popen(
            # Not -I: it would ignore PYTHONHASHSEED, and sets of strings would come in another order each time.
            [*prefix, sys.executable, "-s", "-P", "-c", START.format(package_root, json.dumps(settings))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, cwd=self._folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": str(self._hash_seed), "LC_ALL": "C.UTF-8"},
            start_new_session=True)

    def _stop(self) -> None:
        with contextlib.suppress(OSError):
            self._server.stdin.close()
        try:
            self._server.wait(timeout=2)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
        self._server.stdout.close()

    def run(self, job: Job) -> list[Outcome]:
        """Returns one Outcome per input, then one per test.

        After a fault of the sandbox the job is tried once more; what then has no answer is `sandbox_error`.
        """
        outcomes: list[Outcome] = []
        for _ in range(2):
            outcomes = []
            try:
                for outcome in self._ask(job):
                    outcomes.append(outcome)
                return outcomes
            except (OSError, SandboxFault) as error:
                fault = Outcome("sandbox_error", str(error))
                os.killpg(self._server.pid, signal.SIGKILL)
                self._stop()
                self._start()
        return outcomes + [fault] * (len(job.inputs) + len(job.tests) - len(outcomes))

    def _ask(self, job: Job) -> Iterator[Outcome]:
        write_message(self._server.stdin.fileno(), json.dumps(job.__dict__).encode())
        longest_s = (MAX_TIMEOUTS + 1) * (WALL_FACTOR * job.timeout_s * self.speed + WALL_GRACE_S) + SLACK_S
        for _ in range(len(job.inputs) + len(job.tests)):
            yield read_outcome(self._read(time.monotonic() + longest_s))

    def _read(self, deadline: float) -> bytes:
        """Returns the server's next message."""
        size = struct.unpack("<I", self._read_bytes(4, deadline))[0]
        if size > 2 * MAX_REPLY_BYTES:
            raise SandboxFault(f"the sandbox server announced {size} bytes")
        return self._read_bytes(size, deadline)

    def _read_bytes(self, count: int, deadline: float) -> bytes:
        data = bytearray()
        channel = self._server.stdout.fileno()
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([channel], [], [], left)[0]:
                raise SandboxFault("the sandbox server does not answer")
            block = os.read(channel, count - len(data))
            if not block:
                raise SandboxFault("the sandbox server ended")
            data += block
        return bytes(data)


def read_outcome(answer: bytes) -> Outcome:
    """Returns the Outcome of one execution from its answer: a line each for status and events, then the output."""
    try:
        status, events, output = answer.decode().split("\n", 2)
        return Outcome(status, output, tuple(json.loads(events)) if events else ())
    except ValueError:
        return Outcome("crashed", "the program wrote over its answer")


def find_box(hash_seed: int = 0) -> Sandbox:
    """Returns this thread's warm sandbox, which lives as long as the process."""
    if not hasattr(BOXES, "by_seed"):
        BOXES.by_seed = {}
    if hash_seed not in BOXES.by_seed:
        BOXES.by_seed[hash_seed] = Sandbox(hash_seed=hash_seed).__enter__()
        atexit.register(BOXES.by_seed[hash_seed].__exit__)
    return BOXES.by_seed[hash_seed]


def describe_level() -> dict:
    """Returns what a manifest says of the sandbox on this machine: its level and layers, strongest first."""
    layers = find_box().layers
    return {"sandbox_level": name_level(layers), "sandbox_layers": layers}


def run_jobs(jobs: Iterable[Job], description: str = "", *, hash_seed: int = 0,
             min_level: str = "rlimits") -> Iterator[list[Outcome]]:
    """Yields the outcomes of each job, in order; one sandbox per core, whatever their number the same result.

    Raises:
        UserError: this machine's sandbox is weaker than `min_level`.
    """
    check_level(find_box().level, min_level)
    for outcomes in map_chunks(partial(run_chunk, hash_seed=hash_seed, min_level=min_level), chunked(jobs, CHUNK),
                               description=description, unit=f"x {CHUNK} programs"):
        yield from outcomes


def run_chunk(jobs: list[Job], hash_seed: int, min_level: str) -> list[list[Outcome]]:
    """Returns the outcomes of some jobs, run one after another in this process's sandbox."""
    box = find_box(hash_seed)
    check_level(box.level, min_level)
    return [box.run(job) for job in jobs]
