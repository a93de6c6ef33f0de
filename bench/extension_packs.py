"""Copies at full size: a pack of a million merchants, changes to ten thousand of them, and what taking them costs.

Everything is invented. Sizes are those of the signed files; times are taken in Chromium, in a page of the
extension's own and with the browser's real storage, each of several files once.
"""

import datetime as dt
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.packs import changes
from service.packs import format as pack_format
from service.packs.header import Publisher
from service.packs.tables import MerchantEntry
from tests.extension import browsers

MERCHANTS = 1_000_000
CHANGED, NEW, GONE = 8_000, 1_000, 1_000
RUNS = 7
GOALS = {"pack_bytes": 5_000_000, "changes_bytes": 60_000, "taking_ms": 200}
REASONS = [f"family{number % 5}.reason_{number}" for number in range(24)]
BANDS = ("none", "A", "B", "C", "D", "E")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def merchants(count: int, seed: int) -> list[MerchantEntry]:
    """Return invented merchants of one platform, with bands and reasons at random."""
    chance = np.random.default_rng(seed)
    bands, reasons = chance.integers(0, len(BANDS), count), chance.integers(0, len(REASONS), count)
    return [
        MerchantEntry(
            f"aliexpress:shop:{number}",
            "aliexpress",
            BANDS[band],
            warning=bool(band > 4),
            reason=REASONS[reason],
        )
        for number, (band, reason) in enumerate(zip(bands, reasons, strict=True), start=10**6)
    ]


def newest(rows: list[MerchantEntry]) -> list[MerchantEntry]:
    """Return the merchants a day later: some other, some gone, some new."""
    kept = rows[GONE:]
    for at in range(0, CHANGED * 100, 100):
        row = kept[at]
        kept[at] = row._replace(band=BANDS[(BANDS.index(row.band) + 1) % len(BANDS)])
    more = merchants(NEW, seed=2)
    return kept + [
        row._replace(key=f"aliexpress:shop:9{number}") for number, row in enumerate(more, 10**7)
    ]


def files() -> tuple[bytes, list[bytes]]:
    """Return the whole pack and the same changes to it under rising numbers."""
    now = dt.datetime.now(tz=dt.UTC).replace(microsecond=0)
    rows = merchants(MERCHANTS, seed=1)

    def issue(version: int) -> pack_format.Issue:
        return pack_format.Issue(Publisher("bench", "Bench"), version, now)

    whole = pack_format.encode(issue(1), pack_format.Contents(rows), KEY)
    base = pack_format.decode(whole)
    later = pack_format.decode(
        pack_format.encode(issue(2), pack_format.Contents(newest(rows)), KEY)
    )
    return whole, [
        changes.encode(issue(version), base, later, "merchants", KEY)
        for version in range(2, RUNS + 2)
    ]


def bundle(folder: Path) -> str:
    """Return a script that brings the extension's own installation into a page."""
    entry = folder / "install.ts"
    source = browsers.ROOT / "extension" / "src" / "lookup" / "install.ts"
    entry.write_text(f'import * as all from "{source}"; globalThis.packs = all;\n')
    esbuild = browsers.ROOT / "extension" / "node_modules" / "esbuild" / "bin" / "esbuild"
    done = subprocess.run(
        [str(esbuild), str(entry), "--bundle", "--format=iife"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


TAKE = """
async ([address, part]) => {
  const file = new Uint8Array(await (await fetch(address)).arrayBuffer());
  const start = performance.now();
  await (part ? packs.installChanges(chrome.storage.local, file, part) : packs.install(chrome.storage.local, file));
  return performance.now() - start;
}
"""


def measure() -> dict[str, Any]:
    """Return bytes of the files and milliseconds of taking them."""
    whole, renewed = files()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        api, shops = browsers.Server(), browsers.Server(browsers.certificate(folder))
        served = {"whole": whole} | {
            f"changes/{number}": data for number, data in enumerate(renewed)
        }
        for path, data in served.items():
            api.answers[f"127.0.0.1/{path}"] = browsers.Reply(data, type="application/octet-stream")
        built = browsers.build(folder / "test", api=api.origin)
        with browsers.chromium(folder / "browser", built / "chromium", shops) as chrome:
            chrome.context.set_default_timeout(120_000)
            page = chrome.context.new_page()
            page.goto(chrome.url("options.html"))
            page.evaluate(bundle(folder))
            first = page.evaluate(TAKE, [f"{api.origin}/whole", None])
            times = [
                page.evaluate(TAKE, [f"{api.origin}/changes/{number}", "merchants"])
                for number in range(RUNS)
            ]
        api.close()
        shops.close()
    return {
        "pack_bytes": len(whole),
        "changes_bytes": len(renewed[0]),
        "pack_ms": first,
        "taking_ms": statistics.median(times),
        "all_ms": times,
    }


def main() -> None:
    """Print sizes and times beside their goals."""
    found = measure()
    changed = CHANGED + NEW + GONE
    print(
        f"pack of {MERCHANTS:,} merchants        {found['pack_bytes']:>9,} bytes (goal {GOALS['pack_bytes']:,})"
    )
    print(
        f"changes to {changed:,} of them         {found['changes_bytes']:>9,} bytes (goal {GOALS['changes_bytes']:,})"
    )
    print(
        f"taking the changes, median of {RUNS}    {found['taking_ms']:>9.0f} ms (goal {GOALS['taking_ms']}), "
        f"{min(found['all_ms']):.0f} to {max(found['all_ms']):.0f}"
    )
    print(f"taking the whole pack              {found['pack_ms']:>9.0f} ms")


if __name__ == "__main__":
    main()
