"""Command line: `python -m semcoder COMMAND`; `--help` lists the commands."""

import argparse
import json
import sys

from semcoder.commands import audit, monologue, score, trace
from semcoder.config import STAGES
from semcoder.errors import UserError


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns its exit status, 0 where it has none (2 for a mistake the reader can mend)."""
    options = make_parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except UserError as error:
        print(f"semcoder: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("semcoder: interrupted; the same command goes on where it stopped", file=sys.stderr)
        return 130


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser; each command carries the function that runs it."""
    parser = argparse.ArgumentParser(prog="python -m semcoder", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    preset = {"default": "laptop", "help": "smoke, laptop, workstation, h200, paper, or a .json file (default: laptop)"}
    add("book", book, "run all eight notebooks, then build the book").add_argument("--preset", **preset)
    add("run", run_stages, "run all eight notebooks, build no book").add_argument("--preset", **preset)
    add("render", lambda _: render(), "build the book from finished or committed results")
    add("plan", plan, "print what training would do, and load no weights").add_argument("--preset", **preset)
    keep = add("publish", publish, "copy the newest finished results to results/reference")
    keep.add_argument("--preset", default="", help="copy this preset's newest training and evaluation to results/scale "
                      "instead (default: the whole pipeline's results)")
    trace.add_arguments(add("trace", trace.run, "run one call of a Python file and print what each step changed"))
    monologue.add_arguments(add("monologue", monologue.run, "tell one call of a Python file forward or backward"))
    audit.add_arguments(add("audit", audit.run, "check the statements of free-text monologues against true runs"))
    score.add_arguments(add("score", None, "score answers written elsewhere on CRUXEval, MBPP+ or HumanEval"))
    bench = add("bench", run_bench, "measure sandbox, tracer, corpus and monologues (results/benchmarks)")
    bench.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run (default: all)")
    bench.add_argument("--quick", action="store_true", help="few repetitions; prints only, keeps nothing")
    bench.add_argument("--benchmarks-dir", default="", metavar="DIR",
                       help="folder with humaneval.jsonl and cruxeval_dev.jsonl (default: our own programs only)")
    export = add("export", export_examples, "write a finished preset's examples in the fields of PyX and PyX-R")
    export.add_argument("--preset", **preset)
    export.add_argument("--to", required=True, metavar="FOLDER", help="gets pyx.jsonl, pyx_r.jsonl and README.md")
    again = add("reexecute", reexecute, "execute released PyX or PyX-R rows again and count what comes out")
    again.add_argument("where", help="a .jsonl file, or a hub name such as semcoder/PyX")
    again.add_argument("--rows", type=int, default=0, help="read so many rows at most (default: all)")
    show = add("config", show_config, "print a preset's values as JSON")
    show.add_argument("--preset", **preset)
    show.add_argument("--stage", choices=STAGES, help="only this stage")
    return parser


def book(options: argparse.Namespace) -> None:
    """Runs the stages and builds the book."""
    run_stages(options)
    render()


def run_stages(options: argparse.Namespace) -> None:
    """Runs the stages."""
    from semcoder.pipeline import run_pipeline

    run_pipeline(options.preset)


def render() -> None:
    """Builds the book."""
    from semcoder.report.render import render_book

    render_book()


def publish(options: argparse.Namespace) -> None:
    """Commits nothing: copies results to where they can be committed."""
    from semcoder.report.render import publish_reference
    from semcoder.report.scale import publish_scale

    if options.preset:
        publish_scale(options.preset)
    else:
        publish_reference()


def run_bench(options: argparse.Namespace) -> None:
    """Measures."""
    from semcoder.benchmarks.run import run_benchmarks

    run_benchmarks(options.names, options.quick, options.benchmarks_dir)


def plan(options: argparse.Namespace) -> None:
    """Prints the training plan."""
    from semcoder.presets import load_preset
    from semcoder.training.plan import plan_training

    print(json.dumps(plan_training(load_preset(options.preset)), indent=1, ensure_ascii=False))


def export_examples(options: argparse.Namespace) -> None:
    """Writes a preset's examples as PyX and PyX-R."""
    from pathlib import Path

    from semcoder.monologues.export import export_pyx
    from semcoder.presets import load_preset

    for name, number in export_pyx(load_preset(options.preset), Path(options.to)).items():
        print(f"{name}: {number} rows")


def reexecute(options: argparse.Namespace) -> None:
    """Prints how many released rows reproduce, and the others by reason."""
    from collections import Counter

    from semcoder.corpus.pyx import read_pyx

    counts: Counter = Counter()
    for _ in read_pyx(options.where, counts, options.rows):
        pass
    print(json.dumps(dict(sorted(counts.items())), indent=1, ensure_ascii=False))


def show_config(options: argparse.Namespace) -> None:
    """Prints a preset's values."""
    from semcoder.config import to_json
    from semcoder.presets import load_preset

    config = load_preset(options.preset)
    print(json.dumps(config.section(options.stage) if options.stage else to_json(config), indent=1))


if __name__ == "__main__":
    sys.exit(main())
