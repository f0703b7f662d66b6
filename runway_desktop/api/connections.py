"""Settings of all httpx clients: time-outs, certificates, proxies. Loop's thread.

HTTP/2 is off. A few connections suffice for all requests; one lost HTTP/2 connection would lose all of them at once; a
paid request must know whether ITS bytes were sent, which a shared connection cannot tell; and the HTTP/2 library writes
every header, the key among them, to its debug log.
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

# httpx imports this and httpcore with its first request, on the loop, in 100 ms. Here they are imported on a worker.
with suppress(ImportError):
    import_module("anyio._backends._asyncio")


class Patience(Struct, frozen=True, kw_only=True):
    """Time-outs in seconds. Every request leaves timers behind until its time-out, so those of reads are short."""

    connect: float = 10.0
    read: float = 30.0
    create: float = 60.0
    """For the first byte of the answer to a create or an upload: the server checks and stores those before it
    answers."""
    body: float = 120.0
    """For sending the whole body of a request, apart from the last piece begun, even on a slow line."""
    whole: float = 90.0
    """For receiving the whole answer, however slowly it arrives."""

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
"""Where Linux distributions keep their trusted certificates. Source: truststore, which has them from
certifi-system-store."""


def trust(base_url: str = "https:") -> ssl.SSLContext | None:
    """TLS context with the system's certificates, the user's own included. Reading them takes some 15 ms, so pools
    share it. Blocking. None if the API is reached by plain http; they are then read when first needed."""
    return None if base_url.startswith("http:") else system_certificates()


def system_certificates(files: Sequence[str] = CERTIFICATE_FILES) -> ssl.SSLContext:
    """A context that trusts what the system trusts. Blocking. On Linux it reads `SSL_CERT_FILE` and `SSL_CERT_DIR`."""
    if sys.platform in {"win32", "darwin"}:
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Not truststore: on Linux it reads all certificates again for each connection, on the loop.
    context = ssl.create_default_context()
    # The same rules on every Python. From 3.13 it refuses certificates without key identifiers, which many companies'
    # authorities lack; before that it trusts no intermediate certificate of the store without its root.
    context.verify_flags = (context.verify_flags | ssl.VERIFY_X509_PARTIAL_CHAIN) & ~ssl.VERIFY_X509_STRICT
    certificates = ssl.get_default_verify_paths()
    if not certificates.cafile and not _holds_certificates(certificates.capath):
        # A bundled OpenSSL looks in the folders of the system that it was built on.
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
    who: replies.Peer = replies.RUNWAY,
    transport: httpx.AsyncBaseTransport | None = None,
) -> ConnectionPool:
    """A pool of connections without any secret. `context` None: plain http only. `reuse=False`: a new connection for
    each request. `transport` replaces the network in tests. Uses the environment's proxy; if that is unusable, requests
    raise NotReached."""
    headers = {
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate",
        "Connection": "keep-alive" if reuse else "close",
        "User-Agent": USER_AGENT,
    }

    # Without a context, httpx would read the certificates for each connection.
    verify = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1 if reuse else 0, keepalive_expiry=IDLE)

    def build() -> httpx.AsyncClient:
        try:
            # Requests to this machine must not pass through a proxy.
            return httpx.AsyncClient(verify=verify, limits=limits, transport=transport, trust_env=not loopback)
        except (ImportError, ValueError, httpx.InvalidURL):
            # A proxy type that httpx does not support (socks4), or an invalid address. Connecting directly instead
            # could expose what the proxy is meant to hide.
            problem = replies.unusable_proxy()
        raise problem

    return ConnectionPool(build, connections, who, headers)


class OtherHosts:
    """Pools for hosts other than the API: uploads and downloads of results. They have no secret.

    `connections` applies to each of three kinds of target: other machines, this machine by https, this machine by http.
    `context` None: the certificates are read for the first https link.
    """

    def __init__(
        self,
        connections: int,
        *,
        context: ssl.SSLContext | None,
        reuse: bool,
        who: replies.Peer,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._open = partial(open_pool, connections, reuse=reuse, who=who, transport=transport)
        self._context = context
        self._pools: dict[tuple[bool, bool], ConnectionPool] = {}
        self._is_closed = False

    def pool_for(self, url: str) -> ConnectionPool:
        """The pool for a link that `address.is_safe` allows. NotReached after `aclose`."""
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
