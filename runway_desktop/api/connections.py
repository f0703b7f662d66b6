"""How the program connects: one place that says what every httpx client is like. Loop's thread.

HTTP/2 stays off. A few connections carry all that may be asked at once; one lost HTTP/2 connection would lose
all of it together; a paid request must know whether ITS bytes left, which a shared connection cannot tell; and the
HTTP/2 library writes every header, the key among them, to its debug log.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module

import certifi
import httpcore  # noqa: F401 - see below
import httpx

from runway_desktop import __version__
from runway_desktop.values import Struct

from . import replies
from .address import is_loopback
from .pool import IDLE, ConnectionPool

USER_AGENT = f"runway-desktop/{__version__}"

# This and httpcore httpx imports with its first request: on the loop, in 100 ms. This module is imported on a thread.
with suppress(ImportError):
    import_module("anyio._backends._asyncio")


class Patience(Struct, frozen=True, kw_only=True):
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

    def for_question(self) -> httpx.Timeout:
        return httpx.Timeout(self.read, connect=self.connect)

    def for_create(self) -> httpx.Timeout:
        return httpx.Timeout(self.create, connect=self.connect, pool=self.read)


CERTIFICATE_FILES = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)
"""Where distributions keep the certificates that they trust. Source: truststore, which has them from
certifi-system-store."""


def trust(base_url: str = "https:") -> ssl.SSLContext | None:
    """Whom to believe: the certificates of the system, with what its owner added to them. Reading them takes some 15
    ms, so pools share them. Blocking. None where the API is spoken to by plain http: they are read when they are
    needed."""
    return None if base_url.startswith("http:") else system_certificates()


def system_certificates(files: Sequence[str] = CERTIFICATE_FILES) -> ssl.SSLContext:
    """A context that believes what the system does. Blocking. `SSL_CERT_FILE` and `SSL_CERT_DIR` count on Linux."""
    if sys.platform in {"win32", "darwin"}:
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Not truststore: here it reads all certificates anew for each connection, on the loop.
    context = ssl.create_default_context()
    # The same on every Python: from 3.13 on it refuses certificates without key identifiers, which the authorities of
    # many companies lack, and before that it believes no certificate of the store without its authority.
    context.verify_flags = (context.verify_flags | ssl.VERIFY_X509_PARTIAL_CHAIN) & ~ssl.VERIFY_X509_STRICT
    certificates = ssl.get_default_verify_paths()
    if not certificates.cafile and not _holds_certificates(certificates.capath):
        # The OpenSSL of a bundle knows the folders of the system that it was built on.
        context.load_verify_locations(next((file for file in files if os.path.isfile(file)), certifi.where()))
    return context


def _holds_certificates(folder: str | None) -> bool:
    try:
        return bool(folder and os.listdir(folder))
    except OSError:
        return False


def open_pool(
    connections: int,
    *,
    context: ssl.SSLContext | None,
    reuse: bool,
    loopback: bool,
    who: str = "Runway",
    transport: httpx.AsyncBaseTransport | None = None,
) -> ConnectionPool:
    """Connections without any secret. `context`: None for plain http. `reuse=False`: each request gets one of its own.
    `transport` stands in for the network in tests. A proxy that the environment names is used, or NotReached is raised
    when a connection is wanted."""
    headers = {
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate",
        "Connection": "keep-alive" if reuse else "close",
        "User-Agent": USER_AGENT,
    }

    # A context of its own would be read by httpx for each connection.
    verify = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1 if reuse else 0, keepalive_expiry=IDLE)

    def build() -> httpx.AsyncClient:
        try:
            # A proxy of the environment must not see what is meant for this machine.
            return httpx.AsyncClient(verify=verify, limits=limits, transport=transport, trust_env=not loopback)
        except (ImportError, ValueError, httpx.InvalidURL):
            # A kind that httpx does not speak (socks4), or no address. Going past it could show to the network what
            # was meant to be hidden from it.
            problem = replies.unusable_proxy()
        raise problem

    return ConnectionPool(build, connections, who, headers)


class OtherHosts:
    """Connections to the hosts that are not the API: where files are uploaded to and results come from. None holds a
    secret.

    `connections` counts for each of the three kinds of place: elsewhere, this machine by https, this machine by http.
    `context`: None to read the certificates at the first https link.
    """

    def __init__(
        self,
        connections: int,
        *,
        context: ssl.SSLContext | None,
        reuse: bool,
        who: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._open = partial(open_pool, connections, reuse=reuse, who=who, transport=transport)
        self._context = context
        self._pools: dict[tuple[bool, bool], ConnectionPool] = {}
        self._is_closed = False

    def pool_for(self, url: str) -> ConnectionPool:
        """The connections for a link that `address.is_safe` let pass. NotReached once they are closed."""
        if self._is_closed:
            raise replies.closed()
        kind = (is_loopback(url), url.lower().startswith("http:"))
        if kind not in self._pools:
            loopback, is_plain = kind
            if self._context is None and not is_plain:
                self._context = system_certificates()
            self._pools[kind] = self._open(context=None if is_plain else self._context, loopback=loopback)
        return self._pools[kind]

    async def aclose(self) -> None:
        """Closes all connections."""
        self._is_closed = True
        for pool in self._pools.values():
            await pool.aclose()
