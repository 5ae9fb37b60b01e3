"""Rows in Parquet files: written a group at a time, read a batch at a time, joined in order.

The same rows give the same bytes, however they were handed over. Hugging Face `datasets` opens the files as they are.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from semcoder.config import require

ROW_GROUP = 1000  # rows held before they are written; an event log of the longest traces is about 100 kB


class RowWriter:
    """Writes one Parquet file; it appears under its name when the block ends well, and not at all otherwise."""

    def __init__(self, path: Path, schema: pa.Schema | None = None):
        """Args: path of the file; schema of the rows, by default that of the first ROW_GROUP rows."""
        self._path, self._schema = path, schema
        self._partial = path.with_suffix(".partial")
        self._waiting: list[dict] = []
        self._file: pq.ParquetWriter | None = None
        self.num_rows = 0

    def __enter__(self) -> "RowWriter":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return self

    def write(self, rows: Iterable[dict]) -> None:
        """Adds rows; each has the keys of the first."""
        for row in rows:
            self._waiting.append(row)
            if len(self._waiting) == ROW_GROUP:
                self._flush()

    def _flush(self) -> None:
        table = pa.Table.from_pylist(self._waiting, schema=self._schema)
        if self._file is None:
            self._schema = table.schema
            self._file = pq.ParquetWriter(self._partial, self._schema)
        self._file.write_table(table)
        self.num_rows += len(self._waiting)
        self._waiting = []

    def __exit__(self, kind, error, traceback) -> None:
        if error is None and self._waiting:
            self._flush()
        if self._file is not None:
            self._file.close()
        if error is None:
            require(self.num_rows > 0, f"rows of {self._path.name}", 0,
                    "the stage kept nothing; see `counts`, ask for more")
            os.replace(self._partial, self._path)
        else:
            self._partial.unlink(missing_ok=True)


def read_batches(path: Path, columns: list[str] | None = None) -> Iterator[dict]:
    """Yields a file's rows in their written order, a batch of them in memory at a time."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=ROW_GROUP, columns=columns):
            yield from batch.to_pylist()


def join_by_task(programs: Iterable[dict], *others: Iterable[dict]) -> Iterator[tuple]:
    """Yields (program, its rows of the first other, its rows of the second, …), [] where it has none.

    Args:
        programs: rows with a `task_id`.
        others: rows in the programs' order, those of one program side by side, as the stages write them.
    """
    groups = [groupby(rows, key=lambda row: row["task_id"]) for rows in others]
    heads = [next(group, None) for group in groups]
    for program in programs:
        found = []
        for i, head in enumerate(heads):
            is_own = head is not None and head[0] == program["task_id"]
            found.append(list(head[1]) if is_own else [])
            if is_own:
                heads[i] = next(groups[i], None)
        yield program, *found
    require(heads == [None] * len(heads), "rows to join", [head and head[0] for head in heads],
            "they belong to no program or come in another order: remove the run and build it again")
