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
    """One step of a trace. `changed` holds what changed in its frame's locals from here to the frame's next event."""

    kind: str  # call | resume (a generator goes on) | line | exception | yield | return | unwind (left by an exception)
    line: int  # 1-based, in the program's code
    depth: int  # 0 in the entry function
    frame: int  # frames are numbered by their first call: 0 is the entry function's
    function: str  # "<listcomp>", "<lambda>" and the like included
    changed: dict[str, str]  # name -> literal, a mark such as "<list of 5000>", or "<deleted>"
    value: str | None  # literal of what was returned or yielded, or "Type: message" of an exception


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
