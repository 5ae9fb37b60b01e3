"""The one way to run programs: a limited child process per program, served by a warm parent.

What is enforced: own session, empty environment, empty working folder, no inherited descriptors, CPU,
memory, file-size and descriptor limits, a wall clock that kills the whole process group, bounded output.
What is not: the file system can still be read and the network is not closed. `LEVEL` names this in every
manifest. Namespaces, Landlock and seccomp are not used yet.
"""

import contextlib
import json
import os
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from semcoder.errors import UserError
from semcoder.execution import execute
from semcoder.execution.jobs import Job, Outcome

LEVEL = "rlimits"  # address space, CPU, files; own session; empty environment and folder
MEMORY_MIB = 1024  # address space of one child; importing the interpreter alone takes about 50
MAX_REPLY_BYTES = 8 * 2**20
SERVE = "import sys; sys.path.insert(0, {!r}); from semcoder.execution.sandbox import serve; serve()"
GRACE_S = 0.5  # wall time between the job's own alarm and the kill from outside


class Sandbox:
    """A warm server process; `with Sandbox() as box: box.run(job)`. Not safe to share between threads."""

    def __init__(self, hash_seed: int = 0):
        self._hash_seed = hash_seed

    def __enter__(self) -> "Sandbox":
        self._folder = tempfile.mkdtemp(prefix="semcoder-sandbox-")
        self._start()
        return self

    def __exit__(self, *_) -> None:
        self._stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        import semcoder

        package_root = os.path.dirname(os.path.dirname(semcoder.__file__))
        self._server = subprocess.Popen(
            # Not -I: it would ignore PYTHONHASHSEED, and sets of strings would come in another order each time.
            [sys.executable, "-s", "-P", "-c", SERVE.format(package_root)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=self._folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": str(self._hash_seed), "LC_ALL": "C.UTF-8"},
            start_new_session=True)

    def _stop(self) -> None:
        self._server.stdin.close()
        try:
            self._server.wait(timeout=2)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
        self._server.stdout.close()

    def run(self, job: Job) -> list[Outcome]:
        """Returns one Outcome per input, then one per test. A fault of the sandbox is `sandbox_error`."""
        expected = len(job.inputs) + len(job.tests)
        try:
            write_message(self._server.stdin, json.dumps(job.__dict__).encode())
            reply = json.loads(read_message(self._server.stdout))
        except (OSError, EOFError) as error:
            self._stop()
            self._start()
            return [Outcome("sandbox_error", str(error))] * expected
        outcomes = [Outcome(r["status"], r["output"], tuple(r.get("events", ()))) for r in reply]
        # A child that died early answered for the first inputs only; its last status holds for the rest.
        filler = outcomes.pop() if outcomes and reply[-1].get("ends") else Outcome("sandbox_error", "short reply")
        return (outcomes + [filler] * expected)[:expected]


def run_jobs(jobs: list[Job], description: str = "", *, hash_seed: int = 0) -> list[list[Outcome]]:
    """Returns the outcomes of each job, in order; one sandbox per core, whatever their number the same result.

    `hash_seed` is the children's PYTHONHASHSEED: with another one, sets of strings come in another order.
    """
    from joblib import Parallel, delayed  # here, so that the server that children are forked from stays small
    from tqdm.auto import tqdm

    chunks = [jobs[i:i + 100] for i in range(0, len(jobs), 100)]
    if len(chunks) < 2:
        return run_chunk(jobs, hash_seed)
    done = Parallel(n_jobs=-1, return_as="generator")(delayed(run_chunk)(chunk, hash_seed) for chunk in chunks)
    return [outcomes for chunk in tqdm(done, total=len(chunks), desc=description, unit="00 programs", mininterval=2)
            for outcomes in chunk]


def run_chunk(jobs: list[Job], hash_seed: int = 0) -> list[list[Outcome]]:
    """Returns the outcomes of some jobs, run one after another in one sandbox."""
    with open_sandbox(hash_seed) as box:
        return [box.run(job) for job in jobs]


def write_message(stream, payload: bytes) -> None:
    """Writes a length-prefixed message and flushes."""
    stream.write(struct.pack("<I", len(payload)) + payload)
    stream.flush()


def read_message(stream) -> bytes:
    """Returns the next length-prefixed message; EOFError where the stream ended."""
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError("the sandbox server ended")
    return stream.read(struct.unpack("<I", head)[0])


def serve() -> None:
    """Runs in the server process: one forked child per job until standard input closes."""
    execute.warm_up()
    channel_in = os.fdopen(os.dup(0), "rb")
    channel_out = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(null, number)
    while True:
        try:
            job = Job(**json.loads(read_message(channel_in)))
        except EOFError:
            return
        write_message(channel_out, run_child(job))


def run_child(job: Job) -> bytes:
    """Runs one job in a forked child of the server; returns its JSON reply, closed by what ended it."""
    receive, send = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.closerange(3, send)
        os.closerange(send + 1, 256)
        limit_resources(job.timeout_s)
        execute.run_job(job, send)
        os._exit(0)
    os.close(send)
    chunks, ended = drain(receive, time.monotonic() + job.timeout_s + GRACE_S)
    os.close(receive)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    rows = []
    for line in chunks.split(b"\n"):
        with contextlib.suppress(ValueError):
            rows.append(json.loads(line))
    if not ended:
        ended = name_death(status)
    return json.dumps([*rows, {"status": ended, "output": "", "ends": True}]).encode()


def drain(receive: int, deadline: float) -> tuple[bytes, str]:
    """Returns what the child wrote and, if that was not up to the child, why reading stopped."""
    data = bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([receive], [], [], left)[0]:
            return bytes(data), "timeout"
        block = os.read(receive, 65536)
        if not block:
            return bytes(data), ""
        data += block
        if len(data) > MAX_REPLY_BYTES:
            return bytes(data[:MAX_REPLY_BYTES]), "output_limit"


def name_death(status: int) -> str:
    """Returns the outcome status for a child's wait status."""
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM):
        return "timeout"
    return "crashed"


def limit_resources(timeout_s: float) -> None:
    """Sets the child's limits; called after fork, before any foreign code."""
    cpu = int(timeout_s) + 1
    for kind, value in ((resource.RLIMIT_CPU, cpu), (resource.RLIMIT_AS, MEMORY_MIB * 2**20),
                        (resource.RLIMIT_FSIZE, 2**20), (resource.RLIMIT_NOFILE, 32), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (value, value))


@contextlib.contextmanager
def open_sandbox(hash_seed: int = 0) -> Iterator[Sandbox]:
    """Yields a Sandbox, or raises UserError where child processes cannot be started."""
    try:
        with Sandbox(hash_seed) as box:
            yield box
    except PermissionError as error:
        raise UserError(f"the sandbox cannot start child processes ({error}): run where fork is allowed") from error
