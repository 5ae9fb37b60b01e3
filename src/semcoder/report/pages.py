"""Examples as fragments of a page: each text in a file of its own, and Markdown that puts them side by side."""

import json
from pathlib import Path

from semcoder.report.examples import PRIVATE, PUBLIC
from semcoder.report.present import escape_markdown
from semcoder.runs import write_text

CARD = """
::::{{grid-item-card}} {title}
```{{literalinclude}} /results/view/examples/{file}
:language: {language}
```
::::
"""
TITLES = {"program": "Program", "trace": "Trace", "forward": "Forward: from the input to the output",
          "backward": "Backward: from the output to an input", "debugging": "Debugging: from a failed test to the fix"}
NONE = "The run shown here holds no examples of this source."
MISSING = {"synthetic": NONE, "open_source": NONE,
           "cruxeval": "Not shown: the run shown here was given no `benchmarks_dir`, or its results were published. "
                       "CRUXEval's programs are not part of this artifact."}


def write_examples(report: Path, folder: Path) -> None:
    """Writes `<source>.md` for each source of a report's examples, and the files they include, into `folder`."""
    examples = [example for name in (PUBLIC, PRIVATE) for example in read_examples(report / name)]
    for source, missing in MISSING.items():
        found = [example for example in examples if example["source"] == source]
        parts = [write_example(example, f"{source}_{number}", folder) for number, example in enumerate(found, 1)]
        write_text(folder / f"{source}.md", "\n".join(parts) or f"{missing}\n")


def read_examples(path: Path) -> list[dict]:
    """Returns the examples in a file, none where a report has no such file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def write_example(example: dict, name: str, folder: Path) -> str:
    """Writes the texts of one example as files and returns the Markdown that shows them."""
    texts = {"program": example["code"], "trace": show_trace(example["events"]), "forward": example["forward"],
             "backward": example["backward"], "debugging": example["debugging"]}
    cards = []
    for kind, text in texts.items():
        if text:
            ending = "py" if kind == "program" else "txt"
            write_text(folder / f"{name}_{kind}.{ending}", text.rstrip("\n") + "\n")
            cards.append(CARD.format(title=TITLES[kind], file=f"{name}_{kind}.{ending}",
                                     language="python" if kind == "program" else "text"))
    about = f"From {escape_markdown(example['origin'])}, licence {escape_markdown(example['licence'])}."
    if not example["debugging"]:
        about += " It has no description to be debugged against."
    return (f"### `{example['task_id']}`\n\n{about}\n\n:::::{{grid}} 1 1 2 2\n:gutter: 2\n"
            f"{''.join(cards)}:::::\n")


def show_trace(events: list[dict]) -> str:
    """Returns a trace as text, a line per event: kind, line, what changed, what was given back."""
    lines = []
    for event in events:
        name = f" {event['function']}" if event["kind"] in ("call", "resume") else ""
        changed = "".join(f"  {variable} = {text}" for variable, text in event["changed"].items())
        value = f"  {event['value']}" if event["value"] is not None else ""
        lines.append(f"{event['kind']:<9} L{event['line']}{name}{changed}{value}")
    return "\n".join(lines)
