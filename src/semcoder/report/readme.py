"""The README's block of results: written from a report when results are published, never by hand."""

import json
import re
from pathlib import Path

import pandas as pd

from semcoder.config import DEFAULT_FORMATS, FORMATS
from semcoder.errors import UserError

BLOCK = re.compile(r"(<!-- results:[^>]*-->\n).*?(<!-- end of results -->)", re.DOTALL)


def fill_readme(text: str, report: Path) -> str:
    """Returns a README's text with its block of results made anew from a report folder.

    Raises:
        UserError: the text has no such block.
    """
    if not BLOCK.search(text):
        raise UserError("README.md has no block <!-- results: … --> … <!-- end of results -->: put it back")
    return BLOCK.sub(lambda found: found[1] + render_results(report) + found[2], text)


def render_results(report: Path) -> str:
    """Returns the verdicts, the headline table and the minutes per stage, in Markdown."""
    numbers = json.loads((report / "numbers.json").read_text(encoding="utf-8"))
    stages = pd.read_csv(report / "tables/stages.csv")
    shown = [name for name in FORMATS if name in DEFAULT_FORMATS or f"format_{name}_answer_accuracy" in numbers]
    rows = [f"| `{name}` | {describe(numbers, f'format_{name}_answer_accuracy')} | "
            f"{numbers.get(f'format_{name}_step_accuracy_text', '')} |" for name in shown]
    tasks = [("output prediction", "output_prediction_answer_accuracy"),
             ("its steps, each given that all before it are right", "output_prediction_step_accuracy_given_history"),
             ("input prediction", "input_prediction_answer_accuracy"),
             ("code from a description", "nl_to_code_answer_accuracy"),
             ("repair, after the last round", "repaired_share")]
    return "\n".join([
        f"Preset `{numbers['preset']}`, seed {numbers['seed']}, {numbers['cpus']} CPU cores, GPU: {numbers['gpus']}, "
        f"{numbers['date']}. Formats are compared on models of {numbers['ablation_num_parameters_text']} parameters, "
        f"each trained from scratch on {numbers['ablation_num_tokens_text']} tokens, "
        f"training seeds per format: {numbers['ablation_num_seeds_text']}.", "",
        numbers["verdict_direct"], "", numbers["verdict_trace"], "",
        "| reasoning format | output predicted, 95 % interval | steps right |", "| --- | --- | --- |", *rows, "",
        f"The main model ({numbers['num_parameters_text']} parameters) saw "
        f"{numbers['num_training_tokens_text']} tokens in {numbers['training_minutes_text']} min.",
        "",
        "| main model (all objectives) | right, 95 % interval |", "| --- | --- |",
        *(f"| {words} | {describe(numbers, name)} |" for words, name in tasks), "",
        "| stage | minutes |", "| --- | --- |",
        *(f"| {row.stage} | {row.minutes:.1f} |" for row in stages.itertuples()), "", ""])


def describe(numbers: dict, name: str) -> str:
    """Returns `41.3 % (35.0 to 47.1), n = 300`."""
    if numbers.get(name) is None or f"{name}_n" not in numbers:
        return "not run"
    value, low, high = (100 * numbers[key] for key in (name, f"{name}_ci_low", f"{name}_ci_high"))
    return f"{value:.1f} % ({low:.1f} to {high:.1f}), n = {numbers[f'{name}_n']}"
