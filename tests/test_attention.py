"""Attention that stays within the examples of packed rows: bounds, values and gradients, compiled and not."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from semcoder.presets import H200
from semcoder.training import attention
from semcoder.training.attention import BOUNDS_STEP, WITHIN_EXAMPLES, choose_attention, find_bounds
from semcoder.training.model import make_model

SMALL = replace(H200.training, hidden_size=64, num_layers=2, num_heads=2)
POSITIONS = np.stack([np.r_[0:30, 0:34], np.r_[0:10, 0:54]])


def run_both_ways(device, positions=POSITIONS, is_bfloat16=False, is_compiled=False):
    """(logits, gradients) of one model on packed rows: within examples, and by the masked attention of transformers."""
    found = []
    for name in (WITHIN_EXAMPLES, "sdpa"):
        torch.manual_seed(0)
        model = make_model(SMALL, 300).to(device)
        rows = {"input_ids": torch.randint(3, 300, positions.shape, device=device),
                "position_ids": torch.from_numpy(positions).to(device)}
        model.set_attn_implementation(name)
        bounds = torch.from_numpy(find_bounds(positions)).to(device)
        more = {"cu_seq_lens_q": bounds, "max_length_q": positions.shape[1]} if name == WITHIN_EXAMPLES else {}
        if is_compiled:
            model.compile()
        with torch.autocast(device, torch.bfloat16, enabled=is_bfloat16):
            logits = model(**rows, **more, use_cache=False).logits.float()
        (logits * torch.linspace(-1, 1, logits.shape[-1], device=device)).sum().backward()
        found.append((logits.detach().cpu(), torch.cat([p.grad.flatten() for p in model.parameters()]).cpu()))
    return found


def test_bounds_are_the_starts_of_the_examples_then_the_end_to_a_round_number():
    bounds = find_bounds(POSITIONS)
    assert bounds[:4].tolist() == [0, 30, 64, 74] and set(bounds[4:].tolist()) == {128}
    assert len(bounds) == BOUNDS_STEP and bounds.dtype == np.int32


@settings(max_examples=10, deadline=None)
@given(st.lists(st.lists(st.integers(1, 70), min_size=1, max_size=4), min_size=1, max_size=3))
def test_on_a_processor_examples_of_any_lengths_learn_as_under_masked_attention(lengths):
    longest = max(map(sum, lengths))
    positions = np.stack([np.concatenate([np.arange(n) for n in (*row, longest - sum(row))]) for row in lengths])
    (within, learnt), (masked, expected) = run_both_ways("cpu", positions)
    assert torch.allclose(within, masked, atol=1e-5)
    assert torch.allclose(learnt, expected, atol=1e-4, rtol=1e-3)


def test_on_a_processor_the_compiled_model_learns_the_same_in_either_precision():
    _, masked = run_both_ways("cpu")
    compiled, _ = run_both_ways("cpu", is_compiled=True)
    assert all(torch.allclose(a, b, atol=1e-4, rtol=1e-3) for a, b in zip(compiled, masked, strict=True))
    (rough, slopes), (rough_masked, slopes_masked) = run_both_ways("cpu", is_bfloat16=True)
    assert torch.allclose(rough, rough_masked, atol=0.03, rtol=0.05)
    assert torch.nn.functional.cosine_similarity(slopes, slopes_masked, dim=0) > 0.99


def test_an_example_knows_nothing_of_its_neighbours():
    model = make_model(SMALL, 300)
    model.set_attn_implementation(WITHIN_EXAMPLES)
    ids, bounds = torch.randint(3, 300, POSITIONS.shape), torch.from_numpy(find_bounds(POSITIONS))
    found = []
    for neighbour in (3, 4):
        ids[0, :30] = neighbour
        with torch.no_grad():
            found.append(model(ids, position_ids=torch.from_numpy(POSITIONS), cu_seq_lens_q=bounds, max_length_q=64,
                               use_cache=False).logits)
    assert torch.equal(found[0][0, 30:], found[1][0, 30:]) and not torch.equal(found[0][0, :30], found[1][0, :30])


def test_the_kernel_of_a_gpu_is_asked_to_look_back_only_and_within_examples(monkeypatch):
    def take(query, key, value, bounds, bounds_again, longest, longest_again, *, scale, window_size):
        assert query.shape == key.shape == value.shape == (128, 2, 32)  # rows laid end to end
        assert bounds is bounds_again and window_size == (-1, 0) and scale == 0.5
        assert max(np.diff(bounds.tolist())) <= longest == longest_again
        return torch.empty_like(query)

    monkeypatch.setattr(attention, "varlen_attn", take)
    heads = torch.empty(2, 2, 64, 32, device="meta")  # any device but a processor
    gathered, _ = attention.attend_within_examples(None, heads, heads, heads, None, scaling=0.5, max_length_q=64,
                                                   cu_seq_lens_q=torch.from_numpy(find_bounds(POSITIONS)))
    assert gathered.shape == (2, 64, 2, 32)


def test_a_gpu_in_float32_has_no_such_kernel_and_uses_masked_attention():
    assert choose_attention(SMALL) == choose_attention(replace(SMALL, device="cpu")) == WITHIN_EXAMPLES
    assert choose_attention(replace(SMALL, precision="float32")) == "sdpa"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="skipped: no GPU")
def test_the_kernel_of_a_gpu_gives_what_masked_attention_gives():
    (within, _), (masked, _) = run_both_ways("cuda", is_bfloat16=True)
    assert torch.allclose(within, masked, atol=0.03, rtol=0.05)
