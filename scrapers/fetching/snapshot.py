"""What a server said, and when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["page", "gone", "blocked", "unavailable"]
"""`page` was read; `gone` is 404 or 410; `blocked` is a login wall, a captcha or a refusal of
machines, never to be fought; `unavailable` is any other answer."""

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One answer to one question, kept as evidence.

    `url` is what was asked for and `final_url` where the redirects ended. `headers` have lower
    case names, no cookies, and belong to `body`, which is inflated. `fetched_at` (aware) is when
    the server last said so: for an answer out of the HTTP cache, its age is taken off.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    state: State

    @property
    def encoding(self) -> str | None:
        """Charset of the Content-Type header, for `scrapers.engine.extract`."""
        match = _CHARSET.search(self.headers.get("content-type", ""))
        return match[1] if match else None
