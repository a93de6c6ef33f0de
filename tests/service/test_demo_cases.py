"""The closed cases of the sample: walked by the real operations, enough that rates are published, marked."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from service.complaints.models import Case, CaseEvent
from service.core.db import sqlite_url
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.demo import cases
from service.evidence import queries as evidence
from service.merchants.queries import is_invented
from service.statistics import queries
from service.wiring import SWEEPS
from tests.conftest import NOW
from tests.service.accounts.people import pages_client


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Runtime]:
    folder = tmp_path_factory.mktemp("sample")
    shutil.copyfile(migrated_sqlite, folder / "caveat.sqlite")
    settings = Settings(home=folder, database_url=sqlite_url(folder / "caveat.sqlite"))
    runtime = Runtime(settings, sweeps=SWEEPS, clock=lambda: NOW)
    cases.load(runtime, NOW)
    yield runtime
    runtime.close()


def test_every_case_is_closed_and_of_an_invented_shop(loaded: Runtime) -> None:
    with loaded.reading() as session:
        rows = session.scalars(select(Case)).all()
    assert len(rows) > 40
    assert all(row.closed_at is not None and is_invented(str(row.merchant_key)) for row in rows)
    assert len({row.state for row in rows}) >= 3


def test_their_steps_are_those_of_the_machine_in_the_last_months(loaded: Runtime) -> None:
    with loaded.reading() as session:
        events = session.scalars(select(CaseEvent)).all()
        outcomes = Counter(
            row.kind
            for key in {row.merchant_key for row in session.scalars(select(Case))}
            for row in evidence.of_merchant(session, str(key), limit=500)
        )
    assert {event.at.month for event in events} == {8, 9, 10}
    assert all(event.at < NOW for event in events)
    assert outcomes["complaint"] > 40


def test_rates_and_merchants_are_published(loaded: Runtime) -> None:
    with loaded.reading() as session:
        release = queries.latest(session)
        assert release is not None
        rows = list(queries.rows(session, release.number))
    rates = {(row.month, row.code) for row in rows if row.measure == "rate" and row.by == "total"}
    assert {code for _, code in rates} == {
        "confirmed_resolved",
        "closed",
        "resolved_if_silence_counted",
    }
    assert {month for month, _ in rates} == {"2026-08", "2026-09", "2026-10"}
    assert any(row.by == "merchant" for row in rows)


def test_the_page_shows_them_and_says_that_they_are_invented(loaded: Runtime) -> None:
    shown = LexborHTMLParser(pages_client(loaded).get("/statistics/").text)
    assert len(shown.css(".three > li")) == 3
    assert shown.css(".chart.columns rect")
    notes = [node.text(strip=True) for node in shown.css(".note")]
    assert "These figures hold cases that are invented for demonstration." in notes
