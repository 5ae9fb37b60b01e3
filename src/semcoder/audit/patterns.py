"""How claims about values are worded: patterns over a sentence whose code is masked by role.

The patterns are few and narrow on purpose: a sentence that fits none is left unread and counted, because a misread
sentence would count against a model that said something else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from semcoder.audit.program import Program, find_role, parse_expression, split_equation
from semcoder.audit.text import Sentence
from semcoder.audit.wording import (
    ASKED,
    CHANGE,
    COMPARED,
    COMPARISON,
    EMPTY,
    END,
    GIVES,
    IS,
    NOUNS,
    OBJECT,
    THING,
    TRUTH,
    WHICH,
    A,
    E,
    N,
    V,
)

OPERATOR = r"\s*(?:<=|>=|==|!=|[-+*/%<>=]|//|\*\*)\s*"
WINDOW = 300  # characters before a match that can change what it means; bounds the work on a line without end
HEADER = re.compile(r"^(?:return|if|elif|while) (.+?):?$")  # a statement quoted whole: its expression
IN_PLACE = re.compile(r"^(\w+)\.(?:append|extend|sort|reverse|insert|update|add|clear|discard|remove)\(")

STATES = (rf"(?:{N}|{A})(?: (?:variable|list|string|dictionary|counter))?,? {{copula}} {NOUNS}{V}{END}")
SETS = re.compile(r"(?:updat|set|sett|increment|chang|initializ|assign|reset|decrement|modif)(?:e|ed|es|s|ing|ies) "
                  rf"(?:the )?(?:value of |variable |counter )?{N} (?:by ‹v\d+› )?(?:to|as) {NOUNS}{V}{END}",
                  re.IGNORECASE)
APPENDS = re.compile(rf"(?:append|add|insert)\w*(?: \w+){{0,3}} (?:to|into) (?:the )?(?:list |string |end of )*{N}(?:, "
                     rf"(?:resulting in|making it|so it becomes|which becomes)|\. It becomes) {NOUNS}{V}{END}")
KIND = "list|string|dictionary|dict|set"
STARTS = re.compile(rf"[Aa]n empty ({KIND}),?(?: (?:named|called))? {N} is (?:created|initialized|defined)|{N} is "
                    rf"(?:initialized|set|created|defined|assigned)(?: as| to| to be)? an empty ({KIND})\b(?!:? ‹)")
NAMED = re.compile(rf"{N}(?: (?:list|string))?{WHICH} {NOUNS}{V}{END}")
ASKS = re.compile(r"\b(?:if|whether)\b[^,.;:(]*$", re.IGNORECASE)  # before what a check asks, and nobody states
SUBJECT = re.compile(r"(?:^|returns?|returning|value of|variable|list|string|the|,|:|joins|now)\s*(?:the )?(?:\w+ )?$")
RESULTS = tuple(re.compile(text) for text in (
    rf"{E}(?: (?:condition|check|operation|comparison|method|expression|part))?(?: \(‹\w\d+›\))?,? {GIVES} "
    rf"{NOUNS}{V}{END}",
    rf"{E}(?: \(‹\w\d+›\))?{WHICH} {NOUNS}{V}{END}"))
TURNS = tuple(re.compile(text) for text in (
    rf"{E} (?:converts|splits|creates|generates|transforms|turns|gets|finds|extracts|retrieves)\b[^‹.]*?"
    rf"(?::|,? resulting in|,? giving|,? which gives|,? yielding) {NOUNS}{V}{END}",
    rf"{E} (?:computes|calculates|counts)\b[^‹.]*, which (?:is|equals) {NOUNS}{V}{END}"))
THROUGH = re.compile(rf"{E} {GIVES} ‹e\d+›{WHICH} {NOUNS}{V}{END}")
ASSIGNED = re.compile(rf"{A}{WHICH} {NOUNS}{V}{END}")
HOLDS = re.compile(rf"{E},? (?:is|evaluates to|becomes|which is|which evaluates to) (?:therefore |thus |also )?"
                   r"(true|false|not true|not false)\b(?! if)")
SINCE = re.compile(rf"\b(?:since|because) {E}(?=,|\.|$)", re.IGNORECASE)
LENGTH = re.compile(rf"length of (?:the )?(?:\w+ )?{THING}(?: \(‹\w\d+›\))?,? (?:is|equals|=|becomes|will be|must be|"
                    rf"which is) {NOUNS}{V}(?!\s*(?:or|\+|-|plus))", re.IGNORECASE)
HAS = re.compile(rf"{THING},? (?:which )?has (?:a )?(?:total )?(?:length of {V}|{V} (?:characters|elements|items)\b)")
APPEARS = re.compile(rf"{THING} (?:appears|occurs) {V} times? in (?:the )?(?:\w+ ){{0,2}}{THING}")
AT_INDEX = re.compile(rf"(?:character|element|value|item) at index {V} (?:of|in) (?:the )?(?:\w+ )?{THING} is "
                      rf"{NOUNS}{V}{END}")
REVERSED = re.compile(rf"revers(?:ing|al of) (?:the )?(?:\w+ )?{THING} (?:gives(?: us)?|results in|yields|is|produces) "
                      rf"{NOUNS}{V}{END}", re.IGNORECASE)
COMPARES = re.compile(rf"\b(since|because|as|if|whether) (?:the )?(?:\w+ )?{THING} ({COMPARISON}) (?:the )?(?:\w+ )?"
                      rf"{THING}(?:,? (?:which|and (?:it|this)) (?:is|returns|evaluates to) (?:{V}|(true|false)))?"
                      r"(?=[,.)]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Statement:
    """A claim as its words make it, before its moment is known; `start` is its place in the sentence's characters."""

    kind: str
    subject: str
    value: str
    start: int
    is_change: bool = False


def encode(sentence: Sentence, program: Program) -> tuple[str, list[str]]:
    """Returns the sentence with spans as `‹role number›`, and their sources; bare arithmetic is made one span."""
    sources = [HEADER.sub(r"\1", span.source) for span in sentence.spans]
    text = re.sub(r"«(\d+)»", lambda found: f"‹{find_role(sources[int(found.group(1))], program)}{found.group(1)}›",
                  sentence.text)

    def merge(found: re.Match) -> str:
        source = re.sub(r"‹\w(\d+)›", lambda part: sources[int(part.group(1))], found.group())
        sources.append(source)
        role = find_role(source, program)
        return f"‹{role}{len(sources) - 1}›" if role in "ea" else found.group()

    # Not from the middle of a longer expression: `int(x) * 4 - 50` holds no `4 - 50`.
    return re.sub(rf"(?<![-+*/%)\]] )(?<![-+*/%)\]])‹[nve]\d+›(?:{OPERATOR}‹[nve]\d+›)+", merge, text), sources


def read_statements(text: str, sources: list[str], program: Program) -> list[Statement]:
    """Returns what an encoded sentence states of values, in the order of the text, nothing twice."""
    found: dict[tuple[str, str], Statement] = {}
    for statement in (*read_values(text, sources), *read_results(text, sources),
                      *read_equations(text, sources, program), *read_measures(text, sources),
                      *read_comparisons(text, sources)):
        found.setdefault((statement.subject, statement.value), statement)
    return sorted(found.values(), key=lambda statement: statement.start)


def is_object(text: str, start: int) -> bool:
    """Returns whether the name at `start` stands in a phrase about something else."""
    return bool(OBJECT.search(text[max(0, start - WINDOW):start]))


def is_question(text: str, start: int) -> bool:
    """Returns whether what begins at `start` is what a check asks: `checks if ‹n0› is ‹v1›`."""
    return bool(ASKS.search(text[max(0, start - WINDOW):start]))


def read_values(text: str, sources: list[str]) -> Iterator[Statement]:
    """Yields `‹name› becomes ‹value›` and its like."""
    for copula, is_change in ((CHANGE, True), (IS, False)):
        for found in re.finditer(STATES.format(copula=copula), text):
            name, equation, value = found.groups()
            subject = sources[int(name)] if name else split_equation(sources[int(equation)])[0].rstrip("+-*/% ")
            if subject.isidentifier() and not is_object(text, found.start()) and not is_question(text, found.start()):
                yield Statement("value", subject, sources[int(value)], found.start(), is_change)
    for pattern in (SETS, APPENDS):
        for found in pattern.finditer(text):
            name, value = (sources[int(number)] for number in found.groups())
            yield Statement("value", name, value, found.start(), True)
    for found in STARTS.finditer(text):
        kind, name = found.group(1) or found.group(4), found.group(2) or found.group(3)
        yield Statement("value", sources[int(name)], EMPTY[kind], found.start(), True)
    for found in re.finditer(rf"^{N}: {V}[.]?$", text):
        yield Statement("value", sources[int(found.group(1))], sources[int(found.group(2))], 0)
    for found in NAMED.finditer(text):
        before = text[max(0, found.start() - WINDOW):found.start()]
        is_asked = re.search(r"\b(?:if|whether|check)", before)
        if SUBJECT.search(before) and not is_asked and not is_object(text, found.start()):
            yield Statement("value", sources[int(found.group(1))], sources[int(found.group(2))], found.start())


def read_results(text: str, sources: list[str]) -> Iterator[Statement]:
    """Yields `‹expression› is ‹value›`, `‹expression›, which returns ‹value›` and their like."""
    for pattern in (*RESULTS, *TURNS, THROUGH):
        for found in pattern.finditer(text):
            is_asked = pattern in RESULTS and ASKED.search(text[max(0, found.start() - WINDOW):found.start()])
            if pattern is RESULTS[0] and is_question(text, found.start()):
                continue
            if pattern in TURNS or is_asked or not is_object(text, found.start()):
                yield make_result(*(sources[int(number)] for number in found.groups()), found.start())
    for found in ASSIGNED.finditer(text):
        sides = split_equation(sources[int(found.group(1))])
        if len(sides) == 2 and sides[0].isidentifier():
            yield Statement("value", sides[0], sources[int(found.group(2))], found.start(), True)
    for found in HOLDS.finditer(text):
        if is_question(text, found.start()) and "which" not in found.group():
            continue
        yield make_result(sources[int(found.group(1))], TRUTH[found.group(2)], found.start())
    for found in SINCE.finditer(text):
        source = sources[int(found.group(1))]
        if re.search(r"[<>]|==|!=|\b(?:in|not|is)\b", source):
            yield make_result(source, "True", found.start())


def make_result(expression: str, value: str, start: int) -> Statement:
    """Returns the claim that an expression has a value; after a call such as `x.append(1)` it is about `x`."""
    method = IN_PLACE.match(expression)
    if method and value != "None":
        return Statement("value", method.group(1), value, start, True)
    return Statement("result", expression, value, start)


def read_equations(text: str, sources: list[str], program: Program) -> Iterator[Statement]:
    """Yields what spans such as `p = 0 + 4 = 4` state by themselves."""
    for found in re.finditer(A, text):
        sides = split_equation(sources[int(found.group(1))])
        before = text[max(0, found.start() - WINDOW):found.start()]
        is_asked = re.search(r"\b(?:if|whether|condition)\s+(?:the )?$", before)
        goes_on = re.match(r"\s*(?:[-+*/%]|if\b|or\b|‹)|\.\w|[\[(]", text[found.end():])
        if is_asked or goes_on or find_role(sides[-1], program) != "v":
            continue
        first, value = sides[0].rstrip("+-*/% "), sides[-1]
        if first in program.variables:
            if sides[0] == first or len(sides) > 2:
                yield Statement("value", first, value, found.start(), len(sides) > 2)
        elif find_role(first, program) == "e":
            yield Statement("result", first, value, found.start())
        for side in sides[1:-1]:
            if find_role(side, program) == "e":
                yield Statement("result", side, value, found.start())


def read_measures(text: str, sources: list[str]) -> Iterator[Statement]:
    """Yields lengths, counts, reversals and items at an index, as results of the expression that they stand for."""
    def read(found: re.Match) -> list[str]:
        return [sources[int(number)] for number in found.groups() if number]

    for pattern in (LENGTH, HAS):
        for found in pattern.finditer(text):
            thing, number = read(found)
            is_stated = not is_question(text, found.start())
            if is_stated and (pattern is LENGTH or not is_object(text, found.start())):
                yield Statement("result", f"len({thing})", number, found.start())
    for found in APPEARS.finditer(text):
        item, number, holder = read(found)
        yield Statement("result", f"{bracket(holder)}.count({item})", number, found.start())
    for found in AT_INDEX.finditer(text):
        index, holder, value = read(found)
        yield Statement("result", f"{bracket(holder)}[{index}]", value, found.start())
    for found in REVERSED.finditer(text):
        holder, value = read(found)
        yield Statement("result", f"{bracket(holder)}[::-1]", value, found.start())


def read_comparisons(text: str, sources: list[str]) -> Iterator[Statement]:
    """Yields comparisons in words that are stated, as in `since ‹v0› is not in ‹n1›`, or asked and answered."""
    for found in COMPARES.finditer(text):
        word, left, phrase, right, value, truth = found.groups()
        answer = sources[int(value)] if value else TRUTH.get(truth or "")
        is_asked = word.lower() in ("if", "whether")
        source = f"{bracket(sources[int(left)])} {COMPARED[phrase.lower()]} {bracket(sources[int(right)])}"
        if is_asked == (answer is not None) and answer in (None, "True", "False") and parse_expression(source):
            yield Statement("result", source, answer or "True", found.start())


def bracket(source: str) -> str:
    """Returns source text as an operand."""
    return source if re.fullmatch(r"\w+", source) else f"({source})"
