"""Background work: reading the pages of shops that somebody asked to check."""

from scrapers.snapshots import SnapshotStore
from service.core import fetching
from service.core.access import Asker
from service.core.fetching import Web
from service.core.files import whole_file
from service.core.runtime import Runtime
from service.disclosures import operations, queries, reader
from service.disclosures.operations import Due
from service.disclosures.queries import CheckView

AT_ONCE = 3
FOLDER = "snapshots"


def check_shops(runtime: Runtime) -> int:
    """Make checks that are due; does nothing until an operator has set a contact."""
    return fetching.look_at_due(runtime, operations.claim_due, make, limit=AT_ONCE)


def check_now(runtime: Runtime, asker: Asker, url: str, country: str) -> CheckView:
    """Ask for a check and make it at once, without waiting for background work."""
    with runtime.begin() as session:
        made = operations.ask(session, asker, url, country, now=runtime.clock())
        due = operations.claim(session, made, now=runtime.clock())
    with fetching.opened(runtime.settings, runtime.clock) as web:
        make(runtime, web, due)
    with runtime.reading() as session:
        return queries.check(session, asker, made)


def make(runtime: Runtime, web: Web, due: Due) -> str:
    """Make one check, keep its pages and what they say; return the check's state after it."""
    keep = snapshots(runtime).put
    found = reader.look(web, keep, due.url, due.country, now=runtime.clock())

    def fingerprint(field: str, value: str) -> str:
        return runtime.vault.blind_index(f"disclosure:{field}", value.casefold())

    with runtime.begin() as session:
        return operations.finish(
            session, due.id, found, fingerprint=fingerprint, now=runtime.clock()
        )


def snapshots(runtime: Runtime) -> SnapshotStore:
    """Return where fetched pages lie, each body once."""
    return SnapshotStore(runtime.settings.home / FOLDER, whole_file)
