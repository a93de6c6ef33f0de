"""Every address of both apps, asked by every role, for objects of one's own and of another organisation.

What should happen is read from policy.toml by a few lines of this file's own, not by the code under
test. An address without an action, or with an object that this file does not know, fails.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.routing import Rule

from service import app, wiring
from service.accounts import first, links, operations, sessions
from service.accounts.models import Person, Reset
from service.complaints.clusters.models import CaseCluster
from service.complaints.councils.models import CaseBundle, KnownCouncil
from service.complaints.files import operations as evidence_files
from service.complaints.files.operations import Upload
from service.complaints.intake import inquiries, tracking
from service.complaints.intake.models import Inquiry
from service.complaints.models import Case
from service.complaints.privacy import consents
from service.complaints.privacy.consents import Share
from service.complaints.traders.models import Participation
from service.core import guard, policy, schema
from service.core.access import ANONYMOUS, HOME, OPERATOR, Asker
from service.core.db import sqlite_url
from service.core.errors import Misconfigured
from service.core.runtime import Runtime
from service.core.settings import Settings
from service.demo import operations as sample
from service.disclosures import operations as disclosures
from service.evidence import operations as evidence
from service.evidence.models import Evidence
from service.packs import operations as packs
from service.packs import queries as packs_queries
from service.packs import sweeps as packs_sweeps
from service.safety.models import SafetyNotice
from service.statistics.models import StatisticsRelease
from tests.conftest import NOW, ROOT
from tests.service.accounts.people import VISIT, organisation, person, token_of
from tests.service.blocks import walk as blocks_walk
from tests.service.complaints.cases import file_case
from tests.service.conftest import FixedClock
from tests.service.evidence.test_evidence import KEY, review

TABLE = tomllib.loads((ROOT / "service" / "core" / "policy.toml").read_text())
ROLES = [
    "contributor",
    "reviewer",
    "editor",
    "complaint_officer",
    "supervisor",
    "trader_agent",
    "auditor",
    "reader",
    "administrator",
    "surveillance_officer",
    "surveillance_lead",
    "platform_agent",
]
OF_AN_ORGANISATION = {
    "case_id",
    "cluster_id",
    "check_id",
    "participation_id",
    "inquiry_id",
    "organisation_id",
    "person_id",
    "invitation_id",
    "key_id",
    *("order_id", "list_id", "agreement_id", "candidate_id", "platform"),
}
OF_A_PERSON = {"session_id"}
# They answer 403 to a wrong password, code or link as well: whoever asked was let as far as that.
DOORS = {
    "accounts.sign_in",
    "accounts.code",
    "accounts.change_password",
    "accounts.recovery_codes",
    "accounts.second_factor",
    "accounts.replace_second_factor",
    "accounts.invitation",
    "accounts.first",
    "accounts.confirm_email",
    "accounts.new_password",
}
REFUSED = {401, 403, 404}


@dataclass
class World:
    """One installation with two organisations that have one of everything."""

    runtime: Runtime
    pages: Flask
    api: Flask
    other: str
    stranger: Person
    objects: dict[str, dict[str, str]] = field(default_factory=dict)
    public: dict[str, str] = field(default_factory=dict)
    people: dict[tuple[str, str], Person] = field(default_factory=dict)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("walk")
    settings = Settings(home=home, database_url=sqlite_url(home / "caveat.sqlite"))
    runtime = Runtime(settings, sweeps=wiring.SWEEPS, clock=FixedClock())
    schema.upgrade(runtime.engine)
    publish(runtime)
    api = app.create_api(runtime)
    pages = app.create_pages(runtime, description=api.extensions["description"])
    pages.config["WTF_CSRF_ENABLED"] = False
    other = organisation(runtime, "Other council")
    stranger = person(runtime, "stranger@example.org", organisation_id=other)
    world = World(runtime, pages, api, other, stranger)
    for owner in (HOME, world.other):
        world.objects[owner] = objects_of(runtime, owner)
        for role in ROLES:
            email = f"{role}-{owner[:4]}@example.org"
            world.people[role, owner] = person(runtime, email, roles=[role], organisation_id=owner)
    world.public = public_objects(runtime)
    yield world
    runtime.close()


def publish(runtime: Runtime) -> None:
    """Record, score and pack something, and read the sample's official notices."""
    now = runtime.clock()
    with runtime.begin() as session:
        evidence.record(session, [review(n) for n in range(1, 10)], now=now)
        sample._import_notices(session, now)
    runtime.sweep()
    with runtime.begin() as session:
        packs.build(
            session,
            signing_key=runtime.publisher_key(),
            publisher=packs.Publisher("walk", "walk"),
            folder=runtime.settings.home / "packs",
            now=now,
        )


def objects_of(runtime: Runtime, owner: str) -> dict[str, str]:
    """Make one of everything that belongs to an organisation."""
    now = runtime.clock()
    case = file_case(runtime, order_id=f"order of {owner}")
    note = evidence_files.add(
        runtime, case.id, Upload(b"a note\n", "chat"), asker=Asker("complainant", case.id)
    )
    member = person(
        runtime, f"member-{owner[:4]}@example.org", roles=["reader"], organisation_id=owner
    )
    with runtime.begin() as session:
        session.execute(
            update(Case)
            .where(Case.id == case.id)
            .values(organisation_id=owner, respondent_id=owner, told_at=now, state="uploaded")
        )
        consents.grant(
            session,
            case.id,
            Share(consents.organisation(owner), "CN", frozenset({f"file:{note.id}"})),
            wording="walk",
            asker=Asker("complainant", case.id),
            now=now,
        )
        key = operations.create_key(
            session,
            OPERATOR,
            organisation_id=owner,
            label="walk",
            scopes=["score.read"],
            days=1,
            now=now,
        )
        invitation = operations.invite(
            session,
            OPERATOR,
            owner,
            email=f"new-{owner[:4]}@example.org",
            roles=["reader"],
            language="en",
            now=now,
        )
    asked = inquiries.ask(
        runtime,
        {"topic": "other", "question": "May they?", "contact_email": "jo@example.org"},
        source="web",
        idempotency_key=f"question of {owner}",
        asker=ANONYMOUS,
        visit=VISIT,
    )
    with runtime.begin() as session:
        own = update(Inquiry).where(Inquiry.id == asked.id)
        session.execute(own.values(organisation_id=owner))
    with runtime.reading() as session:
        notice = session.scalars(select(SafetyNotice.notice_id).limit(1)).one()
    return blocks_walk.objects_of(runtime, owner, notice) | {
        "inquiry_id": asked.id,
        "cluster_id": cluster_of(runtime, owner),
        "participation_id": participation_of(runtime, owner),
        "check_id": check_of(runtime, owner),
        **handed_over_by(runtime, owner, case.id),
        "case_id": case.id,
        "file_id": note.id,
        "organisation_id": owner,
        "person_id": member.id,
        "key_id": key.id,
        "invitation_id": invitation,
        "token": links.make(runtime.vault, links.INVITATION, invitation),
    }


def check_of(runtime: Runtime, owner: str) -> str:
    """Have a shop checked for an organisation."""
    asker = Asker("person", "walk", organisation=owner, roles=frozenset({"contributor"}))
    url = f"https://{owner[:4]}.example/"
    with runtime.begin() as session:
        return disclosures.ask(session, asker, url, "DE", now=runtime.clock())


def participation_of(runtime: Runtime, owner: str) -> str:
    """Make an agreement of a council."""
    own = f"agreed-{owner[:4]}"
    with runtime.begin() as session:
        session.add(
            Participation(
                id=own,
                council_id=owner,
                organisation_id=owner,
                programme="express-platform",
                since=NOW.date(),
                evidence="walk",
                decided_at=runtime.clock(),
                decided_by="test",
            )
        )
    return own


def handed_over_by(runtime: Runtime, owner: str, case_id: str) -> dict[str, str]:
    """Make a bundle of a case, for a council that is known."""
    council, bundle, now = f"council-{owner[:4]}", f"bundle-{owner[:4]}", runtime.clock()
    with runtime.begin() as session:
        session.add(
            KnownCouncil(
                id=council,
                name=council,
                country="CN",
                fingerprint=council,
                signing_key=bytes(32),
                sealing_key=bytes(32),
                added_at=now,
                added_by="test",
            )
        )
        session.flush()
        session.add(
            CaseBundle(
                id=bundle,
                thread=bundle,
                council_id=council,
                case_id=case_id,
                kind="case",
                incoming=False,
                at=now,
                digest="",
                wire=b"{}",
                detail={},
            )
        )
    return {"council_id": council, "bundle_id": bundle}


def cluster_of(runtime: Runtime, owner: str) -> str:
    """Make a matter of an organisation."""
    own = f"matter-{owner[:4]}"
    with runtime.begin() as session:
        session.add(
            CaseCluster(
                id=own,
                organisation_id=owner,
                reference=own,
                category="not_delivered",
                because="merchant",
                created_at=runtime.clock(),
                created_by="test",
            )
        )
    return own


def release_of(runtime: Runtime) -> str:
    """Publish statistics that nobody has a case in."""
    now = runtime.clock()
    with runtime.begin() as session:
        session.add(
            StatisticsRelease(
                number=1,
                state="released",
                first_month="2026-01",
                last_month="2026-01",
                rows=0,
                withheld=0,
                csv_sha256="",
                json_sha256="",
                computed_at=now,
                computed_by="test",
                released_at=now,
            )
        )
    return "1"


def public_objects(runtime: Runtime) -> dict[str, str]:
    """Find one of everything that is published."""
    case = file_case(runtime, order_id="followed by its link")
    with runtime.begin() as session:
        tracked = tracking.issue(session, case.id, now=runtime.clock())
        fact = session.scalars(select(Evidence).limit(1)).one()
        notice = session.scalars(select(SafetyNotice.notice_id).limit(1)).one()
    return {
        "key": KEY,
        "merchant_key": KEY,
        "evidence_id": fact.id,
        "notice_id": notice,
        "slug": "table-lamp",
        "platform_name": "aliexpress",
        "category": "not_delivered",
        "reference": case.reference,
        "tracked": tracked,
        "number": release_of(runtime),
        "kind": "csv",
        "version": changes_of(runtime),
        "part": "safety",
    }


def changes_of(runtime: Runtime) -> str:
    """Publish what changed in the notices since the pack; return the version of that pack."""
    clock = runtime.clock
    assert isinstance(clock, FixedClock)
    clock.now += timedelta(hours=1)
    assert packs_sweeps.sweep(runtime) == 1
    clock.now -= timedelta(hours=1)
    with runtime.reading() as session:
        pack = packs_queries.latest(session)
    assert pack is not None
    return str(pack.version)


@dataclass
class Who:
    """One who asks: the roles that count, whom it acts for, the row to sign in."""

    name: str
    roles: set[str]
    acting: str | None = None
    row: Person | None = None
    stage: str = "full"


def everybody(world: World) -> Iterator[Who]:
    officer = world.people["complaint_officer", HOME]
    yield Who("anonymous", {"anyone"})
    yield Who("awaiting_code", {"anyone", "awaiting_code"}, HOME, officer, "code")
    yield Who("enrolling", {"anyone", "enrolling"}, HOME, officer, "enrol")
    for (role, owner), row in world.people.items():
        yield Who(f"{role} of {owner[:4]}", {"anyone", "person", role}, owner, row)


def allowed(action: str, who: Who, *, owner: str | None, mine: bool, with_object: bool) -> bool:
    """Read the table as a person would."""
    for role in who.roles:
        granted = TABLE["actions"][action].get(role, [])
        for relation in [granted] if isinstance(granted, str) else granted:
            if relation == "any" or (relation == "host" and who.acting == HOME):
                return True
            if relation in ("organisation", "respondent") and (
                not with_object or owner == who.acting
            ):
                return True
            if relation == "own" and mine:
                return True
    return False


def addresses(flask: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in flask.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield rule, method


def browser(world: World, who: Who) -> FlaskClient:
    client = world.pages.test_client()
    if who.row is not None:
        with client.session_transaction() as cookie:
            cookie["token"] = token_of(world.runtime, who.row, stage=who.stage)
    return client


def path_of(rule: Rule, values: dict[str, str]) -> str:
    unknown = rule.arguments - values.keys()
    assert not unknown, f"{rule.rule} has objects that this walk does not know: {unknown}"
    built = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
    assert built
    return built[1]


def refused(method: str, status: int, location: str | None) -> bool:
    """Tell whether somebody was turned away; who only reads is led to the door instead."""
    doors = ("/console/sign-in", "/console/code", "/console/profile/second-factor")
    led = method == "GET" and status == HTTPStatus.FOUND and (location or "").startswith(doors)
    return status in REFUSED or led


@dataclass
class Question:
    """One request: by whom, to which address, for whose object."""

    rule: Rule
    method: str
    who: Who
    owner: str
    mine: bool

    def __str__(self) -> str:
        return (
            f"{self.method} {self.rule.rule} by {self.who.name} for {self.owner[:4]} {self.mine=}"
        )


def questions(world: World) -> Iterator[Question]:
    for rule, method in addresses(world.pages):
        owners = (HOME, world.other) if rule.arguments & OF_AN_ORGANISATION else (HOME,)
        for who in everybody(world):
            for owner in owners:
                for mine in (True, False) if rule.arguments & OF_A_PERSON else (True,):
                    yield Question(rule, method, who, owner, mine)


def session_id(world: World, client: FlaskClient, *, mine: bool) -> str:
    with client.session_transaction() as cookie:
        token = cookie.get("token", "")
    if not mine:
        token = token_of(world.runtime, world.stranger)
    found = sessions.find(world.runtime, token)
    return str(found.asker.session) if found else "none"


def ask(world: World, asked: Question) -> tuple[int, str | None]:
    client = browser(world, asked.who)
    values = world.objects[asked.owner] | world.public
    values["filename"] = "shop.css" if asked.rule.endpoint == "shop.static" else "tokens.css"
    if asked.rule.arguments & OF_A_PERSON:
        values["session_id"] = session_id(world, client, mine=asked.mine)
    # The only forms whose objects are not in the address.
    reference, token = values["reference"], values["tracked"]
    form = {"reference": reference, "token": token, "link": f"{reference}.{token}"}
    if asked.rule.endpoint == "accounts.act_for":
        form = {"organisation": asked.who.acting or ""}
    path = path_of(asked.rule, values)
    with client.open(path, method=asked.method, data=form) as answer:
        return answer.status_code, answer.location


def agrees(world: World, asked: Question, status: int, location: str | None) -> bool:
    """Tell whether an answer is what the table says; a closed door still let its visitor knock."""
    action = guard.action_of(world.pages, asked.rule.endpoint)
    about = bool(asked.rule.arguments & OF_AN_ORGANISATION)
    expected = allowed(action, asked.who, owner=asked.owner, mine=asked.mine, with_object=about)
    let_in = not refused(asked.method, status, location)
    if expected and asked.rule.endpoint in DOORS:
        let_in = let_in or status == HTTPStatus.FORBIDDEN
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and let_in == expected


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.slow), 8])
def test_every_page_answers_exactly_whom_the_table_says(world: World, every: int) -> None:
    asked = list(questions(world))[::every]
    answers = [(question, *ask(world, question)) for question in asked]
    wrong = [
        f"{one}: {status}" for one, status, to in answers if not agrees(world, one, status, to)
    ]
    assert not wrong, "\n".join(wrong)
    assert len(asked) > 500


@pytest.mark.parametrize("scopes", [[], ["score.read"], list(policy.load().scopes)])
def test_every_address_of_the_api_answers_exactly_whom_the_table_says(
    world: World, scopes: list[str]
) -> None:
    runtime = world.runtime
    with runtime.begin() as session:
        made = operations.create_key(
            session,
            OPERATOR,
            organisation_id=world.other,
            label="walk",
            scopes=scopes or ["score.read"],
            days=1,
            now=runtime.clock(),
        )
    headers = {"Authorization": f"Bearer {made.text}"} if scopes else {}
    headers["Tracking-Token"] = world.public["tracked"]
    for rule, method in addresses(world.api):
        action = guard.action_of(world.api, rule.endpoint)
        row = TABLE["actions"][action]
        answer = world.api.test_client().open(
            path_of(rule, world.objects[world.other] | world.public),
            method=method,
            headers=headers,
            json={} if method == "POST" else None,
            query_string={"url": "https://shop.example.com/p/1"} if "check" in rule.rule else None,
        )
        in_scope = action in scopes or row.get("implicit", False)
        expected = ("key" in row and in_scope) if scopes else "anyone" in row
        assert (answer.status_code not in REFUSED) == expected, f"{method} {rule.rule}"
        assert answer.status_code < 500


def test_an_address_without_an_action_answers_nobody(world: World) -> None:
    runtime = world.runtime
    flask = Flask("naked")
    flask.add_url_rule("/naked", "naked", lambda: "open")
    with pytest.raises(Misconfigured, match="naked"):
        guard.install(flask, lambda: Asker("anonymous"))
    late = app.create_api(runtime)
    late.add_url_rule("/v1/late", "late", lambda: "open")
    answer = late.test_client().get("/v1/late")
    assert answer.status_code == 500
    assert b"open" not in answer.data


def test_the_walk_knows_every_role() -> None:
    assert list(policy.load().given_roles) == ROLES
    assert Path(policy.__file__).with_name(policy.FILE).is_file()


def test_a_link_of_another_kind_opens_nothing(world: World) -> None:
    runtime, now = world.runtime, world.runtime.clock()
    with runtime.begin() as session:
        session.add(
            Reset(
                id="r1",
                person_id=world.people["reader", HOME].id,
                language="en",
                created_at=now,
                expires_at=now + timedelta(hours=1),
            )
        )
    token = links.make(runtime.vault, links.RESET, "r1")
    client = world.pages.test_client()
    assert client.get(f"/console/reset/{token}").status_code == 200
    assert client.get(f"/console/invitation/{token}").status_code == 403
    assert not first.link_is_open(runtime, token)
