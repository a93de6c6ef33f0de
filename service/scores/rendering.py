"""The public answer about a merchant, rendered to bytes once when the score is computed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from scoring import AspectScore, Improvement, Reason, Score
from service.scores.market import Setting

Point = tuple[datetime, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that the answer about a merchant is made of.

    `known` maps evidence ids to the moment from which each fact was known.
    """

    merchant_key: str
    name: str | None
    result: Score
    as_of: datetime
    known: Mapping[str, datetime]
    history: Sequence[Point]
    aspects: Sequence[AspectScore]
    improvements: Sequence[Improvement]
    setting: Setting


def render(answer: Answer) -> bytes:
    """Return the JSON body of `GET /v1/scores/{merchant_key}` in UTF-8."""
    result = answer.result
    points = [*answer.history, (answer.as_of, result.score)]
    body = {
        "merchant": answer.merchant_key,
        "name": answer.name,
        "platform": answer.merchant_key.partition(":")[0],
        "version": result.version,
        "digest": result.digest,
        "as_of": _iso(answer.as_of),
        "score": result.score,
        "grade": result.grade,
        "interval": result.interval and list(result.interval),
        "confidence": result.confidence,
        "risk": result.risk,
        "warning": result.warn,
        "basis": result.basis,
        "reasons": [_reason(reason, answer.known) for reason in result.reasons],
        "aspects": [asdict(aspect) for aspect in answer.aspects],
        "improvements": [line.record() for line in answer.improvements],
        "history": [{"as_of": _iso(day), "score": value} for day, value in points],
        "market": _market(answer.setting),
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def etag(body: bytes) -> str:
    """Return a strong entity tag of the body, without quotes."""
    return hashlib.sha256(body).hexdigest()[:32]


def top_reason(result: Score) -> str | None:
    """Return the code of the reason that moves the score most, the base line aside."""
    moving = [reason for reason in result.reasons if reason.family != "base"]
    return max(moving, key=lambda reason: abs(reason.points)).code if moving else None


def _market(setting: Setting) -> dict[str, Any]:
    """Return what else the score rests on, so that anybody can compute it again."""
    usual = asdict(setting.usual)
    return {
        "usual": {**usual, "rates": dict(setting.usual.rates)},
        "doubted": setting.doubted,
        "predecessors": sorted(setting.predecessors),
    }


def _reason(reason: Reason, known: Mapping[str, datetime]) -> dict[str, Any]:
    moments = [known[item] for item in reason.evidence if item in known]
    return {
        "code": reason.code,
        "family": reason.family,
        "points": reason.points,
        "numbers": reason.numbers,
        "evidence": list(reason.evidence),
        "latest": _iso(max(moments)) if moments else None,
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
