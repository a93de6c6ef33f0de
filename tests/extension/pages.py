"""Small product pages of our own, in the shapes in which the big shops print theirs. All names are invented."""

import html
import json

ROW = "<li>A line of a long page, so that there is something to scroll and to shift.</li>"


def page(title: str, body: str, head: str = "") -> str:
    """Return a page that is long enough to scroll."""
    return f"""<!doctype html><html lang=en><head><meta charset=utf-8><title>{html.escape(title)}</title>
<meta name=viewport content="width=device-width, initial-scale=1"><style>
body {{ margin: 0; font: 16px/1.5 Georgia, serif; color: #222; background: #f7f5f0 }}
nav {{ background: #20303a; color: #fff; padding: 14px 24px; font-family: sans-serif }}
main {{ max-width: 980px; margin: 24px auto; padding: 0 24px; display: grid; gap: 24px; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) }}
.photo {{ background: linear-gradient(160deg, #cfd8d4, #9fb1ac); height: 360px; border-radius: 4px }}
.price {{ font-size: 28px }} button.buy {{ background: #d9822b; color: #fff; border: 0; padding: 14px 28px; font-size: 16px }}
@media (max-width: 600px) {{ main {{ grid-template-columns: 1fr }} }}
</style>{head}</head><body><nav>Shop</nav><main><div class=photo></div><div>{body}</div><ul>{ROW * 60}</ul></main></body></html>"""


def aliexpress(
    *, store: str | None, name: str = "Clear Harbour Store", title: str = "Folding desk lamp"
) -> str:
    """Return a page in AliExpress's shape, with no seller when `store` is None."""
    modules = {
        "titleModule": {"subject": title},
        "priceModule": {"minActivityAmount": {"currency": "EUR", "value": 19.9}},
        **({"storeModule": {"storeNum": store, "storeName": name}} if store else {}),
    }
    body = (
        f"<h1>{html.escape(title)}</h1><p class=price>€19.90</p><button class=buy>Buy now</button>"
    )
    return page(
        title, body, f"<script>window.runParams = {{ data: {json.dumps(modules)} }};</script>"
    )


def amazon(
    *,
    asin: str,
    seller: str | None,
    title: str = "Stacking ring toy",
    brand: str = "",
    model: str = "",
) -> str:
    """Return a page in Amazon's shape."""
    merchant = f'<input type=hidden id=merchantID value="{seller}">' if seller else ""
    details = "".join(
        f"<tr><th>{label}</th><td>{value}</td></tr>"
        for label, value in (("Brand", brand), ("Item model number", model))
        if value
    )
    body = f"""<h1 id=productTitle>{html.escape(title)}</h1><form id=addToCart>{merchant}
<input type=hidden id=ASIN value="{asin}"><p class=price id=price_inside_buybox>$12.49</p><button class=buy>Add to basket</button></form>
<table id=prodDetails>{details}</table>"""
    return page(title, body)


def independent(*, title: str = "Brass storm lantern", name: str = "Lantern & Wick") -> str:
    """Return a page of a shop of its own, with schema.org markup."""
    product = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": title,
        "offers": {
            "@type": "Offer",
            "price": "49.00",
            "priceCurrency": "EUR",
            "seller": {"@type": "Organization", "name": name},
        },
    }
    body = f"<h1>{html.escape(title)}</h1><p class=price>€49.00</p><button class=buy>Add to cart</button>"
    return page(title, body, f'<script type="application/ld+json">{json.dumps(product)}</script>')
