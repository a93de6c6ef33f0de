"""Tables of merchant identities."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.core.append_only import append_only
from service.core.db import Base, UtcDateTime

KEY_LENGTH = 200


class Merchant(Base):
    """Who sells: one canonical key `platform:kind:id`."""

    __tablename__ = "merchants"

    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(200))
    category: Mapped[str | None] = mapped_column(String(80))
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)


class MerchantAlias(Base):
    """Another id of the same merchant, with the source that says so."""

    __tablename__ = "merchant_aliases"

    alias: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    merchant_key: Mapped[str] = mapped_column(ForeignKey("merchants.key"), index=True)
    source: Mapped[str] = mapped_column(String(80))
    known_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ListingMerchant(Base):
    """An observation: this merchant sold this listing at this moment."""

    __tablename__ = "listing_merchant"
    __table_args__ = (UniqueConstraint("listing_key", "merchant_key", "observed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    listing_key: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    merchant_key: Mapped[str] = mapped_column(ForeignKey("merchants.key"), index=True)
    observed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(80))


append_only(ListingMerchant.__table__)  # type: ignore[arg-type]
