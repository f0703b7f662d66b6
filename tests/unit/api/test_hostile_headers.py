"""Hostile headers of an answer cause only documented errors, soon."""

from __future__ import annotations

import json

import pytest

from runway_desktop.api.client import RunwayClient
from runway_desktop.api.connections import Patience
from runway_desktop.api.fetcher import HttpFetcher
from runway_desktop.api.replies import LONGEST_WAIT
from runway_desktop.domain.errors import ApiError, LinkExpired
from runway_desktop.domain.task import RemoteId
from tests.rigs.hostile_headers import LINES, STATUSES, head
from tests.rigs.raw_server import RawConnection, raw_server
from tests.rigs.samples import some

ID = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")
BODY = json.dumps({"id": ID, "status": "PENDING", "creditBalance": 1}).encode()
HURRY = Patience(connect=5.0, read=1.0, create=1.0, whole=2.0)


@pytest.mark.parametrize("status", STATUSES, ids=lambda status: status.decode())
async def test_hostile_headers_raise_only_known_errors(status: bytes) -> None:
    answer, answered = b"", 0

    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(answer)

    async with raw_server(behave) as server:
        client = RunwayClient(server.url, "key_" + "5e" * 64, patience=HURRY)
        fetcher = HttpFetcher(server.url, patience=HURRY)

        async def download() -> bytes:
            async with fetcher.open(f"{server.url}/result", offset=5, etag='"one"') as stream:
                return b"".join([chunk async for chunk in stream.chunks])

        calls = (download, lambda: client.task(ID), lambda: client.create("text_to_video", {}), client.organization)
        for line in some(LINES, one_in=4, at=STATUSES.index(status)):
            answer = head(status, line, BODY) + BODY
            for call in calls:
                try:
                    await call()
                    answered += 1
                except (ApiError, LinkExpired) as error:
                    wait = getattr(error, "retry_after", None)
                    assert wait is None or 0 <= wait <= LONGEST_WAIT, line[:80]
        await client.aclose()
        await fetcher.aclose()
    assert answered or status != b"200 OK", "nothing of it arrived"
