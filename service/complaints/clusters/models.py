"""Tables of cases that are one matter: the cluster, whom it invited, and every answer given."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.core.append_only import append_only
from service.core.db import Base, UtcDateTime


class CaseCluster(Base):
    """Cases that a council handles as one matter; `because` says what they share."""

    __tablename__ = "case_clusters"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    category: Mapped[str] = mapped_column(String(40))
    because: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))


class CaseClusterMember(Base):
    """A case that was asked to join, and how its complainant stands now; in one cluster at most."""

    __tablename__ = "case_cluster_members"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    cluster_id: Mapped[str] = mapped_column(ForeignKey("case_clusters.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    wording: Mapped[str] = mapped_column(String(80))
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    invited_by: Mapped[str] = mapped_column(String(80))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseClusterAnswer(Base):
    """One answer of a complainant, kept for good: who gave or entered it, to which wording."""

    __tablename__ = "case_cluster_answers"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    cluster_id: Mapped[str] = mapped_column(ForeignKey("case_clusters.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    wording: Mapped[str] = mapped_column(String(80))


append_only(CaseClusterAnswer.__table__)  # type: ignore[arg-type]
