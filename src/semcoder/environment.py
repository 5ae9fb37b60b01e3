"""What a result depends on beside its config: code, packages, Python, machine."""

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

from semcoder import paths
from semcoder.hashing import hash_file, hash_json

RECORDED_PACKAGES = ("torch", "transformers", "deepspeed", "datasets", "tokenizers", "papermill", "numpy")


def describe_environment() -> dict:
    """Returns what a result depends on beside its config: code, packages, Python, machine."""
    ram_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "git": describe_git(),
        "packages": {name: metadata.version(name) for name in RECORDED_PACKAGES},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "hardware": {"cpus": os.cpu_count(), "ram_gib": round(ram_gib, 1), "gpus": list_gpus()},
    }


def list_gpus() -> list[str]:
    """Returns the names of visible NVIDIA GPUs, without initialising CUDA in this process."""
    if not shutil.which("nvidia-smi"):
        return []
    asked = subprocess.run(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True)
    return [line.strip() for line in asked.stdout.splitlines() if line.strip()] if asked.returncode == 0 else []


def describe_git() -> dict:
    """Returns the commit and whether the tree differs from it; without git history, a hash of src/ instead."""
    def ask(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(paths.ROOT), *words], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    commit = ask("rev-parse", "HEAD") if shutil.which("git") else ""
    if commit:
        return {"commit": commit, "is_dirty": bool(ask("status", "--porcelain", "--untracked-files=no"))}
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    return {"commit": None, "src_sha256": hash_json([hash_file(p) for p in sources])}
