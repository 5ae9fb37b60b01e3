"""Stage `report`: reads finished runs and writes every table, figure and number that the book shows."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from semcoder.ablations import list_grid, run_ablations
from semcoder.config import FORMATS, Config
from semcoder.corpus.build import build_corpus
from semcoder.debugging.repair import evaluate_repair
from semcoder.evaluation.evaluate import evaluate_model
from semcoder.monologues.build import build_monologues
from semcoder.report import analysis, arms, figures, monologues, numbers, paper, tables
from semcoder.report.departures import collect_departures
from semcoder.report.examples import collect_examples, count_examples
from semcoder.report.style import save_figure
from semcoder.report.values import tabulate_values
from semcoder.runs import Run
from semcoder.traces.build import build_traces
from semcoder.training.train import train_model

SOURCES = Path(__file__).resolve().parents[1]
# Names that pages quote: each is glued in every report, as "not run" where a preset leaves it out.
QUOTED = (
    "num_programs", "num_executions", "branch_coverage", "line_coverage", "sandbox_level", "num_traces",
    "num_examples", "num_claims_checked", "share_confirmed", "share_forward", "share_backward",
    "num_parameters", "num_training_tokens", "tokens_per_s", "share_of_peak", "training_minutes", "copied_share",
    "output_prediction_answer_accuracy", "output_prediction_step_accuracy",
    "output_prediction_next_line_accuracy", "output_prediction_step_accuracy_given_history",
    "input_prediction_answer_accuracy", "nl_to_code_answer_accuracy",
    "repaired_share", "monologue_minus_direct", "monologue_minus_trace", "format_direct_answer_accuracy",
    "format_scratchpad_answer_accuracy", "format_next_answer_accuracy", "format_concise_answer_accuracy",
    "format_monologue_answer_accuracy", "format_monologue_answer_accuracy_n", "ablation_num_tokens",
    "ablation_num_seeds", "ablation_num_parameters", "total_minutes",
)


@dataclass(frozen=True)
class Upstream:
    """The finished runs that a report reads."""

    corpus: Run
    traces: Run
    monologues: Run
    training: Run
    evaluation: Run
    debugging: Run
    ablations: Run

    def all(self) -> list[Run]:
        """Returns the runs in stage order."""
        return list(vars(self).values())


def build_report(config: Config) -> Run:
    """Returns the finished run with `tables/*.csv`, `figures/*.svg`, `examples/*.json` and `numbers.json`.

    The code of a stage is part of its question: a changed table makes a new report, in seconds.
    """
    upstream = Upstream(build_corpus(config), build_traces(config), build_monologues(config), train_model(config),
                        evaluate_model(config), evaluate_repair(config), run_ablations(config))
    departures = collect_departures(SOURCES)
    run = Run("report", config, upstream.all(), departures=departures.to_dict("records"))
    if run.is_complete:
        return run
    with run:
        frames = collect_frames(upstream, config) | {"departures": departures}
        for name, frame in frames.items():
            path = run.find(f"tables/{name}.csv")
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.to_csv(path, index=False)
            run.counts["tables"] += 1
        draw_figures(frames, run)
        found = collect_examples(upstream.corpus, upstream.traces, upstream.monologues, config)
        for name, examples in found.items():
            run.write_json(name, examples)
        run.counts.update(count_examples(found))
        run.write_json("numbers.json", collect_numbers(upstream, frames, config))
    return run


def collect_frames(upstream: Upstream, config: Config) -> dict[str, pd.DataFrame]:
    """Returns table name -> tidy frame."""
    resamples = config.evaluation.num_bootstrap
    ablated = pd.DataFrame(upstream.ablations.read_rows("predictions"))
    answered = pd.DataFrame(upstream.evaluation.read_rows("predictions/output_prediction"))
    outputs = ablated[ablated["task"] == "output_prediction"]
    trained = pd.read_csv(upstream.ablations.find("arms.csv"))
    ablations = arms.tabulate_ablations(ablated, resamples)
    return {
        "corpus": tables.tabulate_corpus(upstream.corpus),
        "coverage": tables.tabulate_coverage(upstream.corpus),
        "counts": tables.tabulate_counts([upstream.corpus, upstream.traces, upstream.monologues]),
        "traces": tables.tabulate_traces(upstream.traces),
        "monologues": monologues.tabulate_examples(upstream.monologues),
        "verdicts": monologues.tabulate_verdicts(upstream.monologues),
        "constraints": monologues.tabulate_constraints(upstream.monologues),
        "bugs": monologues.tabulate_bugs(upstream.monologues),
        "training": tables.tabulate_training(upstream.training),
        "losses": tables.tabulate_losses(upstream.training),
        "evaluation": tables.tabulate_scores(upstream.evaluation),
        "answers": tables.tabulate_statuses([upstream.evaluation, upstream.debugging]),
        "steps": analysis.tabulate_steps(answered, resamples),
        "debugging": tables.tabulate_scores(upstream.debugging),
        "ablations": ablations,
        "formats": arms.tabulate_formats_beside_paper(ablations),
        "arms": trained,
        "curve": arms.read_curve(upstream.ablations, resamples),
        "sizes": arms.tabulate_sizes(ablations, trained),
        "controls": arms.tabulate_controls(ablated, trained, resamples),
        "groups": analysis.tabulate_groups(outputs[outputs["variant"].isin(FORMATS)], resamples),
        "first_errors": analysis.tabulate_first_errors(outputs[outputs["variant"] == "monologue"]),
        "main_errors": analysis.tabulate_first_errors(answered),
        "format_losses": tables.tabulate_format_losses(list_arms(upstream.ablations, config)),
        "values": tabulate_values(config),
        "stages": tables.tabulate_durations(group_runs(upstream)),
        "paper_overall": paper.paper_overall(),
        "paper_direct": paper.paper_direct(),
        "paper_repair": paper.paper_repair(),
    }


def list_arms(ablations: Run, config: Config) -> list[tuple[str, int, Run]]:
    """Returns (variant, seed, training run) of each arm, in the order in which the ablations ran them."""
    trained = [arm.find_input("training") for arm in ablations.inputs]
    return [(variant, seed, run) for (variant, seed), run in zip(list_grid(config), trained, strict=True)]


def group_runs(upstream: Upstream) -> dict[str, list[Run]]:
    """Returns stage -> runs whose time it took; an arm's training and evaluation count as ablations."""
    stages = {run.stage: [run] for run in upstream.all()}
    own = {run.run_id for run in upstream.all()}
    arms = {r.run_id: r for arm in upstream.ablations.inputs for r in (arm.find_input("training"), arm)}
    stages["ablations"] += [run for run_id, run in arms.items() if run_id not in own]
    return stages


def draw_figures(frames: dict[str, pd.DataFrame], run: Run) -> None:
    """Writes figures/*.svg of the run."""
    ablations = frames["ablations"]
    headline = ablations[(ablations["metric"] == "answer_accuracy") & (ablations["task"] == "output_prediction")]
    headline = headline[headline["variant"].isin((*FORMATS, "direct_long", "direct_wide"))]
    lines = frames["groups"][frames["groups"]["group"] == analysis.GROUPS[0]]
    for name, draw, frame, size in (
        ("formats", figures.draw_formats, headline, (7.2, 0.9 + 0.5 * max(3, len(headline)))),
        ("losses", figures.draw_losses, frames["losses"], (7.2, 3.8)),
        ("format_losses", figures.draw_format_losses, frames["format_losses"], (7.2, 3.8)),
        ("curve_tokens", partial(figures.draw_curve, x="num_tokens"), frames["curve"], (7.2, 3.8)),
        ("curve_compute", partial(figures.draw_curve, x="train_flops"), frames["curve"], (7.2, 3.8)),
        ("sizes", figures.draw_sizes, frames["sizes"], (7.2, 3.4)),
        ("lengths", figures.draw_lengths, lines, (7.2, 3.8)),
        ("first_errors", figures.draw_first_errors, frames["main_errors"].head(14), (7.2, 4.6)),
        ("steps", figures.draw_trace_length, frames["steps"], (7.2, 3.8)),
        ("corpus", figures.draw_corpus, frames["corpus"], (7.2, 2.6)),
    ):
        save_figure(draw, frame, run.find(f"figures/{name}.svg"), size)
        run.counts["figures"] += 1


def collect_numbers(upstream: Upstream, frames: dict[str, pd.DataFrame], config: Config) -> dict:
    """Returns the flat dictionary that the book glues (see report.numbers)."""
    predictions = pd.DataFrame(upstream.ablations.read_rows("predictions"))
    trained = dict(frames["training"].itertuples(index=False))
    manifest = upstream.training.manifest
    counts = upstream.monologues.manifest["counts"]
    rounds = frames["debugging"].tail(1).assign(metric="share", task="repaired")
    found = {
        "preset": config.preset,
        "seed": config.seed,
        "commit": manifest["git"]["commit"][:12] if manifest["git"]["commit"] else "no git history",
        "date": manifest["ended_utc"][:10],
        "cpus": manifest["hardware"]["cpus"],
        "gpus": ", ".join(manifest["hardware"]["gpus"]) or "none",
        "num_programs": int(frames["corpus"]["num_programs"].sum()),
        "num_executions": int(frames["corpus"]["num_executions"].sum()),
        "branch_coverage": float(frames["coverage"]["branch_coverage"].iloc[0]),
        "line_coverage": float(frames["coverage"]["line_coverage"].iloc[0]),
        "sandbox_level": upstream.corpus.manifest.get("sandbox_level"),
        "num_traces": int(frames["traces"]["num_traces"].sum()),
        "num_examples": int(frames["monologues"][["num_train", "num_validation", "num_test"]].sum().sum()),
        "num_claims_checked": counts.get("checked: claims", 0),
        "share_confirmed": numbers.share_confirmed(counts),
        "share_forward": numbers.share_told(counts, "forward"),
        "share_backward": numbers.share_told(counts, "backward"),
        # No score is written unless every reference answer passes (evaluation.check_canary).
        "canary": 1.0,
        "num_parameters": trained.get("num_parameters"),
        "num_training_tokens": trained.get("num_tokens", config.training.num_tokens),
        "tokens_per_s": trained.get("tokens_per_s"),
        "share_of_peak": trained.get("share_of_peak"),
        "training_minutes": manifest["duration_s"] / 60,
        "copied_share": numbers.share_copied(predictions),
        "ablation_num_parameters": numbers.describe_sizes(frames["arms"]),
        "ablation_num_tokens": config.ablations.num_tokens,
        "ablation_num_seeds": len(config.ablations.seeds),
        "total_minutes": float(frames["stages"]["minutes"].iloc[-1]),
        **numbers.collect_scores(frames["evaluation"]),
        **numbers.collect_scores(rounds),
        **numbers.collect_formats(frames["ablations"]),
        **numbers.compare_formats(predictions, config.evaluation.num_bootstrap),
        **numbers.measure_spread(predictions),
        **paper.quote_paper(),
    }
    return numbers.add_texts(found, QUOTED)


def glue_numbers(run: Run) -> None:
    """Stores every number of the report in the executing notebook, so that any page can quote it."""
    from myst_nb import glue

    for name, value in json.loads(run.find("numbers.json").read_text(encoding="utf-8")).items():
        if value is not None:
            glue(name, value, display=False)
