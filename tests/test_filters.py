"""Filters find what is the same, nearly the same, or does the same; and nothing else."""

import ast
import subprocess
import sys
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from semcoder.corpus.filters.behaviour import (
    MIN_TELLING,
    find_signature,
    hash_behaviour,
    make_probes,
    merge_types,
    run_here,
)
from semcoder.corpus.filters.duplicates import Deduplicator
from semcoder.corpus.filters.fingerprints import canonicalize, take_fingerprint
from semcoder.corpus.sources import generate_chunk
from semcoder.execution.jobs import Outcome
from semcoder.presets import SMOKE


def take_behaviour(code, inputs, entry="f"):
    signature = find_signature(inputs)
    return hash_behaviour(signature, run_here(code, entry, make_probes(signature)))


def take(code, inputs=("[1, 2]",)):
    return take_fingerprint(code, take_behaviour(code, inputs))


class Suffix(ast.NodeTransformer):
    """Gives each own name of a program another one, in another alphabetical order."""

    def __init__(self, own):
        self.names = {name: f"q{len(own) - i}_{name}" for i, name in enumerate(sorted(own))}

    def visit_Name(self, node):
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node):
        node.arg = self.names.get(node.arg, node.arg)
        return node

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        for argument in node.args.args:  # not those of a lambda, which has no place for them
            argument.annotation = ast.Name("object")
        return node


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_a_renamed_and_annotated_program_is_the_same_program(index):
    for prepared, _ in generate_chunk((SMOKE.replace("corpus", level=3).corpus, 0, range(index, index + 2))):
        if prepared:
            tree = ast.parse(prepared.candidate.code)
            own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            own |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
            renamed = ast.unparse(Suffix(own).visit(tree))
            assert renamed != prepared.candidate.code and canonicalize(renamed) == canonicalize(prepared.candidate.code)


def test_programs_that_call_their_helpers_in_another_order_are_different():
    helpers = "def a(x):\n    return x + 1\ndef b(x):\n    return x * 2\n"
    one, other = (canonicalize(f"{helpers}def f(x):\n    return {call}\n") for call in ("a(b(x))", "b(a(x))"))
    assert one != other
    assert canonicalize("def f(x):\n    'Doc.'\n    return x\n") == canonicalize("def f(y) -> int:\n    return y\n")
    assert canonicalize("def f(x):\n    return x.upper()\n") != canonicalize("def f(x):\n    return x.lower()\n")


def test_renamed_programs_are_duplicates_and_close_ones_are_near_duplicates():
    seen = Deduplicator(0.8)
    body = "".join(f"    a = a + {i}\n" for i in range(30))
    assert seen.find_reason(take_fingerprint(f"def f(a):\n{body}    return a\n")) == ""
    renamed = f"def g(b):\n{body.replace('a', 'b')}    return b\n"
    assert seen.find_reason(take_fingerprint(renamed)) == "exact duplicate"
    assert seen.find_reason(take_fingerprint(f"def f(a):\n{body}    return a + 1\n")) == "near-duplicate"
    assert seen.find_reason(take_fingerprint("def f(a):\n    return a * 2\n")) == ""
    assert seen.find_reason(take_fingerprint("def f(a):\n    return a * 3\n")) == ""


def test_near_duplicates_are_found_among_many_programs():
    random, seen = Random(0), Deduplicator(0.9)
    programs = ["def f(a, b):\n" + "".join(f"    a = {random.choice(('a', 'b', 'len(b)'))} {random.choice('+-*%')} "
                                          f"{random.randint(1, 99)}\n" for _ in range(30)) + "    return a\n"
                for _ in range(200)]
    assert {seen.find_reason(take_fingerprint(code)) for code in programs} == {""}
    close = [code.replace("return a", "return a + b") for code in programs]
    assert sum(seen.find_reason(take_fingerprint(code)) == "near-duplicate" for code in close) >= 190


def test_the_same_behaviour_is_kept_in_a_few_realisations_of_different_outline():
    ways = [f"def f(xs):\n    {body}\n" for body in (
        "return sum(xs)", "n = sum(xs)\n    return n", "n = 0\n    for x in xs:\n        n += x\n    return n",
        "return 0 + sum(xs)")]
    same_outline = "def f(xs):\n    n = 0\n    for y in sorted(xs):\n        n += y\n    return n\n"
    seen = Deduplicator(0.99, realisations=3)
    assert [seen.find_reason(take(code)) for code in ways] == ["", "", "", "behaviour has enough realisations"]
    one = Deduplicator(0.99, realisations=9)
    assert one.find_reason(take(same_outline)) == ""
    assert one.find_reason(take(same_outline.replace("sorted", "list"))) == "behavioural duplicate"
    assert one.find_reason(take(same_outline.replace("+= y", "-= y"))) == ""


@pytest.mark.parametrize(("one", "other", "is_same"), [
    ("return xs[::-1]", "return list(reversed(xs))", True), ("return sorted(xs)[0]", "return min(xs)", False),
    ("return [x for x in xs if x != 5]", "return [x for x in xs if x != 6]", False),
    ("return len(xs)", "return sum(1 for x in xs)", True), ("return xs[1]", "return xs[2]", False),
    ("return sum(xs) > 5", "return sum(xs) > 6", False), ("return xs[0]", "return xs[:1][0]", True)])
def test_behaviour_tells_programs_apart_and_sees_through_their_text(one, other, is_same):
    a, b = (take_behaviour(f"def f(xs):\n    {body}\n", ("[3, 1, 2]",)) for body in (one, other))
    assert a and b and (a == b) is is_same


def test_what_says_too_little_is_compared_with_none():
    for body in ("return 3", "return xs[40]", "return 7 in [1]", "return xs == [-77]"):
        assert take_behaviour(f"def f(xs):\n    {body}\n", ("[1]",)) == 0
    signature = find_signature(("[1]",))
    enough = [Outcome("ok", str(i)) for i in range(MIN_TELLING + 1)]
    assert hash_behaviour(signature, enough) and not hash_behaviour(signature, enough[:-1])
    for status in ("timeout", "memory", "crashed", "sandbox_error"):
        assert hash_behaviour(signature, [*enough, Outcome(status)]) == 0
    assert hash_behaviour(signature, [*enough, Outcome("exception", "ValueError: at 1")]) == hash_behaviour(
        signature, [*enough, Outcome("exception", "ValueError: at 2")])


VALUES = st.recursive(st.one_of(st.integers(), st.text(max_size=5), st.booleans(), st.floats(allow_nan=False,
                      allow_infinity=False), st.none()),
                      lambda inner: st.one_of(st.lists(inner, max_size=3), st.tuples(inner, inner),
                                              st.dictionaries(st.text(max_size=3), inner, max_size=3)), max_leaves=8)


def is_only_one(value):
    """Tells whether no other value has this one's type."""
    return value is None or isinstance(value, tuple) and all(map(is_only_one, value))


@settings(max_examples=60, deadline=None)
@example([(None, None)])
@example([((), None)])
@given(st.lists(VALUES, min_size=1, max_size=3))
def test_probes_have_the_types_of_the_inputs(values):
    text = ", ".join(map(repr, values))
    signature = find_signature((text,))
    probes = make_probes(signature)
    assert len(set(probes)) > 1 or all(map(is_only_one, values))
    for probe in probes:
        for (_, wanted), (_, got) in zip(signature, find_signature((probe,)), strict=True):
            merged = merge_types(wanted, got)
            assert merged in (wanted, got) or "anything" in str(wanted) or "anything" in str(merged)
    assert find_signature((text, text)) == signature


def test_signatures_merge_over_inputs_and_need_literals():
    assert find_signature(("[], 2", "['a'], 3")) == (("", ("list", ("str",))), ("", ("int",)))
    assert find_signature(("1, k=True", "2, k=False")) == (("", ("int",)), ("k", ("bool",)))
    assert find_signature(("1", "2.5")) == (("", ("float",)),)
    for inputs in (("1", "1, 2"), ("open('x')",), ("*[1]",), ("",), ("1, k=1", "1, j=1"), ("x",)):
        assert find_signature(inputs) is None


def test_fingerprints_are_the_same_in_every_process():
    script = ("from semcoder.presets import SMOKE\nfrom semcoder.corpus.sources import generate_chunk\n"
              "for p, _ in generate_chunk((SMOKE.corpus, 0, range(12))):\n    s = p and p.fingerprint\n"
              "    print(s and (s.exact, s.outline, s.behaviour, s.shingles.tolist(), s.sketch.tolist()))\n")
    shown = set()
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}
        shown.add(subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True,
                                 text=True).stdout)
    assert len(shown) == 1 and len(shown.pop().splitlines()) == 12
