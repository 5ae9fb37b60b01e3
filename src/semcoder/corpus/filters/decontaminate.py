"""Keeps what public benchmarks ask out of the corpus: solutions, task texts, and (input, output) pairs.

Files are told by the fields of their first row, so names do not matter; .jsonl, .json (a list) and .jsonl.gz are
read. A program is dropped when one of its functions holds SHARE of a solution's canonical token 10-grams, or its
description shares 8 words in a row with a task's text (the window of open-r1's script); an execution is dropped when
its (input, output) pair is that of a CRUXEval or LiveCodeBench item, whatever the program (paper, App. F).
"""

import ast
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from semcoder.config import require
from semcoder.corpus.filters.fingerprints import GRAM, hash_ngrams, hash_text, list_parts, split_tokens
from semcoder.execution.literals import ValueLimit, to_literal
from semcoder.hashing import hash_file

BENCHMARKS = ("humaneval", "mbpp", "cruxeval", "livecodebench")
SHARE = 0.8  # of a solution's n-grams; solutions shorter than one n-gram must be equal
WORDS = 8
EXAMPLE_LINE = re.compile(r"^\s*(>>>|assert\b|\S+\(.*\)\s*(==|->|➞|=>)).*$", re.MULTILINE)


@dataclass(frozen=True)
class Item:
    """What one benchmark item must not lend to the corpus."""

    solution: str
    text: str = ""
    pair: tuple[str, str] = ()  # (argument list, output)


def find_benchmarks(folder: str) -> dict[str, list[Path]]:
    """Returns benchmark -> its files in `folder`, {} where `folder` is empty text.

    Raises:
        UserError: no such folder, or no benchmark in it.
    """
    if not folder:
        return {}
    require(Path(folder).is_dir(), "benchmarks_dir", folder, "give a folder that exists, or \"\" for none")
    found = defaultdict(list)
    for path in sorted(Path(folder).iterdir()):
        name = recognise(next(read_items(path), {})) if path.name.endswith((".jsonl", ".json", ".jsonl.gz")) else ""
        if name:
            found[name].append(path)
    require(bool(found), "benchmarks_dir", folder,
            "no HumanEval, MBPP, CRUXEval or LiveCodeBench execution file (.jsonl, .json, .jsonl.gz) is in it")
    return dict(found)


def hash_benchmarks(files: dict[str, list[Path]]) -> dict[str, list[str]]:
    """Returns benchmark -> SHA-256 of each of its files: what a corpus was cleaned of is part of its question."""
    return {name: [hash_file(path) for path in files[name]] for name in BENCHMARKS if name in files}


def read_items(path: Path) -> Iterator[dict]:
    """Yields the rows of a file of JSON lines, or of one JSON list."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
        if path.suffix == ".json":
            rows = json.load(file)
            yield from rows if isinstance(rows, list) else ()
        else:
            yield from (json.loads(line) for line in file if line.strip())


def recognise(row: object) -> str:
    """Returns the benchmark whose rows have this shape, or ""."""
    fields = set(row) if isinstance(row, dict) else set()
    if {"prompt", "canonical_solution", "entry_point"} <= fields:
        return "mbpp" if str(row.get("task_id")).lower().startswith("mbpp") else "humaneval"
    if {"code", "test_list"} <= fields and fields & {"text", "prompt"}:
        return "mbpp"
    if {"code", "input", "output"} <= fields:
        return "livecodebench" if fields & {"question_id", "contest_id", "function_name"} else "cruxeval"
    return ""


def read_item(row: dict) -> Item:
    """Returns what a row of any of the benchmarks must not lend to the corpus."""
    if "canonical_solution" in row:
        has_header = "def " in row["prompt"]  # HumanEval's solutions are bodies, MBPP+'s are whole
        code = row["prompt"] + row["canonical_solution"] if has_header else row["canonical_solution"]
        return Item(code, find_docstring(row["prompt"]))
    if "test_list" in row:
        return Item(row["code"], row.get("text") or row["prompt"])
    return Item(row["code"], pair=normalize_pair(row["input"], row["output"]))


def find_docstring(prompt: str) -> str:
    """Returns the task in words: a prompt's docstring without its examples."""
    quoted = re.findall(r'"""(.*?)"""|\'\'\'(.*?)\'\'\'', prompt, re.DOTALL)
    return EXAMPLE_LINE.sub("", "".join(quoted[-1])) if quoted else ""


def normalize_pair(input_text: str, output: str) -> tuple[str, str]:
    """Returns an (argument list, output) pair in one spelling; a call `f(a = 1)` is taken for its arguments."""
    try:
        call = ast.parse(f"f({input_text})", mode="eval").body
        if len(call.args) == 1 and isinstance(call.args[0], ast.Call) and not call.keywords:
            call = call.args[0]  # LiveCodeBench gives whole calls, with the arguments' names
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        return ", ".join(map(normalize_literal, arguments)), normalize_literal(output.strip())
    except (SyntaxError, MemoryError, RecursionError):
        return input_text.strip(), output.strip()


def normalize_literal(source: str | ast.expr) -> str:
    """Returns a literal as this project writes it; what is none, as its source."""
    try:
        return to_literal(ast.literal_eval(source))
    except (ValueError, TypeError, ValueLimit):
        return source if isinstance(source, str) else ast.unparse(source)


class Decontaminator:
    """Knows the items of the given benchmarks and says what a program or an execution has of them."""

    def __init__(self, files: dict[str, list[Path]]):
        self.num_items: Counter = Counter()
        self._sizes: list[tuple[str, int]] = []  # per solution: its benchmark and number of n-grams
        self._solutions: dict[int, list[int]] = defaultdict(list)  # hash of an n-gram -> solutions
        self._texts: dict[int, str] = {}
        self._pairs: dict[tuple[str, str], str] = {}
        self._outputs: set[str] = set()
        for name, paths in files.items():
            for row in chain.from_iterable(map(read_items, paths)):
                self._add(name, read_item(row))

    def _add(self, name: str, item: Item) -> None:
        self.num_items[name] += 1
        for grams in list_function_grams(item.solution):
            for gram in grams.tolist():
                self._solutions[gram].append(len(self._sizes))
            self._sizes.append((name, len(grams)))
        for gram in hash_words(item.text):
            self._texts.setdefault(gram, name)
        if item.pair:
            self._pairs.setdefault(item.pair, name)
            self._outputs.add(item.pair[1])

    def find_reason(self, grams: Iterable[np.ndarray], description: str) -> str:
        """Returns why a program is refused (`solution of humaneval`, `text of mbpp`), or "".

        Args:
            grams: per function of the program, see filters.Fingerprint.
            description: of the program, may be empty.
        """
        for function in grams if self._solutions else ():
            shared = Counter(index for gram in function.tolist() for index in self._solutions.get(gram, ()))
            for index, count in shared.items():
                name, size = self._sizes[index]
                if count >= SHARE * size:
                    return f"solution of {name}"
        known = next((self._texts[gram] for gram in hash_words(description) if gram in self._texts), "")
        return f"text of {known}" if known else ""

    def find_pair(self, input_text: str, output: str) -> str:
        """Returns the benchmark that has this (input, output) pair, or ""; `output` is a literal as we write it."""
        if output not in self._outputs:
            return ""
        return self._pairs.get(normalize_pair(input_text, output), "")


def list_function_grams(code: str) -> list[np.ndarray]:
    """Returns the n-grams of each function of a solution, [] where it does not parse."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return []
    return [hash_ngrams(split_tokens(part), GRAM) for statement, part in zip(tree.body, list_parts(tree), strict=True)
            if isinstance(statement, (ast.FunctionDef, ast.ClassDef))]


def hash_words(text: str) -> list[int]:
    """Returns the hashes of a text's word 8-grams, in order; of a shorter text, its one whole gram."""
    words = re.findall(r"\w+", text.lower())
    return [hash_text(" ".join(words[i:i + WORDS])) for i in range(max(1, len(words) - WORDS + 1))] if words else []
