"""Finding out who sends a request: a browser by its session's token, a program by its key."""

from collections.abc import Callable

from flask import request

from service.accounts import keys, sessions
from service.core import guard
from service.core.access import Asker
from service.core.errors import NotSignedIn
from service.core.runtime import Runtime

_SCHEME = "bearer"


def browsers(runtime: Runtime) -> Callable[[], Asker]:
    """Return what recognises browsers; a session without a second factor counts on this machine only."""

    def identify() -> Asker:
        token = guard.remembered()
        found = sessions.find(runtime, token, request=guard.request_id()) if token else None
        if found is None or (found.here_only and not guard.on_this_machine()):
            return Asker("anonymous", request=guard.request_id())
        return found.asker

    return identify


def programs(runtime: Runtime) -> Callable[[], Asker]:
    """Return what recognises programs; a request that presents a key counts with a valid one only."""

    def identify() -> Asker:
        presented = request.headers.get("Authorization")
        if presented is None:
            return Asker("anonymous", request=guard.request_id())
        scheme, _, text = presented.partition(" ")
        if scheme.casefold() != _SCHEME:
            raise NotSignedIn("send the key as: Bearer cav_…", where="Authorization")
        return keys.identify(runtime, text.strip(), request=guard.request_id())

    return identify
