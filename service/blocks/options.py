"""What an operator may set for the verification of blocking; nothing is fetched until a contact is set.

CAVEAT_CHECKS_CONTACT   web or mail address sent with every request to a platform; empty: no fetching
CAVEAT_CHECKS_LOCALE    where this machine looks from, such as de-DE; a second place runs another worker
CAVEAT_PRIVATE_NETWORKS private networks (CIDR, by commas) that fetches and webhooks may reach; for tests
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from service.core.errors import Misconfigured

_ANY_PORT = range(1, 65_536)


@dataclass(frozen=True, slots=True)
class Options:
    """How listings are looked at and platforms are told."""

    contact: str = ""
    locale: str = ""
    networks: tuple[str, ...] = ()

    @property
    def ports(self) -> frozenset[int]:
        """Return the ports that may be reached: the usual ones, any on an explicit test network."""
        return frozenset(_ANY_PORT) if self.networks else frozenset({80, 443})


def load(environment: Mapping[str, str] | None = None) -> Options:
    """Read the options; raise Misconfigured naming the variable that is wrong."""
    env = os.environ if environment is None else environment
    networks = env.get("CAVEAT_PRIVATE_NETWORKS", "")
    found = Options(
        contact=env.get("CAVEAT_CHECKS_CONTACT", ""),
        locale=env.get("CAVEAT_CHECKS_LOCALE", ""),
        networks=tuple(part.strip() for part in networks.split(",") if part.strip()),
    )
    if found.contact and not found.locale:
        raise Misconfigured(
            "says where this machine looks from and is missing", where="CAVEAT_CHECKS_LOCALE"
        )
    return found
