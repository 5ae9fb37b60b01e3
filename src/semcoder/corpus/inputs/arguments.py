"""An input as values: argument lists read from source text and written back in canonical form."""

import ast
from dataclasses import dataclass, field

from semcoder.execution.literals import to_literal

MAX_INPUT_CHARS = 400


@dataclass(frozen=True)
class Arguments:
    """The values of one call."""

    positional: tuple = ()
    keywords: dict[str, object] = field(default_factory=dict)

    def replace(self, place: int | str, value: object) -> "Arguments":
        """Returns a copy with another value at a position or under a keyword."""
        if isinstance(place, str):
            return Arguments(self.positional, {**self.keywords, place: value})
        return Arguments(tuple(value if i == place else old for i, old in enumerate(self.positional)), self.keywords)

    def places(self) -> list[int | str]:
        """Returns the positions and keywords, in order."""
        return [*range(len(self.positional)), *self.keywords]

    def find(self, place: int | str) -> object:
        """Returns the value at a position or under a keyword."""
        return self.keywords[place] if isinstance(place, str) else self.positional[place]

    def values(self) -> list[object]:
        """Returns all values, in order."""
        return [*self.positional, *self.keywords.values()]

    def render(self) -> str:
        """Returns the argument list as source text."""
        return ", ".join([*(to_literal(value, MAX_INPUT_CHARS) for value in self.positional),
                          *(f"{name}={to_literal(value, MAX_INPUT_CHARS)}" for name, value in self.keywords.items())])


def read_arguments(text: str) -> Arguments | None:
    """Returns the values of an argument list, None where one is not a literal."""
    try:
        call = ast.parse(f"f({text})", mode="eval").body
        positional = tuple(ast.literal_eval(argument) for argument in call.args)
        keywords = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    except (ValueError, SyntaxError, TypeError, RecursionError):
        return None
    return None if None in keywords or Ellipsis in positional else Arguments(positional, keywords)
