"""Attention that stays within the examples of packed rows: bounds, layout, and on a GPU the kernel itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from semcoder.presets import H200
from semcoder.training import attention
from semcoder.training.attention import BOUNDS_STEP, WITHIN_EXAMPLES, choose_attention, find_bounds
from semcoder.training.model import make_model

SMALL = replace(H200.training, hidden_size=64, num_layers=2, num_heads=2)
POSITIONS = np.stack([np.r_[0:30, 0:34], np.r_[0:10, 0:54]])


def attend_one_by_one(query, key, value, bounds, _, longest, __, *, scale, window_size):
    """What the kernel is documented to do, example by example."""
    assert window_size == (-1, 0) and max(np.diff(bounds.tolist())) <= longest
    gathered = torch.zeros_like(query)
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        if end > start:
            parts = (part[start:end].transpose(0, 1) for part in (query, key, value))
            found = torch.nn.functional.scaled_dot_product_attention(*parts, is_causal=True, scale=scale)
            gathered[start:end] = found.transpose(0, 1)
    return gathered


def run_both_ways(device):
    """Logits of one model on packed rows: within examples, and by the masked attention of transformers."""
    torch.manual_seed(0)
    model = make_model(SMALL, 300).to(device)
    rows = {"input_ids": torch.randint(3, 300, POSITIONS.shape, device=device),
            "position_ids": torch.from_numpy(POSITIONS).to(device)}
    found = []
    for name in (WITHIN_EXAMPLES, "sdpa"):
        model.set_attn_implementation(name)
        bounds = torch.from_numpy(find_bounds(POSITIONS)).to(device)
        more = {"cu_seq_lens_q": bounds, "max_length_q": POSITIONS.shape[1]} if name == WITHIN_EXAMPLES else {}
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            found.append(model(**rows, **more, use_cache=False).logits.float().detach().cpu())
    return found


def test_bounds_are_the_starts_of_the_examples_then_the_end_to_a_round_number():
    bounds = find_bounds(POSITIONS)
    assert bounds[:4].tolist() == [0, 30, 64, 74] and set(bounds[4:].tolist()) == {128}
    assert len(bounds) == BOUNDS_STEP and bounds.dtype == np.int32


def test_the_kernel_is_given_what_masked_attention_keeps(monkeypatch):
    monkeypatch.setattr(attention, "varlen_attn", attend_one_by_one)
    within, masked = run_both_ways("cpu")
    assert torch.allclose(within, masked, atol=1e-5)


def test_only_a_gpu_in_bfloat16_uses_the_kernel():
    assert choose_attention(SMALL) == WITHIN_EXAMPLES
    assert choose_attention(replace(SMALL, device="cpu")) == "sdpa"
    assert choose_attention(replace(SMALL, precision="float32")) == "sdpa"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="skipped: no GPU")
def test_the_kernel_itself_gives_what_masked_attention_gives():
    within, masked = run_both_ways("cuda")
    assert torch.allclose(within, masked, atol=0.03, rtol=0.05)
