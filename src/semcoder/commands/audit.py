"""`python -m semcoder audit`: which statements of free-text monologues are true, and does a false one tell anything?

Reads programs with inputs and outputs, and texts about them by any model; prints a summary, and writes tables.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from semcoder.commands.reading import read_rows
from semcoder.config import LEVELS, require
from semcoder.errors import UserError

EPILOG = """\
DATA and TEXTS are JSON lines. A row of DATA has `id`, `code`, `input` (argument list as source text), `output` (a
literal) and may have `entry`; without it the entry function is `f`, or the last one defined. A row of TEXTS has `id`
and `text`: what the model wrote, with its prompt or without, and at its end
    [ANSWER]
    assert f(ARGUMENTS) == OUTPUT
    [/ANSWER]
The prompt, where it is there, stands between [PYTHON] and [/PYTHON]; labels such as [L5] are counted from the first
line's in that block, from 1 where there is none. Everything is run in the sandbox.

Written with --out: NAME_items.csv (counts per item), NAME_summary.csv, NAME_kinds.csv, NAME_outcomes.csv, NAME.json
(what was read, when, with which code). No sentence of the texts is in them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments and its help."""
    parser.epilog, parser.formatter_class = EPILOG, argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", metavar="DATA.jsonl", type=Path, required=True, help="programs, inputs and outputs")
    parser.add_argument("--monologues", metavar="TEXTS.jsonl", type=Path, required=True, help="one text per id")
    parser.add_argument("--task", choices=("output", "input"), required=True,
                        help="what the texts were asked to predict")
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="write the tables here (default: print only)")
    parser.add_argument("--name", metavar="NAME", help="beginning of their names (default: that of TEXTS.jsonl)")
    parser.add_argument("--min-sandbox-level", metavar="LEVEL", choices=LEVELS, default="landlock",
                        help="refuse to run what the texts hold where the sandbox is weaker (default: %(default)s)")
    parser.add_argument("--json", action="store_true",
                        help="print each item's claims and verdicts as JSON lines instead of the summary")


def run(options: argparse.Namespace) -> None:
    """Audits the texts; prints and writes what came of them."""
    from semcoder.audit import audit_items

    items = read_items(options.data, options.monologues, options.task)
    results = list(audit_items(items, "" if options.json else "run and check", options.min_sandbox_level))
    if options.json:
        for result in results:
            print(json.dumps(describe_result(result)))
    write_summary(results, options)


def write_summary(results: list, options: argparse.Namespace) -> None:
    """Prints the summary unless JSON was asked for, and writes the tables where --out names a folder."""
    from semcoder.audit.summary import list_items, list_kinds, list_outcomes, summarise
    from semcoder.environment import describe_environment
    from semcoder.hashing import hash_file
    from semcoder.runs import write_json

    items = list_items(results)
    tables = {"summary": summarise(items), "kinds": list_kinds(items), "outcomes": list_outcomes(items)}
    if not options.json:
        print(render_summary(tables))
    if not options.out:
        return
    name = options.name or options.monologues.stem
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        for table, frame in {"items": items, **tables}.items():
            frame.to_csv(options.out / f"{name}_{table}.csv", index=False, float_format="%.6g")
        write_json(options.out / f"{name}.json", {
            "task": options.task, "num_items": len(results),
            "measured_utc": datetime.now(UTC).isoformat(timespec="seconds"),
            "inputs": [{"name": path.name, "sha256": hash_file(path)} for path in (options.data, options.monologues)],
            **describe_environment()})
    except OSError as error:
        raise UserError(f"--out = {str(options.out)!r} is not possible: {error.strerror}; name a folder that can be "
                        "written") from error


def read_items(data: Path, monologues: Path, task: str) -> list:
    """Returns the items of two files. Raises UserError naming the file, the line and what is wrong with it."""
    from semcoder.audit import Item

    programs = {}
    for number, row in read_rows("--data", data, ("id", "code", "input", "output")):
        programs[row["id"]] = (row["code"], find_entry(row, data, number), row["input"], row["output"])
        try:
            compile(f"f({row['input']})\n({row['output']})", "<row>", "exec")
        except (SyntaxError, ValueError) as error:
            raise UserError(f"{data}, line {number}: its input or output is not Python ({error.args[0]}): write the "
                            "input as an argument list and the output as a literal") from error
    items, missing = [], []
    for _, row in read_rows("--monologues", monologues, ("id", "text")):
        if row["id"] in programs:
            items.append(Item(row["id"], *programs[row["id"]], row["text"], task))
        else:
            missing.append(row["id"])
    require(not missing, "--monologues", str(monologues),
            f"{len(missing)} of its ids are not in {data.name}, the first is {missing[0] if missing else ''!r}: "
            "give the data that the texts are about")
    return items


def find_entry(row: dict, path: Path, number: int) -> str:
    """Returns the name of a row's entry function. Raises UserError where its program has none."""
    from semcoder.audit.program import list_functions

    try:
        names = list_functions(row["code"])
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{path}, line {number}: its code is not a program that Python can parse "
                        f"({error.args[0]})") from error
    entry = row.get("entry") or ("f" if "f" in names else names[-1] if names else "")
    if entry not in names:
        raise UserError(f"{path}, line {number}: its code defines no function {entry or 'at all'}; defined are: "
                        f"{', '.join(names) or 'none'}")
    return entry


def describe_result(result) -> dict:
    """Returns one item's result as JSON values."""
    return {"id": result.id, "task": result.task, "answer": result.answer, "problem": result.problem,
            "sentences": result.extraction.num_specific, "sentences_unread": result.extraction.num_unread,
            "claims": [{"kind": v.claim.kind, "subject": v.claim.subject, "value": v.claim.value,
                        "sentence": v.claim.sentence, "lines": v.claim.scope.lines, "rounds": v.claim.scope.rounds,
                        "verdict": v.verdict, "reason": v.reason} for v in result.verdicts]}


def render_summary(tables: dict) -> str:
    """Returns the summary as lines of text."""
    lines = []
    for row in tables["summary"].itertuples():
        interval = f"  ({row.ci_low:.3g} to {row.ci_high:.3g})" if row.ci_low == row.ci_low else ""
        value = f"{row.value:.4g}" if row.value == row.value else "–"
        lines.append(f"{row.measure:<72} {value:>8}{interval}")
    kinds = tables["kinds"].drop(columns="meaning").to_string(index=False, float_format="%.3f", na_rep="")
    outcomes = tables["outcomes"].to_string(index=False)
    return "\n".join([*lines, "", "claims by kind", kinds, "", "items by answer", outcomes])
