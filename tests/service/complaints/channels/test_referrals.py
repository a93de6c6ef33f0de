"""Where a case was taken: recorded by whom it concerns, sealed, remembered before clocks end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from service.complaints.channels import operations, queries, reminders, sweeps
from service.complaints.channels import registry as known
from service.complaints.channels.models import CaseReferral
from service.complaints.channels.operations import Sent
from service.complaints.models import Case, CaseEvent, CaseTask, SealedField
from service.complaints.privacy import sealed
from service.complaints.privacy.models import CaseAccess
from service.core.access import Asker
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn
from service.core.outbox import OutboxRow
from service.core.runtime import Runtime
from tests.service.complaints.cases import OFFICER, consumer, open_case
from tests.service.complaints.intake_world import confirm, letters, submit

TODAY = date(2026, 11, 20)
FACTS = {
    "platform": "aliexpress",
    "merchant_country": "CN",
    "payment_method": "card",
    "purchase_date": "2026-10-01",
    "promised_on": "2026-11-15",
    "contacted": "no_answer",
    "contacted_on": "2026-11-10",
    "evidence": ["receipt"],
    "product_title": "Lamp",
    "merchant_name": "Paper Moon",
}
PLANNED = Sent("pf_aliexpress", "planned")
FILED = Sent("pf_aliexpress", "filed", date(2026, 11, 19), reference="AE-77 123")


def case_of(runtime: Runtime) -> str:
    case_id = open_case(runtime, facts=FACTS)
    sealed.create_key(runtime.vault, case_id, now=runtime.clock())
    return case_id


def record(
    runtime: Runtime,
    case_id: str,
    sent: Sent,
    *,
    asker: Asker = OFFICER,
    version: int | None = None,
) -> str:
    with runtime.begin() as session:
        return operations.record_referral(
            session,
            runtime.vault,
            case_id,
            sent,
            asker=asker,
            now=runtime.clock(),
            version=version,
        )


def rows(runtime: Runtime, case_id: str, asker: Asker = OFFICER) -> list[queries.ReferralView]:
    with runtime.reading() as session:
        return queries.referrals(session, asker, case_id)


def test_a_planned_desk_is_remembered_before_its_clock_ends(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    record(runtime, case_id, PLANNED)
    (row,) = rows(runtime, case_id)
    assert (row.status, row.sent_on, row.version) == ("planned", None, 1)
    assert row.due_at == datetime(2026, 11, 27, tzinfo=UTC)


def test_a_sent_case_has_its_reference_sealed_and_the_answer_expected(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    referral = record(runtime, case_id, FILED)
    (row,) = rows(runtime, case_id)
    assert row.due_at == datetime(2026, 11, 25, tzinfo=UTC)
    with runtime.begin() as session:
        kept = session.scalars(select(SealedField).where(SealedField.case_id == case_id)).all()
        assert [one.field for one in kept] == [f"referral:{referral}"]
        assert b"AE-77" not in kept[0].sealed
        read = sealed.read(
            session,
            runtime.vault,
            case_id,
            asker=OFFICER,
            purpose="handle_case",
            now=runtime.clock(),
        )
    assert read == {f"referral:{referral}": "AE-77 123"}


def test_a_change_needs_the_version_it_was_made_from(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    first = record(runtime, case_id, PLANNED)
    with pytest.raises(Conflict):
        record(runtime, case_id, FILED)
    assert record(runtime, case_id, FILED, version=1) == first
    with pytest.raises(Conflict):
        record(runtime, case_id, replace(FILED, status="ended"), version=1)
    record(runtime, case_id, replace(FILED, status="ended"), version=2)
    (row,) = rows(runtime, case_id)
    assert (row.status, row.due_at, row.version) == ("ended", None, 3)


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        (Sent("pf_aliexpress", "sent", TODAY), "status"),
        (Sent("pf_aliexpress", "filed"), "sent_on"),
        (Sent("pf_aliexpress", "filed", TODAY + timedelta(days=1)), "sent_on"),
        (Sent("pf_aliexpress", "filed", TODAY, "x" * 101), "reference"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    runtime: Runtime, sent: Sent, where: str
) -> None:
    case_id = case_of(runtime)
    with pytest.raises(InvalidInput) as caught:
        record(runtime, case_id, sent)
    assert caught.value.where == where
    assert rows(runtime, case_id) == []


def test_unknown_and_closed_desks_are_refused(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    with pytest.raises(NotFound):
        record(runtime, case_id, Sent("nowhere", "planned"))
    with pytest.raises(Conflict):
        record(runtime, case_id, Sent("eu_odr", "planned"))


def test_only_the_complainant_and_the_council_may(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    record(runtime, case_id, PLANNED, asker=consumer(case_id))
    assert len(rows(runtime, case_id, consumer(case_id))) == 1
    strangers = (
        (consumer("another"), NotFound),
        (replace(OFFICER, organisation="elsewhere"), NotFound),
        (replace(OFFICER, roles=frozenset({"auditor"})), NotAllowed),
        (Asker("anonymous"), NotSignedIn),
    )
    for asker, error in strangers:
        with pytest.raises(error):
            record(runtime, case_id, FILED, asker=asker, version=1)
        with pytest.raises(error):
            rows(runtime, case_id, asker)


def test_the_options_of_a_case_come_from_its_facts_and_referrals(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    with runtime.reading() as session:
        found = queries.options_for_case(session, OFFICER, case_id, as_of=TODAY)
    states = {one.channel: one for one in found}
    assert found[0].channel == "pf_aliexpress"
    assert states["pf_aliexpress"].missing_fields == (
        "order.id",
        "request.remedy",
        "narrative.facts",
    )
    assert states["pay_card_chargeback"].state == "eligible"
    record(runtime, case_id, Sent("pay_card_chargeback", "filed", TODAY))
    with runtime.reading() as session:
        found = queries.options_for_case(session, OFFICER, case_id, as_of=TODAY)
    states = {one.channel: one for one in found}
    assert states["pf_aliexpress"].state == "lost"
    assert states["pay_card_chargeback"].state == "under_way"


def test_a_plan_is_no_step_taken(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    record(runtime, case_id, Sent("pay_card_chargeback", "planned"))
    with runtime.reading() as session:
        found = queries.options_for_case(session, OFFICER, case_id, as_of=TODAY)
    assert {one.channel: one.state for one in found}["pay_card_chargeback"] == "eligible"


def test_the_sheet_of_a_case_records_who_opened_it(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    with runtime.begin() as session:
        sealed.write(session, runtime.vault, case_id, "description", "It never came.")
        sealed.write(session, runtime.vault, case_id, "note:1", "An officer's thought.")
        made = operations.make_sheet(
            session,
            runtime.vault,
            case_id,
            "hk_cc",
            asker=OFFICER,
            purpose="handle_case",
            now=runtime.clock(),
            record={"record.trader_email": "shop@example.org"},
        )
    shown = {row.field: row.text for row in made.rows}
    assert shown["narrative.facts"] == "It never came."
    assert shown["trader.contact"] == "shop@example.org"
    assert made.documents == ("收據",)
    with runtime.reading() as session:
        (look,) = session.scalars(select(CaseAccess).where(CaseAccess.case_id == case_id)).all()
    assert (look.purpose, look.fields) == ("handle_case", ["description"])


def test_a_reminder_is_never_in_the_past_and_ends_with_the_case() -> None:
    channel = known.channel("pay_paypal")
    filed = {"filed": date(2026, 11, 1)}
    assert reminders.remind_on(channel, "filed", filed, TODAY) == TODAY
    assert reminders.remind_on(channel, "filed", filed, date(2026, 11, 10)) == date(2026, 11, 18)
    assert reminders.remind_on(channel, "filed", filed, date(2026, 11, 22)) is None
    assert reminders.remind_on(channel, "ended", filed, TODAY) is None


def test_one_row_stands_for_a_desk_and_a_case(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    record(runtime, case_id, PLANNED)
    record(runtime, case_id, Sent("hk_cc", "planned"))
    with runtime.reading() as session:
        assert len(session.scalars(select(CaseReferral)).all()) == 2


def wait_until(runtime: Runtime, day: date) -> None:
    clock: Any = runtime.clock
    clock.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def told(runtime: Runtime, case_id: str) -> tuple[int, int, int]:
    """Return how many letters, lines of the history and open tasks remind of a desk."""
    with runtime.reading() as session:
        payloads = session.scalars(select(OutboxRow.payload)).all()
        events = select(CaseEvent).where(
            CaseEvent.case_id == case_id, CaseEvent.event == "reminded"
        )
        tasks = select(CaseTask).where(CaseTask.case_id == case_id, CaseTask.kind == sweeps.TASK)
        return (
            sum(row["event"] == "reminded" for row in payloads if row["case"] == case_id),
            len(session.scalars(events).all()),
            len(session.scalars(tasks).all()),
        )


def test_a_clock_at_a_desk_is_told_once_and_the_next_one_is_waited_for(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    record(runtime, case_id, PLANNED)
    wait_until(runtime, date(2026, 11, 26))
    assert sweeps.remind(runtime) == 0
    wait_until(runtime, date(2026, 11, 27))
    assert sweeps.remind(runtime) == 1
    assert told(runtime, case_id) == (1, 1, 1)
    assert sweeps.remind(runtime) == 0, "never of the same clock again"
    (row,) = rows(runtime, case_id)
    assert row.due_at is None or row.due_at > runtime.clock()


def test_the_letter_says_that_a_deadline_comes_near(runtime: Runtime) -> None:
    receipt = submit(runtime, platform="aliexpress", promised_on="2026-11-15")
    confirm(runtime, receipt)
    record(runtime, receipt.case_id, PLANNED)
    before = len(letters(runtime, receipt.reference))
    wait_until(runtime, date(2026, 11, 27))
    [*_, last] = found = letters(runtime, receipt.reference)
    assert len(found) == before + 1
    assert "A deadline comes near at a desk" in last.get_content()


def test_an_answer_that_does_not_come_is_reminded_of_the_day_after(runtime: Runtime) -> None:
    case_id = case_of(runtime)
    record(runtime, case_id, FILED)
    wait_until(runtime, date(2026, 11, 25))
    assert sweeps.remind(runtime) == 1
    assert told(runtime, case_id) == (1, 1, 1)


def test_a_desk_that_is_done_with_and_an_erased_case_are_not_reminded_of(runtime: Runtime) -> None:
    ended, erased = case_of(runtime), case_of(runtime)
    record(runtime, ended, PLANNED)
    record(runtime, ended, replace(FILED, status="ended"), version=1)
    record(runtime, erased, PLANNED)
    with runtime.begin() as session:
        session.execute(update(Case).where(Case.id == erased).values(erased_at=runtime.clock()))
    wait_until(runtime, date(2026, 12, 31))
    assert sweeps.remind(runtime) == 1
    assert told(runtime, ended) == told(runtime, erased) == (0, 0, 0)
    assert sweeps.remind(runtime) == 0
