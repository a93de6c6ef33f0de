"""The verdict in words, for `caveat check`; the same messages the panel uses."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.core.messages import Messages

REASONS_SHOWN = 3
SCOPE = {
    "brands": "brands",
    "models": "models",
    "batches": "batches",
    "made": "production_dates",
}
"""Words for the parts of a notice's scope, and where they stand."""


def lines(verdict: Mapping[str, Any], words: Messages) -> Iterator[str]:
    """Yield the verdict line by line: official notices first, then who sells it."""
    yield verdict["identity"]["canonical_url"] or verdict["url"]
    yield from _notices(verdict["listing"]["notices"], words)
    yield from _merchant(verdict["merchant"], words)


def _notices(notices: list[Mapping[str, Any]], words: Messages) -> Iterator[str]:
    if not notices:
        yield words.text("check.no_notice")
    for match in notices:
        tier = words.text(f"tier.{match['tier']}")
        yield f"{tier}: {match['authority']}, {match['published']}, {match['url']}"
        yield from _scope(match["scope"] or {}, words)


def _scope(scope: Mapping[str, Any], words: Messages) -> Iterator[str]:
    """Yield which of its products, batches and dates the notice means."""
    if scope.get("name"):
        yield f"  {scope['name']}"
    for name, field in SCOPE.items():
        value = scope.get(field)
        if value:
            said = value if isinstance(value, str) else ", ".join(value)
            yield f"  {words.text(f'site.notice.{name}')}: {said}"


def _merchant(merchant: Mapping[str, Any], words: Messages) -> Iterator[str]:
    if merchant["key"] is None:
        yield words.text("check.no_merchant")
        return
    score = merchant["score"]
    if score is None or score["score"] is None:
        yield words.text("check.not_rated", merchant=merchant["key"])
        return
    low, high = score["interval"]
    yield words.text(
        "check.rated",
        merchant=score["name"] or merchant["key"],
        score=round(score["score"]),
        low=round(low),
        high=round(high),
        grade=score["grade"],
    )
    if score["warning"]:
        yield words.text("panel.state.warning")
    moving = [reason for reason in score["reasons"] if reason["family"] != "base"]
    for reason in moving[:REASONS_SHOWN]:
        yield f"  {reason['points']:+.1f}  {words.text('reason.' + reason['code'], **reason['numbers'])}"
