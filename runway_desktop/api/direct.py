"""One connection straight to its host, as httpx2's transports are: httpcore2 speaks HTTP/1.1. Loop's thread.

httpx2's own keeps a pool in each, which decides anew before and after each request which connection it is for. Here
`pool` has decided that. Raises what httpcore2 raises.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from importlib import import_module
from typing import cast

import httpcore2
import httpx2

from .streams import Network

_NETWORK = Network()

# Where the locks of httpcore2 find it when they are first used: there it would be imported on the loop, in 60 ms. This
# module is imported on a thread.
with suppress(ImportError):
    import_module("anyio._backends._asyncio")


class DirectTransport(httpx2.AsyncBaseTransport):
    """`context` is for https. `keep` is for how many seconds a connection without a request is kept; with 0 none serves
    twice."""

    def __init__(self, context: ssl.SSLContext, keep: float) -> None:
        self._context = context
        self._keep = keep
        self._origin: httpcore2.Origin | None = None
        self._connection: httpcore2.AsyncHTTPConnection | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if url.scheme not in ("http", "https"):
            raise httpx2.UnsupportedProtocol(f"not an address of the web: {url.scheme}://")
        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        kept = self._connection
        connection = await self._connection_to(target.origin)
        extensions = dict(request.extensions)
        if connection is kept:
            # It tells of connecting, and costs a twentieth of a request that does not.
            extensions.pop("trace", None)
        asked = httpcore2.Request(
            request.method,
            target,
            headers=request.headers.raw,
            content=cast("AsyncIterable[bytes]", request.stream),
            extensions=extensions,
        )
        response = await connection.handle_async_request(asked)
        return httpx2.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    async def _connection_to(self, origin: httpcore2.Origin) -> httpcore2.AsyncHTTPConnection:
        """The one that is kept, or another where it leads elsewhere, was kept too long, or was closed there."""
        kept = self._connection
        if kept is not None and self._origin == origin and kept.is_available() and not kept.has_expired():
            return kept
        await self.aclose()
        self._origin = origin
        self._connection = httpcore2.AsyncHTTPConnection(
            origin, ssl_context=self._context, keepalive_expiry=self._keep, network_backend=_NETWORK
        )
        return self._connection


class _Body(httpx2.AsyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(cast("AsyncIterable[bytes]", self._response.stream))

    async def aclose(self) -> None:
        await self._response.aclose()
