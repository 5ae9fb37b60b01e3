"""A tiny Llama, trained on the spot until it repeats given answers to given prompts word for word."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ["<pad>", "<s>", "</s>", "<user>", "<assistant>"]
TEMPLATE = ("{% for m in messages %}{% if m.role == 'user' %}<user>{{ m.content }}{% else %}<assistant>{{ m.content }}"
            "</s>{% endif %}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}")
MAX_STEPS, ENOUGH = 400, 0.02


def train_parrot(pairs: list[tuple[str | list[dict], str]], folder: Path, *, chats: bool = True) -> float:
    """Saves a model and its tokenizer in `folder`; returns the last loss per token of the answers.

    Args:
        pairs: (prompt, answer); a prompt is a conversation or a user's turn, or without `chats` the text before.
    """
    talks = [[{"role": "user", "content": p}] if isinstance(p, str) else p for p, _ in pairs]
    tokenizer = train_tokenizer([turn["content"] for talk in talks for turn in talk] + [answer for _, answer in pairs])
    rows, starts = [], []
    for talk, (prompt, answer) in zip(talks, pairs, strict=True):
        start = tokenizer.apply_chat_template(talk, add_generation_prompt=True, return_dict=False) if chats else [
            tokenizer.bos_token_id, *tokenizer(prompt)["input_ids"]]
        rows.append(start + tokenizer(answer)["input_ids"] + [tokenizer.eos_token_id])
        starts.append(len(start))
    width = max(map(len, rows))
    ids_BL = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    mask_BL = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    place_L = torch.arange(width)
    is_answer_BL = (place_L >= torch.tensor(starts)[:, None]) & mask_BL.bool()
    torch.manual_seed(0)
    torch.set_num_threads(1)  # more wait for each other on a busy machine
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=256, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=2048, pad_token_id=0, bos_token_id=1, eos_token_id=2))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(MAX_STEPS):
        loss = model(input_ids=ids_BL, attention_mask=mask_BL, labels=ids_BL.where(is_answer_BL, -100)).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if loss.item() < ENOUGH:
            break
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return loss.item()


def train_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """Returns a byte-level tokenizer whose tokens may span words, which keeps known prompts short."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=1200, max_token_length=24, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
                                   clean_up_tokenization_spaces=False)
    fast.chat_template = TEMPLATE
    return fast
