"""`caveat reviewers` as a user runs it."""

import csv
import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.commands.reviewers import reviewers

ROWS = ["rater,ratee,rating,timestamp", *(f"u{n},m,{5 - n % 2},{n * 864000}" for n in range(6))]


def run(path: Path, rows: list[str], *more: str) -> tuple[Result, Path]:
    data = "\n".join([*rows, ""]).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    out = path.with_name("out.csv")
    return CliRunner().invoke(reviewers, [str(path), "--out", str(out), *more]), out


@pytest.mark.parametrize("name", ["ratings.csv", "ratings.csv.gz"])
def test_every_id_gets_its_numbers(tmp_path: Path, name: str) -> None:
    done, out = run(tmp_path / name, [*ROWS, *(f"u{n},k,1,{n * 1728000}" for n in range(6))])
    assert (done.exit_code, done.stderr) == (0, "read 12, taken 12, skipped 0\n")
    with out.open() as file:
        found = {row["id"]: row for row in csv.DictReader(file)}
    assert set(found) == {"m", "k", *(f"u{n}" for n in range(6))}
    assert float(found["k"]["goodness"]) < 0 < float(found["m"]["goodness"]) <= 1
    assert found["m"]["reliability"] == found["u0"]["goodness"] == ""
    assert all(0 <= float(found[f"u{n}"]["reliability"]) <= 1 for n in range(6))


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("u,m,nan,1", "rating: not a finite number"),
        ("u,m,five,1", "rating: 'five' is no number"),
        ("u,m,5,inf", "timestamp: not a finite number"),
        (",m,5,1", "rater: empty"),
        (f"{'u' * 1000},m,5,1", "rater: empty or longer"),
        (f"{'u' * 1_000_000},m,5,1", "field larger than"),
        ("u,m", "fewer cells"),
    ],
)
def test_a_bad_row_is_reported_and_skipped_or_fatal(tmp_path: Path, row: str, what: str) -> None:
    done, out = run(tmp_path / "r.csv", [*ROWS, row])
    assert done.exit_code == 0
    assert f"r.csv, line 8: {what}" in done.stderr
    assert done.stderr.endswith("read 7, taken 6, skipped 1\n")
    out.unlink()
    strict, out = run(tmp_path / "r.csv", [*ROWS, row], "--strict")
    assert strict.exit_code == 2
    assert not out.exists()


@pytest.mark.parametrize(("rows", "what"), [([], "empty"), (["a,b"], "no column rater, ratee")])
def test_a_file_without_its_columns_is_refused(tmp_path: Path, rows: list[str], what: str) -> None:
    path = tmp_path / "r.csv"
    path.write_text("\n".join(rows))
    done = CliRunner().invoke(reviewers, [str(path), "--out", str(tmp_path / "o.csv")])
    assert done.exit_code == 2
    assert what in done.stderr
    assert not (tmp_path / "o.csv").exists()


def test_a_header_alone_gives_a_header_alone(tmp_path: Path) -> None:
    done, out = run(tmp_path / "r.csv", ROWS[:1])
    assert done.exit_code == 0
    assert out.read_text() == "id,reliability,goodness\n"
