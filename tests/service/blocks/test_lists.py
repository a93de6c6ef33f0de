"""Lists: files good and bad, the dry run, the difference, two people, all or nothing."""

import io
import json

import pytest
from openpyxl import Workbook

from service.blocks import listfile, operations, queries
from service.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.safety import queries as safety
from tests.service.accounts.people import organisation
from tests.service.blocks.world import COLUMNS, ITEM, World, asker

LAMP = f"A/1,Desk lamp,2026-11-02,recall,fire burns,3,aliexpress,{ITEM},recall,Act 11"
TOY = "A/2,Teether,2026-11-03,ban,choking,2,,,,"
BORDER = "A/3,Charger,2026-11-04,import_reject,electric_shock,2,,,,"


def table(*rows: str) -> str:
    return "\n".join([COLUMNS, *rows]) + "\n"


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_three_forms_say_the_same() -> None:
    lines = [line.split(",") for line in table(LAMP, TOY).splitlines()]
    objects = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    cells = [[int(cell) if cell == ITEM else cell for cell in line] for line in lines]
    as_csv = listfile.read(table(LAMP, TOY).encode(), "a.csv")
    assert as_csv.errors == ()
    assert [row.ref for row in as_csv.rows] == ["A/1", "A/2"]
    assert listfile.read(json.dumps({"rows": objects}).encode(), "a.json") == as_csv
    assert listfile.read(workbook(*cells), "a.xlsx") == as_csv
    semicolons = table(LAMP, TOY).replace(",", ";").encode("utf-8-sig")
    assert listfile.read(semicolons, "b.csv") == as_csv


def test_every_wrong_cell_is_named_with_its_row() -> None:
    bad = [
        "A 1,,2026-13-02,party,flames,7,nowhere,1,whim,",
        LAMP,
        LAMP.replace("Act 11", ""),
        "A/4,X,2026-11-02,recall,,3,aliexpress,12,recall,Act",
    ]
    found = {(one.row, one.field) for one in listfile.read(table(*bad).encode(), "a.csv").errors}
    assert found == {
        *((1, name) for name in ("ref", "product", "published", "record_type", "hazards")),
        *((1, name) for name in ("severity", "platform", "reason", "legal_basis")),
        (3, "ref"),
        (3, "legal_basis"),
        (4, "item_id"),
    }


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "lacks the columns"),
        (b"ref,product\nA,B\n", "published"),
        (b"ref,product,published,colour\n", "colour"),
        (b"ref,product,published,ref\n", "twice"),
        (b"ref,product,published\n", "no rows"),
        (b"\xff\xfe\x00", "neither"),
        (b"[1, 2]", "array of objects"),
        (b"[" * 5000, "no JSON"),
        (b'[{"ref": "a", "who": "x"}]', "unknown fields"),
        (b"PK\x03\x04 no zip", "no workbook"),
        (b"x" * (listfile.FILE_CAP + 1), "larger"),
        (b"ref,product,published\n" + b"a,b,c\n" * (listfile.MOST_ROWS + 1), "more than"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(data: bytes, what: str) -> None:
    with pytest.raises(InvalidInput, match=what):
        listfile.read(data, "f")


def test_a_workbook_that_inflates_absurdly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listfile, "INFLATED_CAP", 1000)
    with pytest.raises(InvalidInput, match="absurd"):
        listfile.read(workbook(["ref", "product", "published"]), "a.xlsx")


def test_a_dry_run_keeps_nothing_and_an_error_keeps_nothing(world: World) -> None:
    dry = world.upload(table(LAMP, TOY), dry_run=True)
    assert (dry.rows, dry.list_id, len(dry.difference)) == (2, None, 2)
    wrong = world.upload(table(LAMP, TOY.replace("ban", "party")))
    assert wrong.list_id is None
    assert [(one.row, one.field) for one in wrong.errors] == [(2, "record_type")]
    with world.runtime.reading() as session:
        assert queries.list_views(session, world.officer) == []


def test_a_release_makes_notices_and_orders_and_the_next_edition_ends_them(world: World) -> None:
    first = world.upload(table(LAMP, TOY, BORDER)).list_id
    world.release(first)
    with world.runtime.reading() as session:
        lamp = safety.notice(session, "KR-list-kca:A/1")
        border = safety.notice(session, "KR-list-kca:A/3")
        assert lamp is not None
        assert border is not None
        assert (lamp.authority, lamp.hazards) == ("Product Safety Agency", ("fire", "burns"))
        assert border.record_type == "import_reject"
        assert safety.notices_for_keys(session, [f"aliexpress:item:{ITEM}"])[0].tier == 0
        [order] = queries.orders(session, world.lead, limit=9)
        assert (order.notice_id, order.severity, order.state) == ("KR-list-kca:A/1", 3, "issued")
    second = world.upload(table(TOY.replace("Teether", "Teether ring"), BORDER))
    changes = {(one.change, one.ref, one.fields) for one in second.difference}
    assert changes == {("changed", "A/2", ("product",)), ("removed", "A/1", ())}
    world.release(second.list_id)
    with world.runtime.reading() as session:
        [order] = queries.orders(session, world.lead, limit=9)
        assert order.state == "lifted"
        notices = [safety.notice(session, f"KR-list-kca:A/{n}") for n in (1, 2, 3)]
        assert [(one.status, one.revision) for one in notices if one] == [
            ("ended", 2),
            ("active", 2),
            ("active", 1),
        ]


def test_whoever_uploaded_does_not_release_in_whatever_role(world: World) -> None:
    both = asker(world.regulator, "surveillance_officer", "surveillance_lead", name="one")
    lead_again = asker(world.regulator, "surveillance_lead", name="one")
    list_id = world.upload(table(TOY), asker=both).list_id
    for same in (both, lead_again):
        with pytest.raises(Conflict, match="does not release"):
            world.release(list_id, same)
    with pytest.raises(NotAllowed):
        world.release(list_id, world.officer)
    stranger = asker(organisation(world.runtime, "Else", "regulator"), "surveillance_lead")
    with pytest.raises(NotFound):
        world.release(list_id, stranger)
    world.release(list_id, world.lead)
    with pytest.raises(Conflict, match="released"):
        world.release(list_id, world.lead)


def test_a_key_uploads_a_draft_and_never_releases(world: World) -> None:
    from service.core.access import Asker

    key = Asker("key", "abc", organisation=world.regulator, scopes=frozenset({"block.list.upload"}))
    list_id = world.upload(table(TOY), asker=key).list_id
    with pytest.raises(NotAllowed):
        world.release(list_id, key)


def test_a_draft_against_an_older_edition_is_not_released(world: World) -> None:
    one, other = world.upload(table(TOY)).list_id, world.upload(table(BORDER)).list_id
    world.release(one)
    with pytest.raises(Conflict, match="another edition"):
        world.release(other)


def test_a_release_that_fails_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second order fails after notices and the first order were written."""
    other = LAMP.replace("A/1", "A/9").replace(ITEM, ITEM[:-1] + "1")
    list_id = world.upload(table(LAMP, other)).list_id
    place = operations.issue.__globals__["place"]
    seen: list[str] = []

    def fails_at_the_second(*args: object, **more: object) -> object:
        seen.append("x")
        if len(seen) == 2:
            raise Conflict("power cut")
        return place(*args, **more)

    monkeypatch.setattr("service.blocks.orders.place", fails_at_the_second)
    with pytest.raises(Conflict, match="power cut"):
        world.release(list_id)
    with world.runtime.reading() as session:
        assert safety.notice(session, "KR-list-kca:A/1") is None
        assert queries.orders(session, world.lead, limit=9) == []
        assert queries.list_views(session, world.lead)[0].state == "draft"


def test_the_name_of_a_list_belongs_to_one_regulator(world: World) -> None:
    world.upload(table(TOY))
    other = asker(organisation(world.runtime, "Else", "regulator"), "surveillance_officer")
    with pytest.raises(Conflict, match="another regulator"):
        world.upload(table(TOY), asker=other)
