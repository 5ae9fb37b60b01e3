"""Presets resolve, configs survive JSON, and mistakes end in one clear message."""

import json

import pytest

from semcoder.config import STAGES, from_json, to_json
from semcoder.errors import UserError
from semcoder.parameters import read_parameters
from semcoder.presets import PRESETS, load_preset


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_survives_a_round_trip_through_json(name):
    config = load_preset(name)
    assert from_json(json.loads(json.dumps(to_json(config)))) == config


def test_the_paper_preset_holds_the_papers_settings():
    training = load_preset("paper").training
    assert training.base_model == "deepseek-ai/deepseek-coder-6.7b-base"
    assert (training.lr, training.lr * training.min_lr_ratio) == (5e-5, pytest.approx(5e-6))
    assert (training.global_batch_size, training.context_length, training.num_epochs) == (512, 2048, 2.0)
    assert (training.zero_stage, training.offload, training.num_ranks) == (3, True, 8)


def test_an_unknown_preset_names_the_valid_ones():
    with pytest.raises(UserError, match="nosuch.*smoke, laptop, workstation, h200, paper"):
        load_preset("nosuch")


def test_a_preset_file_changes_what_it_names_and_nothing_else(tmp_path):
    file = tmp_path / "mine.json"
    file.write_text('{"base": "laptop", "corpus": {"num_programs": 700}, "seed": 3}')
    config = load_preset(str(file))
    assert (config.preset, config.seed, config.corpus.num_programs) == ("mine", 3, 700)
    assert config.training == load_preset("laptop").training


def test_fields_of_no_stage_are_set_like_the_others(tmp_path):
    file = tmp_path / "mine.json"
    file.write_text('{"min_sandbox_level": "rlimits"}')
    assert load_preset(str(file)).min_sandbox_level == "rlimits" != load_preset("smoke").min_sandbox_level
    with pytest.raises(UserError, match="levels are rlimits, seccomp, landlock, namespaces"):
        load_preset("smoke").replace("evaluation", min_sandbox_level="jail")


@pytest.mark.parametrize(("field", "value"), [
    ("reasoning_format", "haiku"), ("objectives", ["poetry"]), ("zero_stage", 4), ("num_ranks", 3),
    ("optimizer", "sgd"), ("num_tokens", 0), ("num_tokens", "many"), ("truth_weight", 0.0), ("embedding_scale", 0.0),
    ("nonsense", 1)])
def test_an_impossible_training_value_is_named(field, value):
    with pytest.raises(UserError, match=field):
        load_preset("laptop").replace("training", **{field: value})


def test_a_base_models_embeddings_keep_their_size():
    with pytest.raises(UserError, match="embedding_scale.*leave it at 1 for a base model"):
        load_preset("laptop").replace("training", base_model="some/model")


def test_muon_is_refused_where_zero_shards_the_matrices():
    with pytest.raises(UserError, match="zero_stage = 0"):
        load_preset("laptop").replace("training", zero_stage=2)


def read(stage="training", **given):
    declared = {"preset": str, "seed": int, "lr": float, "objectives": list, "num_tokens": int}
    values = {"preset": "smoke", "seed": None, "lr": None, "objectives": None, "num_tokens": None}
    return read_parameters(stage, {"__annotations__": declared, **values, **given})


def test_parameters_override_the_preset_and_none_keeps_it():
    config = read(lr=0.5, objectives=["forward"])
    assert (config.training.lr, config.training.objectives) == (0.5, ("forward",))
    assert config.training.num_tokens == load_preset("smoke").training.num_tokens


def test_an_integer_may_stand_for_a_float_parameter():
    assert read(lr=1).training.lr == 1.0


def test_an_unknown_parameter_is_refused_with_the_valid_names():
    with pytest.raises(UserError, match="no_such_parameter.*preset, seed, lr"):
        read(no_such_parameter=1)


@pytest.mark.parametrize(("name", "value"), [("lr", "fast"), ("objectives", "forward"), ("num_tokens", 1.5),
                                             ("seed", True)])
def test_a_parameter_of_the_wrong_type_is_refused(name, value):
    with pytest.raises(UserError, match=name):
        read(**{name: value})


def test_stages_are_the_eight_of_the_design():
    assert STAGES == ("corpus", "traces", "monologues", "training", "evaluation", "debugging", "ablations", "report")
