"""Who answers: the trained model through transformers or vLLM, or any model behind an OpenAI-compatible endpoint.

Prompts go in and responses come out in the same order; a prompt to be answered n times stands there n times, next to
each other. A model of others does not know our answer blocks, so that its prompts end with an instruction; its answers
are logged (`semcoder.endpoint`), and are paid for once. Not covered: several GPUs, serving.
"""

import contextlib
import gc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from semcoder import paths
from semcoder.config import Config
from semcoder.endpoint import Endpoint, find_fault, read_settings
from semcoder.errors import UserError
from semcoder.evaluation.items import BENCHMARKS

Answer = Callable[[str, list[str], str], list[str]]  # task, prompts, what the progress bar says -> responses

FILL_IN = """
Put Python literals in place of ??, so that the assertion holds. Reason first if you like, then end with the whole
assertion, in plain text, in this block:
[ANSWER]
assert FUNCTION(ARGUMENTS) == OUTPUT
[/ANSWER]
"""
WRITE_CODE = """
Write the whole function, with the imports that it needs. Reason first if you like, then end with the program, in plain
text, in this block:
<Code>
PROGRAM
</Code>
"""


def open_backend(config: Config, folder: Path | None, counts: Counter) -> contextlib.AbstractContextManager[Answer]:
    """Returns a context that gives the function which returns the responses to prompts, by `evaluation.backend`.

    Args:
        config: `evaluation`, `seed` and `training.device` are read.
        folder: of the model; unused by an endpoint.
        counts: gets an endpoint's answers, tokens, cost, and what kept answers from being whole.

    Raises:
        UserError: vLLM is not installed, or the endpoint cannot be used.
    """
    opened = {"transformers": open_transformers, "vllm": open_vllm, "endpoint": open_endpoint}
    return opened[config.evaluation.backend](config, folder, counts)


@contextlib.contextmanager
def open_transformers(config: Config, folder: Path, _: Counter) -> Iterator[Answer]:
    """Yields the answers of a model folder by this project's own generation."""
    from semcoder.generate import generate_responses, load_model

    values = config.evaluation
    model, tokenizer = load_model(folder, config.training.device)

    def answer(_: str, prompts: list[str], description: str) -> list[str]:
        return generate_responses(model, tokenizer, prompts, values.max_new_tokens, values.batch_size, description,
                                  temperature=values.temperature, seed=config.seed)

    yield answer


@contextlib.contextmanager
def open_vllm(config: Config, folder: Path, _: Counter) -> Iterator[Answer]:
    """Yields the answers of a model folder by vLLM's offline engine, at the precision that the folder has.

    Prompts are given as tokens and answers read from tokens, both as `generate_responses` does. Each draw has a seed of
    its own, for otherwise a prompt's samples would be the same.

    Raises:
        UserError: vLLM is not installed.
    """
    try:
        import vllm
    except ImportError as error:
        raise UserError("backend = 'vllm' needs a package that is not installed: pip install vllm, or take "
                        "backend = 'transformers'") from error
    from transformers import AutoConfig, AutoTokenizer

    tokenizer, values = AutoTokenizer.from_pretrained(folder), config.evaluation
    engines = [vllm.LLM(model=str(folder), dtype=AutoConfig.from_pretrained(folder).dtype or "auto", seed=config.seed)]

    def answer(_: str, prompts: list[str], __: str) -> list[str]:
        ids = tokenizer(prompts, add_special_tokens=False)["input_ids"] if prompts else []
        draws = [vllm.SamplingParams(temperature=values.temperature, max_tokens=values.max_new_tokens,
                                     seed=config.seed + place, stop_token_ids=[tokenizer.eos_token_id],
                                     detokenize=False) for place in range(len(ids))]
        outputs = engines[0].generate([{"prompt_token_ids": [tokenizer.bos_token_id, *row]} for row in ids], draws)
        return tokenizer.batch_decode([output.outputs[0].token_ids for output in outputs], skip_special_tokens=True)

    try:
        yield answer
    finally:
        engines.clear()  # whoever comes next wants its memory
        gc.collect()


@contextlib.contextmanager
def open_endpoint(config: Config, _: Path | None, counts: Counter) -> Iterator[Answer]:
    """Yields the answers of the endpoint that `evaluation.llm_…` names, at the evaluation's own temperature."""
    settings = replace(read_settings(config.evaluation), temperature=config.evaluation.temperature)
    with Endpoint(settings, paths.ANSWERS) as endpoint:
        yield partial(ask_endpoint, endpoint, config.evaluation.num_samples, counts)
        counts.update({f"endpoint: {name}": number for name, number in endpoint.usage.items()})


def ask_endpoint(endpoint: Endpoint, num_samples: int, counts: Counter, task: str, prompts: list[str],
                 description: str) -> list[str]:
    """Returns the endpoint's responses, "" where it refused; a question's samples are asked for one after another."""
    instruction = WRITE_CODE if BENCHMARKS.get(task, task) == "nl_to_code" else FILL_IN
    questions = [[{"role": "user", "content": prompt + instruction}] for prompt in prompts]
    responses = [""] * len(prompts)
    for sample in range(num_samples):
        places = range(sample, len(prompts), num_samples)
        answers = endpoint.ask_all((questions[place] for place in places), f"ask {description}, {sample + 1} of "
                                   f"{num_samples}", sample)
        for place, answer in zip(places, answers, strict=True):
            fault = find_fault(answer)
            if fault:
                counts[f"endpoint: {fault}"] += 1
            responses[place] = "" if answer.finish == "refused" else answer.text
    return responses
