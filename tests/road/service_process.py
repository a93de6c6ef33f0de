"""A running Caveat as an operator has it: `caveat` commands over one CAVEAT_HOME, and `caveat serve`."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 120


@dataclass
class Installation:
    """One CAVEAT_HOME with its commands and, while serving, its addresses."""

    home: Path
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {"CAVEAT_HOME": str(self.home), "CAVEAT_PORT": str(self.port)}
        return {
            name: value for name, value in os.environ.items() if not name.startswith("CAVEAT_")
        } | own

    def run(self, *arguments: str) -> str:
        """Run one command to its end; return everything it said."""
        command = [sys.executable, "-m", "service.cli", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def get(self, path: str) -> Any:
        """Return the JSON at an address, None when there is nothing."""
        try:
            with urllib.request.urlopen(self.origin + path) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return None
            raise

    @contextlib.contextmanager
    def serving(self) -> Iterator[str]:
        """Serve until the end of the block; yield the link to the first account."""
        log = self.home / "serve.log"
        command = [sys.executable, "-m", "service.cli", "serve"]
        with log.open("wb") as out:
            process = subprocess.Popen(command, env=self.environment, stdout=out, stderr=out)
        try:
            wait_for(lambda: answers(self.origin), "the service to answer")
            link = re.search(r"http\S+/console/first\?token=\S+", log.read_text())
            assert link, log.read_text()
            yield link[0]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=PATIENCE_SECONDS)


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """Return the condition's first true answer."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE_SECONDS} s for {what}")


def answers(origin: str) -> bool:
    try:
        urllib.request.urlopen(origin, timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
