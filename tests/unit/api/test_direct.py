"""One connection straight to its host: bytes both ways, however many; what the other side closes; TLS; no memory of
whom it spoke to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from runway_desktop.api.connections import Patience, open_pool
from runway_desktop.api.direct import MOST_UNREAD, DirectTransport
from tests.unit.api.raw_server import RawConnection, raw_server
from tests.unit.api.tls_server import CERTIFICATE, tls_server

TIMEOUT = Patience(connect=5.0, read=5.0).for_question()
LARGE = bytes(range(256)) * 4 * (MOST_UNREAD // 256)
"""Four times as much as is taken before somebody wants it."""


@asynccontextmanager
async def direct(context: ssl.SSLContext | None = None, keep: float = 60.0) -> AsyncIterator[DirectTransport]:
    transport = DirectTransport(context, keep)
    try:
        yield transport
    finally:
        await transport.aclose()


def asked(url: str, content: bytes | None = None, timeout: httpx.Timeout = TIMEOUT) -> httpx.Request:
    return httpx.Request("GET", url, content=content, extensions={"timeout": timeout.as_dict()})


async def answered(transport: DirectTransport, request: httpx.Request) -> bytes:
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
        with pytest.raises(httpx.WriteTimeout):
            await answered(transport, asked(server.url, LARGE * 16, httpx.Timeout(0.1)))


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
        with pytest.raises(httpx.UnsupportedProtocol):
            await answered(transport, asked("ftp://127.0.0.1/"))


async def test_what_a_server_wants_to_be_remembered_is_not_sent_to_it() -> None:
    async def marking(connection: RawConnection) -> None:
        while await connection.read() is not None:
            await connection.answer(200, b"", {"Set-Cookie": "who=you"}, keep=True)

    pool = open_pool(1, user_agent="ours", context=None, reuse=True, loopback=True)
    async with raw_server(marking) as server:
        for _ in range(2):
            exchange = await pool.send("GET", server.url, headers={}, timeout=TIMEOUT)
            _ = [piece async for piece in exchange.pieces()]
            await exchange.aclose()
        await pool.aclose()
    assert len(server.requests) == 2
    assert all("cookie" not in request.headers for request in server.requests)
    assert server.requests[0].headers["user-agent"] == "ours"


async def test_a_name_and_a_password_in_a_link_are_given_to_its_host() -> None:
    pool = open_pool(1, user_agent="ours", context=None, reuse=True, loopback=True)
    async with raw_server(echoing) as server:
        exchange = await pool.send("GET", server.url.replace("//", "//who:what@"), headers={}, timeout=TIMEOUT)
        _ = [piece async for piece in exchange.pieces()]
        await exchange.aclose()
        await pool.aclose()
    assert server.requests[0].headers["authorization"] == "Basic d2hvOndoYXQ="
