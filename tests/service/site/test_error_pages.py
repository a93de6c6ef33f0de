"""Every error is a page in the reader's language that says the next step, and names the limit there is."""

import re
import shutil
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import abort
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from service.core.db import sqlite_url
from service.core.errors import InvalidInput, TooMany
from service.core.messages import LOCALES, SHOPPER_LOCALES, Messages, read_strings
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.wiring import SWEEPS
from tests.conftest import NOW
from tests.service.accounts.people import csrf, pages_client, person, signed_in

ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}", re.IGNORECASE)
"""Three words in a row: a sentence that nobody translated."""


@pytest.fixture
def runtime(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Runtime]:
    """One database is enough: what is looked at is the same on both."""
    shutil.copyfile(migrated_sqlite, tmp_path / "caveat.sqlite")
    settings = Settings(home=tmp_path, database_url=sqlite_url(tmp_path / "caveat.sqlite"))
    made = Runtime(settings, sweeps=SWEEPS, clock=lambda: NOW)
    yield made
    made.close()


@pytest.fixture
def pages(runtime: Runtime) -> FlaskClient:
    return pages_client(runtime)


def large(pages: FlaskClient, path: str, size: int, language: str) -> str:
    answer = pages.post(
        path,
        data=bytes(size),
        content_type="multipart/form-data; boundary=x",
        headers={"Accept-Language": language},
    )
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return said(answer.text)


def said(page: str) -> str:
    main = LexborHTMLParser(page).css_first("main")
    assert main is not None
    return " ".join(main.text(separator=" ").split())


REFUSED = {
    "404": lambda pages, how: pages.get("/nowhere", **how),
    "404 a case": lambda pages, how: pages.post("/complaint/step", data=_held(pages), **how),
    "405": lambda pages, how: pages.delete("/statistics/", **how),
    "outdated": lambda pages, how: pages.post("/complaint/track", data={"link": "x"}, **how),
    "422": lambda pages, how: pages.get("/?x=a%00b", **how),
    "422 a key": lambda pages, how: pages.get("/?x=cav_abcdefgh_rest", **how),
}


def _held(pages: FlaskClient) -> dict[str, str]:
    token = csrf(pages.get("/complaint/track").text)
    return {"csrf_token": token, "reference": "CV-0000-0000", "token": "none", "event": "withdraw"}


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_said_with_the_next_step(
    pages: FlaskClient, name: str, language: str
) -> None:
    answer = REFUSED[name](pages, {"headers": {"Accept-Language": language}})
    words, key = Messages.load(language), f"error.{name.split(' ', maxsplit=1)[0]}"
    assert answer.headers["Content-Language"] == language
    assert words.text(key) in said(answer.text)
    assert words.text(f"{key}.next") in said(answer.text)
    assert language == "en" or not ENGLISH.search(said(answer.text))


@pytest.mark.parametrize("language", SHOPPER_LOCALES)
def test_a_file_that_is_too_large_is_told_the_limit_in_every_language(
    pages: FlaskClient, language: str
) -> None:
    words = Messages.load(language)
    page = large(pages, "/complaint/evidence", 10_200_000, language)
    assert words.text("error.413") in page
    assert words.text("error.413.next", limit=10) in page


def test_the_desk_is_told_the_limit_too(runtime: Runtime) -> None:
    clerk = signed_in(runtime, person(runtime))
    page = large(clerk, "/console/cases/none/files", 10_200_000, "ko")
    assert Messages.load("ko").text("error.413.next", limit=10) in page


def test_a_form_without_a_file_has_a_smaller_limit(pages: FlaskClient) -> None:
    answer = pages.post("/complaint/new/damaged", data={"description": "a" * 1_100_000})
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert Messages.load("en").text("error.413.next", limit=1) in said(answer.text)


def test_who_may_not_is_told_whom_to_ask(runtime: Runtime) -> None:
    reader = signed_in(runtime, person(runtime, roles=("reader",)))
    answer = reader.get("/console/audit", headers={"Accept-Language": "ko"})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert Messages.load("ko").text("error.403.next") in said(answer.text)
    assert not ENGLISH.search(said(answer.text))


@pytest.mark.parametrize("language", LOCALES)
def test_what_breaks_says_nothing_of_its_inside(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    pages = pages_client(runtime)
    pages.application.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(pages.application.view_functions, "site.start", _broken)
    answer = pages.get("/", headers={"Accept-Language": language})
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert Messages.load(language).text("error.500.next") in said(answer.text)
    assert "inside" not in answer.text


def _broken() -> str:
    raise RuntimeError("the inside")


_broken.caveat_action = "site.read"  # type: ignore[attr-defined]


def test_a_status_without_words_is_said_in_general(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        abort(HTTPStatus.GONE)

    refuse.caveat_action = "site.read"  # type: ignore[attr-defined]
    pages = pages_client(runtime)
    monkeypatch.setitem(pages.application.view_functions, "site.start", refuse)
    answer = pages.get("/")
    assert answer.status_code == HTTPStatus.GONE
    assert Messages.load("en").text("error.400.next") in said(answer.text)


def test_too_many_tries_say_when_to_come_back(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise TooMany("tried too often", retry_minutes=7)

    refuse.caveat_action = "site.read"  # type: ignore[attr-defined]
    pages = pages_client(runtime)
    monkeypatch.setitem(pages.application.view_functions, "site.start", refuse)
    answer = pages.get("/", headers={"Accept-Language": "ko"})
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "7분 뒤에 다시 시도하세요" in said(answer.text)


def test_own_words_are_for_readers_of_english_only(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise InvalidInput("the moon is no web address")

    refuse.caveat_action = "site.read"  # type: ignore[attr-defined]
    pages = pages_client(runtime)
    monkeypatch.setitem(pages.application.view_functions, "site.start", refuse)
    assert "the moon is no web address" in said(pages.get("/").text)
    assert "moon" not in said(pages.get("/", headers={"Accept-Language": "zh-CN"}).text)


def test_every_error_that_has_a_name_has_a_next_step() -> None:
    strings = read_strings("en")
    named = [key for key in strings if re.fullmatch(r"error\.(\d+|outdated)", key)]
    assert len(named) > 8
    assert [key for key in named if f"{key}.next" not in strings] == []
