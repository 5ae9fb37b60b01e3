"""Training: text comes back, examples do not see each other, ranks and ZeRO stages agree, kills are survived."""

import copy
import json
import os
import signal
import subprocess
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

from semcoder import paths
from semcoder.config import Config, TrainingConfig
from semcoder.errors import UserError
from semcoder.hashing import hash_file
from semcoder.presets import LAPTOP, PRESETS, SMOKE
from semcoder.runs import Run, read_jsonl
from semcoder.training import compute, train
from semcoder.training.compute import measure_peak, resolve_precision
from semcoder.training.data import (
    IGNORED,
    count_steps,
    encode_examples,
    order_rows,
    pack_examples,
    place_snapshots,
    select_examples,
)
from semcoder.training.launch import make_environment
from semcoder.training.model import (
    count_parameters,
    describe_model,
    make_model,
    make_optimizer,
    schedule_lr,
    weigh_truths,
)
from semcoder.training.muon import StackedMuon
from semcoder.training.plan import make_command, make_deepspeed_config, plan_training
from semcoder.training.tokenizer import build_tokenizer

TEXTS = ["def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total\n",
         "[L2] total = 0: total becomes 12 + 34 = 46.\n[ANSWER]\nassert f([1, 2]) == 'a b'\n[/ANSWER]"] * 30
TINY = TrainingConfig(hidden_size=32, num_layers=2, num_heads=2, context_length=64, num_tokens=64 * 4 * 12,
                      global_batch_size=4, micro_batch_size=2, warmup_steps=2, checkpoint_every=4, lr=1e-2)


@pytest.fixture(scope="module")
def tokenizer():
    return build_tokenizer(TEXTS, 512)


@pytest.fixture
def monologues(run_root):
    """A finished monologues run with a handful of addition examples."""
    return write_monologues()


@pytest.fixture(scope="module")
def reference_losses(tmp_path_factory):
    """Training losses of the plain tiny run, made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "RUNS", tmp_path_factory.mktemp("reference"))
        return read_losses(train_tiny(patch, write_monologues()))


def write_monologues():
    run = Run("monologues", SMOKE)
    rows = [{"task_id": f"t{i}", "example_id": f"t{i}#0:forward:direct", "objective": "forward", "format": "direct",
             "num_steps": 0,
             "prompt": f"{i % 7} + {i % 5} == ??\n", "response": f"[ANSWER]\n{i % 7 + i % 5}\n[/ANSWER]"}
            for i in range(140)]
    with run:
        for split in ("train", "validation", "test"):
            run.write_rows(f"examples/{split}", rows)
    return run


def train_tiny(monkeypatch, monologues, **changes):
    monkeypatch.setattr(train, "build_monologues", lambda config: monologues)
    config = Config(preset="tiny", training=TINY).replace("training", reasoning_format="direct",
                                                          objectives=["forward"], **changes)
    return train.train_model(config)


def read_losses(run, split="train"):
    return [row["value"] for row in read_jsonl(run.find("metrics.jsonl"))
            if row["name"] == "loss" and row["split"] == split]


# --- tokenizer ---

@given(st.text(max_size=60))
def test_any_text_comes_back_exactly(text):
    tokenizer = build_tokenizer(TEXTS, 512)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert tokenizer.decode(ids) == text.encode("utf-8", "replace").decode()


def test_words_of_the_formats_are_whole_and_literals_are_spelled(tokenizer):
    tokens = tokenizer.tokenize("[ANSWER]\n    total becomes 123 'total'")
    assert tokens == ["[ANSWER]", "\n    ", "total", " becomes ", "1", "2", "3", " ", *"'total'"]
    assert tokenizer.tokenize("'bxa'") == [*"'bxa'"]


def test_a_name_is_the_same_token_wherever_it_stands(tokenizer):
    places = ("total = 0", "return total", "[L2] total += x", "(total)", "x + total", "it is total", "\n    total = 0")
    assert all(tokenizer.tokenize(place).count("total") == 1 for place in places)
    assert "total" not in tokenizer.tokenize("f('total')")


def test_words_that_are_no_names_take_their_spaces_and_operators_keep_theirs(tokenizer):
    assert tokenizer.tokenize("return total") == ["return ", "total"]
    assert tokenizer.tokenize("total += x") == ["total", " += ", "x"]


def test_a_vocabulary_too_small_for_bytes_is_refused():
    with pytest.raises(UserError, match="vocab_size = 100 is not possible: give at least"):
        build_tokenizer(TEXTS, 100)


# --- mixture ---

def test_examples_of_code_are_repeated_in_training_and_nowhere_else(run_root):
    run = Run("monologues", SMOKE)
    rows = [{"task_id": f"t{i}", "example_id": f"t{i}#0:{objective}:direct", "objective": objective, "format": "direct",
             "prompt": "?", "response": "!"} for i in range(3) for objective in ("forward", "nl_to_code")]
    with run:
        for split in ("train", "validation"):
            run.write_rows(f"examples/{split}", rows)
    config = replace(TINY, reasoning_format="direct", objectives=("forward", "nl_to_code"), code_repeats=3)
    taken = {split: Counter(row["objective"] for row in select_examples(run, split, config))
             for split in ("train", "validation")}
    assert taken == {"train": {"forward": 3, "nl_to_code": 9}, "validation": {"forward": 3, "nl_to_code": 3}}


# --- packing ---

def make_encoded(sizes):
    return [([i + 3] * n, [IGNORED] * (n // 2) + [i + 3] * (n - n // 2)) for i, n in enumerate(sizes)]


@given(st.lists(st.integers(1, 20), min_size=1, max_size=60), st.integers(0, 5))
def test_packing_keeps_every_token_once_and_restarts_positions(sizes, seed):
    packed = pack_examples(make_encoded(sizes), 20, 0, seed)
    found = Counter(packed.input_ids[packed.input_ids > 0].tolist())
    assert found == {i + 3: n for i, n in enumerate(sizes)}
    starts = (packed.position_ids == 0) & (packed.input_ids > 0)
    assert starts.sum() == len(sizes)
    assert (packed.labels != IGNORED).sum() == sum(n - n // 2 for n in sizes)


def test_only_the_response_is_learnt_and_long_examples_are_counted(tokenizer):
    counts = Counter()
    rows = [{"objective": "forward", "prompt": "def f", "response": "12"},
            {"objective": "forward", "prompt": "def f", "response": "1" * 100}]
    (ids, labels), = encode_examples(rows, tokenizer, 50, counts)
    assert tokenizer.decode([i for i in labels if i != IGNORED]) == "12</s>"
    assert tokenizer.decode(ids) == "<s>def f12</s>"
    assert counts == {"kept: forward": 1, "rejected: longer than the context: forward": 1}


def test_an_example_in_a_packed_row_cannot_see_its_neighbours():
    torch.manual_seed(0)
    model = make_model(TINY, 100).eval()
    encoded = [([5, 6, 7, 8, 9], [5, 6, 7, 8, 9]), ([11, 12, 13], [11, 12, 13]), ([21, 22, 23, 24], [21, 22, 23, 24])]
    packed = pack_examples(encoded, 12, 0, seed=3)
    with torch.no_grad():
        together = model(input_ids=torch.tensor(packed.input_ids, dtype=torch.long),
                         position_ids=torch.tensor(packed.position_ids, dtype=torch.long), use_cache=False).logits[0]
        for ids, _ in encoded:
            start = packed.input_ids[0].tolist().index(ids[0])
            alone = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
            assert torch.allclose(together[start:start + len(ids)], alone, atol=1e-5)


def test_each_pass_over_the_rows_is_complete_and_ordered_by_its_seed():
    order = order_rows(10, 25, seed=1)
    assert sorted(order[:10]) == sorted(order[10:20]) == list(range(10)) and len(order) == 25
    assert (order == order_rows(10, 25, 1)).all() and (order != order_rows(10, 25, 2)).any()


# --- model, optimizer, schedule ---

def test_the_model_is_a_llama_whose_weights_depend_on_the_seed_alone():
    model = make_model(TINY, 100)
    assert isinstance(model, LlamaForCausalLM)
    again = make_model(TINY, 100)
    other = make_model(Config(preset="x", training=TINY).replace("training", training_seed=1).training, 100)
    pairs = list(zip(model.parameters(), again.parameters(), other.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b, _ in pairs) and not all(torch.equal(a, c) for a, _, c in pairs)
    assert count_parameters(describe_model(TINY, 100))[0] == sum(p.numel() for p in model.parameters())


def test_larger_embeddings_are_learnt_faster_and_change_no_first_answer():
    larger = replace(TINY, embedding_scale=8.0)
    plain, scaled = make_model(TINY, 100), make_model(larger, 100)
    tokens = torch.tensor([[5, 6, 7]])
    assert torch.allclose(scaled.model.embed_tokens.weight, 8 * plain.model.embed_tokens.weight)
    # Before any block adds to them, embeddings of any size are the same to the norm, and so are the logits.
    for model in (plain, scaled):
        model.model.layers = model.model.layers[:0]
    assert torch.allclose(plain(tokens).logits, scaled(tokens).logits, rtol=0.02, atol=1e-4)
    rates = {id(p): group["lr"] for group in make_optimizer(scaled, larger).param_groups for p in group["params"]}
    assert rates[id(scaled.model.embed_tokens.weight)] == pytest.approx(8 * TINY.lr)
    assert rates[id(scaled.model.norm.weight)] == pytest.approx(TINY.lr / 8)


def test_a_wrong_truth_costs_as_many_times_more_as_is_asked():
    tokenizer = build_tokenizer(["x is True\n", "x is 1234\n"] * 30, 512)
    ids = tokenizer("x is True", return_tensors="pt")["input_ids"]
    truth = next(i for i, token in enumerate(tokenizer.convert_ids_to_tokens(ids[0])) if "True" in token)
    plain = make_model(TINY, len(tokenizer))
    losses = torch.nn.functional.cross_entropy(plain(ids).logits[0, :-1], ids[0, 1:], reduction="none")
    assert plain(ids, labels=ids).loss.item() == pytest.approx(losses.mean().item(), rel=1e-4)
    weigh_truths(plain, tokenizer, 5.0)
    weights = torch.ones(len(losses))
    weights[truth - 1] = 5
    expected = (weights * losses).sum() / weights.sum()
    assert plain(ids, labels=ids).loss.item() == pytest.approx(expected.item(), rel=1e-4) != losses.mean().item()


@pytest.mark.parametrize(("device", "speeds", "chosen"), [
    ("cpu", {torch.bfloat16: 9.0, torch.float32: 4.0}, "bfloat16"),
    ("cpu", {torch.bfloat16: 1.0, torch.float32: 4.0}, "float32"), ("cuda", {}, "bfloat16")])
def test_auto_precision_is_the_faster_one_of_the_machine(monkeypatch, device, speeds, chosen):
    monkeypatch.setattr(compute, "measure_peak", lambda _, dtype, __: speeds[dtype])
    open_config = replace(TINY, precision="auto", device=device)
    assert resolve_precision(open_config).precision == chosen
    assert resolve_precision(replace(open_config, precision="float32")).precision == "float32"


def test_a_peak_is_measured_in_seconds_on_a_machine_without_bfloat16():
    begun = time.monotonic()
    assert measure_peak("cpu", torch.bfloat16) > 1e8
    assert time.monotonic() - begun < 60


def test_stacked_muon_takes_the_steps_of_torchs_own():
    torch.manual_seed(0)
    shapes = [(24, 8), (8, 8), (8, 24), (8, 8), (24, 8)]
    ours, theirs = ([torch.nn.Parameter(torch.ones(shape)) for shape in shapes] for _ in range(2))
    optimizers = [kind(weights, lr=0.1, momentum=0.9, weight_decay=0.1)
                  for kind, weights in ((StackedMuon, ours), (torch.optim.Muon, theirs))]
    for _ in range(4):
        for own, other in zip(ours, theirs, strict=True):
            own.grad = torch.randn(own.shape)
            other.grad = own.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    for own, other in zip(ours, theirs, strict=True):
        assert torch.allclose(own, other, atol=0.02) and not torch.allclose(own, torch.ones(own.shape), atol=0.2)


def test_muon_takes_block_matrices_and_adamw_the_rest_and_both_resume():
    config = Config(preset="x", training=TINY).replace("training", optimizer="muon").training

    def steps(model, optimizer, count):
        for i in range(count):
            optimizer.zero_grad()
            model(input_ids=torch.tensor([[i + 1, 2, 3]]), labels=torch.tensor([[i + 1, 2, 3]])).loss.backward()
            optimizer.step()

    model = make_model(config, 100)
    optimizer = make_optimizer(model, config)
    matrices = {id(p) for p in optimizer.param_groups[0]["params"]}
    assert {name for name, p in model.named_parameters() if id(p) not in matrices} == {
        name for name, p in model.named_parameters() if p.ndim < 2 or "embed" in name}
    assert [g["peak_lr"] for g in optimizer.param_groups] == [config.muon_lr, config.lr]
    steps(model, optimizer, 3)
    weights, state = {n: p.clone() for n, p in model.state_dict().items()}, copy.deepcopy(optimizer.state_dict())
    steps(model, optimizer, 2)
    resumed = make_model(config, 100)
    resumed.load_state_dict(weights)
    restored = make_optimizer(resumed, config)
    restored.load_state_dict(state)
    steps(resumed, restored, 2)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), resumed.parameters(), strict=True))


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
def test_the_rate_warms_up_and_ends_at_its_minimum(schedule):
    config = Config(preset="x", training=TINY).replace("training", schedule=schedule, min_lr_ratio=0.1).training
    rates = [schedule_lr(step, 101, config) for step in range(101)]
    assert rates[0] == 0.5 and rates[1] == 1.0 and max(rates) == 1.0
    assert rates[-1] == pytest.approx(0.1, abs=0.02) and all(a >= b for a, b in zip(rates[2:], rates[3:], strict=False))


@given(st.integers(0, 9), st.integers(1, 500))
def test_snapshots_are_evenly_spaced_and_the_end_is_none(number, num_steps):
    config = Config(preset="x", training=TINY).replace("training", num_snapshots=number).training
    places = sorted(place_snapshots(config, num_steps))
    assert len(places) <= number and all(0 < place < num_steps for place in places)
    assert num_steps < 20 or len(places) == number


# --- plan ---

@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_has_a_complete_plan_without_its_hardware(name):
    plan = plan_training(PRESETS[name])
    config = PRESETS[name].training
    assert plan["num_steps"] > 0 and plan["model"]["num_parameters"] > 10_000
    assert plan["memory_per_rank"]["device_gib"] > 0
    assert plan["deepspeed"]["train_micro_batch_size_per_gpu"] * plan["deepspeed"][
        "gradient_accumulation_steps"] * config.num_ranks == config.global_batch_size
    assert json.dumps(plan)


def test_the_paper_preset_is_the_papers_setting():
    plan = plan_training(PRESETS["paper"])
    assert 6.7e9 < plan["model"]["num_parameters"] < 6.8e9
    assert plan["deepspeed"]["zero_optimization"]["stage"] == 3 and plan["deepspeed"]["bf16"] == {"enabled": True}
    assert plan["deepspeed"]["zero_optimization"]["offload_param"]["device"] == "cpu"
    assert "zero3" in plan["memory_per_rank"]["source"] and "--nproc_per_node 8" in plan["command"]


def test_the_number_of_steps_follows_tokens_or_epochs():
    assert count_steps(TINY, 1000) == 12
    epochs = Config(preset="x", training=TINY).replace("training", num_tokens=0, num_epochs=2.0).training
    assert count_steps(epochs, 100) == 50


def test_a_missing_gpu_is_told_before_anything_is_written(run_root, monkeypatch):
    monkeypatch.setattr(train, "list_gpus", lambda: [])
    with pytest.raises(UserError, match=r"device = 'cuda'.*needs 1 GPU.*shows 0.*laptop"):
        train.train_model(PRESETS["h200"])
    assert not run_root.exists()


# --- real runs, two ranks ---

def test_training_learns_leaves_a_hugging_face_model_and_is_found_again(monkeypatch, monologues):
    run = train_tiny(monkeypatch, monologues, num_snapshots=2)
    losses = read_losses(run)
    assert losses[-1] < 0.8 * losses[0] and read_losses(run, "validation")
    assert sorted(path.name for path in run.find("snapshots").iterdir()) == ["4", "8"]
    assert not torch.equal(*(AutoModelForCausalLM.from_pretrained(run.find(f"snapshots/{step}")).lm_head.weight
                             for step in (4, 8)))
    model, tokenizer = (kind.from_pretrained(run.find("model")) for kind in (AutoModelForCausalLM, AutoTokenizer))
    assert run.manifest["num_parameters"] == sum(p.numel() for p in model.parameters())
    assert tokenizer.decode(tokenizer("3 + 4 == ??\n")["input_ids"]) == "3 + 4 == ??\n"
    assert not run.find("checkpoints").exists() and run.find("train.log").read_text()
    started = time.monotonic()
    assert train_tiny(monkeypatch, monologues, num_snapshots=2).run_id == run.run_id and time.monotonic() - started < 2


@pytest.mark.parametrize("num_ranks", [1, 2])
def test_the_same_seed_gives_the_same_weights(monkeypatch, monologues, tmp_path, num_ranks):
    weights = []
    for name in ("first", "second"):
        monkeypatch.setattr(paths, "RUNS", tmp_path / name)
        run = train_tiny(monkeypatch, monologues, num_ranks=num_ranks, training_seed=3)
        weights.append(hash_file(run.find("model/model.safetensors")))
    assert weights[0] == weights[1]


@pytest.mark.parametrize("changes", [{"zero_stage": 2}, {"zero_stage": 3}, {"micro_batch_size": 1},
                                     {"num_ranks": 1}], ids=str)
def test_sharding_accumulation_and_ranks_do_not_change_the_training(monkeypatch, monologues, reference_losses, changes):
    found = read_losses(train_tiny(monkeypatch, monologues, **changes))
    # The mean over micro-batches weighs rows, not tokens, so the split of a batch may move the last digits.
    assert found == pytest.approx(reference_losses, rel=0.02)


def test_a_killed_training_goes_on_from_its_checkpoint_and_ends_the_same(monkeypatch, monologues, reference_losses):
    config = Config(preset="tiny2", training=TINY).replace("training", reasoning_format="direct",
                                                          objectives=["forward"])
    monkeypatch.setattr(train, "build_monologues", lambda config: monologues)
    run = Run("training", config, [monologues])
    with pytest.raises(KeyboardInterrupt), run:
        train.prepare_rows(run, {split: monologues.read_rows(f"examples/{split}") for split in ("train", "validation")})
        worker = subprocess.Popen(make_command(TINY, str(run.path)), env=make_environment(TINY),
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 120
        while not run.find("checkpoints/step4").exists() or not run.find("checkpoints/latest").exists():
            assert time.monotonic() < deadline and worker.poll() is None
            time.sleep(0.02)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        raise KeyboardInterrupt
    assert run.manifest["status"] == "running"
    manifest = json.loads(run.find("manifest.json").read_text())
    run.find("manifest.json").write_text(json.dumps({**manifest, "pid": 2**22 + 1}))  # its process is gone
    resumed = train.train_model(config)
    assert "going on from step" in resumed.find("train.log").read_text()
    assert read_losses(resumed)[-1] == pytest.approx(reference_losses[-1], rel=1e-4)


def test_h200_takes_two_steps_of_its_real_config_with_a_narrower_model_and_a_smaller_batch(monkeypatch, monologues):
    real = PRESETS["h200"].training
    config = PRESETS["h200"].replace("training", device="cpu", hidden_size=48, global_batch_size=2, micro_batch_size=1,
                                     num_tokens=2 * 2 * real.context_length, warmup_steps=1, objectives=["forward"],
                                     reasoning_format="direct")
    monkeypatch.setattr(train, "build_monologues", lambda config: monologues)
    run = train.train_model(config)
    assert run.manifest["num_steps"] == 2 and np.isfinite(read_losses(run)).all()
    assert AutoModelForCausalLM.from_pretrained(run.find("model")).config.num_hidden_layers == real.num_layers


def test_a_failing_worker_ends_with_its_last_words_and_a_failed_manifest(monkeypatch, monologues):
    monkeypatch.setattr(train, "launch_workers", break_rows(train.launch_workers))
    with pytest.raises(UserError, match="(?s)training/tiny-.* failed with exit status.*train.log"):
        train_tiny(monkeypatch, monologues, training_seed=9)


def break_rows(launch):
    def broken(run):
        run.find("checkpoints/train.safetensors").write_bytes(b"not rows")
        launch(run)
    return broken


def test_bfloat16_muon_and_a_compiled_model_train_too(monkeypatch, monologues):
    run = train_tiny(monkeypatch, monologues, optimizer="muon", precision="bfloat16", muon_lr=0.02, num_ranks=1,
                     compile_model=True)
    losses = read_losses(run)
    assert losses[-1] < 0.8 * losses[0] and np.isfinite(losses).all()
    assert make_deepspeed_config(LAPTOP.training)["zero_optimization"]["stage"] == 0
