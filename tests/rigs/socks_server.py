"""Proxies on this machine, which take every name for one server: a SOCKS5 one, which may misbehave, and one of HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.rigs.raw_server import RawConnection, RawServer, raw_server

DONE = b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00"


@dataclass
class SocksProxy:
    """`asked` are the names and ports that it was asked for. `says` is the answer to that."""

    port: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)
    greeting: bytes = b"\x05\x00"
    says: bytes = DONE

    @property
    def url(self) -> str:
        return f"socks5://127.0.0.1:{self.port}"


@asynccontextmanager
async def socks_proxy(target: int, **manner: bytes) -> AsyncIterator[SocksProxy]:
    """Leads to the port `target` of this machine. An empty `greeting` or answer: it says nothing, and keeps the
    connection."""
    proxy = SocksProxy()
    proxy.greeting, proxy.says = manner.get("greeting", proxy.greeting), manner.get("says", DONE)

    async def serve(connection: RawConnection) -> None:
        await connection.read_a_little()
        if not proxy.greeting:
            await connection.until_gone()
        await connection.send(proxy.greeting)
        request = await connection.read_a_little()
        if request[3:4] == b"\x03":
            end = 5 + request[4]
            proxy.asked.append((request[5:end].decode(), int.from_bytes(request[end : end + 2], "big")))
        if not proxy.says:
            await connection.until_gone()
        await connection.send(proxy.says)
        if proxy.says != DONE:
            return
        await _tunnel(connection, target)

    async with raw_server(serve) as server:
        proxy.port = server.port
        yield proxy


@asynccontextmanager
async def http_proxy(target: int, says: bytes = b"HTTP/1.1 200 Yes\r\n\r\n") -> AsyncIterator[RawServer]:
    """Leads to the port `target` of this machine who asks it to CONNECT, if its answer is 200."""

    async def serve(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(says)
        if b" 200 " in says:
            await _tunnel(connection, target)

    async with raw_server(serve) as server:
        yield server


async def _tunnel(connection: RawConnection, target: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", target)
    there = asyncio.create_task(_carry(connection, writer))
    try:
        while piece := await reader.read(65536):
            await connection.send(piece)
    finally:
        there.cancel()
        writer.close()


async def _carry(connection: RawConnection, writer: asyncio.StreamWriter) -> None:
    while piece := await connection.read_a_little():
        writer.write(piece)
        await writer.drain()
