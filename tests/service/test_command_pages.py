"""`caveat identify` and `caveat extract` as a user or a script calls them."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.commands.pages import extract_command, identify_command

PAGE = '<meta property="og:title" content="Lamp"><meta property="og:price:amount" content="5.00">'
URL = "https://shop.example/p/1"


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(extract_command, [str(a) for a in arguments], input=stdin)


def identify(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(identify_command, list(arguments), input=stdin)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "pages" / "b.html.gz").write_bytes(gzip.compress(PAGE.encode("utf-16")))
    lines = [
        {"id": "a", "path": "pages/a.html", "url": URL},
        {"id": "b", "path": "pages/b.html.gz", "url": URL, "encoding": "utf-16"},
    ]
    path = tmp_path / "manifest.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_identify_prints_the_agreed_fields_in_order() -> None:
    result = identify("https://www.amazon.de/dp/B082XMFJW4?tag=x", "https://shop.example/")
    assert result.exit_code == 0
    first, second = records(result)
    assert list(first) == [
        "url",
        "platform",
        "region",
        "kind",
        "item_id",
        "seller_id",
        "merchant_key",
        "canonical_url",
    ]
    assert (first["platform"], first["kind"], first["item_id"]) == (
        "amazon",
        "product",
        "B082XMFJW4",
    )
    assert (second["kind"], second["merchant_key"]) == (None, "web:domain:shop.example")
    assert result.stderr == "read 2, taken 2, skipped 0\n"


def test_identify_reads_a_list_and_skips_what_is_no_address() -> None:
    result = identify(stdin=b"https://shop.example/\n\nnot a url\n\xff\xfe\nmailto:a@b.example\n")
    assert result.exit_code == 0
    assert [record["platform"] for record in records(result)] == ["web", None]
    assert "skipped: standard input, line 3, 'not a url': no absolute URL" in result.stderr
    assert result.stderr.endswith("read 4, taken 2, skipped 2\n")


def test_identify_reads_gzip_from_a_pipe() -> None:
    result = identify(stdin=gzip.compress(b"https://shop.example/\n"))
    assert records(result)[0]["platform"] == "web"


def test_one_typed_address_that_is_none_is_an_error() -> None:
    result = identify("shop.example")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "argument, 'shop.example': no absolute URL" in result.stderr
    assert identify("--strict", stdin=b"nonsense\n").exit_code == 2


def test_extract_one_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    result = run(page, "--url", URL)
    assert result.exit_code == 0
    assert records(result) == [{"id": str(page), "fields": {"title": "Lamp", "price": "5.00"}}]


def test_extract_explains_itself(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    (record,) = records(run(page, "--url", URL, "--explain"))
    source = record["sources"]["price"]
    assert (source["raw"], source["value"], source["rule"]) == ("5.00", "5.00", "generic/price/6")
    assert record["identity"]["merchant_key"] == "web:domain:shop.example"


def test_extract_reads_reviews_only_with_a_key_and_keeps_no_name(tmp_path: Path) -> None:
    review = {"@type": "Review", "author": "Ingrid Beispiel", "reviewRating": {"ratingValue": 4}}
    product = {"@type": "Product", "name": "Lamp", "review": review}
    page, key = tmp_path / "page.html", tmp_path / "key"
    page.write_text(f'<script type="application/ld+json">{json.dumps(product)}</script>')
    key.write_text("a key that only this test knows.\n")
    assert "reviews" not in records(run(page, "--url", URL))[0]["fields"]
    result = run(page, "--url", URL, "--reviews", key)
    (found,) = records(result)[0]["fields"]["reviews"]
    assert (found["rating"], len(found["reviewer"])) == ("4", 16)
    assert "Ingrid" not in result.output
    key.write_text("short")
    refused = run(page, "--url", URL, "--reviews", key)
    assert refused.exit_code == 2
    assert "5 bytes, fewer than 16" in refused.stderr


def test_extract_a_manifest_from_its_own_folder(manifest: Path) -> None:
    result = run("--manifest", manifest)
    assert result.exit_code == 0
    assert [record["id"] for record in records(result)] == ["a", "b"]
    assert [record["fields"]["title"] for record in records(result)] == ["Lamp", "Lamp"]
    assert result.stderr == "read 2, taken 2, skipped 0\n"


def test_out_is_written_whole_or_not_at_all(manifest: Path) -> None:
    out = manifest.parent / "out.jsonl"
    assert run("--manifest", manifest, "--out", out).exit_code == 0
    before = out.read_bytes()
    assert len(before.splitlines()) == 2
    with manifest.open("a") as file:
        file.write('{"id": "c"}\n')
    result = run("--manifest", manifest, "--out", out, "--strict")
    assert result.exit_code == 2
    assert out.read_bytes() == before
    assert [path.name for path in sorted(manifest.parent.iterdir())] == [
        "manifest.jsonl",
        "out.jsonl",
        "pages",
    ]


BAD = [
    ('{"id": "c", "path": "pages/a.html"}', "line 3, field url: missing"),
    ('{"id": 3, "path": "pages/a.html", "url": "x"}', "line 3, field id: missing, or no text"),
    ('{"id": "c", "path": "pages/none.html", "url": "https://a.example"}', "line 3, field path:"),
    ('{"id": "c", "path": "pages", "url": "https://a.example"}', "line 3, field path:"),
    ('{"id": "c", "path": "pages/a.html", "url": "nonsense"}', "line 3, 'nonsense': no absolute"),
    ('{"id": "c", "path": "pages/cut.gz", "url": "https://a.example"}', "gzip file is truncated"),
    ('{"id": "c", "path": "pages/big", "url": "https://a.example"}', "larger than the cap of 1000"),
    ('{"id": "c", "encoding": 1, "path": "a", "url": "x"}', "line 3, field encoding: no text"),
    ("{broken", "line 3: no JSON object"),
    ("[1]", "line 3: no JSON object"),
]


@pytest.mark.parametrize(("line", "said"), BAD)
def test_a_bad_record_is_reported_and_skipped_or_fatal(
    manifest: Path, line: str, said: str
) -> None:
    pages = manifest.parent / "pages"
    (pages / "cut.gz").write_bytes(gzip.compress(PAGE.encode() * 5)[:-12])
    (pages / "big").write_bytes(b"x" * 1001)
    with manifest.open("a") as file:
        file.write(line + "\n")
    result = run("--manifest", manifest, "--cap", 1000)
    assert result.exit_code == 0
    assert said in result.stderr
    assert result.stderr.endswith("read 3, taken 2, skipped 1\n")
    strict = run("--manifest", manifest, "--cap", 1000, "--strict")
    assert strict.exit_code == 2
    assert said in strict.stderr
    assert len(strict.stderr.splitlines()) == 1


def test_a_truncated_manifest_ends_the_run_and_is_named(manifest: Path) -> None:
    whole = gzip.compress(manifest.read_bytes() * 1000)
    cut = manifest.with_suffix(".gz")
    cut.write_bytes(whole[: len(whole) // 2])
    result = run("--manifest", cut, "--out", manifest.parent / "out.jsonl")
    assert result.exit_code == 2
    assert f"{cut}, after line" in result.stderr
    assert "gzip file is truncated" in result.stderr
    assert not (manifest.parent / "out.jsonl").exists()


def test_a_page_above_the_cap_is_refused_with_its_name(tmp_path: Path) -> None:
    page = tmp_path / "big.html.gz"
    page.write_bytes(gzip.compress(b"x" * 50_000_000, 1))
    result = run(page, "--url", URL)
    assert result.exit_code == 2
    assert result.stderr.strip().endswith("big.html.gz: larger than the cap of 20971520 bytes")


@pytest.mark.parametrize("arguments", [[], ["page.html"], ["--url", URL], ["--manifest", "none"]])
def test_wrong_usage_ends_with_status_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2
