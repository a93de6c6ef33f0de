"""Table of issued packs."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Base, UtcDateTime


class PackRow(Base):
    """One issued pack; the file itself stands in the packs folder under the name in `path`."""

    __tablename__ = "packs"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    merchants: Mapped[int]
    notices: Mapped[int]
