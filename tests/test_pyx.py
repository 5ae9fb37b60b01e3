"""Released rows are read as they are and executed again; our own examples go out in the same fields and come back."""

import json
from collections import Counter

import pytest

from semcoder.__main__ import main
from semcoder.corpus.pyx import read_pyx
from semcoder.errors import UserError
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.build import build_monologues
from semcoder.monologues.export import export_pyx, find_monologues
from semcoder.presets import SMOKE
from semcoder.prompts import extract_answer, read_assertion, strip_labels

SCALE = '''def scale(values, *extra, factor=1, **options):
    """Scales.

    >>> scale([1], factor=2)
    [2]
    """
    found = [v * factor for v in [*values, *extra]]
    return found[::-1] if options.get("flip") else found
'''
LABELLED = "\n".join(f"{line} # [L{i}]" if line.strip() else line for i, line in enumerate(SCALE.split("\n"), 5))
CALLS = (("[1, 2], factor=3", "[3, 6]"), ("[1], 2, *[3, 4], factor=2", "[2, 4, 6, 8]"),
         ('**{"values": [1, 2], "flip": True}', "[2, 1]"), ("[4], **{'factor': 2}", "[8]"))


def row(name, prompt, response, number=0):
    return {"id": f"{name}_108213_ipt{number}", "nl": "", "fwd_mnl": "", "bwd_mnl": "", name: prompt,
            "response": response}


def execution_row(direction, given, output, number=0, code=SCALE, entry="scale"):
    """A row in the shape of the release."""
    known = f"{entry}({given}) == ??" if direction == "fwd_mnl" else f"{entry}(??) == {output}"
    last = "Execution Simulation" if direction == "fwd_mnl" else "Reverse Deduction"
    return row(direction, f"[PYTHON]\n{code}\nassert {known}\n[/PYTHON]",
               f"[MONOLOGUE]\n### Understanding the Function\nIt scales.\n### {last}\nassert it == so\n[/MONOLOGUE]\n"
               f"[ANSWER]\nassert {entry}({given}) == {output}\n[/ANSWER]", number)


def repair_row(buggy, fixed, test):
    return {"fault": f"### Problem\nScale it.\n\n### Buggy Solution\n```python\n{buggy}\n```\n\n### Failed Test\n"
                     f"```python\n{test}\n```\n",
            "response": "[MONOLOGUE]\n### Execution Simulation\nSo\n### Root Cause Analysis\nSo.\n### Bug Fixing\nSo.\n"
                        f"[/MONOLOGUE]\n[Refined]\n```python\n{fixed}\n```\n[/Refined]"}


def read(tmp_path, rows, limit=0):
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(r) + "\n" for r in rows))
    counts = Counter()
    return list(read_pyx(str(file), counts, limit)), counts


def test_rows_of_one_program_reproduce_and_come_out_as_one_program(tmp_path):
    rows = [row("nl", "Write scale, which scales.", f"First think.\n```python\n{SCALE}```\nDone."),
            execution_row("fwd_mnl", *CALLS[0], 0, code=LABELLED), execution_row("bwd_mnl", *CALLS[1], 1),
            execution_row("fwd_mnl", *CALLS[2], 2), execution_row("bwd_mnl", *CALLS[3], 3),
            row("nl", "Nobody runs this.", "```python\ndef idle(x):\n    return x\n```")]
    programs, counts = read(tmp_path, rows)
    assert counts == {"pyx rows: read": 6, "pyx rows: reproduced": 4, "pyx rows: description only": 2,
                      "pyx: programs": 1, "rejected: pyx, a described program that no row executes": 1}
    (program,) = programs
    assert program.entry == "scale" and program.description == "Write scale, which scales."
    assert program.inputs == ("[1, 2], factor=3", "[1], 2, *[3, 4], factor=2", "**{'values': [1, 2], 'flip': True}",
                              "[4], **{'factor': 2}")
    assert ">>>" not in program.code and "# [L" not in program.code
    assert (program.source, program.family, program.licence) == ("pyx", "pyx", "MIT")
    assert program.origin == "rows.jsonl fwd_mnl_108213_ipt0"  # no machine's path


@pytest.mark.parametrize(("changed", "reason"), [
    (execution_row("fwd_mnl", "[1]", "[2]"), "other output"),
    (execution_row("fwd_mnl", "1", "[2]"), "exception"),
    (execution_row("fwd_mnl", "1", "[2]", code="def scale(x):\n    while x:\n        pass\n"), "timeout"),
    (execution_row("fwd_mnl", "1", "[2]", code="def scale(x:\n"), "exception"),
    (execution_row("bwd_mnl", "1", "[2]", code="from absent_package import scale\n"), "exception"),
    (row("fwd_mnl", "Just text.", "[ANSWER]\nassert f(1) == 2\n[/ANSWER]"), "no code block"),
    (row("fwd_mnl", "[PYTHON]\ndef f(x):\n    return x\nassert f(1) == ??\n[/PYTHON]", "It is 1."),
     "no readable answer"),
    (row("fwd_mnl", "[PYTHON]\nx = 1\nassert x == ??\n[/PYTHON]", "[ANSWER]\nassert x == 1\n[/ANSWER]"),
     "no readable answer"),
    ({"id": "a", "nl": "b", "fwd_mnl": "c", "bwd_mnl": "", "response": "d"}, "not one prompt and a response"),
    ({"id": "a", "nl": "", "fwd_mnl": "", "bwd_mnl": "", "response": "d"}, "not one prompt and a response"),
    (row("nl", "Write it.", "```python\ndef f(:\n```\n"), "syntax error"),
    (row("nl", "Write it.", "I cannot."), "no entry function"),
    (repair_row("def f(x):\n    return x", "def f(x):\n    return x + 1", "assert f(1) == 3"), "other output"),
    (repair_row("def f(x):\n    return x + 1", "def f(x):\n    return x + 1", "assert f(1) == 2"),
     "the bug passes its test"),
    (repair_row("def f(x):\n    return x", "def f(x):\n    return x + 1", "f(1) is wrong"), "no readable failed test")])
def test_a_row_that_does_not_hold_is_counted_by_reason_and_spoils_no_other(tmp_path, changed, reason):
    rows = [execution_row("fwd_mnl", *CALLS[0]), changed, execution_row("bwd_mnl", *CALLS[3])]
    programs, counts = read(tmp_path, rows)
    assert counts[f"rejected: pyx row, {reason}"] == 1 and counts["pyx rows: reproduced"] == 2
    assert counts["pyx rows: read"] == 3 and programs[0].inputs == ("[1, 2], factor=3", "[4], **{'factor': 2}")


def test_a_description_brings_its_own_examples_from_code_or_text(tmp_path):
    code = "def add(a, b):\n    return a + b\n"
    rows = [row("nl", "Add two numbers.", f"```python\n{code}\nassert add(1, b=2) == 3\n```\n"),
            row("nl", "Subtract. For example\nassert sub(5, 3) == 2\nholds.", f"```python\n{code}```\n".replace(
                "add", "sub").replace("+", "-"))]
    programs, counts = read(tmp_path, rows)
    assert [(p.entry, p.inputs) for p in programs] == [("add", ("1, b=2",)), ("sub", ("5, 3",))]
    assert counts["pyx rows: reproduced"] == 2 and programs[0].description == "Add two numbers."


def test_a_result_that_is_equal_but_no_literal_reproduces_and_makes_no_program(tmp_path):
    code = "from fractions import Fraction\ndef f(x):\n    return Fraction(x)\n"
    programs, counts = read(tmp_path, [execution_row("fwd_mnl", "3", "3", code=code, entry="f")])
    assert programs == [] and counts["pyx rows: reproduced"] == 1
    assert counts["rejected: pyx, no input with a literal output"] == 1


def test_a_repair_row_needs_a_bug_that_shows_and_a_fix_that_holds(tmp_path):
    fixed = "def f(x, *, up=1):\n    return x + up\n"
    programs, counts = read(tmp_path, [repair_row(fixed.replace("+", "-"), fixed, "assert f(1, up=4) == 5")])
    assert counts["pyx rows: reproduced"] == 1
    assert [(p.code, p.inputs, p.description) for p in programs] == [(fixed, ("1, up=4",), "Scale it.")]
    assert programs[0].origin == "rows.jsonl row 1"


def test_a_prompt_without_its_first_bracket_is_read_as_the_release_has_it(tmp_path):
    broken = execution_row("bwd_mnl", *CALLS[0])
    broken["bwd_mnl"] = broken["bwd_mnl"].removeprefix("[")
    assert read(tmp_path, [broken])[1]["pyx rows: reproduced"] == 1


def test_an_assert_inside_the_code_is_no_question(tmp_path):
    code = "MARK = '??'\nassert MARK\ndef f(x):\n    assert x != '??', 'what'\n    return x + MARK\n"
    assert read(tmp_path, [execution_row("fwd_mnl", "'a'", "'a??'", code=code, entry="f")])[1][
        "pyx rows: reproduced"] == 1


def test_released_rows_do_not_run_in_a_sandbox_weaker_than_wanted(tmp_path, monkeypatch):
    monkeypatch.setattr(Sandbox, "level", "rlimits")
    with pytest.raises(UserError, match="sandbox level 'landlock'.*'rlimits'"):
        read(tmp_path, [execution_row("fwd_mnl", *CALLS[0])])


def test_only_so_many_rows_are_read_and_files_that_cannot_be_read_are_named(tmp_path):
    rows = [execution_row("fwd_mnl", *call, i) for i, call in enumerate(CALLS)]
    assert read(tmp_path, rows, limit=2)[1]["pyx rows: read"] == 2
    (tmp_path / "rows.jsonl").write_text("[1]\n")
    with pytest.raises(UserError, match="rows.jsonl, line 1.*PyX-R rows"):
        list(read_pyx(str(tmp_path / "rows.jsonl"), Counter()))
    (tmp_path / "rows.jsonl").write_text('{"id": 1}\n{broken\n')
    with pytest.raises(UserError, match="rows.jsonl, line 2 is not JSON"):
        list(read_pyx(str(tmp_path / "rows.jsonl"), Counter()))
    with pytest.raises(UserError, match="no such file"):
        list(read_pyx(str(tmp_path / "absent.jsonl"), Counter()))
    with pytest.raises(UserError, match="nobody/absent.*give the path of a downloaded"):
        list(read_pyx("nobody/absent", Counter()))


@pytest.mark.parametrize(("text", "parts"), [
    ("assert f(1, k=2) == 3", ("f", "1, k=2", "3")), ("assert f(*a, **b) == '=='", ("f", "*a, **b", "'=='")),
    ("assert f('(') == ')'", ("f", "'('", "')'")), ("assert f() == (1, 2)", ("f", "", "(1, 2)")),
    ("assert f(1)", None), ("assert 3 == f(1)", None), ("assert o.f(1) == 2", None), ("f(1) == 2", None),
    ("assert f(1) == 2; g()", None), ("assert f(", None)])
def test_an_assertion_is_taken_apart_on_its_syntax(text, parts):
    assert read_assertion(text) == parts
    assert extract_answer(f"[ANSWER]\n{text}\n[/ANSWER]", "f") == (parts and parts[1:])
    assert extract_answer(f"[ANSWER]\n{text}\n[/ANSWER]", "g") is None


def test_labels_go_whatever_the_space_before_them():
    assert strip_labels("x = 1  # [L1]\ny = 2 # [L2]\nz = '# [L3]'\n") == "x = 1\ny = 2\nz = '# [L3]'\n"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """(config, folder of the export, number of rows per file) of a small finished run."""
    from semcoder import paths

    config = SMOKE.replace("corpus", num_programs=60, test_programs=10, validation_programs=5, num_open_source=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "RUNS", tmp_path_factory.mktemp("runs"))
        build_monologues(config)
        folder = tmp_path_factory.mktemp("export")
        yield config, folder, export_pyx(config, folder)


def read_export(folder, name):
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def test_the_export_has_exactly_the_released_fields(exported):
    _, folder, numbers = exported
    pyx, pyx_r = read_export(folder, "pyx.jsonl"), read_export(folder, "pyx_r.jsonl")
    assert (len(pyx), len(pyx_r)) == (numbers["pyx.jsonl"], numbers["pyx_r.jsonl"]) and min(len(pyx), len(pyx_r)) > 10
    assert {tuple(r) for r in pyx} == {("id", "nl", "fwd_mnl", "bwd_mnl", "response")}
    assert {tuple(r) for r in pyx_r} == {("fault", "response")}
    for name in ("nl", "fwd_mnl", "bwd_mnl"):
        assert sum(bool(r[name]) for r in pyx) > 10
    assert all(sum(bool(r[name]) for name in ("nl", "fwd_mnl", "bwd_mnl")) == 1 and r["response"] for r in pyx)
    origins = {r["task_id"] for r in read_export(folder, "origins.jsonl") if r["origin"] and r["licence"]}
    assert len({r["id"] for r in pyx}) == len(pyx) and {r["id"].split(":")[0].split("#")[0] for r in pyx} <= origins
    assert not any("Simulate the Execution" in str(r) or "<Code>" in str(r) for r in [*pyx, *pyx_r])


def test_all_that_was_exported_reproduces_when_read_back(exported):
    config, folder, numbers = exported
    counts = Counter()
    programs = list(read_pyx(str(folder / "pyx.jsonl"), counts))
    described = sum(bool(r["nl"]) for r in read_export(folder, "pyx.jsonl"))
    assert counts["pyx rows: reproduced"] == numbers["pyx.jsonl"] - described
    assert counts["pyx rows: description only"] == described
    assert not [name for name in counts if name.startswith("rejected: pyx row")]
    ours = {p["code"]: p for p in find_monologues(config).inputs[0].read_rows("programs/train")}
    assert len(programs) > 30 and all(p.code in ours for p in programs)
    assert sum(bool(p.description) for p in programs) > 10
    repairs = Counter()
    fixed = list(read_pyx(str(folder / "pyx_r.jsonl"), repairs))
    assert repairs["pyx rows: reproduced"] == repairs["pyx rows: read"] == numbers["pyx_r.jsonl"]
    assert fixed and all(p.description and p.code in ours for p in fixed)


def test_the_export_opens_with_datasets_as_the_card_says(exported, tmp_path):
    from datasets import load_dataset

    _, folder, numbers = exported
    for name in ("pyx", "pyx_r"):
        rows = load_dataset(str(folder), name, split="train", cache_dir=str(tmp_path))
        assert rows.num_rows == numbers[f"{name}.jsonl"]


def test_the_commands_export_and_reexecute_and_name_a_missing_run(exported, tmp_path, run_root, capsys):
    _, folder, numbers = exported
    assert main(["reexecute", str(folder / "pyx_r.jsonl")]) == 0
    assert json.loads(capsys.readouterr().out)["pyx rows: reproduced"] == numbers["pyx_r.jsonl"]
    assert main(["export", "--preset", "smoke", "--to", str(tmp_path / "out")]) == 2
    assert "run `python -m semcoder run --preset smoke` first" in capsys.readouterr().err
