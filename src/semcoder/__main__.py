"""Command line: `python -m semcoder book | run | render | bench | plan | publish | config`."""

import argparse
import json
import sys

from semcoder.config import STAGES
from semcoder.errors import UserError


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit status (2 for a mistake the reader can mend)."""
    options = make_parser().parse_args(arguments)
    try:
        options.run(options)
    except UserError as error:
        print(f"semcoder: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("semcoder: interrupted; the same command goes on where it stopped", file=sys.stderr)
        return 130
    return 0


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
    add("publish", lambda _: publish(), "copy the newest finished results to results/reference")
    bench = add("bench", run_bench, "measure sandbox, tracer and corpus beside their alternatives (results/benchmarks)")
    bench.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run (default: all)")
    bench.add_argument("--quick", action="store_true", help="few repetitions; prints only, keeps nothing")
    bench.add_argument("--benchmarks-dir", default="", metavar="DIR",
                       help="folder with humaneval.jsonl and cruxeval_dev.jsonl (default: our own programs only)")
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


def publish() -> None:
    """Commits nothing: copies results to where they can be committed."""
    from semcoder.report.render import publish_reference

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


def show_config(options: argparse.Namespace) -> None:
    """Prints a preset's values."""
    from semcoder.config import to_json
    from semcoder.presets import load_preset

    config = load_preset(options.preset)
    print(json.dumps(config.section(options.stage) if options.stage else to_json(config), indent=1))


if __name__ == "__main__":
    sys.exit(main())
