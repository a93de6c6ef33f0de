import socket
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from service.complaints import contact, intake
from service.complaints.schemas import ComplaintSchema
from service.core import mail, outbox
from service.core.access import ANONYMOUS
from service.core.errors import Misconfigured
from service.core.runtime import Runtime
from service.core.settings import Settings
from tests.conftest import NOW
from tests.service.test_complaints import COMPLAINT


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
