"""The wheel is whole: installed elsewhere it loads the sample and serves, with nothing of the checkout."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an empty environment that has only the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    [wheel] = folder.glob("caveat-*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    programs = folder / "env" / "bin"
    pins = ROOT / "requirements" / "constraints.txt"
    install = [str(programs / "pip"), "install", "--quiet", "-c", str(pins), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    return programs


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    return keep | {"CAVEAT_HOME": str(tmp_path / "home"), "CAVEAT_PORT": str(port)}


@pytest.fixture
def served(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> Iterator[tuple[str, str]]:
    """Address and start-up text of a running `caveat serve`."""
    log = tmp_path / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(installed / "caveat"), "serve"],
            env=environment,
            cwd=tmp_path,
            stdout=out,
            stderr=out,
        )
    origin = f"http://127.0.0.1:{environment['CAVEAT_PORT']}"
    try:
        _wait(origin, process, log)
        yield origin, log.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def _wait(origin: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(origin, timeout=1)
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())


def test_demo_loads_and_serve_answers(
    installed: Path, environment: dict[str, str], request: pytest.FixtureRequest
) -> None:
    loaded = subprocess.run(
        [str(installed / "caveat"), "demo"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr
    assert re.search(r"\d+ fictional merchants, \d+ events, \d+ official notices", loaded.stderr)
    again = subprocess.run(
        [str(installed / "caveat"), "demo"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "already" in again.stderr
    origin, said = request.getfixturevalue("served")
    assert f"{origin}/console/first?token=" in said
    with urllib.request.urlopen(f"{origin}/v1/scores/web:domain:lantern-goods.localhost") as answer:
        assert json.load(answer)["score"] > 0
    with urllib.request.urlopen(f"{origin}/demo/shop/") as answer:
        assert answer.status == 200
    with urllib.request.urlopen(f"{origin}/v1/packs/latest") as answer:
        assert len(answer.read()) > 100
