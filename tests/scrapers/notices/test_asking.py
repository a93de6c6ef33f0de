"""What connectors need of the fetcher: headers of their own, forms, conditional questions."""

import http.server

import pytest

from scrapers.fetching import BadRedirect
from tests.scrapers.fetching.conftest import Site, fetching, serving
from tests.scrapers.notices.replay import authorities

pytestmark = pytest.mark.enable_socket
TEXT = {"Content-Type": "text/plain"}


def test_headers_stay_at_the_origin_they_were_given_for() -> None:
    with serving({"/new": (200, TEXT, b"here")}) as other:
        moved = {"Location": other.url("/new", "other.example")}
        with serving({"/old": (302, moved, b"")}) as first, fetching(first, other) as fetcher:
            answer = fetcher.fetch(first.url("/old"), headers={"AuthKey": "secret"})
    assert answer.body == b"here"
    assert [one.get("authkey") for one in first.headers] == [None, "secret"]
    assert all("authkey" not in one for one in other.headers)


def test_a_conditional_answer_comes_back_as_it_is() -> None:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        same = handler.headers.get("If-None-Match") == '"a"'
        handler.send_response(304 if same else 200)
        handler.send_header("ETag", '"a"')
        handler.send_header("Cache-Control", "max-age=3600")
        handler.send_header("Content-Length", "0" if same else "3")
        handler.end_headers()
        handler.wfile.write(b"" if same else b"all")

    with serving({"/file": answer}) as site, fetching(site) as fetcher:
        first = fetcher.fetch(site.url("/file"), headers={"Accept": "text/plain"})
        again = fetcher.fetch(site.url("/file"), headers={"If-None-Match": first.headers["etag"]})
        whole = fetcher.fetch(site.url("/file"), headers={"Accept": "text/plain"})
    assert [one.status for one in (first, again, whole)] == [200, 304, 200]
    assert (again.body, whole.body) == (b"", b"all")
    assert site.count("/file") == 3


def test_a_form_is_sent_once_and_not_sent_on() -> None:
    with authorities() as world:
        world.pages = {"form": b"taken", "moved": (302, {"Location": "/form"}, b"")}
        site = Site(world.port, {})
        with fetching(site) as fetcher:
            taken = fetcher.fetch(f"{world.origin}/form", form={"page": "2"})
            with pytest.raises(BadRedirect, match="form"):
                fetcher.fetch(f"{world.origin}/moved", form={"page": "3"})
    assert taken.body == b"taken"
    assert [(one.method, one.form) for one in world.asked] == [
        ("POST", {"page": "2"}),
        ("POST", {"page": "3"}),
    ]
