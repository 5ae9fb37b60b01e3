"""Monologues made wrong at a known rate, as an unchecked teacher might leave them: steps lie, the answer stays right.

Rejection sampling by the answer alone (the paper's filter, 4.2.3) keeps such texts. Not covered: wrong lines, and wrong
reasons with right values.
"""

import re
from random import Random

from semcoder.monologues.formats.table import find_step_spans

VALUE = re.compile(r"-?\d+|(?<=['\w])[a-z](?=[\w']*'[^']*$)|True|False")
OPPOSITE = {"True": "False", "False": "True"}


def corrupt_response(response: str, rate: float, random: Random) -> tuple[str, int]:
    """Returns a monologue in which about a share `rate` of the steps states a wrong value, and how many do.

    Args:
        response: reasoning and answer block; the answer block stays as it is.
        rate: chance of each step to be made wrong, in [0, 1].
        random: which ones, and what they say instead.
    """
    parts, end, num_wrong = [], 0, 0
    for start, stop in find_step_spans("monologue", response):
        parts.append(response[end:start])
        step = response[start:stop]
        wrong = corrupt_step(step, random) if random.random() < rate else step
        num_wrong += wrong != step
        parts.append(wrong)
        end = stop
    return "".join([*parts, response[end:]]), num_wrong


def corrupt_step(step: str, random: Random) -> str:
    """Returns a step whose last value is another one; a step that states no value after its label stays as it is."""
    head, colon, told = step.partition(": ")
    found = list(VALUE.finditer(told))
    if not found:
        return step
    last = found[-1]
    return head + colon + told[:last.start()] + change_value(last[0], random) + told[last.end():]


def change_value(text: str, random: Random) -> str:
    """Returns another value of the same kind: a near number, another letter, the opposite truth."""
    if text in OPPOSITE:
        return OPPOSITE[text]
    if text.isalpha():
        return random.choice([letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter != text])
    return str(int(text) + random.choice((-2, -1, 1, 2)))
