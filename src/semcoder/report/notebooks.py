"""Executed notebooks: what is wrong with one, which run it shows, and what must go before it is shown or kept."""

import re
import sys
from pathlib import Path

from nbformat import NotebookNode

from semcoder import paths

# A kernel names its cells' temporary files with its process id.
KERNEL_FILE = re.compile(r"/\S*?ipykernel_\d+/\d+\.py")


def find_problems(notebook: NotebookNode) -> str:
    """Returns what is wrong with an executed notebook ("" if nothing): an error, or cells that never ran."""
    if notebook.metadata.get("papermill", {}).get("exception"):
        return "its run failed"
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    if any(output.output_type == "error" for cell in cells for output in cell.outputs):
        return "a cell ended with an error"
    if not cells or any(cell.execution_count is None for cell in cells):
        return "it was not run to its end"
    return ""


def find_run_id(notebook: NotebookNode, stage: str) -> str | None:
    """Returns the id of the run of `stage` that the notebook's last output names (show.show_run)."""
    texts = [str(value) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
             for value in [*output.get("data", {}).values(), output.get("text", "")]]
    found = [match for text in texts for match in re.findall(rf"\b{stage}/[\w.-]+-[0-9a-f]{{8}}\b", text)]
    return found[-1] if found else None


def scrub_notebook(notebook: NotebookNode) -> NotebookNode:
    """Returns the notebook without times, random ids, progress bars' past states and paths of this machine."""
    papermill = notebook.metadata.get("papermill", {})
    kept = {name: notebook.metadata[name] for name in ("kernelspec", "language_info") if name in notebook.metadata}
    kept["papermill"] = {"exception": bool(papermill.get("exception")), "parameters": papermill.get("parameters", {})}
    notebook.metadata = NotebookNode(kept)
    for number, cell in enumerate(notebook.cells, 1):
        cell["id"] = f"cell-{number:02}"
        cell.metadata = NotebookNode({name: value for name, value in cell.metadata.items() if name == "tags"})
        for output in cell.get("outputs", []):
            scrub_output(output)
    return notebook


def scrub_output(output: NotebookNode) -> None:
    """Removes machine paths and overwritten progress lines from one output, in place."""
    if "text" in output:
        output["text"] = "\n".join(line.rstrip("\r").split("\r")[-1] for line in scrub_text(output["text"]).split("\n"))
    for kind, value in output.get("data", {}).items():
        output["data"][kind] = scrub_text(value) if isinstance(value, str) else value


def scrub_text(text: str) -> str:
    """Returns `text` with the project's folder made relative and other folders of this machine shortened."""
    text = KERNEL_FILE.sub("<cell>", text)
    for folder, short in ((paths.ROOT, ""), (Path(sys.prefix), ".venv"), (Path(sys.base_prefix), "python"),
                          (Path.home(), "~")):
        place = str(folder)
        if len(place) > 1:  # the file system's root names nothing of this machine
            text = text.replace(f"{place}/", f"{short}/" if short else "").replace(place, short or ".")
    return text
