"""The registry: complete, sourced, in closed words, and with an alarm for facts that grow old."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from service.complaints.channels import (
    canonical,
    conflicts,
    freshness,
    labels,
    registry,
    vocabulary,
)
from service.complaints.channels.registry import Channel, Condition
from service.complaints.intake.fields import BY_ID
from service.core.messages import LOCALES, Messages
from tests.conftest import ROOT

ROOM = ROOT / "service" / "complaints" / "channels"
FILES = sorted((ROOM / "desks").glob("*.yaml"))
CHANNELS = list(registry.load().channels.values())
DAY = date(2026, 11, 21)


def ids(one: Channel) -> str:
    return one.id


def test_the_schema_is_that_of_the_types() -> None:
    written = json.loads((ROOM / "schema.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(registry.schema()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_fits_the_schema(path: Path) -> None:
    document = json.loads(json.dumps(yaml.safe_load(path.read_text("utf-8")), default=str))
    jsonschema.Draft202012Validator(registry.schema()).validate(document)


def test_no_desk_stands_twice() -> None:
    rows = [one for path in FILES for one in yaml.safe_load(path.read_text("utf-8"))["channels"]]
    assert len(rows) == len({row["id"] for row in rows}) == len(CHANNELS)


@pytest.mark.parametrize("one", CHANNELS, ids=ids)
def test_what_is_verified_has_a_source_and_business_days_a_country(one: Channel) -> None:
    assert bool(one.source) == one.verified
    assert (one.status == "closed") == (one.closed_on is not None)
    for number in (*one.deadlines, *one.answers):
        assert (number.unit == "business_days") == (number.calendar is not None)
        assert number.value > 0
        assert not number.verified or one.verified
    assert registry.tier(one) in registry.load().protection.orders["usual"]


def leaves(condition: Condition) -> list[Condition]:
    return [leaf for one in condition.any for leaf in leaves(one)] or [condition]


@pytest.mark.parametrize("one", CHANNELS, ids=ids)
def test_conditions_say_one_thing_each(one: Channel) -> None:
    for condition in (*one.accepts, *one.refuses):
        for leaf in leaves(condition):
            assert leaf.fact is not None
            limits = (leaf.at_least, leaf.at_most, leaf.below)
            ways = [leaf.in_, leaf.not_in, leaf.differs_from, *(n is not None for n in limits)]
            assert sum(map(bool, ways)) == 1, leaf
            assert bool(leaf.currency) == (leaf.fact == "amount")


def test_words_of_conditions_are_those_a_situation_can_hold() -> None:
    known = {
        "category": vocabulary.categories(),
        "payment": vocabulary.payments(),
        "seller": vocabulary.SELLERS,
        "role": vocabulary.ROLES,
        "goods": vocabulary.GOODS,
        "deceived": ("yes", "no"),
        "publish": ("yes",),
        "participates": ("yes",),
    }
    for one in CHANNELS:
        for leaf in (leaf for row in (*one.accepts, *one.refuses) for leaf in leaves(row)):
            if leaf.fact in known:
                assert {*leaf.in_, *leaf.not_in} <= set(known[leaf.fact]), (one.id, leaf)


def test_every_complaint_word_is_read_as_a_desk_word_or_itself() -> None:
    coarse = registry.load().protection.may_mean
    assert set(coarse) <= set(BY_ID["payment_method"].options)


def test_needs_conflicts_and_contradictions_point_at_what_exists() -> None:
    known = registry.load()
    steps = set(vocabulary.steps())
    for one in known.conflicts:
        assert one.loses in known.channels
        assert one.after in steps
        assert one.after != one.loses
    for channel in CHANNELS:
        assert {need.step for need in channel.needs} <= steps
        numbers = {one.id for one in (*channel.deadlines, *channel.answers)}
        assert {one.about for one in channel.contradictions} <= numbers


def test_the_traps_of_contradicting_sources_are_on_record() -> None:
    found = {(channel, one.about) for channel, one in freshness.contradictions()}
    assert {
        ("cn_12315", "accept_or_refuse"),
        ("pf_aliexpress", "open_dispute_earliest"),
        ("us_bbb", "business_answer"),
    } <= found


def test_canonical_fields_are_known_and_come_from_fields_that_exist() -> None:
    asked = {name for one in CHANNELS for name in canonical.asked(one)}
    assert asked <= canonical.sources().keys()
    documents = set(BY_ID["evidence"].options)
    for name, source in canonical.sources().items():
        kinds = [source.any, source.all, source.evidence, source.fixed, source.act]
        assert sum(map(bool, kinds)) == 1, name
        own = [one for one in (*source.any, *source.all) if not one.startswith("record.")]
        assert set(own) <= BY_ID.keys(), name
        assert set(source.evidence) <= documents, name


def test_sheets_have_words_in_all_their_languages() -> None:
    file = labels._file()
    for family in (file.headings, file.acts, file.fields, file.values):
        for key, row in family.items():
            assert len(row) == len(file.languages), key
            assert all(row), key
    assert file.fields.keys() == canonical.sources().keys()
    assert {s.act for s in canonical.sources().values() if s.act} <= file.acts.keys()
    for name in ("category", "wanted", "evidence"):
        assert {f"{name}.{option}" for option in BY_ID[name].options} <= file.values.keys()


def words_needed() -> set[str]:
    numbers = [one for c in CHANNELS for one in c.deadlines]
    own_steps = {step for step in vocabulary.steps() if step not in registry.load().channels}
    facts = {leaf.fact for c in CHANNELS for row in c.accepts for leaf in leaves(row)} - {"publish"}
    return {
        *(f"tier.{name}" for name in registry.load().protection.tiers),
        *(f"power.{name}" for c in CHANNELS for name in c.power),
        *(f"method.{name}" for c in CHANNELS for name in c.submission.methods),
        *(f"fee.{c.fee}" for c in CHANNELS),
        *(f"step.{name}" for name in own_steps),
        *(f"fact.{name}" for name in (*facts, "confirmation", "deadline")),
        *(f"date.{name}" for one in numbers for name in one.start),
        *(f"platform.{name}" for name in vocabulary.platforms()),
        *(f"seller.{name}" for name in vocabulary.SELLERS),
        *(f"payment.{name}" for name in vocabulary.payments()),
        *(f"category.{name}" for name in vocabulary.categories()),
        *(
            f"warning.{direction}.{one.effect}"
            for direction in ("destroys", "destroyed_by")
            for one in registry.load().conflicts
        ),
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_has_a_word_for_everything(locale: str) -> None:
    known = Messages.load(locale)
    assert [key for key in sorted(words_needed()) if f"channels.{key}" not in known] == []


def test_nothing_is_stale_on_the_day_it_was_checked_and_everything_is_in_the_end() -> None:
    assert freshness.stale(DAY) == []
    active = [one for one in CHANNELS if one.status == "active"]
    late = freshness.stale(DAY + timedelta(days=366))
    assert {one.channel for one in late} >= {one.id for one in active}


def test_a_fact_is_stale_the_day_after_its_span() -> None:
    hotline = registry.channel("jp_188")
    span = timedelta(days=registry.load().protection.fresh_days[hotline.source_quality])
    last = hotline.checked_on + span
    names = {(one.channel, one.what) for one in freshness.stale(last)}
    assert ("jp_188", "channel") not in names
    names = {(one.channel, one.what) for one in freshness.stale(last + timedelta(days=1))}
    assert ("jp_188", "channel") in names


def test_steps_at_a_court_count_as_going_to_court() -> None:
    assert "court" in conflicts.steps_of("hk_small_claims")
    assert "trader_contacted" in conflicts.steps_of("trader_contacted_on_platform")


def test_every_number_of_the_note_stands_in_the_registry(shared: Path) -> None:
    note = json.loads((shared / "data" / "complaint_channels.json").read_text("utf-8"))
    assert {one["id"] for one in note["channels"]} <= registry.load().channels.keys()
    for one in note["channels"]:
        mine = registry.channel(one["id"])
        numbers = {n.id: (n.value, n.unit, n.verified) for n in (*mine.deadlines, *mine.answers)}
        rows: list[dict[str, Any]] = [*one["deadlines"], *one["response_times"]]
        theirs = {row["what"]: (row["value"], row["unit"], row["verified"]) for row in rows}
        assert numbers == theirs, one["id"]
        assert (mine.status == "closed") == one["status"].startswith("closed")
