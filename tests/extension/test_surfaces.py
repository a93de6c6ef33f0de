"""The toolbar's popup, and what is looked at more closely: the page by the buyer's law, its reviews, a buyer's own weights."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.extension import browsers, pages
from tests.extension.test_complaint import CODE, CONFIRMED, FILE, RECEIPT, fill
from tests.extension.test_panel import SCORE, SCORES, open_panel

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

ITEM = "https://www.aliexpress.com/item/1005001000{}.html"
SHOP = "https://lantern.example/p/storm-lantern"
FOOTER = """<footer><p>상호: (주)달빛등불 | 대표: 김하늘</p><p>사업자등록번호 : {number}</p>
<p>통신판매업신고: 2026-부산해운대-0007</p><p><a href="/terms">이용약관</a> <a href="/about/company">회사소개</a></p></footer>"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360f8cf500f0003860180f3a5ad3b0000000049454e44ae426082"
)
EVIDENCE = f"http://{FILE}/{RECEIPT['reference']}/evidence*"


@pytest.fixture(autouse=True)
def usual(chrome: browsers.Chromium) -> Iterator[None]:
    """The user's own choices as they were."""
    yield
    chrome.store({"settings": {}})


@pytest.fixture
def sells(shops: browsers.Server) -> Iterator[browsers.Server]:
    """A shop of its own beside the platforms."""
    shops.answers["lantern.example/*"] = browsers.Reply("")
    yield shops
    for address in [each for each in shops.answers if each.startswith("lantern.example")]:
        shops.answers.pop(address)


def independent(footer: str = "", head: str = "") -> browsers.Reply:
    page = pages.independent().replace("</body>", f"{footer}</body>")
    return browsers.Reply(page.replace("</head>", f"{head}</head>"))


def popup_over(url: str, page: Any, chrome: browsers.Chromium) -> Any:
    """Open the popup for a page, in a tab of its own; return its panel."""
    page.goto(url)
    return popup(page, chrome)


def popup(page: Any, chrome: browsers.Chromium) -> Any:
    tab = chrome.worker.evaluate(
        "async (url) => (await chrome.tabs.query({})).find((tab) => tab.url === url)?.id", page.url
    )
    opened = chrome.context.new_page()
    opened.set_viewport_size({"width": 360, "height": 600})
    opened.goto(chrome.url(f"popup.html?tab={tab}"))
    panel = opened.locator(".panel")
    panel.wait_for()
    return panel


def test_the_popup_reads_an_independent_shop_once_and_asks_nobody(
    page: Any, chrome: browsers.Chromium, sells: browsers.Server, api: browsers.Server
) -> None:
    sells.answers["lantern.example/p/storm-lantern"] = independent()
    api.requests.clear()
    panel = popup_over(SHOP, page, chrome)
    text = panel.inner_text()
    assert "Lantern & Wick" in text
    assert "No data" in text
    assert page.locator(".badge").count() == 0
    assert api.requests == []
    with chrome.context.expect_page() as opened:
        panel.get_by_role("button", name="Always show on lantern.example").click()
    field = opened.value.locator("#shop")
    assert field.input_value() == "https://lantern.example"
    opened.value.close()
    panel.page.close()


HIDING = {
    "style": "host.style.setProperty('display', 'none', 'important')",
    "removal": "host.remove()",
    "body": "document.body.append(host)",
}


@pytest.mark.parametrize("way", HIDING)
def test_the_popup_says_what_the_mark_says_however_the_page_hides_that(
    page: Any, chrome: browsers.Chromium, way: str
) -> None:
    page.goto(ITEM.format(2))
    page.locator(".badge").wait_for()
    # More often than the mark comes back by itself.
    page.evaluate(
        f"""async () => {{
          const host = document.documentElement.lastElementChild;
          for (let turn = 0; turn < 6; turn++) {{
            {HIDING[way]};
            await new Promise((next) => setTimeout(next, 20));
          }}
        }}"""
    )
    assert not page.locator(".badge").is_visible() or way == "body"
    panel = popup(page, chrome)
    assert panel.get_by_role("heading", name="High risk of a bad purchase").is_visible()
    panel.page.close()


def test_the_popup_keeps_purchases_and_switches_a_site_off_and_on(
    page: Any, chrome: browsers.Chromium
) -> None:
    panel = popup_over(ITEM.format(3), page, chrome)
    panel.get_by_role("button", name="I bought this").click()
    panel.get_by_text("as bought").wait_for()
    panel.get_by_role("button", name="Switch off on www.aliexpress.com").click()
    panel.get_by_role("button", name="Undo").wait_for()
    panel.page.reload()
    panel.get_by_role("button", name="Switch on again on www.aliexpress.com").click()
    panel.get_by_role("button", name="Switch off on www.aliexpress.com").wait_for()
    panel.page.close()


def test_over_no_shop_the_popup_says_so_and_leads_on(page: Any, chrome: browsers.Chromium) -> None:
    page.goto(chrome.url("popup.html"))
    page.get_by_role("heading", name="No page of a shop").wait_for()
    links = [link.get_attribute("href") for link in page.get_by_role("link").all()]
    assert links == ["welcome.html", "bought.html", "options.html"]


def open_fold(panel: Any, title: str) -> Any:
    fold = panel.locator("details.closer").filter(has=panel.page.get_by_text(title, exact=True))
    fold.locator("> summary").click()
    return fold


@pytest.mark.parametrize("place", ["panel", "popup"])
def test_a_page_is_held_against_the_law_of_the_buyers_country(
    page: Any, chrome: browsers.Chromium, sells: browsers.Server, api: browsers.Server, place: str
) -> None:
    sells.answers["lantern.example/p/storm-lantern"] = independent(
        FOOTER.format(number="104-81-45690")
    )
    chrome.store({"settings": {"country": "KR", "added": ["https://lantern.example/*"]}})
    chrome.wait_for_shop("web")
    api.requests.clear()
    panel = open_panel(page, SHOP) if place == "panel" else popup_over(SHOP, page, chrome)
    fold = open_fold(panel, "What your law asks this page to say")
    fold.get_by_text("By the law for buyers in South Korea").wait_for()
    found = fold.locator("details").filter(has_text="Found on this page")
    found.locator("summary").click()
    text = found.inner_text()
    for each in ("Business registration number: 104-81-45690", "(주)달빛등불", "김하늘"):
        assert each in text
    assert "Act on the Consumer Protection in Electronic Commerce" in fold.inner_text()
    source = found.get_by_role("link", name=re.compile(r"^art\. 10\(1\)")).first
    assert source.get_attribute("href").startswith("https://www.law.go.kr/")
    assert fold.get_by_role("link", name="회사소개").get_attribute("href") == (
        "https://lantern.example/about/company"
    )
    assert api.requests == []
    if place == "popup":
        panel.page.close()


def test_a_wrong_number_and_what_a_legal_page_lacks_are_named_first(
    page: Any, chrome: browsers.Chromium, sells: browsers.Server
) -> None:
    sells.answers["lantern.example/about/company"] = browsers.Reply(
        pages.page(
            "회사소개",
            f"<h1>회사소개</h1><p>{'등불을 만드는 가게입니다. ' * 60}</p>"
            + FOOTER.format(number="104-81-45691"),
        )
    )
    chrome.store({"settings": {"country": "KR"}})
    panel = popup_over("https://lantern.example/about/company", page, chrome)
    fold = open_fold(panel, "What your law asks this page to say")
    headings = fold.get_by_role("heading")
    headings.first.wait_for()
    assert headings.all_inner_texts()[0] == "Stated, but the number does not check out: 1"
    wrong = fold.locator("section.law").first.inner_text()
    assert "Business registration number" in wrong
    assert "45691" not in fold.inner_text()
    missing = fold.locator("section.law").nth(1).inner_text()
    assert "Asked for by law and not found on this page" in missing
    assert "E-mail address" in missing
    panel.page.close()


def test_without_a_country_the_law_is_not_guessed(page: Any, chrome: browsers.Chromium) -> None:
    panel = open_panel(page, ITEM.format(1))
    fold = open_fold(panel, "What your law asks this page to say")
    with chrome.context.expect_page() as opened:
        fold.get_by_role("button", name="Choose your country").click()
    options = opened.value
    options.locator("#country select").select_option("DE")
    options.wait_for_timeout(100)
    stored = chrome.worker.evaluate("chrome.storage.local.get('settings')")
    assert stored["settings"]["country"] == "DE"
    options.close()


def reviewed(count: int, day: Any, text: Any) -> str:
    """Return markup of so many reviews."""
    reviews = [
        {"@type": "Review", "datePublished": day(n), "reviewBody": text(n)} for n in range(count)
    ]
    product = {"@type": "Product", "name": "Brass storm lantern", "review": reviews}
    return f'<script type="application/ld+json">{json.dumps(product)}</script>'


def test_reviews_are_counted_and_nothing_is_concluded(
    page: Any, chrome: browsers.Chromium, sells: browsers.Server
) -> None:
    head = reviewed(
        24,
        lambda n: f"2026-0{1 + n // 3}-0{1 + n % 3}" if n < 12 else "2026-06-03",
        lambda n: (
            "A fine lantern, exactly as described, thank you."
            if n in {1, 2, 3}
            else f"I am still waiting for number {n}"
            if n == 4
            else hashlib.sha256(bytes([n])).hexdigest()
        ),
    )
    sells.answers["lantern.example/p/storm-lantern"] = independent(head=head)
    panel = popup_over(SHOP, page, chrome)
    fold = open_fold(panel, "Reviews on this page")
    fold.locator("li").first.wait_for()
    assert fold.locator("li").all_inner_texts() == [
        "Shown and read: 24",
        "This page does not mark which come from buyers.",
        "Say that nothing has arrived yet: 1",
        "Nearly the same as another one here: 3",
        "Of 24 with a date, 12 are from the week from Jun 3, 2026: more than an even pace explains.",
    ]
    assert "does not prove manipulation" in fold.inner_text()
    panel.page.close()


def test_own_weights_stand_beside_the_score_and_leave_it_alone(
    page: Any, chrome: browsers.Chromium, api: browsers.Server
) -> None:
    api.answers[SCORES] = browsers.Reply(json.dumps(SCORE), type="application/json")
    page.goto(chrome.url("options.html"))
    page.locator("#weight-complaints").select_option("2")
    page.locator("#weight-reviews").select_option("0")
    page.wait_for_timeout(100)
    panel = open_panel(page, ITEM.format(1))
    panel.get_by_role("button", name="Show reasons").click()
    own = panel.locator(".own")
    own.wait_for()
    points = {"base": 1.0, "reviews": 0.0, "complaints": 2.0}
    wanted = sum(each["points"] * points.get(each["family"], 1.0) for each in SCORE["reasons"])
    assert f"By your own weights: {round(wanted)}. The score that everybody sees is 68" in (
        own.inner_text()
    )
    assert panel.get_by_role("heading", name="Rated B").is_visible()
    assert panel.locator(".score").inner_text() == "68"
    api.answers.pop(SCORES)


def test_files_are_hashed_shown_sent_and_each_request_is_written_down(
    page: Any, chrome: browsers.Chromium, api: browsers.Server
) -> None:
    api.answers[FILE] = browsers.Reply(json.dumps(RECEIPT), status=201, type="application/json")
    api.answers[EVIDENCE] = browsers.Reply("{}", status=201, type="application/json")
    page.goto(ITEM.format(1))
    page.locator(".badge button").click()
    with chrome.context.expect_page() as opened:
        page.get_by_role("dialog").get_by_role("button", name="File a complaint").click()
    form = opened.value
    fill(form)
    form.get_by_label("What it shows").select_option("chat")
    form.get_by_label("Add a picture or PDF").set_input_files(
        [{"name": "chat.png", "mimeType": "image/png", "buffer": PIXEL}]
    )
    digest = hashlib.sha256(PIXEL).hexdigest()
    form.get_by_text(digest[:16]).wait_for()
    form.get_by_label("Add a picture or PDF").set_input_files(
        [{"name": "notes.txt", "mimeType": "text/plain", "buffer": b"x"}]
    )
    form.get_by_text("JPEG, PNG, WebP and PDF up to 10 MB are taken.").wait_for()
    form.get_by_role("button", name="Read what will be sent").click()
    assert digest[:16] in form.get_by_role("dialog").inner_text()
    api.requests.clear()
    form.get_by_role("button", name="Send this complaint").click()
    api.answers[CODE] = browsers.Reply(json.dumps(CONFIRMED), type="application/json")
    form.get_by_label("Code from the letter").fill("CCCC-DDDD")
    assert len(api.requests) == 1
    form.get_by_role("button", name="Confirm").click()
    form.locator("#files-sent").get_by_text("With the desk").wait_for()
    complaint, _code, file = api.requests
    assert file.url.endswith(f"/complaints/{RECEIPT['reference']}/evidence?kind=chat")
    assert hashlib.sha256(file.body).hexdigest() == digest
    headers = {name.lower(): value for name, value in file.headers.items()}
    assert headers["tracking-token"] == CONFIRMED["tracking"]["token"]
    assert headers["content-type"] == "image/png"
    assert "cookie" not in headers
    form.goto(chrome.url("options.html"))
    log = form.locator("#sent li")
    log.first.wait_for()
    told = [" ".join(line.split()) for line in log.all_inner_texts()[:3]]
    whats = [
        "A file for the case {}",
        "A code that confirms a contact, for the case {}",
        "A complaint",
    ]
    assert [
        what.format(RECEIPT["reference"]) in line for what, line in zip(whats, told, strict=True)
    ] == [True] * 3
    assert all(complaint.url.split("/")[2] in line for line in told)
    form.close()
    for path in (EVIDENCE, CODE, FILE):
        api.answers.pop(path)


def test_a_sent_complaint_is_kept_asked_about_and_told_where_the_product_is_seen_again(
    page: Any, chrome: browsers.Chromium, api: browsers.Server
) -> None:
    test_files_are_hashed_shown_sent_and_each_request_is_written_down(page, chrome, api)
    page.goto(chrome.url("bought.html"))
    kept = page.locator("#cases")
    kept.get_by_text("A person at the consumer group will read your complaint.").wait_for()
    status = f"{FILE}/{RECEIPT['reference']}"
    api.answers[status] = browsers.Reply(
        json.dumps({"state": "in_conciliation", "until": "2099-12-28T23:00:00Z"}),
        type="application/json",
    )
    kept.get_by_role("button", name="now").click()
    kept.get_by_text("The merchant has your complaint and is to answer you.").wait_for()
    api.answers.pop(status)
    alarms = chrome.worker.evaluate("chrome.alarms.getAll()")
    due = {each["name"]: each["scheduledTime"] for each in alarms}
    day_before = dt.datetime(2099, 12, 27, 23, tzinfo=dt.UTC)
    assert due[f"case {RECEIPT['reference']}"] == day_before.timestamp() * 1000
    panel = open_panel(page, ITEM.format(1))
    panel.get_by_text("The merchant has your complaint").wait_for()
    chrome.worker.evaluate("chrome.alarms.create('case CV-2026-000123', { when: Date.now() })")
    chrome.worker.evaluate(
        "async () => { while ((await chrome.action.getBadgeText({})) !== '…') await new Promise((next) => setTimeout(next, 50)) }"
    )
    page.goto(chrome.url("bought.html"))
    page.locator("#cases").wait_for()
    chrome.worker.evaluate(
        "async () => { while (await chrome.action.getBadgeText({})) await new Promise((next) => setTimeout(next, 50)) }"
    )
    page.get_by_role("button", name="Forget CV-2026-000123 on this device").click()
    page.locator("#cases article").wait_for(state="detached")
