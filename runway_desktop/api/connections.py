"""How the program connects: one place that builds every httpx client. Loop's thread.

HTTP/2 stays off. A few connections carry all that may be asked at once; one lost HTTP/2 connection would lose
all of it together; a paid request must know whether ITS bytes left, which a shared connection cannot tell; and the
HTTP/2 library writes every header, the key among them, to its debug log.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import cast

import httpx

from runway_desktop import __version__

from .address import is_loopback

USER_AGENT = f"runway-desktop/{__version__}"

IDLE = 4.0
"""Seconds that an unused connection is kept: less than the 5 s after which common servers close it, so that a
question seldom meets a connection that is just being closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds. Every request leaves timers behind until its time-out, so those of questions are
    short."""

    connect: float = 10.0
    read: float = 30.0
    create: float = 60.0
    """For the first byte of the answer to a create or an upload, which are checked and stored before they are
    answered."""
    whole: float = 90.0
    """For the whole of an answer, however slowly it drips."""

    def for_question(self) -> httpx.Timeout:
        return httpx.Timeout(self.read, connect=self.connect)

    def for_create(self) -> httpx.Timeout:
        return httpx.Timeout(self.create, connect=self.connect, pool=self.read)


def trust(plain: bool) -> ssl.SSLContext:
    """The certificates to believe. Reading them takes some 10 ms, so clients share a context. Plain http needs none:
    that context trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else httpx.create_ssl_context()


def open_client(
    *,
    user_agent: str,
    context: ssl.SSLContext,
    connections: int,
    reuse: bool,
    loopback: bool,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """A client without any secret. `reuse=False`: each request gets a connection of its own. `transport` stands in
    for the network in tests."""
    limits = httpx.Limits(
        max_connections=connections, max_keepalive_connections=connections if reuse else 0, keepalive_expiry=IDLE
    )
    headers = {"User-Agent": user_agent}
    if not reuse:
        headers["Connection"] = "close"

    def build(trust_env: bool) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=context,
            limits=limits,
            headers=headers,
            http2=False,
            follow_redirects=False,
            trust_env=trust_env,
            transport=transport,
        )

    if loopback or transport is not None:
        # A proxy of the environment must not see what is meant for this machine.
        return build(trust_env=False)
    try:
        return build(trust_env=True)
    except (ImportError, ValueError, httpx.InvalidURL):
        # The environment names a proxy of a kind that httpx does not speak (SOCKS). Without it requests may still get
        # out, and if not they say so; failing here would keep the window shut.
        return build(trust_env=False)


class OtherHosts:
    """Clients for the hosts that are not the API: where files are uploaded to and results come from. None holds a
    secret.

    `connections` counts for each of the three kinds of place: elsewhere, this machine by https, this machine by http.
    """

    def __init__(
        self, *, user_agent: str, connections: int, reuse: bool, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._user_agent = user_agent
        self._connections = connections
        self._reuse = reuse
        self._transport = transport
        self._clients: dict[tuple[bool, bool], httpx.AsyncClient] = {}

    def client_for(self, url: str) -> httpx.AsyncClient:
        """The client for a link that `address.is_safe` let pass."""
        kind = (is_loopback(url), url.lower().startswith("http:"))
        if kind not in self._clients:
            loopback, plain = kind
            self._clients[kind] = open_client(
                user_agent=self._user_agent,
                context=trust(plain),
                connections=self._connections,
                reuse=self._reuse,
                loopback=loopback,
                transport=self._transport,
            )
        return self._clients[kind]

    async def aclose(self) -> None:
        """Closes all connections."""
        for client in self._clients.values():
            await client.aclose()


def body_of(response: httpx.Response, *, raw: bool = False) -> AsyncGenerator[bytes, None]:
    """The body in pieces as they come, unpacked unless `raw`. Close it when leaving early (`contextlib.aclosing`):
    httpx gives a generator and declares less."""
    return cast("AsyncGenerator[bytes, None]", response.aiter_raw() if raw else response.aiter_bytes())
