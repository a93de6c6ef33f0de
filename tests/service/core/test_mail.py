import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from service.complaints.intake import contact
from service.complaints.intake import filing as intake
from service.complaints.intake.schemas import ComplaintSchema
from service.core import mail, outbox
from service.core.access import ANONYMOUS
from service.core.errors import Misconfigured
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.wiring import SWEEPS
from tests.conftest import NOW
from tests.service.complaints.cases import COMPLAINT
from tests.service.conftest import FixedClock


class Inbox(MessageHandler):
    """Keeps what a real SMTP server received."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.received.append(message)


@pytest.fixture
def inbox() -> Iterator[tuple[str, Inbox]]:
    handler = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    yield f"smtp://127.0.0.1:{port}", handler
    server.stop()


@pytest.mark.enable_socket
def test_a_letter_goes_through_the_operators_server(
    inbox: tuple[str, Inbox], tmp_path: Path
) -> None:
    url, handler = inbox
    settings = Settings(home=tmp_path, database_url="sqlite://", smtp_url=url)
    mail.send(
        settings, row_id="row-1", to="a@example.com", subject="접수 CV-1", text="접수되었습니다"
    )
    [letter] = handler.received
    assert letter["Message-ID"] == "<row-1@localhost>"
    assert letter["X-RcptTo"] == "a@example.com"


def test_a_wrong_address_of_the_server_is_named(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="sqlite://", smtp_url="http://mail")
    with pytest.raises(Misconfigured, match="CAVEAT_SMTP_URL"):
        mail.send(settings, row_id="r", to="a@example.com", subject="s", text="t")


def test_a_letter_that_fails_is_kept_and_tried_again_later(runtime: Runtime) -> None:
    data = ComplaintSchema().load(COMPLAINT)
    with runtime.begin() as session:
        intake.file(
            session, runtime.vault, data, idempotency_key="k" * 16, asker=ANONYMOUS, now=NOW
        )
    failures = [OSError("PLAINTEXT-MAIL@example.com refused")]
    delivered: list[str] = []

    def deliver(_: Runtime, row: outbox.OutboxRow) -> None:
        if failures:
            raise failures.pop()
        delivered.append(row.id)

    sweep = outbox.make_sweep({contact.CONTACT_MAIL: deliver})
    assert sweep(runtime) == 1
    assert sweep(runtime) == 0
    runtime.clock.now = NOW.replace(hour=20)  # type: ignore[attr-defined]
    assert sweep(runtime) == 1
    assert sweep(runtime) == 0
    with runtime.reading() as session:
        [row] = session.query(outbox.OutboxRow).all()
    assert delivered == [row.id]
    assert (row.attempts, row.last_error) == (2, None)


@pytest.mark.enable_socket
def test_an_hour_without_the_mail_server_loses_no_letter_and_repeats_none(
    inbox: tuple[str, Inbox], database_url: str, tmp_path: Path
) -> None:
    """The server is away when the letter is due; later tries go on until it is back, under one Message-ID."""
    url, handler = inbox
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"smtp://127.0.0.1:{nobody.getsockname()[1]}"
    home, clock = tmp_path / "home", FixedClock()
    down = Runtime(Settings(home, database_url, smtp_url=away), sweeps=SWEEPS, clock=clock)
    up = Runtime(Settings(home, database_url, smtp_url=url), sweeps=SWEEPS, clock=clock)
    with down.begin() as session:
        data = ComplaintSchema().load(COMPLAINT)
        made = {"idempotency_key": "k" * 16, "asker": ANONYMOUS, "now": clock()}
        intake.file(session, down.vault, data, **made)
    for _ in range(60):
        down.sweep()
        clock.now += timedelta(minutes=1)
    with down.reading() as session:
        [row] = session.query(outbox.OutboxRow).all()
    assert row.delivered_at is None
    assert row.attempts > 3
    assert row.last_error == "ConnectionRefusedError"
    clock.now += outbox.LONGEST_WAIT
    for _ in range(3):
        up.sweep()
        clock.now += outbox.LONGEST_WAIT
    [letter] = handler.received
    assert letter["Message-ID"] == f"<{row.id}@localhost>"
    assert letter["X-RcptTo"] == COMPLAINT["contact_email"]
    for runtime in (down, up):
        runtime.close()
