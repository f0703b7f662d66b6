"""TLS server on this machine, with the certificate next to this file: correct, or with a record damaged in transit.

`localhost.pem` contains a certificate and key made for these tests only.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.rigs.raw_server import RawConnection, RawServer, raw_server

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""What a client has to trust: `SSL_CERT_FILE` in the environment."""


@asynccontextmanager
async def tls_server(behave: Callable[[RawConnection], Awaitable[None]]) -> AsyncIterator[RawServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    async with raw_server(behave, context) as server:
        yield server


class Wire:
    """Carries bytes between a client and a server. Once `is_damaging`, what comes from the server is spoilt."""

    def __init__(self, server: RawServer) -> None:
        self.is_damaging = False
        self.carried = asyncio.Event()
        """Something came from the server and was passed on."""
        self._server = server

    async def carry(self, connection: RawConnection) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._server.port)
        there = asyncio.create_task(self._there(connection, writer))
        try:
            while piece := await reader.read(65536):
                # The last byte of a record is a part of what proves that it is whole.
                await connection.send(piece[:-1] + bytes([piece[-1] ^ 1]) if self.is_damaging else piece)
                self.carried.set()
        finally:
            there.cancel()
            writer.close()

    @staticmethod
    async def _there(connection: RawConnection, writer: asyncio.StreamWriter) -> None:
        while piece := await connection.read_a_little():
            writer.write(piece)
            await writer.drain()


@asynccontextmanager
async def wire_to(server: RawServer) -> AsyncIterator[tuple[Wire, str]]:
    """The wire, and the address at its near end."""
    wire = Wire(server)
    async with raw_server(wire.carry) as near:
        yield wire, f"https://localhost:{near.port}"
