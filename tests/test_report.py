"""Tables, figures, verdicts and comparisons, each on results small enough to check by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from semcoder.config import DEFAULT_FORMATS
from semcoder.presets import SMOKE
from semcoder.report import (
    analysis,
    arms,
    compare,
    figures,
    monologues,
    notebooks,
    numbers,
    paper,
    present,
    tables,
    values,
)
from semcoder.report.departures import collect_departures
from semcoder.report.style import save_figure
from semcoder.statistics import bootstrap_interval, make_generator, seeds_difference, seeds_interval
from toy_results import CONFIG, make_report, make_upstream


def make_arms(rights: dict[str, list[int]], seed: int = 0) -> pd.DataFrame:
    rows = [{"variant": name, "seed": seed, "task": "output_prediction", "execution_id": f"e{i:03}",
             "is_right": bool(right), "step_accuracy": None, "next_line_accuracy": None}
            for name, values in rights.items() for i, right in enumerate(values)]
    return pd.DataFrame(rows)


@pytest.fixture
def report(run_root, monkeypatch):
    return make_report(monkeypatch, make_upstream())


def test_what_became_of_monologues_adds_up_per_kind_and_names_the_reasons(run_root):
    frame = monologues.tabulate_verdicts(make_upstream().monologues)
    assert list(frame["monologue"].unique()) == ["forward"] and frame["share"].sum() == pytest.approx(1)
    assert frame.set_index("outcome")["count"].to_dict() == {"kept": 9, "too many steps": 5, "value": 1}


def test_constraints_properties_and_bugs_are_counted_by_what_came_of_them(run_root):
    run = make_upstream().monologues
    assert monologues.tabulate_constraints(run)["count"].tolist() == [6, 9, 2]
    assert monologues.tabulate_bugs(run).values.tolist() == [["range", 0, 2], ["slice", 3, 1]]


def test_coverage_is_a_mean_over_programs_with_the_papers_beside(run_root):
    frame = tables.tabulate_coverage(make_upstream().corpus).set_index(["source", "family"])
    assert frame.loc[("synthetic", "crux"), "branch_coverage"] == 1 and frame["line_coverage"].iloc[:-1].eq(1).all()
    assert frame.loc[("synthetic", "described"), "branch_coverage"] == 0.5  # one of two branches in each
    mixed = frame.loc[("all", "all")]
    assert mixed["branch_coverage"] == pytest.approx(1 - 0.5 * (1 - mixed["all_branches"]))
    assert frame.loc[("the paper's PyX", ""), "branch_coverage"] == 0.93


# --- verdicts ---

@pytest.mark.parametrize("monologue, direct, conclusion, words", [
    ([1] * 60 + [0] * 40, [0] * 90 + [1] * 10, "better", "beats direct answers by 50.0 points"),
    ([0] * 90 + [1] * 10, [1] * 60 + [0] * 40, "worse", "does worse than direct answers, by 50.0 points"),
    ([1, 0] * 50, [0, 1] * 50, "not distinguishable", "the difference is 0.0 points"),
])
def test_the_verdict_says_what_the_interval_allows(monologue, direct, conclusion, words):
    found = numbers.compare_formats(make_arms({"monologue": monologue, "direct": direct}), 1000)
    assert found["conclusion_direct"] == conclusion
    assert words in found["verdict_direct"]
    assert found["conclusion_trace"] == "not run" and "not compared" in found["verdict_trace"]


def test_a_difference_is_paired_so_shared_difficulty_does_not_widen_it():
    direct = [1, 0] * 100
    monologue = [1, 0] * 90 + [1, 1] * 10  # the same answers but ten
    found = arms.compare_variants(make_arms({"monologue": monologue, "direct": direct}), "monologue", "direct", 2000)
    assert found["value"] == pytest.approx(0.05)
    assert found["ci_low"] > 0 and found["ci_high"] < 0.1  # unpaired, it would reach from -0.05 to 0.15


def test_items_that_only_one_arm_answered_are_left_out_of_a_difference():
    frame = make_arms({"monologue": [1, 1, 1, 1], "direct": [0, 0]})
    assert arms.compare_variants(frame, "monologue", "direct", 100)["num_items"] == 2


def test_seeds_are_averaged_per_item_and_their_spread_is_measured():
    both = pd.concat([make_arms({"direct": [1, 1, 0, 0]}, 0), make_arms({"direct": [1, 0, 0, 0]}, 1)])
    row = arms.tabulate_ablations(both, 200).iloc[0]
    assert (row["value"], row["num_items"], row["num_seeds"]) == (0.375, 4, 2)
    assert numbers.measure_spread(both)["training_spread"] == pytest.approx(np.std([0.5, 0.25], ddof=1), abs=1e-6)
    assert "assumed" in numbers.measure_spread(make_arms({"direct": [1, 0]}))["training_spread_source"]


# --- numbers ---

def test_a_monologue_left_out_for_its_length_is_no_refuted_one():
    assert numbers.share_confirmed({"kept: forward": 5, "kept: backward": 4, "rejected backward: value": 1,
                                    "rejected forward: too many steps": 90, "rejected repair: value": 90}) == 0.9
    assert numbers.share_confirmed({}) is None


@pytest.mark.parametrize("name, value, text", [
    ("x_accuracy", 0.4126, "41.3\u00a0%"), ("a_minus_b", -0.031, "-3.1"), ("num_programs", 12000, "12,000"),
    ("total_minutes", 0.92, "0.9"), ("training_spread", 0.04, "4.0 points"),
    ("anything", None, "not run"), ("anything", float("nan"), "not run"),
])
def test_numbers_read_well(name, value, text):
    assert numbers.to_text(name, value) == text


def test_a_wanted_number_that_is_missing_reads_not_run():
    assert numbers.add_texts({"a": 1}, ("a", "b")) == {"a": 1, "a_text": "1", "b_text": "not run"}


# --- tables ---

def test_accuracy_by_steps_puts_every_item_in_one_bin():
    frame = pd.DataFrame({"is_right": [True] * 6 + [False] * 6, "num_lines": [1, 2, 3, 4, 5, 6] * 2,
                          "step_accuracy": [0.5] * 12})
    found = analysis.tabulate_steps(frame, 100)
    answers = found[found["metric"] == "answer_accuracy"]
    assert answers["num_items"].sum() == 12
    assert list(answers["steps"]) == ["1-2", "3-4", "5", "6"]


def test_formats_stand_beside_the_papers_with_a_gap_where_it_has_none():
    ablations = arms.tabulate_ablations(make_arms({"direct": [0, 1], "concise": [1, 1]}), 100)
    frame = arms.tabulate_formats_beside_paper(ablations).set_index("variant")
    assert np.isnan(frame.loc["direct", "paper_cruxeval_o"])
    assert frame.loc["concise", ["answer_accuracy", "paper_cruxeval_o"]].tolist() == [1.0, 55.6]
    assert np.isnan(frame.loc["monologue", "answer_accuracy"])  # not run here, but the paper's is shown


def test_a_curve_ends_with_the_trained_model_on_the_same_items():
    predictions = make_arms({"direct": [1, 1, 0, 1]})
    curve = predictions.iloc[:2].assign(step=5, num_tokens=50, train_flops=1e3, is_right=[True, False])
    took = pd.DataFrame([{"variant": "direct", "seed": 0, "num_tokens": 100, "train_flops": 2e3}])
    frame = arms.tabulate_curve(curve, predictions, took, 100)
    assert frame[["num_tokens", "train_flops", "value", "num_items"]].values.tolist() == [[50, 1e3, 0.5, 2],
                                                                                          [100, 2e3, 1.0, 2]]
    assert arms.tabulate_curve(pd.DataFrame(), predictions, took, 100).empty


def test_controls_say_what_each_rival_spent_and_what_copying_gets():
    predictions = make_arms({"monologue": [1] * 8 + [0] * 2, "direct_long": [1] * 5 + [0] * 5}).assign(
        is_copy=[True] + [False] * 9 + [True] + [False] * 9)
    took = pd.DataFrame([{"variant": name, "seed": 0, "num_tokens": 100 * times, "num_learnt_tokens": 50,
                          "train_flops": 1e3 * times} for name, times in (("monologue", 1), ("direct_long", 2))])
    frame = arms.tabulate_controls(predictions, took, 200).set_index("rival")
    assert frame.loc["direct_long", ["tokens", "learnt_tokens", "compute"]].tolist() == [2, 1, 2]
    assert frame.loc["direct_long", "value"] == pytest.approx(0.3)
    assert frame.loc["copy of an argument", "value"] == pytest.approx(0.7)


def test_an_interval_over_several_seeds_is_wider_than_over_items_alone():
    rng = np.random.default_rng(0)
    same = np.tile(rng.random(200) < 0.5, (3, 1)).astype(float)
    moved = np.array([rng.random(200) < chance for chance in (0.2, 0.5, 0.8)], float)
    wide, narrow = (np.ptp(seeds_interval(table, make_generator("s"), 500)) for table in (moved, same))
    assert wide > 2 * narrow
    assert seeds_interval(same[:1], make_generator("s"), 500) == bootstrap_interval(same[0], make_generator("s"), 500)
    value, low, high = seeds_difference(moved, same, make_generator("d"), 500)
    assert low < value < high and value == pytest.approx(moved.mean() - same.mean())


def test_first_errors_count_only_steps_with_everything_before_them_right():
    rows = [{"operations": ["def", "+", "+"], "first_error": first, "error_kind": kind}
            for first, kind in [(None, "")] * 10 + [(1, "value")] * 4 + [(2, "line"), (3, "surplus")]]
    frame = analysis.tabulate_first_errors(pd.DataFrame(rows)).set_index("operation")
    assert frame.loc["`+`", ["reached", "first_wrong", "wrong_value", "wrong_line"]].tolist() == [28, 5, 4, 1]
    assert frame.loc["`def`", "first_wrong"] == 0


def test_one_size_is_no_scaling_curve():
    predictions = make_arms({"direct": [0, 1], "monologue": [1, 1], "monologue_half": [0, 0]})
    took = pd.DataFrame([{"variant": name, "num_parameters": size}
                         for name, size in (("direct", 9), ("monologue", 9), ("monologue_half", 3))])
    frame = arms.tabulate_sizes(arms.tabulate_ablations(predictions, 50), took)
    columns = ["format", "num_parameters", "value"]
    assert frame[columns].values.tolist() == [["monologue", 3, 0.0], ["monologue", 9, 1.0]]


def test_groups_stand_on_the_page_with_a_column_per_format():
    frame = make_arms({"direct": [0, 1], "monologue": [1, 1]}).assign(num_lines=[1, 2] * 2, num_iterations=0,
                                                                     value_type="int")
    shown = present.present_table("groups", analysis.tabulate_groups(frame, 50))
    assert list(shown.columns) == ["group", "bin", "n", "direct", "monologue"] and len(shown) == 4


def test_each_item_falls_into_one_bin_of_each_group():
    frame = make_arms({"direct": [0, 1] * 10}).assign(num_lines=range(20), num_iterations=[0, 1, 3, 9] * 5,
                                                     value_type=["int", "str"] * 10)
    found = analysis.tabulate_groups(frame, 50)
    assert found.groupby("group")["num_items"].sum().eq(20).all()
    assert list(found[found["group"] == "loop iterations"]["bin"]) == ["none", "1-2", "3-4", "5 and more"]


def test_the_papers_differences_follow_from_its_tables():
    frame = paper.paper_direct().set_index(["model", "benchmark"])
    assert frame.loc[("SemCoder 6.7B", "lcb_exec"), "difference"] == 21.7  # "up to 21.7" in the paper's text
    formats = paper.paper_formats().set_index("format")
    assert set(formats.index) >= set(DEFAULT_FORMATS) - {"direct"}


def test_departures_are_the_first_sentence_after_each_mark(tmp_path):
    mark = "Departure" + ":"
    (tmp_path / "a.py").write_text(
        f'"""Title.\n\n{mark} the paper (App. G) does this,\nwe do that. More.\n"""\n'
        f"# {mark} shorter here, because\n# tokens cost.\nclass {mark}\n    x = 1\n")
    found = collect_departures(tmp_path)
    assert found["sentence"].tolist() == ["The paper (App. G) does this, we do that.",
                                          "Shorter here, because tokens cost."]
    assert found["file"].tolist() == ["a.py", "a.py"]


def test_every_value_of_every_stage_has_its_meaning():
    frame = values.tabulate_values(SMOKE).set_index(["stage", "name"])
    assert frame.loc[("training", "num_ranks"), "value"] == "2"
    assert (frame["meaning"] != "").all()


def test_stage_minutes_count_the_arms_as_ablations(report):
    frame = pd.read_csv(report.find("tables/stages.csv")).set_index("stage")
    arms = len(CONFIG.ablations.variants) * len(CONFIG.ablations.seeds)
    assert frame.loc["ablations", "num_runs"] == 1 + 2 * arms
    assert frame.loc["total", "num_runs"] == frame["num_runs"].sum() / 2


def test_cells_escape_what_markdown_would_read():
    cells = present.present_table("departures", pd.DataFrame({"file": ["a.py"], "sentence": ["[L7] `a_b` <x> $1"]}))
    assert cells.iloc[0].tolist() == ["`src/semcoder/a.py`", r"\[L7\] `a_b` \<x\> \$1"]


# --- figures ---

def test_equal_frames_give_equal_svg_without_a_date(report, tmp_path):
    frame = pd.read_csv(report.find("tables/ablations.csv"))
    frame = frame[frame["metric"] == "answer_accuracy"]
    first, second = (save_figure(figures.draw_formats, frame, tmp_path / name).read_bytes() for name in "ab")
    assert first == second and b"dc:date" not in first


def test_bars_are_as_long_as_the_values():
    frame = pd.DataFrame({"variant": ["direct", "monologue"], "value": [0.25, 0.75], "ci_low": [0.2, 0.7],
                          "ci_high": [0.3, 0.8], "num_items": [10, 10]})
    axes = figures.draw_formats(frame, Figure().add_subplot())
    assert [bar.get_width() for bar in axes.patches] == [0.75, 0.25]  # drawn from the bottom up
    assert [label.get_text() for label in axes.get_yticklabels()] == ["monologue", "direct"]


def test_a_report_has_every_file_and_says_what_the_data_say(report):
    names = {path.stem for path in report.find("figures").iterdir()}
    assert names == {"formats", "losses", "format_losses", "steps", "corpus", "curve_tokens", "curve_compute", "sizes",
                     "lengths", "first_errors"}
    found = json.loads(report.find("numbers.json").read_text())
    assert found["num_programs"] == 14 and found["num_executions"] == 28
    assert found["conclusion_direct"] == "better" and found["best_trace_format"] in ("next", "concise")
    assert found["repaired_share"] == 0.25 and found["share_confirmed"] == 0.9
    assert found["nl_to_code_answer_accuracy_text"] == "not run"


# --- comparison ---

def make_numbers(**changes) -> dict:
    base = {"preset": "smoke", "seed": 0, "training_spread": 0.02, "conclusion_direct": "better",
            "monologue_minus_direct": 0.3, "monologue_minus_direct_ci_low": 0.2, "monologue_minus_direct_ci_high": 0.4,
            "output_prediction_answer_accuracy": 0.5, "output_prediction_answer_accuracy_n": 100, "canary": 1.0}
    return numbers.add_texts(base | changes)


def find_verdict(committed, yours, name) -> str:
    claim = next(c for c in compare.CLAIMS if c.name == name)
    return compare.compare_claim(claim, committed or {}, yours or {})["verdict"]


@pytest.mark.parametrize("changes, name, verdict", [
    ({}, "output_prediction_answer_accuracy", "reproduced"),
    ({"output_prediction_answer_accuracy": 0.6}, "output_prediction_answer_accuracy", "reproduced"),
    ({"output_prediction_answer_accuracy": 0.7}, "output_prediction_answer_accuracy", "differs"),
    ({"monologue_minus_direct": 0.45}, "monologue_minus_direct", "reproduced"),
    ({"monologue_minus_direct": -0.1}, "monologue_minus_direct", "differs"),
    ({"conclusion_direct": "not distinguishable"}, "conclusion_direct", "differs"),
    ({"canary": 0.99}, "canary", "differs"),
    ({"preset": "laptop"}, "canary", "not comparable: other preset"),
    ({"seed": 1}, "canary", "not comparable: other seed"),
])
def test_verdicts_follow_the_tolerance(changes, name, verdict):
    assert find_verdict(make_numbers(), make_numbers(**changes), name) == verdict


def test_what_was_not_run_or_not_committed_is_said():
    assert find_verdict(make_numbers(), None, "canary") == "not run"
    assert find_verdict(None, make_numbers(), "canary") == "not comparable: nothing committed"


def test_a_share_of_zero_still_has_a_sampling_error():
    claim = compare.Claim("x", "x", "proportion")
    assert compare.find_variance(claim, {"x": 0.0, "x_n": 10}) > 0
    assert compare.find_variance(claim, {"x": 0.0, "x_n": 10}) > compare.find_variance(claim, {"x": 0.0, "x_n": 1000})


# --- notebooks ---

def test_progress_bars_and_machine_paths_leave_the_output(tmp_path, monkeypatch):
    monkeypatch.setattr("semcoder.paths.ROOT", tmp_path / "checkout")
    assert notebooks.scrub_text(f"see {tmp_path}/checkout/results/x and /tmp/ipykernel_12/34.py:3") == (
        "see results/x and <cell>:3")


def test_the_readme_shows_the_reports_own_numbers(report):
    from semcoder.report.readme import fill_readme

    text = "before\n<!-- results: x -->\nold 12.3 %\n<!-- end of results -->\nafter\n"
    filled = fill_readme(text, report.path)
    written = json.loads(report.find("numbers.json").read_text())
    assert "old" not in filled and filled.startswith("before\n") and filled.endswith("after\n")
    assert written["verdict_direct"] in filled
    assert f"{100 * written['format_monologue_answer_accuracy']:.1f} %" in filled
    assert fill_readme(filled, report.path) == filled


def test_the_committed_readme_is_that_of_the_committed_results():
    from semcoder import paths
    from semcoder.report.readme import fill_readme

    if not (paths.REFERENCE / "report/numbers.json").exists():
        pytest.skip("nothing is committed")
    text = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    assert fill_readme(text, paths.REFERENCE / "report") == text


def test_formats_by_name_are_shown_where_they_were_compared_and_nowhere_else():
    claim = "answer accuracy, format `delta`"
    usual = {"preset": "smoke", "seed": 0, "format_direct_answer_accuracy": 0.2, "format_direct_answer_accuracy_n": 50}
    named = usual | {"format_delta_answer_accuracy": 0.4, "format_delta_answer_accuracy_n": 50}
    assert claim not in set(compare.compare_claims(usual, usual)["claim"])
    table = compare.compare_claims(usual, named).set_index("claim")
    assert table.loc[claim, "verdict"].startswith("not comparable")
    assert compare.compare_claims(named, named).set_index("claim").loc[claim, "verdict"] == "reproduced"
    rivals = numbers.compare_formats(make_arms({"monologue": [1, 0, 1, 0], "concise": [0, 0, 0, 1],
                                                "delta": [1, 1, 1, 0]}), 100)
    assert rivals["best_trace_format"] == "delta"
