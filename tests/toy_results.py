"""Small finished runs of every stage and executed notebooks, made without running any stage, for report and book."""

import json
from random import Random

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from semcoder import paths
from semcoder.ablations import describe_arm, list_grid
from semcoder.config import FORMATS, Config
from semcoder.pipeline import NOTEBOOKS
from semcoder.presets import SMOKE
from semcoder.runs import Run

SPLITS = ("train", "validation", "test")
CONFIG: Config = SMOKE.replace("ablations", seeds=[0, 1])
EVENTS = [{"kind": kind, "line": line, "depth": 0, "frame": 0, "function": "f", "changed": changed, "value": value}
          for kind, line, changed, value in (("call", 1, {"x": "0"}, None), ("line", 2, {}, None),
                                             ("return", 2, {}, "0"))]
# Chance of a right answer per format in the toy ablation: monologue is clearly ahead of direct.
SKILL = {"direct": 0.1, "scratchpad": 0.3, "next": 0.32, "concise": 0.35, "monologue": 0.8}


def make_upstream(config: Config = CONFIG, num_items: int = 120):
    """Returns report.build.Upstream with toy runs, all written below paths.RUNS."""
    from semcoder.report.build import Upstream

    corpus = make_corpus(config)
    traces = make_run(Run("traces", config, [corpus]), {
        f"traces/{s}": [{"execution_id": f"{s}/{i}#0", "task_id": f"{s}/{i}", "num_events": 3 + i,
                         "events": json.dumps(EVENTS)} for i in range(4)] for s in SPLITS})
    monologues = make_monologues(config, corpus, traces)
    training = make_training(config, monologues)
    evaluation = make_evaluation(config, monologues, training, "monologue", num_items)
    debugging = Run("debugging", config, [monologues, training])
    with debugging:
        write_scores(debugging, [("repair", "repaired_by_round_1", 0.25, 0.1, 0.4, 24)])
        debugging.counts["round 1: pass"] = 6
    return Upstream(corpus, traces, monologues, training, evaluation, debugging,
                    make_ablations(config, monologues, num_items))


def make_run(run: Run, tables: dict[str, list[dict]], counts: dict | None = None) -> Run:
    """Returns `run`, finished, with these Parquet files and counts."""
    with run:
        for name, rows in tables.items():
            run.write_rows(name, rows)
        run.counts.update(counts or {})
    return run


def make_corpus(config: Config) -> Run:
    """Returns a corpus of two families."""
    tables = {}
    for size, split in zip((9, 2, 3), SPLITS, strict=True):
        programs = [{"task_id": f"{split}/{i}", "source": "synthetic", "family": ("crux", "described")[i % 2],
                     "origin": f"generator, seed 0, index {i}", "licence": "MIT", "entry": "f",
                     "description": "Returns x." if i % 2 else "", "code": "def f(x):\n    return x\n"}
                    for i in range(size)]
        tables[f"programs/{split}"] = programs
        tables[f"executions/{split}"] = [{"execution_id": f"{p['task_id']}#{k}", "task_id": p["task_id"],
                                          "input": f"{k}", "output": f"{k}"} for p in programs for k in range(2)]
        tables[f"coverage/{split}"] = [{"task_id": p["task_id"], "lines": 2, "covered_lines": 2,
                                        "branches": 2 * (i % 2), "covered_branches": i % 2}
                                       for i, p in enumerate(programs)]
    return make_run(Run("corpus", config), tables, {"kept: crux": 7, "rejected: dead statement": 3})


def make_monologues(config: Config, corpus: Run, traces: Run) -> Run:
    """Returns examples of one execution per split in each format, of another in monologues; one in ten was rejected."""
    tables = {f"examples/{split}": [
        *(make_example(f"{split}/0", f"{split}/0#0", objective, name)
          for objective in ("forward", "backward") for name in FORMATS),
        *(make_example(f"{split}/1", f"{split}/1#0", objective, "monologue") for objective in ("forward", "backward")),
        make_example(f"{split}/1", f"{split}/1", "repair", "monologue")] for split in SPLITS}
    counts = {"kept: forward": 9, "rejected forward: value": 1, "rejected forward: too many steps": 5,
              "checked: claims": 77, "constraints: exact": 6, "constraints: refuted": 9, "kept: properties": 2,
              "kept bug: slice": 3, "rejected bug: slice": 1, "rejected bug: range": 2}
    return make_run(Run("monologues", config, [corpus, traces]), tables, counts)


def make_example(task_id: str, base_id: str, objective: str, name: str) -> dict:
    """Returns a short example."""
    return {"example_id": f"{base_id}:{objective}:{name}", "task_id": task_id, "objective": objective, "format": name,
            "prompt": "### Problem\nReturns x.\n### Buggy Solution\n[PYTHON]\n[/PYTHON]\n",
            "response": "[MONOLOGUE]\n" + 6 * f"the {objective} text of {base_id}\n" + "[/MONOLOGUE]\n[ANSWER]",
            "num_steps": 3}


def make_training(config: Config, monologues: Run) -> Run:
    """Returns a training run with a falling loss."""
    run = Run("training", config, [monologues])
    with run:
        run.write_jsonl("metrics.jsonl", [
            {"step": step, "wall_s": float(step), "split": split, "name": "loss", "value": 4.0 / (1 + step / 10)}
            for step in range(1, 40) for split in ("train", "validation") if split == "train" or step % 10 == 0])
        run.notes |= {"num_parameters": 123456, "num_tokens": 100000, "num_learnt_tokens": 60000, "num_steps": 40,
                      "train_flops": 7e10, "tokens_per_s": 1000, "num_passes": 1.5, "share_of_peak": 0.15}
    return run


def make_answers(name: str, seed: int, num_items: int) -> list[dict]:
    """Returns predictions of one arm on the shared items."""
    rng = Random(f"{name}{seed}")
    has_order = name in ("concise", "monologue")
    return [{"task_id": f"t{i}", "execution_id": f"t{i}#0", "response": "", "status": "pass",
             "is_right": rng.random() < SKILL[name], "step_accuracy": None if name == "direct" else rng.random(),
             "step_given_history": None if name == "direct" else rng.random(),
             "next_line_accuracy": rng.random() if has_order else None, "num_steps": 2 + i % 11,
             "num_lines": 2 + i % 11, "num_iterations": i % 4, "value_type": ("int", "str", "list")[i % 3],
             "is_copy": i % 20 == 0, "operations": ["def", "+", ".append()"] if has_order else [],
             "first_error": (None, 1)[i % 2] if has_order else None, "error_kind": ("", "value")[i % 2]}
            for i in range(num_items)]


def make_evaluation(config: Config, monologues: Run, training: Run, name: str, num_items: int) -> Run:
    """Returns the evaluation of a model trained on format `name`."""
    run = Run("evaluation", config, [monologues, training], tasks=["output_prediction"])
    with run:
        run.write_rows("predictions/output_prediction",
                       make_answers(name, config.training.training_seed, num_items))
        write_scores(run, [("output_prediction", "answer_accuracy", 0.8, 0.7, 0.9, num_items),
                           ("output_prediction", "step_accuracy", 0.5, 0.4, 0.6, num_items),
                           ("input_prediction", "answer_accuracy", 0.4, 0.3, 0.5, num_items)])
        run.counts["output_prediction: pass"] = num_items
    return run


def make_ablations(config: Config, monologues: Run, num_items: int) -> Run:
    """Returns the ablations of all formats and seeds."""
    arms, rows = [], []
    for seed in config.ablations.seeds:
        for name in config.ablations.variants:
            arm = config.replace("training", reasoning_format=name, training_seed=seed,
                                 num_tokens=config.ablations.num_tokens)
            arms.append(make_evaluation(arm, monologues, make_training(arm, monologues), name, num_items))
            rows += [{**row, "variant": name, "seed": seed, "task": "output_prediction"}
                     for row in make_answers(name, seed, num_items)]
    curve = [{name: row[name] for name in ("variant", "seed", "task", "execution_id", "is_right")} |
             {"step": 20, "num_tokens": 50000, "train_flops": 3.5e10} for row in rows]
    run = Run("ablations", config, arms)
    with run:
        run.write_rows("predictions", rows)
        run.write_rows("curve", curve)
        described = [describe_arm(*place, arm) for place, arm in zip(list_grid(config), arms, strict=True)]
        pd.DataFrame(described).to_csv(run.find("arms.csv"), index=False)
    return run


def write_scores(run: Run, rows: list[tuple]) -> None:
    """Writes scores.csv from (task, metric, value, low, high, n) rows."""
    lines = ["run_id,variant,seed,task,metric,value,ci_low,ci_high,num_items"]
    lines += [",".join(map(str, (run.run_id, "main", 0, *row))) for row in rows]
    run.find("scores.csv").write_text("\n".join(lines) + "\n")


def write_notebooks(folder, upstream, report: Run) -> None:
    """Writes eight executed notebooks that end as the real ones do; the last one holds the report's glued numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, run in zip(NOTEBOOKS, [*upstream.all(), report], strict=True):
        cells = [new_markdown_cell(f"# {run.stage.capitalize()}\n\nA toy."),
                 new_code_cell('preset = "smoke"', execution_count=1, metadata={"tags": ["injected-parameters"]})]
        if run.stage == "report":
            cells.append(new_code_cell("glue_numbers(run)", execution_count=2, outputs=glue_outputs(report)))
        text = f"'{run.run_id}: complete in 1.0 s, {paths.ROOT}/x'"
        cells.append(new_code_cell("show_run(run)", execution_count=3, outputs=[
            new_output("stream", name="stdout", text="10 %\r100 %\n"),
            new_output("execute_result", data={"text/plain": text}, execution_count=3)]))
        metadata = {"papermill": {"exception": None, "start_time": "now", "input_path": f"{paths.ROOT}/in.ipynb"},
                    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(new_notebook(cells=cells, metadata=metadata), folder / name)


def glue_outputs(report: Run) -> list:
    """Returns the outputs that myst_nb.glue leaves for the numbers of a report."""
    mime = "application/papermill.record/text/plain"
    numbers = json.loads(report.find("numbers.json").read_text())
    return [new_output("display_data", data={mime: repr(value)},
                       metadata={"scrapbook": {"name": name, "mime_prefix": "application/papermill.record/"}})
            for name, value in numbers.items() if value is not None]


def make_report(monkeypatch, upstream, config: Config = CONFIG) -> Run:
    """Returns the real report of toy runs."""
    from semcoder.report import build

    for name, run in (("build_corpus", upstream.corpus), ("build_traces", upstream.traces),
                      ("build_monologues", upstream.monologues), ("train_model", upstream.training),
                      ("evaluate_model", upstream.evaluation), ("evaluate_repair", upstream.debugging),
                      ("run_ablations", upstream.ablations)):
        monkeypatch.setattr(build, name, lambda config, run=run: run)
    return build.build_report(config)
