"""Which URLs may be used: https anywhere, plain http only on this machine. Pure; any thread.

The key is sent in a header, so plain http to another machine would expose it on the network.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.texts import Text

DEFAULT_BASE_URL = "https://api.dev.runwayml.com"
"""Source: the API's reference, and the official SDKs."""


NO_WEB_ADDRESS = Text("The API address is not a web address.")


class AddressRefused(RunwayDesktopError, ValueError):
    """An invalid address, or one that the key must not be sent to."""


def check_base_url(text: str) -> str:
    """The API's address without surrounding blanks and trailing slashes. Raises AddressRefused, which says what is
    wrong."""
    address = text.strip().rstrip("/")
    advice = Text("Leave it empty for {address}.").with_(address=DEFAULT_BASE_URL)
    parts = _split(address)
    if parts is None or not parts.hostname or any(ch.isspace() or not ch.isprintable() for ch in address):
        raise AddressRefused(NO_WEB_ADDRESS, advice=advice, detail=text)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        message = Text("The API address must not contain a name, a password, a query or a fragment.")
        raise AddressRefused(message, advice=advice)
    if not _is_safe(parts):
        message = Text("The API address must begin with https. Plain http is for this computer only.")
        raise AddressRefused(message, advice=advice, detail=address)
    return address


def is_safe(url: str, *, is_near: bool) -> bool:
    """Whether a link may be used: https; or http to this machine if the API is also on it (`is_near`). A link of the
    real API that leads here by http is an attack."""
    parts = _split(url)
    return parts is not None and bool(parts.hostname) and (parts.scheme == "https" or (is_near and _is_safe(parts)))


def is_loopback(url: str) -> bool:
    """Whether a link leads to this machine: 127.0.0.0/8, ::1 or localhost."""
    parts = _split(url)
    return parts is not None and _names_this_machine(parts.hostname or "")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  Reading `port` raises ValueError if it is no number.
    except ValueError:
        return None
    return parts


def _is_safe(parts: SplitResult) -> bool:
    return parts.scheme == "https" or (parts.scheme == "http" and _names_this_machine(parts.hostname or ""))


@lru_cache(64)
def _names_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
