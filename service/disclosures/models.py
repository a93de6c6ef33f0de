"""The table of checks of shops: what was asked, how far it is, what was found."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Base, UtcDateTime
from service.core.work import Claimable

KEY_CHARS = 200


class ShopCheck(Claimable, Base):
    """One look at what a shop's own pages disclose, for buyers in one country.

    `pages` are the pages that were asked for: address, kind of legal page, state, hash of the
    snapshot's record. `items` are those of the country's checklist, without what the shop says of
    people. `merchant_key` is whom the evidence is about, null where nobody was named.
    """

    __tablename__ = "shop_checks"
    __table_args__ = (Index(None, "organisation_id", "asked_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"))
    url: Mapped[str] = mapped_column(Text)
    country: Mapped[str] = mapped_column(String(2))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(20))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merchant_key: Mapped[str | None] = mapped_column(String(KEY_CHARS), index=True)
    jurisdiction: Mapped[str] = mapped_column(String(20), default="")
    pages: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
