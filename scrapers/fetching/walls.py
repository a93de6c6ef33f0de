"""Which answers are walls: pages that want a person or an account. They are told apart, not fought."""

import functools
import re
from importlib import resources
from typing import Any

import yaml

from scrapers.errors import InvalidInput
from scrapers.fetching.snapshot import State
from scrapers.html import Page, clean
from scrapers.weburl import WebUrl

SHORT = 800
"""Characters of visible text up to which a page may be a challenge and nothing else."""

_SUCCESS = range(200, 300)
_NO_TEXT = ["script", "style", "template", "noscript", "svg"]


@functools.cache
def _words() -> dict[str, Any]:
    text = resources.files("scrapers.fetching").joinpath("walls.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@functools.cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in _words()[name]), re.IGNORECASE)


def is_wall_address(url: WebUrl) -> bool:
    """Tell whether an address is one of a login or a captcha."""
    return bool(_pattern("addresses").search(url.host + url.path))


def state_of(status: int, body: bytes, *, is_html: bool) -> State:
    """Return what an answer means, from its status and, for a page, from what it says."""
    if status in _words()["statuses"]["gone"]:
        return "gone"
    if status in _words()["statuses"]["blocked"] or (is_html and _is_wall(body)):
        return "blocked"
    return "page" if status in _SUCCESS else "unavailable"


def _is_wall(body: bytes) -> bool:
    try:
        page = Page(body)
    except InvalidInput:
        return False  # whoever reads the page will say what is wrong with it
    titles = [clean(node.text()) for node in page.css("head > title")[:1]]
    page.tree.strip_tags(_NO_TEXT)
    text = clean(page.tree.body.text()) if page.tree.body else ""
    if len(text) > SHORT:
        return False
    source = body.decode("utf-8", "replace")
    return any(map(_pattern("titles").search, titles)) or bool(_pattern("markers").search(source))
