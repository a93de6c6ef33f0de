"""Hypothesis strategies for merchants' histories: records as they stand in an event file."""

from typing import Any

from hypothesis import strategies as st

Record = dict[str, Any]

MERCHANT = "web:domain:lantern-goods.localhost"
LAST_DAY = 400.0

# Few distinct times, people and texts, so that ties, repeated reviewers and copies are common.
times = st.one_of(
    st.integers(0, 40).map(lambda n: n * 10.0), st.floats(0, LAST_DAY, allow_nan=False)
)
people = st.sampled_from([f"p{n}" for n in range(12)])
texts = st.sampled_from([None, "t1", "t2", "t3"])
outcomes = ["resolved", "unresolved", "no_reply", "unfounded", "invalid_contact", "withdrawn"]


def _events(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Record]:
    return st.fixed_dictionaries(
        {"type": st.just(kind), "merchant": st.just(MERCHANT), "t": times, **fields}
    )


reviews = _events(
    "review",
    reviewer=people,
    rating=st.integers(1, 5),
    verified=st.booleans(),
    text_id=texts,
    product=st.sampled_from(["a", "b"]),
    phase=st.sampled_from(["before", "after", "after", "after"]),
    incentivised=st.booleans(),
)
complaints = _events(
    "complaint",
    reviewer=people,
    severity=st.integers(1, 3),
    contact_complete=st.sampled_from([True, True, True, False]),
    evidence=st.booleans(),
    cluster=st.sampled_from([None, None, "c1"]),
)
disclosures = _events(
    "disclosure",
    field=st.sampled_from(["registration_number", "address", "phone", "email", "returns"]),
    value=st.sampled_from(["x", "y"]),
    verified=st.booleans(),
    state=st.sampled_from(["valid", "invalid", "absent_required", "not_assessable"]),
)
deliveries = _events("delivery", state=st.sampled_from(["on_time", "late", "lost", "damaged"]))
sales = _events("sales", count=st.integers(0, 5000))
claims = _events("claim", property=st.just("ships_late"), severity=st.integers(1, 3))
blocks = _events(
    "block",
    product=st.sampled_from(["a", "b"]),
    severity=st.integers(1, 3),
    source=st.just("authority"),
)
lifts = _events("block_lift", product=st.sampled_from(["a", "b"]), source=st.just("authority"))
changes = _events("listing_change", product=st.just("a"), new_product=st.just("c"))


def _numbered(kind: str, found: list[Record]) -> list[Record]:
    return [{**record, "id": f"{kind}{n}"} for n, record in enumerate(found)]


@st.composite
def histories(draw: st.DrawFn, *, rich: bool = True) -> list[Record]:
    """Return up to about sixty events; `rich` makes most of them reviews, so that shops are rated."""
    own = draw(st.lists(reviews, min_size=8 if rich else 0, max_size=30))
    filed = _numbered("c", draw(st.lists(complaints, max_size=12)))
    records = [
        *_numbered("r", own),
        *filed,
        *draw(st.lists(disclosures, max_size=6)),
        *_numbered("d", draw(st.lists(deliveries, max_size=6))),
        *draw(st.lists(sales, max_size=3)),
        *_numbered("claim", draw(st.lists(claims, max_size=3))),
        *draw(st.lists(blocks, max_size=2)),
        *draw(st.lists(lifts, max_size=2)),
        *draw(st.lists(changes, max_size=1)),
    ]
    for complaint in filed:
        outcome = draw(st.sampled_from([None, *outcomes]))
        if outcome:
            records.append(closing(complaint, outcome))
    return records


def closing(complaint: Record, outcome: str) -> Record:
    """Return the event that closes a complaint five days after it was filed."""
    return {
        "type": "complaint_closed",
        "merchant": MERCHANT,
        "t": complaint["t"] + 5,
        "id": complaint["id"],
        "outcome": outcome,
    }
