"""A variant is a small named change: it resolves at every preset, and changes nothing else."""

import dataclasses

import pytest

from semcoder.ablations import VARIANTS, make_arm
from semcoder.config import DEFAULT_FORMATS, FORMATS
from semcoder.errors import UserError
from semcoder.evaluation.items import TASKS
from semcoder.presets import LAPTOP, PRESETS
from semcoder.training.data import count_steps
from semcoder.training.model import count_parameters, describe_model

FROM_SCRATCH = [name for name, config in PRESETS.items() if not config.training.base_model]


@pytest.mark.parametrize("preset", FROM_SCRATCH)
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_is_a_possible_config_of_every_preset(preset, variant):
    config = PRESETS[preset]
    arm = make_arm(config, variant, seed=7)
    assert arm.training.training_seed == 7 and (arm.corpus, arm.traces) == (config.corpus, config.traces)
    assert arm.training.reasoning_format in arm.monologues.formats
    assert set(VARIANTS[variant].tasks) <= set(TASKS) and count_steps(arm.training, 1) > 0


def find_changes(variant):
    usual, arm = (make_arm(LAPTOP, name, 0).training for name in ("monologue", variant))
    return {field.name: getattr(arm, field.name) for field in dataclasses.fields(arm)
            if getattr(arm, field.name) != getattr(usual, field.name)}


@pytest.mark.parametrize(("variant", "changes"), [
    ("direct", {"reasoning_format": "direct"}), ("noise_30", {"noise_rate": 0.3}), ("one_input", {"max_inputs": 1}),
    ("programs_quarter", {"max_programs": LAPTOP.corpus.num_programs // 4}), ("adamw", {"optimizer": "adamw"}),
    ("both_ways", {"objectives": ("forward", "backward")}), ("full", {}),
    ("direct_long", {"reasoning_format": "direct", "num_tokens": round(2.5 * LAPTOP.ablations.num_tokens)}),
    ("monologue_half", {"hidden_size": LAPTOP.training.hidden_size // 2})])
def test_a_variant_changes_what_its_name_says_and_nothing_else(variant, changes):
    assert find_changes(variant) == changes


def test_the_wide_control_spends_about_as_much_on_an_answer_as_a_monologue_does():
    sizes = [count_parameters(describe_model(make_arm(LAPTOP, name, 0).training, 600))[0]
             for name in ("direct", "direct_wide")]
    assert 1.8 < sizes[1] / sizes[0] < 2.6


def test_only_arms_that_need_other_monologues_write_their_own():
    own = [name for name in VARIANTS if make_arm(LAPTOP, name, 0).monologues != LAPTOP.monologues]
    more = set(FORMATS) - set(DEFAULT_FORMATS)
    assert set(own) == {"normal", "full", *more, *(f"backward_{name}" for name in more)}


def test_an_unknown_variant_is_named_with_the_known_ones():
    with pytest.raises(UserError, match="variants = 'poem' is not possible: variants are direct, scratchpad"):
        make_arm(LAPTOP, "poem", 0)
