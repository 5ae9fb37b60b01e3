"""Which constraints hold on the executed path, found out by trying: variables are set to other values at each point
where they are read, and the run goes on to see whether it still gives the output.

A constraint holds of the witness's value. A value that breaks it and gives the output all the same refutes it; where
no value that breaks it could be tried it is vacuous. Both are counted and dropped. What stays says: with all other
variables as they are in this run, none of the values tried that break it led to the output.
"""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from semcoder.execution.effects import PURE_METHODS
from semcoder.execution.jobs import Job
from semcoder.execution.literals import to_literal
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.alternatives import draw_edits, find_constants, list_alternatives
from semcoder.monologues.constraints import EXACT, Constraint, holds, is_literal_text, list_families, read_value
from semcoder.monologues.steps import Step, find_statements
from semcoder.monologues.working import PURE_BUILTINS

MAX_TRIED = 60  # (place, variable) pairs of one execution, those next to the output first
MAX_KEPT = 2  # constraints of one variable at one place
MIN_BREAKING = 4  # values of its own type that must break a constraint before it counts as tested
MAX_LINES = 2000  # executed lines of one changed run
NUM_EDITS = 20  # further values tried of a variable where the first ones left a constraint standing
NUM_EDITS_WEAK = 48  # the same for constraints on a part, a size or a class, which more values get round
ROUNDS = 3  # of such edits: where one constraint falls, a weaker one takes its place
MAX_PAIRS = 6  # changes of two variables at once, where a statement reads two
UNCOPIED = (list, dict, set)  # types whose objects another name may hold
LARGE = 10**7  # a changed number beyond it is not tried: `[0] * n` would fill memory


Trial = tuple[dict[str, str], str, list[str]]
"""(names put to literals, what the run then gave, what the place's subject was)"""


@dataclass(eq=False)
class Place:
    """One executed line of the entry frame, and what is tried before it."""

    number: int  # 1 for the first executed line
    step: Step
    names: list[str] = field(default_factory=list)
    subject: str = ""  # the expression that the statement works out, where it may be looked at
    is_test: bool = False  # it decides a branch
    tried: list[Trial] = field(default_factory=list)
    kept: dict[str, list[Constraint]] = field(default_factory=dict)  # by name; the subject's under its text
    proven: set[Constraint] = field(default_factory=set)  # those that edits made to break them were tried on
    counts: Counter = field(default_factory=Counter)  # candidates that were refuted, or vacuous

    def list_unproven(self) -> list[Constraint]:
        """Returns what is kept but was met by the first values only."""
        return [c for kept in self.kept.values() for c in kept if c not in self.proven]


def list_places(code: str, steps: list[Step]) -> list[Place]:
    """Returns the executed lines of the entry frame, with the variables worth trying at each.

    A variable is tried where it is last read before it changes, and where it is first read after it has; parameters
    also before the first line.
    """
    tree = ast.parse(code)
    statements, outer = find_statements(code), list_global_names(tree)
    own = [step for step in steps if step.depth == 0 and step.kind not in ("call", "resume", "exception")]
    places, reads, version = [], defaultdict(list), Counter()
    previous = None
    for number, step in enumerate(own, 1):
        node = statements[step.line]
        place = Place(number, step)
        is_round = isinstance(node, (ast.For, ast.AsyncFor)) and previous is not None and is_inside(node, previous)
        if not is_round:
            place.subject, place.is_test = find_subject(node, step, outer)
        for name in () if is_round else find_reads(node, step):
            reads[name, version[name]].append(place)
        places.append(place)
        version.update(step.changed.keys())
        previous = step.line
    for (name, _), read_at in reads.items():
        for place in dict.fromkeys((read_at[0], read_at[-1]), None):
            place.names.append(name)
    return places


def is_inside(loop: ast.For, line: int) -> bool:
    """Returns whether a line lies in a loop, so that an arrival from there asks for the next item only."""
    return loop.lineno <= line <= loop.body[-1].end_lineno


def list_global_names(tree: ast.Module) -> set[str]:
    """Returns the names that a program binds at its top level: they may hide builtins."""
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} | {
        n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))} | {
        a.asname or a.name.split(".")[0] for n in ast.walk(tree)
        if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}


def list_parts(node: ast.AST) -> list[ast.AST]:
    """Returns the parts of a statement that its own line evaluates."""
    if isinstance(node, (ast.If, ast.While, ast.Assert)):
        return [node.test]
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return [node.iter]
    if isinstance(node, ast.Match):
        return [node.subject]
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Try, ast.With, ast.ExceptHandler, ast.match_case)):
        return []
    return [node]


def find_reads(node: ast.AST, step: Step) -> list[str]:
    """Returns the variables with a literal that a statement reads, in the order of the text."""
    names = [n.id for part in list_parts(node) for n in ast.walk(part)
             if isinstance(n, ast.Name) and isinstance(n.ctx, (ast.Load, ast.Del))]
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        names.insert(0, node.target.id)
    return [name for name in dict.fromkeys(names) if is_literal_text(step.before.get(name, "<"))]


def find_subject(node: ast.AST, step: Step, outer: set[str]) -> tuple[str, bool]:
    """Returns the source of what a statement works out, "" where looking at it might change something, and whether
    it is a test."""
    is_test = isinstance(node, (ast.If, ast.While, ast.Assert))
    if is_test:
        expression = node.test
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        expression = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
    elif isinstance(node, ast.Return) and node.value is not None or (
            isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
        expression = node.value
    else:
        return "", is_test
    if not is_pure(expression, step.before, outer):
        return "", is_test
    return ast.unparse(ast.fix_missing_locations(expression)), is_test


def is_pure(expression: ast.expr, state: dict[str, str], outer: set[str]) -> bool:
    """Returns whether evaluating an expression changes nothing: operators, pure builtins and methods on literals."""
    bound = {n.id for n in ast.walk(expression) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {a.arg for n in ast.walk(expression) if isinstance(n, ast.Lambda) for a in n.args.args}
    read = False
    for node in ast.walk(expression):
        if isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)):
            return False
        if isinstance(node, ast.Attribute) and node.attr not in PURE_METHODS | {"format", "join"}:
            return False
        if isinstance(node, ast.Name) and node.id not in bound:
            if node.id in state:
                read = True
                if not is_literal_text(state[node.id]):
                    return False
            elif node.id not in PURE_BUILTINS or node.id in outer:
                return False
    return read


def try_places(box: Sandbox, code: str, entry: str, input_text: str, output_text: str, places: list[Place],
               parameters: list[str]) -> tuple[dict[str, list[Constraint]], Counter] | None:
    """Fills in what the places' variables must be; returns the same of the parameters before the first line, counts.

    None where the changed runs could not be had (time, memory, a sandbox fault).

    Args:
        parameters: their names, each with a literal before the first line.
    """
    constants = find_constants(ast.parse(code))
    first, left, asked = places[0], MAX_TRIED - len(parameters), []
    own_names = first.names
    first.names = list(dict.fromkeys([*first.names, *parameters]))
    for place in reversed(places):
        if place is not first:
            place.names = place.names[:max(0, left)]
            left -= len(place.names)
        if place.names:
            asked.append(place)
    job = Job(code=code, entry=entry, inputs=(input_text,), max_events=MAX_LINES)
    if not run_trials(box, job, [(place, list_changes(place, constants)) for place in asked]):
        return None
    sound = [place for place in asked if place.tried[0][1] == output_text]
    for place in sound:
        judge_place(place, output_text, constants)
    random = Random(code + input_text)
    for _ in range(ROUNDS):
        again = [(place, list_edits(place, constants, random)) for place in sound if place.list_unproven()]
        if not run_trials(box, job, again):
            return None
        for place, _ in again:
            place.proven |= {c for kept in place.kept.values() for c in kept}
            judge_place(place, output_text, constants)
    counts = Counter({"aliased": sum(len(place.names) for place in asked if place not in sound)})
    for place in sound:
        counts.update(place.counts)
        place.kept = {name: [c for c in kept if c in place.proven] for name, kept in place.kept.items()}
    first.names = own_names
    return {name: first.kept.get(name, []) for name in parameters}, counts


def run_trials(box: Sandbox, job: Job, planned: list[tuple[Place, list[dict[str, str]]]]) -> bool:
    """Makes the changes planned and notes at their places what came of them; returns whether it went well."""
    changes = tuple((place.number, change, [place.subject] if place.subject else [])
                    for place, asked in planned for change in asked)
    if not changes:
        return True
    outcome = box.run(replace(job, changes=changes))[0]
    if outcome.status != "ok" or len(outcome.events) != len(changes):
        return False
    results = iter(outcome.events)
    for place, asked in planned:
        place.tried += [(change, *next(results)) for change in asked]
    return True


def list_changes(place: Place, constants: list) -> list[dict[str, str]]:
    """Returns the changes tried first at a place; before all others its own values, which must change nothing."""
    before = {name: read_value(text) for name, text in place.step.before.items() if is_literal_text(text)}
    values = {name: before[name] for name in place.names}
    same = {name: place.step.before[name] for name, value in values.items() if isinstance(value, UNCOPIED)}
    single = {name: keep_small(list_alternatives(value, constants, list(before.values())), value)
              for name, value in values.items()}
    return [same, *({name: text} for name, texts in single.items() for text in texts), *join(single, place)]


def list_edits(place: Place, constants: list, random: Random) -> list[dict[str, str]]:
    """Returns the changes tried then: random ones that break what is kept of a variable, or may break the rest."""
    single = {}
    around = [value for text in place.step.before.values() if is_literal_text(text)
              and type(value := read_value(text)) in (int, str)]
    for name in place.names:
        kept = [c for c in place.kept.get(name, []) if c not in place.proven]
        if kept or any(c not in place.proven for c in place.kept.get(place.subject, ())):
            tests = [(c.kind, c.parameters) for c in kept]
            value = read_value(place.step.before[name])
            number = NUM_EDITS if all(c.is_telling for c in kept) else NUM_EDITS_WEAK
            edits = draw_edits(value, constants + around, random, partial(breaks_any, tests), number)
            single[name] = keep_small(edits, value)
    return [*({name: text} for name, texts in single.items() for text in texts), *join(single, place)]


def breaks_any(tests: list[tuple[str, tuple]], value: object) -> bool:
    """Returns whether a value breaks one of some constraints; any value will do where there are none."""
    return not tests or not all(holds(kind, value, parameters) for kind, parameters in tests)


def join(single: dict[str, list[str]], place: Place) -> Iterable[dict[str, str]]:
    """Yields changes of two variables at once, for what reads both."""
    if place.subject and len(single) > 1:
        (first, texts), (second, others) = list(single.items())[:2]
        yield from ({first: a, second: b} for a, b in list(zip(texts, others, strict=False))[:MAX_PAIRS])


def keep_small(alternatives: list[tuple[object, str]], value: object) -> list[str]:
    """Returns the literals of alternatives, without numbers so large that a run could fill memory."""
    return [text for other, text in alternatives
            if not isinstance(other, (int, float)) or abs(other) <= max(LARGE, abs(value or 0))]


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
            if not is_tested(family.kind, breaking, type(value), same_type):
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


def adds_something(kept: list[tuple[str, tuple]], kind: str, parameters: tuple, tried: list) -> bool:
    """Returns whether a constraint excludes a tried value that those kept before it allow."""
    if kept and kind == "type":
        return False
    return not kept or any(all(holds(k, other, p) for k, p in kept) and not holds(kind, other, parameters)
                           for other, _ in tried)


def to_text(parameter: object) -> str:
    """Returns the text of a constraint's parameter: a literal, or a type's name."""
    return parameter.__name__ if isinstance(parameter, type) else to_literal(parameter)
