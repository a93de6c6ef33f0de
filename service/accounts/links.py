"""Links sent by mail: derived from a row's id and the master key, so that the database holds no secret.

A link opens only while its row is open: not used, not withdrawn, not past its end. A letter that is
delivered twice carries the same link.
"""

import hmac

from service.core.crypto import Vault
from service.core.errors import NotAllowed

INVITATION, RESET, EMAIL = "invitation", "reset", "email"


def make(vault: Vault, kind: str, row_id: str) -> str:
    """Return the token that opens a row."""
    return f"{row_id}.{_mark(vault, kind, row_id)}"


def row_of(vault: Vault, kind: str, token: str) -> str:
    """Return the row's id; raise NotAllowed for a token that was not made here for this kind."""
    row_id, _, mark = token.partition(".")
    if not hmac.compare_digest(mark.encode(), _mark(vault, kind, row_id).encode()):
        raise refused()
    return row_id


def refused() -> NotAllowed:
    """Return the one answer for links that are forged, used or too old."""
    return NotAllowed("this link is not valid, was used, or is too old", code="accounts.link")


def _mark(vault: Vault, kind: str, row_id: str) -> str:
    return vault.blind_index(f"link:{kind}", row_id)
