"""What of the bundled sample is loaded: pages that a visitor can look at."""

import json
from dataclasses import dataclass
from importlib.resources import files

from sqlalchemy.orm import Session

from service.merchants import queries as merchants
from service.safety import queries as safety

SHOWN = ("web:domain:lantern-goods.localhost", "web:domain:brightdeal-outlet.localhost")
"""A good record and one with a warning."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Invented merchants by key, and the id and title of a real notice; empty without the sample."""

    merchants: dict[str, str]
    notice: tuple[str, str] | None


def examples(session: Session) -> Examples:
    """Return what there is to show."""
    known = merchants.names(session, SHOWN)
    document = json.loads(files(__package__).joinpath("notices.json").read_bytes())
    found = safety.notice(session, document[0]["notice_id"]) if known else None
    return Examples(
        merchants={key: known[key] for key in SHOWN if key in known},
        notice=(found.notice_id, found.title) if found else None,
    )
