"""An HTTP server of bare sockets, for answers that no decent server gives: cut, stale, broken, dripping.

`async with raw_server(behave) as server:` calls `behave(connection)` for each connection and ends them all on leaving.
With a context it speaks TLS.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RawRequest:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class RawServer:
    port: int = 0
    connections: int = 0
    requests: list[RawRequest] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class RawConnection:
    """One connection; `number` counts from 1."""

    def __init__(
        self, server: RawServer, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.number = number
        self._server = server
        self._reader = reader
        self._writer = writer

    async def read(self) -> RawRequest | None:
        """The next request with its body; None when the client has gone."""
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            lines = (line.partition(":") for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in lines}
            body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        except asyncio.IncompleteReadError:
            return None
        method, path, _ = head[0].split(" ", 2)
        request = RawRequest(method, path, headers, body)
        self._server.requests.append(request)
        return request

    async def read_a_little(self) -> bytes:
        """The first bytes that come, and no more."""
        return await self._reader.read(1024)

    async def send(self, content: bytes) -> None:
        self._writer.write(content)
        await self._writer.drain()

    async def answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None, *, keep: bool = False
    ) -> None:
        """A whole and decent answer."""
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if not keep:
            lines.append("Connection: close")
        await self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    async def until_gone(self) -> None:
        """Waits until the client closes."""
        await self._reader.read()


def sends(content: bytes) -> Callable[[RawConnection], Awaitable[None]]:
    """Each connection gets these bytes for its request, and is closed."""

    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.send(content)

    return behave


def answers(status: int, body: bytes = b"") -> Callable[[RawConnection], Awaitable[None]]:
    """Each connection gets a decent answer, and is closed."""

    async def behave(connection: RawConnection) -> None:
        await connection.read()
        await connection.answer(status, body)

    return behave


@asynccontextmanager
async def raw_server(
    behave: Callable[[RawConnection], Awaitable[None]], context: ssl.SSLContext | None = None
) -> AsyncIterator[RawServer]:
    server = RawServer()
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        server.connections += 1
        try:
            await behave(RawConnection(server, server.connections, reader, writer))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            serving.discard(task)
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in list(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
