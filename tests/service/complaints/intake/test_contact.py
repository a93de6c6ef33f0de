"""Codes and tracking links: what proves a contact, what opens a case, and what opens nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from service.complaints.intake import contact, tracking
from service.complaints.intake import filing as intake
from service.complaints.intake import queries as intake_queries
from service.complaints.intake.models import ContactCheck
from service.complaints.models import Case
from service.core.errors import Conflict, InvalidInput, NotFound, TooMany
from service.core.outbox import OutboxRow
from service.core.readable import ALPHABET
from service.core.runtime import Runtime
from tests.service.complaints.intake_world import (
    SHOPPER_VISIT,
    code_for,
    confirm,
    letters,
    submit,
)


def follow(runtime: Runtime, reference: str, token: str) -> intake_queries.Tracked:
    with runtime.reading() as session:
        return intake_queries.tracked(session, reference, token, now=runtime.clock())


@pytest.mark.parametrize(
    "spelling", [str.lower, str.upper, lambda code: f" {code[:4]} {code[5:]} "]
)
def test_a_code_is_read_as_people_type_it(runtime: Runtime, spelling: object) -> None:
    receipt = submit(runtime)
    assert callable(spelling)
    assert confirm(runtime, receipt, spelling(code_for(runtime, receipt))).outcome == "submitted"


@pytest.mark.parametrize("typed", ["", "AAAA-BBBB", "0", "x" * 40, "코드"])
def test_another_code_proves_nothing(runtime: Runtime, typed: str) -> None:
    receipt = submit(runtime)
    with pytest.raises(InvalidInput) as caught:
        confirm(runtime, receipt, typed)
    assert "code" in caught.value.fields
    with runtime.reading() as session:
        assert contact.proven(session, receipt.case_id) is None


def test_tries_are_counted_even_though_they_fail(runtime: Runtime) -> None:
    receipt = submit(runtime)
    code = code_for(runtime, receipt)
    for _ in range(5):
        with pytest.raises(InvalidInput):
            confirm(runtime, receipt, "AAAA-BBBB")
    with pytest.raises(TooMany):
        confirm(runtime, receipt, code)
    runtime.clock.now += timedelta(minutes=16)  # type: ignore[attr-defined]
    assert confirm(runtime, receipt, code).outcome == "submitted"


def test_a_code_ends_and_another_can_be_asked_for(runtime: Runtime) -> None:
    receipt = submit(runtime)
    old = code_for(runtime, receipt)
    runtime.clock.now += contact.LIFETIME  # type: ignore[attr-defined]
    with pytest.raises(InvalidInput):
        confirm(runtime, receipt, old)
    intake.send_again(runtime, reference=receipt.reference, token=str(receipt.token))
    new = code_for(runtime, receipt)
    assert new != old
    assert confirm(runtime, receipt, new).outcome == "submitted"
    with pytest.raises(Conflict):
        intake.send_again(runtime, reference=receipt.reference, token=str(receipt.token))


def test_nobody_is_sent_letters_without_end(runtime: Runtime) -> None:
    receipt = submit(runtime)
    for _ in range(4):
        intake.send_again(runtime, reference=receipt.reference, token=str(receipt.token))
    with pytest.raises(TooMany):
        intake.send_again(runtime, reference=receipt.reference, token=str(receipt.token))


def test_the_code_of_one_case_does_not_prove_another(runtime: Runtime) -> None:
    mine, other = submit(runtime), submit(runtime, key="a-fresh-key-0002", order_id="O2")
    code = code_for(runtime, other)
    with pytest.raises(InvalidInput):
        confirm(runtime, mine, code)


def test_neither_code_nor_token_stands_in_the_database(runtime: Runtime) -> None:
    receipt = submit(runtime)
    code = code_for(runtime, receipt).replace("-", "")
    with runtime.reading() as session:
        tables = ("case_contact_checks", "case_tracking_tokens", "outbox", "audit", "case_events")
        rows = [session.execute(text(f"SELECT * FROM {table}")).all() for table in tables]  # noqa: S608 - our own names
    assert code not in repr(rows)
    assert str(receipt.token) not in repr(rows)
    assert "jo@example.org" not in repr(rows)


def test_codes_are_made_of_readable_letters_and_differ(runtime: Runtime) -> None:
    codes = {contact.code_of(runtime.vault, f"check-{number}") for number in range(300)}
    assert len(codes) == 300
    assert {len(code) for code in codes} == {contact.CODE_LETTERS}
    assert set("".join(codes)) == set(ALPHABET)


def test_a_letter_that_is_delivered_twice_carries_the_same_code_and_one_live_link(
    runtime: Runtime,
) -> None:
    receipt = submit(runtime)
    first = letters(runtime, receipt.reference)[0]
    with runtime.begin() as session:
        session.execute(
            text("UPDATE outbox SET delivered_at = NULL, due_at = :now"), {"now": runtime.clock()}
        )
    [again] = letters(runtime, receipt.reference)
    assert again["Message-ID"] == first["Message-ID"]
    assert again["Subject"] == first["Subject"]
    tokens = [letter.get_content().rsplit("#", 1)[1].split()[0] for letter in (first, again)]
    reference, _, old = tokens[0].partition(".")
    with pytest.raises(NotFound):
        follow(runtime, reference, old)
    follow(runtime, *tokens[1].split(".", 1))
    with runtime.reading() as session:
        live = session.execute(text("SELECT count(*) FROM case_tracking_tokens")).scalar()
    assert live == 2


def test_no_letter_goes_out_once_the_case_is_over(runtime: Runtime) -> None:
    receipt = submit(runtime)
    with runtime.begin() as session:
        session.get_one(Case, receipt.case_id).state = "lapsed"
    assert letters(runtime, receipt.reference) == []
    with runtime.reading() as session:
        assert session.query(OutboxRow).one().delivered_at is not None


def test_forged_and_expired_links_are_answered_like_no_case(runtime: Runtime) -> None:
    mine, other = submit(runtime), submit(runtime, key="a-fresh-key-0002", order_id="O2")
    wrong = [
        (mine.reference, ""),
        (mine.reference, "forged"),
        (mine.reference, str(other.token)),
        (mine.reference.lower(), str(mine.token)),
        ("CV-0000-0000", str(mine.token)),
        (mine.reference, str(mine.token) + "x"),
    ]
    said = set()
    for reference, token in wrong:
        with pytest.raises(NotFound) as caught:
            follow(runtime, reference, token)
        said.add((caught.value.what, caught.value.status))
    assert follow(runtime, mine.reference, str(mine.token)).reference == mine.reference
    runtime.clock.now += tracking.LIFETIME  # type: ignore[attr-defined]
    with pytest.raises(NotFound) as caught:
        follow(runtime, mine.reference, str(mine.token))
    assert {(caught.value.what, caught.value.status)} == said


def test_a_link_can_be_withdrawn_and_their_number_is_bounded(runtime: Runtime) -> None:
    receipt = submit(runtime)
    with runtime.begin() as session:
        now = runtime.clock()
        kept = [
            tracking.issue(session, receipt.case_id, now=now + timedelta(seconds=n))
            for n in range(1, tracking.MOST + 5)
        ]
    with pytest.raises(NotFound):
        follow(runtime, receipt.reference, str(receipt.token))
    follow(runtime, receipt.reference, kept[-1])
    with runtime.begin() as session:
        tracking.revoke(session, receipt.case_id, now=now, keep=kept[-2])
    with pytest.raises(NotFound):
        follow(runtime, receipt.reference, kept[-1])
    assert follow(runtime, receipt.reference, kept[-2]).state == "awaiting_contact_check"


def test_only_a_channel_with_a_sender_carries_codes(runtime: Runtime) -> None:
    receipt = submit(runtime)
    with runtime.begin() as session:
        case = session.get_one(Case, receipt.case_id)
        with pytest.raises(InvalidInput):
            contact.send_code(
                session,
                runtime.vault,
                case,
                contact.Reach("contact_phone", "+49 30 1234567"),
                now=runtime.clock(),
            )


def test_a_sender_of_short_messages_fits_in(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an installation with a gateway adds; nothing else changes."""
    sent: list[contact.CodeLetter] = []
    senders = {**contact.SENDERS, "contact_phone": lambda *given: sent.append(given[-1])}
    monkeypatch.setattr(contact, "SENDERS", senders)
    receipt = submit(runtime, contact_phone="+49 30 1234567")
    with runtime.begin() as session:
        case = session.get_one(Case, receipt.case_id)
        contact.send_code(
            session,
            runtime.vault,
            case,
            contact.Reach("contact_phone", "+49 30 1234567"),
            now=runtime.clock(),
        )
    runtime.sweep()
    [letter] = sent
    assert letter.to == "+49 30 1234567"
    assert confirm(runtime, receipt, letter.code).outcome == "submitted"
    with runtime.reading() as session:
        proofs = {check.field: check.proven_at for check in session.query(ContactCheck)}
    assert proofs["contact_phone"] is not None
    assert proofs["contact_email"] is None
    assert SHOPPER_VISIT.address
