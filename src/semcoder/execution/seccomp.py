"""System-call filters: what a program may not ask of the kernel (seccomp in filter mode, Linux 3.5 and later).

Two filters stack. The server's denies the network, tracing, mounting, namespaces, keys and the like; each child's
denies new processes and programs, and signals or limits for any process but itself. A denied call fails
with EPERM, which a program sees as PermissionError. Written as BPF by hand, because the Python binding of
libseccomp needs a system library that is not always there.
"""

import ctypes
import os
import platform
import struct

# name -> number on (x86_64, aarch64); None where the architecture lacks the call.
SYSCALLS = {
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242), "bind": (49, 200),
    "listen": (50, 201), "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "unshare": (272, 97), "setns": (308, 268),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "swapon": (167, 224), "swapoff": (168, 225),
    "reboot": (169, 142), "sethostname": (170, 161), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219), "perf_event_open": (298, 241), "bpf": (321, 280),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "memfd_create": (319, 279), "shmget": (29, 194),
    "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "clone": (56, 220),
    "clone3": (435, 435), "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "prlimit64": (302, 261),
}
OF_CHILDREN = ("fork", "vfork", "execve", "execveat")
WITH_ARGUMENTS = ("clone", "clone3", "kill", "tkill", "tgkill", "prlimit64")
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of SYSCALLS, AUDIT_ARCH_*

# BPF: load a word of seccomp_data, compare, return (linux/bpf_common.h, linux/seccomp.h)
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000  # FAIL | errno
EPERM, ENOSYS = 1, 38
NUMBER_AT, ARCHITECTURE_AT, FIRST_ARGUMENT_AT = 0, 4, 16  # byte offsets in struct seccomp_data
CLONE_THREAD = 0x10000
FIRST_X32_CALL = 0x40000000  # x86_64 only: the same calls under other numbers
PR_SET_SECCOMP, FILTER_MODE = 22, 2
INSTRUCTION = struct.Struct("=HBBI")
ITSELF = b"\x5a\xa5\xf0\x0f"  # stands for a child's process number, as no code or number in a filter does
LIBC = ctypes.CDLL(None, use_errno=True)


class Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]

    def __init__(self, code: bytes):
        super().__init__(len(code) // INSTRUCTION.size, code)


def deny_in_server() -> None:
    """Denies this process and all its children the calls that no program needs. Raises OSError without seccomp."""
    names = [name for name in SYSCALLS if name not in OF_CHILDREN + WITH_ARGUMENTS]
    install(Program(assemble(open_filter() + deny(names) + [(RETURN, 0, 0, ALLOW)])))


class ChildFilter:
    """Denies a child new processes and programs, and to reach any process but itself; made once in the server."""

    def __init__(self):
        itself = struct.unpack("=I", ITSELF)[0]
        self._code = assemble(
            open_filter() + deny(OF_CHILDREN)
            # glibc falls back to clone, whose flags a filter can read.
            + when("clone3", [(RETURN, 0, 0, FAIL | ENOSYS)])
            + when("clone", [(LOAD, 0, 0, FIRST_ARGUMENT_AT), (JUMP_ANY_BIT, 0, 1, CLONE_THREAD),
                             (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL | EPERM)])
            + when("kill", only_for(itself)) + when("tgkill", only_for(itself)) + when("tkill", only_for(itself))
            + when("prlimit64", only_for(0, itself)) + [(RETURN, 0, 0, ALLOW)])

    def apply(self) -> None:
        """Puts the filter in force in this process, which must not be the server."""
        install(Program(self._code.replace(ITSELF, struct.pack("=I", os.getpid()))))


def open_filter() -> list[tuple]:
    """Returns instructions that refuse foreign architectures and leave the call's number loaded."""
    machine = platform.machine()
    start = [(LOAD, 0, 0, ARCHITECTURE_AT), (JUMP_EQUAL, 1, 0, ARCHITECTURES[machine][1]), (RETURN, 0, 0, KILL),
             (LOAD, 0, 0, NUMBER_AT)]
    return start + [(JUMP_AT_LEAST, 0, 1, FIRST_X32_CALL), (RETURN, 0, 0, KILL)] * (machine == "x86_64")


def deny(names) -> list[tuple]:
    """Returns instructions that make the named calls fail with EPERM."""
    return [part for name in names for part in when(name, [(RETURN, 0, 0, FAIL | EPERM)])]


def when(name: str, then: list[tuple]) -> list[tuple]:
    """Returns instructions that run `then`, which must return, for one call."""
    number = SYSCALLS[name][ARCHITECTURES[platform.machine()][0]]
    return [] if number is None else [(JUMP_EQUAL, 0, len(then), number), *then]


def only_for(*pids: int) -> list[tuple]:
    """Returns instructions that allow a call whose first argument is one of `pids`, and fail it otherwise."""
    allowed = [part for pid in pids for part in ((JUMP_EQUAL, 0, 1, pid), (RETURN, 0, 0, ALLOW))]
    return [(LOAD, 0, 0, FIRST_ARGUMENT_AT), *allowed, (RETURN, 0, 0, FAIL | EPERM)]


def assemble(instructions: list[tuple]) -> bytes:
    """Returns instructions as an array of struct sock_filter."""
    return b"".join(INSTRUCTION.pack(*instruction) for instruction in instructions)


def install(program: Program) -> None:
    """Puts a filter in force for good; needs no_new_privs. Raises OSError where the kernel has none."""
    if LIBC.prctl(PR_SET_SECCOMP, FILTER_MODE, ctypes.byref(program)):
        raise OSError(ctypes.get_errno(), "seccomp")
