"""A row for `platforms.yaml`: how the addresses of a new site look, read off one of them."""

import re
from typing import Any

from scrapers.identity import registrable_domain
from scrapers.sites.drafting import Draft
from scrapers.sites.pairs import flat
from scrapers.sites.proposals import literal
from scrapers.weburl import WebUrl

_LONGEST_ENDING = len(".xhtml")
_NUMBER = re.compile(r"(?<!\d)\d{4,20}(?!\d)", re.ASCII)


def platform_row(made: Draft) -> dict[str, Any]:
    """Return the row of a drafted site, whose one page form fits the address it was drafted from."""
    return {
        "name": made.name.capitalize(),
        "shop": "shop",
        "domains": [registrable_domain(made.url.host)],
        "pages": [{"kind": "product", **_form(made.url, _item(made))}],
    }


def _item(made: Draft) -> str:
    """Return the item's id as the address has it: the one read, else the address's last number."""
    read = str(flat(made.fields).get("item_id", ""))
    said = f"{made.url.path}?{made.url.query}"
    numbers = _NUMBER.findall(said)
    return read if read and read in said else (numbers[-1] if numbers else "")


def _form(url: WebUrl, item: str) -> dict[str, Any]:
    asked = [name for name, value in url.params() if item and value == item]
    if asked:
        return {
            "path": f"{_folders(url.path)}$",
            "query": {asked[0].lower(): ["item", _shape(item)]},
            "url": f"https://{{host}}{{path}}?{asked[0]}={{item}}",
        }
    if item and item in url.path:
        before, _, after = url.path.rpartition(item)
        path = f"{_before(before)}({_shape(item)}){_after(after)}$"
        return {"path": path, "names": ["item"], "url": "https://{host}{path}"}
    folder = url.path.rpartition("/")[0]
    path = f"{_folders(folder)}/([^/]+)$"
    return {"path": path, "names": ["item"], "url": "https://{host}{path}"}


def _folders(path: str) -> str:
    """Return an expression for folders; one named in several words names a product, so any will do."""
    return "/".join("[^/]+" if "-" in part else literal(part) for part in path.split("/"))


def _before(text: str) -> str:
    """Return an expression for what stands before an item's id: folders, then perhaps words."""
    folders, _, words = text.rpartition("/")
    sign = words[-1:] if words[-1:] in ("-", "_", ".") else ""
    return f"{_folders(folders)}/" + (f"(?:[^/]*{literal(sign)})?" if sign else literal(words))


def _after(text: str) -> str:
    """Return an expression for what stands after it: an ending, or words that may be any."""
    return literal(text) if len(text) <= _LONGEST_ENDING else f"{literal(text[0])}.*"


def _shape(item: str) -> str:
    return r"\d{4,20}" if item.isdigit() else r"[\w-]{2,64}"
