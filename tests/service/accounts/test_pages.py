"""The pages of accounts as HTML: what each role sees, and what is said when something is refused."""

import re
from itertools import chain

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from service.accounts import first, operations
from service.accounts.console import agents
from service.accounts.console.profile import qr
from service.accounts.organisations import STATES
from service.core import policy
from service.core.access import HOME
from service.core.messages import Messages
from service.core.runtime import Runtime
from tests.conftest import ROOT
from tests.service.accounts import people
from tests.service.accounts.people import PASSWORD

PAGES = (
    "profile",
    "organisations",
    f"organisations/{HOME}",
    f"organisations/{HOME}/keys",
    "audit",
    "",
)
EVERYTHING = ("administrator", "supervisor", "auditor", "complaint_officer")


@pytest.fixture
def client(runtime: Runtime) -> FlaskClient:
    return people.signed_in(runtime, people.person(runtime, roles=EVERYTHING))


DESK = ("Cases", "Enter a complaint", "Questions", "Same matter")


def read(answer: object) -> LexborHTMLParser:
    return LexborHTMLParser(getattr(answer, "text"))  # noqa: B009 - any response


def texts(page: LexborHTMLParser, selector: str) -> list[str]:
    return [node.text(strip=True) for node in page.css(selector)]


def send(client: FlaskClient, path: str, **fields: object) -> LexborHTMLParser:
    """Fill in the first form of a page and send it to `path`."""
    token = people.csrf(client.get("/console/profile").text)
    return read(client.post(path, data={"csrf_token": token} | fields))


@pytest.mark.parametrize(
    ("role", "sections"),
    [
        (
            "complaint_officer",
            [
                *DESK,
                "Participating merchants",
                "Other councils",
                "Organisations",
                "Checks of shops",
            ],
        ),
        (
            "supervisor",
            [
                *DESK,
                "What becomes of complaints",
                "Participating merchants",
                "Other councils",
                "Organisations",
                "Checks of shops",
                "Audit",
            ],
        ),
        (
            "auditor",
            [
                "Cases",
                "Same matter",
                "Participating merchants",
                "Organisations",
                "API keys",
                "Checks of shops",
                "Block orders",
                "Exact facts",
                "Audit",
            ],
        ),
        ("reader", ["Organisations"]),
        ("administrator", ["Other councils", "Organisations", "API keys"]),
    ],
)
def test_the_frame_shows_who_acts_for_whom_and_where_they_may_go(
    runtime: Runtime, role: str, sections: list[str]
) -> None:
    client = people.signed_in(runtime, people.person(runtime, roles=[role]))
    page = read(client.get("/console/desk", follow_redirects=True))
    assert texts(page, ".top > nav a") == sections
    assert texts(page, ".who > summary strong") == ["Person officer"]
    assert texts(page, ".who > summary span")[-1] == f"for {first.HOME_NAME}"
    for path in page.css(".top > nav a"):
        assert client.get(path.attributes["href"] or "").status_code == 200


def test_every_form_that_writes_carries_its_token(client: FlaskClient) -> None:
    forms = chain.from_iterable(
        read(client.get(f"/console/{path}")).css("form[method=post]") for path in PAGES
    )
    without = [form.attributes["action"] for form in forms if not form.css("[name=csrf_token]")]
    assert without == []


def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    assert client.post("/console/profile/name", data={"name": "Somebody"}).status_code == 400
    assert "Person officer" in client.get("/console/profile").text


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    client: FlaskClient,
) -> None:
    page = send(client, f"/console/organisations/{HOME}/invite", email="nobody", roles="reader")
    [field] = page.css("input[type=email]")
    assert field.attributes["aria-invalid"] == "true"
    assert field.attributes["value"] == "nobody"
    [wrong] = page.css(f"#{field.attributes['aria-describedby']}")
    assert "name@example.org" in wrong.text()
    assert texts(page, "[role=alert] a[href='#email']") == [wrong.text()]
    assert page.css("#roles [value=reader][checked]")
    assert page.css_first("title").text().startswith("Please check:")


@pytest.mark.parametrize(
    ("language", "said"), [("ko", "지금 비밀번호가 아닙니다"), ("zh-Hans", "这不是您的当前密码")]
)
def test_a_wrong_present_password_is_said_in_the_readers_language(
    client: FlaskClient, language: str, said: str
) -> None:
    client.set_cookie("lang", language)
    page = send(client, "/console/profile/password", current="wrong", new=PASSWORD + " again")
    assert said in page.css_first("#current-wrong").text()
    assert page.css_first("#current").attributes.get("value") is None


def test_a_form_is_never_filled_from_the_address(client: FlaskClient) -> None:
    page = read(client.get("/console/profile?name=Somebody"))
    assert page.css_first("#name").attributes["value"] == "Person officer"


def test_a_member_keeps_a_role_unless_removed(client: FlaskClient, runtime: Runtime) -> None:
    other = people.person(runtime, "other@example.org", roles=["reader"])
    path = f"/console/organisations/{HOME}/members/{other.id}"
    assert "Choose at least one role" in send(client, path).css_first("[role=alert]").text()
    assert "other@example.org" in client.get(f"/console/organisations/{HOME}").text
    send(client, path, remove="1")
    assert "other@example.org" not in client.get(f"/console/organisations/{HOME}").text


def test_colleagues_are_shown_to_those_who_may_see_them(runtime: Runtime) -> None:
    people.person(runtime, "other@example.org", roles=["editor"])
    reader = people.signed_in(runtime, people.person(runtime, roles=["reader"]))
    page = reader.get(f"/console/organisations/{HOME}")
    assert page.status_code == 200
    assert "other@example.org" not in page.text
    assert "Send invitation" not in page.text


def test_a_key_is_shown_once(client: FlaskClient) -> None:
    keys = f"/console/organisations/{HOME}/keys"
    page = send(client, keys, label="Display", scopes="score.read", days="30")
    [secret] = texts(page, "code.secret")
    assert secret.startswith("cav_")
    again = client.get(keys).text
    assert secret not in again
    assert "Display" in again


def test_the_audit_is_searched_and_turned_page_by_page(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ada", "Berta", "Clara"):
        send(client, "/console/profile/name", name=name)
    monkeypatch.setattr("service.accounts.console.audit.PAGE_SIZE", 2)
    first_page = read(client.get("/console/audit?action=profile.name"))
    assert texts(first_page, "tbody td:nth-child(3)") == ["Change one’s name"] * 2
    assert texts(first_page, "tbody td:nth-child(2)") == ["Clara"] * 2
    [older] = first_page.css(".pager a[rel=next]")
    rest = read(client.get(older.attributes["href"] or ""))
    assert len(rest.css("tbody tr")) == 1
    assert not rest.css(".pager a[rel=next]")
    assert "Nothing recorded fits" in client.get("/console/audit?until=2001-01-01").text


@pytest.mark.parametrize(
    "query", ["since=soon", "until=2026-13-01", "before=" + "9" * 30, "page=x"]
)
def test_odd_addresses_of_lists_are_answered(client: FlaskClient, query: str) -> None:
    answers = {
        client.get(f"/console/{page}?{query}").status_code for page in ("audit", "organisations")
    }
    assert answers <= {200, 422}


@pytest.mark.parametrize("path", ["reset/none", "invitation/none", "first?token=none"])
def test_a_link_that_is_closed_says_what_to_do(runtime: Runtime, path: str) -> None:
    people.home(runtime)
    answer = people.pages_client(runtime).get(f"/console/{path}")
    assert answer.status_code == 403
    assert "This link is closed" in answer.text


def test_pages_with_secrets_are_kept_by_nobody_and_run_nothing_inline(client: FlaskClient) -> None:
    answer = client.get("/console/profile")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_qr_code_is_dark_on_light_and_needs_no_style() -> None:
    drawn = LexborHTMLParser(qr("otpauth://totp/Caveat:a@b.example?secret=ABC&issuer=Caveat"))
    svg = drawn.css_first("svg")
    assert "viewBox" in svg.attributes or "viewbox" in svg.attributes
    assert [
        path.attributes.get("stroke") or path.attributes.get("fill") for path in svg.css("path")
    ] == ["#fff", "#000"]
    assert "style" not in (svg.html or "")


@pytest.mark.parametrize(
    ("agent", "text"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36 Edg/139.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/139.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15",
            "Safari on macOS",
        ),
        ("curl/8.5", "curl/8.5"),
        ("", "Unknown browser"),
    ],
)
def test_people_recognise_their_browsers(agent: str, text: str) -> None:
    with Flask("test").app_context():
        assert agents.browser(agent) == text


def test_everything_that_pages_name_has_words() -> None:
    table = policy.load()
    source = "".join(
        path.read_text() for path in sorted((ROOT / "service").glob("accounts/**/*.py"))
    )
    acts = re.findall(r'"((?:account|profile|member|organisation|key)\.[a-z_.]+[a-z])"', source)
    wanted = {f"accounts.action.{name}" for name in [*table.actions, *acts]}
    wanted |= {f"accounts.role.{role}{more}" for role in table.given_roles for more in ("", ".may")}
    wanted |= {f"accounts.kind.{kind}" for kind in operations.KINDS}
    wanted |= {f"accounts.state.{state}{more}" for state in STATES for more in ("", ".means")}
    wanted |= {f"error.{code}" for code in re.findall(r'code="(accounts[a-z_.]+)"', source)}
    wanted.discard("error.accounts.limit")  # who tried too often reads the words of the status
    english = Messages.load("en")
    assert sorted(key for key in wanted if key not in english) == []
