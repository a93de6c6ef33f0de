"""Write tests/vectors/pack.json, the judge of both pack readers.

    python scripts/pack_vectors.py

Merchants and notices in it are invented; the signing keys are known to everybody and sign nothing
but these vectors. The same input gives the same file wherever zlib compresses alike.
"""

import base64
import json
import sys
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from service.packs import changes as pack_changes  # noqa: E402 -- found through the line above
from service.packs import format as pack_format  # noqa: E402
from service.packs import rice  # noqa: E402
from service.packs.header import Notice, Publisher, canonical  # noqa: E402
from service.packs.keys import key_text  # noqa: E402
from service.packs.tables import (  # noqa: E402
    MerchantEntry,
    SafetyEntry,
    Table,
    prefix48,
)

TEST_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
PUBLISHER = Publisher("test", "Test publisher · 시험")
DAYS = {"first": datetime(2026, 8, 1, 9, tzinfo=UTC), "second": datetime(2026, 8, 4, 8, tzinfo=UTC)}

NOTICES = (
    Notice("xx-office:A/1", "Example Office", date(2026, 3, 5), ("fire", "burns"), "recall", "Lantern L-7", "https://office.example/a1"),
    Notice("xx-office:A/2", "Example Office", date(2026, 5, 1), ("choking",), "alert", "장난감 토끼", "https://office.example/a2?x=1"),
    Notice("yy-desk:77", "Example Desk", date(2025, 12, 31), (), "ban", 'Charger "C" 充电器', "http://desk.example/77"),
)  # fmt: skip
MERCHANTS = (
    MerchantEntry(
        "aliexpress:shop:9900000001", "aliexpress", "A", warning=False, reason="reviews.good"
    ),
    MerchantEntry(
        "aliexpress:shop:9900000002",
        "aliexpress",
        "E",
        warning=True,
        reason="complaints.unresolved",
    ),
    MerchantEntry("aliexpress:shop:9900000003", "aliexpress", "none", warning=False, reason=None),
    MerchantEntry(
        "amazon:seller:ZZEXAMPLE00001", "amazon", "none", warning=True, reason="safety.blocked"
    ),
    MerchantEntry(
        "web:domain:lantern.example", "web", "B", warning=False, reason="disclosures.verified"
    ),
    MerchantEntry("web:domain:시장.example", "web", "C", warning=True, reason=None),
)
WITHDRAWN = MerchantEntry("web:domain:gone.example", "web", "D", warning=True, reason="reviews.bad")
SAFETY = (
    SafetyEntry("amazon:item:B0EXAMPLE1", 0, "xx-office:A/1"),
    SafetyEntry("gtin:00200000000011", 1, "xx-office:A/1"),
    SafetyEntry("gtin:00200000000011", 1, "xx-office:A/2"),
    SafetyEntry("model:lantern:l7", 2, "yy-desk:77"),
    SafetyEntry("model:lantern:l7", 2, "xx-office:A/1"),
)

# What became of the first pack: one seller changed, one is new on a platform that is new, one is gone.
LATER = (
    *MERCHANTS[:4],
    MerchantEntry("web:domain:lantern.example", "web", "D", warning=True, reason="deliveries.bad"),
    MERCHANTS[5],
    MerchantEntry("ebay:user:new-example", "ebay", "A", warning=False, reason="reviews.good"),
)
LATER_NOTICE = Notice("xx-office:A/3", "Example Office", date(2026, 8, 3), ("burns",), "recall", "Kettle", "https://office.example/a3")  # fmt: skip
# One key has another notice, one is new, and that of the model is gone.
LATER_SAFETY = (
    *SAFETY[:2],
    SafetyEntry("gtin:00200000000011", 1, "xx-office:A/3"),
    SafetyEntry("amazon:item:B0EXAMPLE2", 0, "xx-office:A/3"),
)

Fields = dict[str, Any]


def main() -> None:
    """Write the vectors."""
    first = pack_format.encode(
        pack_format.Issue(PUBLISHER, 7, DAYS["first"]),
        pack_format.Contents([*MERCHANTS, WITHDRAWN], SAFETY, NOTICES),
        TEST_KEY,
    )
    second = pack_format.encode(
        pack_format.Issue(PUBLISHER, 8, DAYS["second"]),
        pack_format.Contents(MERCHANTS, SAFETY, NOTICES),
        TEST_KEY,
        pack_format.decode(first),
    )
    changes = _changes_files(first)
    vectors = {
        "about": "Written by scripts/pack_vectors.py; merchants and notices are invented.",
        "keys": [_key_case(key) for key in _keys()],
        "rice": [*_rice_by_hand(), *_rice_at_random()],
        "rice_refused": _rice_refused(),
        "public_key": key_text(TEST_KEY.public_key().public_bytes_raw()),
        "packs": {"7": base64.b64encode(first).decode(), "8": base64.b64encode(second).decode()},
        "withdrawn": [WITHDRAWN.key],
        "lookups": list(_lookups()),
        "refused": [
            {**case, "pack": _changes(second, case["pack"])}
            for case in (*_framing(second), *_resigned(second))
        ],
        "changes": {
            "since": 7,
            "files": {name: base64.b64encode(data).decode() for name, data in changes.items()},
            "lookups": list(_changed_lookups()),
            "refused": [
                {**case, "pack": _changes(changes["merchants"], case["pack"])}
                for case in _changes_refused(changes["merchants"])
            ],
        },
    }
    path = ROOT / "tests" / "vectors" / "pack.json"
    path.write_text(json.dumps(vectors, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _changes_files(first: bytes) -> dict[str, bytes]:
    """Return the changes to the first pack: merchants, and safety keys a little later."""
    base = pack_format.decode(first)
    later = pack_format.Contents(LATER, LATER_SAFETY, (*NOTICES, LATER_NOTICE))
    days = {"merchants": DAYS["second"], "safety": DAYS["second"].replace(hour=9)}
    made = {}
    for version, (part, issued) in enumerate(days.items(), start=9):
        issue = pack_format.Issue(PUBLISHER, version, issued)
        newest = pack_format.decode(pack_format.encode(issue, later, TEST_KEY))
        made[part] = pack_changes.encode(issue, base, newest, part, TEST_KEY)
    return made


def _changed_lookups() -> Iterator[Fields]:
    """Yield what the first pack with both changes says, from the facts above and not from a reader."""
    notice = {each.id: json.loads(canonical(each)) for each in (*NOTICES, LATER_NOTICE)}

    def case(merchant: str | None, *keys: str, **said: Any) -> Fields:
        return {"ask": {"merchant": merchant, "safety": list(keys)}, **said}

    for row in LATER:
        yield case(row.key, band=row.band, warning=row.warning, reason=row.reason, safety=[])
    for key in (WITHDRAWN.key, "web:domain:unheard.example", SAFETY[0].key):
        yield case(key, band=None, safety=[])
    named: dict[str, list[Fields]] = {"model:lantern:l7": []}
    for each in LATER_SAFETY:
        match = {"tier": each.tier, "notice": notice[each.notice_id]}
        named.setdefault(each.key, []).append(match)
    for key, matches in named.items():
        yield case(None, key, band=None, safety=matches)


def _changes_refused(good: bytes) -> Iterator[Fields]:
    """Yield changes that do not belong to the first pack, or break the format."""
    header, body = _parts(good)
    other = dict(header, changes={"part": "merchants", "since": 6})
    yield _signed("changes to another pack", "changes", _json(other), body)
    yield _signed(
        "no changes but a pack", "changes", _json({k: header[k] for k in header if k != "changes"}), body
    )  # fmt: skip
    older = dict(header, version=7)
    yield _signed("changes that are not newer", "header.changes.since", _json(older), body)
    part = dict(header, changes={"part": "people", "since": 7})
    yield _signed("changes of an unknown part", "header.changes.part", _json(part), body)
    wrong = dict(header, changes={"part": "safety", "since": 7})
    yield _signed("merchants among the safety keys", "sections", _json(wrong), body)
    yield _refused("changed on the way", "signature", _flip(good, -80))
    stranger = dict(header, public_key=key_text(OTHER_KEY.public_key().public_bytes_raw()))
    data = pack_format.seal(_json(stranger), body, OTHER_KEY)
    yield _refused("changes by somebody else", "public_key", data)


def _keys() -> list[str]:
    return [
        "",
        "abc",
        *(row.key for row in (*MERCHANTS, WITHDRAWN)),
        *dict.fromkeys(row.key for row in SAFETY),
    ]


def _key_case(key: str) -> Fields:
    prefix = f"{prefix48(key):012x}"
    rest = np.base_repr(int(prefix[3:], 16), 36).lower().rjust(7, "0")
    return {"key": key, "prefix": prefix, "bucket": prefix[:3], "rest": rest}


def _rice_by_hand() -> list[Fields]:
    # Gaps 3, 0, 4 at k = 2: remainders 11 00 00, quotients 1 1 01.
    return [
        {"prefixes": [], "k": 48, "remainders": "", "quotients": ""},
        {"prefixes": [3, 4, 9], "k": 2, "remainders": "c0", "quotients": "d0"},
        {"prefixes": [0], "k": 0, "remainders": "", "quotients": "80"},
        {"prefixes": [2**48 - 1], "k": 48, "remainders": "ffffffffffff", "quotients": "80"},
        {"prefixes": [7, 8], "k": 0, "remainders": "", "quotients": "0180"},
    ]


def _rice_at_random() -> Iterator[Fields]:
    random = np.random.default_rng(48)
    for count in (1, 2, 30):
        prefixes = np.unique(random.integers(0, 2**48, count, dtype=np.uint64))
        code = rice.encode(prefixes)
        yield {
            "prefixes": prefixes.tolist(),
            "k": code.k,
            "remainders": code.remainders.hex(),
            "quotients": code.quotients.hex(),
        }


def _rice_refused() -> list[Fields]:
    return [
        {"name": "fewer prefixes than announced", "count": 4, "k": 2, "remainders": "c0", "quotients": "d0"},
        {"name": "more prefixes than announced", "count": 2, "k": 2, "remainders": "c0", "quotients": "d0"},
        {"name": "a byte too many", "count": 3, "k": 2, "remainders": "c0", "quotients": "d000"},
        {"name": "remainders too short", "count": 3, "k": 4, "remainders": "c0", "quotients": "d0"},
        {"name": "remainders not filled with zeros", "count": 3, "k": 2, "remainders": "c1", "quotients": "d0"},
        {"name": "a quotient beyond 48 bits", "count": 1, "k": 47, "remainders": "000000000000", "quotients": "20"},
        {"name": "a sum beyond 48 bits", "count": 2, "k": 48, "remainders": "ffffffffffff000000000000", "quotients": "c0"},
    ]  # fmt: skip


def _lookups() -> Iterator[Fields]:
    """Yield expected answers, from the facts above and not from a reader."""
    fresh, old = "2026-08-18T08:00:00Z", "2026-08-18T08:00:01Z"
    notice = {each.id: json.loads(canonical(each)) for each in NOTICES}
    one, two, three = (notice[each.id] for each in NOTICES)
    nothing = {"listed": False, "band": "none", "warning": False, "reason": None, "safety": []}

    def case(merchant: str | None, keys: list[str], at: str, state: str, **said: Any) -> Fields:
        return {
            "ask": {"merchant": merchant, "safety": keys},
            "at": at,
            "verdict": {"state": state, **nothing, **said},
        }

    for row in MERCHANTS:
        state = "none" if row.band == "none" else "rated"
        said = {"listed": True, "band": row.band, "warning": row.warning, "reason": row.reason}
        yield case(row.key, [], fresh, state, **said)
        yield case(row.key, [], old, "stale")
    yield case(WITHDRAWN.key, [], fresh, "none")
    yield case("web:domain:unheard.example", ["gtin:00000000000000"], fresh, "none")
    yield case("", [], fresh, "none")
    yield case(None, [], fresh, "none")
    # A merchant key is no safety key, nor the other way round.
    yield case(SAFETY[0].key, [MERCHANTS[0].key], fresh, "none")
    tiers = [{"tier": 1, "notice": one}, {"tier": 1, "notice": two}]
    yield case(None, ["gtin:00200000000011"], fresh, "none", safety=tiers)
    models = [{"tier": 2, "notice": one}, {"tier": 2, "notice": three}]
    yield case(None, ["model:lantern:l7"], old, "stale", safety=models)
    every = [{"tier": 0, "notice": one}, {"tier": 1, "notice": two}, {"tier": 2, "notice": three}]
    keys = ["model:lantern:l7", "gtin:00200000000011", "amazon:item:B0EXAMPLE1"]
    rated = {"listed": True, "band": "B", "reason": "disclosures.verified"}
    yield case("web:domain:lantern.example", keys, fresh, "rated", safety=every, **rated)


def _framing(good: bytes) -> Iterator[Fields]:
    """Yield copies damaged on the way, or good ones that are not what was expected."""
    other = pack_format.encode(
        pack_format.Issue(PUBLISHER, 9, DAYS["second"]), pack_format.Contents(), OTHER_KEY
    )
    yield _refused("empty", "length", b"")
    yield _refused("another kind of file", "magic", b"PK\x03\x04" + good[4:])
    yield _refused("copied as text", "magic", good.replace(b"CAVEAT\n", b"CAVEAT\r\n", 1))
    yield _refused("cut in the magic", "length", good[:5])
    yield _refused("cut in the header", "length", good[:100])
    yield _refused("cut in the sections", "signature", good[:-100])
    yield _refused("a header without end", "header", good[:8] + b"\xff" * 4 + good[12:])
    yield _refused("one bit changed in the sections", "signature", _flip(good, -200))
    yield _refused("one bit changed in the signature", "signature", _flip(good, -1))
    yield _refused("no signature", "signature", good[:-64] + bytes(64))
    yield _refused(
        "signature of somebody else", "signature", good[:-64] + OTHER_KEY.sign(good[:-64])
    )
    yield _refused("the key of somebody else", "public_key", other)
    yield _refused("older than the present copy", "version", good, minimum_version=9)


def _resigned(good: bytes) -> Iterator[Fields]:
    """Yield packs that the right key signed, and that break the format all the same."""
    for name, where, change in _HEADER_CHANGES:
        header, body = _parts(good)
        change(header)
        yield _signed(name, where, _json(header), body)
    header, body = _parts(good)
    yield _signed(
        "spaces in the header", "header", json.dumps(header, sort_keys=True).encode(), body
    )
    yield _signed(
        "a name twice",
        "header",
        _json(header).replace(b'"version":8', b'"version":7,"version":8'),
        body,
    )
    yield _signed(
        "invalid UTF-8 in the header",
        "header",
        _json(header).replace(b"Test pub", b"Test\xff\xfepub"),
        body,
    )
    yield _signed("no JSON", "header", b"{", body)
    yield _signed("bytes of no section", "sections", _json(header), body + b"\0")
    for name, where, number, change in _SECTION_CHANGES:
        yield _signed(name, where, *_with_section(good, number, change))


def _set(*path: Any, to: Any) -> Callable[[Fields], None]:
    def change(header: Any) -> None:
        for step in path[:-1]:
            header = header[step]
        header[path[-1]] = to

    return change


def _drop_tombstones(header: Fields) -> None:
    header["sections"].pop()


def _swap_platforms(header: Fields) -> None:
    one, other, *_ = header["sections"]
    one["platform"], other["platform"] = other["platform"], one["platform"]


_HEADER_CHANGES: tuple[tuple[str, str, Callable[[Fields], None]], ...] = (
    ("a later format", "header.format", _set("format", to=2)),
    ("an unknown field", "header", _set("colour", to="blue")),
    ("an unknown field of the publisher", "header.publisher", _set("publisher", "mail", to="x")),
    ("a version below 1", "header.version", _set("version", to=0)),
    ("a version that is text", "header.version", _set("version", to="8")),
    ("a version with a fraction", "header.version", _set("version", to=8.5)),
    ("no day of the calendar", "header.issued", _set("issued", to="2026-02-31T00:00:00Z")),
    ("another form of time", "header.issued", _set("issued", to="2026-08-04 08:00:00")),
    ("a key that is too short", "header.public_key", _set("public_key", to="AAAA")),
    ("a key in loose base64", "header.public_key", _set("public_key", to="A" * 42 + "B=")),
    ("bands in another order", "header.bands", _set("bands", to=["none", "E", "D", "C", "B", "A"])),
    ("a reason that is no code", "header.reasons[0]", _set("reasons", 0, to="<b>")),
    ("a publisher id that is no id", "header.publisher.id", _set("publisher", "id", to="../x")),
    ("an unknown section", "header.sections[0].name", _set("sections", 0, "name", to="people")),
    ("an unknown encoding", "header.sections[0].encoding", _set("sections", 0, "encoding", to="zip")),
    ("a width beyond 48", "header.sections[0].rice", _set("sections", 0, "rice", to=49)),
    ("sections that overlap", "sections[1].offset", _set("sections", 1, "offset", to=0)),
    ("a section that ends behind the file", "sections[6].length", _set("sections", 6, "length", to=10**6)),
    ("a digest of other bytes", "sections[0].sha256", _set("sections", 0, "sha256", to="0" * 64)),
    ("fewer prefixes than announced", "sections[0]", _set("sections", 0, "count", to=4)),
    ("platforms out of order", "sections[1]", _swap_platforms),
    ("a missing section", "sections", _drop_tombstones),
    ("a reason outside the table", "sections[1]", _set("reasons", to=["reviews.good", "complaints.unresolved"])),
)  # fmt: skip


def _lines(*notices: Fields) -> tuple[Fields, bytes]:
    text = b"".join(_json(notice) + b"\n" for notice in notices)
    return {"count": len(notices), "size": len(text)}, zlib.compress(text)


def _notices(**change: Any) -> tuple[Fields, bytes]:
    plain = [json.loads(canonical(each)) for each in NOTICES]
    return _lines({**plain[0], **change}, *plain[1:])


def _rows(*entries: tuple[int, int]) -> tuple[Fields, bytes]:
    return Table.of(dict(entries)).coded()


def _cut_short() -> tuple[Fields, bytes]:
    fields, payload = _notices()
    return fields, payload[:-6]


def _tier_three() -> tuple[Fields, bytes]:
    return _rows(*((number, 3) for number in range(5)))


_SECTION_CHANGES: tuple[tuple[str, str, int, Callable[[], tuple[Fields, bytes]]], ...] = (
    ("a band outside the table", "sections[0]", 0, lambda: _rows((5, 7))),
    ("a prefix on two platforms", "sections", 0, lambda: _rows((prefix48(MERCHANTS[3].key), 1))),
    ("an unknown tier", "sections[4]", 3, _tier_three),
    ("links that do not fit", "sections[4]", 3, lambda: _rows((5, 0))),
    ("a notice that is missing", "sections[4]", 5, lambda: _lines(json.loads(canonical(NOTICES[0])))),
    ("a notice that leads to a script", "sections[5].line[0].url", 5, lambda: _notices(url="javascript:alert(1)")),
    ("a notice with an unknown field", "sections[5].line[0]", 5, lambda: _notices(seller="x")),
    ("a notice of no day", "sections[5].line[0].date", 5, lambda: _notices(date="2026-02-30")),
    ("notices cut short", "sections[5]", 5, _cut_short),
    ("notices that inflate to more", "sections[5]", 5, lambda: ({"size": 10}, zlib.compress(b" " * 10**5))),
    ("a withdrawal long ago", "sections[6]", 6, lambda: _rows((5, 15))),
    ("a withdrawn prefix that is listed", "sections[6]", 6, lambda: _rows((prefix48(MERCHANTS[0].key), 1))),
)  # fmt: skip


def _with_section(
    good: bytes, number: int, change: Callable[[], tuple[Fields, bytes]]
) -> tuple[bytes, bytes]:
    header, body = _parts(good)
    payloads = [body[each["offset"] :][: each["length"]] for each in header["sections"]]
    fields, payloads[number] = change()
    header["sections"][number] |= fields
    placed = pack_format.placed(list(zip(header["sections"], payloads, strict=True)))
    header["sections"] = placed
    return _json(header), b"".join(payloads)


def _signed(name: str, where: str, header: bytes, body: bytes) -> Fields:
    return _refused(name, where, pack_format.seal(header, body, TEST_KEY))


def _refused(name: str, where: str, data: bytes, minimum_version: int = 1) -> Fields:
    return {
        "name": name,
        "where": where,
        "minimum_version": minimum_version,
        "pack": data,
    }


def _parts(pack: bytes) -> tuple[Fields, bytes]:
    end = 12 + int.from_bytes(pack[8:12], "big")
    return json.loads(pack[12:end]), pack[end:-64]


def _json(value: Fields) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _flip(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def _changes(good: bytes, bad: bytes) -> list[tuple[int, int, str]]:
    """Return what to replace in the good pack, as (start, end, base64), last place first."""
    steps = SequenceMatcher(None, good, bad, autojunk=False).get_opcodes()
    changes = [
        (start, end, base64.b64encode(bad[left:right]).decode())
        for step, start, end, left, right in steps
        if step != "equal"
    ]
    return changes[::-1]


if __name__ == "__main__":
    main()
