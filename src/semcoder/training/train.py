"""Stage `training`: tokenizer, packed rows, DeepSpeed workers, and a model folder that Hugging Face opens."""

import json
import shutil
from collections import Counter

from semcoder.config import Config, require
from semcoder.environment import list_gpus
from semcoder.errors import UserError
from semcoder.monologues.build import build_monologues
from semcoder.runs import Run, read_jsonl, write_text
from semcoder.training.data import (
    IGNORED,
    Rows,
    add_noise,
    count_steps,
    encode_examples,
    pack_examples,
    select_examples,
)
from semcoder.training.launch import launch_workers
from semcoder.training.plan import plan_training

VOCABULARY_EXAMPLES = 10_000  # evenly spaced examples from which a vocabulary is counted

CARD = """---
library_name: transformers
pipeline_tag: text-generation
---

# {run_id}

A code model trained to reason about execution in the format `{format}`; objectives: {objectives}.
{num_parameters:,} parameters, {num_tokens:,} training tokens, preset `{preset}`, training seed {seed}.
Programs of its training are generated or taken from permissively licensed packages (see the corpus card).
A research artifact: it knows small Python functions and nothing else.

```python
from transformers import AutoModelForCausalLM, AutoTokenizer
model = AutoModelForCausalLM.from_pretrained("model")
tokenizer = AutoTokenizer.from_pretrained("model")
```
"""


def train_model(config: Config) -> Run:
    """Returns the finished run with `model/`, `metrics.jsonl` and `train.log`; an interrupted one goes on.

    Raises:
        UserError: the device is not there, no example fits, or a worker failed.
    """
    check_device(config)
    monologues = build_monologues(config)
    run = Run("training", config, [monologues])
    if run.is_complete:
        return run
    with run:
        num_rows = prepare_rows(run, {split: select_examples(monologues, split, config.training)
                                      for split in ("train", "validation")})
        launch_workers(run)
        shutil.copy(run.find("checkpoints/metrics.jsonl"), run.find("metrics.jsonl"))
        if config.training.num_snapshots:
            run.find("checkpoints/snapshots").rename(run.find("snapshots"))
        describe_result(run, num_rows)
        shutil.rmtree(run.find("checkpoints"))  # the model is out; a finished run needs no way to go on
    return run


def train_or_plan(config: Config, dry_run: bool) -> Run | None:
    """Returns the training run, or prints the plan and returns None when `dry_run`."""
    if dry_run:
        print(json.dumps(plan_training(config), indent=1, ensure_ascii=False))
        return None
    return train_model(config)


def check_device(config: Config) -> None:
    """Raises UserError where the preset asks for GPUs that this machine does not have."""
    if config.training.device != "cuda":
        return
    num_gpus = len(list_gpus())
    require(num_gpus >= config.training.num_ranks, "device", "cuda",
            f"preset {config.preset} needs {config.training.num_ranks} GPU(s), this machine shows {num_gpus}; use a "
            "machine with them, set num_ranks, or choose preset laptop (dry_run = True prints the plan anywhere)")


def prepare_rows(run: Run, examples: dict[str, list[dict]]) -> int:
    """Writes tokenizer and packed rows for the workers below checkpoints/; returns the number of training rows.

    Args:
        run: a training run that has begun.
        examples: split (train, validation) -> its examples.
    """
    config = run.config.training
    tokenizer = find_tokenizer(examples["train"], config)
    tokenizer.save_pretrained(run.find("checkpoints/tokenizer"))
    for split, rows in examples.items():
        counts: Counter = Counter()
        if split == "train":
            rows = add_noise(rows, config, counts)
        encoded = encode_examples(rows, tokenizer, config.context_length, counts)
        packed = pack_examples(encoded, config.context_length, tokenizer.pad_token_id, config.training_seed)
        packed.save(run.find(f"checkpoints/{split}.safetensors"))
        run.counts.update({f"{name} ({split})": n for name, n in counts.items()})
        if split == "train":
            describe_rows(run, packed, tokenizer)
            num_rows = len(packed.input_ids)
    return num_rows


def find_tokenizer(examples: list[dict], config):
    """Returns the base model's tokenizer, or one built from the training examples."""
    from transformers import AutoTokenizer

    from semcoder.training.tokenizer import build_tokenizer

    if not config.base_model:
        sample = examples[::max(1, len(examples) // VOCABULARY_EXAMPLES)]
        return build_tokenizer((text for row in sample for text in (row["prompt"], row["response"])),
                               config.vocab_size)
    try:
        tokenizer = AutoTokenizer.from_pretrained(config.base_model)
    except (OSError, ValueError) as error:
        raise UserError(f"base_model = {config.base_model!r}: its tokenizer cannot be loaded ({error}); give a folder "
                        "or a hub name that this machine can reach, or leave it empty") from error
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    return tokenizer


def describe_rows(run: Run, rows: Rows, tokenizer) -> None:
    """Notes how full the rows are and how much of them is learnt."""
    num_examples = int(((rows.position_ids == 0) & (rows.input_ids == tokenizer.bos_token_id)).sum())
    filled = rows.input_ids != tokenizer.pad_token_id
    run.notes |= {"vocab_size": len(tokenizer), "num_rows": len(rows.input_ids), "num_examples": num_examples,
                  "mean_example_tokens": round(float(filled.sum()) / max(1, num_examples), 1),
                  "share_filled": round(float(filled.mean()), 4),
                  "share_learnt": round(float((rows.labels != IGNORED).mean()), 4)}


def describe_result(run: Run, num_rows: int) -> None:
    """Notes steps, tokens and parameters, and writes the model card."""
    from semcoder.training.compute import count_flops_per_token
    from semcoder.training.model import count_parameters, describe_model

    config, notes = run.config.training, run.notes
    num_steps = count_steps(config, num_rows)
    metrics = {row["name"]: row["value"] for row in read_jsonl(run.find("metrics.jsonl"))}
    num_tokens = num_steps * config.global_batch_size * config.context_length
    architecture = describe_model(config, notes["vocab_size"])
    num_parameters = count_parameters(architecture)[0]
    flops = count_flops_per_token(architecture, num_parameters, notes["mean_example_tokens"])
    speed, peak = metrics.get("tokens_per_s", 0), metrics.get("peak_flops", 0)
    notes |= {"num_steps": num_steps, "num_tokens": num_tokens,
              "num_learnt_tokens": round(num_tokens * notes["share_learnt"]),
              "num_passes": round(num_steps * config.global_batch_size / num_rows, 2),
              "tokens_per_s": round(speed), "num_parameters": num_parameters,
              "train_flops": float(f"{num_tokens * flops:.4g}"),
              "share_of_peak": round(speed * flops / peak / config.num_ranks, 4) if peak else None}
    write_text(run.find("model/README.md"), CARD.format(
        run_id=run.run_id, format=config.reasoning_format, objectives=", ".join(config.objectives),
        preset=run.config.preset, seed=config.training_seed, num_parameters=run.notes["num_parameters"],
        num_tokens=run.notes["num_tokens"]))
