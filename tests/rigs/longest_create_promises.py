"""How long a paid request may take at the most, as tests for each loop, on sockets that hang as long as they may."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import pytest

from runway_desktop.api.client import RunwayClient
from runway_desktop.api.connections import Patience
from runway_desktop.api.pool import CONNECTING
from runway_desktop.domain.errors import ApiError, NoReply, NotReached
from runway_desktop.domain.task import RemoteId
from tests.rigs.raw_server import RawConnection, raw_server

SECRET = "key_" + "5e" * 64
ID = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
CREATED = json.dumps({"id": ID, "estimatedCost": {"credits": 60}}).encode()
BODY = {"model": "gen4.5", "promptText": "A lighthouse"}
LONG_BODY = {**BODY, "promptImage": "data:" + "A" * 16_000_000}
HURRY = Patience(connect=0.2, read=0.2, create=0.3, body=0.3, whole=0.4)
SLACK = 0.5
"""Seconds for a busy machine."""


def longest_create(patience: Patience) -> float:
    """Its turn, connecting, the body and its last piece, the first byte of the answer, the whole of it."""
    connecting = CONNECTING * patience.connect
    return patience.read + connecting + patience.body + 2 * patience.create + patience.whole


async def timed(client: RunwayClient, body: dict[str, str]) -> tuple[float, RemoteId | ApiError]:
    """How long it took, and what came."""
    begun = time.monotonic()
    came: RemoteId | ApiError
    try:
        came = (await client.create("text_to_video", body)).remote_id
    except ApiError as error:
        came = error
    return time.monotonic() - begun, came


async def silent(connection: RawConnection) -> None:
    await connection.until_gone()


async def takes_nothing(_: RawConnection) -> None:
    await asyncio.sleep(60)


async def takes_a_little(connection: RawConnection) -> None:
    while await connection.read_a_little():
        await asyncio.sleep(0.005)


async def drips(connection: RawConnection) -> None:
    await connection.read()
    await connection.send(b"HTTP/1.1 200 X\r\nContent-Length: 10000\r\n\r\n")
    await connection.send(CREATED)
    for _ in range(10_000 - len(CREATED)):
        await connection.send(b" ")
        await asyncio.sleep(0.002)


async def stops_in_the_middle(connection: RawConnection) -> None:
    await connection.read()
    await connection.send(b"HTTP/1.1 200 X\r\nContent-Length: 10000\r\n\r\n" + CREATED)
    await connection.until_gone()


@pytest.mark.parametrize(
    ("behave", "body", "kind"),
    [
        (silent, BODY, NoReply),
        (takes_nothing, LONG_BODY, NoReply),
        (takes_a_little, LONG_BODY, NoReply),
        (drips, BODY, ID),
        (stops_in_the_middle, BODY, ID),
    ],
)
async def test_create_ends_in_time_whatever_the_server_does(
    behave: Callable[[RawConnection], Awaitable[None]], body: dict[str, str], kind: object
):
    async with raw_server(behave) as server:
        client = RunwayClient(server.url, SECRET, patience=HURRY)
        try:
            took, came = await timed(client, body)
        finally:
            await client.aclose()
    assert took <= longest_create(HURRY) + SLACK
    assert came == kind or isinstance(came, kind if isinstance(kind, type) else ())


async def test_create_waiting_for_a_connection_ends_in_time():
    async with raw_server(silent) as server:
        client = RunwayClient(server.url, SECRET, patience=HURRY)
        try:
            ended = await asyncio.gather(*(timed(client, BODY) for _ in range(9)))
        finally:
            await client.aclose()
    assert max(took for took, _ in ended) <= longest_create(HURRY) + SLACK
    assert {type(came) for _, came in ended} == {NoReply, NotReached}


@pytest.mark.parametrize("kind", ["socks5", "http"])
async def test_unresponsive_proxy_is_given_up_and_nothing_was_sent(kind: str, monkeypatch: pytest.MonkeyPatch):
    async with raw_server(silent) as server:
        monkeypatch.setenv("ALL_PROXY", f"{kind}://127.0.0.1:{server.port}")
        client = RunwayClient("https://runway.example", SECRET, patience=HURRY)
        try:
            took, came = await timed(client, BODY)
        finally:
            await client.aclose()
    assert isinstance(came, NotReached), repr(came)
    assert took <= CONNECTING * HURRY.connect + SLACK
