"""What a training run will do, told before it is done: model, data, steps, DeepSpeed config, command, memory.

Nothing here loads weights or needs a GPU; the launcher and the worker use the same functions.
"""

import os
import sys

from semcoder.config import Config, TrainingConfig
from semcoder.training.data import count_steps

BYTES_PER_PARAMETER = 16  # weights, gradients and two AdamW moments in float32: plain data parallel, ZeRO 0
MEAN_EXAMPLE_TOKENS = 260  # measured once on the smoke preset's mixture; only for plans made before the data exist


def plan_training(config: Config) -> dict:
    """Returns the plan as plain JSON values; sizes that depend on data not built yet are marked as estimates."""
    from semcoder.training.compute import resolve_precision
    from semcoder.training.model import count_parameters, describe_model

    training = resolve_precision(config.training)
    architecture = describe_model(training, training.vocab_size)
    num_parameters, largest_layer = count_parameters(architecture)
    num_rows = estimate_rows(config)
    num_steps = count_steps(training, num_rows)
    return {
        "preset": config.preset,
        "model": {"base": training.base_model or "from scratch", "architecture": architecture.model_type,
                  "hidden_size": architecture.hidden_size, "num_layers": architecture.num_hidden_layers,
                  "vocab_size": architecture.vocab_size, "num_parameters": num_parameters},
        "data": {"objectives": list(training.objectives), "reasoning_format": training.reasoning_format,
                 "context_length": training.context_length, "estimated_rows": num_rows},
        "num_steps": num_steps,
        "num_steps_is_estimate": not training.num_tokens,
        "num_tokens": num_steps * training.global_batch_size * training.context_length,
        "deepspeed": make_deepspeed_config(training),
        "command": " ".join(make_command(training, f"results/runs/training/{config.preset}-…")),
        "memory_per_rank": estimate_memory(training, num_parameters, largest_layer),
    }


def estimate_rows(config: Config) -> int:
    """Returns about how many packed rows the corpus will give."""
    corpus = config.corpus
    num_programs = corpus.num_programs + corpus.num_open_source
    per_objective = {"nl_to_code": num_programs * corpus.described_share,
                     "forward": num_programs * corpus.inputs_per_program,
                     "backward": num_programs * corpus.inputs_per_program,
                     "repair": num_programs * corpus.described_share * config.monologues.bugs_per_program}
    num_examples = sum(per_objective[name] for name in config.training.objectives)
    return max(1, round(num_examples * MEAN_EXAMPLE_TOKENS / config.training.context_length))


def make_deepspeed_config(config: TrainingConfig) -> dict:
    """Returns the DeepSpeed configuration (JSON)."""
    accumulation = config.global_batch_size // (config.micro_batch_size * config.num_ranks)
    zero: dict = {"stage": config.zero_stage}
    if config.zero_stage == 3:
        zero["stage3_gather_16bit_weights_on_model_save"] = True
        if config.offload:
            zero |= {"offload_optimizer": {"device": "cpu", "pin_memory": True},
                     "offload_param": {"device": "cpu", "pin_memory": True}}
    settings = {"train_micro_batch_size_per_gpu": config.micro_batch_size,
                "gradient_accumulation_steps": accumulation, "gradient_clipping": 1.0, "steps_per_print": 10**9,
                "wall_clock_breakdown": False, "zero_allow_untested_optimizer": True, "zero_optimization": zero}
    if config.zero_stage == 3 and config.offload:
        settings["zero_force_ds_cpu_optimizer"] = False
    if config.precision == "bfloat16" and config.zero_stage == 0:
        settings["torch_autocast"] = {"enabled": True, "dtype": "bfloat16"}
    elif config.precision == "bfloat16":
        settings["bf16"] = {"enabled": True}
    return settings


def make_command(config: TrainingConfig, folder: str) -> list[str]:
    """Returns the command that starts the worker processes on this node."""
    return [sys.executable if os.path.isabs(folder) else "python", "-m", "torch.distributed.run", "--standalone",
            "--nproc_per_node", str(config.num_ranks), "-m", "semcoder.training.worker", folder, config.precision]


def estimate_memory(config: TrainingConfig, num_parameters: int, largest_layer: int) -> dict:
    """Returns GiB of model states per rank, by DeepSpeed's estimators at ZeRO 2 and 3; activations come on top."""
    os.environ.setdefault("DS_ACCELERATOR", config.device)
    from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs
    from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs

    if config.zero_stage == 3:
        host, device, _ = estimate_zero3_model_states_mem_needs(
            num_parameters, largest_layer, config.num_ranks, 1, cpu_offload=config.offload,
            cpu_offload_params=config.offload, zero_init=True)
        source = "deepspeed estimate_zero3_model_states_mem_needs"
    elif config.zero_stage == 2:
        host, device = estimate_zero2_model_states_mem_needs(num_parameters, config.num_ranks, 1, config.offload)
        source = "deepspeed estimate_zero2_model_states_mem_needs"
    else:
        host, device, source = 0, BYTES_PER_PARAMETER * num_parameters, "16 bytes per parameter (ZeRO 0 or 1)"
    return {"source": source, "device_gib": round(device / 2**30, 3), "host_gib": round(host / 2**30, 3)}
