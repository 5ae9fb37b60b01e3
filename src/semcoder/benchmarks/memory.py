"""How much memory building a corpus takes, main process and workers together, and how much of it an index may."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

NUM_PROGRAMS = 100_000
NUM_QUICK = 2_000
INTERVAL_S = 0.1  # between looks at the memory of the processes
LEVEL = 2  # level 1 has hardly 100,000 programs that differ: most of what is generated would be refused
SHINGLES = 30  # of a program of that level, on average
BUILD = """
import sys
from pathlib import Path
from semcoder import paths
from semcoder.corpus.build import build_corpus
from semcoder.presets import SMOKE
folder, num_programs, level = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
if __name__ == "__main__":
    paths.RUNS = folder
    build_corpus(SMOKE.replace("corpus", num_programs=num_programs, num_open_source=0, level=level,
                               test_programs=num_programs // 20, validation_programs=num_programs // 50))
"""
INDEX = """
import json, sys
import numpy as np, psutil
from semcoder.benchmarks.memory import fill_compact, fill_plain
fill = {"compact": fill_compact, "plain": fill_plain}[sys.argv[1]]
fill(10)
before = psutil.Process().memory_info().rss
kept = fill(int(sys.argv[2]))
print(json.dumps((psutil.Process().memory_info().rss - before) / 2**20))
"""


def measure(quick: bool = False, benchmarks_dir: str = "") -> list[dict]:
    """Returns the peak memory of corpora of two sizes, what each program adds, and the index beside a plain one.

    Args:
        quick: 2,000 programs instead of 100,000.
        benchmarks_dir: not used: no public data is needed.
    """
    most = NUM_QUICK if quick else NUM_PROGRAMS
    builds = [measure_build(most // 10), measure_build(most)]
    added = (builds[1]["peak_rss_mib"] - builds[0]["peak_rss_mib"]) / (most - most // 10) * 10_000
    builds[1]["mib_per_10000_programs"] = round(added, 1)
    compact, plain = (measure_index(kind, most) for kind in ("compact", "plain"))
    names = {"compact": "near-duplicate index, 64-bit shingles and keys, 64 permutations",
             "plain": "near-duplicate index, text shingles, datasketch's defaults (128 permutations)"}
    return [*builds, *({"what": names[kind], "n": most, "peak_rss_mib": round(mib, 1),
                        "mib_per_10000_programs": round(mib / most * 10_000, 1), "ratio": round(mib / compact, 2)}
                       for kind, mib in (("compact", compact), ("plain", plain)))]


def measure_build(num_programs: int) -> dict:
    """Returns a row: peak resident memory of the process tree that builds a corpus, and its programs a second."""
    with tempfile.TemporaryDirectory(prefix="semcoder-memory-") as folder:
        script = Path(folder) / "build.py"
        script.write_text(BUILD, encoding="utf-8")
        started = time.monotonic()
        child = subprocess.Popen([sys.executable, str(script), folder, str(num_programs), str(LEVEL)],
                                 stderr=subprocess.PIPE)
        peak, peak_main = watch_tree(child)
        errors = child.communicate()[1].decode(errors="replace")
        if child.returncode:
            raise RuntimeError(f"building {num_programs} programs failed: {errors.strip().splitlines()[-1]}")
        seconds = time.monotonic() - started
    return {"what": f"corpus of synthetic programs, level {LEVEL}", "n": num_programs,
            "peak_rss_mib": round(peak / 2**20, 1), "main_rss_mib": round(peak_main / 2**20, 1),
            "programs_per_s": round(num_programs / seconds, 1)}


def watch_tree(child: subprocess.Popen) -> tuple[int, int]:
    """Returns the largest sum of resident bytes over a process and its descendants until it ends, and its own.

    Pages that processes share are counted in each, so the sum is an upper bound.
    """
    root = psutil.Process(child.pid)
    peak = peak_main = 0
    while child.poll() is None:
        sizes = []
        for process in (root, *list_descendants(root)):
            try:
                sizes.append(process.memory_info().rss)
            except psutil.Error:  # it ended meanwhile
                sizes.append(0)
        peak, peak_main = max(peak, sum(sizes)), max(peak_main, sizes[0])
        time.sleep(INTERVAL_S)
    return peak, peak_main


def list_descendants(root: psutil.Process) -> list[psutil.Process]:
    """Returns a process's descendants, [] where it has ended."""
    try:
        return root.children(recursive=True)
    except psutil.Error:
        return []


def measure_index(kind: str, num_programs: int) -> float:
    """Returns the MiB that an index of random programs adds to a fresh process."""
    done = subprocess.run([sys.executable, "-c", INDEX, kind, str(num_programs)], capture_output=True, check=True)
    return json.loads(done.stdout)


def fill_compact(num_programs: int) -> object:
    """Returns this project's index of so many random programs."""
    from semcoder.corpus.filters.duplicates import Deduplicator
    from semcoder.corpus.filters.fingerprints import Fingerprint, sketch_shingles

    random, index = np.random.default_rng(0), Deduplicator(0.95, 4)
    for number in range(num_programs):
        shingles = np.unique(random.integers(0, 2**63, SHINGLES).astype(np.uint64))
        index.find_reason(Fingerprint(number, number, shingles, sketch_shingles(shingles), number + 1, ()))
    return index


def fill_plain(num_programs: int) -> object:
    """Returns datasketch's index with its defaults beside sets of texts, as an index is usually written."""
    from datasketch import MinHash, MinHashLSH

    random, index, kept = np.random.default_rng(0), MinHashLSH(threshold=0.85, num_perm=128), []
    for number in range(num_programs):
        shingles = frozenset(f"v1 = v{value} + 1" for value in random.integers(0, 2**63, SHINGLES))
        sketch = MinHash(num_perm=128)
        sketch.update_batch([shingle.encode() for shingle in shingles])
        index.insert(number, sketch)
        kept.append(shingles)
    return index, kept
