"""Values worth trying again: those of a program's known inputs and the constants of its source (EvalPlus' word)."""

import ast
from collections.abc import Iterable, Sequence
from random import Random

MAX_TEXT = 40  # longer constants are messages, not values that a branch asks for
MAX_WHOLE = 10**6  # larger numbers make loops long


class Ingredients:
    """Distinct values by the name of their type, in the order in which they were seen."""

    def __init__(self, code: str = "", values: Iterable[object] = ()):
        self._values: dict[str, dict[str, object]] = {}
        for value in values:
            self.add(value)
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Constant):
                self.add(node.value)

    def add(self, value: object) -> None:
        """Remembers a value and all that it holds."""
        kind = type(value).__name__
        if kind in ("str", "bytes") and len(value) > MAX_TEXT or kind == "int" and abs(value) > MAX_WHOLE:
            return
        self._values.setdefault(kind, {})[repr(value)] = value
        if kind == "str" and 1 < len(value) <= 12 and not value.isalnum():  # "([{": a branch asks for each letter
            for letter in value:
                self.add(letter)
        if isinstance(value, dict):
            for key, item in value.items():
                self.add(key)
                self.add(item)
        elif isinstance(value, (list, tuple, set, frozenset)):
            for item in sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value:
                self.add(item)

    def find(self, kind: str) -> list[object]:
        """Returns the values of a type's name."""
        return list(self._values.get(kind, {}).values())

    def draw(self, kind: str, random: Random, otherwise: Sequence[object]) -> object:
        """Returns a random value of a type's name, one of `otherwise` where none was seen."""
        return random.choice(self.find(kind) or otherwise)
