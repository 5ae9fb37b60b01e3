"""`python -m semcoder trace` prints what a call did, ends on every limit, and names every mistake."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from semcoder.__main__ import main
from semcoder.config import FORMATS
from semcoder.execution.events import rebuild_states

PROGRAM = """\
import functools

class Point:
    def __init__(self, x):
        self.x = x

def double(n):
    return n * 2

def f(xs):
    held = xs
    for x in list(xs):
        held.append(double(x))
    return xs

def g(n):
    def deco(function):
        return function
    @deco
    @functools.lru_cache
    def inner(k):
        return [k for _ in range(k)]
    point = Point(n)
    point.x += 1
    text = 'ab' * 10 ** n
    match inner(n):
        case [a, *rest] if (
            a
        ):
            return point
        case _:
            raise ValueError(text)

def h(n):
    while n:
        n += 1
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return str(path)


def trace(capsys, *arguments) -> tuple[int, str, str]:
    status = main(["trace", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_events_come_as_json_lines_and_the_end_on_standard_error(file):
    source = str(Path(__file__).resolve().parents[1] / "src")
    done = subprocess.run([sys.executable, "-m", "semcoder", "trace", file, "f([1, 2])"],
                          capture_output=True, text=True, env={**os.environ, "PYTHONPATH": source})
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0 and done.stderr == f"semcoder: ok: [1, 2, 2, 4] ({len(events)} events)\n"
    assert [e["changed"] for e in events if e["line"] == 13][-1] == {"xs": "[1, 2, 2, 4]", "held": "[1, 2, 2, 4]"}
    assert rebuild_states(events)[-1] == {"xs": "[1, 2, 2, 4]", "held": "[1, 2, 2, 4]", "x": "2"}


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "direct"])
def test_each_format_can_be_printed_also_of_a_run_that_raised(file, capsys, name):
    status, out, _ = trace(capsys, file, "f([1, 2])", "--render", name)
    assert status == 0 and "[1, 2, 2, 4]" in out
    status, out, _ = trace(capsys, file, "g(0)", "--render", name)
    assert status == 1 and "Point" in out


def test_objects_and_large_values_are_marked(file, capsys):
    status, out, err = trace(capsys, file, "g(4)", "--max-value-chars", "60")
    changed = [json.loads(line)["changed"] for line in out.splitlines()]
    assert {"text": "<str of 20000>"} in changed and {"point": "<Point {'x': 5}>"} in changed
    assert status == 0 and err.startswith("semcoder: ok: <Point {'x': 5}>")


def test_an_exception_is_the_last_thing_printed_and_the_status_is_1(file, capsys):
    status, out, err = trace(capsys, file, "g(0)")
    assert status == 1 and "exception: ValueError: ab" in err
    assert [json.loads(line)["kind"] for line in out.splitlines()][-2:] == ["exception", "unwind"]


def test_limits_end_the_call_and_say_what_to_raise(file, capsys):
    status, out, err = trace(capsys, file, "h(1)", "--max-events", "30")
    assert status == 1 and len(out.splitlines()) == 30 and "raise --max-events" in err
    status, out, err = trace(capsys, file, "double(sum(range(10**12)))", "--timeout", "0.2")
    assert status == 1 and not out and "timeout" in err and "raise --timeout" in err


@pytest.mark.parametrize(("call", "message"), [
    ("f([1)", "CALL = 'f([1)' is not possible"), ("f", "double, f, g, h"), ("missing(1)", "double, f, g, h"),
    ("f([1]).x", "double, f, g, h"), ("print(1)", "double, f, g, h")])
def test_a_call_that_is_none_is_named(file, capsys, call, message):
    status, out, err = trace(capsys, file, call)
    assert (status, out) == (2, "") and message in err


@pytest.mark.parametrize(("text", "message"), [
    ("def f(:\n    pass", "line 1: invalid syntax"), ("x = 1", "defines no function"),
    ("# coding: nowhere\ndef f(): pass", "nowhere"), ("def f(): return '\0'", "null")])
def test_a_file_that_is_no_program_is_named(tmp_path, capsys, text, message):
    path = tmp_path / "bad.py"
    path.write_text(text)
    status, out, err = trace(capsys, str(path), "f()")
    assert (status, out) == (2, "") and message in err


def test_a_missing_file_and_a_negative_limit_are_named(tmp_path, file, capsys):
    assert "there is no such file" in trace(capsys, str(tmp_path / "none.py"), "f()")[2]
    assert "--max-events = -1" in trace(capsys, file, "f([])", "--max-events", "-1")[2]
    assert main(["trace", str(tmp_path), "f()"]) == 2


def test_the_program_runs_in_the_sandbox(tmp_path, capsys):
    path = tmp_path / "program.py"
    path.write_text("import os\n\ndef f():\n    return os.listdir('.'), os.getpid(), 'HOME' in os.environ\n")
    _, out, err = trace(capsys, str(path), "f()")
    files, process, has_home = eval(json.loads(out.splitlines()[-1])["value"])
    assert files == [] and process != os.getpid() and not has_home


def test_arguments_may_be_any_expressions_and_keywords(tmp_path, capsys):
    path = tmp_path / "program.py"
    path.write_text("N = 3\ndef f(a, *b, **c):\n    return a, b, c\n")
    assert "ok: (6, (1, 2), {'k': 3})" in trace(capsys, str(path), "f(2 * N, *[1, 2], k=N)")[2]


def test_the_example_in_the_book_is_what_the_command_prints(capsys):
    page = Path(__file__).resolve().parents[1] / "book" / "method"
    _, out, _ = trace(capsys, str(page / "trace_example.py"), "drop(['a', 'to'])")
    assert out == (page / "trace_example.jsonl").read_text()
