"""Every backend gets the same prompts and gives responses in their order; what cannot be used is said with a remedy."""

import sys
from collections import Counter
from types import ModuleType, SimpleNamespace

import pytest
import torch
from transformers import AutoModelForCausalLM

from chat_servers import make_completion, serve_script
from semcoder.ablations import make_arm
from semcoder.config import TrainingConfig
from semcoder.errors import UserError
from semcoder.evaluation.backends import open_backend
from semcoder.presets import SMOKE
from semcoder.training.model import make_model
from semcoder.training.tokenizer import build_tokenizer

PROMPTS = ["assert f([1, 2, 3], 'ab') == ??\n", "assert f(1) == ??\n", "x"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model of random weights, sharpened so that ties cannot hide an error, and its tokenizer."""
    folder = tmp_path_factory.mktemp("model")
    tokenizer = build_tokenizer(PROMPTS * 30, 512)
    tokenizer.save_pretrained(folder)
    model = make_model(TrainingConfig(hidden_size=32, num_layers=2, num_heads=2, num_tokens=1), len(tokenizer))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """Redirects the log of answers to a temporary place."""
    monkeypatch.setattr("semcoder.paths.ANSWERS", tmp_path / "answers")
    return tmp_path / "answers"


def configure(**changes):
    return SMOKE.replace("evaluation", **{"max_new_tokens": 12, "batch_size": 2, **changes})


def answer(config, folder=None, task="output_prediction", prompts=PROMPTS):
    """Returns (responses, counts) of one opening of the backend."""
    counts = Counter()
    with open_backend(config, folder, counts) as ask:
        return ask(task, prompts, ""), counts


def ask_endpoint(url, task="output_prediction", prompts=PROMPTS, **changes):
    return answer(configure(backend="endpoint", llm_base_url=url, llm_model="model-a", **changes), None, task, prompts)


class FakeVllm(ModuleType):
    """Stands for vLLM: follows the likeliest token, and notes what it was given."""

    SamplingParams = SimpleNamespace

    def LLM(self, **given):  # noqa: N802
        self.given, self.model = given, AutoModelForCausalLM.from_pretrained(given["model"])
        return SimpleNamespace(generate=self.generate)

    def generate(self, prompts, draws):
        self.prompts, self.draws = prompts, draws
        return [SimpleNamespace(outputs=[SimpleNamespace(token_ids=self.follow(prompt["prompt_token_ids"], draw))])
                for prompt, draw in zip(prompts, draws, strict=True)]

    @torch.inference_mode()
    def follow(self, ids, draw):
        ids, start = list(ids), len(ids)
        while len(ids) < start + draw.max_tokens and (len(ids) == start or ids[-1] not in draw.stop_token_ids):
            ids.append(int(self.model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax()))
        return ids[start:]


def test_vllm_is_given_the_tokens_of_training_and_says_what_transformers_says(folder, monkeypatch):
    fake = FakeVllm("vllm")
    monkeypatch.setitem(sys.modules, "vllm", fake)
    given, counts = answer(configure(backend="vllm"), folder)
    assert given == answer(configure(), folder)[0] and len(set(given)) > 1 and not counts
    assert fake.given == {"model": str(folder), "dtype": torch.float32, "seed": 0}
    assert all(set(prompt) == {"prompt_token_ids"} and prompt["prompt_token_ids"][0] == 1 for prompt in fake.prompts)
    assert all(draw.temperature == 0 and draw.max_tokens == 12 and draw.stop_token_ids == [2] for draw in fake.draws)


def test_samples_of_one_prompt_are_drawn_by_vllm_with_different_seeds(folder, monkeypatch):
    fake = FakeVllm("vllm")
    monkeypatch.setitem(sys.modules, "vllm", fake)
    answer(configure(backend="vllm", num_samples=2, temperature=0.5), folder, prompts=["x", "x"])
    assert len({draw.seed for draw in fake.draws}) == 2 and {draw.temperature for draw in fake.draws} == {0.5}


def test_without_vllm_its_remedy_is_named(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(UserError, match="backend = 'vllm' .*pip install vllm"):
        answer(configure(backend="vllm"), folder)


@pytest.mark.parametrize(("task", "block"), [
    ("output_prediction", "[ANSWER]\nassert"), ("cruxeval_input", "[ANSWER]\nassert"), ("nl_to_code", "<Code>\n"),
    ("livecodebench_execution", "[ANSWER]\nassert"), ("mbpp", "<Code>\n")])
def test_a_model_of_others_is_told_in_which_block_to_answer(answers, task, block):
    with serve_script(lambda body: body["messages"][0]["content"].split("\n")[0]) as server:
        responses, counts = ask_endpoint(server.url, task)
        asked = [body["messages"] for body in server.bodies]
    assert responses == [prompt.rstrip("\n") for prompt in PROMPTS]
    assert all(len(m) == 1 and m[0]["role"] == "user" and block in m[0]["content"] for m in asked)
    assert counts["endpoint: answers"] == 3 and counts["endpoint: completion tokens"] > 0


def test_samples_are_drawn_at_the_evaluations_temperature_and_logged(answers):
    seen = Counter()

    def number(body):
        seen[body["messages"][0]["content"]] += 1
        return f"{body['messages'][0]['content'][:10]} {seen[body['messages'][0]['content']]}"

    prompts = [prompt for prompt in PROMPTS[:2] for _ in range(2)]
    with serve_script(number) as server:
        changes = {"num_samples": 2, "temperature": 0.3, "llm_max_tokens": 77}
        first = ask_endpoint(server.url, prompts=prompts, **changes)
        assert {(body["temperature"], body["max_tokens"]) for body in server.bodies} == {(0.3, 77)}
        url = server.url
    assert first[0] == [f"assert f([ {n}" for n in (1, 2)] + [f"assert f(1 {n}" for n in (1, 2)]
    assert ask_endpoint(url, prompts=prompts, **changes) == first  # nobody is there any more
    with pytest.raises(UserError, match="does not answer"):
        ask_endpoint(url, prompts=prompts, **{**changes, "llm_max_tokens": 78})


def test_what_an_endpoint_refuses_or_cuts_off_is_counted(answers):
    def reply(body):
        if "f(1)" in body["messages"][0]["content"]:
            return 400, {"error": {"message": "no"}}
        return 200, make_completion(body, "I begin", "length")

    with serve_script(reply) as server:
        responses, counts = ask_endpoint(server.url, prompts=PROMPTS[:2])
    assert responses == ["I begin", ""]
    assert counts["endpoint: request refused by the endpoint"] == 1
    assert counts["endpoint: answer cut at llm_max_tokens"] == 1


def test_an_impossible_backend_is_named_with_its_remedy():
    with pytest.raises(UserError, match="backend = 'mlx'.*transformers, vllm, endpoint"):
        configure(backend="mlx")
    with pytest.raises(UserError, match="llm_model = ''.*backend = 'transformers'"):
        configure(backend="endpoint")
    with pytest.raises(UserError, match="backend = 'endpoint'.*arms are trained models"):
        make_arm(configure(backend="endpoint", llm_model="model-a"), "direct", 0)
