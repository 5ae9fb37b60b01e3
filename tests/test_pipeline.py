"""The whole pipeline at smoke, as a user runs it: notebooks through papermill, then the book; and what goes wrong."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from transformers import AutoTokenizer

from semcoder import paths
from semcoder.config import STAGES
from semcoder.pipeline import NOTEBOOKS

CHECKOUT = paths.ROOT
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A copy of the checkout without any result; commands run in it find their folders by SEMCODER_ROOT."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("notebooks", "book", "src", "_config.yml", "_toc.yml", "requirements.txt"):
        source = CHECKOUT / name
        ignore = shutil.ignore_patterns("__pycache__", "*.egg-info", ".ipynb_checkpoints")
        shutil.copytree(source, root / name, ignore=ignore) if source.is_dir() else shutil.copy(source, root / name)
    return root


def run(root, *command, cwd=None, timeout=600):
    """Returns the finished process of a command of the virtual environment."""
    return subprocess.run([str(BIN / command[0]), *command[1:]], cwd=cwd or root, capture_output=True, text=True,
                          timeout=timeout, env={**os.environ, "SEMCODER_ROOT": str(root)})


def papermill(root, name, *parameters, output="out.ipynb"):
    return run(root, "papermill", str(root / "notebooks" / name), output, "--no-progress-bar", *parameters,
               cwd=root / "book")


@pytest.fixture(scope="module")
def made(root):
    """`make book PRESET=smoke`, less the installation."""
    started = time.monotonic()
    done = run(root, "python", "-m", "semcoder", "book", "--preset", "smoke")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done, time.monotonic() - started


def test_one_command_runs_every_stage_and_builds_the_book(root, made):
    done, _ = made
    for number, stage in enumerate(STAGES, 1):
        assert f"[stage {number} of 8: {stage}] done in" in done.stdout
    assert (root / "_build/html/index.html").is_file() and "index.html" in done.stdout.splitlines()[-1]


def test_every_stage_leaves_a_complete_run_and_a_notebook_without_errors(root, made):
    for name, stage in zip(NOTEBOOKS, STAGES, strict=True):
        manifests = [json.loads(p.read_text()) for p in (root / f"results/runs/{stage}").glob("*/manifest.json")]
        assert manifests and all(m["status"] == "complete" and m["outputs"] for m in manifests), stage
        cells = nbformat.read(root / "results/notebooks" / name, as_version=4).cells
        outputs = [o for cell in cells if cell.cell_type == "code" for o in cell.outputs]
        assert outputs and not [o for o in outputs if o.output_type == "error"]
        assert all(cell.execution_count for cell in cells if cell.cell_type == "code")
    assert len(list((root / "results/runs/training").iterdir())) == 6  # the main model and one per format


def test_every_example_comes_back_exactly_from_its_tokens(root, made):
    for folder in (root / "results/runs/training").iterdir():
        tokenizer = AutoTokenizer.from_pretrained(folder / "model")
        inputs = [given["run_id"] for given in json.loads((folder / "manifest.json").read_text())["inputs"]]
        frame = pd.concat(pd.read_parquet(root / f"results/runs/{inputs[0]}/examples/{split}.parquet")
                          for split in ("train", "validation", "test"))
        texts = [*frame["prompt"], *frame["response"]]
        ids = tokenizer(texts, add_special_tokens=False)["input_ids"]
        assert tokenizer.batch_decode(ids) == texts and len(texts) > 1000


def test_a_model_card_says_what_was_trained(root, made):
    for folder in (root / "results/runs/training").iterdir():
        notes, card = json.loads((folder / "manifest.json").read_text()), (folder / "model/README.md").read_text()
        assert f"{notes['num_parameters']:,} parameters" in card and notes["run_id"] in card


def test_a_second_run_finds_everything_finished(root, made):
    before = {p: p.stat().st_mtime_ns for p in (root / "results/runs").rglob("*") if p.is_file()}
    started = time.monotonic()
    done = run(root, "python", "-m", "semcoder", "run", "--preset", "smoke")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < made[1] / 2  # of the first run: starting eight kernels, and nothing else
    assert before == {p: p.stat().st_mtime_ns for p in (root / "results/runs").rglob("*") if p.is_file()}


def test_a_swapped_parameter_makes_a_new_run_and_leaves_the_old(root, made):
    before = {p.name for p in (root / "results/runs/training").iterdir()}
    done = papermill(root, "04_training.ipynb", "-p", "preset", "smoke", "-p", "reasoning_format", "scratchpad", "-p",
                     "num_tokens", "20000")
    assert done.returncode == 0, done.stderr[-2000:]
    new = {p.name for p in (root / "results/runs/training").iterdir()} - before
    assert len(new) == 1
    config = json.loads((root / "results/runs/training" / new.pop() / "config.json").read_text())["config"]
    assert (config["reasoning_format"], config["num_tokens"]) == ("scratchpad", 20000)


@pytest.mark.parametrize(("name", "parameters", "message"), [
    ("04_training.ipynb", ("no_such_parameter", "1"), "takes preset, seed, dry_run, reasoning_format"),
    ("01_corpus.ipynb", ("preset", "nosuch"), "presets are smoke, laptop, workstation, h200, paper"),
    ("04_training.ipynb", ("reasoning_format", "prose"), "formats are direct, scratchpad, next, concise, monologue"),
    ("01_corpus.ipynb", ("num_programs", "many"), "it must be int, not str"),
    ("07_ablations.ipynb", ("variants", "[nosuch]"), "variants are direct, scratchpad"),
    ("04_training.ipynb", ("preset", "h200"), "needs 1 GPU")])
def test_a_bad_parameter_ends_with_its_remedy_and_harms_nothing(root, made, name, parameters, message):
    if "GPU" in message and shutil.which("nvidia-smi"):
        pytest.skip("this machine has a GPU")
    before = sorted(p for p in (root / "results/runs").rglob("*"))
    done = papermill(root, name, "-p", *parameters) if parameters[1][0] != "[" else papermill(
        root, name, "-y", f"{parameters[0]}: {parameters[1]}")
    assert done.returncode != 0
    assert message in done.stderr and parameters[1].strip("[]") in done.stderr
    assert before == sorted(p for p in (root / "results/runs").rglob("*"))


def test_the_papers_plan_is_printed_anywhere_and_loads_no_weights(root):
    done = papermill(root, "04_training.ipynb", "-p", "preset", "paper", "-p", "dry_run", "True", output="plan.ipynb")
    assert done.returncode == 0, done.stderr[-2000:]
    text = (root / "book/plan.ipynb").read_text()
    for word in ("deepseek-coder-6.7b-base", "torch.distributed.run", "estimate_zero3_model_states_mem_needs",
                 "offload_optimizer", "num_steps"):
        assert word in text
    (root / "book/plan.ipynb").unlink()


def test_help_lists_every_parameter_with_type_default_and_meaning(root):
    done = run(root, "papermill", "--help-notebook", str(root / "notebooks/04_training.ipynb"))
    assert done.returncode == 0
    assert "num_tokens: int (default None)" in done.stdout and "training tokens over all ranks" in done.stdout


def test_a_failed_stage_is_told_with_notebook_cell_and_how_to_rerun_it(root, made):
    config = {"base": "smoke", "training": {"context_length": 24}}
    (root / "tiny.json").write_text(json.dumps(config))
    done = run(root, "python", "-m", "semcoder", "run", "--preset", "tiny.json")
    assert done.returncode == 2
    assert "notebooks/04_training.ipynb, cell" in done.stderr and "no example fits it" in done.stderr
    assert "papermill notebooks/04_training.ipynb" in done.stderr and "-p preset tiny.json" in done.stderr
    failed = [json.loads(p.read_text()) for p in (root / "results/runs/training").glob("tiny-*/manifest.json")]
    assert [m["status"] for m in failed] == ["failed"] and "context_length" in failed[0]["error"]


def test_a_damaged_finished_run_is_named_and_not_used(root, made):
    file = next((root / "results/runs/traces").glob("smoke-*/traces/test.parquet"))
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    done = papermill(root, "03_monologues.ipynb", "-p", "preset", "smoke")
    file.write_bytes(whole)
    assert done.returncode != 0
    assert "test.parquet has 100 bytes instead of" in done.stderr and "remove results/runs/traces/smoke-" in done.stderr
