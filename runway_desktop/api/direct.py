"""One connection straight to its host, as an httpx transport: httpcore speaks HTTP/1.1, asyncio moves the bytes.

httpx's own client and transport, the pool in it and anyio's streams below it take more than half of the time that a
request costs the loop. They are not needed where `pool` gives each connection one request at a time and no proxy is in
between. Loop's thread. Raises what httpx's transports raise, and what the system raises where they let it pass.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from itertools import zip_longest
from typing import Any, cast

# httpcore's locks are anyio's, which would import this on the loop with the first request: 60 ms in one turn. Whoever
# imports this module does so in a worker.
import anyio._backends._asyncio  # noqa: F401
import httpcore
import httpx

NEXT_ADDRESS = 0.25
"""Seconds until the next address of a name is tried as well. Source: RFC 8305."""
MOST_UNREAD = 256 * 1024
"""Bytes that are taken from the system before somebody wants them."""


class DirectTransport(httpx.AsyncBaseTransport):
    """`context`: None for plain http. `keep` is for how many seconds a connection without a request is kept; 0 closes
    it after its answer."""

    def __init__(self, context: ssl.SSLContext | None, keep: float) -> None:
        self._context = context
        self._keep = keep
        self._connection: httpcore.AsyncHTTPConnection | None = None
        self._origin: httpcore.Origin | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol(f"not an address of the web: {url.scheme}://", request=request)
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(
            request.method,
            target,
            headers=request.headers.raw,
            content=cast("AsyncIterable[bytes]", request.stream),
            extensions=request.extensions,
        )
        with _as_of_httpx(request):
            connection = await self._connection_to(target.origin)
            response = await connection.handle_async_request(asked)
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response, request),
            extensions=response.extensions,
            request=request,
        )

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    async def _connection_to(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        """The one that is kept, or another one where it leads elsewhere, was kept too long, or was closed there."""
        kept = self._connection
        if kept is not None and self._origin == origin and kept.is_available() and not kept.has_expired():
            return kept
        await self.aclose()
        self._origin = origin
        self._connection = httpcore.AsyncHTTPConnection(
            origin, ssl_context=self._context, keepalive_expiry=self._keep, network_backend=_NETWORK
        )
        return self._connection


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response, request: httpx.Request) -> None:
        self._response = response
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_of_httpx(self._request):
            async for piece in cast("AsyncIterable[bytes]", self._response.stream):
                yield piece

    async def aclose(self) -> None:
        with _as_of_httpx(self._request):
            await self._response.aclose()


class _Network(httpcore.AsyncNetworkBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                stream = await _connect_to_name(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return stream

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class NetworkStream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """The bytes of one connection. One reads at a time, and one writes."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._unread: deque[bytes] = deque()
        self._count = 0
        self._is_paused = False
        self._is_full = False
        """What was written has not left yet."""
        self._is_over = False
        """Nothing comes any more, ..."""
        self._trouble: Exception | None = None
        """... since this was raised; None: the other side has said all."""
        self._is_closed = False
        """Nothing can be written any more."""
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None

    # What httpcore calls.

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """All that came at once, which may be more than `max_bytes`: httpcore takes it, and large results come in
        fewer pieces. Nothing: the other side has ended."""
        if not self._unread and not self._is_over:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await _in_time(self._reader, timeout, httpcore.ReadTimeout)
            finally:
                self._reader = None
        if not self._unread:
            if self._trouble is not None:
                raise httpcore.ReadError(str(self._trouble)) from self._trouble
            return b""
        piece = self._unread.popleft()
        self._count -= len(piece)
        if self._is_paused and self._count < MOST_UNREAD:
            self._is_paused = False
            self._transport.resume_reading()
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Returns when the system has all of it."""
        if not buffer:
            return
        self._check_open()
        self._transport.write(buffer)
        if self._is_full:
            self._writer = asyncio.get_running_loop().create_future()
            try:
                await _in_time(self._writer, timeout, httpcore.WriteTimeout)
            finally:
                self._writer = None
            self._check_open()

    async def aclose(self) -> None:
        self.abort()

    def abort(self) -> None:
        """Closes it at once. Calling it again does nothing."""
        self._transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport = await loop.start_tls(self._transport, self, ssl_context, server_hostname=server_hostname)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except (OSError, ssl.SSLError) as error:
            raise httpcore.ConnectError(str(error)) from error
        if transport is None:
            raise httpcore.ConnectError("The connection was closed while TLS was agreed on.")
        self._transport = transport
        # Of TLS, 0 would count as full when it is empty.
        transport.set_write_buffer_limits(high=1, low=0)
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # While it has no request: it was closed, or says what nobody asked for.
            return self._is_over or bool(self._unread) or _is_readable(self._transport.get_extra_info("socket"))
        return self._transport.get_extra_info({"client_addr": "sockname", "server_addr": "peername"}.get(info, info))

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(0)

    def data_received(self, data: bytes) -> None:
        self._unread.append(data)
        self._count += len(data)
        if self._count >= MOST_UNREAD and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> bool:
        self._is_over = True
        _wake(self._reader)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None or not self._is_over:
            self._trouble = exc or ConnectionAbortedError("it was closed")
        self._is_over = self._is_closed = True
        _wake(self._reader)
        self.resume_writing()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        _wake(self._writer)

    def _check_open(self) -> None:
        if self._is_closed:
            raise httpcore.WriteError(str(self._trouble or "it was closed")) from self._trouble


_NETWORK = _Network()


async def _connect_to_name(host: str, port: int) -> NetworkStream:
    """The first of a name's addresses that answers, each tried a moment after the one before. OSError when none does.
    asyncio's own race leaves connections open when it is canceled."""
    addresses = await _addresses_of(host, port)
    trying: set[asyncio.Task[NetworkStream]] = set()
    problems: list[str] = []
    found: NetworkStream | None = None
    if len(addresses) == 1:
        return await _connect(addresses[0], port)
    try:
        while found is None:
            if addresses:
                trying.add(asyncio.create_task(_connect(addresses.pop(0), port), name=f"connect to {host}"))
            elif not trying:
                raise OSError("; ".join(dict.fromkeys(problems)))
            wait = NEXT_ADDRESS if addresses else None
            done, _ = await asyncio.wait(trying, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                if one.exception() is not None:
                    problems.append(str(one.exception()))
                elif found is None:
                    found = one.result()
                    trying.discard(one)
            trying -= {one for one in done if one.exception() is not None}
        return found
    finally:
        for one in trying:
            one.cancel()
            one.add_done_callback(_drop)


async def _addresses_of(host: str, port: int) -> list[str]:
    """Of both families in turn, as the system prefers them."""
    with suppress(ValueError):
        return [str(ip_address(host))]
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    families: dict[int, list[str]] = {}
    for family, _, _, _, place in found:
        families.setdefault(family, []).append(str(place[0]))
    in_turn = [address for row in zip_longest(*families.values()) for address in row if address is not None]
    if not in_turn:
        raise OSError(f"{host} has no address")
    return list(dict.fromkeys(in_turn))


async def _connect(address: str, port: int) -> NetworkStream:
    _, stream = await asyncio.get_running_loop().create_connection(NetworkStream, address, port)
    return stream


def _drop(late: asyncio.Task[NetworkStream]) -> None:
    """One that was connected all the same, when nobody wanted it any more."""
    if not late.cancelled() and late.exception() is None:
        late.result().abort()


async def _in_time(event: asyncio.Future[None], seconds: float | None, late: type[Exception]) -> None:
    """Waits for it; raises `late` when it does not come. Cheaper than asyncio's own, which every piece would pay."""
    if seconds is None:
        await event
        return
    alarm = asyncio.get_running_loop().call_later(seconds, _fail, event, late)
    try:
        await event
    finally:
        alarm.cancel()


def _fail(event: asyncio.Future[None], late: type[Exception]) -> None:
    if not event.done():
        event.set_exception(late("it took too long"))


def _wake(event: asyncio.Future[None] | None) -> None:
    if event is not None and not event.done():
        event.set_result(None)


def _is_readable(raw: socket.socket | None) -> bool:
    """Whether the system has something of this connection that the loop has not seen yet: its end, mostly."""
    if raw is None or (number := raw.fileno()) < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))


_ERRORS = {
    getattr(httpcore, name): getattr(httpx, name)
    for name in (
        "ConnectError", "ConnectTimeout", "LocalProtocolError", "NetworkError", "PoolTimeout", "ProtocolError",
        "ProxyError", "ReadError", "ReadTimeout", "RemoteProtocolError", "TimeoutException", "UnsupportedProtocol",
        "WriteError", "WriteTimeout",
    )
}  # fmt: skip
"""httpx's own names for what httpcore raises."""


@contextmanager
def _as_of_httpx(request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except tuple(_ERRORS) as error:
        kind = next(_ERRORS[kind] for kind in type(error).__mro__ if kind in _ERRORS)
        raise kind(str(error), request=request) from error
