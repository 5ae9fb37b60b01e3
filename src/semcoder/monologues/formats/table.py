"""One trace, several renderings, in one table: what each looks like, whence it is, and how its steps are read back.

Sources: paper App. I and section 2.6 (scratchpad, NExT, concise), App. G (monologue sections); the others are named at
their renderers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from semcoder.monologues.formats.annotations import render_next, render_scratchpad
from semcoder.monologues.formats.step_lines import render_concise, render_delta, render_dynamic, render_self_contained
from semcoder.monologues.forward.monologue import SIMULATION, simulate
from semcoder.monologues.sections import join_sections
from semcoder.monologues.steps import Step

STATE = re.compile(r"\[STATE(?:-\d+)?\] .*? \[/STATE(?:-\d+)?\]")
CONCISE = re.compile(r"^\[L(\d+)\] .* \[/L\1\]$", re.MULTILINE)
SENTENCE = re.compile(r"^\[L(\d+)(?: after calls)?\] .*$", re.MULTILINE)
NEXT = r"(?:->|call|back) \[(?:L\d+|end)\]"


def render_monologue(steps: list[Step]) -> str:
    """Returns the simulation alone, in its tersest wording; `forward.render_forward` tells more."""
    return join_sections([(SIMULATION, simulate(steps, "terse", Random(0)))])


@dataclass(frozen=True)
class Format:
    """How reasoning is rendered from a trace, and read back."""

    render: Callable[[str, list[Step]], str]  # (program, steps) -> reasoning without the answer block
    step: re.Pattern | None  # matches each step in a response; None where there are none
    shape: str  # for the book
    source: str  # for the book


FORMATS: dict[str, Format] = {  # its keys are config.FORMATS
    "direct": Format(lambda code, steps: "", None, "the answer alone", ""),
    "scratchpad": Format(render_scratchpad, STATE,
                         "the code, each line followed by the full state after each visit", "{cite}`scratchpads`"),
    "next": Format(render_next, STATE,
                   "the code with numbered states of changed variables, long loops shortened", "{cite}`next`"),
    "concise": Format(render_concise, CONCISE,
                      "one line per executed line, with the changed variables", "{cite}`semcoder`"),
    "monologue": Format(lambda code, steps: render_monologue(steps), SENTENCE,
                        "one sentence per executed line, with the working of its value", "{cite}`semcoder`"),
    "delta": Format(render_delta, re.compile(rf"^\[L\d+\] {NEXT}.*$", re.MULTILINE),
                    "one line per executed line: the line that comes next, then the changed variables",
                    "compact scratchpad of {cite}`tracing`; next line first after arXiv 2602.07672"),
    "self_contained": Format(render_self_contained, re.compile(rf"^\[L\d+\] .* {NEXT}$", re.MULTILINE),
                             "one line per executed line: the variables it reads, the statement, the working of its "
                             "effect, the line that comes next", "single steps of SUBLEQ and MicroPy machines"),
    "dynamic": Format(render_dynamic, re.compile(rf"^\[L\d+\] (?:.* )?{NEXT}.*$", re.MULTILINE),
                      "one line per executed line: the full state before it, the line that comes next, the full state "
                      "after it", "dynamic scratchpad of {cite}`tracing`, as one response"),
}


def render_reasoning(name: str, code: str, steps: list[Step]) -> str:
    """Returns the forward reasoning of one execution in the format `name`, without the answer block."""
    return FORMATS[name].render(code, steps)


def parse_steps(name: str, text: str) -> list[str]:
    """Returns the reasoning steps found in a response, each as its exact text; [] for `direct`.

    Step accuracy compares these lists position by position with the reference's.
    """
    return [text[start:end] for start, end in find_step_spans(name, text)]


def find_step_spans(name: str, text: str) -> list[tuple[int, int]]:
    """Returns where each reasoning step of a response begins and ends; [] for `direct`."""
    pattern = FORMATS[name].step
    return [match.span() for match in pattern.finditer(text.split("[ANSWER]")[0])] if pattern else []


def find_label(step_text: str) -> str | None:
    """Returns the line label a step starts with (`L7`), or None for formats whose order is not execution order."""
    found = re.match(r"\[(L\d+)(?: after calls)?\]", step_text)
    return found.group(1) if found else None
