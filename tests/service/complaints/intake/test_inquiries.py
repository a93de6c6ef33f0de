"""Questions to the desk: sealed, answered once, turned into a case through the same gate."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from service.complaints.intake import filing as intake
from service.complaints.intake import inquiries
from service.complaints.intake.schemas import InquirySchema, OfficerComplaintSchema
from service.core.access import ANONYMOUS, HOME, Asker
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn, TooMany
from service.core.runtime import Runtime
from tests.service.accounts.people import organisation
from tests.service.complaints.intake_world import OFFICER, SHOPPER_VISIT, TOLD, letters

QUESTION = {
    "topic": "refund_refused",
    "question": "PLAINTEXT-QUESTION may a shop refuse this?",
    "contact_email": "PLAINTEXT-MAIL@example.org",
    "language": "ko",
}


def ask(runtime: Runtime, key: str = "a-fresh-key-0001", **change: str) -> inquiries.Asked:
    return inquiries.ask(
        runtime,
        InquirySchema().load(QUESTION | change),
        source="web",
        idempotency_key=key,
        asker=ANONYMOUS,
        visit=SHOPPER_VISIT,
    )


def answer(runtime: Runtime, asked: inquiries.Asked, words: str, version: int = 1) -> None:
    with runtime.begin() as session:
        inquiries.answer(
            session,
            runtime.vault,
            asked.id,
            words,
            version=version,
            asker=OFFICER,
            now=runtime.clock(),
        )


def convert(runtime: Runtime, asked: inquiries.Asked, **change: Any) -> intake.Receipt:
    data = OfficerComplaintSchema().load(TOLD | change)
    with runtime.begin() as session:
        return inquiries.convert(
            session,
            runtime.vault,
            asked.id,
            data,
            told=intake.Told("telephone", "call_back"),
            asker=OFFICER,
            now=runtime.clock(),
        )


def test_a_question_is_sealed_and_each_look_is_recorded(runtime: Runtime) -> None:
    asked = ask(runtime)
    with runtime.begin() as session:
        rows = session.execute(text("SELECT * FROM inquiries")).all()
        assert "PLAINTEXT" not in repr(rows)
        found = inquiries.read(session, runtime.vault, asked.id, asker=OFFICER, now=runtime.clock())
        looked = session.execute(
            text("SELECT purpose FROM audit WHERE action = 'inquiry.read'")
        ).scalar()
    assert found["question"] == QUESTION["question"]
    assert looked == inquiries.PURPOSE


def test_the_key_of_a_question_outlives_the_sweep_of_orphans(runtime: Runtime) -> None:
    asked = ask(runtime)
    runtime.clock.now += timedelta(hours=3)  # type: ignore[attr-defined]
    runtime.sweep()
    with runtime.begin() as session:
        assert inquiries.read(session, runtime.vault, asked.id, asker=OFFICER, now=runtime.clock())


def test_an_answer_goes_by_mail_once(runtime: Runtime) -> None:
    asked = ask(runtime)
    answer(runtime, asked, "It may not.")
    [letter] = letters(runtime, asked.reference)
    assert letter["To"] == QUESTION["contact_email"]
    assert "It may not." in letter.get_content()
    with pytest.raises(Conflict):
        answer(runtime, asked, "It may.", version=2)
    with runtime.reading() as session:
        [listed] = inquiries.listed(session, OFFICER, state="answered", limit=9)
    assert listed.reference == asked.reference


@pytest.mark.parametrize("words", ["", "  ", "x" * 5001])
def test_an_answer_has_words(runtime: Runtime, words: str) -> None:
    asked = ask(runtime)
    with pytest.raises(InvalidInput):
        answer(runtime, asked, words)
    assert letters(runtime, asked.reference) == []


def test_a_question_becomes_a_case_through_the_same_gate(runtime: Runtime) -> None:
    asked = ask(runtime)
    with pytest.raises(InvalidInput):
        convert(runtime, asked, contact_phone="", contact_email="jo@example.org")
    receipt = convert(runtime, asked)
    assert receipt.state == "submitted"
    with pytest.raises(Conflict):
        convert(runtime, asked)
    with runtime.reading() as session:
        found = inquiries.one(session, OFFICER, asked.id)
    assert (found.state, found.case_id) == ("converted", receipt.case_id)


def test_questions_belong_to_one_organisation(runtime: Runtime) -> None:
    asked = ask(runtime)
    other = organisation(runtime, "Other council")
    stranger = Asker("person", "s", organisation=other, roles=frozenset({"complaint_officer"}))
    auditor = Asker("person", "a", organisation=HOME, roles=frozenset({"auditor"}))
    for asker, refusal in ((stranger, NotFound), (auditor, NotAllowed), (ANONYMOUS, NotSignedIn)):
        with pytest.raises(refusal), runtime.begin() as session:
            inquiries.read(session, runtime.vault, asked.id, asker=asker, now=runtime.clock())
    with runtime.reading() as session:
        assert inquiries.count(session, stranger, state=None) == 0
        assert inquiries.count(session, OFFICER, state="open") == 1


def test_asking_is_repeatable_and_bounded(runtime: Runtime) -> None:
    first = ask(runtime)
    assert ask(runtime).id == first.id
    for number in range(9):
        ask(runtime, key=f"a-fresh-key-1{number:03}")
    with pytest.raises(TooMany):
        ask(runtime, key="a-fresh-key-9999")


def test_nobody_asks_in_an_officers_name(runtime: Runtime) -> None:
    with pytest.raises(NotSignedIn):
        inquiries.ask(
            runtime,
            dict(QUESTION),
            source="telephone",
            idempotency_key="a-fresh-key-0001",
            asker=ANONYMOUS,
            visit=SHOPPER_VISIT,
        )


def test_what_was_answered_long_ago_is_erased(runtime: Runtime) -> None:
    asked, waiting = ask(runtime), ask(runtime, key="a-fresh-key-0002")
    answer(runtime, asked, "It may not.")
    runtime.clock.now += inquiries.KEPT + timedelta(days=1)  # type: ignore[attr-defined]
    runtime.sweep()
    with runtime.begin() as session:
        now = runtime.clock()
        assert inquiries.read(session, runtime.vault, asked.id, asker=OFFICER, now=now) == {}
        assert inquiries.read(session, runtime.vault, waiting.id, asker=OFFICER, now=now)
    assert runtime.key_store.get(asked.id) is None
