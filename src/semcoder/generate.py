"""Answers of a model folder, greedy or sampled, in batches of similar length."""

from pathlib import Path

import torch
from tqdm.auto import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase


def load_model(folder: Path, device: str) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Returns the model in evaluation mode on `device`, and its tokenizer, padding on the left."""
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(folder).to(device).eval()
    return model, tokenizer


@torch.inference_mode()
def generate_responses(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompts: list[str],
                       max_new_tokens: int, batch_size: int, description: str = "", *, temperature: float = 0.0,
                       seed: int = 0) -> list[str]:
    """Returns the response to each prompt, in the order of the prompts.

    Args:
        model, tokenizer: from `load_model`; prompts are read as in training (start token, then the prompt).
        prompts: texts that end where the response begins.
        max_new_tokens: a response is cut there; one without an answer then counts as unreadable.
        batch_size: prompts answered at once.
        description: of the progress bar; "" shows none.
        temperature: 0 takes the likeliest token; above, tokens are drawn, the same ones for the same arguments.
        seed: of the draws.
    """
    torch.manual_seed(seed)
    choice = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0} if temperature else {
        "do_sample": False}
    ids = [[tokenizer.bos_token_id, *row] for row in tokenizer(prompts, add_special_tokens=False)["input_ids"]]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))  # little padding within a batch
    responses = [""] * len(ids)
    bar = tqdm(total=len(ids), desc=f"answer {description}", unit="prompts", mininterval=2, disable=not description)
    for start in range(0, len(order), batch_size):
        batch = order[start:start + batch_size]
        padded = tokenizer.pad({"input_ids": [ids[i] for i in batch]}, return_tensors="pt").to(model.device)
        output = model.generate(**padded, max_new_tokens=max_new_tokens, **choice,
                                pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id)
        texts = tokenizer.batch_decode(output[:, padded["input_ids"].shape[1]:], skip_special_tokens=True)
        for i, text in zip(batch, texts, strict=True):
            responses[i] = text
        bar.update(len(batch))
    bar.close()
    return responses
