"""Which inputs to try next for one program: known ones mutated, or values of the kinds its parameters seem to take."""

import contextlib
import copy
from random import Random

from semcoder.corpus.inputs.arguments import Arguments
from semcoder.corpus.inputs.classes import describe_kind
from semcoder.corpus.inputs.inference import Parameter, infer_parameters
from semcoder.corpus.inputs.ingredients import Ingredients
from semcoder.corpus.inputs.kinds import Kind, draw_value, kind_of
from semcoder.corpus.inputs.mutation import mutate_value
from semcoder.execution.literals import ValueLimit, is_literal

TRIES = 6  # drawn inputs per proposed one, at most: a small space is soon used up
OPTIONAL_SHARE = 0.3  # of drawn calls give an optional argument
ASKED_SHARE = 0.35  # of drawn values are such as the program compares the parameter with, where there are some
DRAWN_SHARE = 0.25  # of an input's successors are drawn anew although some input is known


class Proposer:
    """Draws and mutates inputs of one program; every text is proposed once."""

    def __init__(self, code: str, entry: str, known: list[Arguments], hints: dict[str, str]):
        self.parameters = infer_parameters(code, entry, hints)
        self.ingredients = Ingredients(code, (value for arguments in known for value in arguments.values()))
        self._weights = [dict(parameter.kinds) for parameter in self.parameters]
        self._drawn: dict[str, list[tuple[int, Kind]]] = {}  # input -> the kinds it was drawn from
        self._seen: set[str] = set()

    def propose(self, pool: list[Arguments], number: int, random: Random) -> dict[str, Arguments]:
        """Returns up to `number` new inputs by their text; fewer, even none, where new ones are hard to find.

        Args:
            pool: inputs known to run, the most useful first; empty where none is.
        """
        found: dict[str, Arguments] = {}
        for _ in range(TRIES * number):
            if len(found) == number:
                break
            is_drawn = not pool or random.random() < DRAWN_SHARE
            kinds: list[tuple[int, Kind]] = []
            arguments = self._draw(random, kinds) if is_drawn else self._mutate(pool, random)
            try:
                text = arguments.render()
            except ValueLimit:
                continue
            if text not in self._seen and all(map(is_literal, arguments.values())):
                self._seen.add(text)
                self._drawn[text] = kinds
                found[text] = arguments
        return found

    def admit(self, known: list[Arguments]) -> dict[str, Arguments]:
        """Returns known inputs by their text, without those that are no literals or too long; notes them."""
        found = {}
        for arguments in known:
            with contextlib.suppress(ValueLimit):
                if all(map(is_literal, arguments.values())):
                    found[arguments.render()] = arguments
        self._seen |= found.keys()
        return found

    def learn(self, text: str, status: str, error: str) -> None:
        """Makes the kinds that an input was drawn from likelier where it ran, less likely after an error of type."""
        is_wrong = error.startswith(("TypeError", "AttributeError", "KeyError"))
        factor = 1.3 if status == "ok" else 0.4 if is_wrong else 0.9
        for place, kind in self._drawn.pop(text, ()):
            weight = self._weights[place][kind] * factor
            self._weights[place][kind] = min(max(weight, 1e-3), 50.0)

    def expect_types(self) -> tuple:
        """Returns the types (see classes.list_types) that the positional parameters most likely take."""
        return tuple(describe_kind(next(iter(p.kinds))) for p in self.parameters if p.style == "positional")

    def _draw(self, random: Random, kinds: list[tuple[int, Kind]]) -> Arguments:
        """Returns a call with values of likely kinds; `kinds` takes note of them."""
        positional, keywords = [], {}
        is_open = True  # positional arguments may follow
        for place, parameter in enumerate(self.parameters):
            count = random.randint(0, 3) if parameter.style == "variable" and is_open else int(
                parameter.style != "variable" and (not parameter.is_optional or random.random() < OPTIONAL_SHARE))
            for _ in range(count):
                value = self._draw_argument(place, parameter, random, kinds)
                if parameter.style == "keyword" or not is_open:
                    keywords[parameter.name] = value
                else:
                    positional.append(value)
            is_open = is_open and (count > 0 or parameter.style == "variable")
        return Arguments(tuple(positional), keywords)

    def _draw_argument(self, place: int, parameter: Parameter, random: Random, kinds: list[tuple[int, Kind]]) -> object:
        weights = self._weights[place]
        kind = random.choices(list(weights), [weight ** 2 for weight in weights.values()])[0]
        kinds.append((place, kind))
        return self._draw_of_kind(kind, parameter, random)

    def _draw_of_kind(self, kind: Kind, parameter: Parameter, random: Random) -> object:
        """Returns a value of a kind, often one that the program compares the parameter with."""
        asked = [value for value in parameter.constants if kind_of(value) == kind]
        if asked and random.random() < ASKED_SHARE:
            value = random.choice(asked)
            return value + random.choice((-1, 0, 0, 1)) if kind == "int" else value
        return draw_value(kind, parameter.name, random, self.ingredients)

    def _mutate(self, pool: list[Arguments], random: Random) -> Arguments:
        """Returns one of the pool, its first third preferred, with one or two values changed or taken from others."""
        pick = random.choice(pool[:max(1, len(pool) // 3)] if random.random() < 0.5 else pool)
        arguments = Arguments(copy.deepcopy(pick.positional), copy.deepcopy(pick.keywords))
        for _ in range(random.choice((1, 1, 1, 2))):
            roll = random.random()
            other = random.choice(pool)
            places = arguments.places()
            if roll < 0.12 or not places:
                arguments = self._toggle_optional(arguments, random)
            elif roll < 0.25 and other.places() == places:
                place = random.choice(places)
                arguments = arguments.replace(place, copy.deepcopy(other.find(place)))
            else:
                place = random.choice(places)
                value, parameter = arguments.find(place), self._find_parameter(place)
                if roll < 0.4 and parameter:
                    value = self._draw_of_kind(kind_of(value), parameter, random)
                else:
                    value = mutate_value(value, random, self.ingredients)
                arguments = arguments.replace(place, value)
        return arguments

    def _find_parameter(self, place: int | str) -> Parameter | None:
        """Returns the parameter of a position or keyword; a variable one stands for all that follow it."""
        if isinstance(place, str):
            return next((p for p in self.parameters if p.name == place), None)
        variable = next((i for i, p in enumerate(self.parameters) if p.style == "variable"), len(self.parameters))
        return self.parameters[min(place, variable)] if min(place, variable) < len(self.parameters) else None

    def _toggle_optional(self, arguments: Arguments, random: Random) -> Arguments:
        """Returns the call with one keyword less, or an optional argument more."""
        given = {p.name for p in self.parameters[:len(arguments.positional)]} | arguments.keywords.keys()
        missing = [place for place, parameter in enumerate(self.parameters) if parameter.is_optional
                   and parameter.style != "variable" and parameter.name not in given]
        if not missing or arguments.keywords and random.random() < 0.4:
            dropped = random.choice(list(arguments.keywords)) if arguments.keywords else ""
            return Arguments(arguments.positional, {k: v for k, v in arguments.keywords.items() if k != dropped})
        place = random.choice(missing)
        parameter = self.parameters[place]
        value = self._draw_argument(place, parameter, random, [])
        return Arguments(arguments.positional, {**arguments.keywords, parameter.name: value})
