"""Client of a profile's local socket, on any asyncio loop. Linux and macOS.

`connect` returns a `Connection`, or None if there is no server. Raises OtherVersion if another version of the program
has the profile, ConnectionLost if it ends before its answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from runway_desktop import __version__
from runway_desktop.services.disk import private_socket
from runway_desktop.usecases.clients.refusals import CallRefused, Code

from .messages import (
    LONGEST_LINE,
    PROTOCOL,
    BadMessage,
    Call,
    CallAnswer,
    Hello,
    Said,
    Stop,
    Trouble,
    Welcome,
    line_of,
    said_in,
)

WELCOME_WITHIN = 20.0
"""Seconds until the server's first line: it may be starting itself, from a slow disk."""


class ConnectionLost(Exception):
    """The server has ended or closed the connection. The call may have been executed or not."""


class OtherVersion(CallRefused):
    """Another version of the program has the profile, with an incompatible protocol."""

    def __init__(self, program: str) -> None:
        theirs = f"Runway Desktop {program}" if program else "An older Runway Desktop"
        super().__init__(
            f"{theirs} is running with this profile; this is {__version__}.",
            code=Code.PERSON,
            advice="Close it, then try again.",
        )


async def connect(folder: Path, client: str | Hello = "", *, patience: float = WELCOME_WITHIN) -> Connection | None:
    """A connection to the program that has the profile in `folder`; None if there is none. Raises CallRefused if it
    does not answer within `patience` seconds."""
    for address in private_socket.addresses(folder):
        try:
            reader, writer = await asyncio.open_unix_connection(address, limit=LONGEST_LINE)
        except OSError:
            continue
        connection = Connection(reader, writer)
        try:
            if private_socket.peer_is_own(writer.get_extra_info("socket").fileno()):
                await connection._greet(client if isinstance(client, Hello) else Hello(client=client), patience)
                return connection
        except ConnectionLost:
            # It has just ended.
            pass
        except BaseException:
            await connection.close()
            raise
        await connection.close()
    return None


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._last = 0
        self.is_lost = False
        self.welcome = Welcome()

    async def call(self, name: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """Raises CallRefused, ConnectionLost."""
        if self.is_lost:
            raise ConnectionLost
        self._last += 1
        number = self._last
        line = line_of(Call(number=number, name=name, arguments=dict(arguments or {})))
        if len(line) > LONGEST_LINE:
            said = f"This is longer than {LONGEST_LINE:,} bytes."
            raise CallRefused(said, code=Code.INPUT, advice="Name a link or a task instead of sending content.")
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(line)
            with suppress(ConnectionError):
                await self._writer.drain()
            return await answer
        except asyncio.CancelledError:
            if not self._writer.is_closing():
                self._writer.write(line_of(Stop(number=number)))
            raise
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        self.is_lost = True
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _greet(self, hello: Hello, patience: float) -> None:
        self._writer.write(line_of(hello))
        try:
            async with asyncio.timeout(patience):
                line = await self._reader.readuntil(b"\n")
        except TimeoutError:
            said, advice = "Runway Desktop runs already with this profile and does not answer.", "End it, try again."
            raise CallRefused(said, code=Code.AGAIN, advice=advice) from None
        except (OSError, EOFError, asyncio.LimitOverrunError) as error:
            raise ConnectionLost from error
        try:
            said_first = said_in(line)
        except BadMessage:
            # Versions before this protocol answer every line with "ok".
            raise OtherVersion("") from None
        match said_first:
            case Welcome(protocol=protocol, program=program):
                if protocol != PROTOCOL:
                    raise OtherVersion(program)
                self.welcome = said_first
            case Trouble():
                raise _refused(said_first)
            case CallAnswer():
                raise OtherVersion("")
        self._reading = asyncio.create_task(self._read(), name="answers of another program")

    async def _read(self) -> None:
        try:
            while True:
                self._take(said_in(await self._reader.readuntil(b"\n")))
        except (OSError, EOFError, asyncio.LimitOverrunError, BadMessage):
            pass
        finally:
            self.is_lost = True
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionLost())

    def _take(self, said: Said) -> None:
        if isinstance(said, Welcome):
            return
        number = said.number
        # Number 0 is for all calls: the connection is then closed.
        for waiting in self._waiting.values() if number == 0 else (self._waiting.get(number),):
            if waiting is not None and not waiting.done():
                if isinstance(said, CallAnswer):
                    waiting.set_result(said.result)
                else:
                    waiting.set_exception(_refused(said))


def _refused(said: Trouble) -> CallRefused:
    try:
        code = Code(said.code)
    except ValueError:
        code = Code.FAILED
    return CallRefused(said.message, code=code, advice=said.advice)
