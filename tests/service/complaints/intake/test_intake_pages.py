"""The pages of intake without a browser's help: no script, no cookie but the form's own, nothing kept too early."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.complaints.intake.fields import CATEGORIES
from service.complaints.models import Case
from service.core.messages import LOCALES, SHOPPER_LOCALES, Messages, _load, read_strings
from service.core.runtime import Runtime
from tests.service.accounts.people import csrf, pages_client, person, signed_in
from tests.service.complaints.intake_world import COMPLAINT, TOLD, letters

FORM = {name: text for name, text in COMPLAINT.items() if name not in {"merchant_key", "language"}}
PATH = "/complaint/new/not_delivered"


@pytest.fixture
def pages(runtime: Runtime) -> FlaskClient:
    return pages_client(runtime)


@pytest.fixture
def console(runtime: Runtime) -> FlaskClient:
    return signed_in(runtime, person(runtime))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def post(client: FlaskClient, path: str, page: str, data: dict[str, Any]) -> Any:
    return client.post(path, data=data | {"csrf_token": csrf(page)})


def states(runtime: Runtime) -> list[str]:
    with runtime.reading() as session:
        return list(session.scalars(select(Case.state)))


@pytest.mark.parametrize("language", ["en", "ko", "zh-Hans"])
@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_a_form_in_every_language(
    pages: FlaskClient, console: FlaskClient, category: str, language: str
) -> None:
    for client, path in ((pages, "/complaint/new/"), (console, "/console/entry/")):
        page = client.get(f"{path}{category}?lang={language}")
        assert page.status_code == 200
        assert f'<html lang="{language}"' in page.text
        assert not re.search(r"\bcomplaint\.(field|option|why|topic|hint)\.", page.text)


def test_a_shopper_files_confirms_and_follows_without_a_script(
    pages: FlaskClient, runtime: Runtime
) -> None:
    page = pages.get(PATH).text
    key = hidden(page, "key")
    checked = post(pages, PATH, page, FORM | {"key": key, "do": "check"})
    assert (checked.status_code, states(runtime)) == (200, [])
    sent = post(pages, PATH, page, FORM | {"key": key, "do": "send"})
    assert (sent.status_code, states(runtime)) == (200, ["awaiting_contact_check"])
    assert sent.headers["Cache-Control"] == "no-store"
    post(pages, PATH, page, FORM | {"key": key, "do": "send"})
    assert states(runtime) == ["awaiting_contact_check"]
    held = {name: hidden(sent.text, name) for name in ("reference", "token")}
    wrong = post(pages, "/complaint/confirm", sent.text, held | {"code": "AAAA-BBBB"})
    assert (wrong.status_code, states(runtime)) == (422, ["awaiting_contact_check"])
    code = str(letters(runtime, held["reference"])[-1]["Subject"]).split()[0]
    done = post(pages, "/complaint/confirm", wrong.text, held | {"code": code})
    assert states(runtime) == ["submitted"]
    link = re.search(r"<code>\S+(#\S+)</code>", done.text)
    assert link
    track = pages.get("/complaint/track").text
    followed = post(pages, "/complaint/track", track, {"link": link[1]})
    assert held["reference"] in followed.text
    assert COMPLAINT["contact_email"] not in followed.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"description": ""}, "description"),
        ({"contact_email": "jo"}, "contact_email"),
        ({"amount": "much"}, "amount"),
        ({"purchase_date": "2999-01-01"}, "purchase_date"),
        ({"order_id": ""}, "order_id"),
        ({"evidence": "warranty_terms"}, "evidence"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    pages: FlaskClient, runtime: Runtime, change: dict[str, str], field: str
) -> None:
    page = pages.get(PATH).text
    answer = post(pages, PATH, page, FORM | {"do": "send", "key": "a-key-of-the-form"} | change)
    assert answer.status_code == 422
    assert f'id="{field}-wrong"' in answer.text
    assert 'value="ORDER-1"' in answer.text or field == "order_id"
    assert hidden(answer.text, "key") == "a-key-of-the-form"
    assert states(runtime) == []


def test_a_form_without_its_token_files_nothing(pages: FlaskClient, runtime: Runtime) -> None:
    assert pages.post(PATH, data=FORM | {"do": "send"}).status_code == 400
    assert states(runtime) == []


@pytest.mark.parametrize("link", ["", "CV-0000-0000.forged", "nothing", "https://x.example/#a.b"])
def test_a_link_that_opens_nothing_says_so(pages: FlaskClient, link: str) -> None:
    page = pages.get("/complaint/track").text
    answer = post(pages, "/complaint/track", page, {"link": link})
    assert answer.status_code == 404
    assert "No case is opened by this" in answer.text


def test_an_officer_enters_a_complaint_on_the_console(
    console: FlaskClient, runtime: Runtime
) -> None:
    path = "/console/entry/not_delivered"
    page = console.get(path).text
    told = {name: text for name, text in TOLD.items() if name != "merchant_key"}
    data = told | {"key": hidden(page, "key"), "source": "counter", "proof": "at_the_counter"}
    nothing = post(console, path, page, data | {"proof": ""})
    assert (nothing.status_code, states(runtime)) == (422, [])
    done = post(console, path, page, data)
    assert done.status_code == 302
    assert states(runtime) == ["submitted"]
    assert console.get(done.location).status_code == 200


def test_a_question_is_asked_answered_and_made_a_case(
    pages: FlaskClient, console: FlaskClient, runtime: Runtime
) -> None:
    page = pages.get("/complaint/question").text
    question = {
        "topic": "not_delivered",
        "question": "PLAINTEXT-QUESTION",
        "contact_email": "jo@example.org",
        "key": hidden(page, "key"),
    }
    assert post(pages, "/complaint/question", page, question | {"question": ""}).status_code == 422
    assert "CQ-" in post(pages, "/complaint/question", page, question).text
    listed = console.get("/console/inquiries").text
    found = re.search(r'href="(/console/inquiries/[0-9a-f-]{36})"', listed)
    assert found
    veiled = console.get(found[1]).text
    assert "PLAINTEXT" not in veiled
    shown = post(console, f"{found[1]}/open", veiled, {}).text
    assert "PLAINTEXT-QUESTION" in shown
    words = {"answer": "They may not.", "version": hidden(shown, "version")}
    assert post(console, f"{found[1]}/answer", shown, words).status_code == 302
    entry = console.get(f"{found[1]}/case/not_delivered").text
    assert "PLAINTEXT-QUESTION" in entry
    told = {name: text for name, text in TOLD.items() if name != "merchant_key"}
    told |= {"source": "telephone", "proof": "call_back"}
    made = post(console, f"{found[1]}/case/not_delivered", entry, told)
    assert (made.status_code, states(runtime)) == (302, ["submitted"])
    assert "Made a case" in console.get(found[1]).text


def test_an_officer_enters_a_question(console: FlaskClient) -> None:
    page = console.get("/console/inquiries/new").text
    data = {"topic": "other", "question": "May they?", "source": "telephone"}
    assert post(console, "/console/inquiries/new", page, data).status_code == 422
    made = post(console, "/console/inquiries/new", page, data | {"contact_phone": "02-123-4567"})
    assert made.status_code == 302
    assert console.get(made.location).status_code == 200


@pytest.mark.parametrize("language", sorted({*SHOPPER_LOCALES} - {*LOCALES}))
def test_pages_of_a_complaint_are_whole_in_languages_of_shoppers(
    pages: FlaskClient, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Messages(
        language, {key: Messages.load(language).asts[key] for key in read_strings(language)}
    )
    monkeypatch.setattr(
        Messages, "load", lambda locale: own if locale == language else _load(locale)
    )
    for path in ("", "track", "question", "new/damaged"):
        page = pages.get(f"/complaint/{path}?lang={language}", follow_redirects=True)
        assert page.status_code == 200, path
        assert f'<html lang="{language}"' in page.text
    assert (
        f'<html lang="{language}"' not in pages.get("/", headers={"Accept-Language": language}).text
    )
