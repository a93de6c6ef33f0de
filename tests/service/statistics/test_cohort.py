"""A case that was taken up counts in that month with how it has ended by now."""

from datetime import UTC, datetime

import pytest

from service.complaints.clusters.projection import History, Step
from service.statistics.counting import COHORT, ENDED, Machine, counts

MACHINE = Machine({}, frozenset({"uploaded"}))
TAKEN_UP = Step(datetime(2026, 1, 20, tzinfo=UTC), "upload", "eligible", "uploaded", None)
RESOLVED = Step(datetime(2026, 3, 2, tzinfo=UTC), "accept", "result_uploaded", "resolved", None)
REOPENED = Step(datetime(2026, 4, 2, tzinfo=UTC), "reopen", "resolved", "mediation", None)


@pytest.mark.parametrize(
    ("steps", "ended"),
    [
        ((TAKEN_UP,), {COHORT: "open"}),
        ((TAKEN_UP, RESOLVED), {COHORT: "confirmed", ENDED: ""}),
        ((TAKEN_UP, RESOLVED, REOPENED), {COHORT: "open"}),
        ((RESOLVED,), {}),
    ],
)
def test_a_case_stands_where_it_stands_by_now(
    steps: tuple[Step, ...], ended: dict[str, str]
) -> None:
    history = History(("p", "q", "q:m", "c", "HK"), steps)
    found = [
        one for one in counts([history], MACHINE, since="2026-01") if one.family in (COHORT, ENDED)
    ]
    assert {one.family: one.code for one in found} == ended
    assert {one.month for one in found} <= {"2026-01"}
