"""The gate in front of every handler: who asks is found out, and every address is an action of the table."""

import ipaddress
import re
import uuid
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote

from flask import Flask, g, request, session

from service.core import access, policy
from service.core.access import Asker, Visit
from service.core.errors import InvalidInput, Misconfigured

FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
KEY_SHAPE = re.compile(r"cav_[0-9a-z]{8}_")
LONGEST_AGENT = 200
_TOKEN = "token"  # noqa: S105 - the name of a field
_ATTRIBUTE = "caveat_action"

View = TypeVar("View", bound=Callable[..., Any])


def action(name: str) -> Callable[[View], View]:
    """Say which action of the table a handler is; without it the handler answers nobody."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, name)
        return view

    return mark


def action_of(app: Flask, endpoint: str) -> str:
    """Return the action of an endpoint; raise Misconfigured when there is none or the table lacks it."""
    name = getattr(app.view_functions[endpoint], _ATTRIBUTE, None)
    name = name or policy.load().endpoints.get(endpoint)
    if name is None:
        raise Misconfigured("names no action of the access table", where=endpoint)
    return policy.load().action(name).name


def install(app: Flask, identify: Callable[[], Asker]) -> None:
    """Guard an app whose routes are complete; `identify` finds out who sends the present request."""
    for endpoint in app.view_functions:
        action_of(app, endpoint)

    def gate() -> None:
        g.request_id = uuid.uuid4().hex
        _refuse_keys_in_addresses()
        _refuse_nul()
        g.asker = identify()
        if request.endpoint is not None and request.method != "OPTIONS":
            access.enter(g.asker, action_of(app, request.endpoint))

    app.before_request(gate)


def install_in_templates(app: Flask) -> None:
    """Let templates ask who is there and which buttons to show."""
    app.context_processor(lambda: {"asker": asker()})
    app.add_template_global(lambda name, target=None: access.may(asker(), name, target), "may")


def asker() -> Asker:
    """Return who sends the present request."""
    found = g.get("asker", access.ANONYMOUS)
    return found if isinstance(found, Asker) else access.ANONYMOUS


def visit() -> Visit:
    """Return where the present request came from."""
    return Visit(
        address=request.remote_addr or "",
        agent=request.user_agent.string[:LONGEST_AGENT],
        loopback=on_this_machine(),
        request=request_id(),
    )


def request_id() -> str | None:
    """Return the id of the present request, which audit rows carry."""
    found: str | None = g.get("request_id")
    return found


def remember(token: str) -> None:
    """Give the browser a session's token; whatever its cookie held before is gone, CSRF token included."""
    session.clear()
    session[_TOKEN] = token


def forget() -> None:
    """Take everything from the browser's cookie."""
    session.clear()


def remembered() -> str | None:
    """Return the token that the browser's cookie holds."""
    found = session.get(_TOKEN)
    return found if isinstance(found, str) else None


def on_this_machine() -> bool:
    """Tell whether a request comes from this machine, through no proxy, under a name of this machine.

    The host name is checked because a page elsewhere can point its own name at this machine.
    """
    host = request.host.rsplit(":", 1)[0].strip("[]")
    forwarded = any(name in request.headers for name in FORWARDING_HEADERS)
    return not forwarded and _is_loopback(request.remote_addr or "") and _is_loopback(host)


def _refuse_keys_in_addresses() -> None:
    """Addresses end in histories and logs, so a key there has been published. It is not repeated here."""
    if KEY_SHAPE.search(unquote(request.full_path)):
        g.secret_in_address = True
        raise InvalidInput(
            "an API key stands in the address; send it in the Authorization header and revoke this one",
            where="address",
            code="key_in_address",
        )


def _refuse_nul() -> None:
    """No name or text holds the character NUL, and PostgreSQL takes it nowhere."""
    parts = (request.path, *request.args.values(), *request.form.values())
    if any("\0" in part for part in parts):
        raise InvalidInput("a NUL character is no text", where="request")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
