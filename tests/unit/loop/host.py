"""A minimal server that is API, upload host and result host in one, well or misbehaving.

`async with host() as server:` answers well. `server.misbehave(behavior)` makes all further requests of one kind behave
so; `server.behave()` ends it. `server.all_at_once(count)` delays answers until so many requests wait.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from runway_desktop.api.client import RunwayClient
from runway_desktop.api.connections import Patience
from runway_desktop.api.fetcher import HttpFetcher
from runway_desktop.domain.task import RemoteId
from tests.rigs.raw_server import RawConnection, RawRequest, RawServer, raw_server

ID = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
RESULT = b"\x89PNG\r\n\x1a\n" + bytes(200_000)
HURRY = Patience(connect=5.0, read=5.0, create=5.0)
"""Short enough for a test that finds no free connection to say so soon."""

Behavior = Callable[[RawConnection, RawRequest], Awaitable[None]]


class Host:
    def __init__(self, server: RawServer) -> None:
        self.server = server
        self.storage = f"{server.url}/storage"
        """Where uploads are sent."""
        self._misbehaving: Behavior | None = None
        self._gate: asyncio.Barrier | None = None

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def result(self) -> str:
        return f"{self.url}/result"

    def misbehave(self, behavior: Behavior) -> None:
        self._misbehaving = behavior

    def behave(self) -> None:
        self._misbehaving = None

    def all_at_once(self, count: int) -> None:
        self._gate = asyncio.Barrier(count)

    async def serve(self, connection: RawConnection) -> None:
        while (request := await connection.read()) is not None:
            is_slot = request.path == "/v1/uploads"
            if self._misbehaving is not None and not is_slot:
                await self._misbehaving(connection, request)
                return
            if self._gate is not None and not is_slot:
                await self._gate.wait()
            await connection.answer(*self._answer(request), keep=request.headers.get("connection") != "close")
            if request.headers.get("connection") == "close":
                return

    def _answer(self, request: RawRequest) -> tuple[int, bytes]:
        match request.path:
            case "/v1/uploads":
                slot = {"uploadUrl": self.storage, "fields": {}, "runwayUri": "runway://new"}
                return 200, json.dumps(slot).encode()
            case "/storage":
                return 204, b""
            case "/result":
                return 200, RESULT
            case "/v1/organization":
                return 200, b'{"creditBalance": 1}'
            case _:
                return 200, json.dumps({"id": ID}).encode()


@asynccontextmanager
async def host() -> AsyncIterator[Host]:
    found: Host

    async def serve(connection: RawConnection) -> None:
        await found.serve(connection)

    async with raw_server(serve) as server:
        found = Host(server)
        yield found


@asynccontextmanager
async def clients(host: Host, patience: Patience = HURRY) -> AsyncIterator[tuple[RunwayClient, HttpFetcher]]:
    client = RunwayClient(host.url, "key_a", patience=patience)
    fetcher = HttpFetcher(host.url, patience=patience)
    try:
        yield client, fetcher
    finally:
        await client.aclose()
        await fetcher.aclose()


async def download(fetcher: HttpFetcher, url: str) -> bytes:
    async with fetcher.open(url) as stream:
        return b"".join([chunk async for chunk in stream.chunks])


def a_file(folder: Path, size: int = 1_000_000) -> Path:
    path = folder / "still.png"
    path.write_bytes(bytes(size))
    return path
