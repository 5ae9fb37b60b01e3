"""Answers of a model folder, greedy or sampled, in batches of similar length that shrink as answers end.

A batch of `generate` runs until its longest answer ends, whoever is done; here finished rows leave. Shapes: B rows
under way, T tokens so far, V vocabulary.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from tqdm.auto import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from semcoder.decoding import open_decoder


def load_model(folder: Path, device: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Returns the model in evaluation mode on `device` (a GPU: bfloat16), and its tokenizer, padding on the left."""
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    dtype = torch.bfloat16 if device == "cuda" else "auto"
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).to(device).eval()
    return model, tokenizer


@torch.inference_mode()
def generate_responses(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompts: list[str],
                       max_new_tokens: int, batch_size: int, description: str = "", *, temperature: float = 0.0,
                       seed: int = 0) -> list[str]:
    """Returns the response to each prompt, in the order of the prompts.

    Args:
        model, tokenizer: from `load_model`; prompts are read as in training (start token, then the prompt).
        prompts: texts that end where the response begins; one that stands there n times gets n answers.
        max_new_tokens: a response is cut there; one without an answer then counts as unreadable.
        batch_size: prompts answered at once.
        description: of the progress bar; "" shows none.
        temperature: 0 takes the likeliest token; above, tokens are drawn, the same ones for the same arguments.
        seed: of the draws.
    """
    choose = make_choice(temperature, torch.Generator(model.device).manual_seed(seed))
    ids = [[tokenizer.bos_token_id, *row] for row in tokenizer(prompts, add_special_tokens=False)["input_ids"]]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))  # little padding, and answers of like length
    responses = [""] * len(ids)
    bar = tqdm(total=len(ids), desc=f"answer {description}", unit="prompts", mininterval=2, disable=not description)
    for start in range(0, len(order), batch_size):
        places = order[start:start + batch_size]
        padded = tokenizer.pad({"input_ids": [ids[i] for i in places]}, return_tensors="pt").to(model.device)
        answers = answer_batch(model, padded, max_new_tokens, choose, tokenizer.eos_token_id)
        for i, text in zip(places, tokenizer.batch_decode(answers, skip_special_tokens=True), strict=True):
            responses[i] = text
        bar.update(len(places))
    bar.close()
    return responses


def make_choice(temperature: float, random: torch.Generator) -> Callable[[torch.Tensor], torch.Tensor]:
    """Returns a function from logits (B, V) to the next tokens (B,)."""
    if not temperature:
        return lambda logits_BV: logits_BV.argmax(-1)
    return lambda logits_BV: torch.multinomial((logits_BV.float() / temperature).softmax(-1), 1, generator=random)[:, 0]


def answer_batch(model: PreTrainedModel, padded: dict[str, torch.Tensor], max_new_tokens: int,
                 choose: Callable[[torch.Tensor], torch.Tensor], end: int) -> list[list[int]]:
    """Returns the tokens of each row's answer, its end token left out.

    Args:
        model: in evaluation mode.
        padded: `input_ids` and `attention_mask` (B, T), padded on the left.
        max_new_tokens: of an answer, at most.
        choose: from logits (B, V) to next tokens (B,).
        end: the token that ends an answer.
    """
    tokens_BT = padded["input_ids"]
    answers: list[list[int]] = [[] for _ in tokens_BT]
    rows = torch.arange(len(tokens_BT))  # which answer each row of the batch writes
    is_open_B = torch.ones(len(tokens_BT), dtype=torch.bool, device=tokens_BT.device)
    decoder = open_decoder(model, padded["attention_mask"], max_new_tokens)
    for _ in range(max_new_tokens):
        chosen_B = choose(decoder.read(tokens_BT))
        is_open_B &= chosen_B != end
        for row, token, is_open in zip(rows.tolist(), chosen_B.tolist(), is_open_B.tolist(), strict=True):
            if is_open:
                answers[row].append(token)
        num_open = int(is_open_B.sum())
        if not num_open:
            break
        tokens_BT = chosen_B[:, None]
        if num_open < decoder.shrink_below * len(rows):
            kept = is_open_B.nonzero()[:, 0]
            decoder.keep(kept)
            tokens_BT, is_open_B, rows = tokens_BT[kept], is_open_B[kept], rows[kept.cpu()]
    return answers
