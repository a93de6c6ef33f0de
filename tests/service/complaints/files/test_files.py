"""Evidence files of a case: added by link or by the desk, sealed, shown to whom the complainant lets."""

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from service import app
from service.accounts import operations as accounts
from service.complaints.files import operations as evidence_files
from service.complaints.files.console import SANDBOX
from service.complaints.files.operations import MOST_FILES, FileView, Opened, Upload, field_of
from service.complaints.intake import tracking
from service.complaints.models import Case
from service.complaints.privacy import access_log, consents
from service.complaints.privacy.consents import Share
from service.core import media
from service.core.access import HOME, Asker
from service.core.antivirus import EICAR
from service.core.crypto import SealBroken
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.core.runtime import Runtime
from tests.conftest import NOW
from tests.service.accounts.people import person, token_of
from tests.service.complaints import cases
from tests.service.complaints.cases import OFFICER, consumer, trader
from tests.service.complaints.files.test_files_media import PLACE, archive, image, pdf
from tests.service.complaints.privacy_world import TEXTS, sealed_case, set_case

CHAT = b"PLANTED-CHAT I will not refund\n"


def add(
    runtime: Runtime,
    case_id: str,
    content: bytes = CHAT,
    *,
    kind: str = "chat",
    name: str | None = None,
    asker: Asker | None = None,
) -> FileView:
    return evidence_files.add(
        runtime, case_id, Upload(content, kind, name=name), asker=asker or consumer(case_id)
    )


def open_it(
    runtime: Runtime,
    case_id: str,
    file_id: str,
    *,
    variant: str = "original",
    asker: Asker = OFFICER,
    purpose: str = "handle_case",
) -> Opened:
    return evidence_files.open_file(
        runtime, case_id, file_id, variant=variant, asker=asker, purpose=purpose
    )


def stored(runtime: Runtime) -> list[Path]:
    return sorted(path for path in (runtime.settings.home / "files").rglob("*") if path.is_file())


def test_a_file_is_sealed_and_opens_as_it_came_with_its_name(runtime: Runtime) -> None:
    case_id = sealed_case(runtime)
    photo = image()
    made = add(runtime, case_id, photo, kind="photo", name="PLANTED-NAME 배송.jpg")
    assert (made.media_type, made.size, made.copy, made.remarks) == (
        "image/jpeg",
        len(photo),
        True,
        [],
    )
    assert open_it(runtime, case_id, made.id) == Opened(
        photo, "image/jpeg", "PLANTED-NAME 배송.jpg"
    )
    copy = open_it(runtime, case_id, made.id, variant="copy").content
    assert PLACE.encode() not in copy
    for path in stored(runtime):
        content = path.read_bytes()
        assert PLACE.encode() not in content
        assert photo[:3] != content[:3]
        assert "PLANTED" not in str(path)
    with runtime.reading() as session:
        assert "PLANTED" not in repr(session.execute(text("SELECT * FROM case_files")).all())


def test_each_look_is_recorded_with_what_was_looked_at(runtime: Runtime) -> None:
    case_id = sealed_case(runtime, {})
    made = add(runtime, case_id)
    assert open_it(runtime, case_id, made.id).name == "chat.txt"
    open_it(runtime, case_id, made.id, asker=consumer(case_id), purpose="own_case")
    with runtime.reading() as session:
        looks = access_log.of_case(session, case_id, asker=consumer(case_id))
    assert [(one.actor, one.fields) for one in looks] == [
        (consumer(case_id).label, [f"file:{made.id}:original"]),
        ("person:officer", [f"file:{made.id}:original"]),
    ]
    with pytest.raises(InvalidInput, match="purpose"):
        open_it(runtime, case_id, made.id, purpose="")
    with pytest.raises(InvalidInput, match="variant"):
        open_it(runtime, case_id, made.id, variant="thumbnail")


def test_the_same_file_is_kept_once_in_a_case_and_tells_nothing_across_cases(
    runtime: Runtime,
) -> None:
    first, second = sealed_case(runtime), sealed_case(runtime)
    assert add(runtime, first).id == add(runtime, first, name="again.txt").id
    add(runtime, second)
    names = [path.name for path in stored(runtime)]
    assert len(names) == len(set(names)) == 4
    contents = [path.read_bytes() for path in stored(runtime)]
    assert len(set(contents)) == 4


def test_a_stored_file_that_is_moved_or_edited_does_not_open(runtime: Runtime) -> None:
    case_id = sealed_case(runtime)
    one, other = add(runtime, case_id), add(runtime, case_id, b"another\n")
    paths = {path.name: path for path in stored(runtime)}
    originals = [path for name, path in paths.items() if name.endswith(".original")]
    originals[0].write_bytes(originals[1].read_bytes())
    originals[1].write_bytes(originals[1].read_bytes()[:-1] + b"\0")
    for made in (one, other):
        with pytest.raises(SealBroken):
            open_it(runtime, case_id, made.id)


@pytest.mark.parametrize(
    "content", [EICAR, archive(), image("PNG") + b"<script>", b"", b"MZ" + b"\0" * 99]
)
def test_what_is_refused_leaves_nothing(runtime: Runtime, content: bytes) -> None:
    case_id = sealed_case(runtime)
    with pytest.raises(InvalidInput, match="file"):
        add(runtime, case_id, content)
    assert stored(runtime) == []
    with runtime.reading() as session:
        assert evidence_files.of_case(session, case_id, asker=OFFICER, now=NOW) == []


def test_only_the_complainant_and_the_desk_add_files_and_only_to_an_open_case(
    runtime: Runtime,
) -> None:
    shop = cases.merchant(runtime)
    case_id = sealed_case(runtime, respondent=shop)
    stranger = Asker("person", "s", organisation="o", roles=frozenset({"complaint_officer"}))
    for asker in (consumer("another"), stranger, trader(shop)):
        with pytest.raises((NotAllowed, NotFound)):
            add(runtime, case_id, asker=asker)
    with pytest.raises(InvalidInput, match="kind"):
        add(runtime, case_id, kind="selfie")
    with pytest.raises(InvalidInput, match="name"):
        add(runtime, case_id, name="x" * 201)
    made = add(runtime, case_id, asker=OFFICER)
    other = sealed_case(runtime)
    with pytest.raises(NotFound):
        open_it(runtime, other, made.id)
    set_case(runtime, case_id, state="resolved", closed_at=NOW)
    with pytest.raises(Conflict, match="closed"):
        add(runtime, case_id, b"late\n")


def test_a_case_holds_so_many_files_and_so_many_bytes(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = sealed_case(runtime)
    for number in range(MOST_FILES):
        add(runtime, case_id, f"{number}\n".encode())
    with pytest.raises(InvalidInput, match="20 files"):
        add(runtime, case_id, b"one more\n")
    other = sealed_case(runtime)
    monkeypatch.setattr(evidence_files, "MOST_BYTES", 10)
    add(runtime, other, b"123456\n")
    with pytest.raises(InvalidInput, match="10 bytes"):
        add(runtime, other, b"7890\n")


def test_a_trader_gets_the_copy_of_what_is_shared_and_nothing_else(runtime: Runtime) -> None:
    shop = cases.merchant(runtime)
    case_id = sealed_case(runtime, TEXTS, programme="express-platform@1", respondent=shop)
    photo = add(runtime, case_id, image(), kind="photo", name="a.jpg")
    kept = add(runtime, case_id)
    active = add(runtime, case_id, pdf(script=True), kind="receipt")
    fields = frozenset({field_of(photo.id), field_of(active.id)})
    with runtime.begin() as session:
        share = Share(consents.organisation(shop), "CN", fields)
        consents.grant(session, case_id, share, wording="w@1", asker=consumer(case_id), now=NOW)
    look = {"asker": trader(shop), "purpose": "conciliate"}
    with pytest.raises((NotAllowed, NotFound)):
        open_it(runtime, case_id, photo.id, variant="copy", **look)  # type: ignore[arg-type]
    cases.walk(runtime, case_id, "screen_pass", "upload")
    opened = open_it(runtime, case_id, photo.id, variant="copy", **look)  # type: ignore[arg-type]
    assert PLACE.encode() not in opened.content
    for file_id, variant, refusal in (
        (photo.id, "original", NotAllowed),
        (kept.id, "copy", NotAllowed),
        (active.id, "copy", Conflict),
    ):
        with pytest.raises(refusal):
            open_it(runtime, case_id, file_id, variant=variant, **look)  # type: ignore[arg-type]
    with runtime.reading() as session:
        seen = evidence_files.of_case(session, case_id, asker=trader(shop), now=NOW)
        assert {one.id for one in seen} == {photo.id, active.id}


@pytest.fixture
def api(runtime: Runtime) -> FlaskClient:
    return app.create_api(runtime).test_client()


def link(runtime: Runtime, case_id: str) -> tuple[str, dict[str, str]]:
    """Return the address of a case's files and the header that opens it."""
    with runtime.begin() as session:
        token = tracking.issue(session, case_id, now=NOW)
        reference = session.get_one(Case, case_id).reference
    return f"/v1/complaints/{reference}/evidence", {"Tracking-Token": token}


def test_a_complainant_adds_a_file_by_the_link_of_the_case(
    runtime: Runtime, api: FlaskClient
) -> None:
    case_id = sealed_case(runtime)
    address, headers = link(runtime, case_id)
    photo = image()
    sent = headers | {
        "Content-Type": "image/jpeg",
        "Content-Disposition": "attachment; filename*=UTF-8''%EC%82%AC%EC%A7%84.jpg",
    }
    answer = api.post(f"{address}?kind=photo", data=photo, headers=sent)
    assert answer.status_code == 201, answer.json
    assert answer.json | {"id": "", "uploaded_at": ""} == {
        "id": "",
        "uploaded_at": "",
        "kind": "photo",
        "media_type": "image/jpeg",
        "size": len(photo),
        "copy": True,
        "remarks": [],
    }
    opened = open_it(runtime, case_id, answer.json["id"])
    assert (opened.content, opened.name) == (photo, "사진.jpg")
    assert [one["id"] for one in api.get(address, headers=headers).json] == [answer.json["id"]]


def test_the_interface_refuses_bad_files_and_bad_links_by_name(
    runtime: Runtime, api: FlaskClient
) -> None:
    case_id = sealed_case(runtime)
    address, headers = link(runtime, case_id)
    right = f"{address}?kind=chat"
    for given in ({}, {"Tracking-Token": "forged"}):
        assert api.post(right, data=CHAT, headers=given).status_code == 404
        assert api.get(address, headers=given).status_code == 404
    plain = headers | {"Content-Type": "application/octet-stream"}
    assert api.post(address, data=CHAT, headers=plain).status_code == 422
    assert api.post(f"{address}?kind=selfie", data=CHAT, headers=plain).status_code == 422
    too_much = b"a" * (media.rules().file_bytes + 1)
    assert api.post(right, data=too_much, headers=plain).status_code == 413
    answer = api.post(right, data=EICAR, headers=plain)
    assert (answer.status_code, answer.json["where"]) == (422, "file")
    mistyped = headers | {"Content-Type": "application/pdf"}
    assert "declared as" in api.post(right, data=CHAT, headers=mistyped).json["detail"]
    form = api.post(right, data={"file": (io.BytesIO(CHAT), "a.txt")}, headers=headers)
    assert form.status_code == 415
    large = image("PNG", size=(1500, 1000))
    assert len(large) > app.LARGEST_REQUEST_BYTES
    answer = api.post(f"{address}?kind=photo", data=large, headers=plain)
    assert answer.status_code == 201


def test_the_console_sends_files_as_attachments_that_run_nothing(runtime: Runtime) -> None:
    with runtime.begin() as session:
        accounts.home_organisation(session, now=NOW)
    officer = person(runtime, "o@example.org", roles=["complaint_officer"], organisation_id=HOME)
    case_id = sealed_case(runtime)
    made = add(runtime, case_id, name='C:\\x/PLANTED "名\r\n<b>.txt')
    api = app.create_api(runtime)
    pages = app.create_pages(runtime, description=api.extensions["description"])
    pages.config["WTF_CSRF_ENABLED"] = False
    client = pages.test_client()
    address = f"/console/cases/{case_id}/files/{made.id}"
    assert client.post(address, data={"purpose": "handle_case"}).status_code == 401
    with client.session_transaction() as cookie:
        cookie["token"] = token_of(runtime, officer)
    assert client.post(address).status_code == 422
    answer = client.post(address, data={"purpose": "handle_case"})
    assert (answer.status_code, answer.data) == (200, CHAT)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert open_it(runtime, case_id, made.id).name == 'PLANTED "名<b>.txt'
    assert answer.headers["Content-Security-Policy"] == SANDBOX
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "text/plain"
