"""The inputs of MBPP+ with the types that JSON lost: tuples, sets, complex numbers.

Which task needs which is a fact about the data, stated by EvalPlus where it reads it (evalplus/data/mbpp.py, release
0.3.1, MBPP+ 0.2.0). Below, a task's arguments have one type each; the last one holds for all further arguments.
"""

from collections.abc import Callable

Convert = Callable[[object], object]


def keep(value: object) -> object:
    """Returns the value."""
    return value


def list_tuples(value: list) -> list:
    """Returns a list with each item made a tuple."""
    return [tuple(item) for item in value]


def nest_tuples(value: list) -> tuple:
    """Returns a tuple of tuples."""
    return tuple(tuple(item) for item in value)


def mix_tuples(value: list) -> tuple:
    """Returns a tuple; those of its items that are lists are made tuples, too."""
    return tuple(tuple(item) if isinstance(item, list) else item for item in value)


def fill_tuples(value: dict) -> dict:
    """Returns a dict with each value made a tuple."""
    return {key: tuple(item) for key, item in value.items()}


def freeze(value: object) -> object:
    """Returns the value with every list in it made a tuple, however deep."""
    return tuple(freeze(item) for item in value) if isinstance(value, list) else value


def list_sets(value: list) -> list:
    """Returns a list with each list in it made a set, and what is empty or no list a dict, as EvalPlus has it."""
    return [set(item) if isinstance(item, list) and item else {} for item in value]


def spread(types: tuple[Convert, ...], *numbers: int) -> dict[int, tuple[Convert, ...]]:
    """Returns the tasks of these numbers, each with the given types of arguments."""
    return dict.fromkeys(numbers, types)


TYPES: dict[int, tuple[Convert, ...]] = {
    **spread((tuple,), 2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630, 726, 740,
             744, 809),
    **spread((list_tuples,), 63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780),
    **spread((list_tuples, keep), 75, 413, 444, 753),
    **spread((keep, tuple), 106, 750),
    **spread((list_sets,), 115),
    **spread((float, complex), 124),
    **spread((tuple, keep), 250, 307, 405, 446, 617, 720, 763, 808),
    **spread((complex,), 252),
    **spread((nest_tuples,), 259, 401, 445),
    **spread((mix_tuples,), 278),
    **spread((freeze,), 580, 615, 791),
    **spread((fill_tuples, keep), 722),
}


def restore_inputs(task_id: str, inputs: list[list]) -> list[list]:
    """Returns a task's argument lists with the types that its function expects.

    Args:
        task_id: such as `Mbpp/2`; inputs of other benchmarks have no lost types and come back as they are.
        inputs: argument lists as JSON has them.
    """
    name, _, number = task_id.partition("/")
    types = TYPES.get(int(number), ()) if name == "Mbpp" and number.isdigit() else ()
    if not types:
        return inputs
    return [[types[min(i, len(types) - 1)](value) for i, value in enumerate(arguments)] for arguments in inputs]
