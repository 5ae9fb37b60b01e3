"""Inputs keep their types, cover what can be covered, are repeatable, and the search for them always ends."""

import ast
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcoder.benchmarks.inputs import measure
from semcoder.corpus.inputs import rounds
from semcoder.corpus.inputs.arguments import Arguments, read_arguments
from semcoder.corpus.inputs.choice import EXTRA_FACTOR
from semcoder.corpus.inputs.classes import classify
from semcoder.corpus.inputs.inference import infer_parameters
from semcoder.corpus.inputs.ingredients import Ingredients
from semcoder.corpus.inputs.kinds import draw_value, kind_of, parse_kinds
from semcoder.corpus.inputs.mutation import MAX_CHARS, MAX_LENGTH, mutate_value
from semcoder.corpus.inputs.proposals import Proposer
from semcoder.corpus.inputs.rounds import MAX_ROUNDS, ROUND_INPUTS, Subject, expand_inputs
from semcoder.execution.literals import is_literal, to_literal

ATOMS = st.one_of(st.none(), st.booleans(), st.integers(-10**7, 10**7), st.text(max_size=12), st.binary(max_size=6),
                  st.floats(-1e6, 1e6))
HASHABLE = st.one_of(st.integers(), st.text(max_size=5), st.tuples(st.integers(), st.text(max_size=3)))
VALUES = st.recursive(ATOMS, lambda inner: st.one_of(
    st.lists(inner, max_size=5), st.tuples(inner, inner), st.lists(inner, max_size=5).map(tuple),
    st.sets(HASHABLE, max_size=4), st.dictionaries(HASHABLE, inner, max_size=4)), max_leaves=12)
KINDS = st.recursive(st.sampled_from(["int", "float", "bool", "str", "bytes", "None"]), lambda inner: st.one_of(
    st.tuples(st.just("list"), inner), st.tuples(st.just("tuple"), inner, inner),
    st.tuples(st.just("set"), st.sampled_from(["int", "str"])),
    st.tuples(st.just("dict"), st.sampled_from(["int", "str"]), inner)), max_leaves=4)


def list_types(value):
    """Returns the names of all types within a value."""
    parts = [*value.keys(), *value.values()] if isinstance(value, dict) else (
        value if isinstance(value, (list, tuple, set)) else ())
    return {type(value).__name__}.union(*map(list_types, parts))


def fits(value, kind):
    """Returns whether a value is of a kind, all items included."""
    if isinstance(kind, str):
        return type(value).__name__ == ("NoneType" if kind == "None" else kind)
    if kind[0] == "tuple":
        return type(value) is tuple and all(map(fits, value, kind[1:]))
    if kind[0] == "dict":
        return type(value) is dict and all(fits(k, kind[1]) and fits(v, kind[2]) for k, v in value.items())
    return type(value).__name__ == kind[0] and all(fits(item, kind[1]) for item in value)


@given(VALUES, st.integers(0, 10**6), VALUES)
def test_a_mutated_value_keeps_its_type_and_stays_a_literal(value, seed, elsewhere):
    before, ingredients = repr(value), Ingredients("x = 'abc' + 3", [value, elsewhere])
    mutant = mutate_value(value, Random(seed), ingredients)
    assert type(mutant) is type(value) and repr(value) == before
    assert list_types(mutant) <= list_types(value) | list_types(elsewhere) | {"int", "str"}
    if is_literal(value):
        assert is_literal(mutant)


@pytest.mark.parametrize("value", [True, 3, 2.5, "text", b"data", [1, 2], (1, "a"), (1, 2, 3, 4), {1, 2}, {"a": 1.5}])
def test_each_mutator_keeps_the_type_and_soon_changes_the_value(value):
    mutants = [mutate_value(value, Random(seed), Ingredients("", [value])) for seed in range(80)]
    assert {type(mutant) for mutant in mutants} == {type(value)} and any(mutant != value for mutant in mutants)


@given(st.lists(st.integers(-9, 9) | st.text(max_size=70), max_size=20) | st.text(max_size=70), st.integers(0, 10**6))
def test_mutation_never_grows_values_without_end(value, seed):
    random, ingredients, start = Random(seed), Ingredients("", [value]), len(value)
    for _ in range(60):
        value = mutate_value(value, random, ingredients)
    bound = max(MAX_CHARS, start) if isinstance(value, str) else max(MAX_LENGTH, start)
    assert len(value) <= bound


@given(KINDS, st.integers(0, 10**6), st.sampled_from(["x", "url", "year", "key"]))
def test_a_drawn_value_is_of_its_kind(kind, seed, name):
    value = draw_value(kind, name, Random(seed), Ingredients("a = ['k', 2.5, b'q']"))
    assert fits(value, kind) and is_literal(value)


@given(st.lists(VALUES.filter(is_literal), max_size=3), st.dictionaries(st.sampled_from("abc"),
                                                                        VALUES.filter(is_literal), max_size=2))
def test_an_input_survives_being_written_and_read(positional, keywords):
    arguments = Arguments(tuple(positional), keywords)
    try:
        text = arguments.render()
    except BaseException as error:
        assert type(error).__name__ == "ValueLimit"
        return
    assert read_arguments(text) == arguments and read_arguments(text).render() == text


def test_arguments_that_are_no_literals_are_not_read():
    assert [read_arguments(text) for text in ("x", "1 +", "...", "**{}", "[y for y in ()]")] == [None] * 5


@pytest.mark.parametrize(("code", "kind"), [
    ("def f(q):\n    return q.split('-')", "str"), ("def f(q):\n    return q % 7", "int"),
    ("def f(q):\n    q.append(1)\n    return q", ("list", "int")), ("def f(q=True):\n    return not q", "bool"),
    ("def f(q):\n    return {k: v + 1 for k, v in q.items()}", "dict"), ("def f(q=1.5):\n    return q / 2", "float"),
    ("def f(q):\n    return '-'.join(q)", ("list", "str")), ("def f(q):\n    return q == 'x'", "str"),
    ("def f(q):\n    for w in q:\n        w.upper()", ("list", "str")),
    ("def f(q):\n    return sum(len(r) + r[0] // 2 for r in q)", ("list", ("list", "int"))),
    ("def f(q):\n    return q['a'] + q['b']", "dict"), ("def f(q):\n    q.discard(2)\n    return q", "set"),
    ("def f(q):\n    return g(q)\n\ndef g(z):\n    return z.lower()", "str"), ("def f(q):\n    return [0] * q", "int"),
    ("def f(matrix):\n    return matrix", ("list", ("list", "int"))), ("def f(q):\n    return range(q)", "int"),
    ("def f(q):\n    return [a + b for a, b in q]", ("list", ("tuple", "int", "int")))])
def test_kinds_are_inferred_from_use(code, kind):
    best = next(iter(infer_parameters(code, "f", {})[0].kinds))
    assert (best[0] if kind in ("dict", "set") else best) == kind


def test_hints_defaults_and_styles_are_read():
    code = "def f(a, *rest, b='x', c):\n    return a"
    parameters = infer_parameters(code, "f", {"a": "list[str] | None"})
    assert [(p.name, p.style, p.is_optional) for p in parameters] == [
        ("a", "positional", False), ("rest", "variable", True), ("b", "keyword", True), ("c", "keyword", False)]
    assert next(iter(parameters[0].kinds)) == ("list", "str") and next(iter(parameters[2].kinds)) == "str"
    assert infer_parameters(code, "absent", {}) == []


@pytest.mark.parametrize(("text", "kinds"), [
    ("int", ["int"]), ("Optional[Sequence[str]]", [("list", "str")]), ("int | float", ["int", "float"]),
    ("dict[str, list[int]]", [("dict", "str", ("list", "int"))]), ("tuple[int, str]", [("tuple", "int", "str")]),
    ("list of strings", [("list", "str")]), ("'str'", ["str"]), ("Literal['a', 'b']", ["str"]), ("Widget", []),
    ("tuple[int, ...]", [("tuple", "int", "int", "int")]), ("typing.List[int]", [("list", "int")])])
def test_types_are_read_from_annotations_and_words(text, kinds):
    assert parse_kinds(text) == kinds


def expand(code, *known, num_inputs=3, seed=0, **hints):
    (expansion,), counts = expand_inputs([Subject(code, "f", known, hints)], num_inputs, seed)
    return expansion, counts


def test_rounds_reach_branches_that_ask_for_a_constant():
    code = ("def f(word, n):\n    if word == 'xyzzy':\n        return 'magic'\n    if n == 417:\n"
            "        return 'number'\n    if n < 0 and word.startswith('q'):\n        return 'both'\n"
            "    return word * (n % 3)\n")
    expansion, _ = expand(code)
    assert expansion.branch_coverage == 1 and 3 <= len(expansion.inputs) <= 3 * EXTRA_FACTOR


def test_an_input_is_chosen_beyond_the_number_only_for_its_coverage():
    branches = "".join(f"    if n == {i}:\n        return {i * i}\n" for i in range(6))
    branchy = f"def f(n):\n{branches}    return n\n"
    expansion, _ = expand(branchy)
    assert 3 < len(expansion.inputs) <= 3 * EXTRA_FACTOR and expansion.branch_coverage == 1
    plain, _ = expand("def f(n):\n    return n + 1\n")
    assert len(plain.inputs) == 3


def test_known_inputs_set_the_types_of_the_others():
    expansion, _ = expand("def f(x, y):\n    return [x, y][::-1] * 2\n", "'abc', [1, 2]", "'zz', [5]")
    for text in expansion.inputs:
        x, y = ast.literal_eval(f"({text})")
        assert type(x) is str and type(y) is list and all(type(item) is int for item in y)


@pytest.mark.parametrize(("code", "known", "hints"), [
    ("def f(z):\n    return z is None\n", ("None",), {"z": "bool"}), ("def f():\n    return 3\n", ("",), {}),
    ("def f(x):\n    return x == ()\n", ("()",), {}), ("def f(x):\n    return [] if x else {}\n", ("True",), {}),
    ("def f(x):\n    raise ValueError\n", (), {}), ("def f(x):\n    while True:\n        x = x\n", ("1",), {})])
def test_the_search_ends_for_inputs_that_cannot_change(code, known, hints):
    expansion, counts = expand(code, *known, **hints)
    assert expansion.reason and counts["inputs tried"] <= MAX_ROUNDS * ROUND_INPUTS + len(known)


def test_a_small_space_of_inputs_is_soon_used_up():
    proposer = Proposer("def f(z):\n    return z\n", "f", [], {"z": "bool"})
    found = proposer.propose([Arguments((True,))], ROUND_INPUTS, Random(0))
    assert sorted(found) == ["False", "True"] and not proposer.propose([Arguments((True,))], ROUND_INPUTS, Random(1))


def test_a_value_that_cannot_change_is_handed_back():
    assert all(mutate_value(value, Random(0), Ingredients()) == value for value in (None, (), {}, []))


@pytest.mark.parametrize(("code", "status"), [
    ("def f(x):\n    return list({str(v + x) for v in range(9)})\n", "nondeterministic"),
    ("import os\n\ndef f(x):\n    return int.from_bytes(os.urandom(4), 'big') + x\n", "nondeterministic"),
    ("import time\n\ndef f(n):\n    return n + time.time_ns()\n", "nondeterministic"),
    ("def f(n):\n    return 1 // 0\n", "exception"), ("def f(n):\n    while n == n:\n        n += 1\n", "event_limit"),
    ("def f(n):\n    return object()\n", "not_literal"), ("def f(n):\n    return 'x' * 500\n", "value_limit")])
def test_inputs_that_fail_or_depend_on_chance_are_rejected_and_counted(code, status):
    expansion, counts = expand(code, "3", "4", "10")
    assert expansion.inputs == () and counts[f"inputs rejected: {status}"] >= 3


def test_inputs_that_depend_on_chance_are_replaced_by_others():
    expansion, counts = expand("import time\n\ndef f(n):\n    return time.time_ns() if n % 2 else n * 7\n", "3", "4")
    assert counts["inputs rejected: nondeterministic"] and len(expansion.inputs) == 3
    assert all(int(text) % 2 == 0 for text in expansion.inputs)


@pytest.mark.parametrize(("code", "reason"), [
    ("def f(n):\n    return 5\n", "constant output"), ("def f(n):\n    return n\n", "returns its argument"),
    ("def f(xs):\n    xs.clear()\n", "returns nothing"), ("def f(n):\n    return open('x')\n", "no input runs"),
    ("def f(", "syntax error"), ("def f(n):\n    return {0: 1}[n]\n", "too few inputs that run")])
def test_programs_whose_inputs_are_not_worth_keeping_say_why(code, reason):
    assert expand(code)[0].reason == reason


def test_a_programs_inputs_depend_on_it_and_the_seed_alone():
    codes = ["def f(s):\n    return s.title() + '!'\n", "def f(n):\n    return n * 3 if n > 4 else -n\n",
             "def f(xs):\n    return sorted(set(xs))[:2]\n"]
    subjects = [Subject(code, "f") for code in codes]
    together, _ = expand_inputs(subjects, 3, 7)
    alone = [expand_inputs([subject], 3, 7)[0][0] for subject in reversed(subjects)]
    assert together == alone[::-1] and together != expand_inputs(subjects, 3, 8)[0]


def test_many_programs_are_worked_on_in_blocks_with_the_same_result(monkeypatch):
    subjects = [Subject(f"def f(n):\n    return n * {i} + 1\n", "f") for i in range(2, 7)]
    whole = expand_inputs(subjects, 2, 0)
    monkeypatch.setattr(rounds, "BLOCK", 2)
    assert expand_inputs(subjects, 2, 0) == whole


@settings(max_examples=30)
@given(VALUES.filter(is_literal))
def test_equal_values_are_of_one_class(value):
    assert classify(value) == classify(ast.literal_eval(to_literal(value, 10**6)))
    assert kind_of(value) is not None


def test_values_that_differ_in_more_than_detail_are_of_different_classes():
    values = [0, 1, -1, 50, 1.5, "", "a", "abc", "12", [], [1], [1, 1], ["a", "b"], (1, 2), {}, {1: 2}, None, True,
              False]
    assert len({classify(value) for value in values}) == len(values)
    assert classify([3, 4]) == classify([5, 8, 1])


def test_guided_rounds_cover_more_than_plain_mutation_on_the_same_functions():
    plain, guided, _ = measure(quick=True)
    assert guided["with inputs"] > plain["with inputs"] > 5
    assert guided["branch coverage, mean"] > plain["branch coverage, mean"]
