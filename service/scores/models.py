"""Tables of scores: the rendered answer, and which merchants are waiting for a new one."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Base, UtcDateTime
from service.core.work import Claimable


class Score(Base):
    """The current score of a merchant, rendered once."""

    __tablename__ = "scores"

    merchant_key: Mapped[str] = mapped_column(ForeignKey("merchants.key"), primary_key=True)
    as_of: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    version: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    score: Mapped[float | None]
    grade: Mapped[str | None] = mapped_column(String(1))
    warning: Mapped[bool]
    top_reason: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    etag: Mapped[str] = mapped_column(String(40))


class ScoreTask(Claimable, Base):
    """A merchant whose evidence changed after its score was computed."""

    __tablename__ = "score_tasks"

    merchant_key: Mapped[str] = mapped_column(ForeignKey("merchants.key"), primary_key=True)
    marked: Mapped[int] = mapped_column(default=1)
