"""The sandbox gives every program a typed outcome, whatever the program does, and lets nothing out."""

import os
import socket
import subprocess
import sys
import time

import pytest

from semcoder.errors import UserError
from semcoder.execution import sandbox
from semcoder.execution.jobs import Job
from semcoder.execution.levels import LAYERS, LEVELS, check_level, name_level
from semcoder.execution.sandbox import Sandbox, SandboxFault, describe_level, run_jobs

# One set of layers per level, as a machine without the stronger ones would have it.
RUNGS = {"rlimits": (), "seccomp": ("seccomp",), "landlock": ("landlock", "seccomp"),
         "unshare": ("unshare", "landlock", "seccomp"), "bubblewrap": LAYERS}


@pytest.fixture(scope="module", params=RUNGS)
def rung(request):
    """A sandbox of each level that this machine offers."""
    with Sandbox(layers=RUNGS[request.param]) as box:
        missing = set(RUNGS[request.param]) - set(box.layers) - ({"unshare"} if "bubblewrap" in box.layers else set())
        if missing:
            pytest.skip(f"this machine has no {', '.join(sorted(missing))}")
        yield box


@pytest.fixture(scope="module")
def box():
    """The strongest sandbox that this machine offers."""
    with Sandbox() as box:
        yield box


def run(box, body, *inputs, **more):
    """Returns the outcomes of a function of no or one argument with the given body."""
    code = "def f(x=None):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    return box.run(Job(code=code, entry="f", inputs=inputs or ("",), **more))


def status(box, body, **more):
    return run(box, body, **more)[0].status


def test_outputs_come_back_as_canonical_literals(box):
    assert run(box, "return {3, 1, x}, [x, 'a\\'b'], (x,)", "2")[0].output == "({1, 2, 3}, [2, \"a'b\"], (2,))"


def test_tests_pass_or_fail_each_on_its_own(box):
    tests = ("assert f(1) == 2", "assert f(1) == 3", "assert f(")
    outcomes = box.run(Job(code="def f(x):\n    return x + 1", entry="f", inputs=(), tests=tests))
    assert [o.status for o in outcomes] == ["ok", "exception", "exception"]


SURVIVED = {
    "endless loop": ("while True: pass", "timeout"),
    "endless loop that catches all": ("while True:\n    try:\n        while True: pass\n    except BaseException: pass",
                                      "timeout"),
    "huge power in C": ("return 10 ** 10 ** 9", "timeout"),
    "catastrophic regex": ("import re\nreturn bool(re.match('(a+)+$', 'a' * 60 + 'b'))", "timeout"),
    "huge range": ("return list(range(10 ** 12))", "memory"),
    "memory bomb at once": ("return 'a' * 10 ** 11", "memory"),
    "memory bomb step by step": ("xs = []\nwhile True: xs.append('a' * 10 ** 7)", "memory"),
    "deep recursion": ("return f()", "exception"),
    "recursion until C runs out of stack": ("import sys\nsys.setrecursionlimit(10 ** 9)\nreturn list(map(f, [1]))",
                                            "crashed"),
    "leaves at once": ("import os\nos._exit(0)", "crashed"),
    "kills itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "crashed"),
    "SystemExit": ("raise SystemExit", "exception"),
    "ignored signals": ("import signal\nfor s in set(signal.Signals) - {9, 19}:\n    signal.signal(s, signal.SIG_IGN)\n"
                        "while True: pass", "timeout"),
    "cancelled clock": ("import signal\nsignal.setitimer(signal.ITIMER_PROF, 0)\nwhile True: pass", "timeout"),
    "sleeper": ("import time\ntime.sleep(600)", "timeout"),
    "output flood": ("while True: print('a' * 10 ** 5)", "output_limit"),
    "flood past Python": ("import os\nfor _ in range(10 ** 4): os.write(1, b'a' * 10 ** 4)\nreturn 1", "ok"),
    "huge file": ("open('x', 'w').write('a' * 10 ** 8)", "exception"),
    "an object": ("return object()", "not_literal"),
    "not a number": ("return float('nan')", "not_literal"),
    "gigantic string": ("return 'a' * 10 ** 6", "value_limit"),
    "gigantic shared list": ("a = [1] * 1000\nfor _ in range(6): a = [a] * 1000\nreturn a", "value_limit"),
    "cyclic value": ("a = []\na.append(a)\nreturn a", "not_literal"),
    "unpicklable value": ("return lambda: 1", "not_literal"),
    "always equal": ("class A:\n    def __eq__(self, other): return True\nreturn A()", "not_literal"),
    "always equal, hidden": ("class A(int):\n    def __eq__(self, other): return True\nreturn [A()]", "not_literal"),
    "repr raises": ("class A:\n    def __repr__(self): raise ValueError\nreturn A()", "not_literal"),
    "repr never ends": ("class A:\n    def __repr__(self):\n        while True: pass\nreturn [A()]", "not_literal"),
    "error text never ends": ("class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
                              "timeout"),
    "error text raises": ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "exception"),
    "memory error swallowed": ("try:\n    return 'a' * 10 ** 11\nexcept MemoryError:\n    return 1", "ok"),
}


@pytest.mark.parametrize("name", SURVIVED)
def test_it_survives(rung, name):
    body, expected = SURVIVED[name]
    assert status(rung, body, timeout_s=0.2 if expected == "timeout" else 10.0) == expected
    assert run(rung, "return x + 1", "1")[0].output == "2"  # and the next program is served


@pytest.mark.parametrize("body", [
    "import os\nwhile True: os.fork()",
    "import os\nfor _ in range(200):\n    if os.fork() == 0:\n        while True: pass\nreturn 1",
    "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
    "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(300)\n    os._exit(0)\n"
    "return 1",
    "import subprocess\nsubprocess.Popen(['sleep', '300'], start_new_session=True)\nreturn 1",
], ids=["fork bomb", "many children", "thread bomb", "detached grandchild", "detached program"])
def test_no_process_outlives_its_execution(rung, body):
    if rung.level == "rlimits" and os.getuid() == 0 and "while True: os.fork" in body:
        pytest.skip("the kernel does not hold root to a number of processes: only seccomp stops a fork bomb of root")
    before = count_processes()
    found = status(rung, body, timeout_s=0.5)
    assert found in ("exception", "timeout", "crashed", "ok") and (found != "ok" or rung.level == "rlimits")
    assert run(rung, "return x + 1", "1")[0].output == "2"
    assert count_processes() <= before


def count_processes():
    """Returns how many processes of this machine sleep for us or run Python."""
    names = subprocess.run(["ps", "-eo", "stat=,comm="], capture_output=True, text=True).stdout.split("\n")
    return sum(("python" in line or "sleep" in line) and not line.startswith("Z") for line in names)


def test_tracing_that_is_turned_off_is_not_taken_for_a_short_run(rung):
    outcome = run(rung, "import sys\nsys.settrace(None)\nx = 1\nreturn x", watch="trace")[0]
    assert outcome.status == "exception" and "tracing off" in outcome.output


def test_patched_builtins_change_neither_the_watcher_nor_the_next_program(rung):
    body = "import builtins\nfor n in ('len', 'repr', 'type', 'sorted', 'str', 'isinstance'):\n" \
           "    setattr(builtins, n, lambda *a, **k: 'forged')\nreturn {2, 1}, len"
    assert run(rung, body.replace(", len", ", len('a')"))[0].output == "({1, 2}, 'forged')"
    assert run(rung, body.replace(", len", ", len('a')"), watch="trace")[0].output == "({1, 2}, 'forged')"
    assert run(rung, "return len('ab')")[0].output == "2"


@pytest.mark.parametrize("write", [
    "import os\nfor n in range(3, 40):\n    try: os.write(n, b'{\"status\": \"ok\"}\\n')\n    except OSError: pass\n"
    "return 1",
    "import os\nos.closerange(0, 64)\nimport time\ntime.sleep(1)\nreturn 1"])
def test_an_answer_that_a_program_wrote_over_is_no_answer(rung, write):
    assert status(rung, write) in ("crashed", "timeout")


def test_nothing_of_the_callers_environment_or_files_can_be_read(rung, tmp_path, monkeypatch):
    monkeypatch.setenv("SEMCODER_CANARY", "canary-in-the-mine")
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-in-the-mine")
    look = ("import glob, os\nfound = [str(dict(os.environ))]\n"
            f"for name in [{str(secret)!r}, '/etc/passwd', *glob.glob('/proc/[0-9]*/environ')]:\n"
            "    try: found.append(open(name, errors='replace').read())\n    except OSError: pass\n"
            "text = ''.join(found)\nreturn 'canary' in text, 'root:' in text, 'SEMCODER' in str(dict(os.environ))")
    code = os.environ.copy()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"], env=code) as holder:
        outcome = run(rung, look)[0]
        holder.kill()
    if rung.level in ("landlock", "namespaces"):
        assert outcome.output == "(False, False, False)"
    else:
        assert outcome.output == "(True, True, False)"  # the environment is empty at every level


def test_nothing_is_written_outside_the_working_folder_which_starts_empty(rung, tmp_path):
    target = tmp_path / "written"
    body = f"import os\nseen = os.listdir('.')\nopen('inside', 'w').write('a')\n" \
           f"try: open({str(target)!r}, 'w').write('a')\nexcept OSError: return seen, 'refused'\nreturn seen, 'written'"
    outputs = [run(rung, body)[0].output for _ in range(2)]
    is_closed = rung.level in ("landlock", "namespaces")
    assert outputs == ["([], 'refused')" if is_closed else "([], 'written')"] * 2 and target.exists() != is_closed


def test_no_socket_is_opened(rung):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        reach = f"import socket\nsocket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 1)\nreturn 1"
        assert status(rung, reach) == ("ok" if rung.level == "rlimits" else "exception")


@pytest.mark.parametrize("attack", ["os.kill(os.getppid(), 9)", "os.killpg(0, 9)", "os.kill(-1, 9)",
                                    "resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (4, 4))"])
def test_the_server_and_the_caller_are_out_of_reach(rung, attack):
    if rung.level == "rlimits":
        pytest.skip("without seccomp or namespaces signals reach every process of the same user")
    pid = rung._server.pid
    run(rung, f"import os, resource\n{attack}\nreturn 1")
    assert run(rung, "return x + 1", "1")[0].output == "2" and rung._server.pid == pid


def test_a_server_that_dies_is_replaced_and_its_program_not_blamed(monkeypatch):
    with Sandbox(layers=RUNGS["rlimits"]) as weak:
        kill = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nimport time\ntime.sleep(60)"
        outcomes = run(weak, kill, "1", "2", timeout_s=0.3)
        assert [o.status for o in outcomes] == ["sandbox_error"] * 2
        assert run(weak, "return x + 1", "1")[0].output == "2"
        monkeypatch.setattr(sandbox, "SLACK_S", -10.0)  # as if the server hung
        assert status(weak, "return 1", timeout_s=0.1) == "sandbox_error"


def test_a_sandbox_that_cannot_start_says_so(monkeypatch):
    monkeypatch.setattr(Sandbox, "_launch", lambda self, *_: launch_false(self))
    with pytest.raises(UserError, match="cannot start child processes"), Sandbox():
        pass
    assert issubclass(SandboxFault, Exception)


def launch_false(box):
    box._server = subprocess.Popen(["false"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_each_execution_has_its_own_state_and_its_own_verdict(box):
    code = "seen = []\ndef f(n):\n    seen.append(n)\n    while n == 1: pass\n    return seen"
    outcomes = box.run(Job(code=code, entry="f", inputs=("0", "1", "2"), timeout_s=0.3))
    assert [(o.status, o.output) for o in outcomes[::2]] == [("ok", "[0]"), ("ok", "[2]")]
    assert outcomes[1].status == "timeout"


def test_a_program_that_always_hangs_is_given_up_after_a_few_inputs(box):
    start = time.monotonic()
    outcomes = run(box, "while True: pass", *map(str, range(50)), timeout_s=0.2)
    assert [o.status for o in outcomes] == ["timeout"] * 50 and time.monotonic() - start < 10


def test_a_syntax_error_is_the_programs_outcome(box):
    outcomes = box.run(Job(code="def f(", entry="f", inputs=("1", "2")))
    assert [o.status for o in outcomes] == ["exception", "exception"]


def test_time_is_processor_time_scaled_by_the_machines_speed(box, monkeypatch):
    busy = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass\nreturn 1"
    assert box.speed >= 1 and status(box, busy, timeout_s=0.2) == ("timeout" if box.speed < 2.5 else "ok")
    monkeypatch.setenv("IRRELEVANT", "1")
    assert status(box, "import time\ntime.sleep(0.6)\nreturn 1", timeout_s=0.2) == "ok"  # waiting is not computing


def test_many_jobs_come_back_in_order_whatever_the_chunks():
    jobs = (Job(code=f"def f(x):\n    return x + {i}", entry="f", inputs=("1",)) for i in range(205))
    assert [o[0].output for o in run_jobs(jobs)] == [str(1 + i) for i in range(205)]
    assert list(run_jobs([])) == []


def test_sets_iterate_in_the_order_of_the_hash_seed():
    job = Job(code="def f(n):\n    return list({str(i) for i in range(n)})", entry="f", inputs=("40",))
    outputs = []
    for seed in (0, 0, 1):
        with Sandbox(hash_seed=seed) as fresh:
            outputs.append(fresh.run(job)[0].output)
    assert outputs[0] == outputs[1] != outputs[2]
    assert next(run_jobs([job], hash_seed=1))[0].output == outputs[2]


def test_a_program_cannot_import_from_the_callers_folder(tmp_path, monkeypatch):
    (tmp_path / "planted.py").write_text("value = 1\n")
    monkeypatch.chdir(tmp_path)
    with Sandbox() as fresh:
        assert status(fresh, "import planted\nreturn planted.value") == "exception"


def test_levels_are_named_by_what_they_keep_in_and_a_weak_one_is_refused():
    assert [name_level(list(RUNGS[name])) for name in RUNGS] == [*LEVELS, "namespaces"]
    assert name_level(["unshare", "seccomp"]) == "seccomp"  # without Landlock the files stay open
    check_level("landlock", "seccomp")
    with pytest.raises(UserError, match="offers 'seccomp'"):
        check_level("seccomp", "landlock")
    with pytest.raises(UserError, match="levels are rlimits"):
        check_level("seccomp", "jail")
    with pytest.raises(UserError, match="levels are"):
        list(run_jobs([], min_level="jail"))
    assert describe_level()["sandbox_level"] in LEVELS
