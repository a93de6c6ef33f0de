r"""A web address read the way browsers read it (the WHATWG URL rules for http and https).

The standard library reads some hostile spellings differently: for it, the host of
`https://evil.example\@amazon.com/` is amazon.com. A shop's identity must not depend on that.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import quote, unquote, unquote_to_bytes

import idna

from scrapers.errors import InvalidInput

MAX_LENGTH = 8192
"""Characters of an address; browsers send no longer ones to a shop."""

_PORTS = {"http": "80", "https": "443"}
_STRIPPED = "".join(map(chr, range(0x21)))
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20#/:<>?@\[\\\]^|%\x7f]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(.*)", re.IGNORECASE | re.DOTALL)
_PATH_SAFE = "%!$&'()*+,-./:;=@_~[]|^\\"
_QUERY_SAFE = "%!$&()*+,-./:;=?@_~[]|^\\`{}"


@dataclass(frozen=True, slots=True)
class WebUrl:
    """The parts of an http or https address; all empty for another scheme.

    `host` is lower case ASCII without a trailing dot; `authority` is the host with a port that is
    not the scheme's own. `path` and `query` are percent-encoded.
    """

    scheme: str = ""
    host: str = ""
    authority: str = ""
    path: str = ""
    query: str = ""

    def raw_params(self) -> list[str]:
        """Return the parameters as written, in order, without empty ones."""
        return [part for part in self.query.split("&") if part]

    def params(self) -> list[tuple[str, str]]:
        """Return (name, value) decoded, one for each of `raw_params`."""
        pairs = (part.partition("=") for part in self.raw_params())
        return [(_plus_decoded(name), _plus_decoded(value)) for name, _, value in pairs]


def _plus_decoded(text: str) -> str:
    return unquote(text.replace("+", " "))


def parse(url: str) -> WebUrl:
    """Split an absolute URL; raises InvalidInput naming it when it is none."""
    shown = url if len(url) <= 200 else url[:200] + "…"  # noqa: PLR2004 -- one line of a terminal
    if len(url) > MAX_LENGTH:
        raise InvalidInput(f"address is longer than {MAX_LENGTH} characters", shown)
    match = _SCHEME.fullmatch(re.sub(r"[\t\n\r]", "", url.strip(_STRIPPED)))
    if not match:
        raise InvalidInput("no absolute URL (it starts with no scheme such as https:)", repr(shown))
    scheme, rest = match[1].lower(), match[2]
    if scheme not in _PORTS:
        return WebUrl()
    rest = rest.partition("#")[0]
    before, mark, query = rest.partition("?")
    authority, slash, path = before.replace("\\", "/").lstrip("/").partition("/")
    host, port = _authority(authority, scheme, shown)
    return WebUrl(
        scheme,
        host,
        f"{_bracketed(host)}:{port}" if port else _bracketed(host),
        _resolved(quote(slash + path, safe=_PATH_SAFE)),
        quote(query, safe=_QUERY_SAFE) if mark else "",
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _authority(text: str, scheme: str, shown: str) -> tuple[str, str]:
    text = text.rpartition("@")[2]
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?", text)
    if not match:
        raise InvalidInput("the host or port of this address is malformed", repr(shown))
    port = (match[2] or "").lstrip("0") if match[2] else ""
    if port and int(port) > 65535:  # noqa: PLR2004 -- ports have 16 bits
        raise InvalidInput("the port of this address is above 65535", repr(shown))
    try:
        host = _host(match[1])
    except (ValueError, OSError) as error:
        raise InvalidInput("this address has no usable host", repr(shown)) from error
    return host, "" if port == _PORTS[scheme] else port


def _host(text: str) -> str:
    """Return the canonical host; ValueError when there is none."""
    if text.startswith("["):
        return str(ipaddress.IPv6Address(text[1:-1]))
    decoded = unquote_to_bytes(text).decode("utf-8")
    host = _ascii(decoded).removesuffix(".")
    if not host or _FORBIDDEN_IN_HOST.search(host) or ".." in host or host.startswith("."):
        raise ValueError("empty or with forbidden characters")
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.rpartition(".")[2]):
        return str(ipaddress.IPv4Address(socket.inet_aton(host)))
    return host


def _ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in mapped.split(".")
    )


def _resolved(path: str) -> str:
    """Return the path with its dot segments removed (RFC 3986, section 5.2.4)."""
    kept: list[str] = []
    segments = path.replace("%2e", ".").replace("%2E", ".").split("/")[1:] or [""]
    for position, segment in enumerate(segments):
        last = position == len(segments) - 1
        if segment in (".", ".."):
            if segment == "..":
                del kept[-1:]
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return "/" + "/".join(kept)


def is_ip(host: str) -> bool:
    """Tell whether a canonical host is an IP address."""
    return ":" in host or bool(re.fullmatch(r"\d+(\.\d+){3}", host))
