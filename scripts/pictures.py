"""Take the README's pictures from the running product: python -m scripts.pictures.

Starts Caveat with the bundled sample, loads the extension into Chromium, gets the local copy as a new
user does, opens a fictional shop and the panel. Writes docs/pictures/*.png.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.extension.browsers import Chromium, Server, build, certificate, chromium
from tests.road.service_process import Installation, free_port
from tests.road.test_road import console_of, take_copy

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SHOP = "harbour-cables"
PRODUCT = "usb-c-cable"


@contextmanager
def started(folder: Path) -> Iterator[tuple[Installation, str, Chromium]]:
    """Yield the installation, its console link, and a browser with the extension."""
    caveat = Installation(folder, free_port())
    caveat.run("demo")
    pages = Server(certificate(folder))
    extension = build(folder / "extension", api=caveat.origin) / "chromium"
    view: dict[str, Any] = {"width": 1200, "height": 760}
    with ExitStack() as stack:
        link = stack.enter_context(caveat.serving())
        options: dict[str, Any] = {"locale": "en-GB", "viewport": view, "device_scale_factor": 1.5}
        yield caveat, link, stack.enter_context(chromium(folder / "b", extension, pages, **options))
    pages.close()


def main() -> None:
    """Take all pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder)) as (caveat, link, browser),
    ):
        take_copy(browser).close()
        page = browser.context.new_page()
        address = f"http://{SHOP}.localhost:{caveat.port}"
        page.goto(browser.url("options.html"))
        page.get_by_label("Add a shop by its address").fill(address)
        page.get_by_role("button", name="Add shop").click()
        browser.wait_for_shop("web")
        page.goto(f"{address}/demo/shop/{PRODUCT}")
        page.get_by_role("button", name="Caveat: Rated").click()
        panel = page.get_by_role("dialog")
        panel.get_by_role("button", name="Show reasons").click()
        panel.get_by_text("of 100").wait_for()
        page.screenshot(path=str(PICTURES / "panel.png"))
        with console_of(browser, link) as console:
            console.locator("[data-queue] ol a").first.click()
            console.screenshot(path=str(PICTURES / "console.png"))


if __name__ == "__main__":
    main()
