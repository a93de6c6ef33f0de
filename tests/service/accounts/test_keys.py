"""API keys: made, used, limited to their scopes, revoked at once, never in an address."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import Client

from service import app, cli
from service.accounts import keys, operations, queries
from service.core.access import HOME, OPERATOR
from service.core.errors import InvalidInput, NotSignedIn
from service.core.runtime import Runtime
from tests.service.accounts.people import home, organisation
from tests.service.complaints.cases import COMPLAINT, KEY


@pytest.fixture
def api(runtime: Runtime) -> FlaskClient:
    return app.create_api(runtime).test_client()


def make(runtime: Runtime, *scopes: str, owner: str = HOME, days: int = 30) -> keys.NewKey:
    home(runtime)
    with runtime.begin() as session:
        return operations.create_key(
            session,
            OPERATOR,
            organisation_id=owner,
            label="Import of cases",
            scopes=scopes or ("complaint.file",),
            days=days,
            now=runtime.clock(),
        )


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_key_says_whose_it_is_and_what_it_may(api: FlaskClient, runtime: Runtime) -> None:
    made = make(runtime)
    answer = api.get("/v1/key", headers=bearer(made.text))
    assert answer.json["organisation"] == "First council"
    assert answer.json["scopes"] == ["complaint.file"]
    assert made.text.split("_", 2)[2] not in answer.text


def test_the_secret_is_kept_nowhere(runtime: Runtime) -> None:
    secret = make(runtime).text.split("_", 2)[2]
    assert len(secret) == 43
    with runtime.reading() as session:
        written = repr(session.execute(text("SELECT * FROM api_keys, audit")).all())
    assert secret not in written


def test_what_a_key_does_is_recorded_under_its_organisation(
    api: FlaskClient, runtime: Runtime
) -> None:
    other = organisation(runtime, "A platform", kind="platform")
    made = make(runtime, owner=other)
    sent = api.post("/v1/complaints", json=COMPLAINT, headers=KEY | bearer(made.text))
    assert sent.status_code == 201
    with runtime.reading() as session:
        row = session.execute(
            text("SELECT actor, organisation, request FROM audit WHERE action = 'complaint.file'")
        ).one()
    assert row[0] == f"key:{made.text.split('_')[1]}"
    assert row[1] == other
    assert row[2]


def test_a_key_does_only_what_its_scopes_say(api: FlaskClient, runtime: Runtime) -> None:
    made = make(runtime, "score.read")
    sent = api.post("/v1/complaints", json=COMPLAINT, headers=KEY | bearer(made.text))
    assert sent.status_code == 403
    assert sent.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "presented",
    [
        "Bearer cav_aaaaaaaa_" + "x" * 43,
        "Bearer nonsense",
        "Bearer",
        "Basic YTpi",
        "",
    ],
)
def test_a_wrong_key_is_refused_even_where_none_is_needed(
    api: FlaskClient, runtime: Runtime, presented: str
) -> None:
    make(runtime)
    answer = api.get(
        "/v1/check?url=https://shop.example.com/", headers={"Authorization": presented}
    )
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_the_prefix_alone_or_a_wrong_secret_opens_nothing(runtime: Runtime) -> None:
    made = make(runtime)
    _, prefix, secret = made.text.split("_", 2)
    for wrong in (f"cav_{prefix}_", f"cav_{prefix}_{secret[:-1]}", f"xxx_{prefix}_{secret}"):
        with pytest.raises(NotSignedIn):
            keys.identify(runtime, wrong)


def test_a_revoked_key_is_refused_by_the_next_request(api: FlaskClient, runtime: Runtime) -> None:
    made = make(runtime)
    assert api.get("/v1/key", headers=bearer(made.text)).status_code == 200
    with runtime.begin() as session:
        operations.revoke_key(session, OPERATOR, made.id, now=runtime.clock())
    assert api.get("/v1/key", headers=bearer(made.text)).status_code == 401


def test_a_revoked_key_is_not_answered_from_what_was_kept(runtime: Runtime) -> None:
    client = Client(app.create(runtime))
    made = make(runtime, "score.read")
    path = "/v1/scores/web:domain:never-seen.example"
    assert client.get(path, headers=bearer(made.text)).status_code == 404
    with runtime.begin() as session:
        operations.revoke_key(session, OPERATOR, made.id, now=runtime.clock())
    assert client.get(path, headers=bearer(made.text)).status_code == 401
    assert client.get(path).status_code == 404


def test_keys_end_with_their_time_and_with_their_organisation(runtime: Runtime) -> None:
    other = organisation(runtime, "A platform", kind="platform")
    ending, orphan = make(runtime, days=1), make(runtime, owner=other)
    keys.identify(runtime, ending.text)
    keys.identify(runtime, orphan.text)
    with runtime.begin() as session:
        operations.set_organisation_state(session, OPERATOR, other, "deleted", now=runtime.clock())
    runtime.clock.now += timedelta(days=1)  # type: ignore[attr-defined]
    for dead in (ending, orphan):
        with pytest.raises(NotSignedIn):
            keys.identify(runtime, dead.text)


def test_the_last_use_is_kept(runtime: Runtime) -> None:
    made = make(runtime)
    keys.identify(runtime, made.text)
    with runtime.reading() as session:
        [view] = queries.all_keys(session, OPERATOR, now=runtime.clock())
    assert view.last_used_at == runtime.clock()
    assert view.state == "active"


@pytest.mark.parametrize(
    "path",
    ["/v1/check?url=x&key={}", "/v1/scores/{}", "/v1/key?k=%63av_{0}", "/console/sign-in?x={}"],
)
def test_a_key_in_an_address_is_refused_and_not_repeated(runtime: Runtime, path: str) -> None:
    made = make(runtime).text
    address = path.format(made.removeprefix("cav_") if "%63" in path else made)
    answer = Client(app.create(runtime)).get(address)
    assert answer.status_code == 422
    assert made.split("_", 2)[2] not in answer.text


@pytest.mark.parametrize(
    "change", [{"scopes": ["case.reveal"]}, {"scopes": []}, {"days": 0}, {"days": 367}]
)
def test_a_key_that_cannot_be_is_refused(runtime: Runtime, change: dict[str, object]) -> None:
    home(runtime)
    wanted = {"scopes": ["score.read"], "days": 1} | change
    with runtime.begin() as session, pytest.raises(InvalidInput):
        operations.create_key(
            session,
            OPERATOR,
            organisation_id=HOME,
            label="x",
            now=runtime.clock(),
            **wanted,  # type: ignore[arg-type]
        )


def test_the_commands_make_list_and_revoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAVEAT_HOME", str(tmp_path))
    monkeypatch.delenv("CAVEAT_DATABASE_URL", raising=False)

    def run(*arguments: str, status: int = 0) -> str:
        done = CliRunner().invoke(cli.main, ["keys", *arguments])
        assert done.exit_code == status, done.output
        return str(done.output)

    options = ("--organisation", "First council", "--label", "Import", "--scope", "score.read")
    made = run("create", *options).splitlines()[0]
    prefix = made.split("_")[1]
    [line] = run("list").splitlines()
    assert json.loads(line)["prefix"] == prefix
    assert made not in line
    run("revoke", prefix)
    assert json.loads(run("list"))["state"] == "revoked"
    assert "no such key" in run("revoke", "aaaaaaaa", status=2)
    assert "no such organisation" in run(
        "create", "--organisation", "Nobody", *options[2:], status=2
    )
    assert "choose from" in run("create", *options[:5], "case.reveal", status=2)
