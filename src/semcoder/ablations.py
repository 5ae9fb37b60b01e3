"""Stage `ablations`: named variants, each a small change of the config, trained and judged alike.

An arm is an ordinary training run and an ordinary evaluation run; this stage only names, orders and collects them. Arms
see the same number of training tokens on the same model, and so the same training compute, unless their variant says
otherwise. Two controls give direct answers more than that: as many learnt tokens, and as much compute per answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd
from tqdm.auto import tqdm

from semcoder.config import FORMATS, OBJECTIVES, Config, require
from semcoder.evaluation.evaluate import evaluate_model
from semcoder.evaluation.items import TASKS
from semcoder.runs import Run

BOTH_WAYS = ("output_prediction", "input_prediction")
KEPT_OUT = ("prompt", "reference")  # of the predictions: as in the arm's own run, and long


@dataclass(frozen=True)
class Variant:
    """What one arm changes."""

    about: str
    training: dict = field(default_factory=dict)
    monologues: dict = field(default_factory=dict)
    tokens: float = 1.0  # times the tokens of an arm
    width: float = 1.0  # times the model's width
    depth: float = 1.0  # times its layers
    programs: float = 1.0  # share of the corpus's programs
    tasks: tuple[str, ...] = ("output_prediction",)  # what it is asked; the first also on the way


def forward(name: str, **changes) -> dict:
    """Returns the training fields of an arm that learns output prediction only."""
    return {"reasoning_format": name, "objectives": ("forward",), **changes}


def backward(name: str) -> dict:
    """Returns the training fields of an arm that learns input prediction only."""
    return {"reasoning_format": name, "objectives": ("backward",)}


VARIANTS: dict[str, Variant] = {
    **{name: Variant(f"output prediction, reasoning as `{name}`", forward(name)) for name in FORMATS},
    "direct_long": Variant("direct answers, as many learnt tokens as `monologue`", forward("direct"), tokens=2.5),
    "direct_wide": Variant("direct answers, as much compute per answer as `monologue`", forward("direct"), width=1.5),
    **{f"backward_{name}": Variant(f"input prediction, reasoning as `{name}`", backward(name),
                                   tasks=("input_prediction",)) for name in FORMATS},
    "forward_only": Variant("objective: forward only, asked both ways", forward("monologue"), tasks=BOTH_WAYS),
    "backward_only": Variant("objective: backward only, asked both ways", backward("monologue"), tasks=BOTH_WAYS),
    "code_only": Variant("objective: code from descriptions only", {"objectives": ("nl_to_code",)},
                         tasks=("nl_to_code",)),
    "both_ways": Variant("objectives: forward and backward", {"objectives": ("forward", "backward")}, tasks=BOTH_WAYS),
    "all_objectives": Variant("all objectives", {"objectives": OBJECTIVES}, tasks=tuple(TASKS)),
    "noise_10": Variant("monologues, 10 % of their steps wrong", forward("monologue", noise_rate=0.1)),
    "noise_30": Variant("monologues, 30 % of their steps wrong", forward("monologue", noise_rate=0.3)),
    "one_input": Variant("monologues, one execution per program", forward("monologue", max_inputs=1)),
    "normal": Variant("monologues at verbosity `normal`", forward("monologue"), {"verbosity": "normal"}),
    "full": Variant("monologues at verbosity `full`", forward("monologue"), {"verbosity": "full"}),
    "programs_quarter": Variant("monologues, a quarter of the programs", forward("monologue"), programs=1 / 4),
    "programs_sixteenth": Variant("monologues, a sixteenth of the programs", forward("monologue"), programs=1 / 16),
    "adamw": Variant("monologues, AdamW for all weights", forward("monologue", optimizer="adamw")),
    "plain_llama": Variant("monologues, queries and keys not normalised", forward("monologue", qk_norm=False)),
    "no_bias": Variant("monologues, no biases in attention", forward("monologue", attention_bias=False)),
    "plain_embeddings": Variant("monologues, embeddings as large as in their class",
                                forward("monologue", embedding_scale=1.0)),
    "plain_loss": Variant("monologues, all tokens count alike", forward("monologue", truth_weight=1.0)),
    "late_decay": Variant("monologues, learning rate constant for the first half",
                          forward("monologue", decay_share=0.5)),
    "deep": Variant("monologues, twice the layers", forward("monologue"), depth=2.0),
    "shallow": Variant("monologues, two thirds of the layers", forward("monologue"), depth=2 / 3),
    **{f"{name}_{word}": Variant(f"`{name}`, model {factor:g} times as wide", forward(name), width=factor)
       for name in ("monologue", "direct") for word, factor in (("quarter", 0.25), ("half", 0.5), ("double", 2.0))},
}


def make_arm(config: Config, variant: str, seed: int) -> Config:
    """Returns the config of one arm: the variant's changes, the arm's tokens and seed, the same corpus.

    Monologues that the preset's own stage does not write are written by a run of their own, from the same traces;
    the other arms, and those of other variants, stay what they are.

    Raises:
        UserError: unknown variant, or a backend that asks another model.
    """
    require(variant in VARIANTS, "variants", variant, f"variants are {', '.join(VARIANTS)}")
    require(config.evaluation.backend != "endpoint", "backend", config.evaluation.backend,
            "arms are trained models: evaluate them by transformers or vllm")
    chosen, training = VARIANTS[variant], config.training
    changes = dict(chosen.training)
    if chosen.width != 1:
        changes["hidden_size"] = round(training.hidden_size * chosen.width / training.num_heads) * training.num_heads
    if chosen.depth != 1:
        changes["num_layers"] = max(1, round(training.num_layers * chosen.depth))
    if chosen.programs != 1:
        changes["max_programs"] = max(1, round(config.corpus.num_programs * chosen.programs))
    arm = config.replace("training", num_tokens=round(config.ablations.num_tokens * chosen.tokens), num_epochs=0.0,
                         training_seed=seed, num_snapshots=config.ablations.num_snapshots, **changes)
    name = arm.training.reasoning_format
    if chosen.monologues or name not in arm.monologues.formats:
        arm = arm.replace("monologues", formats=[name], **chosen.monologues)
    return arm


def list_grid(config: Config) -> list[tuple[str, int]]:
    """Returns (variant, seed) of each arm, in the order in which they are run: the first seed of all variants first."""
    return [(variant, seed) for seed in config.ablations.seeds for variant in config.ablations.variants]


def run_arms(config: Config) -> Iterator[tuple[str, int, Run]]:
    """Yields (variant, seed, finished evaluation run) of each arm, saying which one is under way."""
    grid = list_grid(config)
    with tqdm(grid, desc="arms", unit="arm") as bar:
        for number, (variant, seed) in enumerate(bar, 1):
            print(f"arm {number} of {len(grid)}: {variant}, seed {seed}", flush=True)
            yield variant, seed, evaluate_model(make_arm(config, variant, seed), VARIANTS[variant].tasks)


def run_ablations(config: Config) -> Run:
    """Returns the finished run with `scores.csv`, `arms.csv`, `curve` and `predictions` of all arms; finished arms are
    reused."""
    for variant in config.ablations.variants:
        make_arm(config, variant, 0)
    arms = list(run_arms(config))
    run = Run("ablations", config, [arm for _, _, arm in arms])
    if run.is_complete:
        return run
    with run:
        scores = [pd.read_csv(arm.find("scores.csv")).assign(variant=variant, seed=seed) for variant, seed, arm in arms]
        pd.concat(scores).to_csv(run.find("scores.csv"), index=False)
        pd.DataFrame([describe_arm(*arm) for arm in arms]).to_csv(run.find("arms.csv"), index=False)
        run.write_rows("predictions", [row for arm in arms for row in list_predictions(*arm)])
        curve = [row for arm in arms for row in list_curve(*arm)]
        if curve:
            run.write_rows("curve", curve)
        run.counts["arms"] = len(arms)
    return run


def describe_arm(variant: str, seed: int, arm: Run) -> dict:
    """Returns what an arm's training took."""
    notes = arm.find_input("training").manifest
    names = ("num_parameters", "num_tokens", "num_learnt_tokens", "num_passes", "num_steps", "train_flops",
             "tokens_per_s", "share_of_peak")
    return {"variant": variant, "seed": seed, **{name: notes.get(name) for name in names},
            "train_s": notes["duration_s"], "evaluate_s": arm.manifest["duration_s"]}


def list_predictions(variant: str, seed: int, arm: Run) -> Iterator[dict]:
    """Yields the arm's predictions on all its tasks, without the texts that others hold."""
    for task in VARIANTS[variant].tasks:
        for row in arm.read_rows(f"predictions/{task}"):
            kept = {name: value for name, value in row.items() if name not in KEPT_OUT}
            yield {"variant": variant, "seed": seed, "task": task, **kept}


def list_curve(variant: str, seed: int, arm: Run) -> Iterator[dict]:
    """Yields which items the arm answers right after each snapshot, with the tokens seen and the compute spent."""
    notes = arm.find_input("training").manifest
    if arm.find("curve.parquet").exists():
        for row in arm.read_rows("curve"):
            share = row["step"] / notes["num_steps"]
            yield {"variant": variant, "seed": seed, **row, "num_tokens": round(share * notes["num_tokens"]),
                   "train_flops": share * notes["train_flops"]}
