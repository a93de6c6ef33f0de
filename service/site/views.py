"""What the public pages show, arranged from the answers of other features."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from service.evidence.queries import EvidenceView
from service.merchants.queries import is_invented
from service.site import charts

SOURCES_PER_REASON = 3

FindEvidence = Callable[[str], EvidenceView | None]


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason with its points and the first few facts it rests on."""

    code: str
    numbers: dict[str, Any]
    points: float
    sources: tuple[EvidenceView, ...]
    more: int


@dataclass(frozen=True, slots=True)
class MerchantPage:
    """The score of a merchant and everything that speaks for and against it, strongest first."""

    key: str
    name: str
    platform: str
    answer: dict[str, Any] | None
    base: ReasonView | None
    speaks_for: list[ReasonView]
    speaks_against: list[ReasonView]
    chart: charts.History | None
    recent: list[EvidenceView]
    recorded: int

    @property
    def rated(self) -> bool:
        """Whether there is a score to show."""
        return self.answer is not None and self.answer["score"] is not None

    @property
    def state(self) -> str:
        """The state of the mark: rated, warning, blocked or none."""
        if self.answer is None:
            return "none"
        if self.answer["basis"].get("blocks"):
            return "blocked"
        if self.answer["warning"]:
            return "warning"
        return "rated" if self.rated else "none"

    @property
    def invented(self) -> bool:
        """Whether this is one of the demonstration's shops."""
        return is_invented(self.key)


def merchant_page(
    key: str,
    answer: dict[str, Any] | None,
    *,
    recent: list[EvidenceView],
    recorded: int,
    find: FindEvidence,
) -> MerchantPage:
    """Arrange a score answer (None: no score is stored) and the newest facts for reading."""
    reasons = [(row, reason_view(row, find)) for row in (answer or {}).get("reasons", ())]
    base = next((view for row, view in reasons if row["family"] == "base"), None)
    moving = _strongest(view for row, view in reasons if row["family"] != "base")
    return MerchantPage(
        key=key,
        name=(answer and answer["name"]) or key.rpartition(":")[2],
        platform=key.partition(":")[0],
        answer=answer,
        base=base,
        speaks_for=[view for view in moving if view.points >= 0],
        speaks_against=[view for view in moving if view.points < 0],
        chart=charts.history(answer["history"]) if answer else None,
        recent=recent,
        recorded=recorded,
    )


def reason_view(row: dict[str, Any], find: FindEvidence) -> ReasonView:
    """Arrange one reason of a score answer, with the facts that can still be found."""
    shown = row["evidence"][:SOURCES_PER_REASON]
    sources = tuple(fact for each in shown if (fact := find(each)))
    more = len(row["evidence"]) - len(shown)
    return ReasonView(row["code"], row["numbers"], row["points"], sources, more)


def _strongest(reasons: Iterable[ReasonView]) -> list[ReasonView]:
    return sorted(reasons, key=lambda reason: abs(reason.points), reverse=True)
