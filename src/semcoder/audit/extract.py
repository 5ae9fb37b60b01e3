"""Free text -> claims: each sentence that speaks of the run, with the moment that the text names for it.

The moment is a line's label, the round of a loop ("Third Iteration (i = 2)") that holds for the lines indented below
it, or a case (`For c = 'l':`). Not read: general sections ("Understanding the Function"), hedged sentences (would,
could, for example, …) and what stands below them, and whatever fits no pattern; `Extraction` counts them.
"""

import re
from dataclasses import dataclass

from semcoder.audit.claims import Claim, Scope
from semcoder.audit.patterns import encode, is_object, read_statements
from semcoder.audit.program import Loop, Program, find_free_names, parse_expression, split_equation
from semcoder.audit.sentences import (
    BRANCH,
    CANDIDATE,
    CASE,
    FINAL,
    MUST,
    RETURNED,
    ROUND,
    ROUNDS,
    SO,
    count_round,
    is_conditional,
    is_hedged,
)
from semcoder.audit.text import LABEL, Monologue, Sentence
from semcoder.audit.wording import DUTY, NOT_RUN, PASSED, SUPPOSED, TRUTH, A

NEAR = 2  # sentences between a condition's label and what came of the condition


@dataclass(frozen=True)
class Extraction:
    """The claims of a monologue, and how many sentences there are: general, about the run, of these without a claim."""

    claims: tuple[Claim, ...]
    num_general: int
    num_specific: int
    num_unread: int


def extract_claims(monologue: Monologue, program: Program, task: str) -> Extraction:
    """Returns a monologue's claims in the order of the text, without its closing answer."""
    reader = Reader(monologue, program, task)
    for number in range(len(monologue.sentences)):
        reader.read(number)
    told = {claim.sentence for claim in reader.claims}
    specific = [n for n, s in enumerate(monologue.sentences) if not s.is_general and re.search(r"\w", s.text)]
    return Extraction(tuple(reader.claims), len(monologue.sentences) - len(specific), len(specific),
                      sum(n not in told for n in specific))


class Reader:
    """Reads sentence after sentence, and remembers the rounds, cases and suppositions that the text has opened."""

    def __init__(self, monologue: Monologue, program: Program, task: str):
        self.claims: list[Claim] = []
        self._sentences, self._program, self._is_backward = monologue.sentences, program, task == "input"
        self._encoded = [encode(sentence, program) for sentence in monologue.sentences]
        self._label_shift = monologue.first_label - 1
        self._open: list[tuple[Sentence, Scope]] = []
        self._supposed: list[Sentence] = []  # lines such as "If the input were …:", which hold for those below them
        self._supposed_line = -1  # in which "for example" and its like stood
        self._condition = (0, -1 - NEAR)  # line of the program labelled last, number of the sentence
        self._labels: set[tuple[int, int]] = set()  # (line of the text, label) that were read
        rounds = [(ROUND.search(text), sources) for text, sources in self._encoded]
        self._round_shift = int(any(found and found.group(3) and sources[int(found.group(3))] == "0"
                                    for found, sources in rounds))  # this text counts from 0

    def read(self, number: int) -> None:
        """Adds the claims of the sentence with that number."""
        sentence, (text, sources) = self._sentences[number], self._encoded[number]
        while self._open and not is_below(sentence, self._open[-1][0]):
            self._open.pop()
        if sentence.is_general:
            return
        while self._supposed and not is_below(sentence, self._supposed[-1]):
            self._supposed.pop()
        outer = self._open[-1][1] if self._open else Scope()
        scope = self._open_round(number, outer) or self._open_case(number, outer) or outer
        labels = [(int(found.group(1)) - self._label_shift, found.start()) for found in LABEL.finditer(text)]
        self._read_lines(number, labels, scope)
        if is_hedged(text) or (DUTY.search(text) and not self._is_backward):
            self._suppose(sentence, text)
            return
        if self._supposed or sentence.line == self._supposed_line:
            self._read_supposed(number)
            return
        lines = () if PASSED.search(text) else tuple(label for label, _ in labels)
        self._read_ends(number)
        self._read_condition(number, scope)
        told = [claim for claim in self.claims if claim.sentence == number]
        for statement in read_statements(text, sources, self._program):
            if any(is_repeated(statement, claim) for claim in told):
                continue
            is_labelled = any(start <= statement.start for _, start in labels)
            where = Scope(lines if is_labelled else (), scope.rounds, scope.bindings)
            self._add(number, statement.kind, statement.subject, statement.value, where, statement.is_change)

    def _add(self, number: int, kind: str, subject: str, value: str, scope: Scope, is_change: bool = False) -> None:
        position = self._sentences[number].position
        claim = Claim(kind, subject, value, number, position, scope, is_change)
        if not any((c.sentence, c.kind, c.subject, c.value) == (number, kind, subject, value) for c in self.claims):
            self.claims.append(claim)

    def _suppose(self, sentence: Sentence, text: str) -> None:
        """Remembers a sentence that speaks of other runs than this."""
        if SUPPOSED.search(text):
            self._supposed_line = sentence.line
        if text.endswith(":") and (SUPPOSED.search(text) or is_conditional(text)):
            self._supposed.append(sentence)

    def _read_supposed(self, number: int) -> None:
        """Reads what holds whatever the run: expressions over literals."""
        for statement in read_statements(*self._encoded[number], self._program):
            if statement.kind == "result" and not find_free_names(parse_expression(statement.subject)) & \
                    self._program.variables:
                self._add(number, statement.kind, statement.subject, statement.value, Scope())

    def _read_lines(self, number: int, labels: list[tuple[int, int]], scope: Scope) -> None:
        """Reads the label of a line that the sentence says is executed."""
        if len({label for label, _ in labels}) == 1:
            self._condition = (labels[0][0], number)
        if len(labels) != 1 or NOT_RUN.search(self._encoded[number][0]):
            return
        label, place = labels[0][0], self._sentences[number].line
        if (place, label) not in self._labels and label in self._program.statement_lines:
            self._add(number, "line", str(label), "", Scope((), scope.rounds, ()))
        self._labels.add((place, label))

    def _read_ends(self, number: int) -> None:
        """Reads what the function returns, how often a loop ran and, backward, which input the text arrives at."""
        text, sources = self._encoded[number]
        found = RETURNED.search(text) or FINAL.search(text)
        if found:
            self._add(number, "returned", "", next(sources[int(n)] for n in reversed(found.groups()) if n), Scope())
        found = ROUNDS.search(text)
        if found and len(self._program.loops) == 1:
            value = {"once": "1", "twice": "2"}.get((found.group(2) or "").lower()) or \
                sources[int(found.group(1) or found.group(3))]
            self._add(number, "rounds", str(self._program.loops[0].line), value, Scope())
        if not self._is_backward:
            return
        for found in MUST.finditer(text):
            name, value = (sources[int(n)] for n in found.groups())
            if name in self._program.parameters and not is_object(text, found.start()):
                self._add(number, "value", name, value, Scope((self._program.def_line,), (), ()))
        found = CANDIDATE.search(text)
        if found and len(self._program.parameters) == 1:
            self._add(number, "candidate", f"{self._program.entry}({sources[int(found.group(1))]})", "", Scope())

    def _read_condition(self, number: int, scope: Scope) -> None:
        """Reads which way the condition went whose label stands in this sentence or shortly before."""
        text, sources = self._encoded[number]
        line, place = self._condition
        if line not in self._program.branches or number - place > NEAR:
            return
        is_plain = line in self._program.plain
        found = BRANCH.search(text) if is_plain or number == place else None  # else it may be a part of the condition
        if not found and is_plain and number and "condition" in self._sentences[number - 1].text:
            found = SO.search(text)
        if found:
            span = found.groups()[-1]
            value = sources[int(span)] if span else TRUTH[found.group(1).lower()]
            if value in ("True", "False"):
                self._add(number, "branch", str(line), value, Scope((), scope.rounds, ()))

    def _open_round(self, number: int, outer: Scope) -> Scope | None:
        """Returns the scope of a sentence that begins a loop's round, and adds what it says of that round."""
        text, sources = self._encoded[number]
        found = ROUND.search(text)
        if not found:
            return None
        count = count_round(found, sources) + self._round_shift
        equation = re.match(rf"\s*(?:\(|:\s*){A}", text[found.end():])
        sides = split_equation(sources[int(equation.group(1))]) if equation else []
        loop = self._choose_loop((found.group(1) or found.group(4) or "").strip().lower(), sides[0] if sides else "")
        if loop is None or count < 1:
            return self._open_scope(number, Scope((), (), outer.bindings))
        rounds = (*(r for r in outer.rounds if r[0] != loop.line), (loop.line, count))
        is_target = len(sides) == 2 and sides[0] in loop.targets
        self._add(number, "iteration", *(sides if is_target else ("", "")), Scope((), rounds, ()))
        return self._open_scope(number, Scope((), rounds, outer.bindings))

    def _choose_loop(self, place: str, name: str) -> Loop | None:
        """Returns the loop that a round belongs to: the only one, that of the name, or the inner or outer of two."""
        loops = sorted(self._program.loops, key=lambda loop: loop.line)
        named = [loop for loop in loops if name in loop.targets]
        if len(loops) == 1 or len(named) == 1:
            return loops[0] if len(loops) == 1 else named[0]
        if len(loops) == 2 and loops[1].end <= loops[0].end and place:
            return loops[1] if place == "inner" else loops[0]
        return None

    def _open_case(self, number: int, outer: Scope) -> Scope | None:
        """Returns the scope of a sentence that begins with `For c = 'l'`."""
        text, sources = self._encoded[number]
        found = CASE.search(text)
        sides = split_equation(sources[int(found.group(1))]) if found else []
        if len(sides) != 2:
            return None
        return self._open_scope(number, Scope((), outer.rounds, (*outer.bindings, (sides[0], sides[1]))))

    def _open_scope(self, number: int, scope: Scope) -> Scope:
        while self._open and self._sentences[number].indent <= self._open[-1][0].indent:
            self._open.pop()
        self._open.append((self._sentences[number], scope))
        return scope


def is_repeated(statement, claim: Claim) -> bool:
    """Returns whether a sentence's statement says again what a claim of the same sentence says."""
    is_same_subject = statement.subject == claim.subject or (claim.kind == "returned" and statement.kind == "value")
    return is_same_subject and statement.value == claim.value


def is_below(sentence: Sentence, header: Sentence) -> bool:
    """Returns whether a header, such as "First Iteration", still holds for a sentence."""
    if sentence.section != header.section:
        return False
    if sentence.line == header.line or sentence.indent > header.indent:
        return True
    return sentence.indent == header.indent and sentence.is_item and not header.is_item
