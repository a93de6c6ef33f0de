"""Coming in, and everything by which somebody tries to come in who should not."""

import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import func, select, text

from service.accounts import first, operations, passwords, queries, second_factor, sessions
from service.accounts.models import Attempt, Person, SessionRow
from service.commands import serving
from service.core import audit
from service.core.access import HOME, Asker, Visit
from service.core.errors import CaveatError, Conflict, InvalidInput, NotAllowed, TooMany
from service.core.runtime import Runtime
from tests.service.accounts.people import (
    HERE,
    PASSWORD,
    VISIT,
    asker_of,
    csrf,
    home,
    organisation,
    pages_client,
    person,
    signed_in,
    token_of,
)

ADMIN = {"name": "Ada Keeper", "email": "ada@example.org", "password": "a long enough phrase"}


def move(runtime: Runtime, **time: float) -> datetime:
    runtime.clock.now += timedelta(**time)  # type: ignore[attr-defined]
    return runtime.clock()


def with_second_factor(runtime: Runtime) -> tuple[Person, pyotp.TOTP, list[str]]:
    """Return a person with a second factor, its codes, and recovery codes."""
    row = person(runtime)
    with runtime.begin() as session:
        kept = session.get_one(Person, row.id)
        kept.totp_since = None
    asker = asker_of(runtime, token_of(runtime, row, stage=sessions.ENROL))
    totp = pyotp.TOTP(operations.start_second_factor(runtime, asker).secret)
    _, codes = operations.confirm_second_factor(runtime, asker, code(runtime, totp), visit=VISIT)
    move(runtime, minutes=1)
    return row, totp, codes


def code(runtime: Runtime, totp: pyotp.TOTP) -> str:
    return totp.at(runtime.clock())


def half_in(runtime: Runtime) -> Asker:
    opened = operations.sign_in(
        runtime, email="Officer@Example.org", password=PASSWORD, visit=VISIT
    )
    assert opened.stage == "code"
    return asker_of(runtime, opened.token)


def test_the_first_account_is_made_by_the_printed_link_once(runtime: Runtime) -> None:
    token = first.new_link(runtime)
    assert token is not None
    with pytest.raises(NotAllowed):
        operations.create_first_administrator(runtime, token="forged", **ADMIN, visit=HERE)
    opened = operations.create_first_administrator(runtime, token=token, **ADMIN, visit=HERE)
    asker = asker_of(runtime, opened.token)
    assert (opened.stage, asker.organisation) == ("full", HOME)
    assert {"administrator", "supervisor", "complaint_officer"} == asker.roles
    with pytest.raises(NotAllowed):
        operations.create_first_administrator(runtime, token=token, **ADMIN, visit=HERE)
    assert first.new_link(runtime) is None


def test_serve_prints_the_link_until_there_is_an_administrator(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    serving._announce(runtime)
    link = re.search(r"/console/first\?token=(\S+)", capsys.readouterr().out)
    assert link
    assert first.link_is_open(runtime, link[1])
    operations.create_first_administrator(runtime, token=link[1], **ADMIN, visit=HERE)
    serving._announce(runtime)
    said = capsys.readouterr().out
    assert "token" not in said
    assert "/console/sign-in" in said


def test_of_two_first_accounts_at_once_one_is_made(runtime: Runtime) -> None:
    token = first.new_link(runtime) or ""
    people = [ADMIN | {"email": f"a{n}@example.org"} for n in range(4)]

    def make(who: dict[str, str]) -> bool:
        try:
            operations.create_first_administrator(runtime, token=token, **who, visit=HERE)
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(make, people)) == [False, False, False, True]


def test_a_refused_first_account_does_not_spend_the_link(runtime: Runtime) -> None:
    token = first.new_link(runtime) or ""
    for change in ({"password": "short"}, {"email": "nowhere"}, {"name": ""}):
        with pytest.raises(InvalidInput):
            operations.create_first_administrator(
                runtime, token=token, **(ADMIN | change), visit=HERE
            )
    assert first.link_is_open(runtime, token)


def test_without_second_factor_the_first_account_works_on_the_machine_only(
    runtime: Runtime,
) -> None:
    token = first.new_link(runtime) or ""
    operations.create_first_administrator(runtime, token=token, **ADMIN, visit=HERE)
    sent = {"email": ADMIN["email"], "password": ADMIN["password"]}
    with pytest.raises(NotAllowed) as refused:
        operations.sign_in(runtime, **sent, visit=VISIT)
    assert refused.value.code == "accounts.here_only"
    opened = operations.sign_in(runtime, **sent, visit=HERE)
    client = pages_client(runtime)
    with client.session_transaction() as cookie:
        cookie["token"] = opened.token
    assert client.get("/console/").status_code == 200
    for elsewhere in (
        {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Host": "rebound.example:8765"}},
    ):
        assert client.get("/console/", **elsewhere).status_code == 302  # type: ignore[arg-type]


def test_elsewhere_the_first_account_must_set_up_a_second_factor(runtime: Runtime) -> None:
    token = first.new_link(runtime) or ""
    opened = operations.create_first_administrator(runtime, token=token, **ADMIN, visit=VISIT)
    assert opened.stage == "enrol"


def test_password_then_code_open_a_session_with_a_new_token(runtime: Runtime) -> None:
    _, totp, _ = with_second_factor(runtime)
    opened = operations.sign_in(
        runtime, email="Officer@Example.org", password=PASSWORD, visit=VISIT
    )
    half = asker_of(runtime, opened.token)
    assert half.stage == "code"
    done = operations.enter_code(runtime, half, code(runtime, totp), visit=VISIT)
    assert done.token != opened.token
    assert sessions.find(runtime, opened.token) is None
    assert asker_of(runtime, done.token).signed_in


def test_a_code_never_works_twice(runtime: Runtime) -> None:
    _, totp, _ = with_second_factor(runtime)
    used, before = code(runtime, totp), totp.at(runtime.clock() - timedelta(seconds=30))
    operations.enter_code(runtime, half_in(runtime), used, visit=VISIT)
    for replayed in (used, before):
        with pytest.raises(NotAllowed) as refused:
            operations.enter_code(runtime, half_in(runtime), replayed, visit=VISIT)
        assert refused.value.code == "accounts.code"


def test_a_recovery_code_works_once_however_it_is_typed(runtime: Runtime) -> None:
    row, _, codes = with_second_factor(runtime)
    typed = codes[0].lower().replace("-", " ")
    operations.enter_code(runtime, half_in(runtime), typed, visit=VISIT)
    with pytest.raises(NotAllowed):
        operations.enter_code(runtime, half_in(runtime), codes[0], visit=VISIT)
    with runtime.reading() as session:
        assert second_factor.recovery_codes_left(session, row.id) == len(codes) - 1


def test_codes_are_limited_and_the_limit_passes(runtime: Runtime) -> None:
    _, totp, _ = with_second_factor(runtime)
    asker = half_in(runtime)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            operations.enter_code(runtime, asker, "000000", visit=VISIT)
    with pytest.raises(TooMany) as limited:
        operations.enter_code(runtime, asker, code(runtime, totp), visit=VISIT)
    assert limited.value.retry_minutes == 15
    move(runtime, minutes=16)
    operations.enter_code(runtime, half_in(runtime), code(runtime, totp), visit=VISIT)


def refusal(runtime: Runtime, email: str, visit: Visit = VISIT) -> CaveatError:
    with pytest.raises(CaveatError) as refused:
        operations.sign_in(runtime, email=email, password="wrong wrong wrong", visit=visit)
    return refused.value


@pytest.mark.parametrize("tries", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_ten_thousand_stolen_passwords_are_fifty_tries(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tries: int
) -> None:
    person(runtime)
    checks = []
    true_fits = passwords.fits
    monkeypatch.setattr(
        passwords, "fits", lambda kept, given: checks.append(1) or true_fits(kept, given)
    )
    with runtime.looking() as connection:
        started = connection.scalar(select(func.count()).select_from(Attempt))
    codes = {refusal(runtime, f"user{number}@example.org").code for number in range(tries)}
    assert codes == {"accounts.credentials", "accounts.limit"}
    assert (started, len(checks)) == (0, 50)
    elsewhere = Visit("198.51.100.1", "test", loopback=False)
    assert refusal(runtime, "officer@example.org", elsewhere).code == "accounts.credentials"


def test_many_addresses_do_not_multiply_the_tries_at_one_account(runtime: Runtime) -> None:
    person(runtime)
    visits = [Visit(f"198.51.100.{number}", "test", loopback=False) for number in range(12)]
    codes = [refusal(runtime, "officer@example.org", visit).code for visit in visits]
    assert codes == ["accounts.credentials"] * 10 + ["accounts.limit"] * 2
    household = [Visit(f"2001:db8::{number:x}", "test", loopback=False) for number in range(51)]
    spread = [
        refusal(runtime, f"u{n}@example.org", visit).code for n, visit in enumerate(household)
    ]
    assert spread[-1] == "accounts.limit"


def test_tries_at_once_are_all_counted(runtime: Runtime) -> None:
    _, _, _ = with_second_factor(runtime)
    asker = half_in(runtime)

    def guess(_: int) -> str | None:
        with pytest.raises(CaveatError) as refused:
            operations.enter_code(runtime, asker, "000000", visit=VISIT)
        return refused.value.code

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(guess, range(12)))
    assert codes.count("accounts.code") == 5
    assert codes.count("accounts.limit") == 7


def test_one_code_at_two_doors_opens_one(runtime: Runtime) -> None:
    _, totp, _ = with_second_factor(runtime)
    askers, right = [half_in(runtime), half_in(runtime)], code(runtime, totp)

    def enter(asker: Asker) -> bool:
        try:
            operations.enter_code(runtime, asker, right, visit=VISIT)
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enter, askers)) == [False, True]


def test_the_audit_tells_of_a_limit_without_secrets(runtime: Runtime) -> None:
    for _ in range(12):
        refusal(runtime, "nobody@example.org")
    with runtime.reading() as session:
        rows = session.scalars(select(audit.AuditRow)).all()
        written = repr(session.execute(text("SELECT * FROM audit, attempts")).all())
    actions = [row.action for row in rows if row.action.startswith("account")]
    assert actions == ["account.sign_in.refused"] * 9 + ["account.sign_in.limited"]
    assert "nobody@" not in written
    assert "wrong wrong" not in written


def test_answer_and_work_do_not_tell_who_has_an_account(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    # Enough to be seen over the rest of the work, little enough to repeat.
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8_192, 1))
    passwords._nobody.cache_clear()
    person(runtime)
    known = refusal(runtime, "officer@example.org")
    unknown = refusal(runtime, "nobody@example.org")
    assert (str(known), known.code, known.status) == (str(unknown), unknown.code, unknown.status)

    def seconds(email: str, number: int) -> float:
        visit = Visit(f"198.51.{number}.1", "test", loopback=False)
        started = time.process_time()
        refusal(runtime, email, visit)
        return time.process_time() - started

    pairs = [
        (seconds("officer@example.org", n), seconds("nobody@example.org", n)) for n in range(8)
    ]
    there, not_there = (statistics.median(side) for side in zip(*pairs, strict=True))
    assert not_there > there / 2


def test_a_token_set_from_outside_is_not_taken_over(runtime: Runtime) -> None:
    person(runtime)
    client = pages_client(runtime)
    with client.session_transaction() as cookie:
        cookie["token"] = "fixed by somebody else"
        cookie["planted"] = "yes"
    page = client.get("/console/sign-in").text
    form = {"email": "officer@example.org", "password": PASSWORD, "csrf_token": csrf(page)}
    assert client.post("/console/sign-in", data=form).status_code == 302
    with client.session_transaction() as cookie:
        assert cookie["token"] != "fixed by somebody else"
        assert "planted" not in cookie


def test_a_stolen_cookie_dies_with_the_password(runtime: Runtime) -> None:
    row = person(runtime)
    stolen, own = token_of(runtime, row), token_of(runtime, row)
    opened = operations.change_password(
        runtime, asker_of(runtime, own), current=PASSWORD, new="another long phrase", visit=VISIT
    )
    assert sessions.find(runtime, stolen) is None
    assert sessions.find(runtime, own) is None
    assert asker_of(runtime, opened.token).signed_in
    assert refusal_of_old(runtime).code == "accounts.credentials"


def refusal_of_old(runtime: Runtime) -> CaveatError:
    with pytest.raises(NotAllowed) as refused:
        operations.sign_in(runtime, email="officer@example.org", password=PASSWORD, visit=VISIT)
    return refused.value


def test_the_present_password_is_asked_for_and_its_tries_are_limited(runtime: Runtime) -> None:
    asker = asker_of(runtime, token_of(runtime, person(runtime)))
    codes = []
    for _ in range(11):
        with pytest.raises(CaveatError) as refused:
            operations.change_password(
                runtime, asker, current="wrong", new="another long phrase", visit=VISIT
            )
        codes.append(refused.value.code)
    assert codes == ["accounts.credentials"] * 10 + ["accounts.limit"]


def test_setting_up_a_second_factor_ends_sessions_that_had_none(runtime: Runtime) -> None:
    row, totp, _ = with_second_factor(runtime)
    asker = half_in(runtime)
    with pytest.raises(CaveatError):
        operations.start_second_factor(runtime, asker)
    full = asker_of(
        runtime, operations.enter_code(runtime, asker, code(runtime, totp), visit=VISIT).token
    )
    with pytest.raises(Conflict):
        operations.start_second_factor(runtime, full)
    other = token_of(runtime, row)
    move(runtime, minutes=1)
    removed = operations.remove_second_factor(runtime, full, code(runtime, totp), visit=VISIT)
    assert removed.stage == "enrol"
    assert sessions.find(runtime, other) is None


def test_the_secret_of_the_second_factor_is_sealed(runtime: Runtime) -> None:
    _, totp, codes = with_second_factor(runtime)
    with runtime.reading() as session:
        written = repr(session.execute(text("SELECT * FROM people, recovery_codes")).all())
    assert totp.secret not in written
    assert not any(each in written for each in codes)


def test_sessions_are_listed_ended_and_grow_old(runtime: Runtime) -> None:
    row = person(runtime)
    first_token, second_token = token_of(runtime, row), token_of(runtime, row)
    asker = asker_of(runtime, first_token)
    with runtime.begin() as session:
        listed = queries.sessions(session, asker, now=runtime.clock())
        [other] = [each for each in listed if not each.current]
        operations.end_session(session, asker, other.id, now=runtime.clock())
    assert sessions.find(runtime, second_token) is None
    for _ in range(5):
        move(runtime, hours=1, minutes=59)
        assert sessions.find(runtime, first_token) is not None
    move(runtime, hours=2, minutes=6)
    assert sessions.find(runtime, first_token) is None


def test_an_idle_session_ends(runtime: Runtime) -> None:
    token = token_of(runtime, person(runtime))
    move(runtime, hours=2, seconds=1)
    assert sessions.find(runtime, token) is None


def test_old_sessions_and_tries_are_swept(runtime: Runtime) -> None:
    token_of(runtime, person(runtime))
    refusal(runtime, "nobody@example.org")
    move(runtime, days=32)
    runtime.sweep()
    with runtime.reading() as session:
        for model in (SessionRow, Attempt):
            assert session.scalar(select(func.count()).select_from(model)) == 0


def test_a_token_is_kept_only_as_its_hash(runtime: Runtime) -> None:
    token = token_of(runtime, person(runtime))
    with runtime.reading() as session:
        assert token not in repr(session.execute(text("SELECT * FROM sessions")).all())


def test_acting_for_another_organisation_gives_a_new_token(runtime: Runtime) -> None:
    home(runtime)
    other = organisation(runtime, "Second council")
    row = person(runtime)
    with runtime.begin() as session:
        from service.accounts import people

        people.give_roles(session, other, row.id, ["auditor"], now=runtime.clock())
    token = token_of(runtime, row)
    with runtime.begin() as session:
        opened = operations.act_for(session, asker_of(runtime, token), other, now=runtime.clock())
    assert sessions.find(runtime, token) is None
    asker = asker_of(runtime, opened.token)
    assert (asker.organisation, asker.roles) == (other, {"auditor"})
    with runtime.reading() as session:
        assert [place.name for place in queries.places(session, asker)] == [
            "First council",
            "Second council",
        ]


def test_signing_out_ends_the_session_on_the_server(runtime: Runtime) -> None:
    client = signed_in(runtime, person(runtime))
    with client.session_transaction() as cookie:
        token = cookie["token"]
    page = client.get("/console/profile").text
    client.post("/console/sign-out", data={"csrf_token": csrf(page)})
    assert sessions.find(runtime, token) is None


def test_the_cookie_is_kept_from_scripts_and_other_sites(runtime: Runtime) -> None:
    person(runtime)
    client = pages_client(runtime)
    form = {"email": "officer@example.org", "password": PASSWORD}
    form["csrf_token"] = csrf(client.get("/console/sign-in").text)
    sent = client.post("/console/sign-in", data=form).headers["Set-Cookie"]
    assert re.search("HttpOnly", sent)
    assert re.search("SameSite=Strict", sent)


@pytest.mark.parametrize(
    ("password", "code_of_it"),
    [
        ("eleven char", "short"),
        ("x" * 201, "long"),
        ("abababababababab", "plain"),
        ("officer-officer1", "plain"),
    ],
)
def test_easy_passwords_are_refused(password: str, code_of_it: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        passwords.check_new(password, not_like=("officer",))
    assert refused.value.code == f"accounts.password.{code_of_it}"


def test_a_password_made_at_another_cost_is_hashed_again(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    row = person(runtime)
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(2, 8, 1))
    operations.sign_in(runtime, email="officer@example.org", password=PASSWORD, visit=VISIT)
    with runtime.reading() as session:
        assert session.get_one(Person, row.id).password != row.password
    operations.sign_in(runtime, email="officer@example.org", password=PASSWORD, visit=VISIT)
