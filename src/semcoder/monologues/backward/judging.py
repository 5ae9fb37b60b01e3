"""From what came of changed runs to the strongest constraints that they leave standing at a place."""

from collections import Counter

from semcoder.execution.literals import to_literal
from semcoder.monologues.backward.constraints import (
    EXACT,
    Constraint,
    Family,
    holds,
    is_literal_text,
    list_families,
    read_value,
)
from semcoder.monologues.backward.places import Place

MAX_KEPT = 2  # constraints of one variable at one place
MIN_BREAKING = 4  # values of its own type that must break a constraint before it counts as tested
MIN_SHARE = 1 / 3  # of the values that meet an abstract constraint, those that must give the output
MIN_MEETING = 2  # such values, before their share says anything against a constraint that is likely by itself


def judge_place(place: Place, output_text: str, constants: list) -> None:
    """Keeps the strongest constraints on each variable of a place and on what its statement works out."""
    place.kept, counts = {}, Counter()
    place.counts = counts
    for name in place.names:
        tried = [(read_value(change[name]), output == output_text) for change, output, _ in place.tried[1:]
                 if len(change) == 1 and name in change]
        place.kept[name] = find_strongest(name, read_value(place.step.before[name]), tried, constants, counts)
    if place.subject and not place.subject.isidentifier() and is_literal_text(place.tried[0][2][0]):
        value = read_value(place.tried[0][2][0])
        tried = [(read_value(looks[0]), output == output_text) for _, output, looks in place.tried[1:]
                 if looks and is_literal_text(looks[0])]
        if place.is_test:
            value, tried = bool(value), [(bool(other), is_same) for other, is_same in tried]
        place.kept[place.subject] = find_strongest(place.subject, value, tried, constants, counts, place.is_test)


def find_strongest(subject: str, value: object, tried: list[tuple[object, bool]], constants: list, counts: Counter,
                   is_test: bool = False) -> list[Constraint]:
    """Returns the strongest constraints that no tried value refutes, at most MAX_KEPT; the others are counted.

    Args:
        subject: source of what the constraints are about.
        value: the witness's.
        tried: other values, and whether the run still gave the output.
        constants: the program's.
        is_test: the value is the truth of a condition.
    """
    kept: list[tuple[str, tuple]] = []
    giving = [other for other, is_same in tried if is_same]
    failing = [other for other, is_same in tried if not is_same]
    same_type = sum(type(other) is type(value) for other, _ in tried)
    if not failing:
        counts["refuted" if giving else "vacuous"] += 1  # nothing that was tried mattered
        return []
    for family in list_families("bool_of" if is_test else type(value).__name__):
        if not subject.isidentifier() and not family.is_telling and type(value) not in (bool, int, float):
            continue  # a part of what an expression comes to is said of the variables, if at all
        for parameters in family.draw(value, constants):
            if not holds(family.kind, value, parameters):
                continue
            if not all(holds(family.kind, other, parameters) for other in giving):
                counts["refuted"] += 1
                continue
            breaking = [other for other in failing if not holds(family.kind, other, parameters)]
            if not is_tested(family.kind, breaking, type(value), same_type) or not is_telltale(
                    family, parameters, giving, failing):
                counts["vacuous"] += 1
            elif adds_something(kept, family.kind, parameters, tried):
                kept.append((family.kind, parameters))
                break
        if len(kept) >= MAX_KEPT or kept and kept[0][0] in EXACT:
            break
    return [Constraint(kind, subject, *map(to_text, parameters)) for kind, parameters in kept]


def is_tested(kind: str, breaking: list, own_type: type, same_type: int) -> bool:
    """Returns whether enough values broke a constraint: any for an exact one or a type, else several of its type."""
    if kind == "type" or kind in EXACT:
        return bool(breaking)
    return 0 < min(MIN_BREAKING, same_type) <= sum(type(other) is own_type for other in breaking)


def is_telltale(family: Family, parameters: tuple, giving: list, failing: list) -> bool:
    """Returns whether meeting a constraint makes the output likely; else most changes fail, whatever they change.

    Exact values and types are exempt, and so is what an operation cannot see past where little was tried that meets it.
    """
    if family.kind == "type" or family.kind in EXACT:
        return True
    good = sum(holds(family.kind, other, parameters) for other in giving)
    bad = sum(holds(family.kind, other, parameters) for other in failing)
    if family.is_telling and good + bad < MIN_MEETING:
        return True
    return good > 0 and good >= MIN_SHARE * (good + bad)


def adds_something(kept: list[tuple[str, tuple]], kind: str, parameters: tuple, tried: list) -> bool:
    """Returns whether a constraint excludes a tried value that those kept before it allow."""
    if kept and kind == "type":
        return False
    return not kept or any(all(holds(k, other, p) for k, p in kept) and not holds(kind, other, parameters)
                           for other, _ in tried)


def to_text(parameter: object) -> str:
    """Returns the text of a constraint's parameter: a literal, or a type's name."""
    return parameter.__name__ if isinstance(parameter, type) else to_literal(parameter)
