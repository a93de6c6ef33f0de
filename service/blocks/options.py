"""What requests to others may reach, for code that does not ask the runtime's settings yet."""

from dataclasses import dataclass

from service.core import settings


@dataclass(frozen=True, slots=True)
class Options:
    """Networks and ports, as `Settings.private_networks` and `Settings.ports`."""

    networks: tuple[str, ...]
    ports: frozenset[int]


def load() -> Options:
    """Read them from the environment."""
    found = settings.load()
    return Options(found.private_networks, found.ports)
