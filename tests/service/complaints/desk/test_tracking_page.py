"""The complainant's page: by the link alone, without a script, and nothing of the token outside of bodies."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from service import app
from service.complaints.desk import followed
from service.complaints.intake import tracking
from service.complaints.models import Case
from service.complaints.privacy import consents, sealed
from service.complaints.privacy.consents import Share
from service.core.bodies import InMemory
from service.core.errors import NotFound
from service.core.runtime import Runtime
from tests.service.accounts.people import csrf, pages_client, person, signed_in
from tests.service.complaints import cases, privacy_world

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture
def pages(runtime: Runtime) -> FlaskClient:
    return pages_client(runtime)


def followed_case(runtime: Runtime, *events: str, **options: Any) -> tuple[str, dict[str, str]]:
    """Return a case with what the page's forms carry of it."""
    case_id = privacy_world.sealed_case(runtime, **options)
    if events:
        cases.walk(runtime, case_id, *events)
    with runtime.begin() as session:
        token = tracking.issue(session, case_id, now=runtime.clock())
        return case_id, {"reference": session.get_one(Case, case_id).reference, "token": token}


def opened(pages: FlaskClient, held: dict[str, str]) -> str:
    start = pages.get("/complaint/track").text
    link = f"{held['reference']}.{held['token']}"
    answer = pages.post("/complaint/track", data={"link": link, "csrf_token": csrf(start)})
    assert answer.status_code == 200
    return answer.text


def sent(page: str, held: dict[str, str], **more: str) -> dict[str, str]:
    [version] = set(re.findall(r'name="version" value="(\d+)"', page))
    return held | {"csrf_token": csrf(page), "version": version} | more


def state_of(runtime: Runtime, case_id: str) -> str:
    with cases.reading(runtime, case_id) as case:
        return case.state


def test_a_question_is_answered_and_a_second_answer_from_the_old_page_is_refused(
    pages: FlaskClient, runtime: Runtime
) -> None:
    case_id, held = followed_case(runtime, "request_information")
    page = opened(pages, held)
    assert 'value="supply"' in page
    form = sent(page, held, event="supply", text="PLANTED-ANSWER")
    assert pages.post("/complaint/step", data=form | {"text": " "}).status_code == 422
    assert state_of(runtime, case_id) == "needs_information"
    answer = pages.post("/complaint/step", data=form)
    assert (answer.status_code, state_of(runtime, case_id)) == (200, "submitted")
    assert "PLANTED-ANSWER" in answer.text
    assert pages.post("/complaint/step", data=form).status_code == 409


@pytest.mark.parametrize(
    ("path", "event", "more", "after"),
    [
        (("screen_fail",), "appeal", {"text": "It can."}, "submitted"),
        ((), "withdraw", {}, "withdrawn"),
        (
            ("screen_pass", "mediate_directly", "agree"),
            "confirm_received",
            {"amount": "24,90", "currency": "EUR"},
            "resolved",
        ),
    ],
)
def test_the_complainant_decides(
    pages: FlaskClient,
    runtime: Runtime,
    path: tuple[str, ...],
    event: str,
    more: dict[str, str],
    after: str,
) -> None:
    case_id, held = followed_case(runtime)
    if path:
        detail = {"cause": "other"} if path[-1] == "screen_fail" else {}
        cases.walk(runtime, case_id, *path, **detail)
    form = sent(opened(pages, held), held, event=event, **more)
    assert pages.post("/complaint/step", data=form).status_code == 200
    assert state_of(runtime, case_id) == after


def test_what_is_not_the_complainants_is_refused(pages: FlaskClient, runtime: Runtime) -> None:
    case_id, held = followed_case(runtime)
    page = opened(pages, held)
    for event, status in (("screen_pass", 403), ("confirm_contact", 422), ("", 422), ("x", 422)):
        form = sent(page, held, event=event)
        assert pages.post("/complaint/step", data=form).status_code in (status, 404)
    assert state_of(runtime, case_id) == "submitted"


def test_others_looks_are_listed_without_a_name_and_consents_are_taken_back(
    pages: FlaskClient, runtime: Runtime
) -> None:
    case_id, held = followed_case(runtime)
    privacy_world.look(runtime, case_id, "order_id")
    share = Share("merchant", "DE", frozenset({"order_id"}))
    with runtime.begin() as session:
        consents.grant(
            session,
            case_id,
            share,
            wording="test",
            asker=cases.consumer(case_id),
            now=runtime.clock(),
        )
    page = opened(pages, held)
    assert "Officer 1" in page
    assert "Handling the case" in page
    [consent] = re.findall(r'name="consent" value="([^"]+)"', page)
    done = pages.post("/complaint/consent", data=sent(page, held, consent=consent))
    assert done.status_code == 200
    assert (
        'name="consent"' not in done.text.split("complaint.consent")[0] or "withdrawn" in done.text
    )
    with runtime.reading() as session:
        assert consents.shared_with(session, case_id, "merchant") == frozenset()


def test_a_file_goes_up_and_comes_back_and_never_touches_the_disk(
    pages: FlaskClient, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = []
    kept = InMemory._get_file_stream

    def watched(self: InMemory, *args: Any, **named: Any) -> Any:
        streams.append(kept(self, *args, **named))
        return streams[-1]

    monkeypatch.setattr(InMemory, "_get_file_stream", watched)
    _, held = followed_case(runtime)
    page = opened(pages, held)
    text = b"PLANTED-CHAT\n" * 20_000
    form: dict[str, Any] = sent(page, held, kind="chat")
    done = pages.post("/complaint/evidence", data=form | {"file": (io.BytesIO(text), "chat.txt")})
    assert done.status_code == 200
    assert [type(stream) for stream in streams] == [io.BytesIO]
    [file_id] = re.findall(r'name="file" value="([^"]+)"', done.text)
    back = pages.post("/complaint/file", data=sent(done.text, held, file=file_id))
    assert back.data == text
    assert back.headers["Content-Disposition"].startswith("attachment")
    assert back.headers["Content-Security-Policy"].startswith("sandbox")
    none = pages.post("/complaint/evidence", data=form)
    assert none.status_code == 422


def test_erasure_is_asked_for_once_the_case_is_closed(pages: FlaskClient, runtime: Runtime) -> None:
    case_id, held = followed_case(runtime)
    page = opened(pages, held)
    assert pages.post("/complaint/erase", data=sent(page, held)).status_code == 409
    cases.walk(runtime, case_id, "withdraw")
    page = opened(pages, held)
    assert (
        pages.post("/complaint/erase", data={**held, "csrf_token": csrf(page)}).status_code == 200
    )
    assert "You asked for erasure" in opened(pages, held)


def test_the_token_stands_in_no_address(pages: FlaskClient, runtime: Runtime) -> None:
    _, held = followed_case(runtime)
    page = opened(pages, held)
    addresses = re.findall(r'(?:href|src|action|formaction)="([^"]*)"', page)
    assert not [one for one in addresses if held["token"] in one]
    answer = pages.post("/complaint/step", data=sent(page, held, event="withdraw"))
    assert "Location" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["step", "message", "consent", "erase", "evidence", "file"])
def test_a_forged_token_opens_nothing(pages: FlaskClient, runtime: Runtime, path: str) -> None:
    _, held = followed_case(runtime)
    form = sent(opened(pages, held), held) | {"token": "forged"}
    assert pages.post(f"/complaint/{path}", data=form).status_code == 404
    with pytest.raises(NotFound):
        followed.follow(runtime, held["reference"], "forged")


@pytest.mark.parametrize("language", ["en", "ko", "zh-Hans"])
def test_every_state_is_told_in_every_language(
    pages: FlaskClient, runtime: Runtime, language: str
) -> None:
    case_id, held = followed_case(runtime)
    for events, detail in (
        ((), {}),
        (("screen_pass",), {}),
        (("mediate_directly",), {}),
        (("agree",), {}),
        (("record_paid",), {}),
        (("not_received",), {}),
        (("record_only",), {"cause": "not_agreed"}),
    ):
        if events:
            cases.walk(runtime, case_id, *events, **detail)
        start = pages.get(f"/complaint/track?lang={language}").text
        link = f"{held['reference']}.{held['token']}"
        page = pages.post("/complaint/track", data={"link": link, "csrf_token": csrf(start)}).text
        assert f'<html lang="{language}"' in page
        assert not re.search(r">\s*(console|complaint)\.[a-z_.]+\s*<", page)


def test_the_api_tells_and_moves_by_the_token(runtime: Runtime) -> None:
    case_id, held = followed_case(runtime, "request_information")
    client, path = (
        app.create_api(runtime).test_client(),
        f"/v1/complaints/{held['reference']}/events",
    )
    header = {"Tracking-Token": held["token"]}
    found = client.get(path, headers=header)
    assert found.get_json()["possible"] == ["supply", "withdraw"]
    step = {"event": "supply", "text": "PLANTED"}
    old = header | {"If-Match": '"1"'}
    assert client.post(path, json=step, headers=old).status_code == 412
    match = header | {"If-Match": found.headers["ETag"]}
    moved = client.post(path, json=step, headers=match)
    assert (moved.status_code, moved.get_json()["state"]) == (201, "submitted")
    assert client.get(path).status_code == 404
    with runtime.reading() as session:
        assert any(name.startswith("message:") for name in sealed.names(session, case_id))


TURNED = "pay \u202e53 ROH\u202c \u2067now\u2069"


def test_no_party_s_words_turn_the_direction_of_a_page(
    pages: FlaskClient, runtime: Runtime
) -> None:
    """Overrides and embeddings are left out where texts are shown; what is sealed stays as it was written."""
    case_id, held = followed_case(runtime)
    page = opened(pages, held)
    answer = pages.post("/complaint/message", data=sent(page, held, text=TURNED))
    assert "pay 53 ROH now" in answer.text
    api = app.create_api(runtime).test_client()
    path = f"/v1/complaints/{held['reference']}/events"
    told = api.get(path, headers={"Tracking-Token": held["token"]})
    officer = signed_in(runtime, person(runtime))
    case = officer.get(f"/console/cases/{case_id}").text
    form = {"purpose": "handle_case", "csrf_token": csrf(case)}
    desk = officer.post(f"/console/cases/{case_id}/reveal", data=form)
    for shown in (answer.text, told.json["texts"].popitem()[1], desk.text):
        assert "53 ROH" in shown
        assert not set(shown) & set("\u202e\u202c\u2067\u2069")
    with runtime.begin() as session:
        kept = sealed.read(
            session,
            runtime.vault,
            case_id,
            asker=cases.OFFICER,
            purpose="handle_case",
            now=runtime.clock(),
        )
    assert TURNED in kept.values()
