"""What a program may see of the file system (Landlock, Linux 5.13 and later; needs no privilege).

In force it holds for this process and all its children: read what is listed, write below one folder, nothing else.
"""

import ctypes
import os
import struct

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
ASK_VERSION, PATH_BENEATH = 1, 1
READ = 1 | 1 << 2 | 1 << 3  # execute (shared libraries need it), read a file, list a folder
READ_FILE, WRITE_FILE, TRUNCATE = 1 << 2, 1 << 1, 1 << 14
# Rights of the first version, then one more bit each that a version added: refer, truncate, ioctl_dev.
RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
TCP, SCOPES = 3, 3  # bind and connect (version 4); abstract sockets and signals (version 6)


def find_version() -> int:
    """Returns the kernel's Landlock version, 0 where it has none or is told not to use it."""
    return max(0, call(CREATE_RULESET, None, 0, ASK_VERSION))


def restrict(readable: list[str], writable: str) -> None:
    """Leaves this process the right to read below `readable` and to write below `writable`, for good.

    Needs no_new_privs. Raises OSError where the kernel has no Landlock.
    """
    version = find_version()
    rights = next((RIGHTS[v] for v in sorted(RIGHTS, reverse=True) if version >= v), 0)
    attributes = struct.pack("=QQQ", rights, TCP if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = check(call(CREATE_RULESET, attributes[:size], size, 0))
    for path in readable:
        allow(ruleset, path, READ)
    for path in ("/dev/null", "/dev/zero", "/dev/urandom"):
        allow(ruleset, path, READ_FILE | WRITE_FILE)
    allow(ruleset, writable, rights & ~(1 << 0))  # all but execute
    check(call(RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def allow(ruleset: int, path: str, rights: int) -> None:
    """Adds rights below a path; a path that does not exist adds nothing."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not os.path.isdir(path):
        rights &= 1 | READ_FILE | WRITE_FILE | TRUNCATE  # the others exist for folders only
    check(call(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", rights, place), 0))
    os.close(place)


def call(number: int, *arguments) -> int:
    """Returns what a system call returned, -1 where it failed."""
    words = [ctypes.c_char_p(a) if isinstance(a, bytes) else ctypes.c_long(a or 0) for a in arguments]
    return ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *words)


def check(result: int) -> int:
    """Returns a call's result, or raises OSError for a negative one."""
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return result
