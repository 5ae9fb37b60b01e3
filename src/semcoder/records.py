"""The shape of every row that stages exchange; literals are Python source text (`repr`)."""

from typing import TypedDict

SPLITS = ("train", "validation", "test")


class Program(TypedDict):
    task_id: str  # "synthetic/train/000123" or "open_source/toolz/toolz.itertoolz.first"
    source: str  # synthetic | open_source
    family: str  # described | crux | open_source
    origin: str  # generator and seed, or package==version:module.function
    licence: str  # SPDX name
    split: str  # train | validation | test
    level: int
    entry: str  # name of the function that is called
    code: str
    description: str  # empty where the program has none


class Execution(TypedDict):
    execution_id: str  # task_id + "#" + index
    task_id: str
    split: str
    input: str  # argument list as source text: "[1, 2], 'ab'"
    output: str  # literal of the returned value


class Event(TypedDict):
    """One step of a trace. `changed` holds what the step did to its frame's locals, name -> literal."""

    kind: str  # call | line | return | exception
    line: int  # 1-based, in the program's code
    depth: int  # 0 in the entry function
    function: str
    changed: dict[str, str]
    value: str | None  # literal of what was returned, or "Type: message" of an exception


class Trace(TypedDict):
    execution_id: str
    task_id: str
    split: str
    num_events: int
    events: str  # JSON list of Event


class Example(TypedDict):
    example_id: str  # execution_id or task_id, objective and format
    task_id: str
    split: str
    objective: str  # nl_to_code | forward | backward | repair
    format: str  # one of FORMATS; nl_to_code has "direct"
    prompt: str
    response: str
    num_steps: int  # reasoning steps in the response
