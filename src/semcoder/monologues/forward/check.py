"""Checks a forward monologue, from its text alone, against runs of the program that its author did not see.

The text is read back into claims (claims.py lists their kinds) and each is tested on a replay, which copies all locals
before each line, on the program's text, or, for what is said of all inputs, on executions drawn here. Nothing is taken
from the trace that the monologue was made from. One false claim rejects it; so does a sentence that cannot be read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from semcoder.monologues.claims import Sentence
from semcoder.monologues.forward.confirm import Moment, is_confirmed
from semcoder.monologues.forward.evidence import Evidence
from semcoder.monologues.forward.monologue import CONCLUSION, PROPERTIES, SIMULATION, UNDERSTANDING
from semcoder.monologues.forward.overview import read_overview
from semcoder.monologues.forward.properties import read_property
from semcoder.monologues.sections import split_sections

KIND_OF_EVENT = {"call": "call", "call_bare": "call", "resume": "call", "resume_bare": "call", "raise": "exception"}


@dataclass(frozen=True)
class Verdict:
    """A sentence as read, and for each of its claims whether it is confirmed; no claims: it could not be read."""

    sentence: Sentence
    confirmed: tuple[bool, ...] = ()
    reason: str = ""  # kind of the first claim that is not confirmed, `order` or `unreadable`; "" when all are


def find_false_claim(text: str, evidence: Evidence, walk: str = SIMULATION) -> tuple[str, int]:
    """Returns (why the monologue is not true, or "" if all of it is; how many claims were tested).

    Args:
        text: the monologue.
        evidence: what it is held against.
        walk: heading of the section that goes through the lines. The simulation is tested here; of a backward
            monologue what stands before its reverse deduction.
    """
    number = 0
    for verdict in judge_monologue(text, evidence, walk):
        number += len(verdict.confirmed)
        if verdict.reason:
            return verdict.reason, number
    return "", number


def judge_monologue(text: str, evidence: Evidence, walk: str = SIMULATION) -> Iterator[Verdict]:
    """Yields a verdict for each sentence, in order, and a last one where events are left that nothing was said of."""
    sections = split_sections(text)
    for heading, lines in sections:
        if heading == walk:
            yield from judge_simulation(lines, evidence) if walk == SIMULATION else ()
        elif heading in (UNDERSTANDING, CONCLUSION, PROPERTIES):
            read = read_property if heading == PROPERTIES else read_overview
            for line in lines:
                yield choose_reading(line, read(line), Moment(evidence))
        else:
            yield Verdict(Sentence(heading), (), "unreadable")
    if walk not in [heading for heading, _ in sections]:
        yield Verdict(Sentence(""), (), "order")


def judge_simulation(lines: list[str], evidence: Evidence) -> Iterator[Verdict]:
    """Yields a verdict for each sentence about a step; each must be about the next event of the replay."""
    places = [i for i, event in enumerate(evidence.replay) if event["kind"] != "return"]
    told = 0  # events of which a sentence has spoken
    settled: set[int] = set()  # places of lines whose effect has been told after their calls
    for line in lines:
        readings = evidence.reader.read(line)
        if not readings:
            yield Verdict(Sentence(line), (), "unreadable")
            continue
        if readings[0].is_late:
            place = find_open_line(evidence, places, told, readings[0].line, settled)
            settled.add(place)
        else:
            place = places[told] if told < len(places) else -1
            told += 1
        event = evidence.replay[place] if place >= 0 else {"kind": "", "line": 0}
        fitting = [reading.sentence for reading in readings
                   if KIND_OF_EVENT.get(reading.kind, "line") == event["kind"] and reading.line == event["line"]]
        if fitting:
            yield choose_reading(line, fitting, Moment(evidence, place, readings[0].is_late))
        else:
            yield Verdict(readings[0].sentence, (False,), "order")
    if told < len(places):
        yield Verdict(Sentence(""), (False,), "order")


def find_open_line(evidence: Evidence, places: list[int], told: int, line: int, settled: set[int]) -> int:
    """Returns where in the replay that line was reached whose calls have just been told; -1 if there is none."""
    following = places[told] if told < len(places) else len(evidence.replay)
    for place in reversed(places[:told]):
        event = evidence.replay[place]
        if event["line"] == line and event["kind"] == "line" and place not in settled:
            end = Moment(evidence, place).find_after()
            if places[told - 1] < end <= following and places[told - 1] != place:
                return place
    return -1


def choose_reading(line: str, readings: list[Sentence], moment: Moment) -> Verdict:
    """Returns the verdict on the reading that is true, or on the first if none is."""
    first = None
    for sentence in readings:
        confirmed = tuple(is_confirmed(claim, moment) for claim in sentence.claims)
        if all(confirmed):
            return Verdict(sentence, confirmed)
        first = first or Verdict(sentence, confirmed, sentence.claims[confirmed.index(False)]["kind"])
    return first or Verdict(Sentence(line), (), "unreadable")
