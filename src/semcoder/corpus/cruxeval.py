"""CRUXEval's programs as rows of ours, to measure on and to show; they never enter a corpus or a training."""

from semcoder.corpus.filters.decontaminate import find_benchmarks, normalize_literal, read_items


def read_cruxeval(folder: str) -> list[tuple[dict, list[dict]]]:
    """Returns (program, its one execution) of each CRUXEval item in a folder, as records; [] where it has none.

    Raises:
        UserError: no such folder, or no benchmark in it.
    """
    rows = [row for path in find_benchmarks(folder).get("cruxeval", ()) for row in read_items(path)]
    return [read_program(row) for row in rows]


def read_program(row: dict) -> tuple[dict, list[dict]]:
    """Returns an item's records.Program and records.Execution; the function is always called `f`."""
    task_id = f"cruxeval/{row['id']}"
    shared = {"task_id": task_id, "split": "test"}
    program = {**shared, "source": "cruxeval", "family": "cruxeval", "origin": f"CRUXEval {row['id']}",
               "licence": "MIT", "level": 0, "entry": "f", "code": row["code"].rstrip("\n") + "\n", "description": ""}
    return program, [{**shared, "execution_id": f"{task_id}#0", "input": row["input"],
                      "output": normalize_literal(row["output"])}]
