"""The fields as data: what each category asks, its two schemas, the meter, and who can be found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from service.complaints.intake import completeness, fields, json_schema, values
from service.complaints.intake.completeness import IDENTIFIED, NAMED, REACHABLE, UNKNOWN, Respondent
from service.complaints.intake.fields import CATEGORIES, DOORS, OFFICER, SHOPPER, form
from service.complaints.intake.schemas import ComplaintSchema, OfficerComplaintSchema

SCHEMAS = {SHOPPER: ComplaintSchema, OFFICER: OfficerComplaintSchema}
GOOD = {
    "text": ["Lamp", "전등", "\N{IZAKAYA LANTERN}"],
    "long_text": ["It never came.\nTwice."],
    "url": ["https://www.aliexpress.com/item/1.html", "http://shop.example:8080/p?x=1#y"],
    "date": ["2026-10-01", "2024-02-29"],
    "day": ["2030-01-31"],
    "money": ["24.90", "0", "999999999.99", 24.9, 7],
    "currency": ["EUR", "KRW"],
    "email": ["jo@example.org", "a.b+c@sub.example.co.kr"],
    "phone": ["+49 30 123456", "02-123-4567"],
    "country": ["DE", "XK"],
    "consent": [True],
}
BAD = {
    "text": ["", "  ", "\u3164", "a\0b", "\ud800", "x" * 6000, 5, None, ["x"]],
    "long_text": ["", "\u200b", "half \udfff", "x" * 6000, {}],
    "url": ["shop.example", "ftp://shop.example", "https://", "https://a b.example", "https://x\n"],
    "date": ["2026-02-30", "1999-12-31", "20261001", "soon", "2026-10-01\n", 5],
    "day": ["2026-13-01", "2026-1-1"],
    "money": ["-1", "24.901", "1e3", "much", "٢٤", "1000000000000", True, "24.90\n", []],
    "currency": ["XXX", "eur", 1],
    "email": ["jo", "jo@example", "jo@@example.org", "jo@example.org\n", "a b@example.org"],
    "phone": ["call me", "+49 30 123456\n", "12"],
    "country": ["ZZ", "de", "Germany"],
    "consent": ["true", 1, "on"],
}


def complete(category: str, door: str) -> dict[str, Any]:
    """Return the smallest complaint of a category."""
    asked = form(category, door)
    needed = {field.id for field in asked.fields if field.required}
    needed |= {group[0] for group in asked.one_of}
    return {field.id: value(field) for field in asked.fields if field.id in needed} | {
        "category": category
    }


def value(field: fields.Field) -> Any:
    if field.type == "choice":
        return field.options[0] if field.options else "other"
    return [field.options[0]] if field.type == "choices" else GOOD[field.type][0]


def taken_by_api(data: dict[str, Any], door: str) -> bool:
    try:
        SCHEMAS[door]().load(data)
    except ValidationError:
        return False
    return True


def taken_by_schema(data: dict[str, Any], document: dict[str, Any]) -> bool:
    """Judge what is given: blanks count as missing, and a number in a field of money as its text."""
    told = {
        name: values.plain(each) if fields.BY_ID.get(name, NONE).type == "money" else each
        for name, each in values.given(data).items()
    }
    checker = jsonschema.FormatChecker()
    validator = jsonschema.Draft202012Validator(document, format_checker=checker)
    return validator.is_valid(told)


NONE = fields.Field("none", "none", "none")


def corpus(category: str, door: str) -> list[dict[str, Any]]:
    """Return complaints of a category with one thing changed: right, wrong, missing, too much."""
    base = complete(category, door)
    found = [base, {}, base | {"stranger": "x"}, base | {"category": "fury"}]
    for field in fields.FIELDS:
        options = field.options or ("x",)
        good = GOOD.get(field.type, [options[0]] if field.type == "choice" else [[*options[:1]]])
        bad = BAD.get(field.type, ["none of them", 5, ["x"], [[]], {}, [options[0]] * 2])
        found += [base | {field.id: each} for each in [*good, *bad, None, [], False]]
        found.append({name: each for name, each in base.items() if name != field.id})
    return found


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("category", CATEGORIES)
def test_api_and_json_schema_take_and_refuse_the_same(category: str, door: str) -> None:
    own, whole = json_schema.of_category(category, door), json_schema.of_complaint(door)
    jsonschema.Draft202012Validator.check_schema(own)
    jsonschema.Draft202012Validator.check_schema(whole)
    taken = 0
    for number, data in enumerate(corpus(category, door)):
        api = taken_by_api(data, door)
        if data.get("category") == category:
            assert taken_by_schema(data, own) == api, data
        if number % 5 == 0 or data.get("category") != category:
            assert taken_by_schema(data, whole) == api, data
        taken += api
    assert 20 < taken < len(corpus(category, door)) / 2


@settings(max_examples=150)
@given(st.data())
def test_any_mix_of_answers_is_judged_alike(data: st.DataObject) -> None:
    category = data.draw(st.sampled_from(list(CATEGORIES)))
    mixed = complete(category, SHOPPER)
    for field in data.draw(st.lists(st.sampled_from(fields.FIELDS), max_size=6)):
        pool = [*GOOD.get(field.type, []), *BAD.get(field.type, []), *field.options, None, ""]
        mixed[field.id] = data.draw(st.one_of(st.sampled_from(pool), st.text()))
    category = mixed.get("category", "")
    document = (
        json_schema.of_category(category, SHOPPER)
        if category in CATEGORIES
        else json_schema.of_complaint()
    )
    assert taken_by_schema(mixed, document) == taken_by_api(mixed, SHOPPER)


def test_a_day_that_lies_in_the_future_is_refused_beside_the_schema() -> None:
    base = complete("other", SHOPPER)
    assert taken_by_api(base, SHOPPER)
    assert not taken_by_api(base | {"purchase_date": "2099-01-01"}, SHOPPER)


def test_the_fields_are_told_by_each_category() -> None:
    for category in CATEGORIES.values():
        named = {*category.required, *category.asked, *category.optional}
        assert named <= fields.BY_ID.keys()
        assert category.evidence
        assert set(category.evidence) <= set(fields.BY_ID["evidence"].options)
        assert all(fields.BY_ID[name].required for name in category.optional)
    specific = {field.id for field in fields.FIELDS if field.specific}
    asked = {name for each in CATEGORIES.values() for name in (*each.required, *each.asked)}
    assert specific <= asked


def test_a_shopper_needs_an_address_for_the_code_and_an_officer_one_contact() -> None:
    assert "contact_email" in form("other", SHOPPER).required
    phone_only = complete("other", OFFICER) | {"contact_phone": "+82 2 123 4567"}
    phone_only.pop("contact_email")
    assert taken_by_api(phone_only, OFFICER)
    assert not taken_by_api(phone_only, SHOPPER)


def test_the_meter_says_what_the_vectors_say(vectors: Callable[[str], Path]) -> None:
    cases = json.loads(vectors("completeness").read_text("utf-8"))["cases"]
    for case in cases:
        measured = completeness.meter(case["facts"])
        assert measured.percent == case["percent"], case["name"]
        lacking = [list(item.what) for item in measured.items if not item.met]
        assert lacking == case["missing"], case["name"]
        assert measured.ready == (not case["required"]), case["name"]


def test_the_meter_asks_for_proof_and_files_once_a_complaint_is_filed() -> None:
    facts = complete("damaged", SHOPPER)
    before = completeness.meter(facts)
    waiting = completeness.meter(facts, proven=False)
    whole = completeness.meter(facts, proven=True, files=["photo"])
    useless = completeness.meter(facts, proven=True, files=["warranty_terms"])
    assert before.ready
    assert not waiting.ready
    assert waiting.missing[0].what == (completeness.CONTACT_PROVEN,)
    assert whole.ready
    assert waiting.percent < useless.percent < whole.percent


@given(
    st.sets(st.sampled_from([field.id for field in fields.FIELDS])),
    st.sampled_from(list(CATEGORIES)),
)
def test_more_answers_never_make_a_complaint_less_complete(told: set[str], category: str) -> None:
    facts: dict[str, Any] = {"category": category}
    measured = completeness.meter(facts)
    for name in sorted(told - {"category"}):
        facts[name] = "x"
        after = completeness.meter(facts)
        assert after.percent >= measured.percent
        assert 0 <= after.percent <= 100
        assert after.ready or after.missing[0].level == "required"
        measured = after


@pytest.mark.parametrize(
    ("known", "grade"),
    [
        ({}, UNKNOWN),
        ({"name": True}, NAMED),
        ({"verified": True}, NAMED),
        ({"seller_id": True}, REACHABLE),
        ({"address": True, "name": True}, REACHABLE),
        ({"contact": True}, REACHABLE),
        ({"contact": True, "verified": True}, IDENTIFIED),
        ({"seller_id": True, "verified": True}, IDENTIFIED),
    ],
)
def test_a_seller_is_found_by_a_way_to_them(known: dict[str, bool], grade: str) -> None:
    assert completeness.findability(Respondent(**known)) == grade
