"""The audit: who did what, for whom, to what, and why."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from service.accounts import queries
from service.accounts.console.answers import number
from service.core import access, audit, forms, guard, policy
from service.core.access import Target
from service.core.errors import InvalidInput
from service.core.forms import Answer
from service.core.runtime import Runtime

PAGE_SIZE = 50


def add_routes(blueprint: Blueprint, runtime: Runtime) -> None:
    """Add the routes of this file."""

    @blueprint.get("/audit")
    @guard.action("audit.search")
    def search() -> Answer:
        asked = {name: value.strip() for name, value in request.args.items() if value.strip()}
        with runtime.begin() as session:  # looking is recorded too
            people = _people(session)
            try:
                lines = _found(session, asked, runtime.clock())
            except InvalidInput as error:
                return _page([], asked, people, forms.wrong(error)), int(error.status)
        return _page(lines, asked, people, {})


def _page(
    lines: list[audit.Line], asked: dict[str, str], people: dict[str, str], errors: dict[str, str]
) -> str:
    return render_template(
        "accounts/audit.html",
        lines=lines[:PAGE_SIZE],
        older=lines[PAGE_SIZE - 1].id if len(lines) > PAGE_SIZE else None,
        asked=asked,
        people=people,
        actions=policy.load().actions,
        errors=errors,
    )


def _found(session: Session, asked: dict[str, str], now: datetime) -> list[audit.Line]:
    """Return one page of acts and, when there are older ones, one more."""
    until = _day(asked, "until")
    wanted = audit.Wanted(
        actor=asked.get("actor"),
        action=asked.get("action"),
        object=asked.get("object"),
        since=_day(asked, "since"),
        until=until and until + timedelta(days=1),
    )
    before = number("before", 0) or None
    return audit.search(session, guard.asker(), wanted, now=now, limit=PAGE_SIZE + 1, before=before)


def _day(asked: dict[str, str], name: str) -> datetime | None:
    """Return the start of the day that a field names, in UTC."""
    if name not in asked:
        return None
    try:
        return datetime.strptime(asked[name], "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        what = "not a day"
        raise InvalidInput(what, where=name, fields={name: what}, code="accounts.day") from None


def _people(session: Session) -> dict[str, str]:
    """Return the names of the members of the organisation acted for, by how the audit calls them."""
    asker = guard.asker()
    own = asker.organisation or ""
    if not access.may(asker, "member.list", Target("organisation", own, own)):
        return {}
    members = queries.members(session, asker, own)
    return {f"person:{member.person_id}": member.name for member in members}
