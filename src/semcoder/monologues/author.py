"""Writes a program's monologues without a model, and keeps those whose every claim an independent run confirms."""

from collections import Counter
from functools import cached_property
from random import Random

from semcoder.config import Config
from semcoder.corpus.candidates import make_random
from semcoder.execution.sandbox import Sandbox
from semcoder.monologues.backward.counterexamples import find_flaw
from semcoder.monologues.backward.monologue import Backward, render_backward
from semcoder.monologues.backward.reversal import REVERSAL
from semcoder.monologues.forward.check import find_false_claim
from semcoder.monologues.forward.evidence import Evidence, draw_evidence
from semcoder.monologues.forward.monologue import SIMULATION, introduce, render_forward
from semcoder.monologues.forward.properties import MIN_EXECUTIONS, Property, draw_executions, find_properties, holds
from semcoder.monologues.sections import join_sections
from semcoder.monologues.steps import Step


class Author:
    """The author of one program's monologues; what it finds out about the program serves all of its executions."""

    def __init__(self, box: Sandbox, program: dict, inputs: list[str], config: Config, counts: Counter):
        """Takes a program's row (records.Program), its known inputs, and where kept and rejected are counted."""
        self.box, self.program, self.inputs, self.config, self.counts = box, program, inputs, config, counts

    @cached_property
    def evidence(self) -> list[dict]:
        """Executions for the checker, on inputs of its own; [] where nothing is said of all inputs."""
        return [] if self.config.monologues.verbosity == "terse" else draw_evidence(self.box, self.program, self.inputs)

    @cached_property
    def properties(self) -> tuple[Property, ...]:
        """What holds for all inputs tried, without what the checker's executions refute."""
        if self.config.monologues.verbosity == "terse":
            return ()
        found = find_properties(draw_executions(self.box, self.program, self.inputs))
        kept = tuple(p for p in found if len(self.evidence) >= MIN_EXECUTIONS
                     and all(holds(p.kind, p.name, execution) for execution in self.evidence))
        self.counts["kept: properties"] += len(kept)
        self.counts["dropped: properties refuted on other inputs"] += len(found) - len(kept)
        return kept

    def tell_forward(self, execution: dict, steps: list[Step]) -> str:
        """Returns a forward monologue, not yet checked."""
        program = self.program
        return render_forward(program["code"], program["entry"], steps, execution["output"],
                              verbosity=self.config.monologues.verbosity, properties=self.properties,
                              random=self._draw("forward", execution), description=program["description"])

    def tell_backward(self, execution: dict, steps: list[Step]) -> tuple[str, Backward]:
        """Returns a backward monologue, not yet checked, and its walk; "" where no constraint stood the trials."""
        random, verbosity = self._draw("backward", execution), self.config.monologues.verbosity
        walk = render_backward(self.box, self.program, steps, execution["input"], execution["output"], verbosity,
                               random)
        if not walk.sentences:
            return "", walk
        before = [] if verbosity == "terse" else introduce(self.program["code"], self.program["entry"], verbosity,
                                                           random, self.properties, self.program["description"])
        return join_sections([*before, (REVERSAL, list(walk.sentences))]), walk

    def gather(self, execution: dict, replay: list[dict]) -> Evidence:
        """Returns what a monologue of one execution is held against."""
        program = self.program
        return Evidence(program["code"], program["entry"], execution["output"], replay, program["description"],
                        self.evidence)

    def find_flaw(self, execution: dict, replay: list[dict], text: str) -> str:
        """Returns what speaks against the walk of a backward monologue, "" for nothing."""
        return find_flaw(self.box, self.program, execution["input"], execution["output"], text,
                         self._draw("counter-examples", execution), replay)

    def write_forward(self, execution: dict, steps: list[Step], replay: list[dict] | None) -> tuple[str, str]:
        """Returns a forward monologue and "", or "" and why there is none; a false claim is the reason by its kind."""
        if len(steps) > self.config.monologues.max_steps:
            return "", "too many steps"
        if replay is None:
            return "", "replay failed"
        text = self.tell_forward(execution, steps)
        return self._check(text, execution, replay, SIMULATION)

    def write_backward(self, execution: dict, steps: list[Step], replay: list[dict]) -> tuple[str, str]:
        """Returns a backward monologue and "", or "" and why there is none that its checker finds nothing against."""
        text, walk = self.tell_backward(execution, steps)
        self.counts.update({f"constraints: {kind}": number for kind, number in walk.counts.items()})
        if not text:
            return "", "no constraint"
        flaw = self.find_flaw(execution, replay, text)
        self.counts["checked: claims"] += sum(len(sentence.claims) for sentence in walk.sentences)
        return ("", flaw) if flaw else self._check(text, execution, replay, REVERSAL)

    def _check(self, text: str, execution: dict, replay: list[dict], walk: str) -> tuple[str, str]:
        reason, number = find_false_claim(text, self.gather(execution, replay), walk)
        self.counts["checked: claims"] += number
        return ("", reason) if reason else (text, "")

    def _draw(self, name: str, execution: dict) -> Random:
        return make_random(name, self.config.seed, execution["execution_id"])
