"""Fetching from stand-ins of the authorities on loopback: everything that may go wrong on the way."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from scrapers.fetching import Fetcher, Refused
from scrapers.notices import SOURCES, cpsc, fda
from service.core.access import OPERATOR, Asker
from service.core.errors import Conflict, Misconfigured, NotAllowed, NotFound
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.safety import answers, asking, queries, raw, runs, sources, sync, taking
from service.safety.asking import SyncFailed
from service.safety.models import SafetyNoticeRevision, SyncPage, SyncRun, SyncSource
from service.safety.taking import RunReport
from service.safety.views import SourceView
from service.wiring import SWEEPS
from tests.scrapers.notices import payloads
from tests.scrapers.notices.replay import Asked, Authorities, authorities
from tests.service.conftest import FixedClock

pytestmark = pytest.mark.enable_socket
KEYS = {"safetykorea": "secret-k", "fda_ires_user": "u", "fda_ires_key": "secret-f"}
FETCHED = [one.id for one in SOURCES.values() if one.feed and not one.off]
CANADA = "ca-health-canada"


@pytest.fixture(autouse=True)
def few_years(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sources that are asked year by year begin late: a year is as good as fifty."""
    monkeypatch.setattr(cpsc, "FIRST_YEAR", 2022)
    monkeypatch.setattr(fda, "FIRST_YEAR", 2025)


@pytest.fixture
def world() -> Iterator[Authorities]:
    with authorities() as running:
        yield running


@pytest.fixture
def mirrored(runtime: Runtime, world: Authorities) -> Runtime:
    runtime.settings = replace(
        runtime.settings, notice_mirror=world.origin, source_keys=KEYS, mail_from="us@example.org"
    )
    return runtime


def run(runtime: Runtime, source: str, **options: bool) -> RunReport:
    with asking.make_fetcher(runtime) as fetcher:
        return sync.sync(runtime, source, asker=OPERATOR, fetcher=fetcher, **options)  # type: ignore[arg-type]


def later(runtime: Runtime, **time: float) -> None:
    assert isinstance(runtime.clock, FixedClock)
    runtime.clock.now += timedelta(**time)


def status(runtime: Runtime, notice_id: str) -> str:
    with runtime.reading() as session:
        view = queries.notice(session, notice_id)
    assert view is not None
    return view.status


def view(runtime: Runtime, source: str) -> SourceView:
    with runtime.reading() as session:
        return next(one for one in sources.fetched(session) if one.id == source)


@pytest.mark.parametrize("source", FETCHED)
def test_every_source_from_its_first_question_to_the_store(mirrored: Runtime, source: str) -> None:
    first = run(mirrored, source)
    assert (first.state, first.rejected, first.problem) == (runs.DONE, 0, "")
    assert first.records >= 1
    with mirrored.reading() as session:
        assert queries.counts(session).notices >= 1
    later(mirrored, days=1)
    second = run(mirrored, source)
    assert (second.new, second.changed) == (0, 0)
    assert view(mirrored, source).robots == "allows"


def test_keys_go_to_the_authority_that_gave_them(mirrored: Runtime, world: Authorities) -> None:
    run(mirrored, "kr-safetykorea")
    run(mirrored, CANADA)
    korea, canada = world.asked[-2], world.asked[-1]
    assert korea.headers["authkey"] == "secret-k"
    assert "authkey" not in canada.headers
    with mirrored.reading() as session:
        assert "secret" not in "".join(session.scalars(select(SyncPage.request)))
    mirrored.settings = replace(mirrored.settings, source_keys={})
    with pytest.raises(Misconfigured, match="CAVEAT_KEY_SAFETYKOREA"):
        run(mirrored, "kr-safetykorea")


def test_the_watermark_moves_and_overlaps(mirrored: Runtime, world: Authorities) -> None:
    run(mirrored, "us-cpsc")
    later(mirrored, days=3)
    report = run(mirrored, "us-cpsc")
    assert (report.whole, report.pages) == (False, 1)
    assert world.asked[-1].query["LastPublishDateStart"] == "2026-11-13"


def test_edits_without_a_new_date_are_found_by_asking_for_everything(
    mirrored: Runtime, world: Authorities
) -> None:
    run(mirrored, "us-cpsc")
    edited = payloads.cpsc_row(Description="This recall involves Lumen lamps, model LS-4712B.")
    world.pages[payloads.CPSC] = json.dumps([edited]).encode()
    later(mirrored, days=8)
    report = run(mirrored, "us-cpsc")
    assert (report.whole, report.changed) == (True, 1)


def test_what_did_not_change_is_not_sent_again(mirrored: Runtime, world: Authorities) -> None:
    def answer(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        same = asked.headers.get("if-none-match") == '"a"'
        return (304, {}, b"") if same else (200, {"ETag": '"a"'}, payloads.canada(1, 2))

    world.pages[payloads.CANADA] = answer
    run(mirrored, CANADA)
    for _ in range(2):
        later(mirrored, days=1)
        assert run(mirrored, CANADA).unchanged == 2
        assert world.asked[-1].headers["if-none-match"] == '"a"'
    assert status(mirrored, "ca-health-canada:1") == "active"


def test_a_feed_that_shrinks_is_kept_and_not_taken_until_it_is_released(
    mirrored: Runtime, world: Authorities
) -> None:
    world.pages[payloads.CANADA] = payloads.canada(*range(10))
    run(mirrored, CANADA)
    world.pages[payloads.CANADA] = payloads.canada(*range(5))
    later(mirrored, days=1)
    with pytest.raises(SyncFailed, match="5 notices instead of 10: 50% are gone"):
        run(mirrored, CANADA)
    assert "50%" in view(mirrored, CANADA).quarantined
    assert status(mirrored, "ca-health-canada:9") == "active"
    with mirrored.reading() as session:
        kept = session.scalars(select(SyncPage).order_by(SyncPage.id.desc())).first()
    assert kept is not None
    assert raw.get(mirrored.settings.home, kept.sha256 or "") == payloads.canada(*range(5))
    released = sync.release(mirrored, CANADA, asker=OPERATOR)
    assert (released.state, released.records) == (runs.DONE, 5)
    assert view(mirrored, CANADA).quarantined == ""
    with pytest.raises(Conflict, match="nothing in quarantine"):
        sync.release(mirrored, CANADA, asker=OPERATOR)


def test_a_notice_absent_twice_is_withdrawn_never_deleted_and_stands_again(
    mirrored: Runtime, world: Authorities
) -> None:
    world.pages[payloads.CANADA] = payloads.canada(*range(10))
    run(mirrored, CANADA)
    world.pages[payloads.CANADA] = payloads.canada(*range(9))
    gone = "ca-health-canada:9"
    withdrawn = []
    for _ in range(3):
        later(mirrored, days=1)
        withdrawn.append(run(mirrored, CANADA).withdrawn)
    assert withdrawn == [0, 1, 0]
    assert status(mirrored, gone) == "withdrawn"
    world.pages[payloads.CANADA] = payloads.canada(*range(10))
    later(mirrored, days=1)
    assert run(mirrored, CANADA).changed == 1
    assert status(mirrored, gone) == "active"
    with mirrored.reading() as session:
        of_it = SafetyNoticeRevision.notice_id == gone
        assert session.scalar(select(func.count()).where(of_it)) == 3


def test_a_withdrawn_notice_warns_nobody(mirrored: Runtime, world: Authorities) -> None:
    both = [payloads.cpsc_row("26998"), payloads.cpsc_row()]
    others = [payloads.cpsc_row(f"25{n}") for n in range(100, 120)]

    def answer(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        year = asked.query.get("RecallDateStart", "")[:4]
        rows = {"2026": both, "2025": others}.get(year, [])
        return 200, {}, json.dumps(rows).encode()

    world.pages[payloads.CPSC] = answer
    run(mirrored, "us-cpsc")
    del both[0]
    for _ in range(2):
        later(mirrored, days=8)
        run(mirrored, "us-cpsc")
    with mirrored.reading() as session:
        found = queries.notices_for_keys(session, ["gtin:00036000291452"])
        packed = {row.notice_id for row in queries.pack_rows(session)}
    assert "us-cpsc:26-998" not in {one.notice_id for one in found} | packed
    assert "us-cpsc:26-999" in packed


ERROR_BODIES = [
    (200, b'{"Message": "An error has occurred."}', "no record is a notice"),
    (200, b"<html><head><title>Sorry</title></head></html>", "web page"),
    (200, b"", "empty"),
    (500, b"oops", "HTTP 500"),
    (403, b"no", "wall for machines"),
    (404, b"gone", "HTTP 404"),
]


@pytest.mark.parametrize(("code", "body", "reason"), ERROR_BODIES)
def test_an_answer_that_is_none_changes_nothing(
    mirrored: Runtime, world: Authorities, code: int, body: bytes, reason: str
) -> None:
    run(mirrored, CANADA)
    later(mirrored, days=1)
    world.pages[payloads.CANADA] = (code, {"Content-Type": "text/html"}, body)
    with pytest.raises(SyncFailed, match=reason):
        run(mirrored, CANADA)
    assert status(mirrored, "ca-health-canada:3") == "active"
    found = view(mirrored, CANADA)
    assert found.failures == 1
    assert reason in found.problem


def test_failures_in_a_row_give_the_authority_longer_rests(
    mirrored: Runtime, world: Authorities
) -> None:
    good = world.pages[payloads.CANADA]
    world.pages[payloads.CANADA] = (500, {}, b"")
    pauses = []
    for _ in range(3):
        with pytest.raises(SyncFailed):
            run(mirrored, CANADA)
        with pytest.raises(Conflict, match="left alone until"):
            run(mirrored, CANADA)
        with mirrored.reading() as session:
            row = session.get_one(SyncSource, CANADA)
        assert row.retry_at is not None
        pauses.append(row.retry_at - mirrored.clock())
        later(mirrored, seconds=pauses[-1].total_seconds())
    assert pauses == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=40)]
    world.pages[payloads.CANADA] = good
    assert run(mirrored, CANADA).state == runs.DONE
    assert view(mirrored, CANADA).failures == 0


def test_an_empty_page_before_the_last_stops_the_run(mirrored: Runtime, world: Authorities) -> None:
    def answer(asked: Asked) -> bytes | tuple[int, dict[str, str], bytes]:
        if asked.query["skip"] == "0" and "2026" in asked.query["search"]:
            return payloads.openfda(2001, payloads.openfda_row())
        total = 2001 if "2026" in asked.query["search"] else 0
        return payloads.openfda(total)

    world.pages[payloads.OPENFDA.format("food")] = lambda asked: (200, {}, answer(asked))  # type: ignore[return-value]
    with pytest.raises(SyncFailed, match="page 2 of 3 is empty"):
        run(mirrored, "us-openfda")
    with mirrored.reading() as session:
        assert queries.counts(session).notices == 0


def test_a_list_known_to_end_early_is_taken_as_far_as_it_goes(
    mirrored: Runtime, world: Authorities
) -> None:
    def answer(asked: Asked) -> tuple[int, dict[str, str], bytes]:
        page = int(asked.query["pageIndex"])
        rows = [(10099900 + page, "2026.08.14")] if page <= 3 else []
        return 200, {}, payloads.seoul(page, 9, *rows)

    world.pages[payloads.SEOUL] = answer
    report = run(mirrored, "kr-seoul")
    assert (report.new, report.pages) == (3, 4)
    assert report.problem == "page 4 of 9 is empty"


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    mirrored: Runtime, world: Authorities, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[object] = []
    real = answers._keep

    def killed(*given: object) -> None:
        if len(kept) == 3:
            raise KeyboardInterrupt
        kept.append(given)
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(answers, "_keep", killed)
    with pytest.raises(KeyboardInterrupt):
        run(mirrored, "us-cpsc")
    monkeypatch.setattr(answers, "_keep", real)
    asked = len(world.asked)
    report = run(mirrored, "us-cpsc")
    assert (report.state, report.pages) == (runs.DONE, 5)
    assert len(world.asked) - asked == 2
    with mirrored.reading() as session:
        assert session.scalar(select(func.count()).select_from(SyncRun)) == 1


def test_a_run_that_was_killed_while_it_took_its_pages(
    mirrored: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_job: object) -> bool:
        real(_job)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    real = taking._take_page
    monkeypatch.setattr(taking, "_take_page", killed)
    with pytest.raises(KeyboardInterrupt):
        run(mirrored, "us-nhtsa")
    monkeypatch.setattr(taking, "_take_page", real)
    report = run(mirrored, "us-nhtsa")
    assert (report.new, report.unchanged, report.state) == (2, 0, runs.DONE)


def test_a_source_that_stops_answering_is_only_interrupted(
    mirrored: Runtime, world: Authorities
) -> None:
    good = world.pages[f"{payloads.EU}/detail/xml/10000401"]
    world.pages[f"{payloads.EU}/detail/xml/10000401"] = (502, {}, b"")
    with pytest.raises(SyncFailed, match="HTTP 502"):
        run(mirrored, "eu-safety-gate")
    world.pages[f"{payloads.EU}/detail/xml/10000401"] = good
    later(mirrored, hours=1)
    assert run(mirrored, "eu-safety-gate").new == 2
    assert world.count(f"{payloads.EU}/detail/xml/10000400") == 1


def test_a_report_that_is_gone_is_no_failure(mirrored: Runtime, world: Authorities) -> None:
    del world.pages[f"{payloads.EU}/detail/xml/10000400"]
    report = run(mirrored, "eu-safety-gate")
    assert (report.new, report.state) == (1, runs.DONE)


def test_robots_txt_is_obeyed_and_recorded(mirrored: Runtime, world: Authorities) -> None:
    world.robots = b"User-agent: *\nDisallow: /"
    with pytest.raises(SyncFailed, match=r"robots\.txt does not allow it"):
        run(mirrored, CANADA)
    assert view(mirrored, CANADA).robots == "disallows"
    assert world.asked == []


def test_what_is_off_stays_off(mirrored: Runtime, world: Authorities) -> None:
    with pytest.raises(Conflict, match="all rights are reserved"):
        run(mirrored, "oecd-globalrecalls")
    with mirrored.begin() as session, pytest.raises(Conflict, match="switched off"):
        runs.enable(session, "oecd-globalrecalls", asker=OPERATOR, now=mirrored.clock())
    assert world.asked == []
    with pytest.raises(NotFound):
        run(mirrored, "nowhere")


def test_kept_answers_are_read_again_without_asking(
    mirrored: Runtime, world: Authorities, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.pages[payloads.CANADA] = payloads.canada(1, 2, 3)
    run(mirrored, CANADA)
    asked = len(world.asked)
    assert sync.replay(mirrored, CANADA, asker=OPERATOR).unchanged == 3
    source = SOURCES[CANADA]
    better = replace(source, parse=_with(source.parse, risk_level="read better"))
    monkeypatch.setitem(SOURCES, CANADA, better)
    assert sync.replay(mirrored, CANADA, asker=OPERATOR).changed == 3
    assert len(world.asked) == asked


def _with(parse: Callable[[bytes], Iterator[object]], **facts: object) -> object:
    return lambda data: (replace(one, **facts) for one in parse(data))  # type: ignore[type-var]


def test_replay_takes_each_notice_from_the_newest_answer(
    mirrored: Runtime, world: Authorities
) -> None:
    run(mirrored, "us-cpsc")
    later(mirrored, days=1)
    world.pages[payloads.CPSC] = json.dumps([payloads.cpsc_row(Title="Lumen: corrected")]).encode()
    assert run(mirrored, "us-cpsc").changed == 1
    report = sync.replay(mirrored, "us-cpsc", asker=OPERATOR)
    assert (report.changed, report.records) == (0, 1)
    with pytest.raises(Conflict, match="no answers"):
        sync.replay(mirrored, CANADA, asker=OPERATOR)


def test_nothing_is_fetched_unasked(mirrored: Runtime, world: Authorities) -> None:
    assert sync.sweep(mirrored) == 0
    assert world.asked == []


def test_enabled_sources_are_swept_on_their_cadence(mirrored: Runtime, world: Authorities) -> None:
    with mirrored.begin() as session:
        runs.enable(session, CANADA, asker=OPERATOR, now=mirrored.clock())
    assert [sync.sweep(mirrored), sync.sweep(mirrored)] == [1, 0]
    later(mirrored, days=1)
    world.pages[payloads.CANADA] = (500, {}, b"")
    assert [sync.sweep(mirrored), sync.sweep(mirrored)] == [1, 0]
    assert view(mirrored, CANADA).failures == 1
    with mirrored.begin() as session:
        runs.disable(session, CANADA, asker=OPERATOR)
    later(mirrored, days=5)
    assert sync.sweep(mirrored) == 0


def test_a_sweep_lets_others_work_and_goes_on_later(
    mirrored: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mirrored.begin() as session:
        runs.enable(session, "us-cpsc", asker=OPERATOR, now=mirrored.clock())
    monkeypatch.setattr(sync, "SWEEP_SECONDS", 0.0)
    assert sync.sweep(mirrored) == 0
    monkeypatch.setattr(sync, "SWEEP_SECONDS", 60.0)
    assert sync.sweep(mirrored) == 1
    assert view(mirrored, "us-cpsc").notices == 1


def test_only_the_operator_and_the_host_may(mirrored: Runtime) -> None:
    officer = Asker("person", "p", organisation="home", roles=frozenset({"complaint_officer"}))
    with mirrored.begin() as session, pytest.raises(NotAllowed):
        runs.enable(session, CANADA, asker=officer, now=mirrored.clock())
    with pytest.raises(NotAllowed):
        sync.replay(mirrored, CANADA, asker=officer)


def test_two_processes_do_not_fetch_the_same_source(mirrored: Runtime) -> None:
    with sync._alone(mirrored, CANADA), pytest.raises(Conflict, match="being fetched already"):
        run(mirrored, CANADA)


def test_authorities_can_reach_who_asks_them(runtime: Runtime) -> None:
    with pytest.raises(Misconfigured, match="CAVEAT_MAIL_FROM"):
        asking.make_fetcher(runtime)


def test_loopback_is_closed_without_a_mirror(mirrored: Runtime, world: Authorities) -> None:
    origin = world.origin
    mirrored.settings = replace(mirrored.settings, notice_mirror=None)
    with asking.make_fetcher(mirrored) as fetcher, pytest.raises(Refused):
        fetcher.fetch(f"{origin}/anything")
    assert world.asked == []


def test_damaged_or_lost_bytes_are_not_read(mirrored: Runtime) -> None:
    home = mirrored.settings.home
    digest = raw.put(home, b"one")
    assert raw.put(home, b"one") == digest
    assert raw.get(home, digest) == b"one"
    (home / raw.FOLDER / digest[:2] / f"{digest}.gz").write_bytes(b"other")
    for wrong in (digest, "0" * 64):
        with pytest.raises(NotFound):
            raw.get(home, wrong)


def test_the_worker_knows_the_sweep() -> None:
    assert sync.sweep in SWEEPS


def test_a_fetcher_is_made_for_production_without_private_networks(runtime: Runtime) -> None:
    settings = Settings(runtime.settings.home, "sqlite://", public_url="https://caveat.example")
    fetcher = asking.make_fetcher(Runtime(settings))
    assert isinstance(fetcher, Fetcher)
    assert fetcher._settings.networks == ()
    assert fetcher._settings.delay == 1.0
    fetcher.close()
