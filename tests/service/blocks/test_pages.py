"""The desks as browsers see them, and the public report."""

import csv
import io
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import delete

from service.blocks import reports, states, sweeps, values
from service.blocks.models import BlockReport
from service.core.messages import Messages
from tests.service.accounts.people import csrf, pages_client, person, signed_in
from tests.service.blocks.world import ITEM, ORDER, World

CSV = b"ref,product,published\nA/1,Lamp,2026-11-02\n"


def text(page: str) -> str:
    body = LexborHTMLParser(page).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def member(world: World, owner: str, *roles: str, name: str = "") -> object:
    email = f"{name or roles[0]}@example.org"
    return person(world.runtime, email, roles=roles, organisation_id=owner)


def test_a_regulator_issues_and_a_platform_contests_in_the_browser(world: World) -> None:
    lead = signed_in(world.runtime, member(world, world.regulator, "surveillance_lead"))  # type: ignore[arg-type]
    agent = signed_in(world.runtime, member(world, world.platform, "platform_agent"))  # type: ignore[arg-type]
    desk = lead.get("/console/blocks/").text
    form = {name: str(value) for name, value in ORDER.items()}
    form |= {
        "csrf_token": csrf(desk),
        "listing_url": f"https://www.aliexpress.com/item/{ITEM}.html",
        "found_by": "authority",
    }
    wrong = lead.post("/console/blocks/", data=form | {"listing_url": "https://example.org/"})
    assert (wrong.status_code, "listing_url-wrong" in wrong.text) == (422, True)
    made = lead.post("/console/blocks/", data=form)
    assert made.status_code == 302
    place = made.location
    assert ITEM in text(agent.get("/console/blocks/").text)
    order = agent.get(place).text
    answer = {"csrf_token": csrf(order), "state": "contested", "reason": "other plug"}
    assert agent.post(f"{place}/answer", data=answer).status_code == 302
    seen = text(lead.get(place).text)
    assert "Contested" in seen
    assert "other plug" in seen


def test_a_list_goes_from_check_to_release_by_another_person(world: World) -> None:
    officer = signed_in(
        world.runtime,
        member(world, world.regulator, "surveillance_officer", "surveillance_lead", name="a"),  # type: ignore[arg-type]
    )
    lead = signed_in(world.runtime, member(world, world.regulator, "surveillance_lead", name="b"))  # type: ignore[arg-type]
    token = csrf(officer.get("/console/blocks/lists").text)

    def upload(data: bytes, **more: str) -> object:
        form = {
            "csrf_token": token,
            "series": "kca",
            "title": "Autumn",
            "country": "kr",
            "file": (io.BytesIO(data), "a.csv"),
        }
        return officer.post("/console/blocks/lists", data=form | more)

    bad = upload(CSV.replace(b"2026-11-02", b"soon"))
    assert "published" in text(bad.text)  # type: ignore[attr-defined]
    assert "Added" in text(upload(CSV).text)  # type: ignore[attr-defined]
    kept = upload(CSV, keep="1")
    place = kept.location  # type: ignore[attr-defined]
    assert "You uploaded this list" in text(officer.get(place).text)
    own = officer.post(f"{place}/release", data={"csrf_token": token})
    assert own.status_code == 409
    theirs = lead.post(f"{place}/release", data={"csrf_token": csrf(lead.get(place).text)})
    assert theirs.status_code == 302
    assert "Released" in text(lead.get(place).text)


def test_a_consumer_group_records_a_check(world: World) -> None:
    world.issue()
    browser = signed_in(world.runtime, person(world.runtime, roles=["contributor"]))
    page = browser.get("/console/blocks/check").text
    form = {
        "csrf_token": csrf(page),
        "listing_url": f"https://www.aliexpress.com/item/{ITEM}.html?spm=x",
        "result": "live",
        "locale": "ko-KR",
    }
    done = browser.post("/console/blocks/check", data=form, follow_redirects=True)
    assert "Still on sale" in text(done.text)


def many(world: World, gone: int, stay: int) -> None:
    listings = [f"{10**15 + number}" for number in range(gone + stay)]
    for item in listings:
        world.issue(item_id=item)
    clock = world.runtime.clock
    for _ in range(2):
        clock.now += timedelta(days=1)  # type: ignore[attr-defined]
        for number, item in enumerate(listings):
            result = "absent" if number < gone else "live"
            world.check(result, listing=f"aliexpress:item:{item}")
    clock.now += timedelta(days=8)  # type: ignore[attr-defined]
    for item in listings[gone:]:
        world.check("live", listing=f"aliexpress:item:{item}")
    sweeps.make_reports(world.runtime)


def test_the_public_report_shows_shares_of_enough_orders_and_no_listing(world: World) -> None:
    many(world, 9, 3)
    browser = pages_client(world.runtime)
    for language in ("en", "ko", "zh-Hans"):
        overview = browser.get(f"/blocking/?lang={language}")
        page = browser.get(f"/blocking/aliexpress?lang={language}")
        assert (overview.status_code, page.status_code) == (200, 200)
        for shown in (overview.text, page.text):
            assert "1000000000000" not in shown
            assert "KR-kats" not in shown
    seen = text(browser.get("/blocking/aliexpress?lang=en").text)
    assert "75% likely 47–91%" in seen
    assert "9 of 12" in seen
    tree = LexborHTMLParser(page.text)
    assert tree.css_first("svg.history polyline") is not None
    assert tree.css_first("svg.history polygon") is not None


def test_few_orders_say_not_enough_checks(world: World) -> None:
    many(world, 2, 1)
    browser = pages_client(world.runtime)
    page = browser.get("/blocking/aliexpress?lang=en").text
    assert "%" not in text(page).replace("95 %", "")
    assert "Not enough checks" in text(page)
    assert "2 of 3" in text(page)


def test_the_report_comes_as_csv_and_json(world: World) -> None:
    many(world, 9, 3)
    browser = pages_client(world.runtime)
    as_json = browser.get("/blocking/aliexpress/report.json").json
    rows = list(csv.DictReader(io.StringIO(browser.get("/blocking/aliexpress/report.csv").text)))
    assert as_json["time_to_block"]["gone"] == 9
    assert as_json["time_to_block"]["still_up"][1]["share"] == pytest.approx(0.25)
    [mine] = [row for row in rows if row["dimension"] == "all" and row["rate"] == "removed_in_time"]
    assert (mine["numerator"], mine["denominator"], mine["share"]) == ("9", "12", "0.75")
    assert len(rows) == len(as_json["rates"])
    assert browser.get("/blocking/ebay").status_code == 404


def test_a_report_follows_the_records(world: World) -> None:
    many(world, 9, 2)
    browser = pages_client(world.runtime)
    before = browser.get("/blocking/aliexpress/report.json").json["orders"]
    world.issue(item_id=ITEM)
    assert before == 11
    for minutes, more in ((30, 0), (31, 1)):
        world.runtime.clock.now += timedelta(minutes=minutes)  # type: ignore[attr-defined]
        sweeps.make_reports(world.runtime)
        shown = browser.get("/blocking/aliexpress/report.json").json
        assert shown["orders"] == before + more


def test_only_the_reports_whose_records_changed_are_computed_anew(world: World) -> None:
    def old() -> list[str]:
        world.runtime.clock.now += timedelta(minutes=61)  # type: ignore[attr-defined]
        with world.runtime.reading() as session:
            return [one.platform for one in reports.due(session, now=world.runtime.clock())]

    world.issue()
    world.issue(platform="temu", item_id="601100000000001")
    sweeps.make_reports(world.runtime)
    assert old() == []
    world.check("live")
    assert old() == [reports.ALL, "aliexpress"]


def test_a_visitor_only_reads_what_was_computed(world: World) -> None:
    many(world, 9, 3)
    with world.runtime.begin() as session:
        session.execute(delete(BlockReport))
    browser = pages_client(world.runtime)
    assert browser.get("/blocking/aliexpress/report.json").json["orders"] == 0
    sweeps.make_reports(world.runtime)
    assert browser.get("/blocking/aliexpress/report.json").json["orders"] == 12


def test_everything_that_is_shown_has_words() -> None:
    english = Messages.load("en")
    wanted = {f"blocks.state.{one}" for one in values.states()}
    wanted |= {f"blocks.listing.{one}" for one in states.STATES}
    wanted |= {f"blocks.result.{one}" for one in states.RESULTS}
    wanted |= {f"blocks.source.{one}" for one in states.SOURCES}
    wanted |= {f"blocks.reason.{one}" for one in values.reasons()}
    wanted |= {f"blocks.found_by.{one}" for one in values.FOUND_BY}
    wanted |= {
        f"blocks.move.{one.name}"
        for one in values.states().values()
        if one.by != "delivery" and one.sources
    }
    assert sorted(key for key in wanted if key not in english) == []
