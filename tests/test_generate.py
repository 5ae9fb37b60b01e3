"""Greedy answers do not depend on how prompts are batched, and stop where they should."""

import pytest
import torch

from semcoder import generate
from semcoder.config import TrainingConfig
from semcoder.decoding import GraphDecoder
from semcoder.generate import generate_responses, load_model
from semcoder.training.model import make_model
from semcoder.training.tokenizer import build_tokenizer

PROMPTS = ["f(1) == ??", "x", "assert f([1, 2, 3, 4, 5], 'abcdef') == ??\n", "f(12)", ""]


@pytest.fixture(scope="module")
def model_and_tokenizer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    build_tokenizer(PROMPTS * 30, 512).save_pretrained(folder)
    config = TrainingConfig(hidden_size=32, num_layers=2, num_heads=2, num_tokens=1)
    model = make_model(config, 400)
    with torch.no_grad():  # sharper choices, so that ties cannot hide an error
        for parameter in model.parameters():
            parameter.mul_(4)
    model.save_pretrained(folder)
    return load_model(folder, "cpu")


def test_batching_and_order_do_not_change_an_answer(model_and_tokenizer):
    model, tokenizer = model_and_tokenizer
    together = generate_responses(model, tokenizer, PROMPTS, 12, 4)
    alone = [generate_responses(model, tokenizer, [prompt], 12, 1)[0] for prompt in PROMPTS]
    assert together == alone and len(set(together)) > 1


def test_generation_equals_step_by_step_argmax(model_and_tokenizer):
    model, tokenizer = model_and_tokenizer
    ids = [tokenizer.bos_token_id, *tokenizer("f(12)")["input_ids"]]
    start = len(ids)
    with torch.no_grad():
        for _ in range(8):
            ids.append(int(model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax()))
            if ids[-1] == tokenizer.eos_token_id:
                break
    expected = tokenizer.decode(ids[start:], skip_special_tokens=True)
    assert generate_responses(model, tokenizer, ["f(12)"], 8, 1) == [expected]


def test_an_answer_is_cut_at_the_tokens_allowed(model_and_tokenizer):
    model, tokenizer = model_and_tokenizer
    short, long = (generate_responses(model, tokenizer, ["x"], size, 1)[0] for size in (3, 9))
    assert len(short) < len(long)


def test_fixed_memory_gives_the_answers_of_a_growing_cache(monkeypatch, model_and_tokenizer):
    model, tokenizer = model_and_tokenizer
    grown = generate_responses(model, tokenizer, PROMPTS, 30, 5)
    monkeypatch.setattr(generate, "open_decoder", GraphDecoder)
    assert generate_responses(model, tokenizer, PROMPTS, 30, 5) == grown


@pytest.mark.skipif(not torch.cuda.is_available(), reason="skipped: no GPU")
def test_a_captured_step_gives_the_answers_of_the_processor(model_and_tokenizer):
    model, tokenizer = model_and_tokenizer
    expected = generate_responses(model, tokenizer, PROMPTS, 30, 5)
    assert generate_responses(model.to("cuda"), tokenizer, PROMPTS, 30, 5) == expected
    model.to("cpu")
