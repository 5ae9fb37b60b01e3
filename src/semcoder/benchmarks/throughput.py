"""Training tokens and answers per second, beside plain Hugging Face `Trainer` and `generate`: one model, one corpus.

Tokens are those of examples, padding left out, so that every row counts the same work. `Trainer` pads each batch to its
longest example, in float32, and optimises with AdamW; each further row adds one choice of the preset `laptop` and runs
through the launcher, as the stage does. `generate` answers in the order of arrival; ours sorts, and rows leave when
they are done. Time for compiling and warming up is left out; a share of the peak is of that of the row's precision.
"""

import json
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from joblib import Parallel

from semcoder import paths
from semcoder.benchmarks.monologues import SEED, make_programs, trace_items
from semcoder.config import Config, TrainingConfig
from semcoder.execution.sandbox import find_box
from semcoder.monologues.author import Author
from semcoder.monologues.replays import replay_all
from semcoder.monologues.steps import build_steps
from semcoder.presets import load_preset
from semcoder.prompts import render_answer, render_execution_prompt
from semcoder.runs import Run
from semcoder.training import train
from semcoder.training.compute import count_flops_per_token, measure_peak
from semcoder.training.data import encode_examples
from semcoder.training.launch import launch_workers
from semcoder.training.model import count_parameters, describe_model, make_model
from semcoder.training.tokenizer import build_tokenizer

NUM_PROGRAMS, NUM_QUICK = 6000, 400
NUM_TOKENS, QUICK_TOKENS = 600_000, 60_000  # of each training
TRAINER_BATCH = 16  # examples, about as many tokens as in our batch
NUM_PROMPTS, QUICK_PROMPTS = 192, 16
NUM_HELD_OUT = 64
PLAIN = {"optimizer": "adamw", "precision": "float32", "compile_model": False}
STEPS_OF_CHOICES = (("packed", PLAIN), ("packed, Muon", {**PLAIN, "optimizer": "muon"}),
                    ("packed, Muon, {precision}", {"compile_model": False}),
                    ("packed, Muon, {precision}, compiled", {}))


def measure(quick: bool = False, benchmarks_dir: str = "") -> list[dict]:
    """Returns a row per way of training and of answering."""
    config = load_preset("laptop").replace("training", num_snapshots=0, checkpoint_every=10**6,
                                           num_tokens=QUICK_TOKENS if quick else NUM_TOKENS)
    examples = write_examples(config, NUM_QUICK if quick else NUM_PROGRAMS)
    with TemporaryDirectory() as folder:
        paths.RUNS = Path(folder)
        rows = [measure_trainer(examples, config.training, 4 if quick else 40)]
        for name, changes in STEPS_OF_CHOICES:
            run = train_examples(examples, config.replace("training", **changes))
            rows.append(describe_training(name, run))
        for row in rows:
            row["times plain"] = row["per second"] / rows[0]["per second"]
        return rows + measure_answers(run.find("model"), examples[:QUICK_PROMPTS if quick else NUM_PROMPTS], config)


def write_examples(config: Config, number: int) -> list[dict]:
    """Returns forward monologue examples of generated programs, in their order."""
    with Parallel(n_jobs=-1) as parallel:
        items = trace_items(parallel, make_programs(config, config.corpus.level, number), config)
    examples, box = [], find_box()
    for program, executions, logs in items:
        by_id = {execution["execution_id"]: execution for execution in executions}
        kept = [by_id[log["execution_id"]] for log in logs]
        author = Author(box, program, [execution["input"] for execution in kept], config, Counter())
        for execution, log, replay in zip(kept, logs, replay_all(box, program, kept, config), strict=True):
            steps = build_steps(program["code"], json.loads(log["events"]))
            text, _ = author.write_forward(execution, steps, replay)
            if text:
                called = (program["entry"], execution["input"], execution["output"])
                examples.append({"prompt": render_execution_prompt("forward", program["code"], *called),
                                 "response": text + render_answer(*called), "objective": "forward",
                                 "format": "monologue"})
    return examples


def measure_trainer(examples: list[dict], config: TrainingConfig, num_steps: int) -> dict:
    """Returns the row of plain `Trainer`."""
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainerCallback, TrainingArguments

    tokenizer = build_tokenizer((text for row in examples for text in (row["prompt"], row["response"])),
                                config.vocab_size)
    encoded = [{"input_ids": ids, "labels": labels}
               for ids, labels in encode_examples(examples, tokenizer, config.context_length, Counter())]
    times: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *args, **kwargs):
            times.append(time.perf_counter())

    tokenizer.padding_side = "right"
    with TemporaryDirectory() as folder:
        settings = TrainingArguments(folder, per_device_train_batch_size=TRAINER_BATCH, max_steps=num_steps,
                                     use_cpu=config.device == "cpu", report_to=[], save_strategy="no", seed=SEED,
                                     disable_tqdm=True, logging_strategy="no")
        Trainer(make_model(config, len(tokenizer)), settings, train_dataset=encoded, callbacks=[Clock()],
                data_collator=DataCollatorForSeq2Seq(tokenizer, padding=True)).train()
    mean = sum(len(row["input_ids"]) for row in encoded) / len(encoded)
    warm = num_steps // 4
    speed = (num_steps - warm - 1) * TRAINER_BATCH * mean / (times[-1] - times[warm])
    return make_row("training", "Trainer, padded", speed, "tokens", config, len(tokenizer), mean, torch.float32)


def train_examples(examples: list[dict], config: Config) -> Run:
    """Returns a finished training on the examples, through the launcher."""
    run = Run("training", config)
    with run:
        num_rows = train.prepare_rows(run, {"train": examples[:-NUM_HELD_OUT], "validation": examples[-NUM_HELD_OUT:]})
        launch_workers(run)
        run.find("checkpoints/metrics.jsonl").rename(run.find("metrics.jsonl"))
        train.describe_result(run, num_rows)
    return run


def describe_training(name: str, run: Run) -> dict:
    """Returns the row of a training of ours: its speed since its first report, when all is warm."""
    config, notes = run.config.training, run.notes
    precision = notes["precision"]
    return make_row("training", name.format(precision=precision), notes["tokens_per_s"] * notes["share_filled"],
                    "tokens", config, notes["vocab_size"], notes["mean_example_tokens"], getattr(torch, precision))


def make_row(what: str, name: str, speed: float, unit: str, config: TrainingConfig, vocab_size: int, mean: float,
             dtype: torch.dtype) -> dict:
    """Returns one row of the table."""
    architecture = describe_model(config, vocab_size)
    flops = count_flops_per_token(architecture, count_parameters(architecture)[0], mean)
    return {"what": what, "way": name, "unit": unit, "per second": speed,
            "share of the peak": round(speed * flops / measure_peak(config.device, dtype), 4)}


def measure_answers(folder: Path, examples: list[dict], config: Config) -> list[dict]:
    """Returns the rows of `generate` in the order of arrival, and of ours."""
    from semcoder.generate import generate_responses, load_model

    model, tokenizer = load_model(folder, config.training.device)
    prompts, settings = [row["prompt"] for row in examples], config.evaluation
    started = time.perf_counter()
    for start in range(0, len(prompts), settings.batch_size):
        batch = [tokenizer.bos_token + prompt for prompt in prompts[start:start + settings.batch_size]]
        model.generate(**tokenizer(batch, return_tensors="pt", padding=True, add_special_tokens=False),
                       max_new_tokens=settings.max_new_tokens, do_sample=False)
    plain = time.perf_counter() - started
    generate_responses(model, tokenizer, prompts, settings.max_new_tokens, settings.batch_size)
    ours = time.perf_counter() - started - plain
    return [{"what": "answers", "way": way, "unit": "items", "per second": len(prompts) / seconds,
             "times plain": plain / seconds} for way, seconds in (("generate, order of arrival", plain),
                                                                  ("ours", ours))]
