"""`python -m semcoder monologue` tells one call as training data does, claim by claim, and names every mistake."""

import re

import pytest

from semcoder.__main__ import main
from semcoder.config import FORMATS
from semcoder.prompts import extract_answer

PROGRAM = """\
def double(n):
    return n * 2

def f(text):
    out = []
    for i, c in enumerate(text):
        if c in 'ab':
            continue
        out.append(c * double(i))
    return ''.join(out)

def g(n):
    return lambda: n

def h(n):
    return 1 // n
"""
TERSE = """\
[MONOLOGUE]
### Execution Simulation
[L1] double: called with n is 3.
[L2] return n * 2: it returns 3 * 2 = 6.
[/MONOLOGUE]
[ANSWER]
assert double(3) == 6
[/ANSWER]
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return str(path)


def tell(capsys, *arguments):
    status = main(["monologue", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_call_is_told_forward_with_its_answer(file, capsys):
    status, out, err = tell(capsys, file, "double(3)")
    assert (status, out) == (0, TERSE) and err == "semcoder: ok: 6 (3 events)\n"


def test_a_call_is_told_backward_from_what_it_returns_to_its_input(file, capsys):
    status, out, _ = tell(capsys, file, "f('abc')", "--direction", "backward")
    monologue = out.split("[/MONOLOGUE]")[0]
    assert status == 0 and monologue.index("'cccc'") < monologue.index("'abc'")
    assert monologue.index("[L10]") < monologue.index("[L6]") and "must be" in monologue
    assert extract_answer(out, "f") == ("'abc'", "'cccc'")


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("verbosity", ["terse", "normal", "full"])
def test_every_sentence_is_followed_by_its_claims_all_confirmed(file, capsys, verbosity, direction):
    asked = (file, "f('abc')", "--verbosity", verbosity, "--direction", direction)
    plain = tell(capsys, *asked)[1]
    status, out, err = tell(capsys, *asked, "--claims")
    lines = out.splitlines()
    assert status == 0 and "not all" not in err
    assert [line for line in lines if not line.startswith("    ")] == plain.splitlines()
    claims = [line for line in lines if line.startswith("    ")]
    assert len(claims) > 25 and all(line.startswith("    confirmed: ") for line in claims)
    wanted = "value (name: out, value: ['cccc'])" if direction == "forward" else "must (text: out == ['cccc'])"
    assert f"    confirmed: {wanted}" in claims
    for sentence, below in zip(lines, lines[1:], strict=False):
        assert below.startswith("    ") or not sentence.startswith("[L"), sentence


def test_more_verbose_monologues_say_more_and_the_seed_chooses_words(file, capsys):
    terse, normal, full = (tell(capsys, file, "f('abc')", "--verbosity", v)[1] for v in ("terse", "normal", "full"))
    assert len(terse) < len(normal) < len(full)
    again, other = (tell(capsys, file, "f('abc')", "--verbosity", "full", "--seed", n)[1] for n in ("0", "1"))
    assert again == full != other


@pytest.mark.parametrize(("damage", "message"), [
    (lambda text: text.replace("= 6.", "= 7."), "FALSE: returns (value: 7)"),
    (lambda text: text.replace("n is 3", "n is 4"), "FALSE: argument (name: n, value: 4)"),
    (lambda text: text.replace("called with", "asked for"), "FALSE: unreadable"),
    (lambda text: re.sub(r"\[L1\].*\n", "", text), "FALSE: order")])
def test_what_is_false_is_said_and_the_status_is_1(file, capsys, monkeypatch, damage, message):
    from semcoder.monologues import author

    render = author.render_forward
    monkeypatch.setattr(author, "render_forward", lambda *a, **k: damage(render(*a, **k)))
    status, out, err = tell(capsys, file, "double(3)", "--claims")
    assert status == 1 and message in out and "not all that is said is confirmed" in err


def test_a_flaw_of_a_backward_monologue_is_named_and_nothing_is_called_confirmed(file, capsys, monkeypatch):
    from semcoder.monologues import author

    monkeypatch.setattr(author, "find_flaw", lambda *a, **k: "counter-example")
    status, out, err = tell(capsys, file, "f('abc')", "--direction", "backward", "--claims")
    assert status == 1 and out.count("FALSE: counter-example") == 1 and "confirmed:" not in out
    assert "not judged: must" in out and "not all" in err


def test_a_call_of_which_nothing_can_be_said_backward_says_so(tmp_path, capsys):
    path = tmp_path / "program.py"
    path.write_text("def f(n):\n    return 5\n")
    status, out, err = tell(capsys, str(path), "f(3)", "--direction", "backward")
    assert (status, out) == (1, "") and "nothing to say backward" in err


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_printed_with_the_same_answer(file, capsys, name):
    status, out, _ = tell(capsys, file, "f('abc')", "--format", name)
    assert status == 0 and extract_answer(out, "f") == ("'abc'", "'cccc'")
    assert name == "direct" or "['cccc']" in out


def test_a_call_without_a_monologue_says_why_and_prints_none(file, capsys):
    for arguments, message in ((["h(0)"], "exception: ZeroDivisionError"), (["g(1)"], "not_literal: function"),
                               (["double('ab' * 5000)"], "value_limit (1 events); raise --max-value-chars"),
                               (["f('abc')", "--max-events", "4"], "raise --max-events")):
        status, out, err = tell(capsys, file, *arguments)
        assert (status, out) == (1, "") and message in err


def test_mistakes_are_named(file, tmp_path, capsys):
    for arguments, message in (((str(tmp_path / "none.py"), "f()"), "there is no such file"),
                               ((file, "print(1)"), "double, f, g, h"), ((file, "f('a'"), "CALL = \"f('a'\""),
                               ((file, "f('a')", "--timeout", "0"), "--timeout = 0"),
                               ((file, "f('a')", "--claims", "--format", "delta"), "only a monologue makes claims")):
        status, out, err = tell(capsys, *arguments)
        assert (status, out) == (2, "") and message in err
