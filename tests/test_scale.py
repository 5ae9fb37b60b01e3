"""Committed runs of larger presets: what is copied of them, and the tables that the book shows."""

import json

import pytest

from semcoder import paths
from semcoder.errors import UserError
from semcoder.report.scale import list_scale_tables, publish_scale, read_scale_losses
from toy_results import CONFIG, make_upstream


@pytest.fixture
def upstream(tmp_path, monkeypatch):
    """Toy runs of all stages in a results folder of their own."""
    for name, path in (("ROOT", tmp_path), ("RESULTS", tmp_path / "results"), ("RUNS", tmp_path / "results/runs"),
                       ("EXECUTED", tmp_path / "results/notebooks")):
        monkeypatch.setattr(paths, name, path)
    return make_upstream()


def test_a_published_run_keeps_manifests_scores_and_losses_and_no_answer_or_weight(upstream, tmp_path):
    publish_scale(CONFIG.preset)
    folder = tmp_path / "results/scale" / CONFIG.preset
    kept = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert kept == {"scores.csv", "metrics.jsonl", *(f"manifests/{stage}.json" for stage in (
        "corpus", "traces", "monologues", "training", "evaluation"))}
    manifest = json.loads((folder / "manifests/training.json").read_text())
    assert manifest["num_parameters"] == 123456 and manifest["preset"] == CONFIG.preset
    assert len(read_scale_losses()) > 0


def test_its_tables_give_scores_with_intervals_beside_published_ones(upstream):
    assert "not run" in list_scale_tables()["scale_scores"].columns
    publish_scale(CONFIG.preset)
    tables = list_scale_tables()
    assert tables["scale_scores"]["value"].str.fullmatch(r"\d+\.\d\s% \(\d+\.\d to \d+\.\d\)").all()
    models = tables["scale_cruxeval"].set_index("model")
    assert models.loc["SemCoder-S", ["O", "I"]].tolist() == [63.9, 63.6]
    assert models.iloc[0]["O"] == "not asked"  # the toy run was not given CRUXEval
    assert tables["scale_runs"].set_index("what").loc["parameters", CONFIG.preset] == "123,456"


def test_a_preset_that_was_not_run_is_named(upstream):
    with pytest.raises(UserError, match="h200"):
        publish_scale("h200")
