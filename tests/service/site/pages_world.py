"""An installation with cases in every hand: what officer, merchant, complainant and visitor see."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from service.accounts.models import Person
from service.complaints.clusters import operations as clusters
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import Upload
from service.complaints.intake import tracking
from service.complaints.models import Case
from service.core import schema
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.demo import cases as sample_cases
from service.demo import operations as sample
from service.wiring import SWEEPS
from tests.conftest import NOW
from tests.service.accounts import pages_world, people
from tests.service.complaints import cases, express_world
from tests.service.complaints.express_world import answer
from tests.service.complaints.files.test_files_media import image, pdf
from tests.service.complaints.intake_world import confirm, submit

OFFICER, MERCHANT = "officer", "merchant"
DIRECT = 4
"""From this number on the complaints are about a shop that takes part in nothing."""


@dataclass
class World(pages_world.World):
    """A running installation; `ids` are cases and more by name, `cookies` the sessions of its people."""

    cookies: dict[str, str] = field(default_factory=dict)

    def link(self, name: str) -> str:
        """The link of a letter that opens a case, or asks its complainant to join others."""
        case_id = self.ids["invited" if name == "together" else name]
        with self.runtime.begin() as session:
            reference = session.get_one(Case, case_id).reference
            token = tracking.issue(session, case_id, now=self.runtime.clock())
        page = tracking.link(self.origin, reference, token)
        return page.replace("/track#", "/together#") if name == "together" else page


@contextmanager
def running(folder: Path) -> Iterator[World]:
    """Fill an installation and answer on a port of this machine until the end of the block."""
    clock = pages_world.Clock()
    settings = Settings(home=folder, database_url=sqlite_url(folder / "caveat.sqlite"))
    runtime = Runtime(settings, sweeps=SWEEPS, clock=clock)
    schema.upgrade(runtime.engine)
    sample.load(runtime)
    sample_cases.load(runtime, NOW)
    world = World(runtime, clock)
    _people(world)
    clock.now = NOW - timedelta(days=9)
    _cases(world)
    clock.now = NOW
    _now(world)
    runtime.sweep()
    with pages_world.serving(world):
        yield world
    runtime.close()


def _people(world: World) -> None:
    runtime = world.runtime
    merchant = express_world.merchant(runtime)
    officer = people.person(
        runtime, "minji@haneul.example", roles=("complaint_officer", "supervisor", "administrator")
    )
    agent = people.person(
        runtime, "agent@shop.example", roles=("trader_agent",), organisation_id=merchant
    )
    world.ids |= {"merchant": merchant, "officer": officer.id}
    world.cookies = {OFFICER: _cookie(world, officer), MERCHANT: _cookie(world, agent)}


def _cookie(world: World, person: Person) -> str:
    cookie = people.signed_in(world.runtime, person).get_cookie("caveat")
    assert cookie is not None
    return cookie.value


def _cases(world: World) -> None:
    """File cases that have been on their way for some days."""
    runtime, ids = world.runtime, world.ids
    agent = cases.trader(ids["merchant"])
    for number, name in enumerate(
        ("uploaded", "talking", "result", "referred", "mediation", "paid")
    ):
        ids[name] = _filed(world, number)
    for name in ("uploaded", "talking", "result", "referred"):
        cases.walk(runtime, ids[name], "screen_pass", "upload")
    for name in ("talking", "result", "referred"):
        answer(runtime, ids[name], "acknowledge", agent)
    answer(runtime, ids["talking"], "ask_consumer", agent, text="Which colour was ordered?")
    offer = {"text": "We return the price.", "amount": "320.00", "currency": "HKD"}
    answer(runtime, ids["result"], "upload_result", agent, **offer)
    answer(runtime, ids["referred"], "decline", agent, text="It was delivered.")
    for name in ("mediation", "paid"):
        cases.walk(runtime, ids[name], "screen_pass", "mediate_directly")
    money = {"amount": "320.00", "currency": "HKD"}
    cases.walk(runtime, ids["paid"], "agree", **money)
    cases.walk(runtime, ids["paid"], "record_paid", **money)


def _now(world: World) -> None:
    """File what came in today: at the desk, asked back, withdrawn, and one that waits for its code."""
    runtime, ids = world.runtime, world.ids
    for number, name in enumerate(("new", "asked", "withdrawn", "waiting"), 10):
        ids[name] = _filed(world, number, proven=name != "waiting")
    cases.walk(runtime, ids["asked"], "request_information")
    cases.walk(runtime, ids["withdrawn"], "withdraw")
    for name in ("new", "result"):
        upload = Upload(image(), "photo", "image/jpeg", "parcel.jpg")
        evidence_files.add(runtime, ids[name], upload, asker=cases.consumer(ids[name]))
    upload = Upload(pdf(script=True), "receipt", "application/pdf", "receipt.pdf")
    evidence_files.add(runtime, ids["new"], upload, asker=cases.consumer(ids["new"]))
    with runtime.begin() as session:
        alike = clusters.proposals(session, asker=cases.OFFICER)
        ids["matter"] = clusters.create(
            session, alike[0].cases, asker=cases.OFFICER, now=runtime.clock()
        )
        ids["invited"] = alike[0].cases[0]
        clusters.answer(
            session, alike[0].cases[1], "joined", asker=cases.consumer(alike[0].cases[1]), now=NOW
        )


def _filed(world: World, number: int, *, proven: bool = True) -> str:
    """File a complaint: those below 4 are of the programme in which the merchant takes part."""
    change: dict[str, Any] = {
        "contact_email": f"shopper{number}@example.com",
        "order_id": f"HK-2026-{number:04}",
        "product_title": "Desk lamp with a walnut foot, warm light",
    }
    if number >= DIRECT:
        change |= {"merchant_key": "web:domain:harbour-cables.localhost", "platform": "web"}
        change |= {"listing_url": f"http://harbour-cables.localhost/item-{number}"}
        change |= {"merchant_name": "Harbour Cables", "category": "not_delivered"}
    receipt = submit(world.runtime, f"pages-{number:04}", **express_world.FROM_HONG_KONG | change)
    if proven:
        confirm(world.runtime, receipt)
    return receipt.case_id
