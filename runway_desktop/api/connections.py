"""How the program connects: one place that says what every httpx client is like. Loop's thread.

HTTP/2 stays off. A few connections carry all that may be asked at once; one lost HTTP/2 connection would lose
all of it together; a paid request must know whether ITS bytes left, which a shared connection cannot tell; and the
HTTP/2 library writes every header, the key among them, to its debug log.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import partial

import httpx

from runway_desktop import __version__

from . import replies
from .address import is_loopback
from .pool import CONNECTING, IDLE, ConnectionPool

USER_AGENT = f"runway-desktop/{__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds. Every request leaves timers behind until its time-out, so those of questions are
    short."""

    connect: float = 10.0
    read: float = 30.0
    create: float = 60.0
    """For the first byte of the answer to a create or an upload, which are checked and stored before they are
    answered."""
    body: float = 120.0
    """For the whole body of a request, however thin the line, but for the piece that was begun last."""
    whole: float = 90.0
    """For the whole of an answer, however slowly it drips."""

    @property
    def longest_create(self) -> float:
        """Seconds after which a create has ended, whatever the network does: its turn, connecting, the body and its
        last piece, the first byte of the answer, the whole of it."""
        return self.read + CONNECTING * self.connect + self.body + self.create + self.create + self.whole

    def for_question(self) -> httpx.Timeout:
        return httpx.Timeout(self.read, connect=self.connect)

    def for_create(self) -> httpx.Timeout:
        return httpx.Timeout(self.create, connect=self.connect, pool=self.read)


def trust(plain: bool) -> ssl.SSLContext:
    """The certificates to believe. Reading them takes some 10 ms, so clients share a context. Plain http needs none:
    that context trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else httpx.create_ssl_context()


def open_pool(
    connections: int,
    *,
    user_agent: str,
    context: ssl.SSLContext,
    reuse: bool,
    loopback: bool,
    who: str = "Runway",
    transport: httpx.AsyncBaseTransport | None = None,
) -> ConnectionPool:
    """Connections without any secret. `reuse=False`: each request gets one of its own. `transport` stands in for the
    network in tests."""
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1 if reuse else 0, keepalive_expiry=IDLE)
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

    def build_client() -> httpx.AsyncClient:
        if loopback or transport is not None:
            # A proxy of the environment must not see what is meant for this machine.
            return build(trust_env=False)
        try:
            return build(trust_env=True)
        except (ImportError, ValueError, httpx.InvalidURL):
            # The environment names a proxy of a kind that httpx does not speak (SOCKS). Without it requests may still
            # get out, and if not they say so; failing here would keep everything from being asked.
            return build(trust_env=False)

    return ConnectionPool(build_client, connections, who)


class OtherHosts:
    """Connections to the hosts that are not the API: where files are uploaded to and results come from. None holds a
    secret.

    `connections` counts for each of the three kinds of place: elsewhere, this machine by https, this machine by http.
    """

    def __init__(
        self,
        connections: int,
        *,
        user_agent: str,
        reuse: bool,
        who: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._open = partial(open_pool, connections, user_agent=user_agent, reuse=reuse, who=who, transport=transport)
        self._pools: dict[tuple[bool, bool], ConnectionPool] = {}
        self._is_closed = False

    def pool_for(self, url: str) -> ConnectionPool:
        """The connections for a link that `address.is_safe` let pass. NotReached once they are closed."""
        if self._is_closed:
            raise replies.closed()
        kind = (is_loopback(url), url.lower().startswith("http:"))
        if kind not in self._pools:
            loopback, plain = kind
            self._pools[kind] = self._open(context=trust(plain), loopback=loopback)
        return self._pools[kind]

    async def aclose(self) -> None:
        """Closes all connections."""
        self._is_closed = True
        for pool in self._pools.values():
            await pool.aclose()
