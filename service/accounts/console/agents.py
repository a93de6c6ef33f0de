"""Which browser and system a User-Agent header names, so that people recognise their own sessions."""

from service.core.i18n_web import t

# The first that occurs counts: each browser also carries the names of those below it, and so do systems.
BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Whale/": "Whale",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
LONGEST = 60


def browser(agent: str) -> str:
    """Say browser and system in the reader's language; what is not known is shown as it came."""
    name, system = _first(BROWSERS, agent), _first(SYSTEMS, agent)
    if name and system:
        return t("accounts.sessions.on", browser=name, system=system)
    return name or agent[:LONGEST] or t("accounts.sessions.unknown")


def _first(names: dict[str, str], agent: str) -> str | None:
    return next((name for mark, name in names.items() if mark in agent), None)
