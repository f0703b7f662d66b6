"""One connection straight to its host: bytes both ways, however many; who closes it when; TLS; the addresses of a
name."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpcore2
import httpx2
import pytest

from runway_desktop.api import streams
from runway_desktop.api.connections import Patience
from runway_desktop.api.direct import DirectTransport
from runway_desktop.api.streams import MOST_UNREAD
from tests.unit.api.raw_server import RawConnection, raw_server
from tests.unit.api.tls_server import CERTIFICATE, tls_server

TIMEOUT = Patience(connect=5.0, read=5.0).for_question()
LARGE = bytes(range(256)) * 4 * (MOST_UNREAD // 256)
"""Four times as much as is taken before somebody wants it."""


@asynccontextmanager
async def direct(context: ssl.SSLContext | None = None, keep: float = 60.0) -> AsyncIterator[DirectTransport]:
    transport = DirectTransport(context or ssl.create_default_context(), keep)
    try:
        yield transport
    finally:
        await transport.aclose()


def asked(url: str, content: bytes | None = None, timeout: httpx2.Timeout = TIMEOUT) -> httpx2.Request:
    return httpx2.Request("GET", url, content=content, extensions={"timeout": timeout.as_dict()})


async def answered(transport: DirectTransport, request: httpx2.Request) -> bytes:
    response = await transport.handle_async_request(request)
    return b"".join([piece async for piece in response.aiter_raw()])


async def echoing(connection: RawConnection) -> None:
    while (request := await connection.read()) is not None:
        await connection.answer(200, request.body, keep=True)


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.check_hostname = False
    return context


async def test_what_is_larger_than_all_buffers_comes_whole_both_ways() -> None:
    async with raw_server(echoing) as server, direct() as transport:
        assert await answered(transport, asked(server.url, LARGE)) == LARGE
        assert await answered(transport, asked(server.url, b"small")) == b"small"
    assert server.connections == 1


async def test_what_is_larger_than_all_buffers_comes_whole_by_tls_too() -> None:
    async with tls_server(echoing) as server, direct(trusting()) as transport:
        url = server.url.replace("http:", "https:")
        assert await answered(transport, asked(url, LARGE)) == LARGE
        assert await answered(transport, asked(url, b"small")) == b"small"
    assert server.connections == 1


async def test_what_nobody_reads_is_not_taken_without_end() -> None:
    sent: list[int] = []

    async def pouring(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            await connection.send(bytes(1_000_000))
            sent.append(1)

    async with raw_server(pouring) as server, direct() as transport:
        await transport.handle_async_request(asked(server.url))
        for _ in range(2_000):
            await asyncio.sleep(0)
        assert len(sent) < 100, "what the system holds for both sides, and no more"


async def test_an_answer_that_ends_with_its_connection_is_whole_however_late_it_is_read() -> None:
    async def ending(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100)

    async with raw_server(ending) as server, direct() as transport:
        response = await transport.handle_async_request(asked(server.url))
        for _ in range(100):
            await asyncio.sleep(0)
        assert b"".join([piece async for piece in response.aiter_raw()]) == b"x" * 100


async def test_a_kept_connection_that_the_server_has_closed_is_not_used_again() -> None:
    async def once(connection: RawConnection) -> None:
        await connection.read()
        await connection.answer(200, b"one", keep=True)

    async with raw_server(once) as server, direct() as transport:
        for _ in range(3):
            assert await answered(transport, asked(server.url)) == b"one"
        assert server.connections == 3


async def test_a_connection_that_is_not_kept_serves_once() -> None:
    async with raw_server(echoing) as server, direct(keep=0.0) as transport:
        for _ in range(2):
            assert await answered(transport, asked(server.url, b"x")) == b"x"
        assert server.connections == 2


async def test_a_server_that_takes_nothing_is_given_up_in_time() -> None:
    async def taking_nothing(connection: RawConnection) -> None:
        await connection.read_a_little()
        await asyncio.Event().wait()

    async with raw_server(taking_nothing) as server, direct() as transport:
        with pytest.raises(httpcore2.WriteTimeout):
            await answered(transport, asked(server.url, LARGE * 16, httpx2.Timeout(0.1)))


@pytest.mark.parametrize("hosts", [["127.0.0.9", "127.0.0.1"], ["127.0.0.1", "127.0.0.9"]])
async def test_of_a_name_with_several_addresses_the_one_that_answers_is_used(
    hosts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def addresses(*_: object, **__: object) -> list[Any]:
        families = (socket.AF_INET6, socket.AF_INET)
        return [(family, socket.SOCK_STREAM, 6, "", (host, 0)) for family, host in zip(families, hosts, strict=True)]

    async with raw_server(echoing) as server, direct() as transport:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", addresses)
        url = server.url.replace("127.0.0.1", "runway.example")
        assert await answered(transport, asked(url, b"x")) == b"x"


async def test_an_address_of_another_kind_is_refused_unasked() -> None:
    async with direct() as transport:
        with pytest.raises(httpx2.UnsupportedProtocol):
            await answered(transport, asked("ftp://127.0.0.1/"))


async def test_what_is_closed_here_before_its_end_is_no_whole_answer() -> None:
    async def endless(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\n\r\nbegun")
        await connection.until_gone()

    async with raw_server(endless) as server, direct() as transport:
        response = await transport.handle_async_request(asked(server.url))
        pieces = response.aiter_raw()
        assert await anext(pieces) == b"begun"
        rest = asyncio.ensure_future(anext(pieces))
        await asyncio.sleep(0)
        await transport.aclose()
        with pytest.raises(httpcore2.ReadError):
            await rest


async def test_by_tls_too_an_answer_that_ends_with_its_connection_is_whole() -> None:
    async def ending(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100)

    async with tls_server(ending) as server, direct(trusting()) as transport:
        assert await answered(transport, asked(server.url.replace("http:", "https:"))) == b"x" * 100


async def test_by_tls_too_an_answer_that_ends_early_is_told_as_cut() -> None:
    async def cut(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + b"x" * 100)

    async with tls_server(cut) as server, direct(trusting()) as transport:
        with pytest.raises(httpcore2.RemoteProtocolError):
            await answered(transport, asked(server.url.replace("http:", "https:")))


class TwoAddresses:
    """A name with two addresses, both of which lead to one server. Connecting goes on when `may_connect`, and is
    finished even when it is canceled, as it may be in its last moment."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_connect = asyncio.Event()
        self.tried = asyncio.Semaphore(0)
        loop = asyncio.get_running_loop()
        self._connect = loop.create_connection
        monkeypatch.setattr(loop, "getaddrinfo", self._addresses)
        monkeypatch.setattr(loop, "create_connection", self._connect_late)
        monkeypatch.setattr(streams, "NEXT_ADDRESS", 0.0)

    async def _addresses(self, *_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{last}", 0)) for last in (8, 9)]

    async def _connect_late(self, protocol: Any, _: str, port: int) -> Any:
        self.tried.release()
        with suppress(asyncio.CancelledError):
            await self.may_connect.wait()
        return await self._connect(protocol, "127.0.0.1", port)


async def test_of_two_addresses_that_answer_one_is_used_and_the_other_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    unasked: asyncio.Queue[int] = asyncio.Queue()

    async def behave(connection: RawConnection) -> None:
        if await connection.read() is None:
            unasked.put_nowait(connection.number)
        else:
            await connection.answer(200, b"x", keep=True)
            await connection.until_gone()

    two = TwoAddresses(monkeypatch)
    async with raw_server(behave) as server, direct() as transport:
        asking = asyncio.ensure_future(answered(transport, asked(f"http://runway.example:{server.port}")))
        for _ in range(2):
            await two.tried.acquire()
        two.may_connect.set()
        assert await asking == b"x"
        await unasked.get()
        assert server.connections == 2


async def test_who_is_canceled_while_connecting_leaves_no_connection_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    gone: asyncio.Queue[int] = asyncio.Queue()

    async def behave(connection: RawConnection) -> None:
        await connection.until_gone()
        gone.put_nowait(connection.number)

    two = TwoAddresses(monkeypatch)
    async with raw_server(behave) as server, direct() as transport:
        asking = asyncio.ensure_future(answered(transport, asked(f"http://runway.example:{server.port}")))
        for _ in range(2):
            await two.tried.acquire()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert {await gone.get(), await gone.get()} == {1, 2}
