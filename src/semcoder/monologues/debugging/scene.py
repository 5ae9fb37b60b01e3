"""One test per kind of departure: what both replays show where the line named departs."""

import ast
from collections.abc import Callable
from dataclasses import dataclass

from semcoder.execution.jobs import Outcome
from semcoder.monologues.claims import split_outside
from semcoder.monologues.debugging.patches import pair_lines
from semcoder.monologues.forward.confirm import find_expression, follows
from semcoder.monologues.steps import find_statements, render_header
from semcoder.monologues.working import evaluate, parse_expression

Test = tuple[str, str]  # (argument list, literal that must be returned)


@dataclass(frozen=True)
class Repair:
    """A wrong program, the right one, and the tests that tell them apart."""

    buggy: str
    fixed: str
    entry: str
    tests: tuple[Test, ...]
    failed: Test  # the one that the monologue is about


@dataclass(frozen=True)
class Scene:
    """Both replays where a line named departs: events before it, and at the first difference."""

    repair: Repair
    outcome: Outcome  # of the wrong run
    place: int  # of the line named, in both replays
    now: dict  # the event of that line
    ours: dict  # the first event that differs, in the wrong run
    theirs: dict  # and in the right one
    labels: dict[int, int]  # lines of the right program by the wrong one's numbers
    nodes: tuple[ast.AST, ast.AST]  # the statement named, in both


def set_scene(line: int, visit: int, repair: Repair, wrong: Outcome, right: Outcome) -> Scene | None:
    """Returns the first difference of two replays if the line named led to it, at that visit, else None."""
    labels = {j: i for i, j in pair_lines(repair.buggy, repair.fixed) if i and j}
    ours, theirs = wrong.events, [{**e, "own": e["line"], "line": labels.get(e["line"])} for e in right.events]
    visits = [i for i, event in enumerate(ours) if event["kind"] == "line" and event["line"] == line]
    first = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if not is_same(a, b)), None)
    if first is None or len(visits) < visit:
        return None
    place = visits[visit - 1]
    between = ours[place + 1:first]
    if place >= first or any(event["depth"] <= ours[place]["depth"] for event in between):
        return None
    # In a call that the line made, the difference must be at the call's very start.
    starts = not between or (between[-1]["kind"] == "return" and between[-1]["depth"] == ours[place]["depth"] + 1)
    if max(ours[first]["depth"], theirs[first]["depth"]) > ours[place]["depth"] and not starts:
        return None
    nodes = (find_statements(repair.buggy)[line], find_statements(repair.fixed)[theirs[place]["own"]])
    return Scene(repair, wrong, place, ours[place], ours[first], theirs[first], labels, nodes)


def is_same(a: dict, b: dict) -> bool:
    """Returns whether two replays agree on an event."""
    return all(a[name] == b[name] for name in ("kind", "line", "depth", "locals", "value"))


WORKED = ("becomes", "changes")


def check_change(claim: dict, scene: Scene) -> bool:
    """Returns whether the line leaves a variable with the wrong value, and should leave it with the right one."""
    *stages, wrong = split_outside(claim["wrong"], " = ") if claim["kind"] in WORKED else [claim["wrong"]]
    name, before = claim["name"], scene.now["locals"].get(claim["name"])
    return (is_within_call(scene) and scene.ours["locals"].get(name) == wrong != claim["right"]
            and scene.theirs["locals"].get(name) == claim["right"] and is_steady(claim, before, wrong)
            and is_working([*stages, wrong], scene))


def is_steady(claim: dict, before: str | None, wrong: str) -> bool:
    """Returns whether a variable has, or should have, the value from before the line where that is stated."""
    return before == {"stays": wrong, "changes": claim["right"]}.get(claim["kind"], before)


def is_within_call(scene: Scene) -> bool:
    """Returns whether both runs go on in the call of the line named, neither inside another nor outside."""
    return scene.ours["depth"] == scene.theirs["depth"] == scene.now["depth"]


def is_working(stages: list[str], scene: Scene, truth: str = "") -> bool:
    """Returns whether a working starts from the statement's expression with its values put in, and each stage follows
    from the one before; of a condition's, the last one has the truth stated."""
    if len(stages) < 2 and not truth:
        return True  # a value alone
    nodes = [parse_expression(stage) for stage in stages]
    if truth and nodes and str(bool(evaluate(nodes[-1]))) != truth:
        return False
    return not nodes or (ast.dump(put_values_in(scene.nodes[0], scene.now["locals"])) == ast.dump(nodes[0])
                         and all(map(follows, nodes, nodes[1:])))


def put_values_in(node: ast.AST, values: dict[str, str]) -> ast.expr:
    """Returns what a statement evaluates, its variables replaced by their literals."""
    tree = parse_expression(ast.unparse(find_expression(node)))
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {argument.arg for n in ast.walk(tree) if isinstance(n, ast.Lambda) for argument in n.args.args}

    class Filler(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.expr:
            return name if name.id in bound or name.id not in values else parse_expression(values[name.id])

    return Filler().visit(tree)


def check_branch(claim: dict, scene: Scene) -> bool:
    """Returns whether a condition comes out as stated: the wrong run takes its branch, the right run does not."""
    truths = tuple(str(is_next_inside(node, event)) for node, event in zip(
        scene.nodes, (scene.ours, {**scene.theirs, "line": scene.theirs["own"]}), strict=True))
    is_condition = isinstance(scene.nodes[0], (ast.If, ast.While)) and is_within_call(scene)
    stages = split_outside(claim["working"], " then ") if "working" in claim else []
    return (is_condition and truths == (claim["wrong"], claim["right"]) and truths[0] != truths[1]
            and is_working(stages, scene, truth=claim["wrong"]))


def is_next_inside(node: ast.AST, event: dict) -> bool:
    """Returns whether an event is before a line of the statement's body."""
    return event["kind"] == "line" and node.body[0].lineno <= event["line"] <= node.body[-1].end_lineno


def check_loop(claim: dict, scene: Scene) -> bool:
    """Returns whether one run goes on with the loop, with the item stated, and the other leaves it."""
    goes_on = claim["kind"] in ("loop on", "loop takes")
    ours = is_next_inside(scene.nodes[0], scene.ours)
    theirs = is_next_inside(scene.nodes[1], {**scene.theirs, "line": scene.theirs["own"]})
    state, value = (scene.ours, claim.get("wrong")) if goes_on else (scene.theirs, claim.get("right"))
    return (isinstance(scene.nodes[0], ast.For) and is_within_call(scene) and ours == goes_on != theirs
            and ("name" not in claim or state["locals"].get(claim["name"]) == value))


def check_return(claim: dict, scene: Scene) -> bool:
    """Returns whether each run returns the value stated, or goes on with the line stated."""
    *stages, wrong = split_outside(claim["wrong"], " = ") if claim["kind"] == "returns" else [claim.get("wrong")]
    expected = [("return", wrong), ("return", claim.get("right"))]
    if claim["kind"] != "returns":
        side = 1 if claim["kind"] == "returns early" else 0
        expected[side] = ("line", int(claim["next"][1:]))
    found = [(e["kind"], e["value"] if e["kind"] == "return" else e["line"]) for e in (scene.ours, scene.theirs)]
    return (is_within_call(scene) and not ends_by_error(scene) and found == expected and expected[0] != expected[1]
            and is_working([*stages, wrong], scene))


def ends_by_error(scene: Scene) -> bool:
    """Returns whether the wrong run's end is an exception that starts at the line named."""
    rest = scene.outcome.events[scene.place + 1:]
    return scene.outcome.status == "exception" and all(event["kind"] == "return" for event in rest)


def check_error(claim: dict, scene: Scene) -> bool:
    """Returns whether the line ends the wrong run with the error stated, and does what is stated in the right run."""
    right = {"raises, value": lambda: scene.theirs["locals"].get(claim["name"]) == claim["right"]
             != scene.now["locals"].get(claim["name"]),
             "raises, return": lambda: (scene.theirs["kind"], scene.theirs["value"]) == ("return", claim["right"]),
             "raises": lambda: True}[claim["kind"]]()
    return ends_by_error(scene) and scene.outcome.output == claim["error"] and right


def check_jump(claim: dict, scene: Scene) -> bool:
    """Returns whether each run goes on with the line stated."""
    stated = (int(claim["next"][1:]), int(claim["right"][1:]))
    return (is_within_call(scene) and scene.ours["kind"] == scene.theirs["kind"] == "line"
            and (scene.ours["line"], scene.theirs["line"]) == stated and stated[0] != stated[1])


def check_call(claim: dict, scene: Scene) -> bool:
    """Returns whether the wrong run calls the function stated: with the argument stated, or where none is due."""
    functions = [node for node in ast.walk(ast.parse(scene.repair.buggy)) if isinstance(node, ast.FunctionDef)
                 and node.lineno <= scene.ours["line"] <= node.end_lineno]
    inside = scene.now["depth"] + 1
    if scene.ours["depth"] != inside or not functions or functions[-1].name != claim["function"]:
        return False
    if claim["kind"] == "calls":
        return scene.theirs["depth"] < inside
    values = scene.ours["locals"].get(claim["name"]), scene.theirs["locals"].get(claim["name"])
    return scene.theirs["depth"] == inside and values == (claim["wrong"], claim["right"]) and values[0] != values[1]


CHECKS: dict[str, Callable[[dict, Scene], bool]] = {
    "becomes": check_change, "changes": check_change, "stays": check_change, "takes": check_change,
    "sets": lambda claim, scene: (is_within_call(scene) and scene.ours["locals"].get(claim["name"]) == claim["wrong"]
                                  and claim["name"] not in scene.theirs["locals"]),
    "misses": lambda claim, scene: (is_within_call(scene) and claim["name"] not in scene.ours["locals"]
                                    and scene.theirs["locals"].get(claim["name"]) == claim["right"]),
    "line missing": lambda claim, scene: (is_within_call(scene) and scene.theirs["line"] is None and claim["source"] ==
                                          render_header(find_statements(scene.repair.fixed)[scene.theirs["own"]])),
    "branch": check_branch, "worked branch": check_branch,
    "loop takes": check_loop, "loop misses": check_loop, "loop on": check_loop, "loop ends": check_loop,
    "returns": check_return, "returns early": check_return, "returns late": check_return,
    "goes on": check_jump, "calls": check_call, "argument": check_call,
    "raises": check_error, "raises, value": check_error, "raises, return": check_error,
}
