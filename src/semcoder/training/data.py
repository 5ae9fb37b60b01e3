"""From example rows to packed token rows: which examples, what is learnt of them, and how they share a row.

Shapes: R rows, T = context_length tokens. Several examples share a row; `position_ids` restart at each one,
from which the model's attention keeps them apart (a test holds this).
Departure: examples longer than the context are dropped and counted; the paper's scripts cut them off.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from safetensors.numpy import load_file, save_file

from semcoder.config import TrainingConfig, require
from semcoder.runs import Run
from semcoder.training.noise import corrupt_response

IGNORED = -100  # the label that the loss leaves out
OPEN_ROWS = 64  # rows that still take examples while packing
FIXED_FORMATS = {"nl_to_code": "direct", "repair": "monologue"}  # the other objectives follow reasoning_format


@dataclass(frozen=True)
class Rows:
    """Packed token rows, each array (R, T) int32."""

    input_ids: np.ndarray
    labels: np.ndarray
    position_ids: np.ndarray

    def save(self, path: Path) -> None:
        """Writes the arrays as safetensors."""
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(vars(self), path)

    @classmethod
    def load(cls, path: Path) -> "Rows":
        """Returns what `save` wrote."""
        return cls(**load_file(path))


def select_examples(monologues: Run, split: str, config: TrainingConfig) -> list[dict]:
    """Returns the split's examples of the config's objectives in its reasoning format.

    Raises:
        UserError: the monologues run holds no such example.
    """
    formats = {config.reasoning_format, *FIXED_FORMATS.values()}
    rows = monologues.read_rows(f"examples/{split}", [("objective", "in", list(config.objectives)),
                                                      ("format", "in", sorted(formats))])
    rows = [r for r in rows if r["format"] == FIXED_FORMATS.get(r["objective"], config.reasoning_format)]
    require(bool(rows), "reasoning_format", config.reasoning_format,
            f"{monologues.run_id} holds no {split} examples of it for {', '.join(config.objectives)}; "
            "add it to the monologues' formats in a preset file, or compare it as a variant of the ablations")
    if split != "train":
        return rows
    rows = take_first(rows, config)
    return rows + [row for row in rows if row["objective"] == "nl_to_code"] * (config.code_repeats - 1)


def take_first(rows: list[dict], config: TrainingConfig) -> list[dict]:
    """Returns the examples of the first `max_programs` programs, of each the first `max_inputs` executions."""
    programs: dict[str, set] = {}
    kept = []
    for row in rows:
        executions = programs.setdefault(row["task_id"], set())
        if config.max_programs and len(programs) > config.max_programs:
            break
        executions.add(row["example_id"].split(":")[0])
        if not config.max_inputs or len(executions) <= config.max_inputs:
            kept.append(row)
    return kept


def add_noise(rows: list[dict], config: TrainingConfig, counts: Counter) -> list[dict]:
    """Returns the examples, steps of their monologues made wrong at `noise_rate`; how many is counted."""
    noisy = []
    for row in rows if config.noise_rate else ():
        if row["format"] == "monologue" and row["objective"] in ("forward", "backward"):
            response, num_wrong = corrupt_response(row["response"], config.noise_rate, Random(row["example_id"]))
            counts["made wrong: steps"] += num_wrong
            row = {**row, "response": response}
        noisy.append(row)
    return noisy or rows


def encode_examples(rows: list[dict], tokenizer, context_length: int, counts: Counter) -> list[tuple[list, list]]:
    """Returns (ids, labels) of each example that fits: start, prompt, response, end; only the response is learnt."""
    prompts = tokenizer([row["prompt"] for row in rows], add_special_tokens=False)["input_ids"]
    responses = tokenizer([row["response"] for row in rows], add_special_tokens=False)["input_ids"]
    encoded = []
    for row, prompt, response in zip(rows, prompts, responses, strict=True):
        head = [tokenizer.bos_token_id, *prompt]
        tail = [*response, tokenizer.eos_token_id]
        fits = len(head) + len(tail) <= context_length
        counts[f"{'kept' if fits else 'rejected: longer than the context'}: {row['objective']}"] += 1
        if fits:
            encoded.append((head + tail, [IGNORED] * len(head) + tail))
    return encoded


def pack_examples(encoded: list[tuple[list, list]], context_length: int, pad_id: int, seed: int) -> Rows:
    """Returns rows that hold all examples, in an order shuffled by `seed`, first fit over the latest open rows.

    Raises:
        UserError: no example is left to pack.
    """
    require(bool(encoded), "context_length", context_length, "no example fits it: give a larger one")
    order = np.random.default_rng(seed).permutation(len(encoded))
    rows: list[list[int]] = []
    room: list[int] = []
    for i in order:
        size = len(encoded[i][0])
        first = max(0, len(rows) - OPEN_ROWS)
        place = next((r for r in range(first, len(rows)) if room[r] >= size), None)
        if place is None:
            rows.append([])
            room.append(context_length)
            place = len(rows) - 1
        rows[place].append(int(i))
        room[place] -= size
    return fill_rows(rows, encoded, context_length, pad_id)


def fill_rows(rows: list[list[int]], encoded: list[tuple[list, list]], context_length: int, pad_id: int) -> Rows:
    """Returns the arrays of rows given as lists of example numbers; what stays empty is padding of its own."""
    shape = (len(rows), context_length)
    packed = Rows(np.full(shape, pad_id, np.int32), np.full(shape, IGNORED, np.int32), np.zeros(shape, np.int32))
    for r, members in enumerate(rows):
        start = 0
        for i in members:
            ids, labels = encoded[i]
            end = start + len(ids)
            packed.input_ids[r, start:end] = ids
            packed.labels[r, start:end] = labels
            packed.position_ids[r, start:end] = np.arange(len(ids))
            start = end
        packed.position_ids[r, start:] = np.arange(context_length - start)
    return packed


def count_steps(config: TrainingConfig, num_rows: int) -> int:
    """Returns the number of optimizer steps that `num_tokens` or `num_epochs` asks for."""
    if config.num_tokens:
        return max(1, round(config.num_tokens / (config.global_batch_size * config.context_length)))
    return max(1, round(config.num_epochs * num_rows / config.global_batch_size))


def order_rows(num_rows: int, num_needed: int, seed: int) -> np.ndarray:
    """Returns which row comes when: (num_needed,) indices, shuffled anew on each pass over the rows."""
    rng = np.random.default_rng(seed)
    passes = -(-num_needed // num_rows)
    return np.concatenate([rng.permutation(num_rows) for _ in range(passes)])[:num_needed]


def place_snapshots(config: TrainingConfig, num_steps: int) -> set[int]:
    """Returns the steps after which a model is kept: `num_snapshots` of them, evenly spaced, before the last step."""
    return {number * num_steps // (config.num_snapshots + 1) for number in range(1, config.num_snapshots + 1)} - {0}
