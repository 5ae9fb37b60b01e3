"""What a forward monologue is held against: a replay of its execution, the program's text, other executions."""

import ast
from dataclasses import dataclass, field

from semcoder.corpus.candidates import make_random
from semcoder.corpus.inputs.arguments import read_arguments
from semcoder.corpus.inputs.ingredients import Ingredients
from semcoder.corpus.inputs.mutation import mutate_value
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.forward.monologue import find_headers
from semcoder.monologues.forward.phrases import StepReader
from semcoder.monologues.forward.properties import read_executions
from semcoder.monologues.steps import find_statements

NUM_DRAWN = 24  # inputs on which what is said of all inputs is tried


@dataclass
class Evidence:
    """What a monologue of one execution is held against."""

    code: str
    entry: str
    output: str
    replay: list[dict]  # events of semcoder.execution.replay.Replay
    description: str = ""  # the program's, as its record has it
    executions: list[dict] = field(default_factory=list)  # parameter name -> value, and `result`
    statements: dict[int, ast.AST] = field(init=False)
    reader: StepReader = field(init=False)

    def __post_init__(self):
        self.statements = find_statements(self.code)
        self.reader = StepReader(find_headers(self.code))


def draw_evidence(box: Sandbox, program: dict, inputs: list[str]) -> list[dict]:
    """Returns executions on inputs drawn here: the known ones, and others in which one value differs.

    Not those in which a monologue's author looked for properties.
    """
    random = make_random("evidence", program["code"])
    known = [arguments for arguments in map(read_arguments, inputs) if arguments and arguments.places()]
    ingredients = Ingredients(program["code"], [value for arguments in known for value in arguments.values()])
    drawn = []
    for _ in range(NUM_DRAWN if known else 0):
        arguments = random.choice(known)
        place = random.choice(arguments.places())
        drawn.append(arguments.replace(place, mutate_value(arguments.find(place), random, ingredients)).render())
    return read_executions(box, program, list(dict.fromkeys([*inputs, *drawn])))
