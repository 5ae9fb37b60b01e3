"""One training process (rank). Started by `launch`, never imported by a notebook.

    python -m torch.distributed.run --standalone --nproc_per_node 2 -m semcoder.training.worker RUN_FOLDER PRECISION

Reads `config.json` and `checkpoints/` (tokenizer, rows, what an interrupted try left), trains, and leaves
`model/`. Rank 0 prints progress and writes `checkpoints/metrics.jsonl`.
"""

import json
import os
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from semcoder.config import TrainingConfig, from_json
from semcoder.hashing import hash_file
from semcoder.runs import read_jsonl, write_text
from semcoder.training.attention import WITHIN_EXAMPLES, choose_attention, find_bounds
from semcoder.training.compute import measure_peak
from semcoder.training.data import Rows, count_steps, order_rows, place_snapshots
from semcoder.training.model import compile_model, make_model, make_optimizer, schedule_lr, weigh_truths
from semcoder.training.plan import make_deepspeed_config

NUM_REPORTS = 20  # progress lines and training-loss points per run
NUM_VALIDATIONS = 8
KEPT_CHECKPOINTS = 2


def main(folder: Path, precision: str) -> None:
    """Trains the run in `folder`; the precision is the launcher's choice where the config leaves it open."""
    stored = json.loads((folder / "config.json").read_text())
    config = replace(from_json({"preset": stored["preset"], "training": stored["config"]}).training,
                     precision=precision)
    engine = start_engine(config, folder)
    train(engine, config, folder)
    export_model(engine, config, folder / "checkpoints/tokenizer", folder / "model")
    torch.distributed.barrier()  # without it, a rank may be aborted while another still closes its connections
    torch.distributed.destroy_process_group()


def start_engine(config: TrainingConfig, folder: Path):
    """Returns the DeepSpeed engine of this rank."""
    import deepspeed
    import deepspeed.ops
    from transformers import AutoTokenizer
    from transformers.integrations import HfDeepSpeedConfig

    # Inference-only shared-memory op: building it needs a compiler and more than a minute, and training never uses it.
    deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
    deepspeed.init_distributed("gloo" if config.device == "cpu" else "nccl")
    settings = make_deepspeed_config(config)
    # While this object lives, from_pretrained loads each rank's share of a ZeRO-3 model only.
    sharded = HfDeepSpeedConfig(settings) if config.zero_stage == 3 and config.base_model else None
    tokenizer = AutoTokenizer.from_pretrained(folder / "checkpoints/tokenizer")
    model = make_model(config, len(tokenizer))
    del sharded
    if config.truth_weight != 1:
        weigh_truths(model, tokenizer, config.truth_weight)
    if not config.base_model:
        model.set_attn_implementation(choose_attention(config))
    if config.compile_model:
        compile_model(model, config.device)
    engine, *_ = deepspeed.initialize(model=model, optimizer=make_optimizer(model, config), config=settings)
    return engine


def train(engine, config: TrainingConfig, folder: Path) -> None:
    """Runs all optimizer steps, from the latest checkpoint on if there is one."""
    place = folder / "checkpoints"
    rows, held_out = Rows.load(place / "train.safetensors"), Rows.load(place / "validation.safetensors")
    num_steps = count_steps(config, len(rows.input_ids))
    order = order_rows(len(rows.input_ids), num_steps * config.global_batch_size, config.training_seed)
    start = resume(engine, place)
    snapshots = place_snapshots(config, num_steps)
    log = Log(place / "metrics.jsonl", start, num_steps, config)
    log.write(start, "train", "peak_flops", measure_peak(config.device, getattr(torch, config.precision)))
    for step in range(start, num_steps):
        for group in engine.optimizer.param_groups:
            group["lr"] = group["peak_lr"] * schedule_lr(step, num_steps, config)
        batch = order[step * config.global_batch_size:(step + 1) * config.global_batch_size]
        log.add(run_step(engine, rows, batch, config))
        is_last = step + 1 == num_steps
        if step + 1 in snapshots:
            export_model(engine, config, place / "tokenizer", place / f"snapshots/{step + 1}")
        if is_last or (step + 1) % max(1, num_steps // NUM_REPORTS) == 0:
            log.report(step + 1)
        if is_last or (step + 1) % max(1, num_steps // NUM_VALIDATIONS) == 0:
            log.write(step + 1, "validation", "loss", validate(engine, held_out, config))
        if is_last or (step + 1) % config.checkpoint_every == 0:
            save(engine, place, step + 1)


def run_step(engine, rows: Rows, batch: np.ndarray, config: TrainingConfig) -> torch.Tensor:
    """Returns this rank's mean loss over its share of one optimizer step's rows (a scalar, not yet synchronised)."""
    mine = batch[torch.distributed.get_rank()::torch.distributed.get_world_size()]
    losses = []
    for start in range(0, len(mine), config.micro_batch_size):
        loss = compute_loss(engine, rows, mine[start:start + config.micro_batch_size])
        engine.backward(loss)
        engine.step()
        losses.append(loss.detach().float())
    return torch.stack(losses).mean()


def compute_loss(engine, rows: Rows, indices: np.ndarray) -> torch.Tensor:
    """Returns the mean loss of some rows' response tokens. No attention mask: positions tell examples apart."""
    batch = {name: move(getattr(rows, name)[indices].astype(np.int64), engine.device)
             for name in ("input_ids", "labels", "position_ids")}
    if engine.module.config._attn_implementation == WITHIN_EXAMPLES:
        bounds = move(find_bounds(rows.position_ids[indices]), engine.device)
        batch |= {"cu_seq_lens_q": bounds, "max_length_q": rows.position_ids.shape[1]}
    return engine(**batch, use_cache=False).loss


def move(values: np.ndarray, device: torch.device) -> torch.Tensor:
    """Returns an array as a tensor on the device; a GPU gets it while it still works on the last step."""
    values = torch.from_numpy(values)
    return values.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else values


@torch.no_grad()
def validate(engine, rows: Rows, config: TrainingConfig) -> float:
    """Returns the mean validation loss over at most 16 batches, the same for every rank."""
    engine.eval()
    ranks = torch.distributed.get_world_size()
    size = config.micro_batch_size * ranks
    # Every rank must take part in each batch (ZeRO 3 gathers weights), so the last, smaller one wraps around.
    num_batches = min(16, -(-len(rows.input_ids) // size))
    indices = np.resize(np.arange(len(rows.input_ids)), num_batches * size)
    mine = indices[torch.distributed.get_rank()::ranks].reshape(num_batches, config.micro_batch_size)
    with torch.compiler.set_stance("force_eager"):  # to compile the forward pass alone takes longer than all of it
        losses = torch.stack([compute_loss(engine, rows, batch).float() for batch in mine])
    engine.train()
    return average(losses.mean())


def average(value: torch.Tensor) -> float:
    """Returns the mean of a scalar over all ranks."""
    torch.distributed.all_reduce(value)
    return value.item() / torch.distributed.get_world_size()


class Log:
    """Metrics and progress lines, written by rank 0; every rank must call it, since losses are averaged."""

    def __init__(self, path: Path, start: int, num_steps: int, config: TrainingConfig):
        self._path, self._num_steps = path, num_steps
        self._tokens_per_step = config.global_batch_size * config.context_length
        self._is_first = torch.distributed.get_rank() == 0
        kept = [row for row in read_jsonl(path) if row["step"] <= start] if path.exists() else []
        self._before_s = max((row["wall_s"] for row in kept), default=0.0)
        self._begun = time.monotonic()
        self._timed_from = start, self._begun  # moved to the first report, so that no compilation counts as training
        self._num_reports = 0
        self._losses: list[torch.Tensor] = []
        if self._is_first:
            write_text(path, "".join(json.dumps(row) + "\n" for row in kept))

    def add(self, loss: torch.Tensor) -> None:
        """Keeps one step's loss for the next report."""
        self._losses.append(loss)

    def report(self, step: int) -> None:
        """Prints a line and writes the mean loss since the last one."""
        loss = average(torch.stack(self._losses).mean())
        self._losses = []
        first, begun = self._timed_from
        speed = (step - first) * self._tokens_per_step / (time.monotonic() - begun)
        left = (self._num_steps - step) * self._tokens_per_step / speed
        self._num_reports += 1
        if self._num_reports == 1:
            self._timed_from = step, time.monotonic()
        self.write(step, "train", "loss", loss)
        self.write(step, "train", "tokens_per_s", speed)
        if self._is_first:
            print(f"step {step:>6,} of {self._num_steps:,} | loss {loss:.3f} | {speed:,.0f} tokens/s | "
                  f"{left / 60:.1f} min left", flush=True)

    def write(self, step: int, split: str, name: str, value: float) -> None:
        """Appends one metric."""
        if self._is_first:
            wall_s = round(self._before_s + time.monotonic() - self._begun, 2)
            row = {"step": step, "wall_s": wall_s, "split": split, "name": name, "value": value}
            with open(self._path, "a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")


def save(engine, place: Path, step: int) -> None:
    """Writes a checkpoint from which training goes on exactly; older ones are removed."""
    engine.save_checkpoint(str(place), tag=f"step{step}",
                           client_state={"step": step, "data": hash_file(place / "train.safetensors")})
    torch.distributed.barrier()
    if torch.distributed.get_rank() == 0:
        found = sorted(place.glob("step*"), key=lambda path: int(path.name.removeprefix("step")))
        for old in found[:-KEPT_CHECKPOINTS]:
            shutil.rmtree(old)


def resume(engine, place: Path) -> int:
    """Returns the step to go on from: 0, or that of the latest checkpoint if it was made on the same rows."""
    if not (place / "latest").exists():
        return 0
    folder, state = engine.load_checkpoint(str(place))
    if folder is None or state["data"] != hash_file(place / "train.safetensors"):
        raise RuntimeError(f"{place} holds a checkpoint of other data: remove that folder and start again")
    if torch.distributed.get_rank() == 0:
        print(f"going on from step {state['step']:,}", flush=True)
    return state["step"]


def export_model(engine, config: TrainingConfig, tokenizer: Path, target: Path) -> None:
    """Writes a model folder that AutoModelForCausalLM and AutoTokenizer open, whole or not at all."""
    state = engine._zero3_consolidated_16bit_state_dict() if config.zero_stage == 3 else engine.module.state_dict()
    if torch.distributed.get_rank() == 0:
        partial = target.with_name(target.name + ".partial")
        engine.module.save_pretrained(partial, state_dict=state)
        shutil.copytree(tokenizer, partial, dirs_exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)


if __name__ == "__main__":
    os.environ.setdefault("DS_ACCELERATOR", "cpu")
    main(Path(sys.argv[1]), sys.argv[2])
