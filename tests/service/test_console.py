import re

import pytest
from flask.testing import FlaskClient

from service.complaints import queries
from service.complaints.course import machine, outcomes
from service.complaints.money import amounts as money
from service.core.messages import Messages
from service.core.runtime import Runtime
from service.evidence import queries as evidence
from service.merchants import operations as merchants
from tests.conftest import NOW
from tests.service.accounts.people import csrf, pages_client, person, signed_in
from tests.service.complaints.cases import COMPLAINT, OFFICER, file_case


@pytest.fixture
def pages(runtime: Runtime) -> FlaskClient:
    return pages_client(runtime)


@pytest.fixture
def console(runtime: Runtime) -> FlaskClient:
    return signed_in(runtime, person(runtime))


@pytest.mark.parametrize("path", ["/console/", "/console/cases/x"])
def test_who_is_not_signed_in_is_led_to_the_door(pages: FlaskClient, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/console/sign-in")


def test_a_case_is_listed_veiled_opened_for_a_purpose_and_closed(
    console: FlaskClient, runtime: Runtime
) -> None:
    case = file_case(runtime)
    assert case.reference in console.get("/console/").text
    page = console.get(f"/console/cases/{case.id}").text
    assert "PLAINTEXT" not in page
    form = {"csrf_token": csrf(page)}
    shown = console.post(f"/console/cases/{case.id}/reveal", data=form | {"purpose": "handle_case"})
    assert COMPLAINT["contact_email"] in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    for event, more in (
        ("screen_pass", {}),
        ("mediate_directly", {}),
        ("fail", {"cause": "not_agreed"}),
    ):
        page = console.get(f"/console/cases/{case.id}").text
        assert f'value="{event}"' in page
        [version] = set(re.findall(r'name="version" value="(\d+)"', page))
        moved = console.post(
            f"/console/cases/{case.id}/move",
            data=form | {"event": event, "version": version} | more,
        )
        assert moved.status_code == 302
    with runtime.reading() as session:
        found = queries.case(session, OFFICER, case.id)
        assert (found.state, found.outcome) == ("unresolved_recorded", "unresolved")
        assert evidence.count_of_merchant(session, case.merchant_key or "") == 2
    assert "No agreement" in console.get(f"/console/cases/{case.id}").text


def test_a_second_officer_with_an_old_page_is_told(console: FlaskClient, runtime: Runtime) -> None:
    case = file_case(runtime)
    form = {
        "csrf_token": csrf(console.get(f"/console/cases/{case.id}").text),
        "event": "screen_pass",
        "version": case.version,
    }
    assert console.post(f"/console/cases/{case.id}/move", data=form).status_code == 302
    late = form | {"event": "mediate_directly"}
    assert console.post(f"/console/cases/{case.id}/move", data=late).status_code == 409


def test_a_form_without_its_token_changes_nothing(console: FlaskClient, runtime: Runtime) -> None:
    case = file_case(runtime)
    answer = console.post(
        f"/console/cases/{case.id}/move", data={"event": "screen_pass", "version": case.version}
    )
    assert answer.status_code == 400
    with runtime.reading() as session:
        assert queries.case(session, OFFICER, case.id).state == "submitted"


@pytest.mark.parametrize("language", ["en", "ko", "zh-Hans"])
def test_every_state_event_and_cause_has_words(language: str) -> None:
    words, table = Messages.load(language), machine.load()
    wanted = {f"console.state.{state}" for state in (*table.states, "open", "closed")}
    wanted |= {f"console.event.{event}" for event in (*table.events, "assigned")}
    wanted |= {
        f"console.cause.{cause}" for event in table.events.values() for cause in event.causes
    }
    wanted |= {f"console.cause.{cause}" for cause in outcomes.table().lapses.values()}
    wanted |= {f"console.waiting_for.{actor}" for actor in ("consumer", "trader", "council")}
    wanted |= {f"console.money.{kind}" for kind in money.KINDS}
    wanted |= {f"console.outcome.{row.outcome}" for row in outcomes.table().rows if row.outcome}
    wanted |= {f"complaint.now.{state}" for state in table.states if state != "draft"}
    assert sorted(key for key in wanted if key not in words) == []


def test_pages_allow_nothing_from_elsewhere(pages: FlaskClient) -> None:
    policy = pages.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("language", ["en", "ko", "zh-Hans"])
def test_the_console_speaks_the_readers_language(
    console: FlaskClient, runtime: Runtime, language: str
) -> None:
    case = file_case(runtime)
    page = console.get(f"/console/cases/{case.id}?lang={language}").text
    assert f'<html lang="{language}"' in page


@pytest.mark.parametrize("named", ["", "/cases/{case}"])
def test_a_merchant_is_shown_by_key_and_recorded_name_beside_the_stated_one(
    console: FlaskClient, runtime: Runtime, named: str
) -> None:
    with runtime.begin() as session:
        merchants.ensure(session, "aliexpress:shop:900000001", now=NOW, name="Recorded Name Ltd")
    case = file_case(runtime, merchant_name="Somebody Else Entirely")
    page = console.get(f"/console{named or '/'}".format(case=case.id)).text
    main = page[page.index("<article") :] if named else page[: page.index("<article")]
    assert "aliexpress:shop:900000001" in main
    assert "Recorded Name Ltd" in main
    assert "Stated by the complainant" in main
    assert main.index("Recorded Name Ltd") < main.index("Somebody Else Entirely")
    assert main.index("Stated by the complainant") < main.index("Somebody Else Entirely")


def test_a_merchant_without_a_record_is_still_shown_by_its_key(
    console: FlaskClient, runtime: Runtime
) -> None:
    case = file_case(runtime, merchant_name="Somebody Else Entirely")
    assert "<strong>aliexpress:shop:900000001</strong>" in console.get("/console/").text
    assert "No name recorded" in console.get(f"/console/cases/{case.id}").text
