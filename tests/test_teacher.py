"""The LLM teacher: only samples with a right answer and no false step are kept, and no answer is paid for twice.

The model is a tiny Llama that this file trains to answer a few prompts; `transformers serve` serves it on the loopback.
"""

import os
import sys
from collections import Counter

import pytest

from chat_servers import kill_in_the_middle, make_completion, serve_model, serve_script
from parrot import ENOUGH, train_parrot
from semcoder.corpus.build import build_corpus
from semcoder.errors import UserError
from semcoder.execution.execute import run_call
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.build import build_monologues
from semcoder.monologues.debugging.model_bugs import read_program, sample_bugs
from semcoder.monologues.formats.table import render_reasoning
from semcoder.monologues.steps import build_steps
from semcoder.monologues.teacher.collect import DIRECTIONS, ask_teacher, find_false_step
from semcoder.monologues.teacher.prompts import EXAMPLES, Unfit, ask_monologue, make_shots, read_sample, tell_execution
from semcoder.presets import SMOKE
from semcoder.prompts import (
    extract_answer,
    find_signature,
    render_answer,
    render_code_prompt,
    render_code_response,
    render_execution_prompt,
)

ADD = "def f(a, b):\n    c = a + b\n    return c * 2\n"
LAST = "def f(xs):\n    y = xs[-1]\n    return y\n"


def make_item(task_id, code, *inputs):
    """(program, executions, traces) as the stages hand them on."""
    program = {"task_id": task_id, "code": code, "entry": "f", "description": "", "split": "train"}
    executions = [{"execution_id": f"{task_id}#{i}", "task_id": task_id, "input": text,
                   "output": run_call(code, "f", text).output} for i, text in enumerate(inputs)]
    return program, executions, [{"execution_id": e["execution_id"]} for e in executions]


ITEMS = [make_item("t/0", ADD, "1, 2", "3, 1"), make_item("t/1", LAST, "[4, 5]")]
NUM_QUESTIONS = 6


def configure(url, model="model-a", **changes):
    return SMOKE.replace("monologues", teacher="llm", llm_base_url=url, llm_model=model, **changes)


def find_lie(code, entry, input_text, output_text, text, task):
    """A checker that knows one lie."""
    return "false claim, value" if "99" in text else ""


def teach(config, folder, items=ITEMS, split="train"):
    counts = Counter()
    taught = [item[-1] for item in ask_teacher(items, config, split, counts, folder, find_lie)]
    return taught, counts


def write_truth(objective, code, text, answer=None):
    """A true monologue, with an answer block."""
    outcome = run_call(code, "f", text, watch="trace")
    told = (render_reasoning("monologue", code, build_steps(code, list(outcome.events))) if objective == "forward"
            else tell_execution("backward", code, text))
    return told + (answer or render_answer("f", text, outcome.output))


def talk(body):
    """A scripted model that tells the truth of the executions in ITEMS."""
    question = body["messages"][-1]["content"]
    for program, executions, _ in ITEMS:
        for e in executions:
            for objective in ("forward", "backward"):
                if question == render_execution_prompt(objective, program["code"], "f", e["input"], e["output"]):
                    return write_truth(objective, program["code"], e["input"])
    raise AssertionError(question)


def find_question(objective, code, text):
    return ask_monologue(objective, code, "f", text, run_call(code, "f", text).output)


@pytest.mark.parametrize("objective", ["forward", "backward"])
def test_the_worked_examples_are_true_and_end_in_the_answer_that_python_gives(objective):
    turns = make_shots(objective)
    assert len(turns) == 2 * len(EXAMPLES[objective]) >= 4
    for (code, text), question, answer in zip(EXAMPLES[objective], turns[::2], turns[1::2], strict=True):
        output = run_call(code, "f", text).output
        assert find_false_step(code, "f", text, output, answer["content"], DIRECTIONS[objective]) == ""
        assert extract_answer(answer["content"], "f") == (text, output) and "??" in question["content"]
        assert (output in question["content"].split("assert")[1]) == (objective == "backward")
        assert read_sample(answer["content"], objective, "f", text, output)[1:] == (text, output)


def test_the_question_states_the_rules_of_its_direction_and_ends_with_the_execution():
    forward, backward = (find_question(objective, ADD, "1, 2") for objective in ("forward", "backward"))
    assert [m["role"] for m in forward] == ["system", *["user", "assistant"] * 3, "user"]
    assert "every iteration" in forward[0]["content"] and "constraint" in backward[0]["content"]
    assert forward[-1]["content"].endswith("assert f(1, 2) == ??\n[/PYTHON]\n")
    assert backward[-1]["content"].endswith("assert f(??) == 6\n[/PYTHON]\n")


TRUE = write_truth("forward", ADD, "1, 2")


@pytest.mark.parametrize(("text", "objective", "reason"), [
    (TRUE.replace("[/MONOLOGUE]", ""), "forward", "no monologue block"), ("", "forward", "no monologue block"),
    (TRUE.split("[ANSWER]")[0], "forward", "no answer block"), (TRUE.replace("== 6", "== x"), "forward", "not literal"),
    (TRUE.replace("f(1, 2)", "f(2, 2)"), "forward", "another question"),
    (TRUE.replace("== 6", "== 7"), "backward", "another question"),
    (TRUE.replace("assert f(1, 2)", "assert f(g())"), "backward", "not literal")])
def test_an_answer_that_cannot_be_used_is_refused_by_reason(text, objective, reason):
    with pytest.raises(Unfit, match=reason):
        read_sample(text, objective, "f", "1, 2", "6")


def test_a_true_answer_is_read_whatever_stands_around_it():
    told, *call = read_sample(f"Sure!\n\n{TRUE}\nHope this helps.", "forward", "f", "1,2", "6")
    assert call == ["1, 2", "6"] and told == TRUE.split("[ANSWER]")[0]


@pytest.fixture(scope="module")
def parrot(tmp_path_factory):
    """(model folder, address) of a served model that tells the truth forward, and backward a false step."""
    replies = {("forward", ADD, "1, 2"): TRUE,
               ("backward", ADD, "1, 2"): f"[MONOLOGUE]\nc was 99.\n[/MONOLOGUE]\n{render_answer('f', '2, 1', '6')}"}
    pairs = [(find_question(*call), reply) for call, reply in replies.items()]
    folder = tmp_path_factory.mktemp("parrot") / "model"
    assert train_parrot(pairs, folder) < ENOUGH
    with serve_model(folder, folder.parent / "serve.log") as url:
        yield str(folder), url


def test_a_real_models_monologues_are_kept_or_rejected_by_reason(parrot, tmp_path):
    folder, url = parrot
    config = configure(url, folder, llm_temperature=0.0, teacher_samples=2, llm_price_in=2.0, llm_price_out=3.0)
    items = [make_item("t/0", ADD, "1, 2")]
    taught, counts = teach(config, tmp_path, items)
    assert taught == [{("t/0#0", "forward"): (TRUE,)}]
    prompt, completion = counts["teacher: prompt tokens"], counts["teacher: completion tokens"]
    assert prompt > 1000 and completion > 30 and counts["teacher: cost, millionths"] == 2 * prompt + 3 * completion
    assert {name: n for name, n in counts.items() if "tokens" not in name and "cost" not in name} == {
        "teacher: answers": 3, "asked teacher: forward": 1, "asked teacher: backward": 2, "kept teacher: forward": 1,
        "rejected teacher, backward: false claim, value": 2}
    unreachable = config.replace("monologues", llm_base_url="http://127.0.0.1:9/v1")
    assert teach(unreachable, tmp_path, items) == (taught, counts)  # from the log: nobody is asked


def test_an_input_other_than_ours_is_right_where_it_leads_to_the_output(tmp_path):
    def talk_otherwise(body):
        is_meant = "f(??) == 5" in body["messages"][-1]["content"]
        return talk(body).replace("f([4, 5])", "f([5])") if is_meant else talk(body)

    with serve_script(talk_otherwise) as server:
        taught, counts = teach(configure(server.url), tmp_path)
    assert extract_answer(taught[1]["t/1#0", "backward"][0], "f") == ("[5]", "5")
    assert counts["kept teacher: backward"] == 3 and counts["teacher: answers"] == NUM_QUESTIONS


@pytest.mark.parametrize(("old", "new", "reason"), [
    ("f(1, 2) == 6", "f(1, 2) == 7", "rejected teacher, forward: wrong answer"),
    ("f(1, 2) == 6", "f(3, 4) == 6", "rejected teacher, backward: wrong answer"),
    ("f(1, 2) == 6", "f(1) == 6", "rejected teacher, backward: answer does not run (exception)"),
    ("1 + 2, so c becomes 3", "c is 99 with 1 + 2 = 3", "rejected teacher, forward: false claim, value")])
def test_a_sample_is_rejected_for_its_answer_before_its_steps(tmp_path, old, new, reason):
    with serve_script(lambda body: talk(body).replace(old, new)) as server:
        taught, counts = teach(configure(server.url, teacher_samples=1), tmp_path)
    assert counts[reason] == 1 and ("t/0#0", reason.split()[2].rstrip(":")) not in taught[0]
    assert sum(map(len, taught)) == NUM_QUESTIONS - sum(n for name, n in counts.items() if name.startswith("rejected"))


def test_further_samples_are_drawn_only_where_too_few_are_kept(tmp_path):
    def fail_at_first(body):
        text = body["messages"][-1]["content"]
        asked[text] += 1
        return "no idea" if "xs[-1]" in text and asked[text] < 3 else talk(body)

    asked = Counter()
    with serve_script(fail_at_first) as server:
        taught, counts = teach(configure(server.url, teacher_samples=5), tmp_path)
    assert sorted(asked.values()) == [1, 1, 1, 1, 3, 3] and [len(found) for found in taught] == [4, 2]
    assert counts["rejected teacher, forward: no monologue block"] == 2



def test_two_kept_for_one_execution_differ(tmp_path):
    def vary_late(body):
        text = body["messages"][-1]["content"]
        asked[text] += 1
        return talk(body).replace("### ", "### The ") if asked[text] > 2 else talk(body)

    asked = Counter()
    with serve_script(vary_late) as server:
        taught, counts = teach(configure(server.url, teacher_samples=6, teacher_kept=2), tmp_path)
    assert all(len(set(texts)) == len(texts) == 2 for found in taught for texts in found.values())
    assert set(asked.values()) == {3} and counts["rejected teacher, forward: repeated"] == 3


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import test_teacher
test_teacher.teach(test_teacher.configure(sys.argv[1], llm_num_threads=1), Path(sys.argv[2]))
"""


def test_after_a_kill_in_the_middle_no_finished_answer_is_asked_for_again(tmp_path):
    kill_in_the_middle(talk, 3, lambda url: [
        sys.executable, "-c", KILLED, url, str(tmp_path), os.path.dirname(__file__)])
    assert len((tmp_path / "answers.jsonl").read_text().splitlines()) == 3
    with serve_script(talk) as server:
        resumed = teach(configure(server.url), tmp_path)
        assert len(server.bodies) == NUM_QUESTIONS - 3
        assert teach(configure(server.url), tmp_path / "whole") == resumed
    assert resumed[1]["kept teacher: forward"] == 3


def test_what_kept_an_answer_from_being_whole_is_the_reason(tmp_path):
    def break_off(body):
        return 200, make_completion(body, "[MONOLOGUE]\nFirst", "length")

    with serve_script(break_off) as server:
        _, counts = teach(configure(server.url, teacher_samples=1), tmp_path)
    assert counts["rejected teacher, forward: answer cut at llm_max_tokens"] == 3


def test_the_test_split_and_the_grounded_teacher_ask_nobody(tmp_path):
    config = configure("http://127.0.0.1:9/v1")
    assert teach(config, tmp_path, split="test") == ([None, None], Counter())
    assert teach(SMOKE, tmp_path) == ([None, None], Counter())


def test_a_teacher_without_a_model_or_with_impossible_numbers_is_refused(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="llm_model = ''.*teacher = 'grounded'"):
        SMOKE.replace("monologues", teacher="llm")
    with pytest.raises(UserError, match="teacher = 'oracle'"):
        SMOKE.replace("monologues", teacher="oracle")
    with pytest.raises(UserError, match="teacher = 'llm'.*formats"):
        configure("http://127.0.0.1:9/v1", formats=("direct",))
    with pytest.raises(UserError, match="teacher_kept = 3.*teacher_samples = 2"):
        SMOKE.replace("monologues", teacher_samples=2, teacher_kept=3)
    monkeypatch.setattr(Sandbox, "level", "rlimits")
    with serve_script(talk) as server, pytest.raises(UserError, match="sandbox level 'landlock'.*'rlimits'"):
        teach(configure(server.url), tmp_path)


def test_a_false_step_is_found_by_the_audit():
    assert find_false_step(ADD, "f", "1, 2", "6", TRUE, "output") == ""
    wrong = TRUE.replace("3 * 2 = 6", "3 * 2 = 7")
    assert wrong != TRUE and find_false_step(ADD, "f", "1, 2", "6", wrong, "output").startswith("false claim, ")


DOUBLE = "def f(xs):\n    return [x * 2 for x in xs]\n"
DOUBLED = {"task_id": "t/0", "code": DOUBLE, "entry": "f", "description": "Double each number."}


@pytest.mark.parametrize(("answer", "flaw"), [
    (render_code_response(DOUBLE), "the right program"), (render_code_response("x = 1"), "no program"),
    (render_code_response("def f(xs:"), "no program"), ("", "no program"),
    (render_code_response("def f(xs):\n  return xs"), "")])
def test_a_models_answer_is_a_bug_only_where_it_is_another_program(answer, flaw):
    code, found = read_program(answer, DOUBLED)
    assert found == flaw and (code == "def f(xs):\n    return xs\n") == (flaw == "")


def test_monologues_of_a_taught_run_come_from_the_teacher_and_bugs_from_a_model(tmp_path, monkeypatch, run_root):
    config = SMOKE.replace("corpus", num_programs=30, test_programs=4, validation_programs=4, num_open_source=1,
                           inputs_per_program=2)
    corpus = build_corpus(config)
    programs = [p for p in corpus.read_rows("programs/train") if p["description"]]
    executions = {e["execution_id"]: e for split in ("train", "validation") for e in
                  corpus.read_rows(f"executions/{split}")}
    buggy = {}
    for program in programs[:2]:  # wrong for every input, unless the output is None
        lines = program["code"].rstrip("\n").split("\n")
        last = max(i for i, line in enumerate(lines) if line.strip().startswith("return"))
        lines[last] = lines[last].split("return")[0] + "return None"
        buggy[render_code_prompt(program["description"], find_signature(program))] = "\n".join(lines) + "\n"
    folder = tmp_path / "model"
    pairs = [(prompt, render_code_response(code)) for prompt, code in buggy.items()]
    assert train_parrot(pairs, folder, chats=False) < ENOUGH
    by_id = {p["task_id"]: p for split in ("train", "validation") for p in corpus.read_rows(f"programs/{split}")}
    answers = {}
    for e in executions.values():
        code, entry = by_id[e["task_id"]]["code"], by_id[e["task_id"]]["entry"]
        question = render_execution_prompt("forward", code, entry, e["input"], e["output"])
        answers[question] = f"[MONOLOGUE]\nWe run it.\n[/MONOLOGUE]\n{render_answer(entry, e['input'], e['output'])}"

    def tell_all(body):
        return answers.get(body["messages"][-1]["content"], "I give up.")

    monkeypatch.setattr("semcoder.monologues.teacher.collect.find_false_step", find_lie)
    monkeypatch.setattr("semcoder.paths.ANSWERS", tmp_path / "answers")
    with serve_script(tell_all) as server:
        config = config.replace("monologues", teacher="llm", llm_base_url=server.url, llm_model="model-a",
                                teacher_samples=2, bug_model=str(folder), bug_samples=1, bug_temperature=0.1,
                                bug_max_tokens=200)
        run = build_monologues(config)
    rows = run.read_rows("examples/train")
    told = [row for row in rows if row["format"] == "monologue" and row["objective"] in ("forward", "backward")]
    assert told and all(row["response"].startswith("[MONOLOGUE]\nWe run it.") for row in told)
    assert {row["objective"] for row in told} == {"forward"}
    assert {row["objective"] for row in rows if row["format"] == "scratchpad"} == {"forward", "backward"}
    test_rows = [row for row in run.read_rows("examples/test") if row["format"] == "monologue"]
    assert not any("We run it." in row["response"] for row in test_rows) and len(test_rows) >= 8
    counts = run.manifest["counts"]
    assert counts["kept bug: model"] >= 2 and counts["model's answers: tried"] >= 2  # it may fail at others as well
    assert counts["rejected teacher, backward: no monologue block"] == 2 * counts["kept teacher: forward"]
    assert any("return None" in row["prompt"] for row in rows if row["objective"] == "repair")


def test_a_bug_model_that_is_not_there_is_named():
    with pytest.raises(UserError, match="bug_model = 'nowhere/at-all'"):
        list(sample_bugs([(DOUBLED,)], SMOKE.replace("monologues", bug_model="nowhere/at-all"), Counter()))
