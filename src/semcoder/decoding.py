"""What a model has read of a batch of rows, and its next-token logits: growing on a processor, fixed on a GPU.

A step of a small model on a GPU takes less time than its launch by the processor (of 109 M parameters on an H200:
66 ms a step, nearly all of it launches). There the step is captured once as a CUDA graph, which needs memory that does
not move: keys and values have room for the whole answer. Source: the CUDA graphs chapter of PyTorch's documentation.

Shapes: B rows, T tokens read at once, L tokens that there is room for, H heads of width D, V vocabulary.
"""

import torch
from transformers import DynamicCache, PreTrainedModel

ROUND_TO = 16  # room is a multiple, as the attention kernels like it


def open_decoder(model: PreTrainedModel, mask_BT: torch.Tensor, room: int) -> "GrowingDecoder":
    """Returns what decodes the rows whose prompts have this mask (padded on the left), with room for new tokens."""
    if model.device.type == "cuda":
        return GraphDecoder(model, mask_BT, room)
    return GrowingDecoder(model, mask_BT)


class GrowingDecoder:
    """Reads tokens into a cache that grows with them."""

    shrink_below = 0.9  # share of rows still open at which the closed ones leave: each time copies the whole cache

    def __init__(self, model: PreTrainedModel, mask_BT: torch.Tensor):
        self._model, self._mask_BT, self._cache = model, mask_BT, DynamicCache()
        self._positions_BT = (mask_BT.cumsum(-1) - 1).clamp(min=0)

    def read(self, tokens_BT: torch.Tensor) -> torch.Tensor:
        """Returns the logits (B, V) of what comes after the tokens: first the prompts, then a token at a time."""
        logits_BV = self._model(input_ids=tokens_BT, attention_mask=self._mask_BT, position_ids=self._positions_BT,
                                past_key_values=self._cache, use_cache=True, logits_to_keep=1).logits[:, -1]
        self._mask_BT = torch.nn.functional.pad(self._mask_BT, (0, 1), value=1)
        self._positions_BT = self._positions_BT[:, -1:] + 1
        return logits_BV

    def keep(self, rows: torch.Tensor) -> None:
        """Leaves all rows but these."""
        self._cache.batch_select_indices(rows)
        self._mask_BT, self._positions_BT = self._mask_BT[rows], self._positions_BT[rows]


class GraphDecoder(GrowingDecoder):
    """Reads prompts as its parent does, then each token by replaying a captured step."""

    shrink_below = 0.5  # a smaller batch is captured anew

    def __init__(self, model: PreTrainedModel, mask_BT: torch.Tensor, room: int):
        super().__init__(model, mask_BT)
        self._room, self._fixed, self._graph = room, None, None

    def read(self, tokens_BT: torch.Tensor) -> torch.Tensor:
        """Returns the logits (B, V) of what comes after the tokens; they are overwritten by the next call."""
        if self._fixed is None:
            length = tokens_BT.shape[1]
            logits_BV = super().read(tokens_BT)
            size = -(-(length + self._room) // ROUND_TO) * ROUND_TO
            self._fixed, self._cache = FixedCache(self._cache, length, size), None
            self._bias_B11L = self._mask_BT.new_full((len(tokens_BT), 1, 1, size), torch.finfo(logits_BV.dtype).min,
                                                     dtype=logits_BV.dtype)
            self._bias_B11L[:, 0, 0, :length].masked_fill_(self._mask_BT[:, :length].bool(), 0)
            self._tokens_B1 = tokens_BT[:, -1:].clone()
            return logits_BV
        self._tokens_B1.copy_(tokens_BT)
        self._bias_B11L.index_fill_(3, self._fixed.place, 0)
        if self._graph is None and tokens_BT.is_cuda:
            self._capture()
        if self._graph is None:
            self._logits_BV = self._step()
        else:
            self._graph.replay()
        self._fixed.place += 1
        self._positions_BT += 1
        return self._logits_BV

    def keep(self, rows: torch.Tensor) -> None:
        """Leaves all rows but these."""
        self._graph = None
        self._fixed.keep(rows)
        self._tokens_B1, self._positions_BT, self._bias_B11L = (
            values[rows] for values in (self._tokens_B1, self._positions_BT, self._bias_B11L))

    def _step(self) -> torch.Tensor:
        return self._model(input_ids=self._tokens_B1, attention_mask=self._bias_B11L, position_ids=self._positions_BT,
                           past_key_values=self._fixed, use_cache=True, logits_to_keep=1).logits[:, -1]

    def _capture(self) -> None:
        """Runs the step once aside, as capturing asks for, then captures it; both write what the replay writes."""
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            self._step()
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._logits_BV = self._step()


class FixedCache:
    """Keys and values (B, H, L, D) of each layer in memory that stays where it is; a model writes them at `place`."""

    def __init__(self, grown: DynamicCache, length: int, size: int):
        self.place = torch.tensor([length], device=grown.layers[0].keys.device)
        self._pairs = [[widen(layer.keys, size), widen(layer.values, size)] for layer in grown.layers]

    def update(self, keys_BH1D: torch.Tensor, values_BH1D: torch.Tensor, layer: int, *_) -> list[torch.Tensor]:
        """Returns all keys and values of a layer, these included; called by the model."""
        for kept, new in zip(self._pairs[layer], (keys_BH1D, values_BH1D), strict=True):
            kept.index_copy_(2, self.place, new)
        return self._pairs[layer]

    def get_seq_length(self, *_) -> int:
        """Returns 0: who calls gives positions itself."""
        return 0

    def keep(self, rows: torch.Tensor) -> None:
        """Leaves all rows but these."""
        self._pairs = [[kept[rows] for kept in pair] for pair in self._pairs]


def widen(values_BHTD: torch.Tensor, size: int) -> torch.Tensor:
    """Returns keys or values with room for `size` tokens."""
    return torch.nn.functional.pad(values_BHTD, (0, 0, 0, size - values_BHTD.shape[2]))
