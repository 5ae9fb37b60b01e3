"""How much arithmetic training takes, and how much of a machine's peak it reaches."""

import time

import torch
from transformers import PretrainedConfig

PEAK_SIZES = {"cpu": 1024, "cuda": 8192}  # rows of the square matrices that are multiplied to measure a peak
PEAK_TRIES = 8


def count_flops_per_token(architecture: PretrainedConfig, num_parameters: int, mean_length: float) -> float:
    """Returns the floating-point operations of one training token, forward and backward, nothing recomputed.

    Source: PaLM (arXiv 2204.02311), appendix B: 6 N + 12 L H Q T, with half of T because attention looks back only.

    Args:
        architecture: its layers, heads and their width count.
        num_parameters: of the whole model; tied embeddings count once, for the output layer.
        mean_length: tokens that attention spans: of an example where examples are kept apart.
    """
    head_width = getattr(architecture, "head_dim", None) or architecture.hidden_size // architecture.num_attention_heads
    attention = architecture.num_hidden_layers * architecture.num_attention_heads * head_width
    return 6 * num_parameters + 12 * attention * mean_length / 2


def measure_peak(device: str, dtype: torch.dtype) -> float:
    """Returns the floating-point operations per second of the best of a few large matrix products."""
    size = PEAK_SIZES[device]
    a = torch.randn(size, size, device=device).to(dtype)
    fastest = float("inf")
    for _ in range(PEAK_TRIES):
        synchronize(device)
        started = time.perf_counter()
        for _ in range(8):
            a @ a
        synchronize(device)
        fastest = min(fastest, (time.perf_counter() - started) / 8)
    return 2 * size**3 / fastest


def synchronize(device: str) -> None:
    """Waits until the device has done what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()
