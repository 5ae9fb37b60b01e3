"""Verdicts on programs -> pass@k, and the results file that EvalPlus writes."""

import hashlib
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np

from semcoder.scoring.evalplus import Verdict
from semcoder.statistics import bootstrap_interval, make_generator, pass_at_k

KS = (1, 10, 100)  # EvalPlus's


def summarise(verdicts: dict[str, list[dict[str, Verdict]]]) -> dict:
    """Returns pass@k on base tests, and on base and plus tests together, as JSON values; fractions in [0, 1].

    Args:
        verdicts: task id -> its samples' verdicts; every task has the same number of samples, missing ones included.
    """
    num_samples = len(next(iter(verdicts.values())))
    names = list(next(iter(verdicts.values()))[0])
    result = {"n": len(verdicts), "num_samples": num_samples}
    for name in names:
        passed = [sum(all(row[other].status == "pass" for other in names[:names.index(name) + 1]) for row in rows)
                  for rows in verdicts.values()]
        result[name] = {f"pass@{k}": sum(pass_at_k(num_samples, c, k) for c in passed) / len(passed)
                        for k in KS if k <= num_samples}
        shares = np.array(passed) / num_samples
        result[name]["pass@1_interval"] = bootstrap_interval(shares, make_generator("evalplus", name))
        result[name]["counts"] = dict(Counter(row[name].status for rows in verdicts.values() for row in rows))
    return result


def write_results(programs: dict[str, list[str]], verdicts: dict[str, list[dict[str, Verdict]]], summary: dict,
                  data: Path) -> dict:
    """Returns what EvalPlus writes as its results: same fields, and its three statuses pass, fail and timeout.

    A missing sample is an empty program that fails, so that whoever counts the rows finds the same score.
    """
    rows = {}
    for task_id, own in verdicts.items():
        rows[task_id] = [{"task_id": task_id, "solution": code,
                          **{f"{name}_status": name_status(row, name) for name in ("base", "plus")},
                          **{f"{name}_fail_tests": list_failed(row, name) for name in ("base", "plus")}}
                         for code, row in zip(programs[task_id], own, strict=True)]
    scores = {name: {f"pass@{k}": summary[name][f"pass@{k}"] for k in KS if f"pass@{k}" in summary[name]}
              for name in ("base", "plus") if name in summary}
    return {"date": datetime.now().strftime("%Y-%m-%d %H:%M"),
            "hash": hashlib.md5(data.read_bytes(), usedforsecurity=False).hexdigest(), "eval": rows,
            "pass_at_k": scores}


def name_status(row: dict[str, Verdict], name: str) -> str | None:
    """Returns a set's status in EvalPlus's words, None where the benchmark has no such set."""
    if name not in row:
        return None
    return row[name].status if row[name].status in ("pass", "timeout") else "fail"


def list_failed(row: dict[str, Verdict], name: str) -> list:
    """Returns the input that failed, as the data has it, in a list; [] where none is known."""
    return [row[name].failed] if name in row and row[name].failed is not None else []
