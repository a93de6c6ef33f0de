"""URLs of the invented shops: each answers at its own host name under .localhost."""

from typing import Any

import msgspec
from flask import Blueprint, render_template, request, url_for

from service.core import guard
from service.core.errors import NotFound
from service.core.messages import Messages
from service.core.runtime import Runtime
from service.demo.shops import Product, Shop, json_ld, shops


def make_blueprint(_runtime: Runtime) -> Blueprint:
    """Return the routes of this feature; like every feature it is given the runtime, but shops are files."""
    shop = Blueprint(
        "shop",
        __name__,
        url_prefix="/demo/shop",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )

    @shop.get("/")
    @guard.action("site.read")
    def front() -> str:
        """Show the shop of this host, or all shops at any other host."""
        here = _here()
        if here is None:
            return render_template(
                "shop/list.html", shops=[(each, _address(each.host)) for each in shops().values()]
            )
        return _render("shop/front.html", here)

    @shop.get("/<slug>")
    @guard.action("site.read")
    def product(slug: str) -> str:
        """Show one product of this host's shop; at any other host, lead to the shops if one has it."""
        here = _here()
        if here is None and any(shop.product(slug) for shop in shops().values()):
            return front()
        found = here.product(slug) if here else None
        if here is None or found is None:
            raise NotFound("no shop here has such a product", where=slug)
        return _render("shop/product.html", here, product=found, markup=_markup(here, found))

    return shop


def _here() -> Shop | None:
    return shops().get(request.host.partition(":")[0])


def _markup(shop: Shop, product: Product) -> dict[str, Any]:
    return json_ld(shop, product, url_for("shop.product", slug=product.slug, _external=True))


def _address(host: str) -> str:
    """Return a shop's front page on the port we were asked at."""
    _, colon, port = request.host.partition(":")
    return f"{request.scheme}://{host}{colon}{port}{url_for('shop.front')}"


def _render(template: str, shop: Shop, **context: Any) -> str:
    """Render a page in the shop's own language, whatever the reader's is."""
    words = Messages.load(shop.language)
    return render_template(
        template,
        shop=shop,
        t=words.text,
        money=words.money,
        all_shops=_address("localhost"),
        delivery=msgspec.structs.asdict(shop.delivery),
        **context,
    )
