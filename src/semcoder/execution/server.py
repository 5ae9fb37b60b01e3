"""The sandbox's inside: a warm, confined server that forks one child per execution.

What the server has given up (files, network, …) its children lack too; a child gives up more before any foreign code
runs. Protocol, on standard input and output: a greeting, then per job one message in and one message out per
execution. A message is its length (4 bytes) and JSON; an answer also says how the child ended.
"""

import contextlib
import ctypes
import gc
import json
import os
import resource
import select
import signal
import struct
import time
from collections.abc import Iterator
from types import CodeType

from semcoder.execution import execute, landlock, seccomp
from semcoder.execution.jobs import Job

MEMORY_MIB = 512  # address space of one child; the interpreter alone takes about 50
MAX_FILE_BYTES = 2**20
MAX_OPEN_FILES = 32
MAX_REPLY_BYTES = 8 * 2**20
MAX_TIMEOUTS = 3  # of one program; its further executions count as timed out without a run
WALL_FACTOR, WALL_GRACE_S = 3, 0.5  # wall time allowed over processor time, for sleepers and busy machines
REFERENCE_LOOP_S = 0.0125  # processor time of `measure_speed`'s loop on the machine that limits were chosen on
MAX_PROCESSES = 64  # of this user; the kernel does not hold root to it
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CAPABILITY_VERSION = 0x20080522  # of struct __user_cap_header (linux/capability.h)


def serve(settings: dict) -> None:
    """Runs in the server process until standard input closes.

    Args:
        settings: "layers" wanted, "readable" folders, "folder" that children may write in.
    """
    execute.warm_up()
    channel_in, channel_out = os.fdopen(os.dup(0), "rb"), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(null, number)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    children = open_children()
    speed = measure_speed()
    layers, child_filter = confine(settings)
    os.dup2(null, 2)  # what went wrong until here is told; what programs write there is not wanted
    write_message(channel_out, json.dumps({"layers": layers, "speed": speed}).encode())
    gc.collect()
    gc.freeze()  # children must not copy the server's pages to look for garbage in them
    while True:
        try:
            job = Job(**json.loads(read_message(channel_in)))
        except EOFError:
            return
        for answer in run_job(job, speed, child_filter, children):
            write_message(channel_out, answer)


def confine(settings: dict) -> tuple[list[str], seccomp.ChildFilter | None]:
    """Gives up what the wanted layers forbid; returns the layers in force and, with seccomp, what children add."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    layers, child_filter = ["rlimits"], None
    limit_resources()
    if "landlock" in settings["layers"]:
        with contextlib.suppress(OSError):  # not in this kernel
            landlock.restrict(settings["readable"], settings["folder"])
            layers.insert(0, "landlock")
    nothing = struct.pack("=6I", *[0] * 6)  # effective, permitted, inheritable; twice 32 bits
    libc.capset(struct.pack("=Ii", CAPABILITY_VERSION, 0), nothing)
    if "seccomp" in settings["layers"]:
        with contextlib.suppress(OSError, KeyError):  # not in this kernel, or an architecture that it does not know
            seccomp.deny_in_server()
            layers.insert(-1, "seccomp")
            child_filter = seccomp.ChildFilter()
    return layers, child_filter


def measure_speed() -> float:
    """Returns how many times slower than the reference this machine runs Python, at least 1."""
    def loop() -> float:
        start = time.process_time()
        sum(i * i % 7 for i in range(200_000))
        return time.process_time() - start

    return max(1.0, min(loop() for _ in range(3)) / REFERENCE_LOOP_S)


def run_job(job: Job, speed: float, child_filter: seccomp.ChildFilter | None, children: int) -> Iterator[bytes]:
    """Yields the answer of each execution of a job."""
    code, num_timeouts = job.code, 0
    for number in range(len(job.inputs) + len(job.tests)):
        if num_timeouts >= MAX_TIMEOUTS:
            yield b"timeout\n\n"
            continue
        ended, answer = run_child(job, code, number, speed, child_filter, children)
        num_timeouts += ended == "timeout"
        if code is job.code and answer.startswith(b"ok"):  # a child has compiled it unharmed: so can this process
            code = execute.compile_program(job.code)
        yield answer if not ended else f"{ended}\n\n".encode() + answer


def run_child(job: Job, code: str | CodeType, number: int, speed: float, child_filter: seccomp.ChildFilter | None,
              children: int) -> tuple[str, bytes]:
    """Runs one execution in a forked child; returns ("", its answer), or what ended it and details of that."""
    limit_s = job.timeout_s * speed
    receive, send = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.closerange(3, send)
        os.closerange(send + 1, MAX_OPEN_FILES)
        signal.setitimer(signal.ITIMER_PROF, limit_s)  # its default action ends the process, in C code too
        if child_filter:
            child_filter.apply()
        else:  # in the child only: it counts all processes of the user, and the server must be able to fork
            resource.setrlimit(resource.RLIMIT_NPROC, (MAX_PROCESSES, MAX_PROCESSES))
        execute.run_task(job, code, number, send)
        os._exit(0)
    os.close(send)
    answer, stopped = drain(receive, time.monotonic() + WALL_FACTOR * limit_s + WALL_GRACE_S)
    os.close(receive)
    if not answer:  # else it is at its end, and ends by itself
        kill_group(pid)
    _, status, usage = os.wait4(pid, 0)
    end_leftovers(pid, children)
    empty_folder()
    if answer or stopped:
        return stopped, answer
    used_s = usage.ru_utime + usage.ru_stime
    return name_death(status, used_s >= limit_s), f"ended with status {status}".encode()


def drain(receive: int, deadline: float) -> tuple[bytes, str]:
    """Returns the child's whole answer, or b"" and, if that was not up to the child, why reading stopped."""
    data = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([receive], [], [], left)[0]:
            return b"", "timeout"
        block = os.read(receive, 65536)
        data += block
        if len(data) >= 8:
            if not data[:8].isdigit():
                return b"", "crashed"  # the program wrote over it
            if int(data[:8]) > MAX_REPLY_BYTES:
                return b"", "output_limit"
            if len(data) >= 8 + int(data[:8]):
                return data[8:8 + int(data[:8])], ""
        if not block:
            return b"", ""


def name_death(status: int, is_time_used_up: bool) -> str:
    """Returns the outcome status for a child that ended without an answer."""
    by_clock = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGPROF)
    return "timeout" if by_clock or is_time_used_up else "crashed"


def limit_resources() -> None:
    """Sets the limits that all children inherit; processor and wall time are set for each."""
    for kind, value in ((resource.RLIMIT_AS, MEMORY_MIB * 2**20), (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
                        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (value, value))


def open_children() -> int:
    """Returns a descriptor that lists this process's children, kept from before the file system closes; -1 if none."""
    try:
        return os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


def kill_group(pid: int) -> None:
    """Kills a child and its process group."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def end_leftovers(pid: int, children: int) -> None:
    """Kills and reaps what a child left running: its descendants come to this process when it ends."""
    while True:
        try:
            reaped, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if reaped:
            continue
        kill_group(pid)
        if os.getpid() == 1:  # in a process namespace: everything but this process
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        elif children >= 0:
            for word in os.pread(children, 65536, 0).split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(word), signal.SIGKILL)
        time.sleep(0.001)


def empty_folder() -> None:
    """Removes what a child wrote into the working folder."""
    if not os.listdir("."):
        return
    import shutil

    for entry in os.scandir("."):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            os.unlink(entry.path)


def write_message(channel: int, payload: bytes) -> None:
    """Writes a length-prefixed message."""
    data = struct.pack("<I", len(payload)) + payload
    while data:
        data = data[os.write(channel, data):]


def read_message(stream) -> bytes:
    """Returns the next length-prefixed message; EOFError where the stream ended."""
    head = stream.read(4)
    if len(head) < 4:
        raise EOFError("the stream ended")
    return stream.read(struct.unpack("<I", head)[0])
