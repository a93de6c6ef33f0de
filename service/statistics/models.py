"""Tables of releases: each adds months to those before it, whose rows never change."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Base, UtcDateTime


class StatisticsRelease(Base):
    """One version: a draft until a person releases it; `rows` and the digests are those of all its months.

    `first_month` and `last_month` (2026-03) are the months that it adds; `withheld` counts their cells
    that are not shown.
    """

    __tablename__ = "statistics_releases"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(20))
    first_month: Mapped[str] = mapped_column(String(7))
    last_month: Mapped[str] = mapped_column(String(7))
    rows: Mapped[int] = mapped_column()
    withheld: Mapped[int] = mapped_column()
    csv_sha256: Mapped[str] = mapped_column(String(64))
    json_sha256: Mapped[str] = mapped_column(String(64))
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    computed_by: Mapped[str] = mapped_column(String(80))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by: Mapped[str | None] = mapped_column(String(80))


class StatisticsRow(Base):
    """One line of a release (tables.Row); no column says anything about a person."""

    __tablename__ = "statistics_rows"
    __table_args__ = (
        Index(None, "measure", "by", "code"),
        Index("ix_statistics_rows_month", "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    release: Mapped[int] = mapped_column(ForeignKey("statistics_releases.number"), index=True)
    month: Mapped[str] = mapped_column(String(7))
    measure: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(80))
    by: Mapped[str] = mapped_column(String(20))
    programme: Mapped[str] = mapped_column(String(60))
    platform: Mapped[str] = mapped_column(String(40))
    merchant: Mapped[str] = mapped_column(String(200), index=True)
    category: Mapped[str] = mapped_column(String(40))
    country: Mapped[str] = mapped_column(String(20))
    cases: Mapped[int] = mapped_column()
    of: Mapped[int | None] = mapped_column()
    amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    currency: Mapped[str | None] = mapped_column(String(3))
    reference_amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    reference_currency: Mapped[str | None] = mapped_column(String(3))
    rate: Mapped[Decimal | None] = mapped_column(Numeric(18, 8))
    rate_from: Mapped[date | None] = mapped_column()
    rate_to: Mapped[date | None] = mapped_column()
    median_days: Mapped[int | None] = mapped_column()
    p90_days: Mapped[int | None] = mapped_column()
