"""The committed audits of monologues found in the wild (`results/audit`) as tables for the book, and their figure.

Written by `python -m semcoder audit --out`; `labels.csv` and `recall.csv` by a reader (results/audit/README.md).
"""

import json
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from semcoder import paths
from semcoder.report.present import to_percent
from semcoder.report.style import BLUE, GREY, VERMILION
from semcoder.statistics import wilson_interval

TASKS = ("output", "input")
MISSING = pd.DataFrame({"not measured": ["`python -m semcoder audit` makes this table"]})
SAMPLES = {"random": "claims drawn at random", "first_false": "first false steps of unseen texts",
           "first_false_right": "first false steps before right answers"}
ANSWERS = {"right": BLUE, "wrong": VERMILION, "none": GREY}
PLAIN = ("items", "items not judged", "sentences about the run, per item", "steps checked", "steps checked, per item",
         "steps read but not to be judged")  # counts and means; what is not among them is a share or a coefficient
COEFFICIENTS = ("phi", "odds ratio", "median place in the text")


def find_audits() -> dict[str, Path]:
    """Returns, for each task with a committed audit, the beginning of its files' names."""
    found = {}
    for path in sorted((paths.RESULTS / "audit").glob("*.json")):
        task = json.loads(path.read_text(encoding="utf-8"))["task"]
        found.setdefault(task, path.with_suffix(""))
    return found


def list_audit_tables() -> dict[str, pd.DataFrame]:
    """Returns the tables of the page as text cells, by name; where nothing was measured they say so."""
    audits = find_audits()
    names = [f"audit_{table}_{task}" for table in ("kinds", "outcomes") for task in TASKS]
    if set(audits) != set(TASKS):
        return dict.fromkeys(("audit_answers", "audit_summary", "audit_precision", "audit_sources", *names), MISSING)
    tables = {"audit_answers": answer_questions(audits), "audit_summary": compare_summaries(audits),
              "audit_precision": measure_reading(), "audit_sources": list_sources(audits)}
    for task in TASKS:
        kinds = pd.read_csv(f"{audits[task]}_kinds.csv")
        kinds = kinds[kinds[["true", "false", "unclear"]].sum(axis=1) > 0].drop(columns="kind")
        kinds["share_true"] = kinds["share_true"].map(to_percent)
        for column in ("first_false_right", "first_false_wrong"):
            kinds[column] = [f"{value:.0f}" if value == value else "–" for value in kinds[column]]
        tables[f"audit_kinds_{task}"] = kinds.rename(columns={
            "meaning": "claim", "unclear": "not to be judged", "share_true": "true, of those judged",
            "first_false_right": "first false step, right answers",
            "first_false_wrong": "first false step, wrong answers"})
        tables[f"audit_outcomes_{task}"] = pd.read_csv(f"{audits[task]}_outcomes.csv").rename(
            columns={"false_step": "a false step", "no_false_step_found": "none found"})
    return tables


def compare_summaries(audits: dict[str, Path]) -> pd.DataFrame:
    """Returns the measures with one column per task."""
    columns = {}
    for task in TASKS:
        summary = pd.read_csv(f"{audits[task]}_summary.csv")
        columns[task] = dict(zip(summary["measure"], map(word_measure, summary.to_dict("records")), strict=True))
    return pd.DataFrame([{"measure": measure, **{f"{task} prediction": columns[task].get(measure, "–")
                                                 for task in TASKS}} for measure in columns["output"]])


def word_measure(row: dict) -> str:
    """Returns a measure's value and interval as text."""
    value, low, high = row["value"], row["ci_low"], row["ci_high"]
    if row["measure"] in PLAIN:
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:.1f}"
    if row["measure"].endswith(COEFFICIENTS):
        return word_number(value) + (f" ({word_number(low)} to {word_number(high)})" if low == low else "")
    return f"{to_percent(value)} ({100 * low:.1f} to {100 * high:.1f}), n = {int(row['num_items']):,}"


def word_number(value: float) -> str:
    """Returns a coefficient with two decimals, without a minus before nought."""
    return f"{round(value, 2) + 0.0:.2f}"


def answer_questions(audits: dict[str, Path]) -> pd.DataFrame:
    """Returns the page's three questions, answered for each task from its summary."""
    sign = "a false step as a sign of a wrong answer: odds ratio"
    questions = {"items with a false step": "How many monologues hold a step that was found to be false?",
                 "right answer, wrong steps": "And of those with a right answer?",
                 sign: "Does a false step foretell a wrong answer?"}
    rows = []
    for measure, question in questions.items():
        row = {"question": question}
        for task in TASKS:
            summary = pd.read_csv(f"{audits[task]}_summary.csv").set_index("measure").loc[measure]
            verdict = "yes: " if summary["ci_low"] > 1 else "no: " if summary["ci_high"] < 1 else "cannot be told: "
            text = word_measure({"measure": measure, **summary})
            row[f"{task} prediction"] = f"{verdict}odds ratio {text}" if measure == sign else text
        rows.append(row)
    return pd.DataFrame(rows)


def measure_reading() -> pd.DataFrame:
    """Returns how often the reading of a claim and the verdict on it were right, and how many claims were read."""
    folder = paths.RESULTS / "audit"
    labels, recall = pd.read_csv(folder / "labels.csv", dtype=str), pd.read_csv(folder / "recall.csv")
    rows = []
    for sample, words in SAMPLES.items():
        for task in TASKS:
            part = labels[(labels["sample"] == sample) & (labels["task"] == task)]
            for column, question in (("extraction", "read as the text says it"), ("judgement", "verdict right")):
                rows.append((f"{words}, {task}: {question}", int((part[column] == "right").sum()), len(part)))
    drawn = labels[labels["sample"] == "random"]
    for verdict in ("true", "false"):
        part = drawn[drawn["verdict"] == verdict]
        rows.append((f"claims drawn at random, judged {verdict}: verdict right",
                     int((part["judgement"] == "right").sum()), len(part)))
    for task in TASKS:
        part = recall[recall["task"] == task]
        read, missed = int(part["claims_read"].sum()), int(part["claims_missed"].sum())
        rows.append((f"recall, {task}: claims that a reader sees, and that were read ({len(part)} monologues)", read,
                     read + missed))
    return pd.DataFrame([{"what": what, "right": right, "of": of, "share, Wilson interval": word_share(right, of)}
                         for what, right, of in rows])


def word_share(right: int, of: int) -> str:
    """Returns a share with Wilson's interval as text, a dash for none."""
    if not of:
        return "–"
    low, high = wilson_interval(right, of)
    return f"{to_percent(right / of)} ({100 * low:.1f} to {100 * high:.1f})"


def list_sources(audits: dict[str, Path]) -> pd.DataFrame:
    """Returns what was audited, when, and with which code."""
    rows = []
    for task in TASKS:
        about = json.loads(Path(f"{audits[task]}.json").read_text(encoding="utf-8"))
        texts = about["inputs"][1]
        rows.append({"task": task, "texts": f"`{texts['name']}`", "SHA-256": f"`{texts['sha256'][:12]}`",
                     "date": about["measured_utc"][:10], "commit": f"`{(about['git'].get('commit') or '')[:9]}`"})
    return pd.DataFrame(rows)


def read_places() -> pd.DataFrame:
    """Returns `task`, `answer` and `first_false_position` of the items with a false step; empty if not measured."""
    frames = [pd.read_csv(f"{path}_items.csv") for path in find_audits().values()]
    columns = ["task", "answer", "first_false_position"]
    return pd.concat(frames)[columns].dropna() if frames else pd.DataFrame(columns=columns)


def draw_places(frame: pd.DataFrame, axes: Axes) -> Axes:
    """Draws where in the text the first false step stands, forward monologues by their answer.

    Args:
        frame: what `read_places` returned.
    """
    frame = frame[frame["task"] == "output"]
    parts = {answer: frame[frame["answer"] == answer]["first_false_position"] for answer in ANSWERS}
    parts = {answer: part for answer, part in parts.items() if len(part)}
    if parts:
        axes.hist(list(parts.values()), bins=[i / 20 for i in range(21)], stacked=True,
                  color=[ANSWERS[answer] for answer in parts], label=[f"answer {answer}" for answer in parts])
        axes.legend(loc="upper left")
    axes.set_xlim(0, 1)
    axes.set_xlabel("place of the first false step in the monologue (0: its beginning, 1: its end)")
    axes.set_ylabel("monologues")
    return axes
