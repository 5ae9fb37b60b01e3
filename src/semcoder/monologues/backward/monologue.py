"""Backward monologues: from the output back along the executed path to one concrete input.

One sentence per executed line of the entry function, last line first, says what had to hold before the line for the
run to end in the output: what its expression must come to, and the strongest constraint on each variable that trials
(`trials`) did not refute; an exact one with the working that undoes the statement, where it can be undone. At the
end stand the constraints on the parameters, and one input. Departure: the paper's constraints are a model's
unverified text; these are tested by execution, one variable at a time, the others being as they are in the run.
"""

import ast
from collections import Counter
from dataclasses import dataclass
from random import Random

from semcoder.execution.events import DELETED
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.backward.constraints import Constraint, is_literal_text
from semcoder.monologues.backward.inversion import undo_statement
from semcoder.monologues.backward.places import Place, list_places
from semcoder.monologues.backward.reversal import INPUTS, OUTPUTS, Clause, Effect, Requirement, Writer
from semcoder.monologues.backward.trials import try_places
from semcoder.monologues.claims import Sentence
from semcoder.monologues.steps import Step, find_statements

MAX_SHOWN = 60  # characters of another operand's value


@dataclass(frozen=True)
class Backward:
    """A backward monologue's sentences, and its constraints counted: exact, abstract, vacuous, refuted, aliased."""

    sentences: tuple[Sentence, ...]
    counts: Counter


def render_backward(box: Sandbox, program: dict, steps: list[Step], input_text: str, output_text: str,
                    verbosity: str = "terse", random: Random | None = None) -> Backward:
    """Returns the backward monologue of one execution; without sentences where no constraint stood the trials.

    Args:
        box: where the program is run again, with changed variables.
        program: `code` and `entry` (records.Program).
        steps: the execution.
        input_text: its argument list.
        output_text: the literal it returned.
        verbosity: `terse`: one wording, no effect where a constraint says as much; `normal`, `full`: any wording.
        random: chooses the wordings when not terse.
    """
    places = list_places(program["code"], steps)
    parameters = find_parameters(steps)
    tried = try_places(box, program["code"], program["entry"], input_text, output_text, places,
                       parameters, len(steps)) if places else None
    if tried is None:
        return Backward((), Counter({"without trials": 1}))
    at_start, counts = tried
    teller = Teller(program["code"], verbosity, Writer(None if verbosity == "terse" else random or Random(0)))
    followers = [*(place.step.line for place in places[1:]), None]
    lines = [teller.tell_line(place, then) for place, then in reversed(list(zip(places, followers, strict=True)))]
    start = [Requirement(c) for kept in at_start.values() for c in teller.shorten(kept, is_start=True)
             if verbosity != "terse" or c not in teller.told_last]
    told = teller.told + [requirement.constraint for requirement in start
                          if requirement.constraint not in teller.told_last]
    counts.update("exact" if c.is_exact else "abstract" for c in told)
    if all(c.kind == "type" for c in told):
        return Backward((), counts)
    writer = teller.writer
    return Backward((writer.write_end(OUTPUTS, "output", output_text), *lines,
                     *([writer.write_start(start)] if start else []),
                     writer.write_end(INPUTS, "input", input_text)), counts)


def find_parameters(steps: list[Step]) -> list[str]:
    """Returns the names that the entry function's call bound to values with a literal."""
    call = next((step for step in steps if step.depth == 0 and step.kind == "call"), None)
    return [name for name, text in call.changed.items() if is_literal_text(text)] if call else []


class Teller:
    """Puts what is known of each place into clauses."""

    def __init__(self, code: str, verbosity: str, writer: Writer):
        self.writer = writer
        self.told: list[Constraint] = []
        self.told_last: list[Constraint] = []  # by the last sentence
        self._statements, self._verbosity = find_statements(code), verbosity

    def tell_line(self, place: Place, follower: int | None) -> Sentence:
        """Returns the sentence about an executed line; `follower` is the line that ran next."""
        step = place.step
        effects = list_effects(step, self._statements[step.line], follower)
        requirements = self.list_requirements(place)
        self.told_last = [clause.constraint for clause in requirements if isinstance(clause, Requirement)]
        self.told += self.told_last
        if self._verbosity == "terse" and any(
                isinstance(c, Requirement) and (c.working or c.constraint.subject == place.subject)
                for c in requirements):
            effects = []  # it is the same said forwards
        return self.writer.write_line(step.line, step.source, [*effects, *requirements])

    def list_requirements(self, place: Place) -> list[Clause]:
        """Returns what must hold before a line: of its expression, then of each variable."""
        clauses: list[Clause] = [] if place.subject in place.names else [
            Requirement(c) for c in self.shorten(place.kept.get(place.subject, []))]
        known = place.step.before
        has_undone = False
        for name in place.names:
            kept = [c for c in self.shorten(place.kept.get(name, []))
                    if c.is_telling or not clauses or self._verbosity != "terse"]
            if not kept:
                continue
            said = {c.constraint.subject for c in clauses if isinstance(c, Requirement)}
            working = self.find_working(place, name) if kept[0].is_exact and not has_undone else ""
            if working and self._verbosity != "terse":
                clauses += [Effect("is", other, known[other]) for other in place.names
                            if other not in said | {name} and len(known[other]) < MAX_SHOWN]
            if has_undone and kept[0].is_exact:
                continue  # one operand is worked back from the other, which this run has chosen
            has_undone = has_undone or bool(working)
            clauses += [Requirement(kept[0], working), *map(Requirement, kept[1:])]
        return self.drop_repeated(place, clauses)

    def drop_repeated(self, place: Place, clauses: list[Clause]) -> list[Clause]:
        """Returns the clauses; a terse sentence says of an expression only what no exact variable implies."""
        is_exact = len(place.names) == 1 and place.subject not in place.names and any(
            isinstance(c, Requirement) and c.constraint.is_exact and c.constraint.subject == place.names[0]
            for c in clauses)
        if self._verbosity == "terse" and is_exact:
            return [c for c in clauses if isinstance(c, Requirement) and c.constraint.subject != place.subject]
        return clauses

    def shorten(self, kept: list[Constraint], is_start: bool = False) -> list[Constraint]:
        """Returns the constraints worth their words: in terse monologues the strongest one, types at the start only."""
        kept = [c for c in kept if c.kind != "type" or is_start and self._verbosity != "terse"]
        return kept[:1] if self._verbosity == "terse" else kept

    def find_working(self, place: Place, name: str) -> str:
        """Returns the expression that undoes a statement for one variable, "" where there is none."""
        step = place.step
        result = step.stages[-1] if step.kind in ("assign", "return") and step.stages else ""
        if result and not is_literal_text(result):
            return ""
        after = {**step.before, **step.changed}
        return undo_statement(self._statements[step.line], name, step.before, after, result) or ""


def list_effects(step: Step, node: ast.AST, follower: int | None) -> list[Effect]:
    """Returns what a line did in this run; whether a loop went on is seen from the line that ran next."""
    value = step.stages[-1] if step.stages else ""
    if step.kind == "return" and is_literal_text(value):
        return [Effect("returns", v=value)]
    if step.kind == "branch" and value:
        return [Effect("passed" if value == "True" else "failed")]
    then = {**step.before, **step.changed}
    if isinstance(node, (ast.For, ast.AsyncFor)):
        if follower is None or not node.body[0].lineno <= follower <= node.body[-1].end_lineno:
            return [Effect("ended")]
        names = [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]
        return [Effect("takes", name, then[name]) for name in names if is_literal_text(then.get(name, "<"))] or [
            Effect("runs" if step.changed else "nothing")]
    changed = {**({step.name: then[step.name]} if step.kind == "assign" and step.name in then else {}), **step.changed}
    told = [Effect("gone", name) if text == DELETED else Effect("becomes", name, text)
            for name, text in changed.items() if text == DELETED or is_literal_text(text)]
    return told or [Effect("runs" if changed else "nothing")]
