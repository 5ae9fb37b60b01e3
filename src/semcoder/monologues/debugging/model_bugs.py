"""Bugs that a trained model makes (paper 3.3): its answers to the descriptions, those that are programs.

Stages come in order, so the model is a folder of an earlier run's, or a hub name. Which answers fail a test, and can be
explained, is found out with the other bugs (`repairs`).
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from more_itertools import chunked

from semcoder.config import Config, MonologuesConfig, require
from semcoder.corpus.candidates import normalize
from semcoder.execution.levels import check_level
from semcoder.execution.sandbox import find_box
from semcoder.prompts import extract_code, find_signature, render_code_prompt

BLOCK = 200  # programs whose prompts are in memory at once
BATCH = 64  # sequences generated at once


def sample_bugs(items: Iterable[tuple], config: Config, counts: Counter) -> Iterator[tuple]:
    """Yields each item with the programs that the model wrote for its description, () without a model.

    Args:
        items: tuples that start with a program (records.Program).
        config: `monologues.bug_…`, `seed` and `min_sandbox_level` are read.
        counts: gets the answers by what became of them.

    Raises:
        UserError: there is no such model, or the sandbox is below min_sandbox_level.
    """
    values = config.monologues
    if not values.bug_model:
        yield from ((*item, ()) for item in items)
        return
    check_level(find_box().level, config.min_sandbox_level)
    model, tokenizer = open_model(values.bug_model)
    for number, block in enumerate(chunked(items, BLOCK)):
        described = [item[0] for item in block if item[0]["description"]]
        codes = answer_descriptions(model, tokenizer, described, values, config.seed + number, counts)
        yield from ((*item, codes.get(item[0]["task_id"], ())) for item in block)


def open_model(name: str) -> tuple:
    """Returns the model and its tokenizer, on the GPU where there is one."""
    import torch

    from semcoder.generate import load_model

    try:
        return load_model(Path(name) if Path(name).is_dir() else name, "cuda" if torch.cuda.is_available() else "cpu")
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        require(False, "bug_model", name, f"give a model's folder, of an earlier run say, or a hub name ({reason})")


def answer_descriptions(model, tokenizer, programs: list[dict], config: MonologuesConfig, seed: int,
                        counts: Counter) -> dict[str, tuple[str, ...]]:
    """Returns task_id -> the different programs that the model wrote, none of them the right one as it stands."""
    from semcoder.generate import generate_responses

    prompts = [render_code_prompt(p["description"], find_signature(p)) for p in programs for _ in
               range(config.bug_samples)]
    answers = iter(generate_responses(model, tokenizer, prompts, config.bug_max_tokens, BATCH,
                                      temperature=config.bug_temperature, seed=seed) if prompts else [])
    found: dict[str, dict[str, None]] = {}
    for program in programs:
        codes = found.setdefault(program["task_id"], {})
        for _ in range(config.bug_samples):
            code, flaw = read_program(next(answers), program)
            counts[f"model's answers: {'repeated' if code in codes else flaw or 'tried'}"] += 1
            codes |= {} if flaw else {code: None}
    return {task_id: tuple(codes) for task_id, codes in found.items()}


def read_program(answer: str, program: dict) -> tuple[str, str]:
    """Returns (an answer's program in the form of `ast.unparse`, what is wrong with it as a bug, or "")."""
    try:
        tree = ast.parse(extract_code(answer) or "")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return "", "no program"
    if not any(isinstance(node, ast.FunctionDef) and node.name == program["entry"] for node in tree.body):
        return "", "no program"
    code = ast.unparse(tree) + "\n"
    return code, "the right program" if code == normalize(program["code"]) else ""
