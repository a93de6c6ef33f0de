"""Loading the bundled sample: fictional merchants with their evidence, real official notices, one case."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from scrapers.notices import sample
from service.complaints.intake import contact
from service.complaints.intake import filing as intake
from service.complaints.intake.schemas import ComplaintSchema
from service.core import access
from service.core.clock import to_days
from service.core.runtime import Runtime
from service.evidence import importing
from service.evidence import operations as evidence
from service.merchants import queries as merchants
from service.packs import operations as packs
from service.safety import operations as safety

ORIGIN = importing.Origin(
    source="caveat-demo", source_url=None, licence="Apache-2.0 (invented for demonstration)"
)
CASE_KEY = "caveat-demo-first-case"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much of the sample was stored."""

    merchants: int
    events: int
    notices: int
    cases: int


def load(runtime: Runtime) -> Loaded | None:
    """Store the sample, compute its scores and build a pack; None when it is there already."""
    now = runtime.clock()
    keys = [row["key"] for row in _json("merchants.json")]
    with runtime.begin() as session:
        if merchants.merchant_view(session, keys[0]) is not None:
            return None
        recorded = evidence.record(session, _facts(now), now=now)
        notices = _import_notices(session, now)
    _file_case(runtime, now)
    runtime.sweep()
    with runtime.begin() as session:
        packs.build(
            session,
            signing_key=runtime.publisher_key(),
            publisher=packs.Publisher(
                runtime.settings.publisher_id, runtime.settings.publisher_name
            ),
            folder=runtime.settings.home / "packs",
            now=now,
        )
    return Loaded(len(keys), recorded.new, notices, cases=1)


def _facts(now: datetime) -> Iterator[evidence.Fact]:
    """Yield the sample's events; their times are days before today."""
    today = to_days(now)
    for line in _bytes("events.jsonl").splitlines():
        record = json.loads(line)
        for time in ("t", "known"):
            if time in record:
                record[time] += today
        yield importing.fact_of(record, ORIGIN)


def _import_notices(session: Session, now: datetime) -> int:
    notices = sample.load(_bytes("notices.json"))
    report = safety.import_notices(
        session, sample.SOURCE, notices, now=now, run_label="bundled sample"
    )
    return report.new


def _file_case(runtime: Runtime, now: datetime) -> None:
    """Open one case of an invented complainant, so that the console is not empty; nobody reads its letters."""
    bought = (now - timedelta(days=21)).date().isoformat()
    data = ComplaintSchema().load({**_json("case.json"), "purchase_date": bought})
    with runtime.begin() as session:
        receipt = intake.file(
            session,
            runtime.vault,
            data,
            source="web",
            idempotency_key=CASE_KEY,
            asker=access.ANONYMOUS,
            now=now,
        )
        code = contact.latest_code(session, runtime.vault, receipt.case_id)
    visit = access.Visit("127.0.0.1", "sample", loopback=True)
    intake.confirm(
        runtime, reference=receipt.reference, token=str(receipt.token), code=code, visit=visit
    )


def _json(name: str) -> Any:
    return json.loads(_bytes(name))


def _bytes(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()
