import re

import pytest
from flask.testing import FlaskClient

from service import app
from service.complaints import queries
from service.core import access
from service.core.runtime import Runtime
from service.evidence import queries as evidence
from tests.service.test_complaints import COMPLAINT, file_case

LOCAL = {"REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def pages(runtime: Runtime) -> FlaskClient:
    api = app.create_api(runtime)
    return app.create_pages(runtime, description=api.extensions["description"]).test_client()


@pytest.fixture
def console(pages: FlaskClient, runtime: Runtime) -> FlaskClient:
    token = access.new_link_token(runtime.key_folder)
    assert pages.get(f"/console/open?token={token}").status_code == 302
    return pages


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


@pytest.mark.parametrize("path", ["/console/", "/console/cases/x"])
def test_the_console_is_closed_without_the_link(pages: FlaskClient, path: str) -> None:
    assert pages.get(path).status_code == 403


def test_the_link_works_once(pages: FlaskClient, runtime: Runtime) -> None:
    token = access.new_link_token(runtime.key_folder)
    assert pages.get("/console/open?token=wrong").status_code == 403
    assert pages.get(f"/console/open?token={token}").status_code == 302
    assert pages.get("/console/").status_code == 200
    pages.delete_cookie("caveat")
    assert pages.get(f"/console/open?token={token}").status_code == 403
    assert pages.get("/console/").status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Host": "rebound.example:8765"}},
    ],
)
def test_an_open_console_answers_this_machine_only(
    console: FlaskClient, asked: dict[str, dict[str, str]]
) -> None:
    assert console.get("/console/", **asked).status_code == 403  # type: ignore[arg-type]


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
    closed = console.post(
        f"/console/cases/{case.id}/outcome",
        data=form | {"outcome": "unresolved", "version": case.version},
    )
    assert closed.status_code == 302
    with runtime.reading() as session:
        found = queries.case(session, case.id)
        assert found is not None
        assert found.outcome == "unresolved"
        assert evidence.count_of_merchant(session, case.merchant_key or "") == 2


def test_a_form_without_its_token_changes_nothing(console: FlaskClient, runtime: Runtime) -> None:
    case = file_case(runtime)
    answer = console.post(
        f"/console/cases/{case.id}/outcome", data={"outcome": "resolved", "version": case.version}
    )
    assert answer.status_code == 400
    with runtime.reading() as session:
        assert queries.cases(session, limit=1)[0].outcome is None


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
