"""A shop is asked for, read over a real connection, kept as snapshots, and becomes evidence."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from scrapers.disclosures import JURISDICTIONS, checklist
from service.cli import main
from service.core import fetching
from service.core.access import HOME, Asker
from service.core.audit import AuditRow
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooMany
from service.core.messages import Messages
from service.core.runtime import Runtime
from service.disclosures import operations, queries, sweeps
from service.disclosures.operations import MOST_WAITING
from service.disclosures.reader import MOST_LEGAL_PAGES
from service.evidence import operations as recording
from service.evidence import queries as evidence
from service.scores import operations as scores
from service.scores import queries as score_queries
from tests.scrapers.fetching.conftest import HTML, Site, serving
from tests.scrapers.fetching.conftest import fetching as fetcher_of
from tests.service.accounts.people import csrf, home, organisation, person, signed_in
from tests.service.evidence.test_evidence import review

SHOP = "web:domain:shop.example"
FRONT = """<!doctype html><html lang=de><head><title>Laterne</title></head><body><h1>Laterne</h1>
<p>9,99 € inkl. MwSt. zzgl. Versand</p><footer><a href="/impressum">Impressum</a>
<a href="/widerruf">Widerrufsrecht</a><a href="https://other.example/agb">AGB</a></footer>"""
IMPRINT = """<h1>Impressum</h1><p>Firma: Laterne GmbH</p><p>Lampenweg 1, 10115 Berlin</p>
<p>Geschäftsführer: Erika Muster</p><p>E-Mail: post@shop.example</p><p>Telefon: +49 30 1234567</p>
<p>USt-IdNr.: DE136695976</p>"""
WITHDRAWAL = "<h1>Widerrufsrecht</h1><p>Sie können den Vertrag binnen 14 Tagen widerrufen.</p>"
PAGES = {"/": FRONT, "/impressum": IMPRINT, "/widerruf": WITHDRAWAL}


def page(text: str) -> tuple[int, dict[str, str], bytes]:
    return 200, HTML, text.encode()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving({path: page(text) for path, text in PAGES.items()}) as running:
        yield running


@pytest.fixture
def asker(runtime: Runtime) -> Asker:
    home(runtime)
    return who(HOME)


def who(owner: str, role: str = "contributor") -> Asker:
    return Asker("person", role, organisation=owner, roles=frozenset({role}))


def ask(runtime: Runtime, asker: Asker, url: str, country: str = "DE") -> str:
    with runtime.begin() as session:
        return operations.ask(session, asker, url, country, now=runtime.clock())


def make(runtime: Runtime, asker: Asker, site: Site, path: str = "/") -> queries.CheckView:
    """Ask for a check and let the worker's own code make it, with names that lead to the site."""
    made = ask(runtime, asker, site.url(path))
    return again(runtime, asker, site, made)


def again(runtime: Runtime, asker: Asker, site: Site, made: str) -> queries.CheckView:
    with runtime.begin() as session:
        due = operations.claim_due(session, now=runtime.clock(), limit=5)
    with fetcher_of(site, clock=runtime.clock, attempts=1) as web:
        for one in due:
            sweeps.make(runtime, web, one)
    with runtime.reading() as session:
        return queries.check(session, asker, made)


def facts(runtime: Runtime, merchant: str = SHOP) -> dict[str, evidence.EvidenceView]:
    with runtime.reading() as session:
        return {
            one.payload["field"]: one for one in evidence.of_merchant(session, merchant, limit=99)
        }


@pytest.mark.enable_socket
def test_what_a_shop_says_of_itself_becomes_evidence_that_is_only_claimed(
    runtime: Runtime, asker: Asker, site: Site
) -> None:
    found = make(runtime, asker, site)
    assert (found.state, found.merchant_key, found.jurisdiction) == ("ok", SHOP, "eu_de")
    assert [(one["kind"], one["state"]) for one in found.pages] == [
        ("start", "ok"), ("imprint", "ok"), ("withdrawal", "ok"),
    ]  # fmt: skip
    assert {"/", "/impressum", "/widerruf"} <= set(site.asked)
    known = facts(runtime)
    vat = known["vat_id"]
    assert (vat.payload["value"], vat.payload["state"]) == ("DE136695976", "valid")
    assert vat.source_url == site.url("/impressum")
    assert not any(one.payload["verified"] for one in known.values())
    assert known["withdrawal"].payload["state"] == "valid"


@pytest.mark.enable_socket
def test_names_addresses_and_numbers_of_people_are_kept_nowhere_but_in_the_snapshot(
    runtime: Runtime, asker: Asker, site: Site
) -> None:
    found = make(runtime, asker, site)
    said = json.dumps([found.items, [one.payload for one in facts(runtime).values()]])
    for word in ("Muster", "Lampenweg", "post@", "1234567", "Laterne"):
        assert word not in said
    name = facts(runtime)["representative"].payload["value"]
    assert re.fullmatch("[0-9a-f]{64}", name)


@pytest.mark.enable_socket
def test_two_shops_that_state_the_same_are_seen_to(
    runtime: Runtime, asker: Asker, site: Site
) -> None:
    make(runtime, asker, site)
    other = ask(runtime, asker, site.url("/", "other.example"))
    again(runtime, asker, site, other)
    one, two = facts(runtime), facts(runtime, "web:domain:other.example")
    for field in ("representative", "email", "vat_id"):
        assert one[field].payload["value"] == two[field].payload["value"] != ""


@pytest.mark.enable_socket
def test_every_answer_is_kept_once_by_its_hash_with_headers_and_time(
    runtime: Runtime, asker: Asker, site: Site
) -> None:
    first = make(runtime, asker, site)
    store = sweeps.snapshots(runtime)
    kept = store.get(first.pages[1]["snapshot"])
    assert kept.body == IMPRINT.encode()
    assert kept.headers["content-type"] == HTML["Content-Type"]
    assert kept.fetched_at == runtime.clock()
    runtime.clock.now += timedelta(days=2)  # type: ignore[attr-defined]
    second = make(runtime, asker, site)
    assert first.pages[1]["snapshot"] != second.pages[1]["snapshot"]
    bodies = list((runtime.settings.home / sweeps.FOLDER / "bodies").rglob("*.gz"))
    assert len(bodies) == len(PAGES)


@pytest.mark.enable_socket
def test_what_the_law_asks_for_and_a_read_imprint_lacks_is_absent_and_moves_the_score_a_little(
    runtime: Runtime, asker: Asker, site: Site
) -> None:
    site.pages["/impressum"] = page(IMPRINT.replace("<p>E-Mail: post@shop.example</p>", ""))
    make(runtime, asker, site)
    assert facts(runtime)["email"].payload["state"] == "absent_required"
    with runtime.begin() as session:
        rated = (replace(review(number), merchant_key=SHOP) for number in range(1, 20))
        recording.record(session, rated, now=runtime.clock())
    while scores.sweep(runtime):
        pass
    with runtime.reading() as session:
        view = score_queries.score_view(session, SHOP)
    assert view is not None
    codes = {reason["code"] for reason in view["reasons"]}
    assert {"disclosures.claimed", "disclosures.absent"} <= codes
    assert "disclosures.verified" not in codes


@pytest.mark.enable_socket
def test_a_page_that_links_to_no_legal_page_costs_nothing(
    runtime: Runtime, asker: Asker, site: Site
) -> None:
    site.pages["/"] = page("<h1>Laterne</h1><p>9,99 €</p>")
    found = make(runtime, asker, site)
    assert found.state == "ok"
    assert {one.payload["state"] for one in facts(runtime).values()} <= {"valid"}


WALL = "<title>Just a moment...</title><div class=cf-turnstile></div>"


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("path", "reply", "state"),
    [
        ("/", (403, HTML, b"no"), "blocked"),
        ("/", (200, HTML, WALL.encode()), "blocked"),
        ("/", (302, {"Location": "/login"}, b""), "blocked"),
        ("/", (404, HTML, b""), "gone"),
        ("/robots.txt", (200, {}, b"User-agent: *\nDisallow: /"), "robots_forbidden"),
        ("/", (200, {**HTML, "Content-Encoding": "br"}, b"x"), "unreadable"),
        ("/", (302, {"Location": "http://169.254.169.254/"}, b""), "unreadable"),
    ],
    ids=["refused", "captcha", "login", "gone", "robots", "encoding", "private"],
)
def test_whatever_keeps_us_out_is_a_state_and_no_evidence(
    runtime: Runtime,
    asker: Asker,
    site: Site,
    path: str,
    reply: tuple[int, dict[str, str], bytes],
    state: str,
) -> None:
    site.pages[path] = reply
    found = make(runtime, asker, site)
    assert (found.state, found.items, found.due_at) == (state, [], None)
    assert facts(runtime) == {}
    assert site.asked.count(path) == 1
    assert "/impressum" not in site.asked


@pytest.mark.enable_socket
def test_a_shop_that_does_not_answer_is_tried_three_times(
    runtime: Runtime, asker: Asker, site: Site
) -> None:
    site.pages["/"] = (503, HTML, b"")
    found = make(runtime, asker, site)
    assert (found.state, found.attempts) == ("waiting", 1)
    for hours in (1, 6):
        runtime.clock.now += timedelta(hours=hours)  # type: ignore[attr-defined]
        found = again(runtime, asker, site, found.id)
    assert (found.state, found.attempts, found.due_at) == ("unreachable", 3, None)


@pytest.mark.enable_socket
def test_a_robots_txt_that_cannot_be_had_is_no_answer_rather_than_a_no(site: Site) -> None:
    site.pages["/robots.txt"] = (503, HTML, b"")
    with fetcher_of(site, attempts=1) as web:
        assert fetching.ask(web, site.url("/")).state == "unreachable"
    assert "/" not in site.asked


@pytest.mark.enable_socket
def test_a_legal_page_that_is_walled_is_not_counted_as_read(
    runtime: Runtime, asker: Asker, site: Site
) -> None:
    site.pages["/impressum"] = (403, HTML, b"no")
    found = make(runtime, asker, site)
    assert [one["state"] for one in found.pages] == ["ok", "blocked", "ok"]
    states = {one["id"]: one["state"] for one in found.items}
    assert states["vat_id"] == states["email"] == "not_assessable"


@pytest.mark.enable_socket
def test_few_pages_of_the_shop_itself_are_asked_for(
    runtime: Runtime, asker: Asker, site: Site
) -> None:
    words = ("Impressum", "AGB", "Widerrufsrecht", "Rückgabe", "Versand", "Datenschutz", "Kontakt")
    links = "".join(f'<a href="/{number}">{word}</a>' for number, word in enumerate(words * 9))
    site.pages["/"] = page(f"<h1>Laterne</h1>{links}")
    found = make(runtime, asker, site)
    assert len(found.pages) == 1 + MOST_LEGAL_PAGES
    assert len(site.asked) == 2 + MOST_LEGAL_PAGES


@pytest.mark.enable_socket
def test_on_a_marketplace_only_what_is_said_of_the_seller_counts(
    runtime: Runtime, asker: Asker
) -> None:
    text = (
        '<input id="merchantID" value="A1CAVEATTEST01"><h1>Lamp</h1><h2>Business seller information</h2>'
        "<p>USt-IdNr.: DE136695976</p><footer>Market SE, USt-IdNr.: DE811907980 "
        '<a href="/impressum">Impressum</a></footer>'
    )
    with serving({"/dp/B0CAVEAT01": page(text), "/impressum": page(IMPRINT)}) as site:
        names = {"names": "www.amazon.de"}
        made = ask(runtime, asker, site.url("/dp/B0CAVEAT01", "www.amazon.de"))
        with runtime.begin() as session:
            [due] = operations.claim_due(session, now=runtime.clock(), limit=5)
        with fetcher_of(site, clock=runtime.clock, **names) as web:
            sweeps.make(runtime, web, due)
    with runtime.reading() as session:
        found = queries.check(session, asker, made)
    assert found.merchant_key == "amazon:seller:A1CAVEATTEST01"
    known = facts(runtime, found.merchant_key)
    assert {one.payload["state"] for one in known.values()} <= {"valid"}
    assert "811907980" not in json.dumps([one.payload for one in known.values()])


@pytest.mark.enable_socket
def test_the_worker_asks_nobody_until_an_operator_says_how_to_be_reached(
    runtime: Runtime, asker: Asker, site: Site
) -> None:
    ask(runtime, asker, f"http://127.0.0.1:{site.port}/")
    assert sweeps.check_shops(runtime) == 0
    assert site.asked == []
    runtime.settings = replace(
        runtime.settings,
        checks_contact="https://caveat.example/bot",
        private_networks=("127.0.0.1/32",),
    )
    assert sweeps.check_shops(runtime) == 1
    assert sweeps.check_shops(runtime) == 0
    assert "/" in site.asked
    with runtime.reading() as session:
        [found] = queries.checks(session, asker, limit=5)
    assert found.state == "ok"


def test_what_is_no_shop_or_no_country_is_refused_with_its_field(
    runtime: Runtime, asker: Asker
) -> None:
    for url in ("", "shop.example", "ftp://shop.example/", "mailto:a@b.example"):
        with pytest.raises(InvalidInput) as refused:
            ask(runtime, asker, url)
        assert refused.value.fields.keys() == {"url"}
    for country in ("", "Germany", "D1", "한국"):
        with pytest.raises(InvalidInput) as refused:
            ask(runtime, asker, "https://shop.example/", country)
        assert refused.value.fields.keys() == {"country"}


def test_a_shop_is_not_asked_for_again_and_again(runtime: Runtime, asker: Asker) -> None:
    ask(runtime, asker, "https://shop.example/")
    with pytest.raises(Conflict):
        ask(runtime, asker, "https://shop.example/")
    ask(runtime, asker, "https://shop.example/", "KR")
    for number in range(MOST_WAITING - 2):
        ask(runtime, asker, f"https://shop.example/{number}")
    with pytest.raises(TooMany):
        ask(runtime, asker, "https://shop.example/more")
    other = organisation(runtime, "Other council")
    ask(runtime, who(other), "https://shop.example/")


def test_who_may_and_that_it_is_noted(runtime: Runtime, asker: Asker) -> None:
    made = ask(runtime, asker, "https://shop.example/")
    other = organisation(runtime, "Other council")
    with runtime.reading() as session:
        assert queries.checks(session, who(other), limit=5) == []
        with pytest.raises(NotFound):
            queries.check(session, who(other), made)
        [row] = session.scalars(select(AuditRow).where(AuditRow.action == operations.ASK))
    assert (row.actor, row.organisation, row.object) == (
        "person:contributor", HOME, f"shop_check:{made}",
    )  # fmt: skip
    for role in ("reader", "auditor", "trader_agent"):
        with pytest.raises(NotAllowed):
            ask(runtime, who(HOME, role), "https://shop.example/2")


@pytest.mark.enable_socket
def test_a_shop_is_checked_in_the_browser(runtime: Runtime, asker: Asker, site: Site) -> None:
    browser = signed_in(runtime, person(runtime, roles=["contributor"]))
    desk = browser.get("/console/disclosures/").text
    form = {"csrf_token": csrf(desk), "url": "lantern", "country": "DE"}
    wrong = browser.post("/console/disclosures/", data=form)
    assert (wrong.status_code, "url-wrong" in wrong.text) == (422, True)
    done = browser.post("/console/disclosures/", data=form | {"url": site.url("/")})
    assert done.status_code == 302
    made = done.location.rpartition("/")[2]
    again(runtime, asker, site, made)
    for language in ("en", "ko", "zh-Hans"):
        shown = LexborHTMLParser(browser.get(f"{done.location}?lang={language}").text)
        body = shown.body
        assert body is not None
        assert "136695976" in body.text()
        assert shown.css_first(f'a[href="/merchants/{SHOP}"]') is not None
        assert not re.search(r"disclosures\.[a-z_]+", body.text())


def test_every_item_state_and_kind_has_words() -> None:
    ids = {item.id for name in JURISDICTIONS for item in checklist(name).items}
    for language in ("en", "ko", "zh-Hans"):
        words = Messages.load(language)
        for one in sorted(ids):
            assert words.text(f"disclosures.item.{one}")
        for state in (operations.WAITING, *fetching.STATES):
            assert words.text(f"disclosures.state.{state}")
            assert words.text(f"disclosures.state.{state}.means")


@pytest.mark.enable_socket
def test_the_command_reads_a_shop_first_when_asked(
    tmp_path_factory: pytest.TempPathFactory, site: Site
) -> None:
    own = {"CAVEAT_HOME": str(tmp_path_factory.mktemp("home"))}
    url = f"http://127.0.0.1:{site.port}/"
    refused = CliRunner().invoke(main, ["check", url, "--fetch", "DE"], env=own)
    assert refused.exit_code == 2
    assert "CAVEAT_CHECKS_CONTACT" in refused.output
    own |= {
        "CAVEAT_CHECKS_CONTACT": "https://caveat.example/bot",
        "CAVEAT_CHECKS_LOCALE": "de-DE",
        "CAVEAT_PRIVATE_NETWORKS": "127.0.0.1/32",
    }
    done = CliRunner().invoke(main, ["check", url, "--fetch", "DE"], env=own)
    assert done.exit_code == 0, done.output
    assert "VAT identification number: found" in done.output
    assert "/impressum" in site.asked
