"""Settings, read once from the environment into a frozen object."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from service.core.db import sqlite_url
from service.core.errors import Misconfigured

DEFAULT_PORT = 8765
SOURCE_KEY = "CAVEAT_KEY_"
"""Beginning of the variables that hold keys of authorities: CAVEAT_KEY_SAFETYKOREA."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set; every field has an environment variable `CAVEAT_<NAME>`.

    `notice_mirror` is the origin that is asked instead of the authorities' hosts (their names become the
    first part of the path); `source_keys` are the keys that authorities gave, by name.

    Listings that are to be blocked are looked at, and shops that somebody asked to check read, only where
    `checks_contact`, a web or mail address sent with every request, is set; `checks_locale` says where
    this machine looks from, such as de-DE.
    `private_networks` (CIDR, by commas) may be reached by checks and webhooks: for tests.
    """

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
    keys_database_url: str | None = None
    clamd: str | None = None
    notice_mirror: str | None = None
    source_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    checks_contact: str = ""
    checks_locale: str = ""
    private_networks: tuple[str, ...] = ()

    @property
    def ports(self) -> frozenset[int]:
        """Return the ports that checks and webhooks may reach: any where private networks are allowed."""
        return frozenset(range(1, 65_536)) if self.private_networks else frozenset({80, 443})

    @property
    def origin(self) -> str:
        """Return the address at which this installation answers, as links in mails name it."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def key_store_url(self) -> str:
        """Return the address of the database that holds the keys of cases and nothing else."""
        return self.keys_database_url or sqlite_url(self.home / "case-keys.sqlite")


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
        public_url=_origin(env, "CAVEAT_PUBLIC_URL"),
        proxies=_proxies(env.get("CAVEAT_PROXIES", "0")),
        keys_database_url=_apart(env, "CAVEAT_KEYS_DATABASE_URL"),
        clamd=env.get("CAVEAT_CLAMD") or None,
        notice_mirror=_origin(env, "CAVEAT_NOTICE_MIRROR"),
        source_keys={
            name.removeprefix(SOURCE_KEY).lower(): value
            for name, value in env.items()
            if name.startswith(SOURCE_KEY) and value
        },
        checks_contact=env.get("CAVEAT_CHECKS_CONTACT", ""),
        checks_locale=_checks_locale(env),
        private_networks=_networks(env.get("CAVEAT_PRIVATE_NETWORKS", "")),
    )


def _checks_locale(env: Mapping[str, str]) -> str:
    locale = env.get("CAVEAT_CHECKS_LOCALE", "")
    if env.get("CAVEAT_CHECKS_CONTACT") and not locale:
        what = "says where this machine looks from and is missing"
        raise Misconfigured(what, where="CAVEAT_CHECKS_LOCALE")
    return locale


def _networks(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for one in found:
        try:
            ip_network(one)
        except ValueError as error:
            raise Misconfigured(
                f"{one!r} is no network", where="CAVEAT_PRIVATE_NETWORKS"
            ) from error
    return found


def _apart(env: Mapping[str, str], name: str) -> str | None:
    url = env.get(name) or None
    if url is not None and url == env.get("CAVEAT_DATABASE_URL"):
        what = "is the same as CAVEAT_DATABASE_URL: keys and what they open must not share backups"
        raise Misconfigured(what, where=name)
    return url


def _origin(env: Mapping[str, str], name: str) -> str | None:
    text = env.get(name, "")
    parts = urlsplit(text)
    if text and (
        parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/")
    ):
        raise Misconfigured(f"{text!r} is not https://host", where=name)
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
