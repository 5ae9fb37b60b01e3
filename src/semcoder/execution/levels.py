"""The ladder of isolation: which layers there are, how strong a set of layers is, how a sandbox server is started.

From weak to strong. `rlimits`: limits on time, memory, files, output; own session; empty environment and folder.
`seccomp`: also no network, no new processes, no way to reach other processes. `landlock`: also no file but Python's
own can be read, and none outside the working folder written. `namespaces`: also a process, network and mount view
of its own, through bubblewrap where it is installed, else through util-linux's unshare with Landlock.
"""

import os
import shutil
import sys

from semcoder.config import LEVELS
from semcoder.errors import UserError

LAYERS = ("bubblewrap", "unshare", "landlock", "seccomp", "rlimits")


def name_level(layers: list[str]) -> str:
    """Returns the level that a set of layers amounts to."""
    if "bubblewrap" in layers or {"unshare", "landlock"} <= set(layers):
        return "namespaces"
    if {"landlock", "seccomp"} <= set(layers):
        return "landlock"
    return "seccomp" if "seccomp" in layers else "rlimits"


def check_level(level: str, wanted: str) -> None:
    """Raises UserError where `level`, found on this machine, is below the one wanted, or no such level is known."""
    if wanted not in LEVELS:
        raise UserError(f"min_sandbox_level = {wanted!r} is not possible: levels are {', '.join(LEVELS)}")
    if LEVELS.index(level) < LEVELS.index(wanted):
        raise UserError(
            f"programs that were not generated here need sandbox level {wanted!r}, and this machine offers {level!r}: "
            "install bubblewrap or use Linux 5.13 or later with Landlock; or, inside a container of your own, set "
            f"min_sandbox_level = {level!r}")


def list_launches(folder: str, package_root: str) -> list[tuple[str, list[str]]]:
    """Returns (layer, command prefix) for each way to start the server in namespaces, strongest first, then without."""
    launches = []
    if shutil.which("bwrap"):
        launches.append(("bubblewrap", [
            "bwrap", "--unshare-all", "--as-pid-1", "--die-with-parent", "--new-session", "--dev", "/dev",
            *(part for path in list_readable(package_root) for part in ("--ro-bind", path, path)),
            "--bind", folder, folder, "--chdir", folder]))
    if shutil.which("unshare"):
        launches.append(("unshare", ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--net",
                                     "--ipc", "--uts"]))
    return [*launches, ("", [])]


def list_readable(package_root: str) -> list[str]:
    """Returns the folders that Python itself needs, and nothing of the reader's; those that exist."""
    wanted = [sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.join(package_root, "semcoder"), "/usr", "/lib",
              "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime"]
    found = {path: None for path in map(os.path.abspath, wanted) if os.path.exists(path)}
    return [path for path in found if not any(path != other and path.startswith(other + "/") for other in found)]
