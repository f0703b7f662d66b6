"""The bytes of connections, moved by asyncio for httpcore2. Loop's thread.

httpcore2's own way goes over anyio, whose streams, locks and scopes of cancellation take as long as all the rest of a
small request. Here asyncio connects, reads, writes and speaks TLS; what is added is waiting with a time-out, and the
race between the addresses of a name. Raises the errors of httpcore2 that its interface names.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from itertools import zip_longest
from typing import Any, cast

import httpcore2

NEXT_ADDRESS = 0.25
"""Seconds until the next address of a name is tried as well. Source: RFC 8305."""
MOST_UNREAD = 1024 * 1024
"""Bytes that are taken from the system before somebody wants them: more than asyncio reads at once, or reading would
stop and begin again with each piece."""


class Network(httpcore2.AsyncNetworkBackend):
    """Connects, and nothing else."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                return await _first_to_answer(host, port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error


class NetworkStream(httpcore2.AsyncNetworkStream, asyncio.Protocol):
    """One connection. One reads at a time, and one writes."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._unread: deque[bytes] = deque()
        self._count = 0
        """Bytes in `_unread`."""
        self._is_paused = False
        self._is_full = False
        """What was written has not left yet."""
        self._is_over = False
        """Nothing comes any more, ..."""
        self._trouble: Exception | None = None
        """... for another reason than that the other side has ended."""
        self._waits_to_read: asyncio.Future[None] | None = None
        self._waits_to_write: asyncio.Future[None] | None = None

    # What httpcore2 calls.

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What asyncio read at once, which may be more than `max_bytes`: httpcore2 takes it whole. Nothing: the other
        side has ended."""
        if not self._unread and not self._is_over:
            self._waits_to_read = asyncio.get_running_loop().create_future()
            await _in_time(self._waits_to_read, timeout, httpcore2.ReadTimeout)
        if self._unread:
            piece = self._unread.popleft()
            self._count -= len(piece)
            if self._is_paused and self._count < MOST_UNREAD:
                self._is_paused = False
                self._transport.resume_reading()
            return piece
        if self._trouble is not None:
            raise httpcore2.ReadError(str(self._trouble)) from self._trouble
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Returns when the system has it."""
        if not buffer:
            return
        self._check_open()
        self._transport.write(buffer)
        if self._is_full:
            self._waits_to_write = asyncio.get_running_loop().create_future()
            await _in_time(self._waits_to_write, timeout, httpcore2.WriteTimeout)
            self._check_open()

    async def aclose(self) -> None:
        self.abort()

    def abort(self) -> None:
        """Closes it at once: what was not read to its end is no whole answer. Calling it again does nothing."""
        if not self._is_over:
            self._trouble = self._trouble or ConnectionAbortedError("it was closed")
        self._transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport = await loop.start_tls(self._transport, self, ssl_context, server_hostname=server_hostname)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.ConnectError(str(error)) from error
        if transport is None:
            raise httpcore2.ConnectError("The connection was closed while TLS was agreed on.")
        self.connection_made(transport)
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # While it has no request: it was closed, or says what nobody asked for.
            return self._is_over or bool(self._unread) or _is_readable(self._transport.get_extra_info("socket"))
        return self._transport.get_extra_info({"client_addr": "sockname", "server_addr": "peername"}.get(info, info))

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        # Full as soon as anything is left. Not 0: TLS would be full when it is empty.
        self._transport.set_write_buffer_limits(high=1, low=0)

    def data_received(self, data: bytes) -> None:
        self._unread.append(data)
        self._count += len(data)
        if self._count >= MOST_UNREAD and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        _wake(self._waits_to_read)

    def eof_received(self) -> None:
        self._is_over = True
        _wake(self._waits_to_read)

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_over = True
        self._trouble = self._trouble or exc
        _wake(self._waits_to_read)
        self.resume_writing()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        _wake(self._waits_to_write)

    def _check_open(self) -> None:
        if self._transport.is_closing():
            raise httpcore2.WriteError(str(self._trouble or "the other side has ended")) from self._trouble


async def _first_to_answer(host: str, port: int) -> NetworkStream:
    """Of a name's addresses, each tried a moment after the one before, or as soon as that has failed. OSError when none
    answers. asyncio's own race may leave connections open when it is canceled."""
    addresses = await _addresses_of(host, port)
    if len(addresses) == 1:
        return await _connect(addresses[0], port)
    trying: set[asyncio.Task[NetworkStream]] = set()
    problems: list[str] = []
    try:
        while addresses or trying:
            if addresses:
                trying.add(asyncio.create_task(_connect(addresses.pop(0), port), name=f"connect to {host}"))
            wait = NEXT_ADDRESS if addresses else None
            done, _ = await asyncio.wait(trying, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                trying.discard(one)
                if one.exception() is None:
                    return one.result()
                problems.append(str(one.exception()))
        raise OSError("; ".join(dict.fromkeys(problems)))
    finally:
        for one in trying:
            one.cancel()
            one.add_done_callback(_close_late)


def _close_late(one: asyncio.Task[NetworkStream]) -> None:
    """One that connected all the same, when nobody wanted it any more."""
    if not one.cancelled() and one.exception() is None:
        one.result().abort()


async def _addresses_of(host: str, port: int) -> list[str]:
    """Of both families in turn, as the system prefers them."""
    with suppress(ValueError):
        return [str(ip_address(host))]
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    families: dict[int, list[str]] = {}
    for family, _, _, _, place in found:
        families.setdefault(family, []).append(str(place[0]))
    in_turn = (address for row in zip_longest(*families.values()) for address in row if address is not None)
    return list(dict.fromkeys(in_turn))


async def _connect(address: str, port: int) -> NetworkStream:
    _, stream = await asyncio.get_running_loop().create_connection(NetworkStream, address, port)
    return stream


async def _in_time(event: asyncio.Future[None], seconds: float | None, late: type[Exception]) -> None:
    """Waits for it; raises `late` when it does not come in time."""
    if seconds is None:
        await event
        return
    # One timer, no scope around it: each piece that comes pays for it.
    alarm = asyncio.get_running_loop().call_later(seconds, _give_up, event, late)
    try:
        await event
    finally:
        alarm.cancel()


def _give_up(event: asyncio.Future[None], late: type[Exception]) -> None:
    if not event.done():
        event.set_exception(late("it took too long"))


def _wake(event: asyncio.Future[None] | None) -> None:
    if event is not None and not event.done():
        event.set_result(None)


def _is_readable(raw: socket.socket | None) -> bool:
    """Whether the system has something that the loop has not seen yet: the end, mostly."""
    if raw is None or (number := raw.fileno()) < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
