"""The way of a bundle to its recipient: closed, kept until it is answered, posted where there is an address."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from scrapers.fetching.posting import PostSettings, post
from service.complaints.councils import format as bundle_format
from service.complaints.councils import known as councils
from service.complaints.councils import ledger
from service.complaints.councils.format import CASE, Header
from service.complaints.councils.models import CaseBundle, KnownCouncil
from service.core import outbox
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime

TOPIC = "bundle"
PATH = "/v1/bundles"
SECONDS = 30.0


class NotTaken(Exception):
    """The other installation answered with another status than 2xx."""


def header(
    runtime: Runtime,
    council: KnownCouncil,
    kind: str,
    *,
    at: datetime,
    bundle_id: str = "",
    thread: str = "",
) -> Header:
    """Return the header of a bundle for a council; without a thread it begins one, without an id it gets one."""
    own = bundle_id or str(uuid.uuid4())
    sender = councils.own_keys(runtime).public.fingerprint
    return Header(kind, own, thread or own, sender, council.fingerprint, at.isoformat())


def send(
    runtime: Runtime,
    session: Session,
    council: KnownCouncil,
    case_id: str,
    head: Header,
    payload: Mapping[str, Any],
) -> None:
    """Close a bundle for a council, keep it, and have it delivered; without an address it waits as a file."""
    own, now = councils.own_keys(runtime), runtime.clock()
    wire = bundle_format.close(head, payload, own=own, recipient=council.sealing_key)
    ledger.keep_sent(session, head, wire, council=council, case_id=case_id, now=now)
    if council.address is not None:
        told = {"bundle": head.id, "case": case_id}
        outbox.post(session, topic=TOPIC, payload=told, now=now)


def deliver(runtime: Runtime, row: OutboxRow) -> None:
    """Send one bundle; raises what goes wrong, so that it is tried again later, under the same id."""
    with runtime.reading() as session:
        bundle = session.get_one(CaseBundle, row.payload["bundle"])
        council = session.get_one(KnownCouncil, bundle.council_id)
    if bundle.wire is None or council.address is None or council.ended_at is not None:
        return
    own = runtime.settings
    settings = PostSettings(time_cap=SECONDS, networks=own.private_networks, ports=own.ports)
    headers = {"Content-Type": "application/json"}
    status = post(council.address + PATH, bundle.wire, headers, settings)
    if status // 100 != 2:  # noqa: PLR2004 - success
        raise NotTaken(f"answered {status}")
    with runtime.begin() as session:
        bundle = session.get_one(CaseBundle, bundle.id)
        bundle.delivered_at = runtime.clock()
        if bundle.kind != CASE:
            bundle.wire = None
