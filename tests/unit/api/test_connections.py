"""One connection to a host on the plain loop, addresses of a name, and imports of the first request."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from typing import Any

import pytest

from tests.rigs.connection_promises import *  # noqa: F403 - its tests
from tests.rigs.connection_promises import answered, echoing, one
from tests.rigs.raw_server import raw_server

ASKED = """
import asyncio, sys
from runway_desktop.api.client import RunwayClient
from tests.rigs.connection_promises import echoing, raw_server

async def ask():
    async with raw_server(echoing) as server:
        client = RunwayClient(server.url, "key_a")
        there = set(sys.modules)
        try:
            await client.organization()
        except Exception as answer:
            print(type(answer).__name__, *set(sys.modules) - there)
        await client.aclose()

asyncio.run(ask())
"""


@pytest.mark.parametrize("hosts", [["127.0.0.9", "127.0.0.1"], ["127.0.0.1", "127.0.0.9"]])
async def test_host_name_with_several_addresses_uses_one_that_answers(
    hosts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def addresses(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 0)) for host in hosts]

    async with raw_server(echoing) as server, one() as pool:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", addresses)
        assert await answered(pool, server.url.replace("127.0.0.1", "runway.example"), b"x") == b"x"


def test_first_request_imports_nothing_on_the_loop() -> None:
    asked = subprocess.run([sys.executable, "-c", ASKED], stdout=subprocess.PIPE, text=True, check=True)
    assert asked.stdout.split() == ["BadReply"]
