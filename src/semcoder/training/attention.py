"""Attention within each example of packed rows, by a kernel that computes nothing else (GPU, bfloat16).

The masked attention of transformers works out all T x T scores of a row and throws most of them away. Source:
FlashAttention-2's kernel for sequences of various lengths (arXiv 2307.08691), which torch brings along.

Shapes: B rows of T tokens, H heads of width D, E examples in the batch.
"""

import numpy as np
import torch
from torch.nn.attention.varlen import varlen_attn
from transformers import AttentionInterface

from semcoder.config import TrainingConfig

WITHIN_EXAMPLES = "within_examples"  # the name under which transformers finds it
BOUNDS_STEP = 64  # the number of bounds is a multiple, so that few shapes are compiled


def choose_attention(config: TrainingConfig) -> str:
    """Returns which attention a from-scratch model trains with; its folder opens with any other one."""
    return WITHIN_EXAMPLES if config.device == "cuda" and config.precision == "bfloat16" else "sdpa"


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
    gathered = varlen_attn(*flat, cu_seq_lens_q, cu_seq_lens_q, max_length_q, max_length_q, scale=scaling,
                           window_size=(-1, 0))
    return gathered.view(query_BHTD.shape[0], query_BHTD.shape[2], *gathered.shape[1:]), None


AttentionInterface.register(WITHIN_EXAMPLES, attend_within_examples)
