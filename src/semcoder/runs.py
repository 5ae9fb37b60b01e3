"""Run folders: `results/runs/<stage>/<preset>-<hash8>/` with manifest, config, rows and metrics.

The hash covers the stage's resolved config, the seed, the runs it builds on and the stage's own code: the same
question finds its finished folder, a different question never overwrites it. The manifest is written first as `running`
and replaced at the end, so a crash leaves a trace; files appear under their final name only when whole.
"""

import contextlib
import errno
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from semcoder import paths
from semcoder.config import STAGES, Config, require
from semcoder.environment import describe_environment
from semcoder.errors import UserError
from semcoder.hashing import hash_code, hash_file, hash_json
from semcoder.rows import RowWriter, read_batches

SCHEMA_VERSION = 1


class Run:
    """One stage executed with one resolved config. Use `with run:` to record it."""

    def __init__(self, stage: str, config: Config, inputs: Iterable["Run"] = (), **extra_question):
        """Finds the folder for this question; nothing is written yet.

        Args:
            stage: one of STAGES.
            config: the resolved config; of it, only the stage's section and the seed enter the hash.
            inputs: finished runs this one reads.
            extra_question: further JSON values that change the answer (a variant's name, say).
        """
        require(stage in STAGES, "stage", stage, f"stages are {', '.join(STAGES)}")
        self.stage, self.config, self.inputs = stage, config, list(inputs)
        self.question = {"stage": stage, "seed": config.seed, "config": config.section(stage),
                         "inputs": [run.run_id for run in self.inputs], "code": hash_code(stage), **extra_question}
        self.config_sha256 = hash_json(self.question)
        self.run_id = f"{stage}/{config.preset}-{self.config_sha256[:8]}"
        self.path = paths.RUNS / self.run_id
        self.counts: Counter = Counter()
        self.notes: dict = {}
        self.started = 0.0

    def find_input(self, stage: str) -> "Run":
        """Returns the run of `stage` that this one was made from."""
        return next(run for run in self.inputs if run.stage == stage)

    def find(self, name: str) -> Path:
        """Returns the path of one of the run's files or folders."""
        return self.path / name

    @property
    def manifest(self) -> dict:
        """The manifest on disk, or {} where the run never started."""
        return read_manifest(self.path) if self.path.exists() else {}

    @property
    def is_complete(self) -> bool:
        """Whether the run finished. Raises UserError when a finished run's files are gone or cut short."""
        manifest = self.manifest
        if manifest.get("status") != "complete":
            return False
        check_outputs(self.path, manifest)
        return True

    def __enter__(self) -> "Run":
        owner = self.manifest.get("pid")
        if self.manifest.get("status") == "running" and owner != os.getpid() and is_alive(owner):
            raise UserError(f"run {self.run_id} is being written by process {owner}: wait for it, or end it first")
        self.path.mkdir(parents=True, exist_ok=True)
        self._remove_leftovers()
        self.started = time.time()
        self.counts.clear()
        self.write_json("config.json", {"preset": self.config.preset, **self.question})
        self._write_manifest("running")
        return self

    def __exit__(self, kind, error, traceback) -> None:
        if error is None:
            self._write_manifest("complete")
            return
        if not isinstance(error, Exception):  # interrupted: stays `running`, the next call starts over or resumes
            return
        message = f"{kind.__name__}: {error}"
        is_full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        free = shutil.disk_usage(self.path).free // 2**20
        if is_full:
            self._remove_leftovers()  # useless without the rest, and the manifest needs their room
        with contextlib.suppress(OSError):  # a full disk must not hide the first error
            self._write_manifest("failed", message)
        if is_full:
            raise UserError(f"disk full while writing {paths.shown(self.path)} ({free} MiB free): "
                            "make room and run the same command again") from error

    def _remove_leftovers(self) -> None:
        """Removes what an unfinished try left, except checkpoints, from which training resumes, and the manifest."""
        for leftover in self.path.iterdir():
            if leftover.name not in ("checkpoints", "manifest.json"):
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()

    def write_json(self, name: str, value: object) -> Path:
        """Writes one JSON file, whole or not at all."""
        return write_json(self.path / name, value)

    def open_rows(self, name: str, schema=None) -> RowWriter:
        """Returns a writer of `name`.parquet: `with run.open_rows(name) as writer: writer.write(rows)`."""
        return RowWriter(self.path / f"{name}.parquet", schema)

    def write_rows(self, name: str, rows: list[dict]) -> Path:
        """Writes rows as a Parquet file `name`.parquet, its types those of all rows; zero rows are an error."""
        import pyarrow

        with self.open_rows(name, pyarrow.Table.from_pylist(rows).schema if rows else None) as writer:
            writer.write(rows)
        return self.path / f"{name}.parquet"

    def read_rows(self, name: str, filters: list | None = None) -> list[dict]:
        """Returns the rows of `name`.parquet in their written order.

        Args:
            name: the file without its ending.
            filters: (column, "=" or "in", value) conditions, all of which must hold; other rows are never loaded.
        """
        import pyarrow.parquet

        return pyarrow.parquet.read_table(self._find_rows(name), filters=filters).to_pylist()

    def iterate_rows(self, name: str, columns: list[str] | None = None) -> Iterator[dict]:
        """Yields the rows of `name`.parquet in their written order, few of them in memory at a time."""
        return read_batches(self._find_rows(name), columns)

    def _find_rows(self, name: str) -> Path:
        path = self.path / f"{name}.parquet"
        if not path.exists():
            raise UserError(f"{paths.shown(path)} is missing: run notebook {self.stage} again "
                            f"(remove {paths.shown(self.path)} first)")
        return path

    def write_jsonl(self, name: str, rows: Iterable[dict]) -> Path:
        """Writes rows as JSON lines, whole or not at all."""
        return write_text(self.path / name, "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))

    def _write_manifest(self, status: str, error: str | None = None) -> None:
        ended = time.time()
        done = status != "running"
        self.write_json("manifest.json", {
            "schema_version": SCHEMA_VERSION,
            "run_id": self.run_id,
            "stage": self.stage,
            "preset": self.config.preset,
            "status": status,
            "pid": None if done else os.getpid(),
            "started_utc": datetime.fromtimestamp(self.started, UTC).isoformat(timespec="seconds"),
            "ended_utc": datetime.fromtimestamp(ended, UTC).isoformat(timespec="seconds") if done else None,
            "duration_s": round(ended - self.started, 1) if done else None,
            "seed": self.config.seed,
            "config_sha256": self.config_sha256,
            **describe_environment(),
            "inputs": [{"run_id": run.run_id, "config_sha256": run.config_sha256} for run in self.inputs],
            "outputs": list_outputs(self.path) if status == "complete" else [],
            "counts": dict(self.counts),
            **self.notes,
            "error": error,
        })


def write_text(path: Path, text: str) -> Path:
    """Writes a text file, whole or not at all (a temporary name, then a rename)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
    return path


def write_json(path: Path, value: object) -> Path:
    """Writes a JSON file, whole or not at all."""
    return write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def read_jsonl(path: Path) -> list[dict]:
    """Returns the rows of a JSON-lines file."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def read_manifest(path: Path) -> dict:
    """Returns a run folder's manifest, {} if it has none; raises UserError if it cannot be read."""
    file = path / "manifest.json"
    if not file.exists():
        return {}
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise UserError(f"{paths.shown(file)} is not readable ({error}): remove {paths.shown(path)} and run "
                        "the same command again") from error


def list_outputs(path: Path) -> list[dict]:
    """Returns path, size and SHA-256 of each file of a run, checkpoints left out."""
    files = sorted(p for p in path.rglob("*") if p.is_file() and "checkpoints" not in p.parts)
    return [{"path": str(p.relative_to(path)), "bytes": p.stat().st_size, "sha256": hash_file(p)}
            for p in files if p.name != "manifest.json"]


def check_outputs(path: Path, manifest: dict) -> None:
    """Raises UserError naming the first output that is missing or not of its recorded size."""
    for output in manifest["outputs"]:
        file = path / output["path"]
        size = file.stat().st_size if file.exists() else None
        if size != output["bytes"]:
            found = "is missing" if size is None else f"has {size} bytes instead of {output['bytes']}"
            raise UserError(f"{paths.shown(file)} {found}: the finished run is damaged; remove "
                            f"{paths.shown(path)} and run the same command again")


def is_alive(pid: int | None) -> bool:
    """Returns whether a process with this id runs on this machine."""
    return bool(pid) and Path(f"/proc/{pid}").exists()


def iterate_runs(root: Path, stage: str) -> Iterator[tuple[Path, dict]]:
    """Yields (folder, manifest) of each finished run of a stage below `root`, oldest first."""
    found = [(p.parent, read_manifest(p.parent)) for p in (root / stage).glob("*/manifest.json")]
    yield from sorted((x for x in found if x[1].get("status") == "complete"), key=lambda x: x[1]["ended_utc"])
