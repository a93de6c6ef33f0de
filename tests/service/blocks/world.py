"""A regulator, two platforms and a consumer group, with people and orders, as operations make them."""

from dataclasses import dataclass, replace
from typing import Any

from scrapers.notices import sample
from service.accounts import operations as accounts
from service.blocks import operations
from service.core import access
from service.core.access import HOME, OPERATOR, Asker
from service.core.runtime import Runtime
from service.safety import operations as safety
from tests.service.accounts.people import home, organisation

ITEM = "1005001234567890"
LISTING = f"aliexpress:item:{ITEM}"
SELLER = "aliexpress:shop:900000001"
NOTICE = "KR-kats:10022792"
ORDER: dict[str, Any] = {
    "notice_id": NOTICE,
    "platform": "aliexpress",
    "item_id": ITEM,
    "country": "KR",
    "reason": "recall",
    "legal_basis": "Framework Act on Product Safety, Article 11",
    "severity": 3,
}
COLUMNS = "ref,product,published,record_type,hazards,severity,platform,item_id,reason,legal_basis"


@dataclass
class World:
    """Ids of organisations, and who asks for them."""

    runtime: Runtime
    regulator: str
    platform: str
    other_platform: str
    officer: Asker
    lead: Asker
    agent: Asker
    rival: Asker
    watcher: Asker

    def issue(self, **change: Any) -> str:
        with self.runtime.begin() as session:
            wanted = operations.Wanted(**(ORDER | change))
            return operations.issue(session, self.lead, wanted, now=self.runtime.clock())

    def answer(self, order_id: str, state: str, reason: str = "") -> None:
        now = self.runtime.clock()
        with self.runtime.begin() as session:
            operations.answer(session, self.agent, order_id, state, reason=reason, now=now)

    def decide(self, order_id: str, state: str, reason: str = "because") -> None:
        now = self.runtime.clock()
        with self.runtime.begin() as session:
            operations.decide(session, self.lead, order_id, state, reason=reason, now=now)

    def check(self, result: str, locale: str = "ko-KR", listing: str = LISTING) -> str:
        now = self.runtime.clock()
        with self.runtime.begin() as session:
            seen = operations.Seen(listing, result, locale, now)
            return operations.record_manual(session, self.watcher, seen, now=now)

    def upload(self, text: str, *, dry_run: bool = False, asker: Asker | None = None) -> Any:
        sent = operations.Upload(text.encode(), "list.csv", "kca", "Autumn list", "KR")
        now = self.runtime.clock()
        with self.runtime.begin() as session:
            return operations.upload(session, asker or self.officer, sent, dry_run=dry_run, now=now)

    def release(self, list_id: str, asker: Asker | None = None) -> None:
        with self.runtime.begin() as session:
            operations.release(session, asker or self.lead, list_id, now=self.runtime.clock())

    def key(self, owner: str, *scopes: str) -> dict[str, str]:
        with self.runtime.begin() as session:
            made = accounts.create_key(
                session,
                OPERATOR,
                organisation_id=owner,
                label="test",
                scopes=list(scopes),
                days=1,
                now=self.runtime.clock(),
            )
        return {"Authorization": f"Bearer {made.text}"}


def asker(organisation_id: str, *roles: str, name: str = "") -> Asker:
    return Asker("person", name or roles[0], organisation=organisation_id, roles=frozenset(roles))


def make(runtime: Runtime) -> World:
    home(runtime)
    runtime.settings = replace(runtime.settings, checks_locale="ko-KR")
    regulator = organisation(runtime, "Product Safety Agency", "regulator")
    platform = organisation(runtime, "Platform desk", "platform")
    rival = organisation(runtime, "Other platform desk", "platform")
    with runtime.begin() as session:
        import_notice(session, runtime.clock())
        for name, owner in (("aliexpress", platform), ("temu", rival)):
            operations.assign(session, access.OPERATOR, name, owner, now=runtime.clock())
    return World(
        runtime,
        regulator,
        platform,
        rival,
        officer=asker(regulator, "surveillance_officer"),
        lead=asker(regulator, "surveillance_lead"),
        agent=asker(platform, "platform_agent"),
        rival=asker(rival, "platform_agent", name="rival"),
        watcher=asker(HOME, "contributor"),
    )


def import_notice(session: Any, now: Any) -> None:
    """Store one notice of our own making: a lamp with a brand, a model and a GTIN."""
    body = b"""{"notice_id":"KR-kats:10022792","source":"kats","authority":"KATS","jurisdiction":"KR",
    "record_type":"recall","published":"2026-11-02","title":"Desk lamp","url":"https://example.org/n/1",
    "licence":"own","hazards":["fire","electric_shock"],
    "products":[{"name":"Desk lamp","brands":["Invented"],"models":["LX-9000"],
                 "barcodes":["4006381333931"]}]}"""
    found = sample.load(body.replace(b"\n", b" "))
    report = safety.import_notices(session, sample.SOURCE, found, now=now, run_label="test")
    assert report.new == 1
