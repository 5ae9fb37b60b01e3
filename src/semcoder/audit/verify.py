"""Claims -> verdicts: each claim gets the moments of the true run at which it holds, then a walk is laid through them.

The walk goes forward: moments never decrease along the text. Among all such walks one is taken that confirms the most
claims, and of these the one that confirms the earlier claims first, so that a text is read as kindly as its order
allows. What is left over is false where the text named a moment (a line, a round of a loop, something that *becomes*),
and unclear where a plain `x is 3` holds only at an earlier moment: it may look back.
"""

from bisect import bisect_left

from semcoder.audit.claims import Claim, Verdict
from semcoder.audit.program import Program, find_free_names, parse_expression
from semcoder.audit.run import MAX_STATES, RAISES, Run, is_equal, read_value

TIMELESS = ("rounds", "returned", "candidate", "answer")


class Question:
    """An expression to be evaluated for a claim: in which states, and at which moments these occur."""

    def __init__(self, claim: Claim, program: Program, run: Run):
        self.claim, self.states, self.moments = claim, [], []
        node = parse_expression(claim.subject)
        names = find_free_names(node) & program.variables if node is not None else set()
        bindings = dict(claim.scope.bindings)
        self.is_timeless = not names
        if not names:
            self.states = [{}]
            return
        places: dict[tuple, int] = {}
        for position in run.list_moments(*find_moment(claim, program, run)):
            state = run.state(position)
            values = {name: state.get(name, bindings.get(name)) for name in names}
            key = tuple(sorted(values.items()))
            if None in values.values() or (key not in places and len(places) == MAX_STATES):
                continue
            if key not in places:
                places[key] = len(self.states)
                self.states.append(values)
            self.moments.append((position, places[key]))
        self.is_timeless = bool(self.states) and not any(name in run.state(p) for name in names
                                                         for p in range(len(run.events)))


def find_moment(claim: Claim, program: Program, run: Run) -> tuple[tuple, tuple, bool]:
    """Returns (lines, rounds, is_change) of a claim; lines that cannot run say nothing, the `def` line is the start."""
    lines = tuple(line for line in claim.scope.lines if line in program.statement_lines)
    if claim.scope.lines == (program.def_line,) and run.events:
        lines = (run.events[0]["line"],)
    return lines, claim.scope.rounds, claim.is_change


def ask(claims: tuple[Claim, ...], program: Program, run: Run) -> dict[int, Question]:
    """Returns the questions of those claims that need an expression's value, by the claim's number."""
    return {number: Question(claim, program, run) for number, claim in enumerate(claims)
            if claim.kind in ("result", "candidate")}


def judge_claims(claims: tuple[Claim, ...], program: Program, run: Run, questions: dict[int, Question],
                 answers: dict[int, list[str]], output: str, is_ordered: bool) -> list[Verdict]:
    """Returns the verdicts.

    Args:
        claims: of one monologue, in the order of the text.
        program: the program.
        run: its true run.
        questions: what `ask` returned.
        answers: for each question its expression's value in each of its states.
        output: literal that the function is said to return: of the run, or the output given in the task.
        is_ordered: whether the text goes the way of the run; a backward one does not, its claims hold each by itself.
    """
    verdicts: list[Verdict | None] = [None] * len(claims)
    inner = [event["value"] for event in run.events if event["kind"] == "return"] if program.is_recursive else []
    outputs = [output, *inner]  # of which call a sentence speaks is not told
    walk: list[tuple[int, list[int]]] = []  # claims that the walk can confirm, and where
    for number, claim in enumerate(claims):
        if claim.kind in TIMELESS or number in questions and questions[number].is_timeless:
            verdicts[number] = judge_timeless(claim, run, answers.get(number), outputs)
            continue
        positions = list_positions(claim, program, run, questions.get(number), answers.get(number))
        if isinstance(positions, Verdict):
            verdicts[number] = positions
        elif positions:
            walk.append((number, positions))
        else:
            verdicts[number] = Verdict(claim, "false", "at no such moment")
    confirmed = walk_forward([positions for _, positions in walk]) if is_ordered else [True] * len(walk)
    for (number, _), is_confirmed in zip(walk, confirmed, strict=True):
        verdicts[number] = judge_leftover(claims[number]) if not is_confirmed else Verdict(claims[number], "true")
    return verdicts


def judge_leftover(claim: Claim) -> Verdict:
    """Returns the verdict on a claim that holds at some moment, but at none that fits the order of the text."""
    has_moment = claim.scope.lines or claim.is_change or claim.kind in ("line", "branch")
    return Verdict(claim, "false" if has_moment else "unclear", "at no moment that fits the order")


def judge_timeless(claim: Claim, run: Run, values: list[str] | None, outputs: list[str]) -> Verdict:
    """Returns the verdict on a claim that holds or not whatever the moment."""
    if claim.kind == "rounds":
        counts = run.num_rounds[int(claim.subject)]
        wanted = read_value(claim.value)[1]
        return Verdict(claim, "true") if wanted in counts or (wanted == 0 and not counts) else \
            Verdict(claim, "false", "goes round another number of times")
    if claim.kind == "returned":
        return Verdict(claim, "true") if any(is_equal(text, claim.value) for text in outputs) else \
            Verdict(claim, "false", "returns another value")
    return judge_value(claim, values[0], outputs[0] if claim.kind == "candidate" else claim.value)


def judge_value(claim: Claim, value: str, claimed: str) -> Verdict:
    """Returns the verdict on an expression's value."""
    if value.startswith("!") and value not in RAISES or not (value.startswith("!") or read_value(value)[0]):
        return Verdict(claim, "unclear", "its expression cannot be evaluated")
    return Verdict(claim, "true") if is_equal(value, claimed) else Verdict(claim, "false", "has another value")


def list_positions(claim: Claim, program: Program, run: Run, question: Question | None,
                   values: list[str] | None) -> list[int] | Verdict:
    """Returns the positions at which a claim holds, or the verdict where it cannot be held against the run."""
    if claim.kind in ("line", "branch", "iteration"):
        found = run.list_heads(claim.scope.rounds) if claim.kind == "iteration" else \
            [p for p in run.list_scope(claim.scope.rounds)
             if run.events[p]["kind"] == "line" and run.events[p]["line"] == int(claim.subject)]
        return sorted({side for p in found if is_so(claim, program, run, p) for side in run.list_sides(p)})
    if question is not None:
        verdicts = {place: judge_value(claim, value, claim.value).verdict for place, value in enumerate(values)}
        if not verdicts or set(verdicts.values()) == {"unclear"}:
            return Verdict(claim, "unclear", "its expression cannot be evaluated" if verdicts else "at no such moment")
        return sorted({p for p, place in question.moments if verdicts[place] == "true"})
    return list_value_positions(claim, program, run)


def is_so(claim: Claim, program: Program, run: Run, position: int) -> bool:
    """Returns whether what a claim says of a line, a condition or a round holds of the event at `position`."""
    after = run.after[position]
    if claim.kind == "line" or (claim.kind == "iteration" and not claim.subject):
        return True
    if after is None:
        return False
    if claim.kind == "branch":
        return (run.events[after]["line"] == program.branches[int(claim.subject)]) == (claim.value == "True")
    return is_equal(run.state(after).get(claim.subject, "<>"), claim.value)


def list_value_positions(claim: Claim, program: Program, run: Run) -> list[int] | Verdict:
    """The same for the value of a variable."""
    moments = run.list_moments(*find_moment(claim, program, run))
    values = [(p, run.state(p)[claim.subject]) for p in moments if claim.subject in run.state(p)]
    if not any(claim.subject in run.state(p) for p in range(len(run.events))):
        return Verdict(claim, "unclear", "no variable of the trace")
    if values and not any(read_value(text)[0] for _, text in values):
        return Verdict(claim, "unclear", "its value has no literal")
    return [p for p, text in values if is_equal(text, claim.value)]


def walk_forward(choices: list[list[int]]) -> list[bool]:
    """Returns which claims the kindest forward walk confirms.

    Args:
        choices: for each claim the positions at which it holds, sorted, at least one.
    """
    last = max((positions[-1] for positions in choices), default=0) + 1
    best = [[0] * (last + 1)]  # best[-1][p]: most claims confirmed from here on, at positions of p or later
    for positions in reversed(choices):
        later = best[-1]
        row = list(later)
        for p in positions:
            row[p] = max(row[p], 1 + later[p])
        for p in range(last - 1, -1, -1):
            row[p] = max(row[p], row[p + 1])
        best.append(row)
    best.reverse()
    here, confirmed = 0, []
    for number, positions in enumerate(choices):
        following = best[number + 1]
        fits = [p for p in positions[bisect_left(positions, here):] if 1 + following[p] == best[number][here]]
        confirmed.append(bool(fits))
        here = fits[0] if fits else here
    return confirmed


def with_answer(verdicts: list[Verdict], answer: str, is_right: bool) -> tuple[Verdict, ...]:
    """Returns the verdicts and that on the closing answer, where there is one."""
    if not answer:
        return tuple(verdicts)
    reason = "" if is_right else "wrong answer"
    return (*verdicts, Verdict(Claim("answer", "", answer, -1, 1.0), "true" if is_right else "false", reason))
