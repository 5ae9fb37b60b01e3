"""The values that a run used, each with the meaning that `config.py` gives it: one table for all stages."""

import ast
import dataclasses
import inspect

import pandas as pd

from semcoder.config import STAGES, Config


def tabulate_values(config: Config) -> pd.DataFrame:
    """Returns one row per config field: stage, name, value as text, meaning (the string below the field)."""
    rows = []
    for stage in STAGES:
        section = getattr(config, stage, None)
        if section is None:  # report has no values of its own
            continue
        meanings = read_meanings(type(section))
        rows += [(stage, name, show_value(value), meanings[name])
                 for name, value in ((f.name, getattr(section, f.name)) for f in dataclasses.fields(section))]
    return pd.DataFrame(rows, columns=["stage", "name", "value", "meaning"])


def read_meanings(kind: type) -> dict[str, str]:
    """Returns field -> the string that stands below it in the source of its class, "" where there is none."""
    meanings = {}
    for base in kind.__mro__[1:-1]:
        meanings |= read_meanings(base)
    body = ast.parse(inspect.getsource(kind)).body[0].body
    for field, below in zip(body, [*body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign):
            is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            meanings[field.target.id] = " ".join(below.value.value.split()) if is_text else ""
    return meanings


def show_value(value: object) -> str:
    """Returns a config value as a parameter would be typed; an empty text is shown as such."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "(empty)" if value == "" else str(value)
