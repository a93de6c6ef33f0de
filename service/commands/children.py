"""The processes that `caveat serve` starts: kept running, ended with it, and never left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import click

LOOK_SECONDS = 0.5
STOP_SECONDS = 10
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


def end_with(parent: int) -> None:
    """End this process soon after the process `parent`, which started it, has ended, however it ended.

    Nothing is lost: requests and tasks are transactions, and the next sweep finds unfinished work.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def load_application(parent: int) -> Callable[..., Any]:
    """Return the WSGI application in a web process that was forked from `parent`.

    The fork brought the parent's signal handlers along, which would take a SIGTERM and forget it. A
    closed terminal tells all its processes; the parent stops this one in good order.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    end_with(parent)
    from service.server import application  # noqa: PLC0415 - the parent must not open what it forks

    return application


class Worker:
    """The worker process: started again when it ends by itself, after pauses that grow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._process = self._start()
        self._thread = threading.Thread(target=self._keep, name="worker watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the worker: SIGTERM lets it finish what it does, SIGKILL follows after STOP_SECONDS."""
        with self._lock:
            self._stopping.set()
            self._process.terminate()
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()

    def _keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            started = time.monotonic()
            status = self._process.wait()
            if time.monotonic() - started > LONGEST_PAUSE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            if self._stopping.is_set():
                return
            # The terminal may be gone; that is no reason to stop watching.
            with contextlib.suppress(OSError):
                click.echo(f"worker ended ({status}); next start in {pause:g} s", err=True)
            self._stopping.wait(pause)
            with self._lock:
                if self._stopping.is_set():
                    return
                self._process = self._start()
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "service.cli", "worker", "--parent", str(os.getpid())]
        # A session of its own: Ctrl-C reaches the main process only, which stops the worker in turn.
        return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own program
