"""`caveat serve`, `caveat worker`, `caveat demo`."""

import os
import signal
import socket
import subprocess
import sys

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from service import wiring
from service.accounts import first
from service.commands.lines import clear_errors
from service.core import schema
from service.core.db import hide_password
from service.core.errors import Misconfigured
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.demo import operations as sample

THREADS = 4


@click.command()
@click.option("--demo", "with_demo", is_flag=True, help="Load the bundled sample first.")
@click.option("--no-worker", is_flag=True, help="Answer only; another process does the work.")
@clear_errors
def serve(*, with_demo: bool, no_worker: bool) -> None:
    """Run API, console and background work on this machine until stopped."""
    runtime = wiring.runtime_from_environment()
    _require_free_port(runtime.settings)
    schema.upgrade(runtime.engine)
    if with_demo:
        _load_demo(runtime)
    _announce(runtime)
    runtime.close()
    helper = None if no_worker else _start_worker()
    try:
        _web_server(runtime).serve()
    finally:
        if helper is not None:
            helper.send_signal(signal.SIGINT)
            helper.wait()


@click.command()
@clear_errors
def worker() -> None:
    """Run background work only, for more machines."""
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    runtime.jobs.work()


@click.command()
@clear_errors
def demo() -> None:
    """Load the bundled sample: fictional merchants with their evidence, and real official notices."""
    runtime = wiring.runtime_from_environment()
    schema.upgrade(runtime.engine)
    _load_demo(runtime)


def _require_free_port(settings: Settings) -> None:
    # The server would share the port with whoever has it, and each would get half of the requests.
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        what = f"cannot be used ({error.strerror}); stop what runs there or set CAVEAT_PORT"
        raise Misconfigured(what, where=where) from error


def _load_demo(runtime: Runtime) -> None:
    loaded = sample.load(runtime)
    if loaded is None:
        click.echo("the sample is loaded already", err=True)
        return
    click.echo(
        f"sample loaded: {loaded.merchants} fictional merchants, {loaded.events} events, "
        f"{loaded.notices} official notices, {loaded.cases} case",
        err=True,
    )


def _announce(runtime: Runtime) -> None:
    origin = runtime.settings.origin
    token = first.new_link(runtime)
    click.echo(f"Caveat is at    {origin}/")
    if token is None:
        click.echo(f"Sign in at      {origin}/console/sign-in")
    else:
        click.echo(f"Make the first account with this link: {origin}/console/first?token={token}")
    click.echo(
        f"Data in {runtime.settings.home}, database {hide_password(runtime.settings.database_url)}"
    )
    click.echo("Stop with Ctrl-C.", nl=True)
    sys.stdout.flush()


def _start_worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "service.cli", "worker"]
    return subprocess.Popen(command, env=os.environ.copy(), start_new_session=True)  # noqa: S603 - our own program


def _web_server(runtime: Runtime) -> MPServer:
    settings = runtime.settings
    return MPServer(
        "service.server:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
