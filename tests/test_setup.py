"""One lock serves conda and venv, and it is what is installed."""

import re
from importlib import metadata

import yaml

from semcoder import paths


def read_lock():
    lines = (paths.ROOT / "requirements.txt").read_text().splitlines()
    return dict(line.split(";")[0].strip().split("==") for line in lines if line.strip() and not line.startswith("#"))


def test_conda_and_venv_install_the_same_lock():
    environment = yaml.safe_load((paths.ROOT / "environment.yml").read_text())
    pip = next(part["pip"] for part in environment["dependencies"] if isinstance(part, dict))
    assert "-r requirements.txt" in pip
    assert any(str(part).startswith("python=3.11") for part in environment["dependencies"])


def test_the_installed_packages_are_those_of_the_lock():
    for name, version in read_lock().items():
        assert metadata.version(name.split("[")[0]).split("+")[0] == version, name


def test_every_direct_requirement_is_locked_at_its_pin():
    lock = read_lock()
    for line in (paths.ROOT / "requirements.in").read_text().splitlines():
        found = re.match(r"([\w.-]+)(?:\[.*?\])?==([\w.]+)", line)
        if found:
            assert lock[found[1].lower()] == found[2]


def test_no_machine_path_is_committed_and_no_registry_is_named_in_the_set_up():
    import subprocess

    listed = subprocess.run(["git", "-C", str(paths.ROOT), "ls-files"], capture_output=True, text=True)
    for name in listed.stdout.split():
        path = paths.ROOT / name
        if path.suffix in (".md", ".py", ".txt", ".in", ".yml", ".toml", ".json", ".ipynb", ".csv") and path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"(?<![\w.])/(home|root|work|Users)/\w", text), name
    for name in ("requirements.txt", "requirements.in", "environment.yml", "Makefile", "pyproject.toml"):
        assert not re.search(r"index-url|find-links|file://|https?://", (paths.ROOT / name).read_text()), name
