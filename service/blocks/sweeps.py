"""Background work: looking at listings that are due, closing the manifest of each day."""

from pathlib import Path

from service.blocks import checker, evidence, operations, reports
from service.blocks.checks import Due
from service.core import fetching
from service.core.fetching import Web
from service.core.runtime import Runtime
from service.merchants import operations as merchants
from service.safety import queries as safety

AT_ONCE = 10
SOURCE = "caveat-check"


def check_listings(runtime: Runtime) -> int:
    """Look at listings that are due; does nothing until an operator has set a contact."""
    return fetching.look_at_due(runtime, operations.claim_due, check, limit=AT_ONCE)


def check(runtime: Runtime, web: Web, due: Due) -> str:
    """Look at one listing and keep what was found; return the state of the listing after it."""
    now, locale = runtime.clock(), runtime.settings.checks_locale
    found = checker.look(web, due.platform, due.item_id, due.country, now=now)
    with runtime.begin() as session:
        notice = safety.notice(session, due.notice_id)
        digest = None
        if found.snapshot is not None:
            wording = (due.notice_id, notice.content_hash if notice else "")
            data = checker.evidence_of(
                found, listing_key=due.listing_key, locale=locale, notice=wording
            )
            digest = evidence.keep(session, folder(runtime), data, now=now)
        if found.seller and found.result == "live":
            merchants.observe_seller(
                session, due.listing_key, found.seller, source=SOURCE, observed_at=found.at
            )
        seen = operations.Seen(
            due.listing_key, found.result, locale, found.at, digest, {"why": found.why}
        )
        return operations.record_fetched(session, seen, now=now)


def close_days(runtime: Runtime) -> int:
    """Write the manifest of each day that is over."""
    with runtime.reading() as session:
        evidence.write_manifests(session, folder(runtime), now=runtime.clock())
    return 0


def make_reports(runtime: Runtime) -> int:
    """Compute the public reports anew where the records changed, at most once an hour."""
    now = runtime.clock()
    with runtime.reading() as session:
        made = reports.due(session, now=now)
    if made:
        with runtime.begin() as session:
            reports.keep(session, made)
    return 0


def folder(runtime: Runtime) -> Path:
    """Return where evidence of checks stands."""
    return runtime.settings.home / evidence.FOLDER
