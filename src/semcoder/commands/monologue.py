"""`python -m semcoder monologue FILE.py "f('abc')"`: what this project says of one call of a reader's own program.

Prints the reasoning and its answer block, as in a training example; with --claims also what each sentence asserts and
whether an independent run of the program confirms it. Not covered: calls that raise, and values without a literal.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from semcoder.commands.calls import (
    SANDBOX_NOTE,
    add_call_arguments,
    describe_end,
    read_job,
    run_one,
    stop_at_closed_pipe,
)
from semcoder.config import FORMATS, VERBOSITIES, Config, MonologuesConfig, require
from semcoder.execution.jobs import Job, Outcome

DIRECTIONS = ("forward", "backward")
EPILOG = f"""\
Exit status: 0 the call returned and, with --claims, all that is said is confirmed; 1 it raised, a limit ended it, a
value has no literal, or a claim is not confirmed;
{SANDBOX_NOTE}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the command's arguments and its help."""
    parser.epilog = EPILOG
    add_call_arguments(parser, "the call is ended")
    parser.add_argument("--direction", choices=DIRECTIONS, default="forward",
                        help="forward: from the input to the output; backward: from the output, which is what the call "
                             "returns, to an input (default: forward)")
    parser.add_argument("--format", metavar="NAME", choices=FORMATS, default="monologue",
                        help=f"{', '.join(FORMATS)} (default: monologue)")
    parser.add_argument("--verbosity", choices=VERBOSITIES, default="terse",
                        help="how much a monologue says (default: terse)")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="chooses among wordings (default: 0)")
    parser.add_argument("--claims", action="store_true",
                        help="print under each sentence what it asserts, and whether that is confirmed")


def run(options: argparse.Namespace) -> int:
    """Prints the monologue of one call; returns the exit status."""
    require(options.format == "monologue" or not options.claims, "--format", options.format,
            "only a monologue makes claims: leave --format or --claims out")
    job = read_job(options, on_large="stop")
    outcome = run_one(job)
    problem = ""
    if outcome.status == "ok":
        with stop_at_closed_pipe():
            problem = print_call(Call(job, outcome, options), options.claims)
    print(f"semcoder: {describe_end(outcome)}{problem and f'; {problem}'}", file=sys.stderr)
    return 0 if outcome.status == "ok" and not problem else 1


def print_call(call: "Call", with_claims: bool) -> str:
    """Prints the reasoning and the answer; returns "", or what is wrong with it."""
    text = call.tell()
    if text is None:
        return "no constraint on a variable stood the trials, so there is nothing to say backward"
    problem = ""
    if with_claims:
        problem = print_verdicts(text, call.judge(text))
    else:
        print(text, end="")
    print(call.render_answer(), flush=True)
    return problem


@dataclass
class Call:
    """A call that returned, and how it is to be told; later stages are imported here because only this needs them."""

    job: Job
    outcome: Outcome
    options: argparse.Namespace

    def __post_init__(self):
        from semcoder.execution.sandbox import find_box
        from semcoder.monologues.author import Author
        from semcoder.monologues.steps import build_steps

        config = Config(preset="command", seed=self.options.seed,
                        monologues=MonologuesConfig(verbosity=self.options.verbosity, max_steps=self.job.max_events))
        self.steps = build_steps(self.job.code, list(self.outcome.events))
        self.author = Author(find_box(), {"code": self.job.code, "entry": self.job.entry, "description": ""},
                             list(self.job.inputs), config, Counter())
        self.execution = {"input": self.job.inputs[0], "output": self.outcome.output, "execution_id": self.options.call}

    def tell(self) -> str | None:
        """Returns the reasoning in the format and direction asked for, whatever a checker says of it, None where there
        is none; formats show the same trace both ways."""
        from semcoder.monologues.formats.table import render_reasoning

        if self.options.format != "monologue":
            return render_reasoning(self.options.format, self.job.code, self.steps)
        if self.options.direction == "forward":
            return self.author.tell_forward(self.execution, self.steps)
        text, self.backward = self.author.tell_backward(self.execution, self.steps)
        return text or None

    def render_answer(self) -> str:
        """Returns the answer block."""
        from semcoder.prompts import render_answer

        return render_answer(self.job.entry, self.job.inputs[0], self.outcome.output)

    def judge(self, text: str) -> Iterator:
        """Yields the checker's verdict (check.Verdict) on each sentence, and one on what the monologue leaves out."""
        from semcoder.monologues.backward.reversal import REVERSAL
        from semcoder.monologues.claims import Sentence
        from semcoder.monologues.forward.check import Verdict, judge_monologue

        replay = list(run_one(self.job, "replay").events)
        evidence = self.author.gather(self.execution, replay)
        if self.options.direction == "forward":
            yield from judge_monologue(text, evidence)
            return
        yield from judge_monologue(text, evidence, REVERSAL)
        flaw = self.author.find_flaw(self.execution, replay, text)
        for sentence in self.backward.sentences:  # a flaw ends the search, so nothing is known of the rest
            yield Verdict(sentence, (None if flaw else True,) * len(sentence.claims))
        if flaw:
            yield Verdict(Sentence(""), (), flaw)


def print_verdicts(text: str, verdicts: Iterator) -> str:
    """Prints a monologue with its claims under each sentence; returns "", or that not all are confirmed."""
    is_confirmed = True
    for line in text.splitlines():
        print(line)
        if not line.startswith(("[MONOLOGUE]", "[/MONOLOGUE]", "### ")):
            is_confirmed &= print_verdict(next(verdicts))
    for verdict in verdicts:  # on the whole, or on what it leaves out
        is_confirmed &= print_verdict(verdict)
    return "" if is_confirmed else "not all that is said is confirmed"


def print_verdict(verdict) -> bool:
    """Prints one verdict, a line per claim; returns whether nothing speaks against it."""
    words = {True: "confirmed", False: "FALSE", None: "not judged"}
    for claim, is_confirmed in zip(verdict.sentence.claims, verdict.confirmed, strict=False):
        print(f"    {words[is_confirmed]}: {describe_claim(claim)}")
    if verdict.reason and (verdict.reason == "order" or not verdict.confirmed):
        print(f"    FALSE: {verdict.reason}")
    return not verdict.reason


def describe_claim(claim: dict) -> str:
    """Returns a claim as its kind and what it says: `value (name: x, value: 3)`."""
    said = ", ".join(f"{key}: {value}" for key, value in claim.items() if key != "kind" and value != "")
    return f"{claim['kind']} ({said})" if said else claim["kind"]
