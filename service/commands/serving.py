"""`caveat serve`, `caveat worker`, `caveat demo`."""

import os
import signal
import socket
import sys
from functools import partial

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from service import wiring
from service.accounts import first
from service.commands import children
from service.commands.lines import clear_errors
from service.complaints.privacy import case_keys
from service.core import keys, schema
from service.core.db import hide_password
from service.core.errors import Misconfigured
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.demo import cases as sample_cases
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
    _make_ready(runtime)
    if with_demo:
        _load_demo(runtime)
    _announce(runtime)
    runtime.close()
    helper = None if no_worker else children.Worker()
    try:
        load = partial(children.load_application, os.getpid())
        _web_server(runtime).serve(target_loader=load, wrap_loader=False)
    finally:
        if helper is not None:
            helper.stop()


@click.command()
@click.option("--parent", type=int, hidden=True, help="End with the process of this number.")
@clear_errors
def worker(*, parent: int | None) -> None:
    """Run background work only, for more machines."""
    if parent is not None:
        children.end_with(parent)
    runtime = wiring.runtime_from_environment()
    _make_ready(runtime)
    runtime.jobs.work()


@click.command()
@clear_errors
def demo() -> None:
    """Load the bundled sample: fictional merchants with their evidence, and real official notices."""
    runtime = wiring.runtime_from_environment()
    _make_ready(runtime)
    _load_demo(runtime)


def _make_ready(runtime: Runtime) -> None:
    """Bring the database up to date and refuse, before anything is answered, keys that do not fit."""
    keys.check(runtime.key_folder)
    schema.upgrade(runtime.engine)
    runtime.require_master_key()
    case_keys.require_store(runtime)


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
    closed = sample_cases.load(runtime, runtime.clock())
    click.echo(
        f"sample loaded: {loaded.merchants} fictional merchants, {loaded.events} events, "
        f"{loaded.notices} official notices, {loaded.cases + closed} cases",
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


def _web_server(runtime: Runtime) -> MPServer:
    settings = runtime.settings
    server = MPServer(
        "service.server:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=children.STOP_SECONDS,
    )

    def stop_with_the_terminal() -> None:
        # The server would take SIGHUP for "reload"; who ignores it on purpose (nohup) is left alone.
        if ignored is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, server.signal_handler_interrupt)
        else:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    ignored = signal.getsignal(signal.SIGHUP)
    server.on_startup(stop_with_the_terminal)
    return server
