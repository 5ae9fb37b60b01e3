"""The sandbox gives every program a typed outcome and survives the bad ones."""

import pytest

from semcoder.execution.jobs import Job
from semcoder.execution.sandbox import Sandbox, run_jobs


@pytest.fixture(scope="module")
def box():
    with Sandbox() as box:
        yield box


def statuses(box, code, *inputs, **more):
    return [o.status for o in box.run(Job(code=code, entry="f", inputs=inputs or ("",), **more))]


def test_outputs_come_back_as_canonical_literals(box):
    outcomes = box.run(Job(code="def f(x):\n    return {3, 1, x}, [x, 'a\\'b'], (x,)", entry="f", inputs=("2",)))
    assert outcomes[0].output == "({1, 2, 3}, [2, \"a'b\"], (2,))"


def test_tests_pass_or_fail_each_on_its_own(box):
    tests = ("assert f(1) == 2", "assert f(1) == 3", "assert f(") 
    outcomes = box.run(Job(code="def f(x):\n    return x + 1", entry="f", inputs=(), tests=tests))
    assert [o.status for o in outcomes] == ["ok", "exception", "exception"]


@pytest.mark.parametrize(("body", "status"), [
    ("while True: pass", "timeout"),
    ("return 10 ** 10 ** 9", "timeout"),
    ("return 'a' * 10 ** 11", "memory"),
    ("import os; os._exit(0)", "crashed"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "crashed"),
    ("raise SystemExit", "exception"),
    ("return f()", "exception"),
    ("return object()", "not_literal"),
    ("return float('nan')", "not_literal"),
    ("return 'a' * 10 ** 6", "value_limit"),
    ("try:\n        while True: pass\n    except Exception: return 1", "timeout"),
    ("import signal, time; signal.signal(signal.SIGALRM, signal.SIG_IGN); time.sleep(30)", "timeout"),
])
def test_bad_programs_get_a_typed_outcome(box, body, status):
    assert statuses(box, f"def f():\n    {body}", timeout_s=0.4) == [status]


def test_a_syntax_error_is_the_programs_outcome(box):
    assert statuses(box, "def f(", "1", "2") == ["exception", "exception"]


def test_the_first_answers_survive_a_later_hang(box):
    code = "def f(n):\n    while n: pass\n    return n"
    assert statuses(box, code, "0", "1", "0", timeout_s=0.3) == ["ok", "timeout", "timeout"]


def test_the_environment_and_folder_are_empty_and_large_files_are_refused(box):
    look = "import os\ndef f():\n    return sorted(os.environ), os.listdir('.')"
    outcome = box.run(Job(code=look, entry="f", inputs=("",)))[0]
    assert "HOME" not in outcome.output and outcome.output.endswith("[])")
    assert statuses(box, "def f():\n    open('x', 'w').write('a' * 10 ** 8)") != ["ok"]


def test_state_does_not_leak_between_programs(box):
    statuses(box, "import builtins\nbuiltins.len = lambda x: 99\ndef f():\n    return 1")
    assert box.run(Job(code="def f():\n    return len('ab')", entry="f", inputs=("",)))[0].output == "2"


def test_many_jobs_come_back_in_order_whatever_the_chunks():
    jobs = [Job(code=f"def f(x):\n    return x + {i}", entry="f", inputs=("1",)) for i in range(205)]
    assert [o[0].output for o in run_jobs(jobs)] == [str(1 + i) for i in range(205)]


def test_every_sandbox_iterates_sets_in_the_same_order():
    job = Job(code="def f(n):\n    return list({str(i) for i in range(n)})", entry="f", inputs=("40",))
    outputs = set()
    for _ in range(3):
        with Sandbox() as fresh:
            outputs.add(fresh.run(job)[0].output)
    assert len(outputs) == 1


def test_a_program_cannot_import_from_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / "planted.py").write_text("value = 1\n")
    monkeypatch.chdir(tmp_path)
    with Sandbox() as fresh:
        outcome = fresh.run(Job(code="def f():\n    import planted\n    return planted.value", entry="f", inputs=("",)))
    assert outcome[0].status == "exception"
