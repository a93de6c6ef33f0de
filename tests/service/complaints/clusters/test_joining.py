"""How a complainant is asked to join others, and answers: the letter, its page, the API, the officers' pages."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from service import app
from service.complaints.clusters import operations as clusters
from service.complaints.clusters.models import CaseClusterAnswer, CaseClusterMember
from service.complaints.intake import tracking
from service.complaints.models import Case
from service.core.runtime import Runtime
from tests.service.accounts.people import csrf, pages_client, person, signed_in
from tests.service.complaints import cases
from tests.service.complaints.intake_world import confirm, letters, submit


@pytest.fixture
def asked(runtime: Runtime) -> list[str]:
    """Two people with the same matter, both asked; their references."""
    references = []
    for number in (1, 2):
        change = {"order_id": f"O-{number}", "contact_email": f"jo{number}@example.org"}
        receipt = submit(runtime, f"a-fresh-key-000{number}", **change)
        references.append(confirm(runtime, receipt).reference)
    with runtime.begin() as session:
        ids = session.scalars(select(Case.id)).all()
        clusters.create(session, ids, asker=cases.OFFICER, now=runtime.clock())
    return references


def state(runtime: Runtime, reference: str) -> str:
    with runtime.reading() as session:
        rows = select(CaseClusterMember.state).join(Case, Case.id == CaseClusterMember.case_id)
        return session.scalars(rows.where(Case.reference == reference)).one()


def link_in(runtime: Runtime, reference: str) -> str:
    """Return the link of the letter that asks."""
    [letter] = [
        one.get_content()
        for one in letters(runtime, reference)
        if "/complaint/together#" in one.get_content()
    ]
    [link] = re.findall(r"\S+/complaint/together#\S+", letter)
    return link


def token(runtime: Runtime, reference: str) -> str:
    with runtime.begin() as session:
        case_id = session.scalars(select(Case.id).where(Case.reference == reference)).one()
        return tracking.issue(session, case_id, now=runtime.clock())


def test_the_letter_leads_to_the_question_and_the_page_takes_the_answer(
    runtime: Runtime, asked: list[str]
) -> None:
    first, second = asked
    link = link_in(runtime, first)
    assert second not in link
    pages = pages_client(runtime)
    start = pages.get("/complaint/together")
    page = pages.post("/complaint/together", data={"link": link, "csrf_token": csrf(start.text)})
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "jo2@example.org" not in page.text
    [key] = re.findall(r'name="token" value="([^"]+)"', page.text)
    form = {"reference": first, "token": key, "csrf_token": csrf(page.text)}
    done = pages.post("/complaint/together/answer", data=form | {"answer": "joined"})
    assert (done.status_code, state(runtime, first)) == (200, "joined")
    assert 'value="left"' in done.text
    assert state(runtime, second) == "invited"
    again = pages.post("/complaint/together/answer", data=form | {"answer": "joined"})
    assert again.status_code == 409


@pytest.mark.parametrize("link", ["", "CV-NONE.x", "https://h/complaint/together#CV-NONE.x"])
def test_a_wrong_link_opens_nothing(runtime: Runtime, asked: list[str], link: str) -> None:
    pages = pages_client(runtime)
    form = {"link": link, "csrf_token": csrf(pages.get("/complaint/together").text)}
    assert pages.post("/complaint/together", data=form).status_code == 404
    stolen = form | {"reference": asked[0], "token": "x", "answer": "joined"}
    assert pages.post("/complaint/together/answer", data=stolen).status_code == 404
    assert state(runtime, asked[0]) == "invited"


def test_no_letter_goes_out_once_the_question_is_answered(
    runtime: Runtime, asked: list[str]
) -> None:
    with runtime.begin() as session:
        case_id = session.scalars(select(Case.id).where(Case.reference == asked[0])).one()
        asker = cases.consumer(case_id)
        clusters.answer(session, case_id, "declined", asker=asker, now=runtime.clock())
    texts = [one.get_content() for one in letters(runtime, asked[0])]
    assert not [text for text in texts if "/complaint/together#" in text]


def test_the_api_says_what_is_asked_and_takes_each_answer(
    runtime: Runtime, asked: list[str]
) -> None:
    api: Any = app.create_api(runtime).test_client()
    path = f"/v1/complaints/{asked[0]}/matter"
    held = {"Tracking-Token": token(runtime, asked[0])}
    told = api.get(path, headers=held).json
    assert (told["state"], told["others"]) == ("invited", 0)
    assert told["possible"] == ["joined", "declined"]
    assert api.post(path, headers=held, json={"answer": "left"}).status_code == 409
    assert api.post(path, headers=held, json={"answer": "maybe"}).status_code == 422
    assert (
        api.post(path, headers={"Tracking-Token": "x"}, json={"answer": "joined"}).status_code
        == 404
    )
    for answer in ("declined", "joined", "left"):
        assert api.post(path, headers=held, json={"answer": answer}).status_code == 204
        assert state(runtime, asked[0]) == answer
    with runtime.reading() as session:
        rows = session.scalars(select(CaseClusterAnswer).order_by(CaseClusterAnswer.id)).all()
    assert [row.state for row in rows] == ["declined", "joined", "left"]
    assert {row.wording for row in rows} == {clusters.WORDING}
    assert all(row.actor.startswith("complainant:") for row in rows)


def test_a_case_that_nobody_asked_has_no_matter(runtime: Runtime) -> None:
    receipt = submit(runtime)
    api: Any = app.create_api(runtime).test_client()
    held = {"Tracking-Token": str(receipt.token)}
    path = f"/v1/complaints/{receipt.reference}/matter"
    assert api.get(path, headers=held).status_code == 409
    assert api.post(path, headers=held, json={"answer": "joined"}).status_code == 409


def test_officers_see_an_offer_make_it_a_matter_and_count_who_joined(runtime: Runtime) -> None:
    first, second = cases.open_case(runtime), cases.open_case(runtime)
    officer = signed_in(runtime, person(runtime))
    page = officer.get("/console/matters").text
    assert first in page
    assert second in page
    form = {"csrf_token": csrf(page), "case": [first, second]}
    made = officer.post("/console/matters", data=form)
    assert made.status_code == 302
    with runtime.begin() as session:
        asker = cases.consumer(first)
        clusters.answer(session, first, "joined", asker=asker, now=runtime.clock())
    matter = officer.get(made.headers["Location"])
    assert matter.status_code == 200
    assert first not in matter.text, "a matter shows counts, not cases"
    elsewhere = signed_in(runtime, person(runtime, "reader@example.org", roles=["reader"]))
    assert elsewhere.get("/console/matters").status_code == 403
