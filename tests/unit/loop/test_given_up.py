"""On the loop that the program ships: whatever is given up in the middle, every connection can be used again.

More is given up than there are connections, so that one that got lost each time would leave none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.api.client import LARGEST_COMPLAINT, RunwayClient
from runway_desktop.api.connections import Patience
from runway_desktop.api.fetcher import HttpFetcher
from runway_desktop.domain.errors import ApiError, NoReply, RunwayDesktopError
from tests.rigs.qt_loop import come_to_rest, turn_of_qt
from tests.rigs.raw_server import RawConnection, RawRequest, raw_server
from tests.unit.loop.host import HURRY, Host, a_file, clients, download, host

Call = Callable[[], Awaitable[Any]]

QUESTIONS, CREATES, UPLOADS, DOWNLOADS = 6, 4, 2, 8
"""How many of each may be under way at once."""

MOST_TURNS = 400
"""Of the loop, until a good answer is there: it takes some sixty."""


def question(client: RunwayClient) -> Call:
    return client.organization


def create(client: RunwayClient) -> Call:
    return lambda: client.create("text_to_video", {"model": "gen4.5"})


def upload(client: RunwayClient, path: Path) -> Call:
    return lambda: client.upload(path, lambda _sent, _total: None)


async def drips(connection: RawConnection, _request: RawRequest) -> None:
    """An answer that is begun and never ends."""
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n{")
    while True:
        await connection.send(b" " * 100)
        await asyncio.sleep(0)


async def stops(connection: RawConnection, _request: RawRequest) -> None:
    """An answer that is begun and then falls silent."""
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + bytes(100_000))
    await connection.until_gone()


async def goes_on(connection: RawConnection, _request: RawRequest) -> None:
    """A complaint that is longer than anyone wants to read."""
    await connection.send(b"HTTP/1.1 500 X\r\nContent-Length: 100000000\r\n\r\n")
    while True:
        await connection.send(b"x" * LARGEST_COMPLAINT)


async def is_cut(connection: RawConnection, _request: RawRequest) -> None:
    """An answer that breaks off."""
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n{")


async def is_silent(connection: RawConnection, _request: RawRequest) -> None:
    await connection.until_gone()


async def every_connection_serves(host: Host, client: RunwayClient, fetcher: HttpFetcher, path: Path) -> None:
    """As many of each kind as there are connections for it are under way at the same time, and all are answered."""
    host.behave()
    for count, call in (
        (QUESTIONS, question(client)),
        (CREATES, create(client)),
        (UPLOADS, upload(client, path)),
        (DOWNLOADS, lambda: download(fetcher, host.result)),
    ):
        host.all_at_once(count)
        async with asyncio.timeout(30):
            await asyncio.gather(*(call() for _ in range(count)))


@pytest.mark.parametrize(
    ("behavior", "patience"),
    [(drips, Patience(whole=0.02, read=5.0, create=5.0)), (goes_on, Patience(read=5.0, create=5.0)), (is_cut, None)],
    ids=["drips", "too long", "cut"],
)
@pytest.mark.parametrize("kind", ["question", "create"])
async def test_abandoned_answers_leak_no_connection(
    kind: str, behavior: Any, patience: Patience | None, tmp_path: Path
) -> None:
    async with host() as server, clients(server, patience or Patience(read=5.0, create=5.0)) as (client, fetcher):
        server.misbehave(behavior)
        call = question(client) if kind == "question" else create(client)
        for _ in range(10):
            with pytest.raises(ApiError):
                await call()
        await every_connection_serves(server, client, fetcher, a_file(tmp_path))


@pytest.mark.parametrize("behavior", [drips, stops, is_silent])
@pytest.mark.parametrize("kind", ["question", "create", "upload", "download"])
async def test_canceled_waiting_requests_leak_no_connection(kind: str, behavior: Any, tmp_path: Path) -> None:
    path = a_file(tmp_path)
    async with host() as server, clients(server) as (client, fetcher):
        arrived = asyncio.Event()

        async def misbehave(connection: RawConnection, request: RawRequest) -> None:
            arrived.set()
            await behavior(connection, request)

        server.misbehave(misbehave)
        calls = {
            "question": question(client),
            "create": create(client),
            "upload": upload(client, path),
            "download": lambda: download(fetcher, server.result),
        }
        for _ in range(12):
            arrived.clear()
            given_up = asyncio.ensure_future(calls[kind]())
            await arrived.wait()
            for _ in range(5):
                await asyncio.sleep(0)
            given_up.cancel()
            with pytest.raises(asyncio.CancelledError):
                await given_up
        await every_connection_serves(server, client, fetcher, path)


class GivenUp(Exception):
    """What a full disk, a wrong kind or too many bytes are to the fetcher: whoever reads raises."""


async def read_and_give_up(fetcher: HttpFetcher, url: str) -> None:
    async with fetcher.open(url) as stream:
        async for _ in stream.chunks:
            raise GivenUp


@pytest.mark.parametrize("behavior", [drips, stops, goes_on])
async def test_abandoned_downloads_leak_no_connection(behavior: Any, tmp_path: Path) -> None:
    async with host() as server, clients(server) as (client, fetcher):
        server.misbehave(behavior)
        for _ in range(12):
            with pytest.raises((GivenUp, RunwayDesktopError)):
                await read_and_give_up(fetcher, server.result)
        await every_connection_serves(server, client, fetcher, a_file(tmp_path))


async def test_downloads_canceled_while_their_reader_is_busy_leak_no_connection(tmp_path: Path) -> None:
    async with host() as server, clients(server) as (client, fetcher):
        server.misbehave(stops)
        reading = asyncio.Event()

        async def read() -> None:
            async with fetcher.open(server.result) as stream:
                async for _ in stream.chunks:
                    reading.set()
                    await asyncio.Event().wait()

        for _ in range(12):
            reading.clear()
            given_up = asyncio.create_task(read())
            await reading.wait()
            given_up.cancel()
            with pytest.raises(asyncio.CancelledError):
                await given_up
        await every_connection_serves(server, client, fetcher, a_file(tmp_path))


async def test_failed_uploads_leak_no_connection(tmp_path: Path) -> None:
    path = a_file(tmp_path, 5_000_000)

    async def hang_up(connection: RawConnection) -> None:
        await connection.read_a_little()

    async with host() as server, raw_server(hang_up) as storage, clients(server) as (client, fetcher):
        good, server.storage = server.storage, storage.url
        for _ in range(10):
            with pytest.raises(NoReply):
                await upload(client, path)()
        server.storage = good
        await every_connection_serves(server, client, fetcher, path)


@pytest.mark.parametrize("cancels", [1, 2])
@pytest.mark.parametrize("kind", ["question", "create", "upload", "download"])
async def test_request_canceled_at_any_moment_leaks_no_connection(kind: str, cancels: int, tmp_path: Path) -> None:
    """Once, or once more while the first is being heeded."""
    path = a_file(tmp_path, 1000)
    async with host() as server, clients(server) as (client, fetcher):
        calls = {
            "question": question(client),
            "create": create(client),
            "upload": upload(client, path),
            "download": lambda: download(fetcher, server.result),
        }
        turns, is_done = 0, False
        while not is_done:
            given_up = asyncio.ensure_future(calls[kind]())
            for _ in range(turns):
                await asyncio.sleep(0)
            is_done = given_up.done()
            for _ in range(cancels):
                given_up.cancel()
                await asyncio.sleep(0)
            await asyncio.gather(given_up, return_exceptions=True)
            turns += 1
            assert turns < MOST_TURNS, "No connection was left for it."
        await every_connection_serves(server, client, fetcher, path)


@pytest.mark.parametrize("cancels", [1, 2])
async def test_connecting_canceled_at_any_moment_leaves_no_connection_open(cancels: int) -> None:
    """To a host that takes connections and never says a word of TLS."""
    is_open: set[int] = set()

    async def mute(connection: RawConnection) -> None:
        is_open.add(connection.number)
        try:
            await connection.until_gone()
        finally:
            is_open.discard(connection.number)

    async with raw_server(mute) as server:
        client = RunwayClient(f"https://localhost:{server.port}", "key_a", patience=HURRY)
        for turns in range(40):
            given_up = asyncio.ensure_future(create(client)())
            for _ in range(turns):
                await turn_of_qt()
            for _ in range(cancels):
                given_up.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await given_up
        await come_to_rest()
        assert server.connections
        assert not is_open
        await client.aclose()
