"""The release build in Firefox, from its installation through the browser's own permission questions."""

from pathlib import Path

import pytest

from tests.extension import browsers, pages

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_firefox_takes_the_copy_watches_a_chosen_shop_and_reads_another_on_request(
    release_build: Path, api: browsers.Server, shops: browsers.Server, tmp_path: Path
) -> None:
    shops.answers["lantern.example/storm-lantern"] = browsers.Reply(pages.independent())
    with browsers.firefox(tmp_path, release_build / "firefox", shops) as firefox:
        firefox.go(firefox.url("welcome.html"))
        firefox.click("Get the local copy")
        firefox.click("Use this copy")
        firefox.wait_for_text("The copy is in use")
        assert {"origin", "cookie", "referer"}.isdisjoint(
            name.lower() for name in api.requests[-1].headers
        )

        firefox.go("https://www.aliexpress.com/item/10050010002.html")
        assert firefox.badge(seconds=1) is None
        firefox.go(firefox.url("welcome.html"))
        firefox.tick("AliExpress")
        firefox.tick("Taobao")
        firefox.click("Show Caveat in the chosen shops")
        firefox.wait_for_text("Caveat is shown in 2 shops.")
        firefox.go("https://www.aliexpress.com/item/10050010002.html")
        assert firefox.badge() == "Caveat: High risk of a bad purchase"

        firefox.go("https://item.taobao.com/item.htm?spm=a1z10&id=520000000001")
        assert firefox.badge() == "Caveat: Seller not recognised"

        firefox.go("https://lantern.example/storm-lantern")
        assert firefox.badge(seconds=1) is None
        firefox.press_toolbar_button()
        text = firefox.popup()
        assert "Lantern & Wick" in text
        assert "No data" in text
        assert "Always show on lantern.example" in text
        assert "With a picture of what is in view" in text
        assert firefox.badge(seconds=1) is None

        firefox.press_in_popup("File a complaint")
        firefox.tick("It did not arrive")
        firefox.wait_for_text("web.jpg · ")
