"""Telling a platform: the event, signed, to the address it gave; tried again until it says it has it.

Caveat-Id         the event's id, the same whenever it is sent again
Caveat-Timestamp  seconds since 1970 of this attempt
Caveat-Signature  ed25519=<base64 of the signature over "id.timestamp.body">
"""

import base64
from datetime import datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scrapers.fetching.posting import PostSettings, post
from service.blocks import orders, queries
from service.blocks.models import BlockOrder
from service.core import keys
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime

TOLERANCE_SECONDS = 300
"""How old an attempt may be for a receiver to take it."""

_SCHEME = "ed25519="


class NotTaken(Exception):
    """The receiver answered with another status than 2xx."""


def signing_key(runtime: Runtime) -> Ed25519PrivateKey:
    """Return the key that signs notifications; it signs nothing else."""
    return keys.signing_key(runtime.key_folder, keys.WEBHOOKS)


def signed(key: Ed25519PrivateKey, event_id: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """Return the headers of one attempt."""
    stamp = str(int(now.timestamp()))
    signature = key.sign(_message(event_id, stamp, body))
    return {
        "Caveat-Id": event_id,
        "Caveat-Timestamp": stamp,
        "Caveat-Signature": _SCHEME + base64.b64encode(signature).decode(),
        "Content-Type": "application/json",
    }


def is_genuine(
    key: Ed25519PublicKey, headers: dict[str, str], body: bytes, *, now: datetime
) -> bool:
    """Tell whether an attempt is ours and recent: what a receiver does."""
    stamp = headers.get("Caveat-Timestamp", "")
    if not stamp.isdigit() or abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        return False
    try:
        signature = base64.b64decode(headers["Caveat-Signature"].removeprefix(_SCHEME))
        key.verify(signature, _message(headers["Caveat-Id"], stamp, body))
    except (KeyError, ValueError, InvalidSignature):
        return False
    return True


def deliver(runtime: Runtime, row: OutboxRow) -> None:
    """Send one event; raises what goes wrong, so that it is tried again later."""
    event_id = int(row.payload["event"])
    with runtime.reading() as session:
        told = queries.notification(session, event_id)
    if told is None or told.url is None:
        return  # the platform has taken its address back
    body = msgspec.json.encode(told.body)
    headers = signed(signing_key(runtime), told.id, body, now=runtime.clock())
    own = runtime.settings
    reach = PostSettings(networks=own.private_networks, ports=own.ports)
    status = post(told.url, body, headers, reach)
    if status // 100 != 2:  # noqa: PLR2004 - success
        raise NotTaken(f"answered {status}")
    with runtime.begin() as session:
        order = session.get_one(BlockOrder, told.order_id)
        orders.deliver(session, order, way="webhook", now=runtime.clock())


def _message(event_id: str, stamp: str, body: bytes) -> bytes:
    return f"{event_id}.{stamp}.".encode() + body
