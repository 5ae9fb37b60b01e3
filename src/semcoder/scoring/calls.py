"""What runs in a sandbox child: one function called on input after input, its outputs sent out as text.

Values travel both ways as JSON in which what JSON lacks is tagged: `{"t": [1, 2]}` is a tuple. Judging happens
elsewhere, on decoded built-in values, so that no object of the program's making takes part in a comparison.

A longer text than MAX_CHARS goes as its digest, so such outputs must agree in type and to the last digit of a float.

Not covered: outputs of other types (generators, instances) come out as an Opaque, which equals nothing.
"""

import contextlib
import hashlib
import io
import json
import signal
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MAX_CHARS = 40_000  # of one output's text; a sandbox child sends at most 8 MiB, and a task has some hundred inputs
MAX_PLAIN_INT = 2**53


class Opaque:
    """Stands for a value that is not None and that cannot be compared."""

    def __init__(self, name: str):
        self.name = name


@dataclass(frozen=True)
class Digest:
    """Stands for a value whose text is long; equal for equal texts."""

    sha256: str


@dataclass(frozen=True)
class OutOfMemory:
    """Stands for a call that had no room for its work or its output."""

    during: str


SIMPLE = {"i": lambda text: int(text, 16), "c": lambda parts: complex(*parts), "b": bytes.fromhex, "o": Opaque,
          "h": Digest, "m": OutOfMemory}


class Discard(io.TextIOBase):
    """Standard output that keeps nothing."""

    def write(self, text: str) -> int:
        """Returns the length of the text."""
        return len(text)


def call_all(function: Callable, inputs: str, limits_s: list[float], limit_s: float) -> str:
    """Returns JSON rows [output, processor seconds], one per input, up to the first input that raises.

    An exception is the row's output `{"x": its type}`. An input that uses up its time ends the process; one that uses
    up the memory is marked, and the next ones are tried.

    Args:
        function: called in this process, so that what it changes outside itself stays for the next input.
        inputs: JSON of the argument lists.
        limits_s: processor seconds of each call.
        limit_s: of all calls together.
    """
    rows: list = []
    end = time.process_time() + limit_s
    with contextlib.redirect_stdout(Discard()), contextlib.redirect_stderr(Discard()):
        for arguments, own_s in zip(decode(json.loads(inputs)), limits_s, strict=True):
            start = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, max(0.01, min(own_s, end - start)))  # its default action is to end
            try:
                output = write_value(function(*arguments))
            except MemoryError:
                output = {"m": "call"}
            except BaseException as error:  # whatever a program raises, SystemExit included
                output = {"x": type(error).__name__}
            rows.append([output, round(time.process_time() - start, 6)])
            if isinstance(output, dict) and "x" in output:
                break
    signal.setitimer(signal.ITIMER_PROF, 0)
    return json.dumps(rows)


def write_value(value: object) -> object:
    """Returns a value encoded, or its digest where that is long."""
    encoded = encode(value)
    text = json.dumps(encoded)
    return encoded if len(text) <= MAX_CHARS else {"h": hashlib.sha256(text.encode()).hexdigest()}


def encode(value: object) -> object:
    """Returns a value as what JSON can hold; instances of subclasses of built-in types count as these."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        number = int.__pos__(value)
        return number if -MAX_PLAIN_INT < number < MAX_PLAIN_INT else {"i": hex(number)}
    if isinstance(value, float):
        return float.__pos__(value)
    if isinstance(value, complex):
        return {"c": [value.real, value.imag]}
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (bytes, bytearray)):
        return {"b": bytes(value).hex()}
    if isinstance(value, list):
        return [encode(item) for item in list.__iter__(value)]
    if isinstance(value, dict):
        return {"d": [[encode(k), encode(v)] for k, v in dict.items(value)]}
    if isinstance(value, (set, frozenset)):
        return {"s": sorted((encode(item) for item in value), key=json.dumps)}
    if isinstance(value, (tuple, deque)):
        return {"t" if isinstance(value, tuple) else "q": [encode(item) for item in value]}
    return {"o": type(value).__name__}


def decode(value: object, is_inside_hash: bool = False) -> object:
    """Returns what `encode` was given, made of exact built-in types; a set inside a set or a dict's key is frozen."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    (tag, held), = value.items()
    if tag in ("t", "q"):
        return (tuple if tag == "t" else deque)(decode(item, is_inside_hash) for item in held)
    if tag == "s":
        return (frozenset if is_inside_hash else set)(decode(item, True) for item in held)
    if tag == "d":
        return {decode(k, True): decode(v) for k, v in held}
    if tag in SIMPLE:
        return SIMPLE[tag](held)
    raise ValueError(f"no value is tagged {tag!r}")
