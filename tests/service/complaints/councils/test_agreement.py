"""The complainant's consent to one named council: asked for by the desk, given on the page or by the API."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service import app
from service.complaints.councils import agreement, sending
from service.complaints.councils import known as councils
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import Upload
from service.complaints.intake import tracking
from service.complaints.models import Case
from service.complaints.privacy import consents, sealed
from service.core.access import OPERATOR, Asker
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.core.runtime import Runtime
from tests.service.accounts.people import csrf, pages_client, person, signed_in
from tests.service.complaints import bundle_world, cases
from tests.service.complaints.bundle_world import know, ready
from tests.service.complaints.intake_world import letters


@dataclass
class Asked:
    """A case in Hong Kong whose complainant was asked to let the mainland's council have it."""

    here: Runtime
    case_id: str
    council: str
    reference: str
    token: str

    def questions(self) -> list[agreement.Question]:
        with self.here.reading() as session:
            asker = cases.consumer(self.case_id)
            return agreement.questions(session, self.case_id, asker=asker)

    def consents(self) -> list[consents.ConsentView]:
        with self.here.reading() as session:
            found = consents.of_case(session, self.case_id, asker=cases.OFFICER)
        return [one for one in found if one.recipient.startswith("council:")]


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    with (
        bundle_world.installation(tmp_path / "hk") as here,
        bundle_world.installation(tmp_path / "cn") as there,
    ):
        council = know(here, there, "CN")
        case_id = ready(here, council, agreed=frozenset())
        ask(here, case_id, council)
        with here.begin() as session:
            token = tracking.issue(session, case_id, now=here.clock())
            reference = session.get_one(Case, case_id).reference
        yield Asked(here, case_id, council, reference, token)


def ask(runtime: Runtime, case_id: str, council: str) -> None:
    with runtime.begin() as session:
        agreement.ask(session, case_id, council, asker=cases.OFFICER, now=runtime.clock())


def give(
    asked: Asked, *fields: str, council: str | None = None, asker: Asker | None = None
) -> None:
    with asked.here.begin() as session:
        agreement.give(
            session,
            asked.case_id,
            council or asked.council,
            asker=asker or cases.consumer(asked.case_id),
            now=asked.here.clock(),
            fields=fields or None,
        )


def opened(pages: FlaskClient, asked: Asked) -> str:
    start = pages.get("/complaint/track").text
    link = f"{asked.reference}.{asked.token}"
    return pages.post("/complaint/track", data={"link": link, "csrf_token": csrf(start)}).text


def test_the_complainant_is_told_by_letter_and_asked_about_everything_that_would_go(
    asked: Asked,
) -> None:
    [question] = asked.questions()
    assert (question.council, question.country) == ("Council CN", "CN")
    assert question.needed == ("contact_email", "description")
    assert {"contact_name", "order_id", *question.needed} <= set(question.fields)
    assert not any(name.startswith(("note:", "message:")) for name in question.fields)
    last = letters(asked.here, asked.reference)[-1].get_content()
    assert "whether another consumer body may work on your case" in last


def test_what_is_agreed_to_is_handed_over_and_nothing_else(asked: Asked) -> None:
    with pytest.raises(Conflict, match="has not agreed"):
        sending.hand_over(asked.here, asked.case_id, asked.council, asker=cases.OFFICER)
    give(asked, "contact_name")
    [given] = asked.consents()
    assert (given.country, given.wording) == ("CN", agreement.WORDING)
    assert set(given.fields) == {"contact_name", "contact_email", "description"}
    assert asked.questions() == []
    sending.hand_over(asked.here, asked.case_id, asked.council, asker=cases.OFFICER)


def test_a_consent_for_one_council_is_none_for_another(asked: Asked, tmp_path: Path) -> None:
    with bundle_world.installation(tmp_path / "kr") as third:
        other = know(asked.here, third, "KR")
    give(asked)
    with pytest.raises(Conflict, match="has not agreed"):
        sending.hand_over(asked.here, asked.case_id, other, asker=cases.OFFICER)
    with pytest.raises(InvalidInput, match="no council that was asked about"):
        give(asked, council=other)


def test_a_field_that_the_case_has_not_and_a_stranger_s_answer_are_refused(asked: Asked) -> None:
    with pytest.raises(InvalidInput, match="note:1"):
        give(asked, "note:1")
    for asker, error in ((cases.consumer("another"), NotFound), (cases.OFFICER, NotAllowed)):
        with pytest.raises(error):
            give(asked, asker=asker)
    assert asked.consents() == []


def test_nobody_is_asked_twice_or_about_what_cannot_be(asked: Asked) -> None:
    give(asked)
    with pytest.raises(Conflict, match="agreed already"):
        ask(asked.here, asked.case_id, asked.council)
    new = bundle_world.file(asked.here, "a-fresh-key-0009", order_id="9")
    with pytest.raises(Conflict, match="handed over"):
        ask(asked.here, new, asked.council)


def test_a_council_that_was_ended_is_asked_about_no_more(asked: Asked) -> None:
    with asked.here.begin() as session:
        councils.end(session, asked.council, asker=OPERATOR, now=asked.here.clock())
    assert asked.questions() == []


def test_a_shared_file_goes_by_its_copy(asked: Asked) -> None:
    note = Upload(b"I will not refund\n", "chat")
    file = evidence_files.add(asked.here, asked.case_id, note, asker=cases.consumer(asked.case_id))
    [question] = asked.questions()
    assert evidence_files.field_of(file.id) in question.fields


def test_the_page_asks_and_takes_the_answer_without_a_script(asked: Asked) -> None:
    pages = pages_client(asked.here)
    page = opened(pages, asked)
    assert "Council CN" in page
    [version] = set(re.findall(r'name="version" value="(\d+)"', page))
    form = {"reference": asked.reference, "token": asked.token, "csrf_token": csrf(page)}
    form |= {"version": version, "council": asked.council, "field": "order_id"}
    answer = pages.post("/complaint/agree", data=form)
    assert answer.status_code == 200
    assert 'action="/complaint/agree"' not in answer.text
    [given] = asked.consents()
    assert set(given.fields) == {"order_id", "contact_email", "description"}
    assert pages.post("/complaint/agree", data=form).status_code == 422


def test_the_api_asks_and_takes_the_answer(asked: Asked) -> None:
    api = app.create_api(asked.here).test_client()
    path, held = f"/v1/complaints/{asked.reference}/consents", {"Tracking-Token": asked.token}
    [question] = api.get(path, headers=held).json["questions"]
    assert question["council_id"] == asked.council
    wrong = api.post(path, headers=held, json={"council_id": "nobody"})
    assert wrong.status_code == 422
    body = {"council_id": asked.council, "fields": ["contact_name"]}
    assert api.post(path, headers={"Tracking-Token": "x"}, json=body).status_code == 404
    assert api.post(path, headers=held, json=body).status_code == 204
    told = api.get(path, headers=held).json
    assert told["questions"] == []
    assert f"council:{asked.council}" in {one["recipient"] for one in told["consents"]}


def test_the_officer_asks_from_the_page_of_the_case(asked: Asked) -> None:
    officer = signed_in(asked.here, person(asked.here))
    path = f"/console/cases/{asked.case_id}/handover"
    page = officer.get(path).text
    form = {"council": asked.council, "csrf_token": csrf(page)}
    assert officer.post(f"{path}/ask", data=form).status_code == 302
    assert officer.post(f"{path}/ask", data=form | {"council": ""}).status_code == 422
    give(asked)
    assert officer.post(f"{path}/ask", data=form).status_code == 409


def test_messages_and_notes_stay_here_whatever_is_agreed_to(asked: Asked) -> None:
    with asked.here.begin() as session:
        sealed.write(session, asked.here.vault, asked.case_id, "note:1", "An officer's thought.")
    [question] = asked.questions()
    assert "note:1" not in question.fields
