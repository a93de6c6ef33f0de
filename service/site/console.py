"""URLs of the public pages."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from scrapers.errors import ScrapersError
from scrapers.identity import identify
from service.core import guard
from service.core.errors import InvalidInput, NotFound
from service.core.i18n_web import t
from service.core.runtime import Runtime
from service.demo import queries as sample
from service.evidence import queries as evidence
from service.merchants import operations as identities
from service.merchants import queries as merchants
from service.safety import queries as safety
from service.safety import wordings
from service.scores import queries as scores
from service.site.views import merchant_page

RECENT = 20


def make_blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes of this feature."""
    site = Blueprint("site", __name__, template_folder="templates")

    @site.get("/")
    @guard.action("site.read")
    def start() -> str:
        """Say what Caveat is and how to see it at work."""
        return _start(runtime)

    @site.get("/find")
    @guard.action("score.read")
    def find() -> Response | tuple[str, int]:
        """Lead from the address of a shop or product to what is known about its seller."""
        address = request.args.get("address", "").strip()
        with runtime.reading() as session:
            key = _seller(session, address)
        if key is None:
            return _start(
                runtime, {"address": t("site.find.none")}
            ), HTTPStatus.UNPROCESSABLE_ENTITY
        return redirect(url_for("site.merchant", key=key))

    @site.get("/merchants/<path:key>")
    @guard.action("score.read")
    def merchant(key: str) -> str:
        """Show what is known about a merchant. A merchant never heard of is "no data", not an error."""
        try:
            identities.check_key(key)
        except InvalidInput as error:
            raise NotFound("this is no merchant key", where=key) from error
        with runtime.reading() as session:
            own = merchants.canonical_key(session, key)
            page = merchant_page(
                own,
                scores.score_view(session, own),
                recent=evidence.of_merchant(session, own, limit=RECENT),
                recorded=evidence.count_of_merchant(session, own),
                find=partial(evidence.evidence_view, session),
            )
        return render_template("site/merchant.html", page=page)

    @site.get("/evidence/<evidence_id>")
    @guard.action("evidence.read")
    def fact(evidence_id: str) -> str:
        """Show one recorded fact."""
        with runtime.reading() as session:
            found = evidence.evidence_view(session, evidence_id)
        if found is None:
            raise NotFound("there is no such fact", where=evidence_id)
        return render_template("site/evidence.html", fact=found)

    @site.get("/notices/<path:notice_id>")
    @guard.action("site.read")
    def notice(notice_id: str) -> str:
        """Show one official notice, in the authority's words and with its address."""
        with runtime.reading() as session:
            found = safety.notice(session, notice_id)
            links = safety.links_of(session, notice_id)
            earlier = wordings.of_notice(session, notice_id)
        if found is None:
            raise NotFound("there is no such notice", where=notice_id)
        return render_template("site/notice.html", notice=found, links=links, wordings=earlier)

    return site


def _start(runtime: Runtime, errors: Mapping[str, str] | None = None) -> str:
    with runtime.reading() as session:
        examples = sample.examples(session)
    return render_template("site/start.html", errors=errors or {}, examples=examples)


def _seller(session: Session, address: str) -> str | None:
    """Return who sells at an address, as typed: a page, a shop, or the name of a site; None when unsaid."""
    try:
        found = identify(address if "://" in address else f"https://{address}")
    except ScrapersError:
        return None
    if "." not in (urlsplit(found.url).hostname or ""):
        return None
    seen = merchants.last_seller(session, found.listing_key) if found.listing_key else None
    return found.merchant_key or (seen.merchant_key if seen else None)
