"""The dataset card of a corpus folder, so that `datasets.load_dataset(folder, "programs")` opens it."""

from collections import Counter

from semcoder.runs import Run, write_text

HEAD = """---
pretty_name: PyX, rebuilt
language: [en, code]
task_categories: [text-generation]
configs:
- config_name: programs
  default: true
{programs}- config_name: executions
{executions}---
"""
BODY = """
# {run_id}

Python programs that run, with inputs, outputs and descriptions. Built by stage `corpus` at preset
`{preset}`, seed {seed}; the manifest beside this file has every count and reject.

```python
from datasets import load_dataset
programs = load_dataset("{folder}", "programs", split="train")
executions = load_dataset("{folder}", "executions", split="train")
```

`programs`: task_id, source (synthetic, open_source), family, origin, licence, split, level, entry, code,
description. `executions`: execution_id, task_id, split, input (argument list), output (literal).

| licence | programs |
| --- | --- |
{licences}

Functions of source `open_source` keep their package, version, name and licence in `origin` and `licence`.
What they do outside literals was not checked; run them in a sandbox.
"""


def write_card(run: Run) -> None:
    """Writes README.md of a corpus run."""
    splits = [path.stem for path in sorted(run.find("programs").glob("*.parquet"))]
    licences = Counter(row["licence"] for split in splits for row in run.iterate_rows(f"programs/{split}", ["licence"]))

    def list_files(name: str) -> str:
        return "  data_files:\n" + "".join(f"  - split: {s}\n    path: {name}/{s}.parquet\n" for s in splits)

    text = HEAD.format(programs=list_files("programs"), executions=list_files("executions"))
    text += BODY.format(run_id=run.run_id, preset=run.config.preset, seed=run.config.seed,
                        folder=f"results/runs/{run.run_id}",
                        licences="\n".join(f"| {name} | {n} |" for name, n in sorted(licences.items())))
    write_text(run.find("README.md"), text)
