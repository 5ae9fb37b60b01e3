"""A language model's answers in an append-only file that survives a crash.

Row: key, the question (model, messages, sampling values, sample index), and the Answer's fields.
"""

import errno
import fcntl
import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from semcoder import paths
from semcoder.errors import UserError


@dataclass(frozen=True)
class Answer:
    """What the model wrote. `finish` is the endpoint's reason (stop, length, …), or `refused` with its message."""

    text: str
    finish: str
    prompt_tokens: int
    completion_tokens: int


class AnswerLog:
    """Key -> Answer in an append-only JSONL file that only one process writes; texts stay on disk."""

    def __init__(self, path: Path):
        """Opens or creates the log; a half-written last line, left by a crash, is cut off.

        Raises:
            UserError: another process has the log open, or a line before the last is damaged.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._lock = path, threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise UserError(f"{paths.shown(path)} is in use by another process: wait for it, or end it") from error
        self._places: dict[str, tuple[int, int]] = {}  # key -> offset and bytes of its line
        self._read_places()

    def _read_places(self) -> None:
        self._end = 0
        with open(self._path, "rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    os.truncate(self._file, self._end)
                    break
                try:
                    self._places.setdefault(json.loads(line)["key"], (self._end, len(line)))
                except (ValueError, KeyError, TypeError) as error:
                    os.close(self._file)
                    raise UserError(f"{paths.shown(self._path)}, line {number} is damaged: remove that line") from error
                self._end += len(line)

    def find(self, key: str) -> Answer | None:
        """Returns the logged answer, None where there is none."""
        place = self._places.get(key)
        if place is None:
            return None
        row = json.loads(os.pread(self._file, place[1], place[0]))
        return Answer(**{name: row[name] for name in Answer.__dataclass_fields__})

    def add(self, key: str, question: dict, answer: Answer) -> Answer:
        """Writes an answer and returns it, or the one that was there first."""
        line = json.dumps({"key": key, **question, **asdict(answer)}, ensure_ascii=False).encode() + b"\n"
        with self._lock:
            if key not in self._places:
                written = os.write(self._file, line)
                if written < len(line):  # a full disk: leave no half line before the next one
                    os.truncate(self._file, self._end)
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), paths.shown(self._path))
                os.fsync(self._file)
                self._places[key] = (self._end, len(line))
                self._end += len(line)
                return answer
        return self.find(key)

    def close(self) -> None:
        """Closes the file and lets others open it."""
        os.close(self._file)
