"""The invented shops of the demonstration, as data and as the markup a real shop would publish."""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import msgspec


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record of shops.json: unknown or missing fields are errors that name their path."""


class Seller(Strict, frozen=True):
    """What a shop discloses about itself; None is what it does not say."""

    legal_name: str | None
    address: str | None
    country: str | None
    phone: str | None
    email: str | None
    licence: str | None
    licence_kind: Literal["register", "business", "vat"] | None
    mail_order: str | None = None


class Rating(Strict, frozen=True):
    """What a shop says of its own product's ratings."""

    value: float
    count: int


class Product(Strict, frozen=True):
    """One thing on sale; `gtin` is of GS1's demonstration range 952."""

    slug: str
    title: str
    brand: str
    model: str
    gtin: str | None
    price: str
    list_price: str | None
    available: bool
    rating: Rating | None
    picture: str
    description: str


class Returns(Strict, frozen=True):
    """How long a buyer may send goods back, and whether that is free."""

    days: int
    free: bool


class Delivery(Strict, frozen=True):
    """The delivery time a shop promises, in days."""

    from_days: int
    to_days: int


class Shop(Strict, frozen=True):
    """One invented shop, chosen by the host it is asked at."""

    host: str
    name: str
    language: str
    currency: str
    look: str
    slogan: str
    seller: Seller
    returns: Returns | None
    delivery: Delivery
    products: tuple[Product, ...]

    def product(self, slug: str) -> Product | None:
        """Find a product by the last part of its address."""
        return next((product for product in self.products if product.slug == slug), None)

    def disclosures(self) -> Iterator[tuple[str, str]]:
        """Yield what the shop says about itself: the end of the message key, and the text."""
        seller = self.seller
        named = {
            "legal_name": seller.legal_name,
            "address": seller.address,
            "phone": seller.phone,
            "email": seller.email,
            f"licence.{seller.licence_kind}": seller.licence,
            "mail_order": seller.mail_order,
        }
        yield from ((name, value) for name, value in named.items() if value)


@lru_cache
def shops() -> dict[str, Shop]:
    """Read every shop by host."""
    data = files(__package__).joinpath("shops.json").read_bytes()
    return {shop.host: shop for shop in msgspec.json.decode(data, type=tuple[Shop, ...])}


def json_ld(shop: Shop, product: Product, url: str) -> dict[str, Any]:
    """Describe a product page in schema.org terms; what the shop does not say is left out."""
    return _said(
        {
            "@context": "https://schema.org",
            "@type": "Product",
            "name": product.title,
            "description": product.description,
            "sku": product.slug,
            "brand": {"@type": "Brand", "name": product.brand},
            "model": product.model,
            "gtin13": product.gtin,
            "aggregateRating": _rating(product.rating),
            "offers": _offer(shop, product, url),
        }
    )


def _offer(shop: Shop, product: Product, url: str) -> dict[str, Any]:
    availability = "InStock" if product.available else "OutOfStock"
    return _said(
        {
            "@type": "Offer",
            "url": url,
            "price": product.price,
            "priceCurrency": shop.currency,
            "availability": f"https://schema.org/{availability}",
            "seller": _seller(shop),
            "hasMerchantReturnPolicy": _returns(shop),
        }
    )


def _seller(shop: Shop) -> dict[str, Any]:
    seller = shop.seller
    return _said(
        {
            "@type": "Organization",
            "name": shop.name,
            "legalName": seller.legal_name,
            "telephone": seller.phone,
            "email": seller.email,
            "vatID" if seller.licence_kind == "vat" else "identifier": seller.licence,
            "address": seller.address
            and {
                "@type": "PostalAddress",
                "streetAddress": seller.address,
                "addressCountry": seller.country,
            },
        }
    )


def _rating(rating: Rating | None) -> dict[str, Any] | None:
    if rating is None:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": rating.value,
        "reviewCount": rating.count,
        "bestRating": 5,
    }


def _returns(shop: Shop) -> dict[str, Any] | None:
    if shop.returns is None:
        return None
    fees = "FreeReturn" if shop.returns.free else "ReturnFeesCustomerResponsibility"
    return _said(
        {
            "@type": "MerchantReturnPolicy",
            "applicableCountry": shop.seller.country,
            "returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
            "merchantReturnDays": shop.returns.days,
            "returnFees": f"https://schema.org/{fees}",
        }
    )


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
