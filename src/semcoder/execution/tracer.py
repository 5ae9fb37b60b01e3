"""A lossless event log of one execution, taken with `sys.settrace`.

An event is one step of one frame, and names what changed in that frame from there to the frame's next event, whoever
changed it: a list that grew through another name, in an outer or suspended frame, is a change too. Frames of
comprehensions, lambdas, generators and class bodies are frames like others. Only what a step can have changed is
looked at (`semcoder.execution.effects`). Not covered: threads, module-level names, the source of imported modules, and
what happens inside a value that is too big to show while its size stays the same.
"""

import re
from operator import is_
from types import CodeType, FrameType, FunctionType

from semcoder.execution.effects import RETURN, YIELD, LineEffects
from semcoder.execution.events import DELETED
from semcoder.execution.literals import HEAP_TYPE, SCALARS, ValueLimit, to_literal, type_flags, type_name
from semcoder.execution.watching import PROGRAM, EventLimit, Watcher

ABSENT = object()
IMMUTABLE = frozenset((*SCALARS, tuple, frozenset))  # `+=` on these makes a new object
STEADY = frozenset((*SCALARS, FunctionType, *(type(iter(v)) for v in (
    [], (), "", "\u20ac", b"", {}, {}.values(), {}.items(), set(), range(1), range(2**70)))))
"""Types whose objects always have the same text, and through which no builtin can change another object."""

LONG = 16  # a list of more items is compared with a copy before it is written out again
NESTED = re.compile(r"[\[({<]").search  # in a list's text: it may hold something that can change


class Tracer(Watcher):
    """Collects events; use as a context manager around the call.

    Args:
        max_events: events after which the run is ended with EventLimit.
        max_value_chars: length of a value's literal.
        on_large: what happens at a longer one: "stop" ends the run with ValueLimit, "mark" puts a mark in its place.
    """

    def __init__(self, max_events: int, max_value_chars: int, on_large: str = "stop"):
        self.events: list[dict] = []
        self.max_events, self.max_chars, self.on_large = max_events, max_value_chars, on_large
        self.depth, self.num_frames = -1, 0
        self.risk = 0  # grows whenever objects may have changed; a frame compares it with what it last saw
        self.limit: BaseException | None = None  # kept, because a program's bare `except` could swallow it
        self._effects: dict[CodeType, LineEffects] = {}

    def __exit__(self, *_) -> None:
        super().__exit__()
        if self.limit is not None:
            raise self.limit

    def _enter_frame(self, frame: FrameType, kind: str, _):
        code = frame.f_code
        if code.co_filename != PROGRAM or code.co_name == "<module>":
            self.risk += 1
            return None
        follow = frame.f_trace
        try:
            if follow is None:
                effects = self._effects.get(id(code))
                if effects is None:
                    effects = self._effects[id(code)] = LineEffects(code, frame.f_globals)
                return FrameLog(self, frame, effects).follow
            follow.__self__.resume(frame)
        except (EventLimit, ValueLimit) as limit:
            self.limit = limit
            raise
        return follow


class FrameLog:
    """What is known of one frame, from its call to its end: the local trace function is its method `follow`."""

    __slots__ = ("changed", "copies", "effects", "is_odd", "last_raise", "names", "seen", "template", "texts", "tracer",
                 "values")

    def __init__(self, tracer: Tracer, frame: FrameType, effects: LineEffects):
        self.tracer, self.effects = tracer, effects
        tracer.depth += 1
        # Copying a dict and setting two keys takes half the time of making one.
        self.template = {"kind": "line", "line": 0, "depth": tracer.depth, "frame": tracer.num_frames,
                         "function": frame.f_code.co_name, "changed": None, "value": None}
        tracer.num_frames += 1
        self.values: dict[str, object] = {}  # as of the last event, with their texts
        self.texts: dict[str, str] = {}
        self.copies: dict[str, list] = {}  # of longer lists of scalars: compared faster than written anew
        self.is_odd = False  # it has held a value, an iterator say, through which builtins can change other objects
        self.last_raise = None
        self.seen = tracer.risk
        self.names = ()
        self.add("call", frame.f_lineno)
        self.compare_all(frame.f_locals)

    def resume(self, frame: FrameType) -> None:
        """Records that a suspended generator goes on."""
        self.tracer.depth += 1
        self.template["depth"] = self.tracer.depth
        self.compare_all(frame.f_locals)
        self.add("resume", frame.f_lineno)
        self.expect(frame.f_lineno)

    def follow(self, frame: FrameType, kind: str, argument) -> None:
        """Records one event; first settles what the frame's last event changed. (None keeps it the trace function.)

        The case of a line is written out here, because it is most of what a tracer does.
        """
        tracer = self.tracer
        try:
            if self.seen != tracer.risk:
                self.compare_all(frame.f_locals)
            elif self.names:
                now, values = frame.f_locals, self.values
                for name in self.names:
                    value = now.get(name, ABSENT)
                    if value is not values.get(name, ABSENT):
                        self.note(name, value)
            if kind != "line":
                self.follow_rarer(frame, kind, argument)
                return
            events = tracer.events
            if len(events) >= tracer.max_events:
                raise EventLimit(f"more than {tracer.max_events} events")
            event = self.template.copy()
            event["line"] = line = frame.f_lineno
            event["changed"] = self.changed = {}
            events.append(event)
            self.seen = tracer.risk
            self.names, change = self.effects[line]
            if change and (change is True or type(self.values.get(change)) not in IMMUTABLE) or self.is_odd:
                tracer.risk += 1
        except (EventLimit, ValueLimit) as limit:
            tracer.limit = limit
            raise

    def follow_rarer(self, frame: FrameType, kind: str, argument) -> None:
        """Records an exception, or the end of a call: its value, a generator's yield, or an exception that goes on."""
        line, at, tracer = frame.f_lineno, frame.f_lasti, self.tracer
        if kind == "exception":
            self.last_raise = at
            self.add("exception", line, describe_exception(argument[1], tracer.max_chars))
            self.expect(line)
            return
        code = self.effects.bytecode[at]
        # An exception thrown into a generator raises at its yield.
        kind = "return" if code == RETURN else "yield" if code == YIELD and at != self.last_raise else "unwind"
        self.add(kind, line, None if kind == "unwind" else to_literal(argument, tracer.max_chars, tracer.on_large))
        self.last_raise = None
        tracer.depth -= 1

    def expect(self, line: int) -> None:
        """Notes what the line now going on can change, here and in other frames."""
        self.seen = self.tracer.risk
        self.names, change = self.effects[line]
        if change and (change is True or type(self.values.get(change)) not in IMMUTABLE) or self.is_odd:
            self.tracer.risk += 1

    def add(self, kind: str, line: int, value: str | None = None) -> None:
        """Appends an event; its `changed` is filled in by the next one of this frame."""
        tracer = self.tracer
        if len(tracer.events) >= tracer.max_events:
            raise EventLimit(f"more than {tracer.max_events} events")
        event = self.template.copy()
        event["kind"], event["line"], event["value"] = kind, line, value
        event["changed"] = self.changed = {}
        tracer.events.append(event)

    def compare_all(self, now: dict[str, object]) -> None:
        """Settles all names: objects may have changed, and cells may have been bound by other frames."""
        values, copies = self.values, self.copies
        for name, value in now.items():
            if value is not values.get(name, ABSENT):
                self.note(name, value)
            elif type(value) not in STEADY:
                copy = copies.get(name)
                if copy is None or len(copy) != len(value) or not all(map(is_, copy, value)):
                    self.note(name, value)
        if len(values) != len(now):
            for name in [name for name in values if name not in now]:
                self.note(name, ABSENT)

    def note(self, name: str, value: object) -> None:
        """Compares one name's value with what is known of it."""
        if value is ABSENT:
            del self.values[name], self.texts[name]
            self.copies.pop(name, None)
            self.changed[name] = DELETED
            return
        self.values[name] = value
        tracer = self.tracer
        text = to_literal(value, tracer.max_chars, tracer.on_large)
        if self.copies:
            self.copies.pop(name, None)
        if type(value) not in STEADY:
            if "<" in text:
                self.is_odd = True  # for good: a loop may go on over an iterator that no name holds any more
            if type(value) is list and len(value) > LONG and text[0] == "[" and NESTED(text, 1) is None:
                self.copies[name] = value.copy()
        if self.texts.get(name) != text and name != ".0":  # the iterator that a comprehension takes its items from
            self.texts[name] = self.changed[name] = text


def describe_exception(error: BaseException, max_chars: int) -> str:
    """Returns `Type: message`, the message without running foreign code and with marks for what is too long."""
    kind, arguments = type(error), BaseException.args.__get__(error)
    texts = [to_literal(argument, max_chars, "mark") for argument in arguments]
    message = ", ".join(texts)
    is_plain = all(type(part) in SCALARS and text[0] != "<" for part, text in zip(arguments, texts, strict=True))
    if is_plain and not type_flags(kind) & HEAP_TYPE:
        message = str(error)
    elif is_plain and len(arguments) == 1:
        message = str(arguments[0])
    return f"{type_name(kind)}: {message}"
