from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from scrapers.notices import sample
from service.cli import main
from service.core.messages import LOCALES
from service.safety import operations as safety
from service.verdicts import queries
from tests.conftest import NOW

AMAZON = "https://www.amazon.de/dp/B000000001"
NOTICE = """[{"notice_id": "eu-safety-gate:TEST/1", "source": "eu-safety-gate", "authority": "Test authority",
"jurisdiction": "EU", "record_type": "recall", "published": "2026-01-02", "title": "Lamp",
"url": "https://example.org/1", "licence": "CC0", "hazards": ["fire"],
"products": [{"name": "Lamp", "brands": ["Acme"], "models": ["N-3230B"], "barcodes": ["4006381333931"],
"listing_ids": [{"platform": "amazon", "item_id": "B000000001", "rule": "asin", "field": "description", "raw": "B000000001"}]}]}]"""


@pytest.fixture
def warned(session: Session) -> Session:
    notices = list(sample.load(NOTICE.encode()))

    safety.import_notices(session, sample.SOURCE, notices, now=NOW, run_label="test")
    return session


@pytest.mark.parametrize(
    ("url", "fields", "tiers"),
    [
        (AMAZON, {}, [0]),
        ("https://shop.example/lamp", {"gtin": "04006381333931"}, [1]),
        ("https://shop.example/lamp", {"brand": "ACME Ltd.", "model": "N 3230B / N-3230B"}, [2]),
        ("https://shop.example/lamp", {"brand": "Other", "model": "N-3230B"}, []),
        ("https://shop.example/lamp", {"gtin": "4006381333932"}, []),
        ("https://www.amazon.de/dp/B000000002", {}, []),
    ],
)
def test_a_notice_is_found_by_listing_code_or_brand_and_model(
    warned: Session, url: str, fields: dict[str, Any], tiers: list[int]
) -> None:
    verdict = queries.check_page(warned, url, fields)
    assert [notice["tier"] for notice in verdict["listing"]["notices"]] == tiers


@pytest.mark.parametrize(
    ("url", "seller", "key", "observed"),
    [
        (AMAZON, {"id": "A3JWKAKR8XB7XF"}, "amazon:seller:A3JWKAKR8XB7XF", "page"),
        (AMAZON, {"name": "Somebody"}, None, None),
        (AMAZON, {}, None, None),
        ("https://shop.example/lamp", {"id": "77"}, "web:domain:shop.example", "url"),
    ],
)
def test_who_sells_is_an_id_on_the_page_or_in_the_address_never_a_name(
    session: Session, url: str, seller: dict[str, str], key: str | None, observed: str | None
) -> None:
    merchant = queries.check_page(session, url, {"seller": seller})["merchant"]
    assert (merchant["key"], merchant["observed"]) == (key, observed)


def test_an_address_and_a_page_that_disagree_name_nobody(session: Session) -> None:
    url = "https://shopee.sg/Lamp-i.111.222"
    assert queries.check_url(session, url)["merchant"]["key"] == "shopee:shop:111"
    told = queries.check_page(session, url, {"seller": {"id": "999"}})["merchant"]
    assert told == {"key": None, "observed": None, "score": None}


@pytest.fixture(scope="module")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    loaded = CliRunner().invoke(main, ["demo"], env={"CAVEAT_HOME": str(home)})
    assert loaded.exit_code == 0, loaded.output
    return home


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("shop", ["lantern-goods", "brightdeal-outlet", "new-leaf", "unheard-of"])
def test_check_says_it_in_words(sample_home: Path, shop: str, language: str) -> None:
    url = f"http://{shop}.localhost/demo/shop/"
    said = CliRunner().invoke(
        main, ["check", url, "--lang", language], env={"CAVEAT_HOME": str(sample_home)}
    )
    assert said.exit_code == 0, said.output
    assert said.output.startswith(url)
    assert len(said.output.splitlines()) >= 3


def test_check_warns_about_a_shop_that_stopped_delivering(sample_home: Path) -> None:
    url = "http://brightdeal-outlet.localhost/demo/shop/"
    said = CliRunner().invoke(main, ["check", url], env={"CAVEAT_HOME": str(sample_home)}).output
    assert "High risk of a bad purchase" in said


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["check", "nothing://"], "nothing://"),
        (["check", "page.html"], "--url"),
        (["check", "none.html", "--url", AMAZON], "none.html"),
    ],
)
def test_what_cannot_be_checked_is_named(
    sample_home: Path, arguments: list[str], named: str
) -> None:
    said = CliRunner().invoke(main, arguments, env={"CAVEAT_HOME": str(sample_home)})
    assert said.exit_code == 2
    assert named in said.stderr
