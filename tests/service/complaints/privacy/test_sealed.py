"""Personal data of a case: who opens them, what for, and what of it stays on record."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from service.complaints.intake.fields import PERSONAL
from service.complaints.models import SealedField
from service.complaints.privacy import access_log, consents, sealed, visibility
from service.complaints.privacy.access_log import AT_LEAST
from service.complaints.privacy.consents import Share
from service.complaints.privacy.visibility import Situation, visible_fields
from service.core.access import HOME, SYSTEM, Asker
from service.core.crypto import SealBroken
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn
from service.core.messages import LOCALES, Messages
from service.core.runtime import Runtime
from tests.conftest import NOW
from tests.service.complaints import cases
from tests.service.complaints.cases import OFFICER, SUPERVISOR, consumer, trader
from tests.service.complaints.privacy_world import TEXTS, look, sealed_case, set_case

AUDITOR = Asker("person", "auditor", organisation=HOME, roles=frozenset({"auditor"}))
STRANGER = Asker("person", "other", organisation="other", roles=frozenset({"complaint_officer"}))
EMAIL = "PLANTED-MAIL@example.com"


def accesses(runtime: Runtime, case_id: str) -> list[access_log.Look]:
    with runtime.reading() as session:
        return access_log.of_case(session, case_id, asker=OFFICER)


def test_an_officer_opens_what_is_asked_for_and_the_look_is_recorded(runtime: Runtime) -> None:
    case_id = sealed_case(runtime)
    assert look(runtime, case_id, "contact_email", "no_such_field") == {"contact_email": EMAIL}
    assert look(runtime, case_id) == TEXTS
    everything, one = accesses(runtime, case_id)
    assert (one.actor, one.organisation, one.purpose, one.fields, one.at, one.role) == (
        "person:officer",
        HOME,
        "handle_case",
        ["contact_email"],
        NOW,
        "officer",
    )
    assert everything.fields == sorted(TEXTS)


def test_what_is_rolled_back_leaves_no_line_and_gave_nothing(runtime: Runtime) -> None:
    case_id = sealed_case(runtime)
    with runtime.begin() as session:
        sealed.read(session, runtime.vault, case_id, asker=OFFICER, purpose="handle_case", now=NOW)
        session.rollback()
    assert accesses(runtime, case_id) == []


@pytest.mark.parametrize(
    "purpose", ["", "curiosity", "conciliate", "own_case", "notify_complainant"]
)
def test_no_purpose_of_the_officers_list_is_no_access(runtime: Runtime, purpose: str) -> None:
    case_id = sealed_case(runtime)
    with pytest.raises(InvalidInput, match="purpose"):
        look(runtime, case_id, purpose=purpose)
    assert accesses(runtime, case_id) == []


@pytest.mark.parametrize(
    "asker", [AUDITOR, STRANGER, trader("elsewhere"), consumer("another case")]
)
def test_others_open_nothing(runtime: Runtime, asker: Asker) -> None:
    case_id = sealed_case(runtime)
    for purpose in visibility.load().purposes:
        with pytest.raises((NotAllowed, NotFound, NotSignedIn)):
            look(runtime, case_id, asker=asker, purpose=purpose)
    with pytest.raises((NotAllowed, NotFound)):
        look(runtime, "no such case")


def test_the_complainant_reads_everything_but_notes_and_reads_who_looked(runtime: Runtime) -> None:
    case_id = sealed_case(runtime, TEXTS | {"note:1": "inside", "message:1": "to all"})
    look(runtime, case_id, "contact_name")
    own = look(runtime, case_id, asker=consumer(case_id), purpose="own_case")
    assert own == TEXTS | {"message:1": "to all"}
    with pytest.raises(NotAllowed, match="note:1"):
        look(runtime, case_id, "note:1", asker=consumer(case_id), purpose="own_case")
    with runtime.reading() as session:
        mine = access_log.of_case(session, case_id, asker=consumer(case_id))
        assert [line.role for line in mine] == ["complainant", "officer"]
        with pytest.raises(NotFound):
            access_log.of_case(session, case_id, asker=consumer("another case"))


def test_deliveries_are_recorded_as_well(runtime: Runtime) -> None:
    case_id = sealed_case(runtime)
    look(runtime, case_id, "contact_email", asker=SYSTEM, purpose="notify_complainant")
    assert [(line.actor, line.role) for line in accesses(runtime, case_id)] == [
        ("caveat", "system")
    ]


def conciliated(runtime: Runtime) -> tuple[str, str]:
    """Return a case that is with a trader who may see name, narrative and one file."""
    shop = cases.merchant(runtime)
    case_id = sealed_case(
        runtime,
        TEXTS
        | {"file:shown": "a.jpg", "file:kept": "b.jpg", "note:1": "inside", "message:1": "hi"},
        programme="express-platform@1",
        respondent=shop,
    )
    share = Share(
        consents.organisation(shop),
        "CN",
        frozenset({"contact_name", "description", "file:shown"}),
    )
    with runtime.begin() as session:
        consents.grant(
            session, case_id, share, wording="w@1", asker=consumer(case_id), now=runtime.clock()
        )
    return case_id, shop


SHOWN = {"contact_name", "description", "file:shown", "order_id", "message:1"}


def test_a_trader_sees_what_was_ticked_and_only_while_the_case_is_there(runtime: Runtime) -> None:
    case_id, shop = conciliated(runtime)
    with pytest.raises((NotFound, NotAllowed)):
        look(runtime, case_id, asker=trader(shop), purpose="conciliate")
    cases.walk(runtime, case_id, "screen_pass", "upload")
    assert look(runtime, case_id, asker=trader(shop), purpose="conciliate").keys() == SHOWN
    with pytest.raises(NotAllowed, match="contact_phone"):
        look(runtime, case_id, "contact_phone", asker=trader(shop), purpose="conciliate")
    with pytest.raises(InvalidInput):
        look(runtime, case_id, asker=trader(shop), purpose="handle_case")
    cases.walk(runtime, case_id, "acknowledge", "upload_result", "dispute")
    assert look(runtime, case_id, asker=trader(shop), purpose="conciliate") == {}


def test_consent_that_is_taken_back_closes_the_fields(runtime: Runtime) -> None:
    case_id, shop = conciliated(runtime)
    cases.walk(runtime, case_id, "screen_pass", "upload")
    with runtime.begin() as session:
        [given] = consents.of_case(session, case_id, asker=consumer(case_id))
        consents.revoke(session, case_id, given.id, asker=consumer(case_id), now=NOW)
    seen = look(runtime, case_id, asker=trader(shop), purpose="conciliate")
    assert seen.keys() == {"order_id", "message:1"}
    with runtime.reading() as session:
        [given] = consents.of_case(session, case_id, asker=OFFICER)
    assert (given.revoked_at, given.country, given.wording) == (NOW, "CN", "w@1")


def test_a_new_consent_takes_the_place_of_the_recipients_earlier_one(runtime: Runtime) -> None:
    case_id, shop = conciliated(runtime)
    less = Share(consents.organisation(shop), "CN", frozenset({"description"}))
    with runtime.begin() as session:
        consents.grant(session, case_id, less, wording="w@2", asker=OFFICER, now=NOW)
        assert consents.shared_with(session, case_id, less.recipient) == {"description"}
        assert [one.revoked_at for one in consents.of_case(session, case_id, asker=OFFICER)].count(
            None
        ) == 1
        with pytest.raises((NotFound, NotAllowed)):
            consents.grant(session, case_id, less, wording="w@2", asker=STRANGER, now=NOW)
        nowhere = Share(less.recipient, "XX", less.fields)
        with pytest.raises(InvalidInput, match="country"):
            consents.grant(session, case_id, nowhere, wording="w@2", asker=OFFICER, now=NOW)


def test_after_fulfilment_a_trader_sees_the_case_for_thirty_days_more(runtime: Runtime) -> None:
    case_id, shop = conciliated(runtime)
    events = ("screen_pass", "upload", "acknowledge", "upload_result", "accept", "mark_paid")
    cases.walk(runtime, case_id, *events, "confirm_received")
    assert look(runtime, case_id, asker=trader(shop), purpose="conciliate").keys() == SHOWN
    runtime.clock.now = NOW + timedelta(days=30)  # type: ignore[attr-defined]
    assert look(runtime, case_id, asker=trader(shop), purpose="conciliate") == {}


def test_handing_on_needs_a_consent_that_covers_it_and_is_recorded(runtime: Runtime) -> None:
    case_id, shop = conciliated(runtime)
    covered = Share(consents.organisation(shop), "CN", frozenset({"contact_name"}))

    def hand_on(share: Share, basis: str = "consent") -> None:
        with runtime.begin() as session:
            consents.record_transfer(session, case_id, share, basis=basis, asker=OFFICER, now=NOW)

    hand_on(covered)
    for wrong in (
        Share(covered.recipient, "KR", covered.fields),
        Share("channel:elsewhere", "CN", covered.fields),
        Share(covered.recipient, "CN", frozenset({"contact_phone"})),
    ):
        with pytest.raises(Conflict, match="not agreed"):
            hand_on(wrong)
    hand_on(Share("channel:court", "CN", frozenset({"contact_phone"})), basis="legal_duty")
    with pytest.raises(InvalidInput):
        hand_on(covered, basis="habit")
    with runtime.reading() as session:
        rows = session.execute(
            text(
                "SELECT recipient, country, basis, sharing_id IS NOT NULL FROM case_transfers ORDER BY id"
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        (covered.recipient, "CN", "consent", True),
        ("channel:court", "CN", "legal_duty", False),
    ]


def test_each_time_a_case_comes_to_the_trader_what_it_gets_is_recorded(runtime: Runtime) -> None:
    case_id, shop = conciliated(runtime)
    moves = ("screen_pass", "upload", "acknowledge", "upload_result", "dispute", "open_mediation")
    cases.walk(runtime, case_id, *moves, "agree")
    with runtime.reading() as session:
        rows = session.execute(
            text("SELECT actor, recipient, country, basis, fields FROM case_transfers ORDER BY id")
        ).all()
    assert len(rows) == 2
    assert {tuple(row[:4]) for row in rows} == {
        ("person:officer", consents.organisation(shop), "CN", "consent")
    }
    assert all("contact_name" in row[4] and "contact_phone" not in row[4] for row in rows)


@pytest.mark.parametrize("change", ["case", "field", "bit"])
def test_a_moved_or_edited_ciphertext_is_refused_from_the_database(
    runtime: Runtime, change: str
) -> None:
    case_id, other = sealed_case(runtime), sealed_case(runtime)
    with runtime.begin() as session:
        row = session.get_one(SealedField, (case_id, "contact_email"))
        target = {"case": (other, "contact_email"), "field": (case_id, "order_id")}
        owner, field = target.get(change, (case_id, "contact_email"))
        content = row.sealed if change != "bit" else row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])
        session.execute(
            update(SealedField)
            .where(SealedField.case_id == owner, SealedField.field == field)
            .values(sealed=content)
        )
    with pytest.raises(SealBroken):
        look(runtime, owner, field)


def test_every_personal_field_has_a_class_of_its_own_mind() -> None:
    assert set(visibility.load().classes) >= PERSONAL
    assert visibility.load().class_of("a field nobody knows") == visibility.STRICTEST


FIELDS = [
    "contact_email",
    "order_id",
    "payment_reference",
    "tracking_number",
    "card_issuer",
    "merchant_address",
    "merchant_contact",
    "description",
    "tried",
    "file:1",
    "message:1",
    "result:1",
    "referral:1",
    "note:1",
]
ALL_BUT_NOTES = " ".join(FIELDS[:-1])
WITH_CASE = "order_id payment_reference tracking_number merchant_address merchant_contact message:1 result:1"
DAY = timedelta(days=1)
# The table of who sees what, spelt out: role, stage, what is shared, closed from, days since, what is seen.
TABLE = [
    (
        "complainant",
        "triage",
        (),
        None,
        0,
        ALL_BUT_NOTES,
    ),
    (
        "complainant",
        "closed",
        (),
        "triage",
        900,
        ALL_BUT_NOTES,
    ),
    ("officer", "triage", (), None, 0, " ".join(FIELDS)),
    ("officer", "closed", (), "negotiation", 400, " ".join(FIELDS)),
    (
        "system",
        "triage",
        (),
        None,
        0,
        ALL_BUT_NOTES,
    ),
    ("trader", "intake", FIELDS, None, 0, ""),
    ("trader", "triage", FIELDS, None, 0, ""),
    ("trader", "negotiation", (), None, 0, WITH_CASE),
    (
        "trader",
        "negotiation",
        ("contact_email",),
        None,
        0,
        f"contact_email {WITH_CASE}",
    ),
    ("trader", "negotiation", ("file:1", "note:1"), None, 0, f"{WITH_CASE} file:1"),
    ("trader", "negotiation", ("description",), None, 0, f"{WITH_CASE} description"),
    ("trader", "negotiation", ("tried",), None, 0, f"{WITH_CASE} tried"),
    ("trader", "negotiation", ("card_issuer", "referral:1"), None, 0, WITH_CASE),
    ("trader", "facilitated", FIELDS, None, 0, ""),
    (
        "trader",
        "fulfilment",
        ("contact_email",),
        None,
        0,
        f"contact_email {WITH_CASE}",
    ),
    (
        "trader",
        "closed",
        ("contact_email",),
        "fulfilment",
        29,
        f"contact_email {WITH_CASE}",
    ),
    ("trader", "closed", FIELDS, "fulfilment", 30, ""),
    ("trader", "closed", FIELDS, "negotiation", 0, ""),
    ("trader", "closed", FIELDS, "facilitated", 0, ""),
    ("trader", "closed", FIELDS, None, 0, ""),
]


@pytest.mark.parametrize(("role", "stage", "shared", "closed_from", "days", "seen"), TABLE)
def test_who_sees_what(
    role: str, stage: str, shared: Sequence[str], closed_from: str | None, days: int, seen: str
) -> None:
    closed_at = NOW - days * DAY if stage == "closed" else None
    situation = Situation(stage, closed_from, closed_at, shared)
    assert visible_fields(role, FIELDS, situation, now=NOW) == set(seen.split())


def test_the_table_is_complete() -> None:
    table = visibility.load()
    kinds = set(table.classes.values())
    assert set(table.roles) == set(visibility.ROLES)
    for role, row in table.roles.items():
        assert row.keys() == kinds, role
        assert set(row.values()) <= set(visibility.CONDITIONS)
    assert {role for roles in table.purposes.values() for role in roles} <= set(visibility.ROLES)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_purpose_can_be_read(locale: str) -> None:
    words = Messages.load(locale)
    said = [words.text(f"console.purpose.{purpose}") for purpose in visibility.load().purposes]
    assert len(set(said)) == len(said)


def test_supervisors_learn_who_opens_far_more_than_usual(runtime: Runtime) -> None:
    opened = [sealed_case(runtime, {"order_id": "1"}) for _ in range(AT_LEAST + 2)]

    def busy(who: str, days_ago: int, count: int) -> None:
        runtime.clock.now = NOW - timedelta(days=days_ago)  # type: ignore[attr-defined]
        asker = Asker("person", who, organisation=HOME, roles=frozenset({"complaint_officer"}))
        for case_id in opened[:count]:
            look(runtime, case_id, "order_id", asker=asker)
            look(runtime, case_id, "order_id", asker=asker)

    for days_ago in range(8, 3, -1):
        busy("calm", days_ago, 3)
        busy("sudden", days_ago, 2)
        busy("steady", days_ago, AT_LEAST)
    busy("sudden", 1, AT_LEAST + 2)
    busy("steady", 1, AT_LEAST)
    busy("calm", 1, 4)
    runtime.clock.now = NOW  # type: ignore[attr-defined]
    with runtime.begin() as session:
        found = access_log.unusual(session, asker=SUPERVISOR, now=NOW)
        assert [(one.actor, one.cases, one.own) for one in found] == [
            ("person:sudden", AT_LEAST + 2, 2)
        ]
        assert found[0].day == (NOW - DAY).date()
        assert found[0].others is not None
        with pytest.raises(NotAllowed):
            access_log.unusual(session, asker=OFFICER, now=NOW)
        assert access_log.unusual(session, asker=STRANGER_SUPERVISOR, now=NOW) == []
    with runtime.reading() as session:
        acts = session.scalars(select(text("action")).select_from(text("audit"))).all()
    assert "case.access_report" in acts


STRANGER_SUPERVISOR = Asker("person", "s", organisation="other", roles=frozenset({"supervisor"}))


def test_the_access_log_cannot_be_changed(runtime: Runtime) -> None:
    case_id = sealed_case(runtime)
    look(runtime, case_id, "order_id")
    for statement in ("UPDATE case_access SET purpose = 'x'", "DELETE FROM case_access"):
        with pytest.raises(Exception, match="append-only"), runtime.begin() as session:
            session.execute(text(statement))
    set_case(runtime, case_id, outcome=None)
    assert len(accesses(runtime, case_id)) == 1
