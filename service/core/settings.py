"""Settings, read once from the environment into a frozen object."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from service.core.db import sqlite_url
from service.core.errors import Misconfigured

DEFAULT_PORT = 8765


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set; every field has an environment variable `CAVEAT_<NAME>`."""

    home: Path
    database_url: str
    redis_url: str | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    publisher_id: str = "local"
    publisher_name: str = "This Caveat installation"
    smtp_url: str | None = None
    mail_from: str = "caveat@localhost"
    public_url: str | None = None
    proxies: int = 0

    @property
    def origin(self) -> str:
        """Return the address at which this installation answers, as links in mails name it."""
        return self.public_url or f"http://{self.host}:{self.port}"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read settings; raise Misconfigured naming the variable that is wrong."""
    env = os.environ if environment is None else environment
    home = Path(env.get("CAVEAT_HOME") or platformdirs.user_data_path("caveat")).absolute()
    return Settings(
        home=home,
        database_url=env.get("CAVEAT_DATABASE_URL") or sqlite_url(home / "caveat.sqlite"),
        redis_url=env.get("CAVEAT_REDIS_URL") or None,
        host=env.get("CAVEAT_HOST", "127.0.0.1"),
        port=_port(env.get("CAVEAT_PORT", str(DEFAULT_PORT))),
        publisher_id=env.get("CAVEAT_PUBLISHER_ID", "local"),
        publisher_name=env.get("CAVEAT_PUBLISHER_NAME", "This Caveat installation"),
        smtp_url=env.get("CAVEAT_SMTP_URL") or None,
        mail_from=env.get("CAVEAT_MAIL_FROM", "caveat@localhost"),
        public_url=_public_url(env.get("CAVEAT_PUBLIC_URL", "")),
        proxies=_proxies(env.get("CAVEAT_PROXIES", "0")),
    )


def _public_url(text: str) -> str | None:
    parts = urlsplit(text)
    if text and (
        parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/")
    ):
        raise Misconfigured(f"{text!r} is not https://host", where="CAVEAT_PUBLIC_URL")
    return text.rstrip("/") or None


def _proxies(text: str) -> int:
    if text not in ("0", "1", "2", "3"):
        raise Misconfigured(f"{text!r} is not a number from 0 to 3", where="CAVEAT_PROXIES")
    return int(text)


def _port(text: str) -> int:
    highest = 65_535
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= highest:
        raise Misconfigured(f"{text!r} is not a port number", where="CAVEAT_PORT")
    return int(text)
