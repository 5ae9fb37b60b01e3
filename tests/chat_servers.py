"""Servers on the loopback that speak the OpenAI protocol: a scripted one, and the start of `transformers serve`."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODELS = ["model-a", "model-b"]


class ScriptedServer(ThreadingHTTPServer):
    """Answers each chat request with what `reply(body)` returns: a text, or (status, body); notes what was asked."""

    daemon_threads = True

    def __init__(self, reply: Callable[[dict], str | tuple[int, object]]):
        super().__init__(("127.0.0.1", 0), Handler)
        self.reply, self.bodies, self.headers, self.times = reply, [], [], []
        self.url = f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: ScriptedServer

    def do_GET(self):
        self.send(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in MODELS]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        self.server.headers.append(self.headers)
        self.server.times.append(time.monotonic())
        reply = self.server.reply(body)
        if isinstance(reply, tuple):
            return self.send(*reply)
        return self.send(200, make_completion(body, reply))

    def send(self, status: int, body: object) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        with contextlib.suppress(ConnectionError):  # a client that gave up waiting
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, *_):
        pass


def make_completion(body: dict, text: str, finish: str = "stop") -> dict:
    """Returns the protocol's answer to a request; words count as tokens."""
    message = {"role": "assistant", "content": text}
    num_words = sum(len(m["content"].split()) for m in body["messages"])
    return {"id": "1", "object": "chat.completion", "created": 0, "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": num_words, "completion_tokens": len(text.split()),
                      "total_tokens": num_words + len(text.split())}}


@contextlib.contextmanager
def serve_script(reply: Callable[[dict], str | tuple[int, object]]) -> Iterator[ScriptedServer]:
    """Yields a running ScriptedServer."""
    with ScriptedServer(reply) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def kill_in_the_middle(reply: Callable[[dict], str | tuple[int, object]], num_answers: int,
                       make_command: Callable[[str], list[str]]) -> None:
    """Runs a command against a ScriptedServer, and kills it while it waits for an answer after so many.

    Args:
        reply: as of ScriptedServer.
        num_answers: requests answered; the next one stalls.
        make_command: server's address -> the command.
    """
    halfway, freed = threading.Event(), threading.Event()

    def stall_halfway(body: dict) -> str | tuple[int, object]:
        if len(server.bodies) > num_answers:
            halfway.set()
            freed.wait(60)
        return reply(body)

    with serve_script(stall_halfway) as server:
        process = subprocess.Popen(make_command(server.url), stderr=subprocess.DEVNULL,
                                   env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        assert halfway.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait()
        freed.set()


def find_free_port() -> int:
    """Returns a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def serve_model(folder: Path, log: Path) -> Iterator[str]:
    """Yields the address of `transformers serve` with the model in `folder`."""
    port = find_free_port()
    cache = log.parent / "hub"  # listing models fails where there is no cache
    cache.mkdir()
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(cache), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(folder), "--device", "cpu",
               "--host", "127.0.0.1", "--port", str(port)]
    with open(log, "wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env=environment)
    try:
        wait_until_healthy(process, port, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_healthy(process: subprocess.Popen, port: int, log: Path) -> None:
    """Returns once the server answers; raises with its log if it ends or takes minutes."""
    for _ in range(1200):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"transformers serve did not start:\n{log.read_text()[-2000:]}")
