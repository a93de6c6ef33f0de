"""`caveat disclosures` as a user or a script calls it."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.commands.disclosures import disclosures

URL = "https://shop.example/p/1"
PAGE = "<p>9,99 € inkl. MwSt.</p><a href=/impressum>Impressum</a>"
IMPRINT = "<h1>Impressum</h1><p>Firma: Laterne GmbH<br>USt-IdNr.: DE136695977"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html.gz"
    path.write_bytes(gzip.compress(PAGE.encode()))
    return path


@pytest.fixture
def imprint(tmp_path: Path) -> Path:
    path = tmp_path / "imprint.html"
    path.write_text(IMPRINT, encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(disclosures, [str(one) for one in arguments])


def test_json_is_one_document(page: Path, imprint: Path) -> None:
    result = run(
        page, "--url", URL, "--country", "DE", "--json",
        "--legal", imprint, "https://shop.example/impressum",
    )  # fmt: skip
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    items = {item["id"]: item for item in found["items"]}
    assert (found["jurisdiction"], items["name"]["value"]) == ("eu_de", "Laterne GmbH")
    assert (items["vat_id"]["state"], items["vat_id"]["value"]) == ("invalid", None)
    assert items["address"]["state"] == "absent_required"
    assert "136695977" not in result.stdout
    assert found["legal_links"] == [
        {"kind": "imprint", "url": "https://shop.example/impressum", "text": "Impressum"}
    ]


def test_text_for_people_tells_states_apart(page: Path, imprint: Path) -> None:
    alone = run(page, "--url", URL, "--country", "de")
    assert alone.exit_code == 0
    assert "Geographic address: cannot be told from what was read" in alone.stdout
    assert "to read next (imprint): https://shop.example/impressum" in alone.stdout
    assert "the consumer shall have a period of 14 days" in alone.stdout
    both = run(page, "--url", URL, "--country", "de", "--legal", imprint, URL)
    assert "Geographic address: not on the page where the law asks for it" in both.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--url", "shop", "--country", "DE"], "no absolute URL"),
        (["--url", URL, "--country", "Germany"], "no two-letter country code"),
    ],
)
def test_bad_input_is_named(page: Path, arguments: list[str], said: str) -> None:
    result = run(page, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    result = run(tmp_path / "none.html", "--url", URL, "--country", "DE")
    assert result.exit_code == 2
    assert "none.html: No such file" in result.stderr
