"""What the desks of block orders read from a form, and what they answer."""

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from scrapers.identity import Identity
from service.blocks import addresses
from service.core.errors import InvalidInput
from service.core.i18n_web import t


def text(name: str) -> str:
    """Return a field of the form without space around it."""
    return request.form.get(name, "").strip()


def listing() -> Identity:
    """Return the listing whose address was given; InvalidInput where that is none."""
    found = addresses.listing_of(text("listing_url"))
    if found is None:
        what = "is no address of a listing on a known platform"
        raise InvalidInput(what, where="listing_url", fields={"listing_url": what})
    return found


def told(word: str, endpoint: str, **values: Any) -> Response:
    """Say what was done, and go to a page."""
    flash(t(f"blocks.told.{word}"))
    return redirect(url_for(endpoint, **values))
