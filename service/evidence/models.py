"""The append-only evidence store."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.append_only import append_only
from service.core.db import Base, UtcDateTime


class Evidence(Base):
    """One recorded fact about a merchant, with its source, two times, licence and hash."""

    __tablename__ = "evidence"
    __table_args__ = (Index(None, "merchant_key", "true_at"),)

    id: Mapped[str] = mapped_column(String(27), primary_key=True)
    merchant_key: Mapped[str] = mapped_column(ForeignKey("merchants.key"))
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    true_at: Mapped[datetime] = mapped_column(UtcDateTime)
    known_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(80))
    source_url: Mapped[str | None] = mapped_column(String(2000))
    licence: Mapped[str | None] = mapped_column(String(80))
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(Evidence.__table__)  # type: ignore[arg-type]
