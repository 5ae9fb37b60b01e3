"""Our examples in the fields of the released data: `pyx.jsonl` (PyX) and `pyx_r.jsonl` (PyX-R), paper App. F.

Only the training split and the monologue format go out. Task lines are left off, as in the release, where the training
script puts them in front; `semcoder.corpus.pyx` reads both files back.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from semcoder.config import Config
from semcoder.errors import UserError
from semcoder.prompts import TASK_LINES, extract_code
from semcoder.runs import Run, write_text

PROMPT_FIELDS = {"nl_to_code": "nl", "forward": "fwd_mnl", "backward": "bwd_mnl"}
FORMATS = {"nl_to_code": "direct"}  # the others: monologue
CARD = """---
pretty_name: PyX, rebuilt
language: [en, code]
task_categories: [text-generation]
configs:
- config_name: pyx
  default: true
  data_files: pyx.jsonl
- config_name: pyx_r
  data_files: pyx_r.jsonl
---

# {run_id}

The training examples of this run in the fields of `semcoder/PyX` (id, nl, fwd_mnl, bwd_mnl, response) and
`semcoder/PyX-R` (fault, response): {num_pyx} and {num_pyx_r} rows. `origins.jsonl` has the origin and the licence of
each program, under the task id that an `id` starts with.
"""


def export_pyx(config: Config, folder: Path) -> dict[str, int]:
    """Writes both files, the programs' origins and a card into `folder`; returns file name -> rows.

    Raises:
        UserError: the preset's monologues are not finished.
    """
    run = find_monologues(config)
    numbers = {"pyx.jsonl": write_rows(folder / "pyx.jsonl", list_pyx(run)),
               "pyx_r.jsonl": write_rows(folder / "pyx_r.jsonl", list_pyx_r(run)),
               "origins.jsonl": write_rows(folder / "origins.jsonl", list_origins(run.inputs[0]))}
    write_text(folder / "README.md", CARD.format(run_id=run.run_id, num_pyx=numbers["pyx.jsonl"],
                                                 num_pyx_r=numbers["pyx_r.jsonl"]))
    return numbers


def find_monologues(config: Config) -> Run:
    """Returns the finished monologues run of a config; builds nothing."""
    corpus = Run("corpus", config)
    traces = Run("traces", config, [corpus])
    run = Run("monologues", config, [corpus, traces])
    if not run.is_complete:
        raise UserError(f"{run.run_id} is not finished: run `python -m semcoder run --preset {config.preset}` first")
    return run


def list_examples(run: Run, objective: str) -> list[dict]:
    """Returns the training examples of one objective in the format that goes out."""
    return run.read_rows("examples/train", [("objective", "=", objective),
                                            ("format", "=", FORMATS.get(objective, "monologue"))])


def list_pyx(run: Run) -> Iterator[dict]:
    """Yields PyX rows: from description to code, then forward, then backward."""
    for objective, name in PROMPT_FIELDS.items():
        for example in list_examples(run, objective):
            prompt, response = strip_task(example), example["response"]
            if objective == "nl_to_code":
                prompt = prompt.removeprefix("<NL_Description>\n").removesuffix("\n</NL_Description>")
                response = fence(extract_code(response))
            yield {"id": example["example_id"], "nl": "", "fwd_mnl": "", "bwd_mnl": "", name: prompt,
                   "response": response}


def list_pyx_r(run: Run) -> Iterator[dict]:
    """Yields PyX-R rows; code stands in fences there."""
    for example in list_examples(run, "repair"):
        prompt = strip_task(example).replace("[PYTHON]", "```python").replace("[/PYTHON]", "```")
        head, test = prompt.rsplit("### Failed Test\n", 1)
        monologue = example["response"].rsplit("[Refined]", 1)[0]
        yield {"fault": f"{head}### Failed Test\n{fence(test)}",
               "response": f"{monologue}[Refined]\n{fence(extract_code(example['response']))}\n[/Refined]"}


def list_origins(corpus: Run) -> Iterator[dict]:
    """Yields where each training program comes from; the released fields have no room for it."""
    for program in corpus.read_rows("programs/train"):
        yield {name: program[name] for name in ("task_id", "source", "origin", "licence")}


def strip_task(example: dict) -> str:
    """Returns an example's prompt without the line that names its task."""
    return example["prompt"].removeprefix(TASK_LINES[example["objective"]] + "\n").rstrip("\n")


def fence(code: str) -> str:
    """Returns code as a fenced block."""
    return f"```python\n{code.rstrip()}\n```"


def write_rows(path: Path, rows: Iterator[dict]) -> int:
    """Writes JSON lines one by one, whole file or none; returns how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    count = 0
    with open(partial, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    os.replace(partial, path)
    return count
