"""Promises of one connection to its host, as tests for each loop: bytes both ways, however many;
who closes it when; TLS."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import httpx
import pytest

from runway_desktop.api.connections import Patience, open_pool
from runway_desktop.api.pool import ConnectionPool, PooledResponse
from runway_desktop.domain.errors import NoReply, NotReached
from tests.rigs.raw_server import RawConnection, raw_server
from tests.rigs.tls_server import CERTIFICATE, tls_server

TIMEOUT = Patience(connect=5.0, read=5.0).for_question()
LARGE = bytes(range(256)) * 16_384
"""More than the buffers of both sides hold."""


@asynccontextmanager
async def one(context: ssl.SSLContext | None = None, *, reuse: bool = True) -> AsyncIterator[ConnectionPool]:
    pool = open_pool(1, context=context, reuse=reuse, loopback=True)
    try:
        yield pool
    finally:
        await pool.aclose()


async def begun(
    pool: ConnectionPool, url: str, content: bytes = b"", timeout: httpx.Timeout = TIMEOUT
) -> PooledResponse:
    async def body() -> AsyncIterator[bytes]:
        yield content

    headers = {"Content-Length": str(len(content))}
    return await pool.send("POST", url, headers=headers, content=body(), timeout=timeout)


async def read(exchange: PooledResponse) -> bytes:
    try:
        async with aclosing(exchange.pieces(raw=True)) as pieces:
            return b"".join([piece async for piece in pieces])
    finally:
        await exchange.aclose()


async def answered(pool: ConnectionPool, url: str, content: bytes = b"") -> bytes:
    return await read(await begun(pool, url, content))


async def echoing(connection: RawConnection) -> None:
    while (request := await connection.read()) is not None:
        await connection.answer(200, request.body, keep=True)


async def ending(connection: RawConnection) -> None:
    """Its end is the end of the connection."""
    await connection.read()
    await connection.send(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100)


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.check_hostname = False
    return context


def secured(url: str) -> str:
    return url.replace("http:", "https:")


async def test_message_larger_than_all_buffers_arrives_complete_in_both_directions() -> None:
    async with raw_server(echoing) as server, one() as pool:
        assert await answered(pool, server.url, LARGE) == LARGE
        assert await answered(pool, server.url, b"small") == b"small"
    assert server.connections == 1


async def test_message_larger_than_all_buffers_arrives_complete_over_tls() -> None:
    async with tls_server(echoing) as server, one(trusting()) as pool:
        assert await answered(pool, secured(server.url), LARGE) == LARGE
        assert await answered(pool, secured(server.url), b"small") == b"small"
    assert server.connections == 1


async def test_unread_data_is_buffered_only_up_to_a_limit() -> None:
    sent: list[int] = []

    async def pouring(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            await connection.send(bytes(1_000_000))
            sent.append(1)

    async with raw_server(pouring) as server, one() as pool:
        exchange = await begun(pool, server.url)
        for _ in range(2_000):
            await asyncio.sleep(0)
        assert len(sent) < 100, "what the system holds for both sides, and no more"
        await exchange.aclose()


async def test_answer_ended_by_closing_is_complete_however_late_it_is_read() -> None:
    async with raw_server(ending) as server, one() as pool:
        exchange = await begun(pool, server.url)
        for _ in range(100):
            await asyncio.sleep(0)
        assert await read(exchange) == b"x" * 100


async def test_answer_ended_by_closing_is_complete_over_tls() -> None:
    async with tls_server(ending) as server, one(trusting()) as pool:
        assert await answered(pool, secured(server.url)) == b"x" * 100


async def test_answer_cut_off_over_tls_is_reported() -> None:
    async def cut(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + b"x" * 100)

    async with tls_server(cut) as server, one(trusting()) as pool:
        with pytest.raises(NoReply):
            await answered(pool, secured(server.url))


async def test_idle_connection_closed_by_the_server_is_not_reused() -> None:
    async def once(connection: RawConnection) -> None:
        await connection.read()
        await connection.answer(200, b"one", keep=True)

    async with raw_server(once) as server, one() as pool:
        for _ in range(3):
            assert await answered(pool, server.url) == b"one"
        assert server.connections == 3


async def test_connection_without_keep_alive_serves_one_request() -> None:
    async with raw_server(echoing) as server, one(reuse=False) as pool:
        for _ in range(2):
            assert await answered(pool, server.url, b"x") == b"x"
        assert server.connections == 2


async def test_server_that_reads_nothing_is_given_up_in_time() -> None:
    async def taking_nothing(connection: RawConnection) -> None:
        await connection.read_a_little()
        await asyncio.Event().wait()

    async with raw_server(taking_nothing) as server, one() as pool:
        with pytest.raises(NoReply, match="in time"):
            await begun(pool, server.url, LARGE * 16, httpx.Timeout(0.1))


async def test_unsupported_address_scheme_is_refused_without_a_request() -> None:
    async with one() as pool:
        with pytest.raises(NotReached):
            await begun(pool, "ftp://127.0.0.1/")


async def test_answer_closed_locally_before_its_end_is_incomplete() -> None:
    async def endless(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(b"HTTP/1.1 200 OK\r\n\r\nbegun")
        await connection.until_gone()

    async with raw_server(endless) as server, one() as pool:
        pieces = (await begun(pool, server.url)).pieces()
        assert await anext(pieces) == b"begun"
        rest = asyncio.ensure_future(anext(pieces))
        await asyncio.sleep(0)
        await pool.aclose()
        with pytest.raises(NoReply):
            await rest


async def test_cancellation_at_the_end_of_connecting_leaves_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = asyncio.Event()

    async def behave(connection: RawConnection) -> None:
        await connection.until_gone()
        gone.set()

    loop = asyncio.get_running_loop()
    connect = loop.create_connection
    tried, may_connect = asyncio.Event(), asyncio.Event()

    async def connect_late(*arguments: Any, **options: Any) -> Any:
        tried.set()
        with suppress(asyncio.CancelledError):
            await may_connect.wait()
        return await connect(*arguments, **options)

    monkeypatch.setattr(loop, "create_connection", connect_late)
    async with raw_server(behave) as server, one() as pool:
        asking = asyncio.ensure_future(begun(pool, server.url))
        await tried.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await gone.wait()
