"""What a monologue says outside its walk through the lines: the function's shape, its purpose, the result.

Like `phrases`, one table is used to write these sentences and to read them back.
"""

import ast
from random import Random

from semcoder.monologues.claims import Claim, Sentence
from semcoder.monologues.forward.phrases import compile_wording, match_wordings
from semcoder.monologues.steps import render_header

MAX_SHAPE = 6  # statements of the function's shape that are named; more is a second copy of the program

# kind -> wordings; the kinds' claims are in read_overview.
WORDINGS = {
    "parameters": ("{entry} takes {names}", "The function {entry} is called with {names}"),
    "no_parameters": ("{entry} takes nothing",),
    "helper": ("It relies on the helper {name}", "Part of the work is done by {name}"),
    "purpose": ("What it is for: {purpose}", "Its purpose: {purpose}"),
    "loop": ("At {at} it loops: `{source}`", "{at} is a loop, `{source}`"),
    "test": ("At {at} it decides: `{source}`", "{at} asks a question, `{source}`"),
    "exit": ("It hands back its result at {at}: `{source}`", "{at} gives the result, `{source}`"),
    "result": ("So {entry} returns {value}", "Hence the output of {entry} is {value}",
               "That makes {value} the output of {entry}"),
}
PATTERNS = [(kind, compile_wording(f"{wording}.")) for kind, wordings in WORDINGS.items() for wording in wordings]


def describe_function(code: str, entry: str, verbosity: str, random: Random, description: str = "") -> list[Sentence]:
    """Returns what the program's text shows without running it; at `full` the statements that shape its flow, too."""
    tree = ast.parse(code)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    function = functions[entry]
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    kind = "parameters" if names else "no_parameters"
    sentences = [write_overview(kind, {"entry": entry, "names": ", ".join(names)}, random)]
    if description and "\n" not in description:
        sentences.append(write_overview("purpose", {"purpose": description.rstrip(".")}, random))
    called = {node.func.id for node in ast.walk(function)
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    sentences += [write_overview("helper", {"name": name}, random) for name in functions
                  if name in called and name != entry]
    if verbosity == "full":
        sentences += [write_overview(kind, {"at": f"L{node.lineno}", "source": render_header(node)}, random)
                      for kind, node in list_shape(function)[:MAX_SHAPE]]
    return sentences


def list_shape(function: ast.FunctionDef) -> list[tuple[str, ast.stmt]]:
    """Returns the loops, tests and exits of a function, in the order of their lines."""
    kinds = {ast.For: "loop", ast.While: "loop", ast.If: "test", ast.Return: "exit"}
    found = [(kinds[type(node)], node) for node in ast.walk(function)
             if type(node) in kinds and (type(node) is ast.Return or node.body[0].lineno > node.lineno)]
    return sorted(found, key=lambda item: item[1].lineno)


def conclude(entry: str, output: str, random: Random) -> Sentence:
    """Returns the sentence that states the result of the whole call."""
    return write_overview("result", {"entry": entry, "value": output}, random)


def write_overview(kind: str, slots: dict[str, str], random: Random) -> Sentence:
    """Returns a sentence in one of its kind's wordings."""
    wording = random.choice(WORDINGS[kind])
    return Sentence(f"{wording.format_map(slots)}.", make_claims(kind, slots))


def read_overview(text: str) -> list[Sentence]:
    """Returns all readings of a sentence; [] for what is none."""
    return [Sentence(text, make_claims(kind, slots)) for kind, slots in match_wordings(PATTERNS, text)]


def make_claims(kind: str, slots: dict[str, str]) -> tuple[Claim, ...]:
    """Returns what a sentence about the whole function asserts."""
    if kind == "result":
        return ({"kind": "result", "entry": slots["entry"], "value": slots["value"]},)
    if kind in ("parameters", "no_parameters"):
        return ({"kind": "parameters", "entry": slots["entry"], "names": slots.get("names", "")},)
    if kind == "purpose":
        return ({"kind": "description", "text": slots["purpose"]},)
    if kind == "helper":
        return ({"kind": "helper", "name": slots["name"]},)
    return ({"kind": "structure", "is": kind, "line": int(slots["at"][1:]), "source": slots["source"]},)
