"""On the loop that the program ships: odd headers raise the promised errors alone, and cost no connection."""

from __future__ import annotations

import pytest

from runway_desktop.domain.errors import ApiError
from tests.rigs.hostile_headers import LINES, head
from tests.rigs.raw_server import RawConnection, RawRequest
from tests.unit.loop.host import RESULT, clients, download, host


@pytest.mark.parametrize("status", [b"200 OK", b"302 Found"], ids=["200", "302"])
async def test_unusual_result_headers_leave_every_connection_usable(status: bytes) -> None:
    answer = b""

    async def is_odd(connection: RawConnection, _request: RawRequest) -> None:
        await connection.send(answer)

    async with host() as server, clients(server) as (_, fetcher):
        for line in LINES:
            answer = head(status, line, b"12345") + b"12345"
            server.misbehave(is_odd)
            try:
                await download(fetcher, server.result)
            except ApiError:
                server.behave()
        server.behave()
        assert await download(fetcher, server.result) == RESULT
