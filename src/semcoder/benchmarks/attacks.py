"""What hostile or unlucky programs do to a sandbox, and what must come of each. The tests run the same list."""

import time

from semcoder.execution.jobs import Job, Outcome
from semcoder.execution.sandbox import Sandbox

# name -> (body of a function, statuses that are right). Each ends by itself or is ended within its limits.
ATTACKS = {
    "endless loop": ("while True: pass", "timeout"),
    "endless loop that catches all": ("while True:\n    try:\n        while True: pass\n    except BaseException: pass",
                                      "timeout"),
    "huge power in C": ("return 10 ** 10 ** 9", "timeout"),
    "catastrophic regex": ("import re\nreturn bool(re.match('(a+)+$', 'a' * 60 + 'b'))", "timeout"),
    "huge range": ("return list(range(10 ** 12))", "memory"),
    "memory bomb at once": ("return 'a' * 10 ** 11", "memory"),
    "memory bomb step by step": ("xs = []\nwhile True: xs.append('a' * 10 ** 7)", "memory"),
    "memory error swallowed": ("try:\n    return 'a' * 10 ** 11\nexcept MemoryError:\n    return 1", "ok"),
    "deep recursion": ("return f()", "exception"),
    "recursion until C runs out of stack": ("import sys\nsys.setrecursionlimit(10 ** 9)\nreturn list(map(f, [1]))",
                                            "crashed"),
    "os._exit": ("import os\nos._exit(0)", "crashed"),
    "kills itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "crashed"),
    "SystemExit": ("raise SystemExit", "exception"),
    "ignored signals": ("import signal\nfor s in set(signal.Signals) - {9, 19}:\n    signal.signal(s, signal.SIG_IGN)\n"
                        "while True: pass", "timeout"),
    "cancelled clock": ("import signal\nsignal.setitimer(signal.ITIMER_PROF, 0)\nwhile True: pass", "timeout"),
    "sleeper": ("import time\ntime.sleep(600)", "timeout"),
    "output flood": ("while True: print('a' * 10 ** 5)", "output_limit"),
    "output flood past Python": ("import os\nfor _ in range(10 ** 4): os.write(1, b'a' * 10 ** 4)\nreturn 1", "ok"),
    "huge file": ("open('x', 'w').write('a' * 10 ** 8)", "exception"),
    "returns an object": ("return object()", "not_literal"),
    "returns not-a-number": ("return float('nan')", "not_literal"),
    "returns a gigantic string": ("return 'a' * 10 ** 6", "value_limit"),
    "returns a gigantic shared list": ("a = [1] * 1000\nfor _ in range(6): a = [a] * 1000\nreturn a", "value_limit"),
    "returns a cyclic value": ("a = []\na.append(a)\nreturn a", "not_literal"),
    "returns an unpicklable value": ("return lambda: 1", "not_literal"),
    "__eq__ always true": ("class A:\n    def __eq__(self, other): return True\nreturn A()", "not_literal"),
    "__eq__ always true, hidden in a list": ("class A(int):\n    def __eq__(self, other): return True\nreturn [A()]",
                                             "not_literal"),
    "__repr__ raises": ("class A:\n    def __repr__(self): raise ValueError\nreturn A()", "not_literal"),
    "__repr__ never ends": ("class A:\n    def __repr__(self):\n        while True: pass\nreturn [A()]", "not_literal"),
    "error text never ends": ("class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
                              "timeout"),
    "error text raises": ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E", "exception"),
    "sys.settrace(None) under the tracer": ("import sys\nsys.settrace(None)\nx = 1\nreturn x", "exception"),
    "patched builtins": ("import builtins\nfor n in ('len', 'repr', 'type', 'sorted', 'str', 'isinstance'):\n"
                         "    setattr(builtins, n, lambda *a, **k: 'forged')\nreturn {2, 1}, len('a')", "ok"),
    "writes over its answer": ("import os\nfor n in range(3, 40):\n"
                               "    try: os.write(n, b'{\"status\": \"ok\"}\\n')\n    except OSError: pass\nreturn 1",
                               "crashed"),
}
# What leaves a process behind where new processes are not denied; these end by themselves after 300 s.
PROCESSES = {
    "fork bomb": "import os\nwhile True: os.fork()",
    "many children": "import os\nfor _ in range(200):\n    if os.fork() == 0:\n        while True: pass\nreturn 1",
    "thread bomb": "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
    "a child that detaches": "import os, time\nif os.fork() == 0:\n    os.setsid()\n"
                             "    if os.fork() == 0: time.sleep(300)\n    os._exit(0)\nreturn 1",
    "a program that detaches": "import subprocess\nsubprocess.Popen(['sleep', '304'], start_new_session=True)\n"
                               "return 1",
}
# What reaches out; each returns "reached" or raises.
REACHES = {
    "reads a file of the machine": "open('/etc/passwd').read()\nreturn 'reached'",
    "reads the caller's environment": "import os\nserver = open(f'/proc/{os.getppid()}/stat').read()\n"
                                      "caller = server.rsplit(')', 1)[1].split()[1]\n"
                                      "open(f'/proc/{caller}/environ').read()\nreturn 'reached'",
    "writes outside its folder": "import os\nopen('/tmp/semcoder-attack', 'w').write('a')\n"
                                 "os.unlink('/tmp/semcoder-attack')\nreturn 'reached'",
    "opens a socket": "import socket\nsocket.socket().close()\nreturn 'reached'",
    "starts a program": "import subprocess\nsubprocess.run(['true'], check=True)\nreturn 'reached'",
}
LIMIT_S = 0.2  # for what must time out; the others get room for a slow machine


def attack(box: Sandbox, body: str, expected: str = "", name: str = "") -> Outcome:
    """Returns the outcome of one attack."""
    code = "def f(x=None):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    return box.run(Job(code=code, entry="f", inputs=("",), watch="trace" if "tracer" in name else "",
                       timeout_s=LIMIT_S if expected in ("timeout", "") else 10.0))[0]


def measure(quick: bool = False, benchmarks_dir: str = "") -> list[dict]:
    """Returns a row per attack: what came of it in this machine's strongest sandbox, and whether that is right."""
    rows = []
    with Sandbox() as box:
        for name, body, expected in list_attacks():
            start = time.monotonic()
            outcome = attack(box, body, expected, name)
            seconds = time.monotonic() - start
            is_contained = (outcome.status == expected if expected else outcome.status not in ("ok", "sandbox_error"))
            is_served = attack(box, "return 1", "ok").output == "1"
            rows.append({"attack": name, "outcome": outcome.status, "survived": is_contained and is_served,
                         "seconds": round(seconds, 2), "sandbox": box.level})
    return rows


def list_attacks() -> list[tuple[str, str, str]]:
    """Returns (name, body, right status) of all attacks; "" is any end but a good one."""
    return [(name, *entry) for name, entry in ATTACKS.items()] + [
        (name, body, "") for name, body in {**PROCESSES, **REACHES}.items()]
