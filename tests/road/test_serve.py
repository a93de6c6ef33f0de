"""`caveat serve` as processes: who dies, who is started again, and that nobody stays behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.road.service_process import Installation, answers, free_port, wait_for

pytestmark = pytest.mark.enable_socket


def as_a_shell_script_does() -> None:
    """Ignore SIGINT, as after `&`; heed SIGHUP, even where the tests themselves run under nohup."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Serving:
    """One `caveat serve` with its two children, whoever started the tests."""

    def __init__(self, caveat: Installation, home: Path) -> None:
        self.caveat = caveat
        self.log = home / "serve.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service.cli", "serve"],
                env=caveat.environment,
                stdout=out,
                stderr=out,
                preexec_fn=as_a_shell_script_does,  # noqa: PLW1509 - one thread here
            )
        self.main = psutil.Process(self.process.pid)

    def ready(self) -> None:
        wait_for(lambda: answers(self.caveat.origin) and self.worker(), "the service to answer")

    def worker(self) -> psutil.Process | None:
        """Return the worker process, None while there is none."""
        alive = (one for one in self.main.children() if one.status() != psutil.STATUS_ZOMBIE)
        return next((child for child in alive if "worker" in child.cmdline()), None)

    def everybody(self) -> list[psutil.Process]:
        return [self.main, *self.main.children(recursive=True)]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    started = Serving(Installation(tmp_path, free_port()), tmp_path)
    found = started.everybody()
    yield started
    if started.main.is_running():
        found = started.everybody()
    for process in found:
        if process.is_running():
            process.kill()
    started.process.wait()


def gone(processes: list[psutil.Process]) -> bool:
    return not any(
        process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes
    )


def test_a_dead_worker_is_started_again_and_a_killed_service_leaves_nobody(
    serving: Serving,
) -> None:
    serving.ready()
    first = serving.worker()
    assert first is not None
    first.kill()
    second = wait_for(
        lambda: (found := serving.worker()) and found.pid != first.pid and found, "a new worker"
    )
    assert second.is_running()
    assert "worker ended (-9)" in serving.log.read_text()
    everybody = serving.everybody()
    assert len(everybody) >= 3
    os.kill(serving.process.pid, signal.SIGKILL)
    serving.process.wait()
    wait_for(lambda: gone(everybody), "the children to end with their parent")
    assert not answers(serving.caveat.origin)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_process_in_good_order(
    serving: Serving, number: signal.Signals
) -> None:
    serving.ready()
    everybody = serving.everybody()
    serving.process.send_signal(number)
    assert serving.process.wait(timeout=60) == 0
    assert gone(everybody)


def test_sigterm_soon_after_the_start_ends_it_too(serving: Serving) -> None:
    wait_for(serving.worker, "the worker process")
    wait_for(lambda: len(serving.main.children()) > 1, "the web process")
    everybody = serving.everybody()
    serving.process.terminate()
    serving.process.wait(timeout=60)
    wait_for(lambda: gone(everybody), "all processes to end")
