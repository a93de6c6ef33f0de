"""Cases between councils: signed, sealed, agreed to, taken once."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from service.complaints.councils import format as bundle_format
from service.complaints.councils import known as councils
from service.complaints.councils import receiving, sending
from service.complaints.councils.format import Header
from service.complaints.councils.models import CaseBundle
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import Upload
from service.complaints.models import Case, CaseEvent, CaseTask
from service.complaints.privacy import consents, sealed
from service.complaints.privacy.models import CaseTransfer
from service.core.access import HOME, OPERATOR, Asker
from service.core.errors import Conflict, InvalidInput, NotAllowed
from service.core.runtime import Runtime
from tests.service.complaints import bundle_world, cases
from tests.service.complaints.bundle_world import HANDED, agree, know, ready, take, waiting

TRACE = "trace_respondent"


@dataclass
class Pair:
    """Hong Kong hands over, the mainland takes; `there` and `back` are how each knows the other."""

    hong_kong: Runtime
    mainland: Runtime
    there: str
    back: str


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with (
        bundle_world.installation(tmp_path / "hk") as hong_kong,
        bundle_world.installation(tmp_path / "cn") as mainland,
    ):
        there = know(hong_kong, mainland, "CN")
        yield Pair(hong_kong, mainland, there, know(mainland, hong_kong, "HK"))


def hand_over(pair: Pair) -> tuple[str, bytes]:
    case_id = ready(pair.hong_kong, pair.there)
    sending.hand_over(pair.hong_kong, case_id, pair.there, asker=cases.OFFICER)
    [wire] = waiting(pair.hong_kong)
    return case_id, wire


def only_case(runtime: Runtime) -> str:
    with runtime.reading() as session:
        return session.scalars(select(Case.id)).one()


def count(runtime: Runtime, table: type) -> int:
    with runtime.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_case_goes_over_its_receipt_and_result_come_back(pair: Pair) -> None:
    case_id, wire = hand_over(pair)
    taken = take(pair.mainland, wire)
    assert not taken.repeated
    there = only_case(pair.mainland)
    with pair.mainland.begin() as session:
        row = session.get_one(Case, there)
        assert (row.state, row.source) == ("submitted", "council")
        texts = sealed.read(
            session,
            pair.mainland.vault,
            there,
            asker=cases.OFFICER,
            purpose="handle_case",
            now=pair.mainland.clock(),
        )
    assert texts.keys() == HANDED
    assert texts["contact_name"] == "Chan Tai Man"
    [receipt] = waiting(pair.mainland)
    take(pair.hong_kong, receipt)
    assert waiting(pair.hong_kong) == []
    cases.walk(pair.mainland, there, "screen_pass", "mediate_directly")
    cases.walk(pair.mainland, there, "agree", amount="300.00", currency="HKD")
    cases.walk(pair.mainland, there, "confirm_received", amount="300.00", currency="HKD")
    pair.mainland.sweep()
    [_, result] = waiting(pair.mainland)
    assert take(pair.hong_kong, result).kind == "result"
    with pair.hong_kong.reading() as session:
        case = session.get_one(Case, case_id)
        assert case.state == "mediation", "a person decides what follows"
        task = session.scalars(select(CaseTask).where(CaseTask.kind == "bundle_result")).one()
        assert task.case_id == case_id
        said = session.scalars(
            select(CaseEvent.detail).where(CaseEvent.event == "bundle_result")
        ).one()
    assert said["state"] == "resolved"
    assert {row["kind"]: row["amount"] for row in said["amounts"]} == {
        "agreed": "300.00",
        "received": "300.00",
    }


def test_a_case_that_is_not_settled_there_is_referred_back_and_can_go_out_again(pair: Pair) -> None:
    case_id, wire = hand_over(pair)
    take(pair.mainland, wire)
    there = only_case(pair.mainland)
    cases.walk(pair.mainland, there, "screen_fail", cause="outside_programme")
    pair.mainland.sweep()
    back = waiting(pair.mainland)[-1]
    with pytest.raises(Conflict, match="has the case"):
        sending.hand_over(pair.hong_kong, case_id, pair.there, asker=cases.OFFICER)
    assert take(pair.hong_kong, back).kind == "refer_back"
    sending.hand_over(pair.hong_kong, case_id, pair.there, asker=cases.OFFICER)


def test_whatever_comes_twice_is_taken_once(pair: Pair) -> None:
    _, wire = hand_over(pair)
    first, second = take(pair.mainland, wire), take(pair.mainland, wire)
    assert second == receiving.Taken(first.id, first.kind, first.reference, repeated=True)
    assert count(pair.mainland, Case) == 1
    receipts = waiting(pair.mainland)
    assert len(receipts) == 1
    assert not take(pair.hong_kong, receipts[0]).repeated
    assert take(pair.hong_kong, receipts[0]).repeated


def test_a_bundle_with_a_changed_bit_is_refused_and_leaves_nothing(pair: Pair) -> None:
    _, wire = hand_over(pair)
    outer = json.loads(wire)
    inner = json.loads(outer["signed"])
    for name in ("kind", "thread", "at", "sealed"):
        changed = inner | {name: "receipt" if name == "kind" else inner[name][:-5] + "AAAA="}
        forged = outer | {"signed": json.dumps(changed)}
        with pytest.raises(InvalidInput):
            take(pair.mainland, json.dumps(forged).encode())
    assert count(pair.mainland, Case) == count(pair.mainland, CaseBundle) == 0


@pytest.mark.parametrize(
    "wire", [b"", b"{}", b"\xff\xfe", b"[1]", b'{"signed":"{}","signature":""}']
)
def test_what_is_no_bundle_is_refused(pair: Pair, wire: bytes) -> None:
    with pytest.raises(InvalidInput, match="bundle"):
        take(pair.mainland, wire)


def test_a_bundle_of_an_unknown_or_ended_council_is_refused(pair: Pair, tmp_path: Path) -> None:
    _, wire = hand_over(pair)
    with bundle_world.installation(tmp_path / "third") as third:
        with pytest.raises(InvalidInput, match="nobody who is known"):
            take(third, wire)
        know(third, pair.hong_kong, "HK")
        with pytest.raises(InvalidInput, match="for another council"):
            take(third, wire)
    with pair.mainland.begin() as session:
        councils.end(session, pair.back, asker=OPERATOR, now=pair.mainland.clock())
    with pytest.raises(InvalidInput, match="nobody who is known"):
        take(pair.mainland, wire)


def test_a_payload_does_not_open_under_another_header(pair: Pair) -> None:
    own, other = councils.own_keys(pair.hong_kong), councils.own_keys(pair.mainland)
    ends = own.public.fingerprint, other.public.fingerprint, "2026-11-20T12:00:00+00:00"
    header = Header("case", "a", "a", *ends)
    wire = bundle_format.close(header, {"x": 1}, own=own, recipient=other.public.sealing)
    assert bundle_format.open_bundle(wire, sender=own.public, own=other) == (header, {"x": 1})
    inner = json.loads(json.loads(wire)["signed"]) | {"id": "b"}
    text = json.dumps(inner)
    signature = bundle_format._text(own.signing.sign(text.encode()))
    moved = json.dumps({"signed": text, "signature": signature}).encode()
    with pytest.raises(InvalidInput, match="does not open"):
        bundle_format.open_bundle(moved, sender=own.public, own=other)


def test_nothing_personal_is_readable_on_the_way_or_kept_after_the_receipt(pair: Pair) -> None:
    _, wire = hand_over(pair)
    for plain in (b"Chan Tai Man", b"jo@example.org", b"parcel never came"):
        assert plain not in wire
    take(pair.mainland, wire)
    take(pair.hong_kong, waiting(pair.mainland)[0])
    with pair.hong_kong.reading() as session:
        assert session.scalars(select(CaseBundle.wire).where(~CaseBundle.incoming)).all() == [None]


@pytest.mark.parametrize("country", ["KR", None])
def test_without_consent_for_this_council_in_its_country_nothing_goes(
    pair: Pair, country: str | None
) -> None:
    case_id = ready(pair.hong_kong, pair.there, agreed=frozenset())
    if country:
        agree(pair.hong_kong, case_id, f"council:{pair.there}", country, HANDED)
    with pytest.raises(Conflict, match="has not agreed"):
        sending.hand_over(pair.hong_kong, case_id, pair.there, asker=cases.OFFICER)
    assert count(pair.hong_kong, CaseTransfer) == 0


def test_a_revoked_consent_lets_nothing_go(pair: Pair) -> None:
    case_id = ready(pair.hong_kong, pair.there)
    with pair.hong_kong.begin() as session:
        asker = cases.consumer(case_id)
        for row in consents.of_case(session, case_id, asker=asker):
            consents.revoke(session, case_id, row.id, asker=asker, now=pair.hong_kong.clock())
    with pytest.raises(Conflict, match="has not agreed"):
        sending.hand_over(pair.hong_kong, case_id, pair.there, asker=cases.OFFICER)


def test_a_case_whose_proven_contact_stays_here_is_not_handed_over(pair: Pair) -> None:
    case_id = ready(pair.hong_kong, pair.there, agreed=HANDED - {"contact_email"})
    with pytest.raises(Conflict, match="proven contact"):
        sending.hand_over(pair.hong_kong, case_id, pair.there, asker=cases.OFFICER)


def test_the_transfer_and_the_look_are_on_record(pair: Pair) -> None:
    case_id, _ = hand_over(pair)
    with pair.hong_kong.reading() as session:
        row = session.scalars(select(CaseTransfer)).one()
        assert (row.case_id, row.recipient, row.country, set(row.fields), row.basis) == (
            case_id,
            f"council:{pair.there}",
            "CN",
            HANDED,
            "consent",
        )


def test_an_answer_of_a_council_that_was_not_asked_is_refused(pair: Pair, tmp_path: Path) -> None:
    _, wire = hand_over(pair)
    thread = bundle_format.header_of(wire).id
    with bundle_world.installation(tmp_path / "third") as third:
        know(pair.hong_kong, third, "KR")
        own = councils.own_keys(third)
        to = councils.own_keys(pair.hong_kong).public
        header = Header("result", "r", thread, own.public.fingerprint, to.fingerprint, "now")
        forged = bundle_format.close(header, {"state": "resolved"}, own=own, recipient=to.sealing)
    with pytest.raises(InvalidInput, match="answers nothing"):
        take(pair.hong_kong, forged)


@pytest.mark.parametrize("state", ["submitted", "withdrawn"])
def test_only_a_case_on_which_the_council_acts_is_handed_over(pair: Pair, state: str) -> None:
    case_id = bundle_world.file(pair.hong_kong)
    agree(pair.hong_kong, case_id, f"council:{pair.there}", "CN", HANDED)
    if state == "withdrawn":
        cases.walk(pair.hong_kong, case_id, "withdraw")
    with pytest.raises(Conflict, match="handed over"):
        sending.hand_over(pair.hong_kong, case_id, pair.there, asker=cases.OFFICER)


def test_a_fingerprint_that_is_not_the_card_s_is_refused(pair: Pair) -> None:
    card = json.dumps(councils.own_card(pair.mainland))
    given = councils.Acquaintance(card, "0" * 64, "x", "CN")
    with pytest.raises(InvalidInput, match="not that of the card"):
        councils.add(pair.hong_kong, given, asker=OPERATOR)


def test_only_an_administrator_records_councils_and_only_the_desk_hands_over(pair: Pair) -> None:
    officer = cases.OFFICER
    with pair.hong_kong.begin() as session, pytest.raises(NotAllowed):
        councils.end(session, pair.there, asker=officer, now=pair.hong_kong.clock())
    case_id = ready(pair.hong_kong, pair.there)
    auditor = Asker("person", "a", organisation=HOME, roles=frozenset({"auditor"}))
    with pytest.raises(NotAllowed):
        sending.hand_over(pair.hong_kong, case_id, pair.there, asker=auditor)


def test_a_file_that_is_refused_there_is_named_in_the_receipt_and_to_both_officers(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = ready(pair.hong_kong, pair.there, agreed=frozenset())
    asker = cases.consumer(case_id)
    names = [
        evidence_files.add(pair.hong_kong, case_id, Upload(text, "chat"), asker=asker).id
        for text in (b"I will not refund\n", b"Never\n")
    ]
    fields = HANDED | {evidence_files.field_of(name) for name in names}
    agree(pair.hong_kong, case_id, f"council:{pair.there}", "CN", fields)
    sending.hand_over(pair.hong_kong, case_id, pair.there, asker=cases.OFFICER)
    [wire] = waiting(pair.hong_kong)
    # The other side has room for one file only.
    monkeypatch.setattr(evidence_files, "MOST_FILES", 1)
    take(pair.mainland, wire)
    monkeypatch.undo()
    there = only_case(pair.mainland)
    [said] = details(pair.mainland, there, "bundle_files")
    [refused] = said["refused"]
    assert (refused["place"], refused["kind"]) == (2, "chat")
    assert "files at most" in refused["why"]
    assert tasks(pair.mainland, there) == ["bundle_files"]
    assert take(pair.mainland, wire).repeated
    assert len(details(pair.mainland, there, "bundle_files")) == 1, "said once"
    take(pair.hong_kong, waiting(pair.mainland)[0])
    [receipt] = details(pair.hong_kong, case_id, "receipt")
    assert receipt["refused"] == [refused]
    assert tasks(pair.hong_kong, case_id) == ["bundle_files"]


def test_a_receipt_without_refused_files_asks_nobody(pair: Pair) -> None:
    case_id, wire = hand_over(pair)
    take(pair.mainland, wire)
    take(pair.hong_kong, waiting(pair.mainland)[0])
    assert tasks(pair.mainland, only_case(pair.mainland)) == tasks(pair.hong_kong, case_id) == []


def details(runtime: Runtime, case_id: str, event: str) -> list[dict[str, Any]]:
    with runtime.reading() as session:
        rows = select(CaseEvent.detail).where(
            CaseEvent.case_id == case_id, CaseEvent.event == event
        )
        return list(session.scalars(rows))


def tasks(runtime: Runtime, case_id: str) -> list[str]:
    with runtime.reading() as session:
        rows = select(CaseTask.kind).where(CaseTask.case_id == case_id, CaseTask.kind != TRACE)
        return list(session.scalars(rows))
