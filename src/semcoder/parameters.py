"""From a notebook's parameters cell to a checked Config.

papermill only warns when a parameter is misspelt and then runs with the default; here it is an error.
The parameters cell is the notebook's first code and annotates each name, so `__annotations__` in the
notebook's globals holds the declared names; any other plain value is an undeclared injection.
"""

import types

from semcoder.config import COMMON, STAGES, Config, require
from semcoder.errors import UserError
from semcoder.presets import load_preset

# Names a parameters cell may declare that are not config fields.
SWITCHES = (*COMMON, "dry_run")


def read_parameters(stage: str, namespace: dict) -> Config:
    """Returns the Config of a notebook: its preset with the declared, non-None parameters on top.

    Args:
        stage: the notebook's stage; its fields are the ones that may be changed.
        namespace: the notebook's globals().

    Raises:
        UserError: an unknown name, a wrong type, an unknown preset or an impossible value.
    """
    require(stage in STAGES, "stage", stage, f"stages are {', '.join(STAGES)}")
    declared = namespace.get("__annotations__", {})
    for name in find_injected(namespace):
        if name not in declared:
            raise UserError(f"no parameter {name!r} (given as {namespace[name]!r}): {stage} takes "
                            f"{', '.join(declared)}")
    for name, kind in declared.items():
        check_type(name, namespace[name], kind)
    config = load_preset(namespace["preset"])
    values = {name: namespace[name] for name in declared if namespace[name] is not None}
    return config.replace(stage, **{name: v for name, v in values.items() if name not in ("preset", "dry_run")})


def find_injected(namespace: dict) -> list[str]:
    """Returns the names of plain values in a notebook's globals that IPython did not put there."""
    try:
        hidden = set(get_ipython().user_ns_hidden)  # type: ignore[name-defined]  # noqa: F821
    except NameError:
        hidden = set()
    plain = (type(None), bool, int, float, str, list, dict, tuple)
    return [name for name, value in namespace.items()
            if not name.startswith("_") and name not in hidden and isinstance(value, plain)
            and not isinstance(value, types.ModuleType)]


def check_type(name: str, value: object, kind: type) -> None:
    """Raises UserError unless `value` is None or of the declared plain type (an int may stand for a float)."""
    if value is None or (kind is float and type(value) is int):
        return
    plain = getattr(kind, "__origin__", kind)
    require(type(value) is plain, name, value,
            f"it must be {getattr(kind, '__name__', kind)}, not {type(value).__name__}")
