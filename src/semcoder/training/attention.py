"""Attention within each example of packed rows, by kernels that compute nothing else.

The masked attention of transformers works out all T x T scores of a row and throws most of them away: a third of a
training step on a processor, where rows hold two or three examples. Source: FlashAttention-2 (arXiv 2307.08691), which
torch brings along: on a GPU with a kernel for sequences of various lengths, on a processor for one length at a time.

Shapes: B rows of T tokens, N = B T, H heads of width D, E examples in the batch.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch
from torch.nn.attention.varlen import varlen_attn
from transformers import AttentionInterface

from semcoder.config import TrainingConfig

WITHIN_EXAMPLES = "within_examples"  # the name under which transformers finds it
ATEN = torch.ops.aten
BOUNDS_STEP = 64  # the number of bounds is a multiple, so that few shapes are compiled


def choose_attention(config: TrainingConfig) -> str:
    """Returns which attention a from-scratch model trains with; its folder opens with any other one."""
    return "sdpa" if config.device == "cuda" and config.precision != "bfloat16" else WITHIN_EXAMPLES


def find_bounds(position_ids_BT: np.ndarray) -> np.ndarray:
    """Returns where examples begin in the rows laid end to end, then the end: int32, the last one repeated."""
    starts_E = np.flatnonzero(position_ids_BT.reshape(-1) == 0)
    missing = -(len(starts_E) + 1) % BOUNDS_STEP
    return np.concatenate([starts_E, np.full(1 + missing, position_ids_BT.size)]).astype(np.int32)


def attend_within_examples(module: torch.nn.Module, query_BHTD: torch.Tensor, key_BHTD: torch.Tensor,
                           value_BHTD: torch.Tensor, attention_mask: None, *, scaling: float,
                           cu_seq_lens_q: torch.Tensor, max_length_q: int, **_) -> tuple[torch.Tensor, None]:
    """Returns what each token gathers from its example up to itself (B, T, H, D), and no weights.

    Args:
        module: the attention layer, as transformers passes it.
        query_BHTD, key_BHTD, value_BHTD: as many heads of each.
        attention_mask: none, since the bounds say it all.
        scaling: of the scores.
        cu_seq_lens_q: from `find_bounds`, on the device.
        max_length_q: no example is longer.
    """
    flat = [x.transpose(1, 2).flatten(0, 1).to(value_BHTD.dtype) for x in (query_BHTD, key_BHTD, value_BHTD)]
    if query_BHTD.device.type == "cpu":
        gathered, _ = attend_one_by_one(*flat, cu_seq_lens_q, scaling)
    else:
        gathered = varlen_attn(*flat, cu_seq_lens_q, cu_seq_lens_q, max_length_q, max_length_q, scale=scaling,
                               window_size=(-1, 0))
    return gathered.view(query_BHTD.shape[0], query_BHTD.shape[2], *gathered.shape[1:]), None


@torch.library.custom_op("semcoder::attend_one_by_one", mutates_args=())
def attend_one_by_one(query_NHD: torch.Tensor, key_NHD: torch.Tensor, value_NHD: torch.Tensor, bounds_E: torch.Tensor,
                      scaling: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns what each token gathers (N, H, D), and the logarithms of its weights' sums (N, H), on a processor.

    One operation to a compiler, which would otherwise compile a step for every set of lengths.
    """
    gathered_NHD = torch.empty_like(query_NHD)
    sums_NH = query_NHD.new_empty(query_NHD.shape[:2], dtype=torch.float32)
    for query, key, value, gathered, sums in split_examples(bounds_E, query_NHD, key_NHD, value_NHD, gathered_NHD,
                                                            sums_NH):
        gathered[:], sums[:] = ATEN._scaled_dot_product_flash_attention_for_cpu(query, key, value, 0.0, True,
                                                                                scale=scaling)
    return gathered_NHD, sums_NH


@torch.library.custom_op("semcoder::attend_one_by_one_backward", mutates_args=())
def attend_one_by_one_backward(gradient_NHD: torch.Tensor, query_NHD: torch.Tensor, key_NHD: torch.Tensor,
                               value_NHD: torch.Tensor, gathered_NHD: torch.Tensor, sums_NH: torch.Tensor,
                               bounds_E: torch.Tensor, scaling: float,
                               ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Returns the gradients of queries, keys and values (N, H, D)."""
    found = torch.empty_like(query_NHD), torch.empty_like(key_NHD), torch.empty_like(value_NHD)
    for *given, query, key, value in split_examples(bounds_E, gradient_NHD, query_NHD, key_NHD, value_NHD,
                                                    gathered_NHD, sums_NH, *found):
        query[:], key[:], value[:] = ATEN._scaled_dot_product_flash_attention_for_cpu_backward(
            *given, 0.0, True, scale=scaling)
    return found


def split_examples(bounds_E: torch.Tensor, *tensors: torch.Tensor) -> Iterator[list[torch.Tensor]]:
    """Yields each example's part of the tensors (N, H, …) as views (1, H, length, …), the form that kernels want."""
    bounds = bounds_E.tolist()
    for start, end in pairwise(bounds):
        if end > start:
            yield [x[start:end].transpose(0, 1).unsqueeze(0) for x in tensors]


def remember(ctx, inputs: tuple, output: tuple[torch.Tensor, torch.Tensor]) -> None:
    """Keeps what the backward pass needs."""
    *tensors, bounds_E, ctx.scaling = inputs
    ctx.save_for_backward(*tensors, *output, bounds_E)


def find_gradients(context, gradient_NHD: torch.Tensor, _) -> tuple:
    """Returns the gradient of each input of `attend_one_by_one`."""
    return *attend_one_by_one_backward(gradient_NHD, *context.saved_tensors, context.scaling), None, None


attend_one_by_one.register_fake(lambda query, key, value, bounds, scaling: (
    torch.empty_like(query), query.new_empty(query.shape[:2], dtype=torch.float32)))
attend_one_by_one_backward.register_fake(lambda gradient, query, key, value, *_: (
    torch.empty_like(query), torch.empty_like(key), torch.empty_like(value)))
attend_one_by_one.register_autograd(find_gradients, setup_context=remember)
AttentionInterface.register(WITHIN_EXAMPLES, attend_within_examples)
