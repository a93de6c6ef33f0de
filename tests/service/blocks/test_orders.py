"""Orders through all their states, who may set them, and what they say about a seller."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.blocks import operations, queries, values
from service.blocks.models import BlockEvent
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.evidence.models import Evidence
from service.merchants import operations as merchants
from tests.service.accounts.people import organisation
from tests.service.blocks.world import ITEM, LISTING, SELLER, World, asker


def states_of(world: World, order_id: str) -> list[str]:
    with world.runtime.reading() as session:
        return [one.state for one in queries.events(session, order_id)]


def test_an_order_is_issued_answered_contested_upheld_blocked_and_lifted(world: World) -> None:
    order = world.issue()
    world.answer(order, "acknowledged")
    world.answer(order, "contested", "other voltage, other plug")
    world.decide(order, "upheld", "the notice names this plug too")
    world.answer(order, "blocked")
    world.decide(order, "lifted")
    kept = ["issued", "acknowledged", "contested", "upheld", "blocked", "lifted"]
    assert states_of(world, order) == kept
    with world.runtime.reading() as session:
        view = queries.order(session, world.agent, order)
        assert (view.state, view.tombstone) == ("lifted", True)
        reasons = [one.detail.get("reason") for one in queries.events(session, order)]
        assert reasons[2] == "other voltage, other plug"


def test_every_pair_of_states_is_allowed_only_as_the_table_says(world: World) -> None:
    """Walk the machine breadth first; from each state try everything."""
    paths: dict[str, list[str]] = {"issued": []}
    queue = ["issued"]
    while queue:
        here = queue.pop(0)
        for state, row in values.states().items():
            order = world.issue(
                country="KR", item_id=str(10**15 + len(paths) * 97 + hash_of(here, state))
            )
            for step in paths[here]:
                move(world, order, step)
            if row.by == values.DELIVERY or not row.sources:
                continue
            if here in row.sources:
                move(world, order, state)
                if state not in paths:
                    paths[state] = [*paths[here], state]
                    queue.append(state)
            else:
                with pytest.raises(Conflict):
                    move(world, order, state)
    assert set(paths) == set(values.states()) - {"delivered"}


def hash_of(here: str, state: str) -> int:
    names = list(values.states())
    return (names.index(here) * len(names) + names.index(state)) * 1009


def move(world: World, order: str, state: str) -> None:
    by = values.states()[state].by
    if by == values.PLATFORM:
        world.answer(order, state, "why")
    else:
        world.decide(order, state, "why")


@pytest.mark.parametrize("state", ["contested", "upheld", "withdrawn"])
def test_some_states_need_a_reason(world: World, state: str) -> None:
    order = world.issue()
    if state == "upheld":
        world.answer(order, "contested", "x")
    with pytest.raises(InvalidInput, match="reason"):
        move_without_reason(world, order, state)


def move_without_reason(world: World, order: str, state: str) -> None:
    if state == "contested":
        world.answer(order, state, " ")
    else:
        world.decide(order, state, "")


def test_the_same_order_stands_once(world: World) -> None:
    first = world.issue()
    with pytest.raises(Conflict):
        world.issue()
    world.decide(first, "withdrawn")
    assert world.issue() != first


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"notice_id": "KR-kats:nothing"}, "notice_id"),
        ({"item_id": "12"}, "item_id"),
        ({"platform": "nowhere"}, "item_id"),
        ({"reason": "whim"}, "reason"),
        ({"legal_basis": " "}, "legal_basis"),
        ({"severity": 9}, "severity"),
        ({"days": 0}, "days"),
        ({"country": "XX"}, None),
    ],
)
def test_a_wrong_order_names_its_field(
    world: World, change: dict[str, object], field: str | None
) -> None:
    with pytest.raises(InvalidInput) as caught:
        world.issue(**change)
    assert field is None or field in caught.value.fields


def test_only_a_regulator_issues_only_its_own_platform_answers(world: World) -> None:
    order = world.issue()
    council = organisation(world.runtime, "A council")
    for stranger in (world.rival, asker(council, "surveillance_lead")):
        with world.runtime.reading() as session, pytest.raises(NotFound):
            queries.order(session, stranger, order)
        with world.runtime.reading() as session:
            assert queries.orders(session, stranger, limit=9) == []
    with pytest.raises(Conflict, match="regulator"):
        World.issue(replaced(world, lead=asker(council, "surveillance_lead")))
    with pytest.raises(NotFound):
        World.answer(replaced(world, agent=world.rival), order, "blocked")
    with pytest.raises(NotAllowed):
        World.decide(replaced(world, lead=world.agent), order, "lifted")
    with pytest.raises(NotAllowed):
        World.issue(replaced(world, lead=world.officer))


def replaced(world: World, **change: object) -> World:
    return World(**(world.__dict__ | change))


def test_states_cannot_be_rewritten(world: World) -> None:
    world.issue()
    with pytest.raises(DBAPIError, match="append-only"), world.runtime.begin() as session:
        session.execute(text("UPDATE block_events SET state = 'lifted'"))


def test_the_deadline_counts_working_days_from_the_order_or_the_notice(world: World) -> None:
    given, found = world.issue(), world.issue(item_id=f"{ITEM}"[:-1] + "1", found_by="monitoring")
    with world.runtime.reading() as session:
        late = queries.order(session, world.lead, given).deadline
        early = queries.order(session, world.lead, found).deadline
    assert late.isoformat() == "2026-11-24T15:00:00+00:00"  # issued on a Friday; midnight in Seoul
    assert early.isoformat() == "2026-11-04T15:00:00+00:00"  # published on Monday, 2 November


def facts(session: Session) -> list[tuple[str, str, dict[str, object]]]:
    rows = session.scalars(select(Evidence).order_by(Evidence.true_at, Evidence.kind))
    return [(row.merchant_key, row.kind, row.payload) for row in rows]


def observe(world: World, listing: str = LISTING) -> None:
    with world.runtime.begin() as session:
        merchants.observe_seller(
            session, listing, SELLER, source="page", observed_at=world.runtime.clock()
        )


def test_a_listing_whose_seller_nobody_saw_marks_nobody(world: World) -> None:
    world.issue()
    world.check("live")
    with world.runtime.reading() as session:
        assert facts(session) == []


def test_the_own_listing_of_a_seller_marks_that_seller_once(world: World) -> None:
    observe(world)
    order = world.issue()
    clock = world.runtime.clock
    for days, result in ((1, "live"), (1, "absent"), (1, "absent"), (3, "live")):
        clock.now += timedelta(days=days)  # type: ignore[attr-defined]
        world.check(result)
    clock.now += timedelta(days=1)  # type: ignore[attr-defined]
    world.decide(order, "lifted")
    with world.runtime.reading() as session:
        found = facts(session)
    assert {key for key, _, _ in found} == {SELLER}
    assert [kind for _, kind, _ in found] == [
        "block",
        "block_status",
        "block_status",
        "block_status",
        "block_lift",
    ]
    said = [payload.get("status") for _, kind, payload in found if kind == "block_status"]
    assert said == ["still_live", "gone", "relisted"]
    assert found[0][2] == {
        "product": LISTING,
        "source": "Product Safety Agency",
        "country": "KR",
        "severity": 3,
    }


def test_a_seller_seen_after_the_order_is_marked_from_then_on(world: World) -> None:
    world.issue()
    observe(world)
    world.check("live")
    with world.runtime.reading() as session:
        assert {kind for _, kind, _ in facts(session)} == {"block", "block_status"}


def test_an_entry_that_many_sellers_share_marks_none_of_them(world: World) -> None:
    observe(world, "amazon:item:B0ABCDEFGH")
    world.issue(platform="amazon", item_id="B0ABCDEFGH", country="DE")
    with world.runtime.reading() as session:
        assert facts(session) == []


def test_a_platform_is_assigned_to_a_platform_only(world: World) -> None:
    from service.core.access import OPERATOR

    with pytest.raises(Conflict), world.runtime.begin() as session:
        operations.assign(session, OPERATOR, "ebay", world.regulator, now=world.runtime.clock())


def test_positions_in_the_feed_only_grow(world: World) -> None:
    order = world.issue()
    world.answer(order, "acknowledged")
    with world.runtime.reading() as session:
        ids = list(session.scalars(select(BlockEvent.id).order_by(BlockEvent.id)))
        assert queries.order(session, world.lead, order).position == ids[-1]
