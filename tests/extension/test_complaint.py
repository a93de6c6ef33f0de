"""A complaint: complete from the page, read before it is sent, sent once, never lost."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.extension import browsers, pages

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

FILE = "127.0.0.1/v1/complaints"
ITEM = "https://www.aliexpress.com/item/10050010001.html"
AXE = browsers.ROOT / "extension" / "node_modules" / "axe-core" / "axe.min.js"
RECEIPT = {
    "reference": "CV-2026-000123",
    "state": "awaiting_contact_check",
    "received_at": "2026-11-21T09:30:00Z",
    "until": "2026-11-28T23:00:00Z",
    "tracking": {"token": "a-token", "link": "https://desk.example/complaint/track#x.a-token"},
}
CODE = f"{FILE}/{RECEIPT['reference']}/contact"
CONFIRMED = {
    "reference": RECEIPT["reference"],
    "state": "submitted",
    "outcome": "submitted",
    "tracking": {"token": "another", "link": "https://desk.example/complaint/track#x.another"},
}


@pytest.fixture
def desk(api: browsers.Server) -> Iterator[browsers.Server]:
    """The API, taking complaints."""
    api.requests.clear()
    api.answers[FILE] = browsers.Reply(json.dumps(RECEIPT), status=201, type="application/json")
    yield api
    for path in (FILE, CODE, f"{CODE}/code"):
        api.answers.pop(path, None)


@pytest.fixture
def form(page: Any, chrome: browsers.Chromium) -> Iterator[Any]:
    """The complaint form, opened from a product page."""
    yield from form_about(ITEM, page, chrome)


@pytest.fixture
def wordy_form(page: Any, chrome: browsers.Chromium, shops: browsers.Server) -> Iterator[Any]:
    """The complaint form, opened from a page whose names are longer than the desk takes."""
    name, title = "\N{IZAKAYA LANTERN}" * 250, "\N{IZAKAYA LANTERN} lamp " * 100
    shops.answers["www.aliexpress.com/item/10050010008.html"] = browsers.Reply(
        pages.aliexpress(store="700001", name=name, title=title)
    )
    yield from form_about("https://www.aliexpress.com/item/10050010008.html", page, chrome)


def form_about(url: str, page: Any, chrome: browsers.Chromium) -> Iterator[Any]:
    page.goto(url)
    page.locator(".badge button").click()
    with chrome.context.expect_page() as opened:
        page.get_by_role("dialog").get_by_role("button", name="File a complaint").click()
    form = opened.value
    form.get_by_role("heading", name="From the page").wait_for()
    yield form
    form.close()


def email(form: Any) -> Any:
    return form.locator("#field-contact_email")


def fill(form: Any) -> None:
    form.get_by_label("It did not arrive").check()
    form.get_by_role("textbox", name="What happened").fill("Nothing came in six weeks.")
    form.get_by_label("My money back", exact=True).check()
    form.get_by_label("Day of purchase").fill("2026-09-30")
    form.get_by_label("Order number").fill("PT-1001")
    form.get_by_label("No answer came").check()
    form.get_by_label("Order confirmation").check()
    form.get_by_label("Proof of payment").check()
    email(form).fill("jo@example.org")
    form.get_by_label("Country of residence").select_option("PT")
    form.get_by_label("may pass it to the seller").check()


def test_what_the_page_says_is_there_and_the_rest_is_named(
    form: Any, desk: browsers.Server
) -> None:
    facts = form.inner_text("#page")
    for each in (
        ITEM,
        "aliexpress:shop:700001",
        "Clear Harbour Store",
        "Folding desk lamp",
        "10050010001",
    ):
        assert each in facts
    form.get_by_text("1 thing is missing").wait_for()
    form.get_by_role("button", name="Read what will be sent").click()
    assert form.get_by_role("dialog").count() == 0
    first = form.get_by_label("It did not arrive")
    assert first.evaluate("node => node === document.activeElement")
    first.check()
    assert form.get_by_label("It did not arrive").evaluate(
        "node => node === document.activeElement"
    )
    form.get_by_text("9 things are missing").wait_for()
    assert form.get_by_label("Amount paid").input_value() == "19.9"
    assert form.get_by_label("Currency").input_value() == "EUR"
    lacking = form.get_by_role("listitem").filter(has_text="Order number or If you have no")
    assert lacking.count() == 1
    form.get_by_role("button", name="Day of purchase").click()
    assert form.get_by_label("Day of purchase").evaluate("node => node === document.activeElement")
    assert desk.requests == []


def test_one_confirmation_sends_what_was_shown(form: Any, desk: browsers.Server) -> None:
    fill(form)
    form.get_by_text("Nothing is missing").wait_for()
    form.get_by_role("button", name="Read what will be sent").click()
    shown = form.get_by_role("dialog").inner_text()
    assert desk.requests == []
    form.get_by_role("button", name="Send this complaint").click()
    form.get_by_text(RECEIPT["reference"]).wait_for()
    [request] = desk.requests
    sent = json.loads(request.body)
    assert sent == {
        "listing_url": ITEM,
        "platform": "aliexpress",
        "item_id": "10050010001",
        "merchant_key": "aliexpress:shop:700001",
        "merchant_name": "Clear Harbour Store",
        "product_title": "Folding desk lamp",
        "category": "not_delivered",
        "order_id": "PT-1001",
        "contacted": "no_answer",
        "evidence": ["order_confirmation", "payment_proof"],
        "description": "Nothing came in six weeks.",
        "wanted": "refund",
        "purchase_date": "2026-09-30",
        "amount": "19.9",
        "currency": "EUR",
        "contact_email": "jo@example.org",
        "country": "PT",
        "language": "en",
        "consent_share": True,
    }
    in_words = {"category": "It did not arrive", "wanted": "My money back", "country": "Portugal"}
    in_words |= {"purchase_date": "September 30, 2026", "consent_share": "Yes"}
    in_words |= {"contacted": "No answer came", "evidence": "Order confirmation, Proof of payment"}
    assert all(str(in_words.get(name, value)) in shown for name, value in sent.items())
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert len(headers["idempotency-key"]) >= 16
    assert {"cookie", "referer"}.isdisjoint(headers)
    assert "jo@example.org" in form.inner_text("#copy")
    form.reload()
    form.get_by_text("Nothing to complain about yet").wait_for()


def test_without_a_network_the_draft_stays_and_keeps_its_key(
    form: Any, desk: browsers.Server
) -> None:
    desk.answers[FILE] = browsers.Reply("", status=503)
    fill(form)
    form.get_by_role("button", name="Read what will be sent").click()
    form.get_by_role("button", name="Send this complaint").click()
    form.get_by_text("Your draft is kept", exact=False).first.wait_for()
    form.reload()
    assert email(form).input_value() == "jo@example.org"
    assert form.get_by_label("It did not arrive").is_checked()
    desk.answers[FILE] = browsers.Reply(json.dumps(RECEIPT), status=201, type="application/json")
    form.get_by_role("button", name="Read what will be sent").click()
    form.get_by_role("button", name="Send this complaint").click()
    form.get_by_text(RECEIPT["reference"]).wait_for()
    keys = [request.headers["Idempotency-Key"] for request in desk.requests]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_what_the_desk_rejects_is_marked_where_it_stands(form: Any, desk: browsers.Server) -> None:
    problem = {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "errors": [{"pointer": "#/contact_email", "detail": "Not a valid email address."}],
    }
    desk.answers[FILE] = browsers.Reply(
        json.dumps(problem), status=422, type="application/problem+json"
    )
    fill(form)
    form.get_by_role("button", name="Read what will be sent").click()
    form.get_by_role("button", name="Send this complaint").click()
    form.get_by_text("Not a valid email address.").wait_for()
    field = email(form)
    assert field.get_attribute("aria-invalid") == "true"
    assert field.evaluate("node => node === document.activeElement")


def test_long_names_on_a_page_do_not_stop_a_complaint(
    wordy_form: Any, desk: browsers.Server
) -> None:
    fill(wordy_form)
    wordy_form.get_by_role("button", name="Read what will be sent").click()
    wordy_form.get_by_role("button", name="Send this complaint").click()
    wordy_form.get_by_text(RECEIPT["reference"]).wait_for()
    sent = json.loads(desk.requests[0].body)
    assert sent["merchant_name"] == "\N{IZAKAYA LANTERN}" * 200
    assert len(sent["product_title"]) in {499, 500}
    assert sent["merchant_key"] == "aliexpress:shop:700001"


def test_a_rejected_fact_of_the_page_is_marked_beside_it(form: Any, desk: browsers.Server) -> None:
    problem = {"errors": [{"pointer": "#/product_title", "detail": "This title is not taken."}]}
    desk.answers[FILE] = browsers.Reply(
        json.dumps(problem), status=422, type="application/problem+json"
    )
    fill(form)
    form.get_by_role("button", name="Read what will be sent").click()
    form.get_by_role("button", name="Send this complaint").click()
    form.locator("#page dd", has_text="Folding desk lamp").get_by_text(
        "This title is not taken."
    ).wait_for()


def test_of_order_number_and_reason_one_is_needed(form: Any) -> None:
    form.get_by_label("It did not arrive").check()
    order = form.locator("label", has_text="Order number")
    assert order.inner_text() == "Order number (one of these is needed)"
    reason = form.locator("legend", has_text="If you have no order number")
    assert reason.inner_text().endswith("(one of these is needed)")


def test_another_category_asks_for_other_things_and_keeps_the_answers(form: Any) -> None:
    fill(form)
    form.get_by_label("It is unsafe").check()
    form.get_by_text("Was somebody hurt").first.wait_for()
    assert form.get_by_label("Tracking number").count() == 0
    assert email(form).input_value() == "jo@example.org"
    form.get_by_text("1 thing is missing").wait_for()
    form.get_by_label("Something was damaged").check()
    form.get_by_text("Nothing is missing").wait_for()


def test_the_desk_has_the_complaint_once_the_code_of_the_letter_is_entered(
    form: Any, desk: browsers.Server
) -> None:
    wrong = {"errors": [{"pointer": "#/code", "detail": "is not the code"}]}
    desk.answers[CODE] = browsers.Reply(
        json.dumps(wrong), status=422, type="application/problem+json"
    )
    send(form)
    form.get_by_role("heading", name="One step is left").wait_for()
    form.get_by_label("Code from the letter").fill("AAAA-BBBB")
    form.get_by_role("button", name="Confirm").click()
    form.get_by_text("This code is not right").wait_for()
    assert violations(form) == []
    desk.answers[f"{CODE}/code"] = browsers.Reply("", status=202, type="application/json")
    form.get_by_role("button", name="Send a new code").click()
    form.get_by_text("A new code is on its way").wait_for()
    desk.answers[CODE] = browsers.Reply(json.dumps(CONFIRMED), type="application/json")
    form.get_by_label("Code from the letter").fill("CCCC-DDDD")
    form.get_by_role("button", name="Confirm").click()
    form.get_by_role("heading", name="Your complaint is with the desk").wait_for()
    link = form.get_by_role("link", name="Follow the case")
    assert link.get_attribute("href") == CONFIRMED["tracking"]["link"]
    asked = [request for request in desk.requests if request.url.endswith("/contact")]
    assert [json.loads(request.body)["code"] for request in asked] == ["AAAA-BBBB", "CCCC-DDDD"]
    tokens = {name.lower(): value for name, value in asked[0].headers.items()}
    assert tokens["tracking-token"] == RECEIPT["tracking"]["token"]


def send(form: Any) -> None:
    fill(form)
    form.get_by_role("button", name="Read what will be sent").click()
    form.get_by_role("button", name="Send this complaint").click()
    form.get_by_text(RECEIPT["reference"]).wait_for()


@pytest.mark.slow
def test_contact_details_come_back_only_if_they_were_kept(
    form: Any, page: Any, chrome: browsers.Chromium, desk: browsers.Server
) -> None:
    assert desk
    fill(form)
    form.get_by_label("Keep my contact details").check()
    form.get_by_role("button", name="Read what will be sent").click()
    form.get_by_role("button", name="Send this complaint").click()
    form.get_by_text(RECEIPT["reference"]).wait_for()

    def again() -> Any:
        page.goto(ITEM)
        page.locator(".badge button").click()
        with chrome.context.expect_page() as opened:
            page.get_by_role("dialog").get_by_role("button", name="File a complaint").click()
        opened.value.get_by_role("heading", name="From the page").wait_for()
        return opened.value

    second = again()
    assert not second.get_by_label("It did not arrive").is_checked()
    second.get_by_label("It did not arrive").check()
    assert email(second).input_value() == "jo@example.org"
    assert second.get_by_label("Country of residence").input_value() == "PT"
    assert not second.get_by_label("may pass it to the seller").is_checked()
    stored = json.dumps(
        chrome.worker.evaluate(
            "chrome.storage.local.get(null).then((all) => Object.keys(all).filter((key) => !key.startsWith('pack/')).map((key) => all[key]))"
        )
    )
    assert "jo@example.org" not in stored
    fill(second)
    second.get_by_label("Keep my contact details").uncheck()
    second.get_by_role("button", name="Read what will be sent").click()
    second.get_by_role("button", name="Send this complaint").click()
    second.get_by_text(RECEIPT["reference"]).wait_for()
    second.close()
    third = again()
    third.get_by_label("It did not arrive").check()
    assert email(third).input_value() == ""
    third.close()


@pytest.mark.parametrize("name", ["welcome.html", "options.html"])
def test_axe_finds_nothing_on_the_pages(page: Any, chrome: browsers.Chromium, name: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(chrome.url(name))
        page.locator("section").last.wait_for()
        assert violations(page) == []


def test_axe_finds_nothing_on_the_form(form: Any) -> None:
    assert violations(form) == []
    form.get_by_label("It is unsafe").check()
    assert violations(form) == []


def violations(page: Any) -> list[tuple[str, list[str]]]:
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run().then((result) => result.violations)")
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
