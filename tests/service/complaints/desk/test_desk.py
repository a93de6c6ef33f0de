"""The officer's queue and case page: what is shown, in which order, at what cost, and what two officers do at once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from service import app
from service.accounts import operations as accounts
from service.accounts.models import Person
from service.complaints import queries
from service.complaints.desk import correspondence, ranking
from service.complaints.desk import queries as queue
from service.complaints.desk.queries import Wanted
from service.complaints.models import Case, CaseTask
from service.complaints.privacy import sealed
from service.core.access import HOME, OPERATOR, Asker
from service.core.errors import InvalidInput, NotFound
from service.core.runtime import Runtime
from tests.service.accounts.people import csrf, person, signed_in
from tests.service.complaints import cases, privacy_world
from tests.service.complaints.cases import SUPERVISOR

STATEMENTS = 5
"""A page of the queue: its cases, merchants with their names, officers, alarms; its counts are one more."""


@pytest.fixture
def officer(runtime: Runtime) -> Person:
    return person(runtime, roles=["complaint_officer", "supervisor"])


@pytest.fixture
def console(runtime: Runtime, officer: Person) -> FlaskClient:
    return signed_in(runtime, officer)


def asker_for(officer: Person) -> Asker:
    return Asker("person", officer.id, organisation=HOME, roles=frozenset({"complaint_officer"}))


def listed(session: Session, who: Asker, **wanted: str) -> list[str]:
    return [line.id for line in queue.page(session, who, Wanted(**wanted)).lines]


def test_each_case_stands_in_its_boxes(runtime: Runtime, officer: Person) -> None:
    who = asker_for(officer)
    waiting, mine, late, draft, closed = (
        cases.open_case(runtime, state=state)
        for state in ("submitted", "submitted", "submitted", "awaiting_contact_check", "submitted")
    )
    cases.walk(runtime, closed, "withdraw")
    privacy_world.set_case(runtime, mine, officer_id=officer.id)
    with runtime.begin() as session:
        task = CaseTask(
            case_id=late,
            kind="overdue",
            for_role="supervisor",
            created_at=runtime.clock(),
            detail={},
        )
        session.add(task)
    with runtime.reading() as session:
        found = {box: set(listed(session, who, box=box)) for box in queue.BOXES}
        counted = queue.counts(session, who)
    assert found == {
        "waiting": {waiting, mine, late},
        "mine": {mine},
        "unassigned": {waiting, late},
        "overdue": {late},
        "resting": {draft},
        "closed": {closed},
    }
    assert counted == {box: len(held) for box, held in found.items() if box != "closed"}


def test_a_colleague_elsewhere_sees_nothing(runtime: Runtime) -> None:
    cases.open_case(runtime)
    stranger = Asker("person", "x", organisation="elsewhere", roles=frozenset({"supervisor"}))
    with runtime.reading() as session:
        assert listed(session, stranger) == []
        assert set(queue.counts(session, stranger).values()) == {0}


@pytest.mark.parametrize("order", queue.ORDERS)
def test_pages_follow_each_other_without_gap_or_repetition(runtime: Runtime, order: str) -> None:
    made = {cases.open_case(runtime) for _ in range(7)}
    while ranking.sweep(runtime):
        pass
    seen: list[str] = []
    after, pages = "", 0
    with runtime.reading() as session:
        while True:
            page = queue.page(session, cases.OFFICER, Wanted(order=order, after=after), size=3)
            seen += [line.id for line in page.lines]
            pages += 1
            if page.next is None:
                break
            after = page.next
    assert (set(seen), len(seen), pages) == (made, 7, 3)


def test_filters_and_search(runtime: Runtime) -> None:
    unsafe = cases.open_case(runtime, facts={"category": "unsafe"})
    other = cases.open_case(runtime)
    with runtime.reading() as session:
        reference = session.get_one(Case, other).reference
        assert listed(session, cases.OFFICER, category="unsafe") == [unsafe]
        assert listed(session, cases.OFFICER, state="mediation") == []
    privacy_world.set_case(runtime, other, reference=reference.upper())
    with runtime.reading() as session:
        typed = f"  {reference.lower()[:9]} "
        assert listed(session, cases.OFFICER, reference=typed) == [other]


@pytest.mark.parametrize(
    "wanted",
    [{"box": "x"}, {"order": "x"}, {"state": "x"}, {"after": "x"}, {"after": "bnVsbA=="}],
)
def test_what_is_no_part_of_the_queue_is_refused(session: Session, wanted: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        queue.page(session, cases.OFFICER, Wanted(**wanted))


def test_a_page_costs_the_same_statements_however_long_the_queue(runtime: Runtime) -> None:
    costs = []
    for more in (1, 6):
        for _ in range(more):
            cases.open_case(runtime)
        with runtime.reading() as session:
            said: list[str] = []
            connection = session.connection()
            event.listen(connection, "before_cursor_execute", lambda *args: said.append(args[2]))  # noqa: B023 - used at once
            queue.page(session, cases.OFFICER, Wanted())
            first = len(said)
            queue.counts(session, cases.OFFICER)
            costs.append((first, len(said) - first))
    assert costs == [(STATEMENTS, 2)] * 2


def test_impact_grows_with_amount_merchant_and_age() -> None:
    day = timedelta(days=1)
    base = ranking.impact(10, 2, 3 * day)
    assert base == 60
    assert ranking.impact(20, 2, 3 * day) > base
    assert ranking.impact(10, 3, 3 * day) > base
    assert ranking.impact(10, 2, 4 * day) > base
    assert ranking.impact(None, 0, 0 * day) == 1


def test_ranking_makes_no_page_stale(runtime: Runtime) -> None:
    case_id = cases.open_case(runtime)
    before = queries_version(runtime, case_id)
    assert ranking.sweep(runtime) == 1
    assert ranking.sweep(runtime) == 0
    assert queries_version(runtime, case_id) == before


def queries_version(runtime: Runtime, case_id: str) -> int:
    with runtime.reading() as session:
        return queries.case(session, SUPERVISOR, case_id).version


def form_of(console: FlaskClient, case_id: str) -> dict[str, str]:
    page = console.get(f"/console/cases/{case_id}").text
    [version] = set(re.findall(r'name="version" value="(\d+)"', page))
    seen = re.findall(r'name="seen" value="(\d+)"', page)
    return {"csrf_token": csrf(page), "version": version, "seen": seen[0]}


def test_two_officers_at_once_the_second_is_shown_what_changed(
    console: FlaskClient, runtime: Runtime, officer: Person
) -> None:
    case_id = cases.open_case(runtime)
    form = form_of(console, case_id)
    path = f"/console/cases/{case_id}"
    taken = console.post(f"{path}/assign", data=form | {"officer": officer.id})
    assert taken.status_code == 302
    late = console.post(f"{path}/assign", data=form | {"officer": ""})
    assert late.status_code == 409
    assert "What changed since you looked" in late.text
    assert "Assigned" in late.text
    moved = console.post(f"{path}/move", data=form | {"event": "screen_pass"})
    assert moved.status_code == 409
    assert queries_version(runtime, case_id) == int(form["version"]) + 1


def test_a_note_is_sealed_and_opened_for_a_purpose(console: FlaskClient, runtime: Runtime) -> None:
    case_id = privacy_world.sealed_case(runtime)
    form = form_of(console, case_id)
    path = f"/console/cases/{case_id}"
    note = form | {"kind": "note", "text": "PLANTED-NOTE"}
    assert console.post(f"{path}/texts", data=note | {"text": " "}).status_code == 422
    assert console.post(f"{path}/texts", data=note).status_code == 302
    assert "PLANTED" not in console.get(path).text
    assert console.post(f"{path}/reveal", data=form).status_code == 422
    shown = console.post(f"{path}/reveal", data=form | {"purpose": "handle_case"}).text
    assert "PLANTED-NOTE" in shown
    assert "PLANTED-NARRATIVE" in shown


def test_a_message_is_for_the_parties_and_a_stranger_writes_none(runtime: Runtime) -> None:
    case_id = privacy_world.sealed_case(runtime)
    now = runtime.clock()
    with runtime.begin() as session:
        text_id = correspondence.write(
            session, runtime.vault, case_id, "message", "PLANTED", asker=cases.OFFICER, now=now
        )
    with runtime.begin() as session:
        own = sealed.read(
            session,
            runtime.vault,
            case_id,
            [f"message:{text_id}"],
            asker=cases.consumer(case_id),
            purpose="own_case",
            now=now,
        )
    assert own == {f"message:{text_id}": "PLANTED"}
    stranger: dict[str, Any] = {"asker": cases.consumer("another case"), "now": now}
    with runtime.begin() as session, pytest.raises(NotFound):
        correspondence.write(session, runtime.vault, case_id, "message", "x", **stranger)


def test_desks_outside_are_named_filled_in_and_recorded(
    console: FlaskClient, runtime: Runtime
) -> None:
    case_id = privacy_world.sealed_case(runtime)
    path = f"/console/cases/{case_id}"
    page = console.get(f"{path}/desks").text
    channel = re.findall(r'name="channel" value="([^"]+)"', page)[0]
    form = {"csrf_token": csrf(page), "channel": channel}
    assert console.post(f"{path}/desks/sheet", data=form).status_code == 422
    asked = form | {"purpose": "handle_case"}
    assert "PLANTED-NARRATIVE" in console.post(f"{path}/desks/sheet", data=asked).text
    printed = console.post(f"{path}/desks/sheet", data=asked | {"as": "pdf"})
    assert printed.data.startswith(b"%PDF")
    assert printed.headers["Content-Disposition"].startswith("attachment")
    day = runtime.clock().date().isoformat()
    sent = form | {"status": "filed", "sent_on": day, "reference": "PLANTED-REF"}
    assert console.post(f"{path}/desks/record", data=sent | {"sent_on": "x"}).status_code == 422
    assert console.post(f"{path}/desks/record", data=sent).status_code == 302
    again = console.get(f"{path}/desks").text
    assert "Filed" in again
    assert "PLANTED-REF" not in again
    assert console.post(f"{path}/desks/record", data=sent).status_code == 409


def test_a_hold_stands_against_erasure(console: FlaskClient, runtime: Runtime) -> None:
    case_id = privacy_world.sealed_case(runtime)
    cases.walk(runtime, case_id, "withdraw")
    path, form = f"/console/cases/{case_id}", form_of_closed(console, case_id)
    held = console.post(f"{path}/holds", data=form | {"reason": "court", "file": "1 C 2/26"})
    assert held.status_code == 302
    assert console.post(f"{path}/erase", data=form).status_code == 422
    assert console.post(f"{path}/erase", data=form | {"sure": "yes"}).status_code == 409
    lift = re.findall(r'name="lift" value="(\d+)"', console.get(path).text)[0]
    assert console.post(f"{path}/holds", data=form | {"lift": lift}).status_code == 302
    assert console.post(f"{path}/erase", data=form | {"sure": "yes"}).status_code == 302
    assert "No personal data are held." in console.get(path).text


def form_of_closed(console: FlaskClient, case_id: str) -> dict[str, str]:
    return {"csrf_token": csrf(console.get(f"/console/cases/{case_id}").text)}


@pytest.mark.parametrize("language", ["en", "ko", "zh-Hans"])
def test_every_page_of_a_desk_has_all_its_words(
    console: FlaskClient, runtime: Runtime, language: str
) -> None:
    case_id = privacy_world.sealed_case(runtime)
    paths = [f"/console/?box={box}" for box in queue.BOXES]
    paths += [f"/console/cases/{case_id}", f"/console/cases/{case_id}/desks"]
    for path in [*paths, "/console/access-report"]:
        page = console.get(path, headers={"Accept-Language": language})
        assert page.status_code == 200
        assert not re.search(r">\s*(console|complaint|channels)\.[a-z_.]+\s*<", page.text), path


def test_a_key_moves_a_case_by_its_version(runtime: Runtime) -> None:
    case_id = cases.open_case(runtime)
    with runtime.begin() as session:
        key = accounts.create_key(
            session,
            OPERATOR,
            organisation_id=HOME,
            label="desk",
            scopes=["case.list", "case.read", "case.decide"],
            days=1,
            now=runtime.clock(),
        )
    client, sent = app.create_api(runtime).test_client(), {"Authorization": f"Bearer {key.text}"}
    page = client.get("/v1/cases?box=unassigned", headers=sent).get_json()
    assert [row["id"] for row in page["cases"]] == [case_id]
    found = client.get(f"/v1/cases/{case_id}", headers=sent)
    tag, path = found.headers["ETag"], f"/v1/cases/{case_id}/events"
    assert "screen_pass" in found.get_json()["possible"]
    move = {"event": "screen_pass"}
    assert client.post(path, json=move, headers=sent).status_code == 428
    wrong = sent | {"If-Match": '"99"'}
    assert client.post(path, json=move, headers=wrong).status_code == 412
    moved = client.post(path, json=move, headers=sent | {"If-Match": tag})
    assert (moved.status_code, moved.get_json()["state"]) == (201, "eligible")
    assert client.post(path, json=move, headers=sent | {"If-Match": tag}).status_code == 412
    assert [row["event"] for row in client.get(path, headers=sent).get_json()][-1] == "screen_pass"
