"""The public answer about a merchant, rendered to bytes once when the score is computed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from scoring import Reason, Score

Point = tuple[datetime, float | None]


def render(
    merchant_key: str,
    name: str | None,
    result: Score,
    *,
    as_of: datetime,
    known: Mapping[str, datetime],
    history: Sequence[Point],
) -> bytes:
    """Return the JSON body of `GET /v1/scores/{merchant_key}` in UTF-8.

    `known` maps evidence ids to the moment from which each fact was known.
    """
    body = {
        "merchant": merchant_key,
        "name": name,
        "platform": merchant_key.partition(":")[0],
        "version": result.version,
        "digest": result.digest,
        "as_of": _iso(as_of),
        "score": result.score,
        "grade": result.grade,
        "interval": result.interval and list(result.interval),
        "confidence": result.confidence,
        "risk": result.risk,
        "warning": result.warn,
        "basis": result.basis,
        "reasons": [_reason(reason, known) for reason in result.reasons],
        "history": [
            {"as_of": _iso(day), "score": value} for day, value in [*history, (as_of, result.score)]
        ],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def etag(body: bytes) -> str:
    """Return a strong entity tag of the body, without quotes."""
    return hashlib.sha256(body).hexdigest()[:32]


def top_reason(result: Score) -> str | None:
    """Return the code of the reason that moves the score most, the base line aside."""
    moving = [reason for reason in result.reasons if reason.family != "base"]
    return max(moving, key=lambda reason: abs(reason.points)).code if moving else None


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
