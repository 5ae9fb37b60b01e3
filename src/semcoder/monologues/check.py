"""Checks a monologue's claims against an independent run of the program (semcoder.execution.replay).

The replay copies all locals before each line; nothing here reads the trace that the monologue was made from.
A monologue with one false claim is rejected, with the claim's kind as the reason:

    order     the lines named are the lines that ran, in that order
    operands  the first stage is the source with the values that its variables had
    stage     each stage of the working evaluates to its result
    truth     each stage of a condition has its truth
    argument  a called function's argument has the stated value before its first line
    value     a variable has the stated value after the line
    branch    the condition had the stated truth
    returns   the call returned the stated value
"""

import ast
import io
import tokenize

from semcoder.execution.literals import to_literal
from semcoder.monologues.steps import Step
from semcoder.monologues.working import PURE_BUILTINS, CannotWork, evaluate, parse_expression


def find_false_claim(steps: list[Step], replay: list[dict]) -> str:
    """Returns the kind of the first false claim, or "" if all are true.

    Args:
        steps: what a monologue states, in execution order.
        replay: events of `semcoder.execution.replay.Replay` for the same program and input.
    """
    lines = [i for i, event in enumerate(replay) if event["kind"] == "line"]
    told = [step.line for step in steps if step.kind not in ("call", "resume", "exception")]
    if told != [replay[i]["line"] for i in lines]:
        return "order"
    place = 0  # of the next line in `lines`
    for step in steps:
        if step.kind == "exception":
            continue
        is_entry = step.kind in ("call", "resume")
        now = replay[lines[place]] if place < len(lines) else None  # of a call: the first line inside
        if is_entry and not (now and is_frame_start(replay, lines[place], step.depth)):
            return "order"
        # Events of inner calls lie deeper; the frame's own next event shows what the line did.
        after = now and next((e for e in replay[lines[place] + 1:] if e["depth"] == now["depth"]), None)
        for claim in step.claims:
            if not is_confirmed(claim, now, after):
                return claim["kind"]
        place += not is_entry
    return ""


def is_frame_start(replay: list[dict], place: int, depth: int) -> bool:
    """Returns whether the line event at `place` is the first of a call at `depth`."""
    if place == 0 or replay[place]["depth"] != depth:
        return replay[place]["depth"] == depth
    previous = replay[place - 1]  # the caller's line, or the end of an earlier call
    return previous["depth"] < depth or (previous["kind"] == "return" and previous["depth"] == depth)


def is_confirmed(claim: dict, now: dict, after: dict | None) -> bool:
    """Returns whether the replay bears a claim out; a claim that cannot be evaluated is not confirmed."""
    try:
        return CHECKS[claim["kind"]](claim, now, after)
    except Exception:  # a program's own expression may raise anything when it is evaluated again
        return False


def check_operands(claim: dict, now: dict, after: dict | None) -> bool:
    """Returns whether the stage is the source with each variable replaced by its replayed value."""
    source = claim["source"]
    for keyword in ("if ", "while ", "return "):
        source = source.removeprefix(keyword)
    expression = read_expression(source)
    if any(isinstance(n, ast.JoinedStr) for n in ast.walk(ast.parse(expression, mode="eval"))):
        # Names inside an f-string are no tokens of their own: compare values instead of texts.
        values = {name: read_literal(text) for name, text in now["locals"].items() if "<" not in text}
        return eval(expression, {"__builtins__": PURE_BUILTINS}, values) == evaluate(parse_expression(claim["text"]))
    expected = substitute_tokens(expression, now["locals"])
    try:
        return ast.dump(ast.parse(expected, mode="eval")) == ast.dump(ast.parse(claim["text"], mode="eval"))
    except SyntaxError:
        return False


def read_expression(source: str) -> str:
    """Returns what a statement evaluates: the right side of an assignment, `a + (b)` for `a += b`."""
    try:
        node = ast.parse(source).body[0]
    except SyntaxError:
        return source
    if isinstance(node, ast.AugAssign):
        return ast.unparse(ast.BinOp(node.target, node.op, node.value))
    return ast.unparse(node.value) if isinstance(node, (ast.Assign, ast.Expr)) else source


def substitute_tokens(source: str, values: dict[str, str]) -> str:
    """Returns source text with the names in `values` replaced, except those that a comprehension binds."""
    tree = ast.parse(source, mode="eval")
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {a.arg for n in ast.walk(tree) if isinstance(n, ast.Lambda) for a in n.args.args}
    pieces, previous = [], ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        is_name = token.type == tokenize.NAME and previous != "." and token.string not in bound
        pieces.append(f"({values[token.string]})" if is_name and token.string in values else token.string)
        previous = token.string
    return " ".join(pieces).strip()


def check_stage(claim: dict, now: dict, after: dict | None) -> bool:
    """Returns whether a closed expression has the stated value."""
    try:
        return to_literal(evaluate(parse_expression(claim["text"]))) == claim["value"]
    except (CannotWork, SyntaxError):
        return False


def check_truth(claim: dict, now: dict, after: dict | None) -> bool:
    """Returns whether a closed condition has the stated truth."""
    try:
        return str(bool(evaluate(parse_expression(claim["text"])))) == claim["value"]
    except (CannotWork, SyntaxError):
        return False


def check_value(claim: dict, now: dict, after: dict | None) -> bool:
    """Returns whether the variable has the stated literal after the line."""
    return after is not None and after["locals"].get(claim["name"], "<deleted>") == claim["value"]


def check_branch(claim: dict, now: dict, after: dict | None) -> bool:
    """Returns whether the condition, evaluated on the replayed values, has the stated truth."""
    condition = claim["source"].split(" ", 1)[1]
    try:
        names = {name: read_literal(text) for name, text in now["locals"].items() if "<" not in text}
        value = eval(compile(condition, "<claim>", "eval"), {"__builtins__": PURE_BUILTINS}, names)
    except Exception:  # what cannot be evaluated is not confirmed
        return False
    return str(bool(value)) == claim["value"]


def read_literal(text: str) -> object:
    """Returns the value of a literal; `set()` has no literal syntax of its own."""
    return set() if text == "set()" else ast.literal_eval(text)


CHECKS = {
    "line": lambda claim, now, after: claim["line"] == now["line"],
    "argument": lambda claim, now, after: now["locals"].get(claim["name"]) == claim["value"],
    "operands": check_operands,
    "stage": check_stage,
    "truth": check_truth,
    "value": check_value,
    "branch": check_branch,
    "returns": lambda claim, now, after: (
        after is not None and after["kind"] == "return" and after["value"] == claim["value"]),
}
