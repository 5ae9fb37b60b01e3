"""How much arithmetic training takes, and how much of a machine's peak it reaches."""

import time
from dataclasses import replace

import torch
from transformers import PretrainedConfig

from semcoder.config import TrainingConfig

PEAK_SIZES = {"cpu": 1024, "cuda": 8192}  # rows of the square matrices that are multiplied to measure a peak
PEAK_TRIES, PEAK_S = 8, 2.0  # at most so many tries, and none begun after so long
PROBE_SIZE = 256  # of the products by which a processor shows in which precision it is faster


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


def resolve_precision(config: TrainingConfig) -> TrainingConfig:
    """Returns the config with `auto` precision made definite: bfloat16 on a GPU and on a processor that multiplies
    faster in it; one without instructions for it is a hundred times slower."""
    if config.precision != "auto":
        return config
    is_faster = config.device == "cuda" or measure_peak(config.device, torch.bfloat16, PROBE_SIZE) > measure_peak(
        config.device, torch.float32, PROBE_SIZE)
    return replace(config, precision="bfloat16" if is_faster else "float32")


def measure_peak(device: str, dtype: torch.dtype, size: int = 0) -> float:
    """Returns the floating-point operations per second of the best of a few large matrix products."""
    size = size or PEAK_SIZES[device]
    a = torch.randn(size, size, device=device).to(dtype)
    fastest, begun = float("inf"), time.perf_counter()
    for _ in range(PEAK_TRIES):
        synchronize(device)
        started = time.perf_counter()
        for _ in range(4):
            a @ a
        synchronize(device)
        ended = time.perf_counter()
        fastest = min(fastest, (ended - started) / 4)
        if ended > begun + PEAK_S:
            break
    return 2 * size**3 / fastest


def synchronize(device: str) -> None:
    """Waits until the device has done what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()
