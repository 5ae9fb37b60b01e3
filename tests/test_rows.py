"""Rows on disk: the same bytes however they were handed over, whole or absent, read back a batch at a time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semcoder import rows as rows_module
from semcoder.errors import UserError
from semcoder.presets import SMOKE
from semcoder.rows import ROW_GROUP, RowWriter, join_by_task, read_batches
from semcoder.runs import Run

ROWS = [{"id": f"r{i}", "n": i, "parts": [str(i)] * (i % 3)} for i in range(2 * ROW_GROUP + 7)]


def write(path, parts):
    with RowWriter(path) as writer:
        for part in parts:
            writer.write(part)
    return path.read_bytes()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, len(ROWS)), max_size=6))
def test_the_bytes_do_not_depend_on_how_rows_are_handed_over(tmp_path_factory, cuts):
    folder = tmp_path_factory.mktemp("rows")
    edges = [0, *sorted(cuts), len(ROWS)]
    parts = [ROWS[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    assert write(folder / "a.parquet", parts) == write(folder / "b.parquet", [ROWS])
    assert list(read_batches(folder / "a.parquet")) == ROWS


def test_a_writer_that_fails_leaves_nothing_and_none_appears_before_the_end(tmp_path):
    path = tmp_path / "deep" / "rows.parquet"
    with pytest.raises(KeyError), RowWriter(path) as writer:
        writer.write(ROWS)
        assert not path.exists()
        raise KeyError
    assert not list(path.parent.iterdir())


def test_no_more_than_a_group_of_rows_waits(tmp_path):
    with RowWriter(tmp_path / "rows.parquet") as writer:
        for row in ROWS:
            writer.write([row])
            assert len(writer._waiting) < ROW_GROUP
        assert writer.num_rows == 2 * ROW_GROUP


def test_reading_is_lazy_and_may_be_of_some_columns(tmp_path, monkeypatch):
    write(tmp_path / "rows.parquet", [ROWS])
    seen = []
    monkeypatch.setattr(rows_module.pq.ParquetFile, "iter_batches", counted(rows_module.pq.ParquetFile, seen))
    found = read_batches(tmp_path / "rows.parquet", ["n"])
    assert next(found) == {"n": 0} and len(seen) == 1
    assert len(list(found)) == len(ROWS) - 1 and len(seen) == 3


def counted(kind, seen):
    original = kind.iter_batches

    def iter_batches(self, **options):
        for batch in original(self, **options):
            seen.append(len(batch))
            yield batch
    return iter_batches


def test_a_column_that_is_empty_at_first_keeps_its_type(run_root):
    with Run("corpus", SMOKE) as run:
        rows = [{"a": None if i < ROW_GROUP + 5 else i} for i in range(ROW_GROUP + 9)]
        run.write_rows("rows", rows)
    assert run.read_rows("rows") == rows == list(run.iterate_rows("rows"))


def test_rows_open_as_a_hugging_face_dataset(tmp_path):
    from datasets import Dataset

    write(tmp_path / "rows.parquet", [ROWS])
    loaded = Dataset.from_parquet(str(tmp_path / "rows.parquet"), cache_dir=str(tmp_path))
    assert loaded.num_rows == len(ROWS) and loaded[1] == ROWS[1]


def test_rows_are_joined_to_their_programs_in_order():
    programs = [{"task_id": name} for name in "abc"]
    runs = [{"task_id": "a", "i": 0}, {"task_id": "a", "i": 1}, {"task_id": "c", "i": 2}]
    traces = [{"task_id": "c", "i": 3}]
    joined = [(p["task_id"], [r["i"] for r in one], [r["i"] for r in two])
              for p, one, two in join_by_task(iter(programs), iter(runs), iter(traces))]
    assert joined == [("a", [0, 1], []), ("b", [], []), ("c", [2], [3])]


def test_rows_without_a_program_are_an_error_not_lost():
    with pytest.raises(UserError, match="belong to no program"):
        list(join_by_task([{"task_id": "a"}], [{"task_id": "b"}]))
