"""What a page shows of options: each with its desk and the words to say it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.complaints.channels import canonical, labels, naming, registry
from service.complaints.channels.conflicts import Caution
from service.complaints.channels.naming import Text
from service.complaints.channels.registry import Channel
from service.complaints.channels.router import Option, Reason

GROUPS = {
    "open": ("eligible", "under_way"),
    "later": ("not_yet",),
    "unsure": ("unknown",),
    "lost": ("lost",),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One option with its desk; `ready` are labels of what the desk asks for.

    `name` and `note` are the reader's, `local` is the desk's own name where that is another.
    `cautions` are the option's warnings as (message key, other steps, verified), alike ones together.
    """

    option: Option
    channel: Channel
    name: Text
    local: Text
    note: Text
    ready: tuple[str, ...]
    cautions: tuple[tuple[str, tuple[str, ...], bool], ...]


def cards(options: Iterable[Option], language: str) -> dict[str, list[Card]]:
    """Group options by how open they are, keeping their order, in the reader's language."""
    rows = list(options)
    return {
        name: [_card(one, language) for one in rows if one.state in states]
        for name, states in GROUPS.items()
    }


def is_channel(name: str) -> bool:
    """Tell whether a step is one at a channel of the registry."""
    return name in registry.load().channels


def about(reason: Reason) -> tuple[str, str]:
    """Return the family of messages and the key, or ("channel", id), for what a reason is about."""
    if is_channel(reason.about):
        return "channel", reason.about
    if reason.code != "missing":
        return "step", reason.about
    family, _, name = reason.about.partition(".")
    return ("date", name) if family == "date" else ("fact", family)


def _card(option: Option, language: str) -> Card:
    channel = registry.channel(option.channel)
    words = labels.words("fields", labels.language_for(language))
    ready = tuple(words[name] for name in canonical.asked(channel) if not canonical.is_act(name))
    return Card(
        option,
        channel,
        name=naming.name(channel, language),
        local=naming.local(channel, language),
        note=naming.note(channel, language),
        ready=ready,
        cautions=tuple(_together(option.warnings)),
    )


def _together(cautions: Iterable[Caution]) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    found: dict[tuple[str, bool], list[str]] = {}
    for one in cautions:
        key = f"channels.warning.{one.direction}.{one.effect}", one.verified
        found.setdefault(key, []).append(one.other)
    return ((text, tuple(others), verified) for (text, verified), others in found.items())
