"""So many requests at once, each on a connection of its own: turns, connections that serve again, and closing."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest

from runway_desktop.api.connections import USER_AGENT, Patience, open_pool
from runway_desktop.api.pool import IDLE, ConnectionPool, PooledResponse, finished
from runway_desktop.api.replies import RUNWAY
from runway_desktop.domain.errors import NoReply, NotReached
from tests.rigs.raw_server import RawConnection, raw_server

TIMEOUT = Patience(connect=5.0, read=5.0).for_question()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def pool_of(most: int, clock: Clock | None = None) -> AsyncIterator[ConnectionPool]:
    context = ssl.create_default_context()

    def build() -> httpx.AsyncClient:
        return httpx.AsyncClient(verify=context, trust_env=False)

    pool = ConnectionPool(build, most, RUNWAY, clock=clock or Clock())
    try:
        yield pool
    finally:
        await pool.aclose()


async def begin(pool: ConnectionPool, url: str, timeout: httpx.Timeout = TIMEOUT) -> PooledResponse:
    return await pool.send("GET", url, headers={}, timeout=timeout)


async def read(exchange: PooledResponse) -> bytes:
    try:
        async with aclosing(exchange.pieces()) as pieces:
            return b"".join([piece async for piece in pieces])
    finally:
        await exchange.aclose()


async def answering(connection: RawConnection) -> None:
    while await connection.read() is not None:
        await connection.answer(200, b"{}", keep=True)


async def test_request_that_waits_too_long_for_a_connection_counts_as_not_sent() -> None:
    async with raw_server(answering) as server, pool_of(1) as pool:
        first = await begin(pool, server.url)
        with pytest.raises(NotReached, match="Too many requests"):
            await begin(pool, server.url, httpx.Timeout(5.0, pool=0.01))
        assert len(server.requests) == 1
        assert await read(first) == b"{}"
        assert await read(await begin(pool, server.url)) == b"{}"


async def test_priority_request_takes_the_most_recently_used_connection_without_waiting() -> None:
    asked: list[tuple[str, int]] = []

    async def noting(connection: RawConnection) -> None:
        while (request := await connection.read()) is not None:
            asked.append((request.method, connection.number))
            await connection.answer(200, b"{}", keep=True)

    async with raw_server(noting) as server, pool_of(2) as pool:
        held, last = await begin(pool, server.url), await begin(pool, server.url)
        waiting = [asyncio.create_task(begin(pool, server.url)) for _ in range(3)]
        await asyncio.sleep(0)
        assert await read(last) == b"{}"
        ahead = await pool.send("DELETE", server.url, headers={}, timeout=TIMEOUT, ahead=True)
        assert asked.index(("DELETE", 2)) == 2, "it did not have to connect, and went before those that wait"
        assert await read(ahead) == b"{}"
        assert await read(held) == b"{}"
        for turn in waiting:
            assert await read(await turn) == b"{}"


async def test_request_canceled_while_waiting_frees_its_turn() -> None:
    async with raw_server(answering) as server, pool_of(1) as pool:
        first = await begin(pool, server.url)
        waiting = [asyncio.create_task(begin(pool, server.url)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        # At the same moment as the turn comes.
        assert await read(first) == b"{}"
        waiting[1].cancel()
        await asyncio.gather(*waiting[:2], return_exceptions=True)
        assert await read(await waiting[2]) == b"{}"
        assert await read(await begin(pool, server.url)) == b"{}"


async def test_connection_is_reused_only_after_a_complete_answer() -> None:
    async def twice_the_length(connection: RawConnection) -> None:
        while (request := await connection.read()) is not None:
            if request.path == "/cut":
                await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{}")
                return
            await connection.answer(200, b"{}", keep=True)

    async with raw_server(twice_the_length) as server, pool_of(2) as pool:
        for _ in range(3):
            assert await read(await begin(pool, server.url)) == b"{}"
        assert server.connections == 1
        with pytest.raises(NoReply):
            await read(await begin(pool, f"{server.url}/cut"))
        assert await read(await begin(pool, server.url)) == b"{}"
        assert server.connections == 2
        await (await begin(pool, server.url)).aclose()
        assert await read(await begin(pool, server.url)) == b"{}"
        assert server.connections == 3


async def test_each_host_has_its_own_connection_while_there_are_enough() -> None:
    async with raw_server(answering) as one, raw_server(answering) as other, pool_of(2) as pool:
        both = [await begin(pool, server.url) for server in (one, other)]
        for exchange in both:
            await read(exchange)
        for _ in range(3):
            for server in (one, other):
                await read(await begin(pool, server.url))
        assert (one.connections, other.connections) == (1, 1)


async def test_idle_connection_is_closed_after_a_while() -> None:
    gone: asyncio.Queue[int] = asyncio.Queue()

    async def behave(connection: RawConnection) -> None:
        await answering(connection)
        gone.put_nowait(connection.number)

    clock = Clock()
    async with raw_server(behave) as server, pool_of(2, clock) as pool:
        both = [await begin(pool, server.url) for _ in range(2)]
        for exchange in both:
            await read(exchange)
        clock.now += IDLE + 1
        await read(await begin(pool, server.url))
        assert await gone.get() == 1


async def test_closing_ends_running_and_waiting_requests() -> None:
    async def silent(connection: RawConnection) -> None:
        await connection.read()
        await connection.until_gone()

    async with raw_server(silent) as server, pool_of(1) as pool:
        under_way = asyncio.create_task(begin(pool, server.url))
        while not server.requests:
            await asyncio.sleep(0)
        waiting = asyncio.create_task(begin(pool, server.url))
        await asyncio.sleep(0)
        await pool.aclose()
        with pytest.raises(NoReply):
            await under_way
        with pytest.raises(NotReached):
            await waiting
        assert len(server.requests) == 1


async def test_started_cleanup_finishes_despite_repeated_cancellation() -> None:
    may_end, ended = asyncio.Event(), []

    async def work() -> None:
        await may_end.wait()
        ended.append("well")

    task = asyncio.create_task(finished(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["well"]


async def test_cookies_of_a_server_are_not_sent_back() -> None:
    async def marking(connection: RawConnection) -> None:
        while await connection.read() is not None:
            await connection.answer(200, b"", {"Set-Cookie": "who=you"}, keep=True)

    pool = open_pool(1, context=None, reuse=True, loopback=True)
    async with raw_server(marking) as server:
        for _ in range(2):
            await read(await begin(pool, server.url))
        await pool.aclose()
    assert len(server.requests) == 2
    assert server.connections == 1
    assert all("cookie" not in request.headers for request in server.requests)
    assert server.requests[0].headers["user-agent"] == USER_AGENT


async def test_name_and_password_in_a_link_are_sent_to_its_host() -> None:
    async with raw_server(answering) as server, pool_of(1) as pool:
        await read(await begin(pool, server.url.replace("//", "//who:what@")))
    assert server.requests[0].headers["authorization"] == "Basic d2hvOndoYXQ="
