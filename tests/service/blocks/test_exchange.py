"""What platforms see and say: the API, the feed, signed notifications to a real receiver on this machine."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask.testing import FlaskClient
from sqlalchemy import select

from scrapers.fetching import Refused
from scrapers.fetching.posting import PostSettings, post
from service import app
from service.blocks import operations, queries, webhook
from service.core import outbox
from service.core.errors import InvalidInput, NotFound
from service.core.outbox import OutboxRow
from service.wiring import DELIVERERS
from tests.service.blocks.world import ITEM, ORDER, World

ITEM2 = ITEM[:-1] + "1"


@pytest.fixture
def api(world: World) -> FlaskClient:
    return app.create_api(world.runtime).test_client()


def test_a_regulator_issues_and_a_platform_answers_by_key(world: World, api: FlaskClient) -> None:
    issuing = world.key(world.regulator, "block.issue", "block.decide", "block.read")
    answering = world.key(world.platform, "block.answer", "block.read")
    made = api.post("/v1/blocks", json=ORDER, headers=issuing)
    assert made.status_code == 201
    place = f"/v1/blocks/{made.json['id']}"
    contest = {"state": "contested", "reason": "other plug"}
    assert api.post(f"{place}/answer", json=contest, headers=answering).json["state"] == "contested"
    decision = {"state": "upheld", "reason": "same plug"}
    assert api.post(f"{place}/decision", json=decision, headers=issuing).status_code == 200
    assert (
        api.post(f"{place}/answer", json={"state": "blocked"}, headers=answering).status_code == 200
    )
    seen = api.get(place, headers=answering).json
    assert [event["state"] for event in seen["events"]] == [
        "issued",
        "contested",
        "upheld",
        "blocked",
    ]
    assert seen["listing_url"] == f"https://www.aliexpress.com/item/{ITEM}.html"
    assert seen["listing_state"] == "unchecked"


def test_keys_reach_only_what_is_theirs(world: World, api: FlaskClient) -> None:
    order = world.issue()
    foreign = world.key(world.other_platform, "block.answer", "block.read", "block.feed")
    place = f"/v1/blocks/{order}"
    assert api.get(place, headers=foreign).status_code == 404
    assert (
        api.post(f"{place}/answer", json={"state": "blocked"}, headers=foreign).status_code == 404
    )
    assert api.get("/v1/blocks", headers=foreign).json == {"total": 0, "orders": []}
    assert api.get("/v1/blocks/feed", headers=foreign).json["orders"] == []
    # A platform's key with every scope cannot issue, and cannot lift what it must answer.
    greedy = world.key(world.platform, "block.issue", "block.decide")
    assert api.post("/v1/blocks", json=ORDER, headers=greedy).status_code == 409
    lift = {"state": "lifted", "reason": "please"}
    assert api.post(f"{place}/decision", json=lift, headers=greedy).status_code == 404
    assert api.get(place).status_code == 401


def test_a_scope_to_issue_alone_is_enough_to_issue(world: World, api: FlaskClient) -> None:
    only = world.key(world.regulator, "block.issue")
    assert api.post("/v1/blocks", json=ORDER, headers=only).status_code == 201


def test_the_feed_goes_on_from_its_cursor_and_tells_what_ended(
    world: World, api: FlaskClient
) -> None:
    reading = world.key(world.platform, "block.feed")
    first, second = world.issue(), world.issue(item_id=ITEM2)
    page = api.get("/v1/blocks/feed?limit=1", headers=reading).json
    assert ([one["id"] for one in page["orders"]], page["more"]) == ([first], True)
    rest = api.get(f"/v1/blocks/feed?cursor={page['cursor']}", headers=reading).json
    assert rest["orders"][0]["id"] == second
    world.decide(first, "withdrawn", "wrong listing")
    more = api.get(f"/v1/blocks/feed?cursor={rest['cursor']}", headers=reading)
    [ended] = [one for one in more.json["orders"] if one["id"] == first]
    assert (ended["tombstone"], ended["state"]) == (True, "withdrawn")


def test_asking_for_more_confirms_what_came_before_and_nothing_else(
    world: World, api: FlaskClient
) -> None:
    reading = world.key(world.platform, "block.feed")
    first, second = world.issue(), world.issue(item_id=ITEM2)
    api.get("/v1/blocks/feed", headers=reading)
    cursor = api.get("/v1/blocks/feed?limit=1", headers=reading).json["cursor"]
    with world.runtime.reading() as session:
        assert queries.order(session, world.lead, first).state == "issued"
    api.get(f"/v1/blocks/feed?cursor={cursor}", headers=reading)
    with world.runtime.reading() as session:
        assert queries.order(session, world.lead, first).state == "delivered"
        assert queries.order(session, world.lead, second).state == "issued"
        assert queries.events(session, first)[-1].detail == {"way": "feed"}


def test_a_feed_that_did_not_change_is_not_sent_again(world: World, api: FlaskClient) -> None:
    reading = world.key(world.platform, "block.feed")
    order = world.issue()
    tag = api.get("/v1/blocks/feed", headers=reading).headers["ETag"]
    again = api.get("/v1/blocks/feed", headers=reading | {"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    world.answer(order, "acknowledged")
    changed = api.get("/v1/blocks/feed", headers=reading | {"If-None-Match": tag})
    assert changed.status_code == 200


class Receiver:
    """A platform's own server: keeps what arrives, answers with the next status."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers.items()), body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/blocks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(world: World) -> Iterator[Receiver]:
    world.runtime.settings = replace(world.runtime.settings, private_networks=("127.0.0.0/8",))
    made = Receiver()
    with world.runtime.begin() as session:
        operations.set_webhook(
            session, world.agent, "aliexpress", made.url, now=world.runtime.clock()
        )
    yield made
    made.server.shutdown()
    made.server.server_close()


def deliver(world: World) -> None:
    outbox.make_sweep(DELIVERERS)(world.runtime)


def public_key(api: FlaskClient) -> Ed25519PublicKey:
    text = api.get("/v1/blocks/key").json["public_key"]
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text))


@pytest.mark.enable_socket
def test_a_notification_is_signed_and_counts_as_delivered(
    world: World, api: FlaskClient, receiver: Receiver
) -> None:
    order = world.issue()
    deliver(world)
    [(headers, body)] = receiver.got
    now = world.runtime.clock()
    key = public_key(api)
    assert webhook.is_genuine(key, headers, body, now=now)
    assert not webhook.is_genuine(key, headers, body + b" ", now=now)
    assert not webhook.is_genuine(key, headers | {"Caveat-Id": "x"}, body, now=now)
    assert not webhook.is_genuine(key, headers, body, now=now + timedelta(minutes=6))
    said = json.loads(body)
    assert (said["type"], said["order"]["id"], said["id"]) == (
        "block.issued",
        order,
        headers["Caveat-Id"],
    )
    with world.runtime.reading() as session:
        last = queries.events(session, order)[-1]
        assert (last.state, last.detail) == ("delivered", {"way": "webhook"})


@pytest.mark.enable_socket
def test_what_is_not_taken_is_tried_again_later_under_the_same_id(
    world: World, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302]
    order = world.issue()
    clock = world.runtime.clock
    for minutes in (0, 1, 2, 4, 8):
        clock.now += timedelta(minutes=minutes)  # type: ignore[attr-defined]
        deliver(world)
    assert len(receiver.got) == 3
    assert len({headers["Caveat-Id"] for headers, _ in receiver.got}) == 1
    assert len({headers["Caveat-Timestamp"] for headers, _ in receiver.got}) == 3
    with world.runtime.reading() as session:
        assert queries.order(session, world.lead, order).state == "delivered"
        row = session.scalars(select(OutboxRow)).one()
        assert (row.attempts, row.last_error) == (3, None)


@pytest.mark.enable_socket
def test_a_replay_sends_the_same_ids_again(world: World, receiver: Receiver) -> None:
    world.issue()
    deliver(world)
    now = world.runtime.clock()
    with world.runtime.begin() as session:
        # The order and its delivery are two states.
        assert operations.replay(session, world.agent, "aliexpress", 0, now=now) == 2
    with world.runtime.begin() as session, pytest.raises(NotFound):
        operations.replay(session, world.rival, "aliexpress", 0, now=now)
    deliver(world)
    ids = [headers["Caveat-Id"] for headers, _ in receiver.got]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 2


@pytest.mark.enable_socket
def test_no_notification_reaches_this_machine_or_its_network() -> None:
    production = PostSettings()
    for url in (
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://169.254.169.254/latest",
        "https://[::1]/x",
        "https://10.0.0.7/x",
        "http://203.0.113.9/x",
        "https://user:pass@example.com/",
    ):
        with pytest.raises(Refused):
            post(url, b"{}", {}, production)


@pytest.mark.parametrize("url", ["ftp://example.com/x", "nonsense", "https://a:b@example.com/"])
def test_a_webhook_address_is_a_web_address(world: World, url: str) -> None:
    with pytest.raises(InvalidInput), world.runtime.begin() as session:
        operations.set_webhook(session, world.agent, "aliexpress", url, now=world.runtime.clock())


def test_agreements_and_their_commitments(world: World, api: FlaskClient) -> None:
    writing = world.key(world.regulator, "block.agreement", "block.read")
    made = api.post(
        "/v1/blocks/agreements",
        json={
            "platform": "aliexpress",
            "title": "Voluntary product safety agreement",
            "signed_on": "2024-05-13",
            "source_url": "https://example.org/agreement.pdf",
        },
        headers=writing,
    )
    place = f"/v1/blocks/agreements/{made.json['id']}/commitments"
    promise = {
        "promised_by": "The platform",
        "text": "Block listings and inform buyers",
        "since": "2024-05-13",
        "source_url": "https://example.org/agreement.pdf#page=2",
    }
    first = api.post(place, json=promise, headers=writing).json["id"]
    corrected = promise | {"since": "2024-06-01", "replaces": first}
    assert api.post(place, json=corrected, headers=writing).status_code == 201
    assert api.post(place, json=promise | {"since": "soon"}, headers=writing).status_code == 422
    seen = world.key(world.platform, "block.read")
    [agreement] = api.get("/v1/blocks/agreements", headers=seen).json
    assert [(one["since"], one["replaced"]) for one in agreement["commitments"]] == [
        ("2024-05-13", True),
        ("2024-06-01", False),
    ]
    foreign = world.key(world.other_platform, "block.read")
    assert api.get("/v1/blocks/agreements", headers=foreign).json == []


def test_a_list_is_uploaded_by_key_as_a_draft(world: World, api: FlaskClient) -> None:
    writing = world.key(world.regulator, "block.list.upload", "block.list.read")
    body = {
        "series": "kca",
        "title": "Autumn",
        "country": "KR",
        "file": "a.csv",
        "text": "ref,product,published\nA/1,Lamp,2026-11-02\n",
    }
    dry = api.post("/v1/blocks/lists", json=body, headers=writing).json
    assert (dry["rows"], dry["list_id"], dry["difference"][0]["change"]) == (1, None, "added")
    kept = api.post("/v1/blocks/lists", json=body | {"dry_run": False}, headers=writing).json
    seen = api.get(f"/v1/blocks/lists/{kept['list_id']}", headers=writing).json
    assert (seen["state"], seen["content"][0]["product"]) == ("draft", "Lamp")
