"""One test per kind of claim: what a moment of a replay, the program's text or other executions say of it."""

import ast
import io
import tokenize
from functools import cached_property

from semcoder.execution.literals import to_literal
from semcoder.monologues.claims import Claim, unpack
from semcoder.monologues.forward.evidence import Evidence
from semcoder.monologues.forward.properties import MIN_EXECUTIONS, holds
from semcoder.monologues.steps import render_header
from semcoder.monologues.working import PURE_BUILTINS, evaluate, is_literal_node, parse_expression


class Moment:
    """An event of a replay and what surrounds it; without a place, the whole execution."""

    def __init__(self, evidence: Evidence, place: int = -1, is_late: bool = False):
        self.evidence, self.place, self.is_late = evidence, place, is_late
        self.now = evidence.replay[place] if place >= 0 else None

    def find_after(self) -> int:
        """Returns the place of the frame's next event, or of what comes once the frame is left."""
        for place in range(self.place + 1, len(self.evidence.replay)):
            if self.evidence.replay[place]["depth"] <= self.now["depth"]:
                return place
        return len(self.evidence.replay)

    @cached_property
    def after(self) -> dict | None:
        """The frame's next event, which shows what the line did; inner calls lie deeper."""
        place = self.find_after()
        event = self.evidence.replay[place] if place < len(self.evidence.replay) else None
        return event if event and event["depth"] == self.now["depth"] else None

    @property
    def statement(self) -> ast.AST:
        """The statement of the line."""
        return self.evidence.statements[self.now["line"]]

    def list_visits(self) -> list[dict]:
        """Returns the events at which the loop, whose line this is, was reached since it was last entered."""
        loop, depth, visits = self.statement, self.now["depth"], []
        for event in reversed(self.evidence.replay[:self.place + 1]):
            if event["depth"] < depth or event["depth"] == depth and event["kind"] == "call":
                break
            if event["depth"] == depth and event["kind"] == "line":
                if not loop.lineno <= event["line"] <= loop.end_lineno:
                    break
                if event["line"] == loop.lineno:
                    visits.append(event)
        return visits[::-1]


def is_confirmed(claim: Claim, moment: Moment) -> bool:
    """Returns whether a claim is borne out; one that cannot be tested is not."""
    try:
        return CHECKS[claim["kind"]](claim, moment)
    except Exception:  # a program's own expression may raise anything when it is evaluated again
        return False


def find_expression(node: ast.AST) -> ast.expr:
    """Returns what a statement evaluates: a condition, the right side of an assignment, `a + (b)` for `a += b`."""
    if isinstance(node, ast.AugAssign):
        return ast.BinOp(node.target, node.op, node.value)
    if isinstance(node, ast.For):
        return node.iter
    return node.test if isinstance(node, (ast.If, ast.While, ast.Assert)) else node.value


def check_operands(claim: Claim, moment: Moment) -> bool:
    """Returns whether a stage is the statement's expression with each variable replaced by its value."""
    node = find_expression(moment.statement)
    expression, state = ast.unparse(node), moment.now["locals"]
    if any(isinstance(n, ast.JoinedStr) for n in ast.walk(node)):
        # Names inside an f-string are no tokens of their own: compare values instead of texts.
        return evaluate_on(expression, state) == evaluate(parse_expression(claim["text"]))
    return ast.dump(parse_expression(substitute_tokens(expression, state))) == ast.dump(parse_expression(claim["text"]))


def substitute_tokens(source: str, values: dict[str, str]) -> str:
    """Returns source text with the names in `values` replaced, except those that a comprehension binds."""
    tree = ast.parse(source, mode="eval")
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {a.arg for n in ast.walk(tree) if isinstance(n, ast.Lambda) for a in n.args.args}
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    pieces, previous = [], ""
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        is_name = token.type == tokenize.NAME and previous != "." and token.string not in bound
        is_keyword = following is not None and following.string == "="  # key=…: a parameter's name, no variable
        is_read = is_name and not is_keyword and token.string in values
        pieces.append(f"({values[token.string]})" if is_read else token.string)
        previous = token.string
    return " ".join(pieces).strip()


def evaluate_on(expression: str, state: dict[str, str]) -> object:
    """Returns the value of an expression of the program on replayed locals."""
    values = {name: ast.literal_eval(text) for name, text in state.items() if "<" not in text or text[0] in "'\"[({"}
    return eval(compile(expression, "<claim>", "eval"), {"__builtins__": PURE_BUILTINS} | values)


def check_follows(claim: Claim, moment: Moment) -> bool:
    """Returns whether one stage becomes the next when some of its parts are replaced by their values."""
    return follows(parse_expression(claim["text"]), parse_expression(claim["value"]))


def follows(before: ast.AST, after: ast.AST) -> bool:
    """Returns whether two trees are alike but for parts of the first that the second gives as values."""
    if ast.dump(before) == ast.dump(after):
        return True
    if isinstance(before, ast.ListComp) and isinstance(after, ast.List) and not is_literal_node(after):
        return is_unrolled(before, after)
    if isinstance(before, ast.Call) and isinstance(after, ast.BinOp):
        return ast.unparse(before.func) == "sum" and [ast.dump(term) for term in list_terms(after)] == [
            ast.dump(term) for term in before.args[0].elts]
    if isinstance(after, ast.expr) and is_literal_node(after):
        return to_literal(evaluate(before)) == to_literal(evaluate(after))
    if type(before) is not type(after):
        return False
    parts = [list(ast.iter_child_nodes(node)) for node in (before, after)]
    rest = [[value for _, value in ast.iter_fields(node) if isinstance(value, (str, int))] for node in (before, after)]
    return rest[0] == rest[1] and len(parts[0]) == len(parts[1]) and all(map(follows, *parts))


def is_unrolled(before: ast.ListComp, after: ast.List) -> bool:
    """Returns whether a list shows, in order, a comprehension's element for each item that passes its conditions."""
    loop, = before.generators
    states = [dict(unpack(loop.target, to_literal(item))) for item in evaluate(loop.iter)]
    kept = [state for state in states if all(evaluate_on(ast.unparse(test), state) for test in loop.ifs)]
    expected = [parse_expression(substitute_tokens(ast.unparse(before.elt), state)) for state in kept]
    return [ast.dump(element) for element in expected] == [ast.dump(parse_expression(ast.unparse(element)))
                                                           for element in after.elts]


def list_terms(node: ast.expr) -> list[ast.expr]:
    """Returns the terms of a chain of additions, from the left."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*list_terms(node.left), node.right]
    return [node]


def check_stage(claim: Claim, moment: Moment) -> bool:
    """Returns whether a closed expression has the stated value."""
    return to_literal(evaluate(parse_expression(claim["text"]))) == claim["value"]


def check_truth(claim: Claim, moment: Moment) -> bool:
    """Returns whether a closed condition has the stated truth."""
    return str(bool(evaluate(parse_expression(claim["text"])))) == claim["value"]


def check_branch(claim: Claim, moment: Moment) -> bool:
    """Returns whether the condition, evaluated on the replayed values, has the stated truth."""
    value = evaluate_on(ast.unparse(find_expression(moment.statement)), moment.now["locals"])
    return str(bool(value)) == claim["value"]


def check_left(claim: Claim, moment: Moment) -> bool:
    """Returns whether the iterable, evaluated when the loop was entered, has these items left after this iteration."""
    visits = moment.list_visits()
    items = evaluate_on(ast.unparse(moment.statement.iter), visits[0]["locals"])
    left = items[len(visits):] if isinstance(items, str) else list(items)[len(visits):]
    return repr(left) == claim["value"]


def check_ended(claim: Claim, moment: Moment) -> bool:
    """Returns whether what the frame does next lies outside the loop's body."""
    after, loop = moment.after, moment.statement
    is_inside = after and after["kind"] == "line" and loop.lineno < after["line"] <= loop.body[-1].end_lineno
    return isinstance(loop, ast.For) and not is_inside


def check_next(claim: Claim, moment: Moment) -> bool:
    """Returns whether the frame goes on with the stated line, at once unless its calls have been told."""
    is_next = moment.is_late or moment.find_after() == moment.place + 1
    return is_next and moment.after["kind"] == "line" and moment.after["line"] == claim["line"]


def check_result(claim: Claim, moment: Moment) -> bool:
    """Returns whether the whole call returned the stated value."""
    evidence = moment.evidence
    return claim["entry"] == evidence.entry and evidence.replay[-1]["value"] == claim["value"] == evidence.output


def find_function(evidence: Evidence) -> ast.FunctionDef:
    """Returns the entry function's syntax tree."""
    return next(node for node in ast.parse(evidence.code).body
                if isinstance(node, ast.FunctionDef) and node.name == evidence.entry)


def check_parameters(claim: Claim, moment: Moment) -> bool:
    """Returns whether the entry function has these parameters, in this order."""
    arguments = find_function(moment.evidence).args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return claim["entry"] == moment.evidence.entry and claim["names"] == ", ".join(names)


def check_helper(claim: Claim, moment: Moment) -> bool:
    """Returns whether the entry function calls another function of the program by this name."""
    defined = {node.name for node in ast.parse(moment.evidence.code).body if isinstance(node, ast.FunctionDef)}
    called = {node.func.id for node in ast.walk(find_function(moment.evidence))
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return claim["name"] in defined & called


def check_structure(claim: Claim, moment: Moment) -> bool:
    """Returns whether the program has this statement on this line."""
    node = moment.evidence.statements.get(claim["line"])
    kinds = {"loop": (ast.For, ast.While), "test": (ast.If,), "exit": (ast.Return,)}[claim["is"]]
    return isinstance(node, kinds) and node.lineno == claim["line"] and render_header(node) == claim["source"]


def check_property(claim: Claim, moment: Moment) -> bool:
    """Returns whether a property is true of all executions drawn, of which there must be enough."""
    executions = moment.evidence.executions
    return len(executions) >= MIN_EXECUTIONS and all(holds(claim["name"], claim["of"], e) for e in executions)


CHECKS = {
    "line": lambda claim, moment: claim["line"] == moment.now["line"],
    "operands": check_operands,
    "follows": check_follows,
    "stage": check_stage,
    "truth": check_truth,
    "branch": check_branch,
    "value": lambda claim, moment: moment.after["locals"].get(claim["name"], "<deleted>") == claim["value"],
    "argument": lambda claim, moment: moment.after["locals"].get(claim["name"]) == claim["value"],
    "unchanged": lambda claim, moment: moment.after is None or moment.after["locals"] == moment.now["locals"],
    "iteration": lambda claim, moment: len(moment.list_visits()) == claim["number"],
    "left": check_left,
    "ended": check_ended,
    "next": check_next,
    "raises": lambda claim, moment: moment.now["value"] == claim["error"],
    "returns": lambda claim, moment: moment.after["kind"] == "return" and moment.after["value"] == claim["value"],
    "result": check_result,
    "parameters": check_parameters,
    "helper": check_helper,
    "structure": check_structure,
    "description": lambda claim, moment: moment.evidence.description.rstrip(".") == claim["text"],
    "property": check_property,
}
