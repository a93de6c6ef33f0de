"""Mail leaves through the operator's SMTP server, or into `outbox/` when none is set."""

import smtplib
import ssl
from collections.abc import Iterable
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from service.core.errors import Misconfigured
from service.core.settings import Settings

TIMEOUT_SECONDS = 30
TLS_PORT = 465
PLAIN_PORT = 25


def send(settings: Settings, *, row_id: str, to: str, subject: str, text: str) -> None:
    """Hand one mail over; `row_id` becomes its Message-ID, so that a repetition can be recognised."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = f"<{row_id}@{settings.mail_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    if settings.smtp_url:
        _send_smtp(settings.smtp_url, message)
    else:
        _keep(settings, row_id, message)


def forget(settings: Settings, row_ids: Iterable[str]) -> None:
    """Delete the letters of these rows from `outbox/`, where they lie when no SMTP server is set."""
    for row_id in row_ids:
        (settings.home / "outbox" / f"{row_id}.eml").unlink(missing_ok=True)


def _send_smtp(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Misconfigured("is not smtp://… or smtps://…", where="CAVEAT_SMTP_URL")
    with _connect(parts.scheme, parts.hostname, parts.port) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port or TLS_PORT, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(host, port or PLAIN_PORT, timeout=TIMEOUT_SECONDS)


def _keep(settings: Settings, row_id: str, message: EmailMessage) -> None:
    folder = settings.home / "outbox"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / f"{row_id}.eml").write_bytes(message.as_bytes())
