"""The sandbox gives every program a typed outcome, whatever the program does, and lets nothing out."""

import contextlib
import glob
import io
import os
import pathlib
import socket
import subprocess
import sys
import time

import pytest

from semcoder.benchmarks.attacks import ATTACKS, PROCESSES, REACHES, attack, measure
from semcoder.config import LEVELS
from semcoder.errors import UserError
from semcoder.execution import sandbox
from semcoder.execution.jobs import Job
from semcoder.execution.levels import LAYERS, check_level, name_level
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


@pytest.mark.parametrize("name", ATTACKS)
def test_it_survives(rung, name):
    body, expected = ATTACKS[name]
    assert attack(rung, body, expected, name).status == expected
    assert run(rung, "return x + 1", "1")[0].output == "2"  # and the next program is served


@pytest.mark.parametrize("name", PROCESSES)
def test_no_process_outlives_its_execution(rung, name):
    if rung.level == "rlimits" and os.getuid() == 0 and name == "fork bomb":
        pytest.skip("the kernel does not hold root to a number of processes: only seccomp stops a fork bomb of root")
    before = count_processes(rung)
    found = attack(rung, PROCESSES[name]).status
    assert found in ("exception", "timeout", "crashed", "ok") and (found != "ok" or rung.level == "rlimits")
    assert run(rung, "return x + 1", "1")[0].output == "2"
    assert count_processes(rung) == before


def count_processes(box):
    """Returns how many processes were started from a sandbox's server, itself and forks of it included."""
    found = 0
    for file in glob.glob("/proc/[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = pathlib.Path(file).read_bytes()
            found += box._folder.encode() in words or b"sleep\x00304" in words
    return found


def test_tracing_that_is_turned_off_is_not_taken_for_a_short_run(rung):
    outcome = run(rung, "import sys\nsys.settrace(None)\nx = 1\nreturn x", watch="trace")[0]
    assert outcome.status == "exception" and "tracing off" in outcome.output


def test_patched_builtins_change_neither_the_watcher_nor_the_next_program(rung):
    for watch in ("", "trace", "replay"):
        assert run(rung, ATTACKS["patched builtins"][0], watch=watch)[0].output == "({1, 2}, 'forged')"
        assert run(rung, "return len('ab')")[0].output == "2"


@pytest.mark.parametrize("name", REACHES)
def test_each_level_keeps_in_what_it_says(rung, name):
    is_file = name in ("reads a file of the machine", "reads the caller's environment", "writes outside its folder")
    is_open = rung.level == "rlimits" or (rung.level == "seccomp" and is_file)
    found = attack(rung, REACHES[name], "ok").status
    if name == "reads the caller's environment" and os.getuid() == 0:  # out of reach of a root without capabilities
        assert found == "exception"
    else:
        assert found == ("ok" if is_open else "exception")


def test_all_attacks_are_survived_on_a_machine_with_namespaces_or_landlock(box):
    if box.level not in ("landlock", "namespaces"):
        pytest.skip(f"this machine offers {box.level}")
    assert [row["attack"] for row in measure() if not row["survived"]] == []


def test_a_program_that_closes_its_channel_gets_no_answer(rung):
    assert run(rung, "import os, time\nos.closerange(0, 64)\ntime.sleep(9)", timeout_s=0.2)[0].status == "crashed"


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
        assert outcome.output == "(True, True, False)"  # the file; its own environment is empty at every level


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
    with pytest.raises(UserError, match="cannot start child processes.*bad luck"), Sandbox():
        pass
    assert issubclass(SandboxFault, Exception)


def launch_false(box):
    box._errors = io.BytesIO(b"Traceback\nbad luck\n")
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


def test_a_user_with_many_processes_can_run_programs_at_every_level(rung):
    # A limit on processes counts all of a user's, and the server must still be able to fork.
    others = [subprocess.Popen(["sleep", "30"]) for _ in range(70)]
    try:
        assert run(rung, "return x + 1", "1")[0].output == "2"
    finally:
        for other in others:
            other.kill()
            other.wait()


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
