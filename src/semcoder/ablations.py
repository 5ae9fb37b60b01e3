"""Stage `ablations`: named variants, each a small change of the config, trained and judged alike.

An arm is an ordinary training run and an ordinary evaluation run; this stage only names, orders and collects
them. All arms see the same number of training tokens on the same model, so they are matched in compute too.
"""

from collections.abc import Iterator

import pandas as pd

from semcoder.config import FORMATS, Config, require
from semcoder.evaluation.evaluate import evaluate_model
from semcoder.runs import Run

VARIANTS: dict[str, dict] = {name: {"reasoning_format": name, "objectives": ("forward",)} for name in FORMATS}
VARIANTS["monologue_both_ways"] = {"reasoning_format": "monologue", "objectives": ("forward", "backward")}
VARIANTS["monologue_all"] = {"reasoning_format": "monologue"}


def make_arm(config: Config, variant: str, seed: int) -> Config:
    """Returns the config of one arm: the variant's changes, the arm's tokens and seed, the same corpus.

    A format that the monologues stage does not write is written by a monologues run of its own, from the same traces;
    the other arms, and those of other variants, stay what they are.

    Raises:
        UserError: unknown variant.
    """
    require(variant in VARIANTS, "variants", variant, f"variants are {', '.join(VARIANTS)}")
    arm = config.replace("training", num_tokens=config.ablations.num_tokens, num_epochs=0.0, training_seed=seed,
                         **VARIANTS[variant])
    name = arm.training.reasoning_format
    return arm if name in arm.monologues.formats else arm.replace("monologues", formats=[name])


def run_arms(config: Config) -> Iterator[tuple[str, int, Run]]:
    """Yields (variant, seed, finished evaluation run) of each arm, saying which one is under way."""
    grid = [(variant, seed) for seed in config.ablations.seeds for variant in config.ablations.variants]
    for number, (variant, seed) in enumerate(grid, 1):
        arm = make_arm(config, variant, seed)
        print(f"arm {number} of {len(grid)}: {variant}, seed {seed}", flush=True)
        yield variant, seed, evaluate_model(arm, tasks=("output_prediction",))


def run_ablations(config: Config) -> Run:
    """Returns the finished run with `scores.csv` and `predictions` of all arms; finished arms are reused."""
    for variant in config.ablations.variants:
        make_arm(config, variant, 0)
    arms = list(run_arms(config))
    run = Run("ablations", config, [arm for _, _, arm in arms])
    if run.is_complete:
        return run
    with run:
        scores, predictions = [], []
        for variant, seed, arm in arms:
            scores.append(pd.read_csv(arm.find("scores.csv")).assign(variant=variant, seed=seed))
            for row in arm.read_rows("predictions/output_prediction"):
                kept = {name: value for name, value in row.items() if name not in ("prompt", "reference")}
                predictions.append({**kept, "variant": variant, "seed": seed})
        pd.concat(scores).to_csv(run.find("scores.csv"), index=False)
        run.write_rows("predictions", predictions)
        run.counts["arms"] = len(arms)
    return run
