"""Notebooks stay thin, clean and swappable: all logic is in src."""

import ast

import nbformat
import pytest
from papermill.inspection import _infer_parameters
from papermill.iorw import load_notebook_node

from semcoder import paths
from semcoder.config import STAGES, Config
from semcoder.parameters import SWITCHES
from semcoder.pipeline import NOTEBOOKS
from semcoder.presets import SMOKE

FORBIDDEN = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Try, ast.With, ast.Lambda, ast.ListComp)


def load(name):
    return nbformat.read(paths.NOTEBOOKS / name, as_version=4)


def code_cells(name):
    return [cell for cell in load(name).cells if cell.cell_type == "code"]


def test_there_is_one_notebook_per_stage_in_order():
    assert sorted(p.name for p in paths.NOTEBOOKS.glob("*.ipynb")) == list(NOTEBOOKS)
    assert [name[3:-6] for name in NOTEBOOKS] == list(STAGES)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_has_no_outputs_and_no_logic(name):
    cells = code_cells(name)
    assert len(cells) <= 12
    for cell in cells:
        assert not cell.outputs and cell.execution_count is None
        assert len(cell.source.splitlines()) <= 15
        assert not [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, FORBIDDEN)]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_papermill_sees_every_parameter_with_type_and_help(name):
    first = code_cells(name)[0]
    assert first.metadata["tags"] == ["parameters"]
    lines = first.source.splitlines()
    seen = {p.name: p for p in _infer_parameters(load_notebook_node(str(paths.NOTEBOOKS / name)))}
    declared = [node.target.id for node in ast.parse(first.source).body]
    assert list(seen) == declared and len(lines) == len(declared)
    assert all(seen[n].help and seen[n].inferred_type_name != "None" for n in declared)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_parameter_is_a_field_of_the_stage(name):
    fields = SMOKE.section(name[3:-6]) if isinstance(SMOKE, Config) else {}
    for node in ast.parse(code_cells(name)[0].source).body:
        assert node.target.id in SWITCHES or node.target.id in fields
