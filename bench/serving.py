"""Score by key: CPU microseconds a request, beside nginx with a static file and FastAPI with a model.

Every server has one worker and is pinned to core 0, the load generator (wrk) to core 1; rounds are
interleaved and the median is printed. CPU is user and system time of the server's process tree.
"""

import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROUNDS = 5
SECONDS = 2
CONNECTIONS = 32
KEY = "web:domain:lantern-goods.localhost"


@dataclass(frozen=True)
class Server:
    """A running server: where the body is, and the process that answers."""

    name: str
    url: str
    process: psutil.Process


def main() -> None:
    """Print one line a server."""
    missing = [tool for tool in ("wrk", "nginx", "taskset") if shutil.which(tool) is None]
    if missing:
        print(
            f"skipped for want of {', '.join(missing)}: apt-get install wrk nginx-light util-linux"
        )
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        ours, body = stack.enter_context(caveat(folder))
        servers = [
            ours,
            stack.enter_context(nginx(folder, body)),
            stack.enter_context(fastapi(folder, body)),
        ]
        figures = measure(servers)
    report(figures, len(body))


def measure(servers: list[Server]) -> dict[str, list[tuple[float, float]]]:
    """Return (CPU microseconds a request, requests a second) per server and round."""
    figures: dict[str, list[tuple[float, float]]] = {server.name: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            before = cpu_seconds(server.process)
            requests, rate = load(server.url)
            figures[server.name].append(
                ((cpu_seconds(server.process) - before) / requests * 1e6, rate)
            )
    return figures


def report(figures: dict[str, list[tuple[float, float]]], size: int) -> None:
    """Print medians and their ratio to ours."""
    medians = {
        name: statistics.median(cpu for cpu, _ in rounds) for name, rounds in figures.items()
    }
    ours = next(iter(medians.values()))
    print(
        f"   score by key, body {size} bytes, {ROUNDS} rounds of {SECONDS} s, {CONNECTIONS} connections"
    )
    for name, cpu in medians.items():
        rate = statistics.median(rate for _, rate in figures[name])
        print(
            f"   {name:32} {cpu:8.1f} us CPU/request   {rate:8.0f} requests/s   {cpu / ours:5.2f} x ours"
        )


def load(url: str) -> tuple[int, float]:
    """Drive one server; return the number of requests and their rate."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in said, said
    requests = re.search(r"(\d+) requests in", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert requests
    assert rate
    return int(requests[1]), float(rate[1])


def cpu_seconds(process: psutil.Process) -> float:
    """Return user and system time of the process and its children."""
    tree = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in tree)


@contextmanager
def caveat(folder: Path) -> Iterator[tuple[Server, bytes]]:
    """Serve the sample as `caveat serve` does."""
    port = free_port()
    settings = {"CAVEAT_HOME": str(folder / "home"), "CAVEAT_PORT": str(port)}
    command = [sys.executable, "-m", "service.cli", "serve", "--demo", "--no-worker"]
    url = f"http://127.0.0.1:{port}/v1/scores/{KEY}"
    with running("Caveat (granian, Flask)", command, url, os.environ | settings) as server:
        yield server, fetch(url)


@contextmanager
def nginx(folder: Path, body: bytes) -> Iterator[Server]:
    """Serve the same bytes as a static file."""
    port = free_port()
    (folder / "www").mkdir()
    (folder / "www" / "score").write_bytes(body)
    config = folder / "nginx.conf"
    config.write_text(
        f"worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log stderr error; user nobody nogroup;"
        f"events {{}} http {{ access_log off; keepalive_requests 1000000; default_type application/json;"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/www; }} }}"
    )
    url = f"http://127.0.0.1:{port}/score"
    with running(
        "nginx, static file", ["nginx", "-c", str(config)], url, dict(os.environ)
    ) as server:
        yield server


@contextmanager
def fastapi(folder: Path, body: bytes) -> Iterator[Server]:
    """Serve the same answer through FastAPI's response model."""
    port = free_port()
    (folder / "body.json").write_bytes(body)
    settings = {"BODY": str(folder / "body.json")}
    command = [
        sys.executable, "-m", "uvicorn", "bench.fastapi_peer:app",
        "--port", str(port), "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    url = f"http://127.0.0.1:{port}/score"
    with running(
        "FastAPI + uvicorn, response model", command, url, os.environ | settings
    ) as server:
        assert json.loads(fetch(url)) == json.loads(body)
        yield server


@contextmanager
def running(
    name: str, command: list[str], url: str, environment: dict[str, str]
) -> Iterator[Server]:
    """Start a server on core 0 and stop it at the end."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        ["taskset", "-c", "0", *command], env=environment, stdout=quiet, stderr=quiet
    )
    try:
        wait_for(lambda: fetch(url))
        yield Server(name, url, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(ready: Callable[[], object]) -> None:
    """Try until it works, at most half a minute."""
    for _ in range(300):
        try:
            ready()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError


def fetch(url: str) -> bytes:
    """Return the body of a loopback address."""
    with urllib.request.urlopen(url) as answer:
        body: bytes = answer.read()
    return body


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
