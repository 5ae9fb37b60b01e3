"""Benchmarks run in processes of their own, keep what they measured, and never quote what was not."""

import importlib
import json

import pandas as pd
import pytest

from semcoder import paths
from semcoder.__main__ import main
from semcoder.benchmarks import monologues, run
from semcoder.benchmarks.sandbox import TRIVIAL, check_correctness, count_rate, run_ours
from semcoder.errors import UserError
from semcoder.execution.sandbox import find_box
from semcoder.monologues.replays import replay_all
from semcoder.presets import SMOKE


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "BENCHMARKS", tmp_path / "benchmarks")
    return tmp_path / "benchmarks"


@pytest.mark.parametrize("name", run.BENCHMARKS)
def test_every_benchmark_is_a_module_that_measures(name):
    assert callable(importlib.import_module(f"semcoder.benchmarks.{name}").measure)


def test_a_benchmark_keeps_its_table_and_where_it_was_measured(folder, capsys):
    assert main(["bench", "attacks"]) == 0
    kept = pd.read_csv(folder / "attacks.csv")
    assert kept["survived"].all() and len(kept) > 40 and "fork bomb" in capsys.readouterr().out
    about = json.loads((folder / "attacks.json").read_text())
    assert about["hardware"]["cpus"] > 0 and about["measured_utc"] and about["public_data"] is False


def test_a_quick_run_keeps_nothing_and_an_unknown_name_is_refused(folder, capsys):
    assert main(["bench", "nosuch"]) == 2 and "sandbox, attacks, tracer" in capsys.readouterr().err
    assert main(["bench", "constructs", "--quick"]) == 2  # CRUXEval is not given
    assert "cruxeval_dev.jsonl" in capsys.readouterr().err and not folder.exists()


def test_what_needs_public_data_is_left_out_of_a_run_of_all_and_named(folder, monkeypatch, capsys):
    monkeypatch.setattr(run, "BENCHMARKS", {"constructs": "needs data"})
    run.run_benchmarks([], quick=False, benchmarks_dir="")
    assert "left out" in capsys.readouterr().out and not folder.exists()


def test_the_reimplemented_protocol_passes_right_programs_and_fails_wrong_ones():
    wrong = TRIVIAL.replace("== 6", "== 7")
    assert check_correctness(TRIVIAL) and not check_correctness(wrong)
    assert not check_correctness("def is_right():\n    return 1 / 0\n")
    assert run_ours([TRIVIAL, wrong, TRIVIAL]) == 2


def test_a_rate_is_not_given_where_programs_fail():
    with pytest.raises(UserError, match="1 of 1 reference programs fail"):
        count_rate(run_ours, [TRIVIAL.replace("== 6", "== 7")])


def test_monologues_are_told_of_generated_programs_and_what_is_not_told_has_a_reason():
    config = SMOKE.replace("traces", max_events=1000)
    items = monologues.trace_some(monologues.make_programs(config, 2, 8), config)
    number = sum(len(executions) for _, executions, _ in items)
    few = config.replace("monologues", max_steps=1)
    for direction in monologues.WRITERS:
        generous = config.replace("monologues", max_steps=500)
        reasons, lengths, seconds = monologues.tell_chunk(direction, items, generous)
        assert reasons[""] >= 0.9 * number and lengths["characters"] > 100 * number and seconds > 0
    assert monologues.tell_chunk("forward", items, few)[0] == {"too many steps": number}


def test_a_generated_program_is_replayed_in_this_process_as_in_the_sandbox():
    config = SMOKE.replace("traces", max_events=1000)
    for program, executions in monologues.make_programs(config, 3, 12):
        here = replay_all(None, program, executions, config)
        assert here == replay_all(find_box(), {**program, "source": "pyx"}, executions, config) and all(here)
        wrong = [{**execution, "output": "'other'"} for execution in executions]
        assert replay_all(None, program, wrong, config) == [None] * len(wrong)
