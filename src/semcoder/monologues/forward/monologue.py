"""Forward monologues: what the function is, what holds for all its inputs, and what each line of one run did.

Source: the sections of paper App. G. Departure: compiled from program, trace and tested properties instead of written
by GPT-4o-mini; at `terse` only the simulation, because a small model pays for each token.
"""

import ast
from functools import lru_cache
from random import Random

from semcoder.monologues.claims import Sentence
from semcoder.monologues.forward.overview import conclude, describe_function
from semcoder.monologues.forward.phrases import write_step
from semcoder.monologues.forward.properties import Property, word_property
from semcoder.monologues.sections import Section, join_sections
from semcoder.monologues.steps import Step, render_headers

UNDERSTANDING, PROPERTIES = "Understanding the Function", "Key Properties and Constraints"
SIMULATION, CONCLUSION = "Execution Simulation", "Conclusion"


def render_forward(code: str, entry: str, steps: list[Step], output: str, *, verbosity: str, random: Random,
                   properties: tuple[Property, ...] = (), description: str = "") -> str:
    """Returns the forward monologue of one execution.

    Args:
        code: the program.
        entry: the function called.
        steps: what the execution did.
        output: literal that it returned.
        verbosity: `terse` has the simulation alone, `normal` adds what the function is and its properties, `full`
            tells all of it at length.
        random: chooses among wordings.
        properties: what was found to hold for all inputs tried.
        description: what the program is for, where its record says so.
    """
    sections: list[Section] = [(SIMULATION, simulate(steps, verbosity, random))]
    if verbosity != "terse":
        sections = [*introduce(code, entry, verbosity, random, properties, description), *sections]
        sections.append((CONCLUSION, [conclude(entry, output, random)]))
    return join_sections(sections)


def introduce(code: str, entry: str, verbosity: str, random: Random, properties: tuple[Property, ...],
              description: str) -> list[Section]:
    """Returns the sections that come before the walk through one execution, in either direction."""
    sections = [(UNDERSTANDING, describe_function(code, entry, verbosity, random, description))]
    if properties:
        sections.append((PROPERTIES, [word_property(found, random) for found in properties]))
    return sections


def simulate(steps: list[Step], verbosity: str, random: Random) -> list[Sentence]:
    """Returns a sentence per step, in the order in which they happened.

    A line that calls functions of the program has two: one when it is reached, and one after those have run, because
    its effect is not known before.
    """
    sentences, waiting = [], []
    for step in steps:
        while waiting and step.depth <= waiting[-1].depth:
            sentences.append(write_step(*describe_step(waiting.pop(), True), verbosity, random, is_late=True))
        if step.has_calls:
            waiting.append(step)
        sentences.append(write_step(*describe_step(step), verbosity, random))
    while waiting:
        sentences.append(write_step(*describe_step(waiting.pop(), True), verbosity, random, is_late=True))
    return sentences


def describe_step(step: Step, is_late: bool = False) -> tuple[str, int, dict[str, str]]:
    """Returns a step's kind of wording, its line, and what its slots can hold."""
    slots = {"source": step.source}
    if step.has_calls and not is_late:
        return "reached", step.line, slots
    if step.next_line:
        slots["next"] = f"L{step.next_line}"
    kind = step.kind
    if kind in ("assign", "return", "branch"):
        if is_constant(step):
            return "constant", step.line, slots
        if step.stages:
            return name_worked(step, slots), step.line, slots
        kind = "going" if step.next_line else "reached"
    if kind == "loop":
        slots |= {"target": step.name, "value": step.stages[0]}
        if step.iteration:
            slots |= {"left": step.remaining, "number": str(step.iteration)}
    elif kind == "exception":
        kind, slots["error"] = "raise", step.name
    elif kind == "call":
        kind = "call" if step.changed else "call_bare"
        slots["arguments"] = ", ".join(f"{name} is {text}" for name, text in step.changed.items())
    elif kind == "resume":
        kind = "resume" if step.changed else "resume_bare"
        slots["changes"] = list_changes(step)
    elif kind in ("mutate", "plain") and step.changed:
        kind, slots["changes"] = "mutate", list_changes(step)
        if step.stages:
            kind, slots["stages"] = "work_mutate", " = ".join(step.stages)
    elif kind == "plain":
        kind = "jump" if step.source in ("break", "continue") and step.next_line else "plain"
    return kind, step.line, slots


def name_worked(step: Step, slots: dict[str, str]) -> str:
    """Adds the working to the slots; returns the kind of wording."""
    *stages, value = step.stages
    slots |= {"value": value, "truth": value, "working": " = ".join(step.stages)}
    if step.kind == "assign":
        slots["name"] = step.name
    if stages:
        slots["stages"] = (" then " if step.kind == "branch" else " = ").join(stages)
    return {"assign": "work", "return": "work_return", "branch": "work_branch"}[step.kind] if stages else step.kind


def is_constant(step: Step) -> bool:
    """Returns whether the statement gives a name a literal, so that its own text says all there is to say."""
    return step.kind == "assign" and len(step.stages) == 1 and step.source == f"{step.name} = {step.stages[0]}"


def list_changes(step: Step) -> str:
    """Returns what a step changed, as `a is now 1, b is now [2]`."""
    return ", ".join(f"{name} is now {text}" for name, text in step.changed.items())


@lru_cache(maxsize=256)
def find_headers(code: str) -> dict[int, tuple[str, ...]]:
    """Returns what may stand for the statement of each line: its header, and where a call begins or goes on, the
    function's name."""
    found = {line: (header,) for line, header in render_headers(code).items()}
    for function in ast.walk(ast.parse(code)):
        if isinstance(function, ast.FunctionDef):
            first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
            starts = range(first, function.body[0].lineno)
            yields = [node.lineno for node in ast.walk(function) if isinstance(node, (ast.Yield, ast.YieldFrom))]
            found |= {line: (*found[line], function.name) for line in (*starts, *yields) if line in found}
    return found
