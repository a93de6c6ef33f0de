"""What the store of Firefox checks before it takes a package."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.extension import browsers

LINTER = browsers.ROOT / "extension" / "node_modules" / "addons-linter" / "bin" / "addons-linter"


@pytest.mark.browser
def test_the_linter_of_firefox_finds_nothing(release_build: Path) -> None:
    if not LINTER.exists():
        pytest.skip("the extension's packages are missing: make extension")
    done = subprocess.run(
        [browsers.node(), str(LINTER), str(release_build / "firefox"), "--output", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)
    messages = [each for kind in ("errors", "warnings", "notices") for each in found[kind]]
    assert [(each["code"], each["file"]) for each in messages] == []
