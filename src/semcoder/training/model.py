"""The model, its loss and its optimizer, from a training config.

Departure: from-scratch models may normalise queries and keys (`qk_norm`), which plain Llama does not, and have biases
in attention (`attention_bias`), with which a head that looks at the token before needs no content to find it; on
small budgets they learn to copy values earlier.
Departure: from-scratch models may have larger embeddings (`embedding_scale`), like Gemma, which multiplies them in its
forward pass. Without it, after 3 M tokens, what the first block of `laptop` added to a token was twenty times as long
as the token's embedding, so that later blocks hardly saw which token it was.
Departure: True and False may count more than other tokens (`truth_weight`). One learnt token in 270 of `laptop` is one.
"""

import torch
from torch import nn
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    LlamaConfig,
    PretrainedConfig,
    PreTrainedTokenizerBase,
    Qwen3Config,
)

from semcoder.config import TrainingConfig
from semcoder.errors import UserError
from semcoder.training.muon import MuonWithAdamW

# Of models that a plan must describe without a download (their published config.json).
KNOWN_BASES = {"deepseek-ai/deepseek-coder-6.7b-base": LlamaConfig(
    vocab_size=32256, hidden_size=4096, intermediate_size=11008, num_hidden_layers=32, num_attention_heads=32,
    max_position_embeddings=16384, rms_norm_eps=1e-6, tie_word_embeddings=False)}
TRUTHS = ("True", "False")
MAX_POSITIONS = 4096  # rotary positions cost no parameters, so that prompts may be longer than training rows


def describe_model(config: TrainingConfig, vocab_size: int) -> PretrainedConfig:
    """Returns the architecture that will be trained.

    Args:
        config: training values.
        vocab_size: tokens of the from-scratch tokenizer; unused for a base model.

    Raises:
        UserError: the base model's configuration cannot be had.
    """
    if config.base_model in KNOWN_BASES:
        return KNOWN_BASES[config.base_model]
    if config.base_model:
        try:
            return AutoConfig.from_pretrained(config.base_model)
        except (OSError, ValueError) as error:
            raise UserError(f"base_model = {config.base_model!r} cannot be read ({error}): give a folder or a hub "
                            "name that this machine can reach, or leave it empty to train from scratch") from error
    shape = {"vocab_size": vocab_size, "hidden_size": config.hidden_size,
             "intermediate_size": config.mlp_ratio * config.hidden_size, "num_hidden_layers": config.num_layers,
             "num_attention_heads": config.num_heads, "num_key_value_heads": config.num_heads,
             "head_dim": config.hidden_size // config.num_heads, "attention_bias": config.attention_bias,
             "tie_word_embeddings": True,
             "max_position_embeddings": max(MAX_POSITIONS, config.context_length),
             "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    return Qwen3Config(**shape) if config.qk_norm else LlamaConfig(**shape)


def count_parameters(architecture: PretrainedConfig) -> tuple[int, int]:
    """Returns (all parameters, parameters of the largest layer) of an architecture; no memory is taken."""
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(architecture)
    layers = [sum(p.numel() for p in module.parameters(recurse=False)) for module in model.modules()]
    return sum(p.numel() for p in model.parameters()), max(layers)


def make_model(config: TrainingConfig, vocab_size: int) -> nn.Module:
    """Returns the model to train: from scratch with weights by `training_seed`, or the base model's."""
    torch.manual_seed(config.training_seed)
    if config.base_model:
        try:
            model = AutoModelForCausalLM.from_pretrained(config.base_model, dtype=torch.bfloat16)
        except (OSError, ValueError) as error:
            raise UserError(f"base_model = {config.base_model!r} cannot be loaded: {error}") from error
    else:
        model = AutoModelForCausalLM.from_config(describe_model(config, vocab_size))
        scale_weights(model, config)
    if config.gradient_checkpointing:
        model.gradient_checkpointing_enable()
    return model


def find_scales(config: TrainingConfig) -> dict[str, float]:
    """Returns name of a weight -> times its initial values and its learning rate are those of others."""
    return {"model.embed_tokens.weight": config.embedding_scale, "model.norm.weight": 1 / config.embedding_scale}


@torch.no_grad()
def scale_weights(model: nn.Module, config: TrainingConfig) -> None:
    """Makes the embeddings of a new model larger and its final norm smaller by as much: logits stay as they are."""
    for name, scale in find_scales(config).items():
        model.get_parameter(name).mul_(scale)


def weigh_truths(model: nn.Module, tokenizer: PreTrainedTokenizerBase, weight: float) -> None:
    """Makes True and False count `weight` times in the model's loss, which stays a mean: of weighted tokens."""
    weights_V = torch.ones(model.config.vocab_size)  # a base model may have more places than its tokenizer has tokens
    texts = tokenizer.batch_decode([[place] for place in range(len(tokenizer))])
    weights_V[[place for place, text in enumerate(texts) if text.strip() in TRUTHS]] = weight

    def mean_loss(logits: torch.Tensor, labels: torch.Tensor, vocab_size: int, **_) -> torch.Tensor:
        return nn.functional.cross_entropy(logits[:, :-1].reshape(-1, vocab_size).float(), labels[:, 1:].reshape(-1),
                                           weights_V.to(logits.device))

    model.loss_function = mean_loss


def compile_model(model: nn.Module, device: str) -> None:
    """Compiles a model in place: whole on a processor; block by block on a GPU, where the blocks share what is compiled
    once, in seconds instead of minutes, and the rest takes little of the time."""
    if device == "cpu":
        model.compile()
        return
    for block in model.model.layers:
        block.compile()


def make_optimizer(model: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """Returns the optimizer; each parameter group remembers its peak rate as `peak_lr`."""
    matrices, groups, scales = [], {}, find_scales(config)
    for name, parameter in model.named_parameters():
        if config.optimizer == "muon" and parameter.ndim == 2 and "embed" not in name and "lm_head" not in name:
            matrices.append(parameter)
        else:
            groups.setdefault(scales.get(name, 1.0), []).append(parameter)
    others = [{"params": members, "lr": config.lr * scale} for scale, members in groups.items()]
    optimizer: torch.optim.Optimizer
    if config.optimizer == "muon":
        optimizer = MuonWithAdamW(matrices, others, config)
    else:
        optimizer = torch.optim.AdamW(others, betas=(0.9, 0.95), weight_decay=config.weight_decay)
    for group in optimizer.param_groups:
        group["peak_lr"] = group["lr"]
    return optimizer


def schedule_lr(step: int, num_steps: int, config: TrainingConfig) -> float:
    """Returns the share of the peak learning rate at `step` (from 0): warm-up, then the config's schedule."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    progress = (step - config.warmup_steps) / max(1, num_steps - config.warmup_steps)
    if config.schedule == "linear":
        left = min(1.0, (1 - progress) / config.decay_share)
    else:
        left = 0.5 * (1 + torch.cos(torch.tensor(torch.pi * progress)).item())
    return config.min_lr_ratio + (1 - config.min_lr_ratio) * left
