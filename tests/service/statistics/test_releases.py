"""Releases: counted from events, looked at, released; whole months only, and nobody's case shows through."""

import hashlib
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from service import app
from service.complaints.models import Case, CaseEvent
from service.core.errors import Conflict, NotAllowed
from service.core.runtime import Runtime
from service.statistics import formats, operations, queries
from service.statistics.disclosure import K
from tests.service.complaints.cases import OFFICER
from tests.service.statistics.world import SUPERVISOR, fill, publish, released

MAY = datetime(2026, 5, 2, tzinfo=UTC)


def test_filed_is_what_the_events_say(runtime: Runtime) -> None:
    fill(runtime, 120, merchants=2)
    number = publish(runtime)
    with runtime.reading() as session:
        first: Counter[str] = Counter()
        for at in session.scalars(
            select(CaseEvent.at).where(CaseEvent.event == "submit", CaseEvent.before.is_(None))
        ):
            first[f"{at:%Y-%m}"] += 1
        rows = released(session, number)
    shown = {row.month: row.cases for row in rows if (row.measure, row.by) == ("filed", "total")}
    assert shown == {month: count for month, count in first.items() if count >= K}
    assert all(row.cases >= K for row in rows if row.measure != "rate")


def test_a_month_that_was_released_never_changes(runtime: Runtime) -> None:
    fill(runtime, 90, merchants=2)
    late = runtime.clock()
    runtime.clock.now = MAY  # type: ignore[attr-defined]
    first = publish(runtime)
    with runtime.reading() as session:
        before = released(session, first)
    with runtime.begin() as session:
        session.execute(update(Case).values(facts={"category": "other", "country": "HK"}))
    runtime.clock.now = late  # type: ignore[attr-defined]
    second = publish(runtime)
    with runtime.reading() as session:
        after = released(session, second)
        again = released(session, first)
    assert before == again == [row for row in after if row.month < "2026-05"]
    assert {row.month for row in after} > {row.month for row in before}


def test_a_draft_is_nobodys_until_it_is_released(runtime: Runtime) -> None:
    fill(runtime, 60)
    with runtime.begin() as session:
        number = operations.compute(session, asker=SUPERVISOR, now=runtime.clock())
    with runtime.reading() as session:
        assert queries.latest(session) is None
        assert queries.draft(session, SUPERVISOR) is not None
    with pytest.raises(NotAllowed), runtime.begin() as session:
        operations.release(session, number, asker=OFFICER, now=runtime.clock())
    with runtime.begin() as session:
        operations.release(session, number, asker=SUPERVISOR, now=runtime.clock())
    with pytest.raises(Conflict), runtime.begin() as session:
        operations.discard(session, number, asker=SUPERVISOR, now=runtime.clock())
    with pytest.raises(Conflict), runtime.begin() as session:
        operations.compute(session, asker=SUPERVISOR, now=runtime.clock())


def test_files_have_their_digests_and_nothing_personal(runtime: Runtime) -> None:
    fill(runtime, 60)
    number = publish(runtime)
    api = app.create_api(runtime).test_client()
    with runtime.reading() as session:
        release = queries.release(session, number)
    for kind in formats.FORMATS:
        answer = api.get(f"/v1/statistics/{number}.{kind}")
        assert answer.status_code == 200
        assert hashlib.sha256(answer.data).hexdigest() == getattr(release, f"{kind}_sha256")
        assert b"PLANTED" not in answer.data.upper()
        assert b"case-" not in answer.data
    assert api.get("/v1/statistics/99.csv").status_code == 404


@pytest.mark.parametrize("language", ["en", "ko", "zh-Hans"])
def test_the_page_shows_a_release_and_its_absence(runtime: Runtime, language: str) -> None:
    api = app.create_api(runtime)
    pages = app.create_pages(runtime, description=api.extensions["description"]).test_client()
    assert pages.get(f"/statistics/?lang={language}").status_code == 200
    fill(runtime, 60, merchants=1)
    publish(runtime)
    page = pages.get(f"/statistics/?lang={language}").get_data(as_text=True)
    assert "<svg" in page
    assert "CC0" in page
