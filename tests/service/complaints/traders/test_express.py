"""Taking part in a programme, the merchant's desk, and what it may see when."""

import itertools
from datetime import date, timedelta
from typing import Any

import pytest

from service.complaints import queries
from service.complaints.course import machine
from service.complaints.desk import correspondence
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import COPY, ORIGINAL, Upload
from service.complaints.privacy import access_log
from service.complaints.traders import desk as trader_desk
from service.complaints.traders import express
from service.core.access import HOME, Asker
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.core.runtime import Runtime
from tests.service.accounts.people import home, organisation
from tests.service.complaints import cases, express_world
from tests.service.complaints.express_world import (
    EXPRESS,
    KEY,
    MEDIATION,
    admit,
    answer,
    at_trader,
    file,
    programme_of,
)
from tests.service.complaints.intake_world import letters
from tests.service.complaints.privacy_world import look

OTHER_KEY = "aliexpress:shop:900000002"


@pytest.fixture
def trader(runtime: Runtime) -> Asker:
    return cases.trader(express_world.merchant(runtime))


# Taking part


@pytest.mark.parametrize("state", ["pending", "suspended", "deleted"])
def test_only_an_organisation_that_was_verified_takes_part(runtime: Runtime, state: str) -> None:
    home(runtime)
    joining = organisation(runtime, "Shop", kind="merchant", state=state)
    with pytest.raises(Conflict, match="has not been verified") as refused:
        admit(runtime, joining)
    assert refused.value.code == "express.unverified"
    with runtime.reading() as session:
        assert express.listed(session, asker=cases.SUPERVISOR) == []


@pytest.mark.parametrize(
    ("change", "programme"),
    [
        ({}, EXPRESS),
        ({"country": "MO"}, EXPRESS),
        ({"country": "DE"}, MEDIATION),
        ({"merchant_country": "KR"}, MEDIATION),
        ({"purchase_date": "2024-01-05"}, MEDIATION),
        ({"merchant_key": OTHER_KEY}, MEDIATION),
    ],
)
def test_intake_pins_the_programme_that_the_merchant_takes_part_in(
    runtime: Runtime, trader: Asker, change: dict[str, Any], programme: str
) -> None:
    pinned, respondent = programme_of(runtime, file(runtime, **change))
    assert pinned == programme
    assert respondent == (trader.organisation if programme == EXPRESS else None)


def test_nobody_takes_part_before_the_first_day_or_from_the_last_on(runtime: Runtime) -> None:
    organisation = cases.merchant(runtime)
    today = runtime.clock().date()
    admit(runtime, organisation, since=today + timedelta(days=1))
    assert programme_of(runtime, file(runtime))[0] == MEDIATION
    admit(runtime, organisation, since=today - timedelta(days=9), until=today)
    assert programme_of(runtime, file(runtime, "a-fresh-key-0002", order_id="2"))[0] == MEDIATION


def test_a_merchant_that_joins_before_the_screening_gets_the_case(runtime: Runtime) -> None:
    case_id = file(runtime)
    assert programme_of(runtime, case_id) == (MEDIATION, None)
    organisation = express_world.merchant(runtime)
    cases.walk(runtime, case_id, "screen_pass")
    assert programme_of(runtime, case_id) == (EXPRESS, organisation)


def test_an_agreement_that_ends_leaves_the_merchant_its_cases_and_gives_it_no_new_ones(
    runtime: Runtime,
) -> None:
    organisation = cases.merchant(runtime)
    agreement = admit(runtime, organisation)
    before = at_trader(runtime)
    now = runtime.clock()
    with runtime.begin() as session:
        express.end(session, agreement, until=now.date(), asker=cases.SUPERVISOR, now=now)
    answer(runtime, before, "acknowledge", cases.trader(organisation))
    assert programme_of(runtime, file(runtime, "a-fresh-key-0002", order_id="2"))[0] == MEDIATION


@pytest.mark.parametrize("participates", [True, False])
def test_a_screened_case_has_exactly_one_way_on_whatever_the_situation(
    runtime: Runtime,
    participates: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    if participates:
        express_world.merchant(runtime)
    situations = itertools.product(("HK", "MO", "DE"), ("CN", "KR", ""), (KEY, OTHER_KEY))
    for number, (country, seller, key) in enumerate(situations):
        change: dict[str, Any] = {"country": country, "merchant_country": seller}
        change |= {"merchant_key": key, "order_id": f"O{number}"}
        change["contact_email"] = f"jo{number}@example.org"
        case_id = file(runtime, f"a-fresh-key-{number:04}", **change)
        cases.walk(runtime, case_id, "screen_pass")
        with runtime.reading() as session:
            found = queries.possible(session, cases.OFFICER, case_id, now=runtime.clock())
        eligible = participates and key == KEY and country != "DE" and seller != "KR"
        way = "upload" if eligible else "mediate_directly"
        assert [event.name for event in found] == [way], change
        cases.walk(runtime, case_id, way)


def test_every_state_in_which_a_merchant_must_act_leads_back_to_the_council_without_it() -> None:
    table = machine.load()
    for state in (name for name, row in table.states.items() if row.actor == machine.TRADER):
        move = table.clock_move(state)
        assert move is not None
        assert table.states[move.target].actor == machine.COUNCIL


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"programme": "mediation"}, "programme"),
        ({"keys": []}, "keys"),
        ({"keys": ["not a key"]}, "keys"),
        ({"evidence": " "}, "evidence"),
        ({"until": date(2025, 1, 1)}, "until"),
        ({"organisation_id": HOME}, "merchant or a platform"),
        ({"organisation_id": "nobody"}, "merchant or a platform"),
    ],
)
def test_an_agreement_that_cannot_be_is_refused_and_named(
    runtime: Runtime, change: dict[str, Any], error: str
) -> None:
    organisation = cases.merchant(runtime)
    with pytest.raises((InvalidInput, Conflict), match=error):
        admit(runtime, **{"organisation": organisation} | _as_argument(change))


def _as_argument(change: dict[str, Any]) -> dict[str, Any]:
    found = dict(change)
    if "organisation_id" in found:
        found["organisation"] = found.pop("organisation_id")
    return found


@pytest.mark.usefixtures("trader")
def test_one_merchant_has_one_agreement_at_a_time(runtime: Runtime) -> None:
    other = cases.merchant(runtime, "Other shop")
    with pytest.raises(Conflict, match="another agreement"):
        admit(runtime, other)
    admit(runtime, other, keys=[OTHER_KEY])


@pytest.mark.parametrize("role", ["complaint_officer", "administrator", "trader_agent", "auditor"])
def test_only_a_supervisor_decides_who_takes_part(runtime: Runtime, role: str) -> None:
    organisation = cases.merchant(runtime)
    asker = Asker("person", "p", organisation=HOME, roles=frozenset({role}))
    agreement = express.Agreement(organisation, "express-platform", [KEY], "x", date(2026, 1, 1))
    with runtime.begin() as session, pytest.raises(NotAllowed):
        express.admit(session, agreement, asker=asker, now=runtime.clock())


# The desk


def test_the_merchant_sees_a_case_from_its_upload_on(runtime: Runtime, trader: Asker) -> None:
    case_id = file(runtime)
    cases.walk(runtime, case_id, "screen_pass")
    assert _listed(runtime, trader) == []
    with pytest.raises(NotFound):
        _whole(runtime, case_id, trader)
    cases.walk(runtime, case_id, "upload")
    assert _listed(runtime, trader) == [case_id]
    found = _whole(runtime, case_id, trader)
    assert [event.name for event in found.possible] == ["acknowledge", "reject_wrong_trader"]
    assert found.case.due_on == date(2026, 11, 25)


@pytest.mark.usefixtures("trader")
def test_another_merchant_and_the_council_s_people_have_no_such_desk(
    runtime: Runtime,
) -> None:
    case_id = at_trader(runtime)
    stranger = cases.trader(cases.merchant(runtime, "Stranger"))
    assert _listed(runtime, stranger) == []
    with pytest.raises(NotFound):
        _whole(runtime, case_id, stranger)
    with pytest.raises(NotFound):
        trader_desk.opened(runtime, case_id, asker=stranger)
    with pytest.raises(NotFound):
        answer(runtime, case_id, "acknowledge", stranger)
    with pytest.raises(NotAllowed):
        _whole(runtime, case_id, cases.OFFICER)


def test_only_ticked_contact_details_and_the_case_s_own_texts_are_opened(
    runtime: Runtime, trader: Asker
) -> None:
    case_id = at_trader(runtime)
    found = trader_desk.opened(runtime, case_id, asker=trader)
    assert found["contact_name"] == "Chan Tai Man"
    assert found["contact_email"] == "jo@example.org"
    assert found["order_id"] == "ORDER-1"
    assert found["description"] == "The parcel never came."
    assert "contact_phone" not in found


def test_facts_that_concern_the_desk_alone_are_not_shown(runtime: Runtime, trader: Asker) -> None:
    shown = _whole(runtime, at_trader(runtime), trader).case.facts
    assert shown["amount"] == "320.00"
    assert not shown.keys() - set(trader_desk.FACTS)
    assert "share_contact" not in shown


def test_questions_of_the_desk_to_the_complainant_are_not_the_merchant_s_to_read(
    runtime: Runtime, trader: Asker
) -> None:
    case_id = at_trader(runtime)
    _write(runtime, case_id, cases.OFFICER, "For the complainant only")
    _write(runtime, case_id, cases.consumer(case_id), "For both")
    answer(runtime, case_id, "acknowledge", trader)
    trader_desk.write(runtime, case_id, "We look for the parcel", asker=trader)
    texts = set(trader_desk.opened(runtime, case_id, asker=trader).values())
    assert {"For both", "We look for the parcel"} <= texts
    assert "For the complainant only" not in texts


def test_each_side_is_told_of_a_message_by_a_letter_without_its_words(
    runtime: Runtime, trader: Asker
) -> None:
    case_id = at_trader(runtime)
    letters(runtime)
    trader_desk.write(runtime, case_id, "SECRET WORDS", asker=trader)
    texts = [letter.get_content() for letter in letters(runtime)]
    assert any("/complaint/track#" in text for text in texts)
    assert not any("SECRET WORDS" in text for text in texts)


@pytest.mark.parametrize("event", ["ask_consumer", "request_extension", "upload_result", "decline"])
def test_moves_that_say_nothing_without_words_need_them(
    runtime: Runtime, trader: Asker, event: str
) -> None:
    case_id = at_trader(runtime)
    answer(runtime, case_id, "acknowledge", trader)
    with pytest.raises(InvalidInput, match="characters"):
        answer(runtime, case_id, event, trader, text="  ")


def test_more_time_is_asked_for_once(runtime: Runtime, trader: Asker) -> None:
    case_id = at_trader(runtime)
    answer(runtime, case_id, "acknowledge", trader)
    answer(runtime, case_id, "request_extension", trader, text="The carrier searches")
    cases.walk(runtime, case_id, "grant_once")
    with pytest.raises(Conflict, match="already"):
        answer(runtime, case_id, "request_extension", trader, text="Again")


def test_who_is_not_the_seller_leaves_the_case_for_good(runtime: Runtime, trader: Asker) -> None:
    case_id = at_trader(runtime)
    moved = answer(runtime, case_id, "reject_wrong_trader", trader, text="Not our shop")
    assert moved.state == "referred_back"
    assert _listed(runtime, trader) == []
    with pytest.raises(NotFound):
        trader_desk.opened(runtime, case_id, asker=trader)
    cases.walk(runtime, case_id, "open_mediation", "agree")
    with pytest.raises(NotFound):
        _whole(runtime, case_id, trader)


def test_an_answer_to_an_older_version_is_refused(runtime: Runtime, trader: Asker) -> None:
    case_id = at_trader(runtime)
    given = trader_desk.Answer("acknowledge", 1)
    with pytest.raises(Conflict, match="meanwhile"):
        trader_desk.answer(runtime, case_id, given, asker=trader)


def test_sight_ends_with_the_merchant_s_turn_and_thirty_days_after_fulfilment(
    runtime: Runtime, trader: Asker
) -> None:
    case_id = at_trader(runtime)
    answer(runtime, case_id, "acknowledge", trader)
    answer(runtime, case_id, "upload_result", trader, text="A refund", amount="320", currency="HKD")
    cases.walk(runtime, case_id, "dispute")
    assert trader_desk.opened(runtime, case_id, asker=trader) == {}
    assert not _whole(runtime, case_id, trader).case.here
    with pytest.raises(Conflict, match="not with the merchant"):
        trader_desk.write(runtime, case_id, "One more word", asker=trader)
    cases.walk(runtime, case_id, "open_mediation", "agree")
    assert "contact_email" in trader_desk.opened(runtime, case_id, asker=trader)
    answer(runtime, case_id, "mark_paid", trader, amount="320", currency="HKD")
    cases.walk(runtime, case_id, "confirm_received")
    runtime.clock.now += timedelta(days=29)  # type: ignore[attr-defined]
    assert trader_desk.opened(runtime, case_id, asker=trader)
    runtime.clock.now += timedelta(days=2)  # type: ignore[attr-defined]
    assert trader_desk.opened(runtime, case_id, asker=trader) == {}


def test_the_merchant_s_own_files_are_its_own_and_the_desk_s(
    runtime: Runtime, trader: Asker
) -> None:
    case_id = at_trader(runtime)
    own = evidence_files.add(
        runtime, case_id, Upload(b"mine\n", "chat"), asker=cases.consumer(case_id)
    )
    theirs = trader_desk.attach(
        runtime, case_id, Upload(b"posted on 3 October\n", "tracking"), asker=trader
    )
    assert [row.id for row in _whole(runtime, case_id, trader).files] == [theirs.id]
    look: dict[str, Any] = {"asker": trader, "purpose": trader_desk.PURPOSE}
    with pytest.raises(NotAllowed):
        evidence_files.open_file(runtime, case_id, own.id, variant=COPY, **look)
    with pytest.raises(NotAllowed):
        evidence_files.open_file(runtime, case_id, theirs.id, variant=ORIGINAL, **look)
    opened = evidence_files.open_file(
        runtime, case_id, theirs.id, variant=ORIGINAL, asker=cases.OFFICER, purpose="handle_case"
    )
    assert opened.content == b"posted on 3 October\n"


def test_looks_of_the_merchant_are_on_the_record(runtime: Runtime, trader: Asker) -> None:
    case_id = at_trader(runtime)
    trader_desk.opened(runtime, case_id, asker=trader)
    with runtime.reading() as session:
        seen = access_log.of_case(session, case_id, asker=cases.consumer(case_id))
    assert ("trader", "conciliate", trader.organisation) in {
        (row.role, row.purpose, row.organisation) for row in seen
    }


# The whole way


def test_from_upload_over_a_dispute_and_mediation_to_money_received(
    runtime: Runtime, trader: Asker
) -> None:
    case_id = at_trader(runtime)
    answer(runtime, case_id, "acknowledge", trader)
    answer(runtime, case_id, "ask_consumer", trader, text="Which parcel number?")
    answer(
        runtime, case_id, "upload_result", trader, text="Half back", amount="160", currency="HKD"
    )
    cases.walk(runtime, case_id, "dispute", "open_mediation")
    cases.walk(runtime, case_id, "agree", amount="300", currency="HKD")
    answer(runtime, case_id, "mark_paid", trader, amount="300", currency="HKD")
    moved = cases.walk(runtime, case_id, "confirm_received", amount="300", currency="HKD")
    assert moved.state == "resolved"
    assert express_world.amounts(runtime, case_id) == {
        "claimed": "320.00",
        "offered": "160.00",
        "agreed": "300.00",
        "paid": "300.00",
        "received": "300.00",
    }
    with cases.reading(runtime, case_id) as case:
        assert (case.outcome, case.programme) == ("resolved", EXPRESS)


def test_the_officer_reads_the_words_of_both(runtime: Runtime, trader: Asker) -> None:
    case_id = at_trader(runtime)
    answer(runtime, case_id, "acknowledge", trader)
    answer(runtime, case_id, "decline", trader, text="Delivered on 3 October")
    assert "Delivered on 3 October" in look(runtime, case_id).values()


def test_pages_of_a_list_neither_repeat_nor_lose_a_case(runtime: Runtime, trader: Asker) -> None:
    made = {at_trader(runtime, key=f"a-fresh-key-{n:04}", order_id=f"O{n}") for n in range(3)}
    with runtime.reading() as session:
        pages = [trader_desk.cases(session, trader, limit=1, offset=offset) for offset in range(3)]
        assert trader_desk.count(session, trader) == 3
    assert {row.id for row in itertools.chain(*pages)} == made


def _listed(runtime: Runtime, asker: Asker) -> list[str]:
    with runtime.reading() as session:
        return [row.id for row in trader_desk.cases(session, asker, limit=50)]


def _whole(runtime: Runtime, case_id: str, asker: Asker) -> trader_desk.Whole:
    with runtime.reading() as session:
        return trader_desk.whole(session, case_id, asker=asker, now=runtime.clock())


def _write(runtime: Runtime, case_id: str, asker: Asker, text: str) -> None:
    with runtime.begin() as session:
        correspondence.write(
            session,
            runtime.vault,
            case_id,
            correspondence.MESSAGE,
            text,
            asker=asker,
            now=runtime.clock(),
        )
