"""Who did what, for whom and why: written by every act, found by those who may look."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from service.accounts import operations
from service.complaints import operations as complaints
from service.complaints.privacy import sealed
from service.core import audit
from service.core.access import ANONYMOUS, HOME, Asker
from service.core.errors import NotAllowed, NotSignedIn
from service.core.runtime import Runtime
from tests.service.accounts.people import asker_of, organisation, person, token_of
from tests.service.complaints.cases import OFFICER, file_case


def asker(*roles: str, organisation: str = HOME) -> Asker:
    return Asker("person", "p1", organisation=organisation, roles=frozenset(roles), request="req-1")


def find(runtime: Runtime, who: Asker, **wanted: object) -> list[audit.Line]:
    with runtime.begin() as session:
        return audit.search(
            session,
            who,
            audit.Wanted(**wanted),  # type: ignore[arg-type]
            now=runtime.clock(),
            limit=50,
        )


def test_an_act_carries_who_for_whom_why_and_which_request(runtime: Runtime) -> None:
    case = file_case(runtime)
    officer = asker("complaint_officer")
    with runtime.begin() as session:
        sealed.read(
            session,
            runtime.vault,
            case.id,
            purpose="handle_case",
            asker=officer,
            now=runtime.clock(),
        )
    [line] = find(runtime, asker("supervisor"), action="case.reveal")
    assert (line.actor, line.organisation, line.object) == ("person:p1", HOME, f"case:{case.id}")
    assert (line.purpose, line.request) == ("handle_case", "req-1")


def test_one_finds_by_person_act_object_and_time(runtime: Runtime) -> None:
    case = file_case(runtime)
    with runtime.begin() as session:
        complaints.act(
            session,
            case.id,
            "screen_pass",
            version=case.version,
            asker=OFFICER,
            now=runtime.clock(),
        )
    supervisor, now = asker("supervisor"), runtime.clock()
    assert [row.action for row in find(runtime, supervisor, actor="person:officer")] == [
        "case.decide"
    ]
    both = find(runtime, supervisor, object=f"case:{case.id}")
    assert [row.action for row in both] == [
        "case.decide",
        "case.follow",
        "complaint.file",
        "case.consent",
    ]
    assert find(runtime, supervisor, action="case.")[0].action == "case.decide"
    assert find(runtime, supervisor, action="case%") == []
    assert find(runtime, supervisor, until=now) == []
    assert find(runtime, supervisor, since=now + timedelta(seconds=1)) == []


def test_pages_of_the_audit_do_not_overlap(runtime: Runtime) -> None:
    supervisor = asker("supervisor")
    for _ in range(5):
        find(runtime, supervisor)
    with runtime.begin() as session:
        first = audit.search(session, supervisor, audit.Wanted(), now=runtime.clock(), limit=2)
        then = audit.search(
            session,
            supervisor,
            audit.Wanted(),
            now=runtime.clock(),
            limit=2,
            before=first[-1].id,
        )
    assert [row.id for row in first + then] == sorted(
        {row.id for row in first + then}, reverse=True
    )


def test_looking_is_written_down_as_well(runtime: Runtime) -> None:
    find(runtime, asker("auditor"), actor="person:officer")
    [line] = find(runtime, asker("auditor"), action="audit.search")
    assert line.object == "audit:person:officer"


def test_one_sees_the_acts_of_ones_own_organisation_only(runtime: Runtime) -> None:
    other = organisation(runtime, "Second council")
    file_case(runtime)
    find(runtime, asker("auditor", organisation=other))
    seen = find(runtime, asker("supervisor", organisation=other))
    assert {row.organisation for row in seen} == {other}
    assert {row.organisation for row in find(runtime, asker("auditor"))} >= {other, HOME}
    assert other not in {row.organisation for row in find(runtime, asker("supervisor"))}


@pytest.mark.parametrize(
    ("who", "error"),
    [(asker("complaint_officer", "administrator"), NotAllowed), (ANONYMOUS, NotSignedIn)],
)
def test_others_do_not_look(runtime: Runtime, who: Asker, error: type[Exception]) -> None:
    with pytest.raises(error):
        find(runtime, who)


def change(runtime: Runtime, statement: str) -> None:
    with runtime.begin() as session:
        session.execute(text(statement))


def test_what_was_written_stays(runtime: Runtime) -> None:
    file_case(runtime)
    for statement in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit"):
        with pytest.raises(DatabaseError, match="append-only"):
            change(runtime, statement)


def test_a_person_acting_for_two_organisations_is_recorded_for_the_right_one(
    runtime: Runtime,
) -> None:
    other = organisation(runtime, "Second council")
    row = person(runtime, roles=["supervisor"], organisation_id=other)
    who = asker_of(runtime, token_of(runtime, row))
    with runtime.begin() as session:
        operations.change_name(session, who, name="Another Name", now=runtime.clock())
    [line] = find(runtime, who, action="profile.name")
    assert line.organisation == other
