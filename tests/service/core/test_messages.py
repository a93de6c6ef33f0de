import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from scoring import events
from scripts import messages_missing
from service.core import messages
from service.core.messages import (
    LOCALES,
    SHOPPER_LOCALES,
    MessageError,
    Messages,
    arguments,
    negotiate,
    parse,
)
from tests.conftest import ROOT

VECTORS = json.loads((ROOT / "tests/vectors/messages.json").read_text(encoding="utf-8"))
STRINGS: dict[str, dict[str, str]] = {
    locale: messages.read_strings(locale) for locale in SHOPPER_LOCALES
}
TRANSLATIONS = [locale for locale in SHOPPER_LOCALES if locale != "en"]

# House wording: never said of anyone in our own voice, in any language.
FORBIDDEN = {
    "en": r"\bsafe(st|r|ly)?\b|\bguarantee|\bscam|\bfraud|\bfak(e|ed|es|er|ery|ing)\b|\bcriminal",
    "ko": r"안전(합니다|해요|한 (판매자|상점|쇼핑몰))|안심|보장|보증된|사기|가짜|허위|범죄",
    "zh-Hans": r"安全的?(商家|卖家|店铺)|放心|保证|担保|诈骗|欺诈|骗子|骗局|虚假|假冒|犯罪",
    "zh-Hant": r"安全的?(商家|賣家|店家|店鋪|商店)|放心|保證|擔保|詐騙|欺詐|騙子|騙局|虛假|假冒|假貨|犯罪",
    "ja": r"安全(です|な(販売者|出品者|事業者|店|ショップ|商品))|安心|保証(します|され|済み|付き)|詐欺|偽物|偽造|偽の|フェイク|犯罪",
    # Whole words: "Versicherung" and "verunsichern" say nothing of the kind.
    "de": r"\b(sicher(e[mnrs]?)?|garantiert\w*)\b|betrug|betrüg|abzocke|gefälscht|fälschung|\bfake|kriminell|straftat",
    # "garantie" is the warranty.
    "fr": r"\bsûre?s?\b|sans risque|\bgarantis?\b|\bgarantit\b|arnaque|escroc|fraud|\bfau(x|sses?)\b|contrefa|criminel",
    "es": r"\bsegur[oa]s?\b|garantiza|\bestaf|fraud|\bfals[oa]s?\b|falsific|\bcriminal|delincuen|\btimo\b",
    "pt-BR": r"\bsegur[oa]s?\b|garantid|\bgarante|\bgolpe|fraud|\bfals[oa]s?\b|falsific|criminos|estelionat",
}


# Letters that fit on a line of the badge.
BADGE_LINE = 15

# Sentences that each list must catch, and such that it must not.
SAID = {
    "de": ("Dieser Händler ist sicher", "Versicherung und Garantie, ohne Unsicherheit"),
    "fr": ("Achat garanti, vendeur sûr", "Sous garantie ; mesure prise ; assurance"),
    "es": ("Tienda segura", "El seguimiento y la garantía"),
    "pt-BR": ("Compra segura", "Seguimento, garantia e segurança do produto"),
    "ja": ("安心の店", "保証期間と安全性に関する通知"),
    "zh-Hant": ("保證正品", "保固期限與安全公告"),
}


def one_message(locale: str, text: str) -> Messages:
    return Messages(locale, {"m": parse(text, "test")})


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_vectors(case: Mapping[str, Any]) -> None:
    message = one_message(case["locale"], case["message"])
    assert message.text("m", **case["args"]) == case["text"]


@pytest.mark.parametrize(
    "text",
    ["{", "{n, plural, one {x}}", "{n, plural}", "}", "{n, spellout}", "{n, number, ::.00}", "{}"],
)
def test_a_broken_or_unsupported_message_is_refused_by_name(text: str) -> None:
    with pytest.raises(MessageError, match=r"ko\.json: panel\.title"):
        parse(text, "ko.json: panel.title")


@pytest.mark.parametrize(
    ("text", "args"),
    [("{name}", {}), ("{n, plural, other {#}}", {"n": "many"}), ("{d, date}", {"d": "soon"})],
)
def test_a_wrong_argument_names_the_message(text: str, args: dict[str, Any]) -> None:
    with pytest.raises(MessageError, match="message 'm'"):
        one_message("en", text).text("m", **args)


def test_unknown_keys_and_languages_are_errors() -> None:
    with pytest.raises(MessageError, match="no message 'nothing'"):
        one_message("en", "x").text("nothing")
    with pytest.raises(MessageError, match="no messages in 'xx'"):
        Messages.load("xx")


def test_a_missing_translation_is_read_in_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "en.json").write_text('{"a": "one", "b": "two"}')
    (tmp_path / "ko.json").write_text('{"a": "하나"}')
    monkeypatch.setattr(messages, "FOLDER", tmp_path)
    monkeypatch.setattr(messages, "LOCALES", ("en", "ko"))
    for cached in (messages._load, messages._read):
        monkeypatch.setattr(messages, cached.__name__, cached.__wrapped__)
    korean = Messages.load("ko")
    assert (korean.text("a"), korean.text("b")) == ("하나", "two")
    assert "c" not in korean


def test_a_file_that_is_not_json_names_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "en.json").write_text('{"a": "one",\n "b" "two"}')
    monkeypatch.setattr(messages, "FOLDER", tmp_path)
    with pytest.raises(MessageError, match=r"en\.json: line 2"):
        messages.read_strings("en")


@pytest.mark.parametrize(
    ("chosen", "header", "locale"),
    [
        ((), None, "en"),
        ((), "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"),
        ((), "en-GB,ko;q=0.5", "en"),
        ((), "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ((), "zh-TW,en;q=0.8", "zh-Hans"),
        ((), "fr,de;q=0.9", "en"),
        ((), "fr,ko;q=0.2", "ko"),
        ((), "ko;q=0,en", "en"),
        ((), "*", "en"),
        ((), ";;,=", "en"),
        (("ko",), "en", "ko"),
        (("xx", "zh-hans"), "en", "zh-Hans"),
        ((None, ""), "ko", "ko"),
    ],
)
def test_negotiation(chosen: tuple[str | None, ...], header: str | None, locale: str) -> None:
    assert negotiate(*chosen, accept_language=header) == locale


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("zh-TW,en;q=0.8", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("pt-PT", "pt-BR"),
        ("es-419,es;q=0.9", "es"),
        ("de-AT", "de"),
        ("fr-CA,en;q=0.5", "fr"),
        ("ja", "ja"),
        ("nl,de;q=0.5", "de"),
        ("x-klingon", "en"),
    ],
)
def test_shoppers_are_offered_more_languages(header: str, locale: str) -> None:
    assert negotiate(accept_language=header, among=SHOPPER_LOCALES) == locale
    assert negotiate(accept_language=header) in LOCALES


def test_money_uses_the_decimals_of_its_currency() -> None:
    assert Messages.load("en").money("1290.5", "USD") == "$1,290.50"
    assert Messages.load("ko").money("12900", "KRW") == "₩12,900"
    assert Messages.load("zh-Hans").money(Decimal("59.9"), "CNY") == "¥59.90"
    assert Messages.load("en").money("0.125", "USD") == "$0.13"


def test_dates_and_ages() -> None:
    now = datetime(2026, 3, 5, 12, tzinfo=UTC)
    english, korean = Messages.load("en"), Messages.load("ko")
    assert english.date(now) == english.date("2026-03-05") == "Mar 5, 2026"
    assert english.moment(now) == "Mar 5, 2026, 12:00:00\u202fPM UTC"
    assert english.ago(now - timedelta(days=21), now) == "3 weeks ago"
    assert english.ago(now + timedelta(hours=2), now) == "in 2 hours"
    assert korean.ago(now - timedelta(days=2), now) == "2일 전"


def test_a_language_knows_its_name_and_direction() -> None:
    assert [Messages.load(locale).name for locale in LOCALES] == [
        "English",
        "한국어",
        "中文 (简体)",
    ]
    assert {Messages.load(locale).direction for locale in LOCALES} == {"ltr"}


@pytest.mark.parametrize("locale", SHOPPER_LOCALES)
def test_files_are_sorted_as_edited(locale: str) -> None:
    text = messages.path_of(locale).read_text(encoding="utf-8")
    again = json.dumps(STRINGS[locale], ensure_ascii=False, indent=1, sort_keys=True)
    assert text.rstrip("\n") == again


@pytest.mark.parametrize("locale", TRANSLATIONS)
def test_every_key_is_translated_and_none_more(locale: str) -> None:
    missing, obsolete = messages_missing.compare(locale)
    assert (sorted(missing), obsolete) == ([], [])


def test_the_translators_list_names_what_is_missing_and_what_is_left_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "de.json").write_text('{"panel.close": "Schließen", "panel.gone": "Weg"}')
    monkeypatch.setattr(messages, "SHOPPERS", tmp_path)
    assert messages_missing.main(["de"]) == 1
    said = capsys.readouterr()
    assert 'missing   panel.options: "Options"' in said.out
    assert "obsolete  panel.gone" in said.out
    assert "panel.close:" not in said.out
    assert "console.event." not in said.out
    assert messages_missing.main(["xx"]) == 2


def test_languages_of_shoppers_hold_no_word_of_the_desks() -> None:
    assert set(SHOPPER_LOCALES) - set(LOCALES)
    for locale in set(SHOPPER_LOCALES) - set(LOCALES):
        assert not [
            key for key in STRINGS[locale] if key.startswith(("console.event.", "accounts."))
        ]


def plurals(text: str, key: str) -> dict[str, set[str]]:
    """The plural categories of each number of a message."""
    nodes = [
        node for node in messages._placeholders(parse(text, key)) if node.get("type") == "plural"
    ]
    return {
        node["name"]: {form for form in node["options"] if not form.startswith("=")}
        for node in nodes
    }


@pytest.mark.parametrize("locale", SHOPPER_LOCALES)
def test_plurals_have_the_forms_of_their_language(locale: str) -> None:
    """`many` of French, Spanish and Portuguese starts at a million: `other` stands for it."""
    forms = set(messages._cldr(locale).plural_form.tags) | {"other"}
    for key, text in STRINGS[locale].items():
        english = plurals(STRINGS["en"][key], key)
        for name, given in plurals(text, key).items():
            needed = forms - {"many"} if "one" in english[name] else {"other"}
            assert needed <= given <= forms, key


@pytest.mark.parametrize("locale", TRANSLATIONS)
def test_translations_take_the_same_arguments(locale: str) -> None:
    for key, text in STRINGS[locale].items():
        assert arguments(parse(text, key)) == arguments(parse(STRINGS["en"][key], key)), key


def test_every_language_has_its_own_list() -> None:
    assert set(FORBIDDEN) == set(SHOPPER_LOCALES)


@pytest.mark.parametrize("locale", SAID)
def test_the_lists_catch_words_and_not_their_compounds(locale: str) -> None:
    bad, fine = SAID[locale]
    assert re.search(FORBIDDEN[locale], bad, re.IGNORECASE)
    assert not re.search(FORBIDDEN[locale], fine, re.IGNORECASE)


@pytest.mark.parametrize("locale", SHOPPER_LOCALES)
def test_forbidden_words_never_occur(locale: str) -> None:
    """Every list is tried on every file: an English word may stand in a Korean sentence."""
    for key, text in STRINGS[locale].items():
        for pattern in FORBIDDEN.values():
            assert not re.search(pattern, text, re.IGNORECASE), (key, text)


@pytest.mark.parametrize("locale", TRANSLATIONS)
def test_badge_texts_stay_narrow(locale: str) -> None:
    badges = [key for key in STRINGS["en"] if "badge" in key or key.startswith("panel.state.")]
    for key in badges:
        limit = max(1.6 * _width(STRINGS["en"][key]), BADGE_LINE)
        assert _width(STRINGS[locale].get(key, "")) <= limit, key


def test_no_message_shouts() -> None:
    for strings in STRINGS.values():
        assert not [key for key, text in strings.items() if re.search("[!！]", text)]


def _width(text: str) -> float:
    """Width in Latin letters: a Hangul syllable or Han character is about 1.8 of them."""
    return sum(1.8 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def described(key: str) -> set[str]:
    """The arguments of an English message."""
    return {name for name, _ in arguments(parse(STRINGS["en"][key], key))}


def test_every_reason_of_a_score_has_words_that_take_its_numbers() -> None:
    reasons = tomllib.loads((ROOT / "scoring/reasons.toml").read_text(encoding="utf-8"))["reason"]
    assert {f"reason.{reason['code']}" for reason in reasons} == {
        key for key in STRINGS["en"] if key.startswith("reason.")
    }
    for reason in reasons:
        assert described(f"reason.{reason['code']}") == set(reason["numbers"]), reason["code"]


def test_every_code_of_a_notice_has_words() -> None:
    path = ROOT / "scrapers/notices/vocabulary.yaml"
    codes = yaml.safe_load(path.read_text(encoding="utf-8"))
    families = {
        "hazard": codes["hazards"],
        "remedy": codes["remedies"],
        "action": [*codes["actions"], *codes["record_types"]],
        "status": codes["statuses"],
        "tier": range(5),
        "band": [*"ABCDE", "none"],
    }
    wanted = {f"{family}.{code}" for family, each in families.items() for code in each}
    assert sorted(wanted - STRINGS["en"].keys()) == []


def test_every_kind_and_field_of_a_fact_has_words() -> None:
    fields = {name for kind in events.TYPES.values() for name in kind.__struct_fields__}
    fields -= {"t", "merchant", "known", "evidence_id"}
    wanted = {f"site.kind.{kind}" for kind in events.TYPES} | {f"site.field.{f}" for f in fields}
    assert sorted(wanted - STRINGS["en"].keys()) == []
