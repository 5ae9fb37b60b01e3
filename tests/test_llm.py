"""A language model's programs: seeds parse, scripts are read rightly, and the whole route runs against a real model.

The model is a tiny Llama that this file trains to answer a few prompts; `transformers serve` serves it on the loopback.
"""

import ast
import json
import sys
import time
from collections import Counter
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_servers import kill_in_the_middle, make_completion, serve_model, serve_script
from parrot import ENOUGH, train_parrot
from semcoder.corpus.llm.collect import collect_llm, try_solutions
from semcoder.corpus.llm.prompts import PROBLEM, SOLUTION, ask_correction, ask_problem, ask_solution, read_section
from semcoder.corpus.llm.seeds import MAX_LINES, MIN_LINES, draw_from_module, list_subtrees, sample_seeds
from semcoder.corpus.llm.solutions import Unfit, read_solution
from semcoder.corpus.open_source.harvest import list_modules
from semcoder.errors import UserError
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import Sandbox, run_jobs
from semcoder.presets import SMOKE

GOOD = '''def count_big(numbers, limit):
    """Counts."""
    count = 0
    for number in numbers:
        if number > limit:
            count += 1
    return count

assert count_big([1, 5, 9], 4) == 2
assert count_big([], 4) == 0
assert count_big(numbers=[7], limit=2) == 1
'''
BUGGY = '''def join_twice(words, mark):
    return mark.join(words + words[1:])

assert join_twice(['a', 'b'], '-') == 'a-b-a-b'
assert join_twice(['x'], '+') == 'x+x'
'''
MENDED = BUGGY.replace("words[1:]", "words")
HOPELESS = '''def split_evenly(total, parts):
    return total // (parts - parts)

assert split_evenly(6, 3) == 2
'''
PROBLEMS = ("Write count_big(numbers, limit), which counts the numbers above the limit.",
            "Write join_twice(words, mark), which joins the words, taken twice, with the mark.",
            "Write split_evenly(total, parts), which returns the size of each part.")


def problem_answer(problem):
    return f"Here is one.\n[{PROBLEM}]\n{problem}\n"


def solution_answer(script, thought="Go through it once."):
    return f"[{SOLUTION}]\n{thought}\n```python\n{script}```\n"


def find_error(script):
    return str(next(iter(try_solutions([read_solution(script)], SMOKE.min_sandbox_level))))


def configure(url, model="model-a", **changes):
    return SMOKE.replace("corpus", llm_base_url=url, llm_model=model, llm_debug_rounds=2, **changes)


def collect(config, folder):
    counts = Counter()
    return list(collect_llm(config, counts, folder)), counts


@pytest.fixture(scope="module")
def parrot(tmp_path_factory):
    """(model folder, address) of a served model that knows the four seeds' problems, solutions and corrections."""
    seeds = [seed.code for seed in islice(sample_seeds(SMOKE.seed), 4)]
    good, buggy, hopeless = PROBLEMS
    pairs = [(ask_problem(seeds[0]), problem_answer(good)), (ask_problem(seeds[1]), problem_answer(buggy)),
             (ask_problem(seeds[2]), "I cannot think of anything."), (ask_problem(seeds[3]), problem_answer(hopeless)),
             (ask_solution(good), solution_answer(GOOD)), (ask_solution(buggy), solution_answer(BUGGY)),
             (ask_correction(buggy, BUGGY, find_error(BUGGY)), solution_answer(MENDED, "The first word was missing.")),
             (ask_solution(hopeless), solution_answer(HOPELESS)),
             (ask_correction(hopeless, HOPELESS, find_error(HOPELESS)), solution_answer(HOPELESS))]
    folder = tmp_path_factory.mktemp("parrot") / "model"
    assert train_parrot([(messages[0]["content"], answer) for messages, answer in pairs], folder) < ENOUGH
    with serve_model(folder, folder.parent / "serve.log") as url:
        yield str(folder), url


def test_the_whole_route_runs_against_a_real_model(parrot, tmp_path):
    folder, url = parrot
    config = configure(url, folder, num_llm=4, inputs_per_program=3, llm_temperature=0.0, llm_price_in=2.0,
                       llm_price_out=3.0)
    candidates, counts = collect(config, tmp_path)
    assert [c.entry for c in candidates] == ["count_big", "join_twice"]
    first, second = candidates
    assert first.description == PROBLEMS[0] and first.inputs == ("[1, 5, 9], 4", "[], 4", "numbers=[7], limit=2")
    assert "assert" not in first.code and '"""' not in first.code and "words + words)" in second.code
    assert {(c.source, c.family) for c in candidates} == {("llm", "llm")}
    snippets = [seed.snippet_id for seed in islice(sample_seeds(SMOKE.seed), 2)]
    assert [c.origin for c in candidates] == [f"{folder} after {snippet}" for snippet in snippets]
    outcomes = list(run_jobs([Job(code=c.code, entry=c.entry, inputs=c.inputs) for c in candidates]))
    assert [[o.output for o in some] for some in outcomes] == [["2", "0", "1"], ["'a-b-a-b'", "'x+x'"]]
    prompt, completion = counts["llm: prompt tokens"], counts["llm: completion tokens"]
    assert prompt > 500 and completion > 100 and counts["llm: cost, millionths"] == 2 * prompt + 3 * completion
    assert {name: number for name, number in counts.items() if "tokens" not in name and "cost" not in name} == {
        "llm: seeds": 4, "llm: answers": 10, "llm: accepted at once": 1, "llm: accepted after debugging": 1,
        "llm: failed attempt, its own example fails": 1, "llm: failed attempt, does not run (exception)": 3,
        "rejected: llm, no problem section": 1,
        "rejected: llm, does not run (exception) after 2 rounds of debugging": 1}
    unreachable = config.replace("corpus", llm_base_url="http://127.0.0.1:9/v1")
    assert collect(unreachable, tmp_path) == (candidates, counts)  # from the log: nobody is asked


def test_a_model_that_the_real_server_does_not_hold_is_named(parrot, tmp_path):
    folder, url = parrot
    with pytest.raises(UserError, match=f"model = 'other'.*{url}.*pinned to '{folder}'"):
        collect(configure(url, "other", num_llm=1), tmp_path)


def talk(body):
    """A scripted model: problems by seed, solutions of which every third is wrong at first."""
    text = body["messages"][0]["content"]
    if f"line [{PROBLEM}]" in text:
        return problem_answer(f"Write add_it(x), number {sum(map(ord, text)) % 1000}.")
    number = int(text.split("number ")[1].split(".")[0])
    is_wrong = number % 3 == 0 and "does not work" not in text
    script = f"def add_it(x):\n    return x + {number + is_wrong}\n\nassert add_it(1) == {number + 1}\n"
    return solution_answer(script + "assert add_it(0) != None\n")


KILLED = """
import sys
from collections import Counter
from pathlib import Path
from semcoder.corpus.llm.collect import collect_llm
from semcoder.presets import SMOKE
config = SMOKE.replace("corpus", num_llm=30, llm_base_url=sys.argv[1], llm_model="model-a", llm_num_threads=2)
list(collect_llm(config, Counter(), Path(sys.argv[2])))
"""


def test_after_a_kill_in_the_middle_no_finished_answer_is_asked_for_again(tmp_path):
    kill_in_the_middle(talk, 40, lambda url: [sys.executable, "-c", KILLED, url, str(tmp_path)])
    finished = [json.loads(line)["messages"] for line in (tmp_path / "answers.jsonl").read_text().splitlines()]
    assert 30 <= len(finished) < 60
    with serve_script(talk) as server:  # at another address: the log knows answers by question
        config = configure(server.url, num_llm=30)
        resumed = collect(config, tmp_path)
        asked = [body["messages"] for body in server.bodies]
        assert asked and not any(messages in finished for messages in asked)
        assert len(asked) == len({json.dumps(messages) for messages in asked})
        assert collect(config, tmp_path / "whole") == resumed and resumed[1]["llm: accepted after debugging"] > 0


@pytest.mark.parametrize("num_threads", [1, 8])
def test_programs_come_in_the_order_of_their_seeds(tmp_path, num_threads):
    def talk_unevenly(body):
        time.sleep(sum(map(ord, body["messages"][0]["content"])) % 7 / 100)
        return talk(body)

    with serve_script(talk_unevenly) as server:
        candidates, _ = collect(configure(server.url, num_llm=12, llm_num_threads=num_threads), tmp_path)
    expected = [seed.snippet_id for seed in islice(sample_seeds(SMOKE.seed), 12)]
    assert [c.origin.split(" after ")[1] for c in candidates] == expected


@pytest.mark.parametrize(("finish", "reason"), [
    ("length", "answer cut at llm_max_tokens"), ("content_filter", "answer filtered by the endpoint"),
    ("stop", "no solution section")])
def test_an_answer_without_a_whole_solution_is_counted_by_what_kept_it_short(tmp_path, finish, reason):
    def break_off(body):
        if f"line [{PROBLEM}]" in body["messages"][0]["content"]:
            return problem_answer("Add one.")
        return 200, make_completion(body, "" if finish == "stop" else "[Solution]\n```python\ndef f(x):", finish)

    with serve_script(break_off) as server:
        candidates, counts = collect(configure(server.url, num_llm=2), tmp_path)
        corrections = [body for body in server.bodies if "does not work" in body["messages"][0]["content"]]
    assert candidates == [] and counts[f"rejected: llm, {reason} after 2 rounds of debugging"] == 2
    assert counts[f"llm: failed attempt, {reason}"] == 6 and len(corrections) == 2  # equal problems: asked once a round


def test_a_request_that_the_endpoint_refuses_is_one_reject_among_others(tmp_path):
    def refuse_one(body):
        is_first = first in body["messages"][0]["content"]
        return (400, {"error": {"message": "too long"}}) if is_first else talk(body)

    first = next(sample_seeds(SMOKE.seed)).code
    with serve_script(refuse_one) as server:
        candidates, counts = collect(configure(server.url, num_llm=3), tmp_path)
    assert len(candidates) == 2 and counts["rejected: llm, request refused by the endpoint"] == 1


def test_a_seed_asked_again_after_all_are_used_up_gives_another_sample(tmp_path, monkeypatch):
    monkeypatch.setattr("semcoder.corpus.llm.collect.sample_seeds", lambda seed: islice(sample_seeds(seed), 2))
    with serve_script(talk) as server:
        candidates, _ = collect(configure(server.url, num_llm=3), tmp_path)
        problems = [b["messages"][0]["content"] for b in server.bodies if "inspire" in b["messages"][0]["content"]]
    assert len(candidates) == 3 and candidates[2].origin == f"{candidates[0].origin} (2)"
    assert len(problems) == 3 and len(set(problems)) == 2


def test_a_fault_of_the_sandbox_is_counted_as_such_and_not_put_to_the_model(tmp_path, monkeypatch):
    def fail(jobs, *_, **__):
        return [[Outcome("sandbox_error")] * (len(job.inputs) + len(job.tests)) for job in jobs]

    monkeypatch.setattr("semcoder.corpus.llm.collect.run_jobs", fail)
    with serve_script(talk) as server:
        candidates, counts = collect(configure(server.url, num_llm=2), tmp_path)
        assert len(server.bodies) == 4  # two problems, two solutions
    assert candidates == [] and counts["rejected: llm, fault of the sandbox after 0 rounds of debugging"] == 2


def test_a_models_programs_do_not_run_in_a_sandbox_weaker_than_wanted(tmp_path, monkeypatch):
    monkeypatch.setattr(Sandbox, "level", "rlimits")
    with serve_script(talk) as server, pytest.raises(UserError, match="sandbox level 'landlock'.*'rlimits'"):
        collect(configure(server.url, num_llm=1), tmp_path)


def test_no_model_is_asked_by_default_and_a_nameless_one_is_refused(tmp_path):
    assert collect(SMOKE, tmp_path) == ([], Counter()) and not list(tmp_path.iterdir())
    with pytest.raises(UserError, match="llm_model"):
        SMOKE.replace("corpus", num_llm=1)
    with pytest.raises(UserError, match="llm_base_url.*llm_api_key_env") as caught:
        SMOKE.replace("corpus", llm_base_url="https://me:secret@example.com/v1")
    assert "secret" not in str(caught.value)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_each_seed_is_one_statement_that_parses_and_the_same_for_the_same_run(seed):
    seeds = list(islice(sample_seeds(seed), 12))
    assert len({s.code for s in seeds}) == 12 and seeds == list(islice(sample_seeds(seed), 12))
    for snippet in seeds:
        assert len(ast.parse(snippet.code).body) == 1


def test_seeds_of_another_run_are_others_and_take_turns_among_modules():
    zero, one = (list(islice(sample_seeds(seed), 100)) for seed in (0, 1))
    modules = [[s.snippet_id.split(":")[1] for s in seeds] for seeds in (zero, one)]
    assert modules[0] != modules[1] and [len(set(names)) for names in modules] == [100, 100]


def test_a_modules_seeds_are_many_and_share_no_line():
    lines, count = Counter(), 0
    for module in list_modules("boltons"):
        for snippet in draw_from_module(module, Random(0)):
            count += 1
            first, last = map(int, snippet.snippet_id.rsplit(":", 1)[1].split("-"))
            lines.update((module.name, number) for number in range(first, last + 1))
    assert max(lines.values()) == 1 and count > 300


def test_a_subtree_is_neither_too_small_nor_too_large():
    branch = ["    if a:", "        return [b * v for v in range(a)]", "    else:", "        a -= b * a + 2",
              "        return a"]
    source = "\n".join(["def f(a, b):", *(f"    x{i} = a * {i} + b" for i in range(9)), *branch,
                        *(f"    y{i} = {i}" for i in range(9)), "TABLE = [", "1,", "2,", "3]"])
    found = [(node.lineno, node.end_lineno) for node in list_subtrees(source)]
    assert found == [(11, 15)] and MIN_LINES <= 5 <= MAX_LINES  # the function is too long, the table has no logic


@pytest.mark.parametrize(("script", "reason"), [
    ("def f(x:", "syntax error"), ("x = 3\nassert x == 3", "no entry function"),
    ("def f(x):\n    return x\nfor y in range(3):\n    print(f(y))", "no literal inputs"),
    ("def f():\n    return 1\nassert f() == 1", "no literal inputs"),
    ("import os\ndef f(x):\n    return os.getcwd()\nf(1)", "import of other modules"),
    ("from random import choice\ndef f(x):\n    return choice(x)\nf([1])", "import of other modules"),
    ("def f(x):\n    return open(x).read()\nf('a')", "outside effects"),
    ("import datetime\ndef f(x):\n    return datetime.date.today().year\nf(1)", "outside effects")])
def test_a_script_that_is_no_program_is_refused_by_reason(script, reason):
    with pytest.raises(Unfit) as caught:
        read_solution(script)
    assert caught.value.reason == reason and str(caught.value)


@pytest.mark.parametrize(("script", "reason"), [
    ("def f(x):\n    return 1 // x\nassert f(0) == 0", "does not run (exception)"),
    ("def f(x):\n    while x:\n        pass\nf(1)", "does not run (timeout)"),
    ("def f(x):\n    return lambda: x\nf(1)", "does not run (not_literal)"),
    ("def f(x):\n    return x + 1\nassert f(1) == 3", "its own example fails"),
    ("def f(x):\n    print(x)\nf(1)\nf(2)", "returns nothing"),
    ("def f(x):\n    return list({x, 'b', 'c', 'd', 'e', 'f'})\nf('a')", "not deterministic")])
def test_a_solution_that_does_not_work_is_refused_by_reason(script, reason):
    flaw = next(iter(try_solutions([read_solution(script)], SMOKE.min_sandbox_level)))
    assert flaw.reason == reason and str(flaw)


def test_a_script_is_split_into_its_program_and_its_examples():
    solution = read_solution('''
import re
DIGITS = re.compile("[0-9]+")
LIMIT = 10 ** 2
HIGH = LIMIT * 2

def clip(value: int) -> int:
    return min(value, HIGH)

def total(text, *, scale=1):
    """>>> total("1")
    1"""
    return sum(clip(int(d) * scale) for d in DIGITS.findall(text))

value = total("a12b3")
print("value", value)
assert value == 15
assert total("5", scale=3) == clip(15)

if __name__ == "__main__":
    assert total("999") == 200
''')
    assert solution.entry == "total" and solution.inputs == ("'a12b3'", "'5', scale=3", "'999'")
    assert solution.code.startswith("import re\nDIGITS = ") and "HIGH = LIMIT * 2" in solution.code
    assert "print" not in solution.code and ">>>" not in solution.code and "value = " not in solution.code
    assert solution.tests == ("value = total('a12b3')\nprint('value', value)\nassert value == 15",
                              "assert total('5', scale=3) == clip(15)", "assert total('999') == 200")
    assert list(try_solutions([solution], SMOKE.min_sandbox_level)) == [None]


@pytest.mark.parametrize("heading", ["[Solution]", "### [Solution]", "**[solution]**:", "  [SOLUTION]  "])
def test_a_section_is_found_under_the_headings_that_models_write(heading):
    text = f"Sure!\n[Problem Description]\nAdd the [Solution] up.\n{heading}\nThink.\n"
    assert read_section(text, SOLUTION) == "Think." and read_section(text, PROBLEM) == "Add the [Solution] up."
    assert read_section("no headings", SOLUTION) == ""
