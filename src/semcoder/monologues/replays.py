"""Independent records of executions, which monologues are held against (semcoder.execution.replay)."""

from semcoder.config import Config
from semcoder.execution.execute import compile_program, run_call
from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import Sandbox


def replay_inputs(box: Sandbox, code: str, entry: str, inputs: tuple[str, ...], config: Config) -> list[Outcome]:
    """Returns the replayed outcome of each input, with room for what a trace counts otherwise."""
    return box.run(Job(code=code, entry=entry, inputs=inputs, timeout_s=2 * config.traces.timeout_s,
                       **limit_replay(config)))


def limit_replay(config: Config) -> dict:
    """Returns the arguments of `run_call` and `Job` that make a run a replay."""
    return {"watch": "replay", "max_events": 2 * config.traces.max_events,
            "max_value_chars": config.traces.max_value_chars}


def replay_all(box: Sandbox, program: dict, executions: list[dict], config: Config) -> list[list[dict] | None]:
    """Returns an independent record of each execution, None where it did not end well this time.

    Programs of our own making run in this process: they do the same in it, whatever its hash seed, and much sooner.
    """
    if program.get("source") == "synthetic":
        code = compile_program(program["code"])
        outcomes = [run_call(code, program["entry"], e["input"], **limit_replay(config)) for e in executions]
    else:
        outcomes = replay_inputs(box, program["code"], program["entry"], tuple(e["input"] for e in executions), config)
    return [list(o.events) if o.status == "ok" and o.output == e["output"] else None
            for o, e in zip(outcomes, executions, strict=True)]
