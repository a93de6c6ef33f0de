"""Who may open the console, until accounts arrive: somebody on this machine with the one-time link."""

import hmac
import ipaddress
import secrets
from pathlib import Path

from flask import request, session

from service.core.errors import NotAllowed
from service.core.files import whole_file

_SESSION = "console"
TOKEN_FILE = "console-link"  # noqa: S105 - a file name
FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def new_link_token(folder: Path) -> str:
    """Make a new one-time token, replacing any unused one; it is kept in a file of the owner's."""
    token = secrets.token_urlsafe(32)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with whole_file(folder / TOKEN_FILE, mode=0o600) as file:
        file.write(token.encode())
    return token


def open_session(folder: Path, token: str) -> None:
    """Spend the one-time token and mark this browser's session; raise NotAllowed otherwise."""
    require_loopback()
    path = folder / TOKEN_FILE
    try:
        expected = path.read_text()
        # Removing the file is what spends the token: of two requests only one succeeds.
        if not hmac.compare_digest(expected.encode(), token.encode()):
            raise NotAllowed("this link is not valid; start Caveat again for a new one")
        path.unlink()
    except FileNotFoundError:
        raise NotAllowed("this link has been used; start Caveat again for a new one") from None
    session.clear()
    session[_SESSION] = True


def is_open() -> bool:
    """Tell whether this browser opened the console."""
    return bool(session.get(_SESSION))


def require_console() -> None:
    """Refuse a request from elsewhere, or from a browser that did not come by the link."""
    require_loopback()
    if not is_open():
        raise NotAllowed("open the console with the link that caveat serve printed")


def require_loopback() -> None:
    """Refuse requests from other machines, through proxies, or under a foreign host name.

    The host name is checked because a page elsewhere can point its own name at this machine.
    """
    host = request.host.rsplit(":", 1)[0].strip("[]")
    forwarded = any(name in request.headers for name in FORWARDING_HEADERS)
    if forwarded or not _is_loopback(request.remote_addr or "") or not _is_loopback(host):
        raise NotAllowed("the console answers on this machine only")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
