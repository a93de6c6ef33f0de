"""The whole road: an authority publishes, a listing is compared, a person reviews, an order is issued, the
platform answers by key, our own looks find the listing gone, and the public figure says so."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from scrapers.notices import sample
from service import app
from service.blocks import sweeps
from service.core.access import OPERATOR
from service.packs import operations as packs
from service.packs.format import decode
from service.safety import asking, matching, queries, sync
from service.safety import operations as safety
from tests.scrapers.notices.replay import Authorities, authorities
from tests.service.accounts.people import csrf, pages_client, person, signed_in
from tests.service.blocks.test_evidence import look, snapshot
from tests.service.blocks.world import ITEM, LISTING, World

pytestmark = pytest.mark.enable_socket
NOTICE = "uk-opss:2601-0001"
SEEN = {
    "platform": "aliexpress",
    "item_id": ITEM,
    "title": "Lumen Pendant Lamp LS-4711B for living rooms",
    "brand": "Lumen",
    "model": "LS-4711B",
}
ORDER = {
    "notice_id": NOTICE,
    "platform": "aliexpress",
    "item_id": ITEM,
    "country": "GB",
    "reason": "recall",
    "legal_basis": "General Product Safety Regulations 2005",
    "severity": 3,
}


@pytest.fixture
def published(world: World) -> Iterator[Authorities]:
    """An authority on loopback whose notices were fetched."""
    with authorities() as running:
        runtime = world.runtime
        runtime.settings = replace(
            runtime.settings,
            notice_mirror=running.origin,
            mail_from="us@example.org",
            checks_locale="en-GB",
        )
        with asking.make_fetcher(runtime) as fetcher:
            assert sync.sync(runtime, "uk-opss", asker=OPERATOR, fetcher=fetcher).new == 1
        yield running


def check(api: FlaskClient, **words: str) -> list[dict[str, object]]:
    url = f"https://www.aliexpress.com/item/{ITEM}.html"
    answer = api.get("/v1/check", query_string={"url": url} | words)
    assert answer.status_code == 200, answer.json
    found: list[dict[str, object]] = answer.json["listing"]["notices"]
    return found


@pytest.mark.usefixtures("published")
def test_from_the_authority_s_notice_to_the_public_figure(world: World) -> None:
    runtime = world.runtime
    api = app.create_api(runtime).test_client()

    # A consumer group's program comes upon a listing: same brand and model, so a person has to look.
    seen = api.post("/v1/listings", json=SEEN, headers=world.key(world.regulator, "check.record"))
    assert seen.json == {"queued": 0}
    words = {name: SEEN[name] for name in ("title", "brand", "model")}
    [found] = check(api, **words)
    assert (found["notice_id"], found["tier"], found["review"]) == (NOTICE, 2, "open")
    assert found["certain"] is False
    assert found["scope"]["batches"] == ["All batches"]  # type: ignore[index]

    browser = signed_in(runtime, person(runtime, roles=["reviewer"]))
    page = browser.get("/console/matches").text
    assert "LS-4711B" in page
    key = {"platform": "aliexpress", "item_id": ITEM, "notice_id": NOTICE}
    form = key | {"csrf_token": csrf(page), "decision": "confirmed"}
    assert browser.post("/console/matches", data=form).status_code == 302
    assert "LS-4711B" not in browser.get("/console/matches").text
    assert check(api, **words)[0]["certain"] is True
    assert packed_tier(world) == 2

    # The regulator orders, the platform reads its feed and acknowledges.
    issuing = world.key(world.regulator, "block.issue")
    order = api.post("/v1/blocks", json=ORDER, headers=issuing).json["id"]
    answering = world.key(world.platform, "block.answer", "block.feed", "block.read")
    [mine] = api.get("/v1/blocks/feed", headers=answering).json["orders"]
    assert (mine["id"], mine["notice_id"]) == (order, NOTICE)
    said = api.post(f"/v1/blocks/{order}/answer", json={"state": "acknowledged"}, headers=answering)
    assert said.json["state"] == "acknowledged"

    # Our own looks: on sale, then missing twice, a day apart.
    runtime.clock.now += timedelta(hours=1)  # type: ignore[attr-defined]
    missing = snapshot("", status=404, state="gone")
    assert look(world, snapshot(), missing) == "live"
    assert look(world, missing) == "gone"

    runtime.clock.now += timedelta(days=2)  # type: ignore[attr-defined] # past the deadline
    sweeps.make_reports(runtime)
    figures = api.get("/v1/blocks/report?platform=aliexpress").json
    rate = next(row for row in figures["rates"] if row["rate"] == "removed_in_time")
    assert (rate["numerator"], rate["denominator"]) == (1, 1)
    shown = LexborHTMLParser(pages_client(runtime).get("/blocking/aliexpress?lang=en").text)
    assert "1 of 1" in shown.body.text()  # type: ignore[union-attr]


def packed_tier(world: World) -> int:
    runtime = world.runtime
    with runtime.begin() as session:
        built = packs.build(
            session,
            signing_key=runtime.publisher_key(),
            publisher=packs.Publisher("road", "road"),
            folder=runtime.settings.home / "packs",
            now=runtime.clock(),
        )
    pack = decode((runtime.settings.home / "packs" / built.path).read_bytes())
    [match] = pack.matches(LISTING)
    assert match.notice.id == NOTICE
    return match.tier


def unrelated(number: int) -> dict[str, object]:
    """Return a notice about something else: how rare a word is follows from all of them."""
    return {
        "notice_id": f"KR-kats:{number}",
        "source": "kats",
        "authority": "KATS",
        "jurisdiction": "KR",
        "record_type": "recall",
        "published": "2026-11-01",
        "title": f"thing{number} gadget{number % 7}",
        "url": f"https://example.org/u/{number}",
        "licence": "own",
        "hazards": ["fire"],
        "products": [{"name": f"thing{number} gadget{number % 7}", "brands": [f"maker{number}"]}],
    }


@pytest.mark.usefixtures("published")
def test_words_alone_are_shown_as_possible_and_never_proposed(world: World) -> None:
    """What is only alike in words comes from the index that stands, and nothing follows from it."""
    runtime = world.runtime
    api = app.create_api(runtime).test_client()
    with runtime.begin() as session:
        many = sample.load(json.dumps([unrelated(number) for number in range(300)]).encode())
        safety.import_notices(session, sample.SOURCE, many, now=runtime.clock(), run_label="test")
    with runtime.reading() as session:
        matching.of_store(session).current(session)
    title = "Lumen pendant lamp"
    [found] = check(api, title=title, brand="Lumen")
    assert (found["notice_id"], found["tier"], found["certain"]) == (NOTICE, 3, False)
    listing = {"platform": "aliexpress", "item_id": ITEM, "title": title, "brand": "Lumen"}
    api.post("/v1/listings", json=listing, headers=world.key(world.regulator, "check.record"))
    with runtime.reading() as session:
        reviewer = replace(world.watcher, roles=frozenset({"reviewer"}))
        assert queries.waiting_matches(session, reviewer, limit=10) == []


@pytest.mark.usefixtures("published")
def test_what_a_person_rejected_is_shown_no_more(world: World) -> None:
    runtime = world.runtime
    api = app.create_api(runtime).test_client()
    api.post("/v1/listings", json=SEEN, headers=world.key(world.regulator, "check.record"))
    browser = signed_in(runtime, person(runtime, roles=["reviewer"]))
    key = {"platform": "aliexpress", "item_id": ITEM, "notice_id": NOTICE}
    token = csrf(browser.get("/console/matches").text)
    wrong = browser.post("/console/matches", data=key | {"csrf_token": token, "decision": "maybe"})
    assert wrong.status_code == 422
    form = key | {"csrf_token": token, "decision": "rejected"}
    assert browser.post("/console/matches", data=form).status_code == 302
    assert check(api, brand="Lumen", model="LS-4711B", title="Lumen lamp LS-4711B") == []
    elsewhere = "https://www.aliexpress.com/item/1005009999999999.html"
    told = api.get(
        "/v1/check", query_string={"url": elsewhere, "brand": "Lumen", "model": "LS-4711B"}
    )
    assert [one["tier"] for one in told.json["listing"]["notices"]] == [2]
