"""Server of a profile's local socket, on the loop of the process that has the engine, with or without a window.

Both ends check that the peer belongs to the same user (`private_socket`). Limits: length of a line, number of
connections and of concurrent calls, time until the hello. Loop's thread only. Linux and macOS.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.permissions import clean_name
from runway_desktop.services.disk import private_socket
from runway_desktop.services.supervised import report
from runway_desktop.usecases.clients.refusals import CallRefused, Code, refusal_of
from runway_desktop.values import replace

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
    asked_in,
    line_of,
)

log = logging.getLogger(__name__)

MOST_CONNECTIONS = private_socket.MOST_WAITING
MOST_CALLS = 16
"""Concurrent calls of one connection."""
HELLO_WITHIN = 10.0
"""Seconds until a client's first line."""


class Behind(Protocol):
    """The handler behind the server."""

    def welcome(self) -> Welcome: ...

    async def call(self, caller: Hello, name: str, arguments: Mapping[str, Any]) -> object:
        """Returns a JSON value. Raises CallRefused."""


class Door:
    """`connected` counts open connections by client name; `count_changed` is called after each change."""

    def __init__(self, listening: private_socket.Listening) -> None:
        self.connected: Counter[str] = Counter()
        self.count_changed: Callable[[], object] = lambda: None
        self._listening = listening
        self._server: asyncio.Server | None = None
        self._behind: Behind | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def open(self, behind: Behind) -> None:
        """Starts answering clients, those that wait already included."""
        self._behind = behind
        # A duplicate, since the server closes its socket.
        ours = self._listening.socket.dup()
        self._server = await asyncio.start_unix_server(self._greet, sock=ours, limit=LONGEST_LINE)

    async def close(self) -> None:
        """Closes the socket; calls in progress are canceled. May be called twice."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._listening.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task, behind = asyncio.current_task(), self._behind
        ours = writer.get_extra_info("socket")
        if task is None or behind is None or not private_socket.peer_is_own(ours.fileno()):
            log.warning("Another user's program called and was not let in")
            writer.close()
            return
        self._connections.add(task)
        try:
            if len(self._connections) > MOST_CONNECTIONS:
                # Reads first: closing a socket with unread data would discard the answer.
                with suppress(TimeoutError, ValueError):
                    await asyncio.wait_for(reader.readline(), 1.0)
                raise CallRefused("Too many programs are connected.", code=Code.AGAIN, advice="Close some of them.")
            await _Caller(reader, writer, behind, self._count).serve()
        except CallRefused as error:
            writer.write(line_of(Trouble(code=error.code.value, message=error.message, advice=error.advice)))
        except (OSError, EOFError):
            # The client is gone, maybe in the middle of a line, which is ignored.
            pass
        except asyncio.CancelledError:
            # By `close`. Otherwise the server would report it to the loop as a bug.
            pass
        except Exception as mistake:  # noqa: BLE001 - reported with its traceback
            report("answering another program", mistake)
        finally:
            self._connections.discard(task)
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    def _count(self, client: str, more: int) -> None:
        self.connected[client] += more
        if not self.connected[client]:
            del self.connected[client]
        self.count_changed()


@dataclass(eq=False, repr=False)
class _Caller:
    """One connection. `count` is called with the client's name and 1 or -1."""

    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter
    _behind: Behind
    _count: Callable[[str, int], object]

    def __post_init__(self) -> None:
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._caller = Hello()

    async def serve(self) -> None:
        """Runs until the client disconnects. Raises CallRefused for an error that ends the connection."""
        try:
            if not await self._hello():
                return
            self._count(self._caller.client, 1)
            try:
                while True:
                    self._take(_message(await self._line()))
                    await self._writer.drain()
            finally:
                self._count(self._caller.client, -1)
        finally:
            for call in self._calls.values():
                call.cancel()
            await asyncio.gather(*self._calls.values(), return_exceptions=True)

    async def _hello(self) -> bool:
        """Whether the protocol versions match; the client gets the welcome in any case."""
        try:
            async with asyncio.timeout(HELLO_WITHIN):
                line = await self._line()
        except TimeoutError:
            raise CallRefused("Nothing was said.", code=Code.AGAIN, advice="Say hello first.") from None
        hello = _message(line)
        if not isinstance(hello, Hello):
            raise CallRefused("The first message has to be a hello.", code=Code.INPUT)
        self._caller = replace(hello, client=clean_name(hello.client))
        self._say(self._behind.welcome())
        await self._writer.drain()
        return hello.protocol == PROTOCOL

    async def _line(self) -> bytes:
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            said = f"A message is longer than {LONGEST_LINE:,} bytes."
            raise CallRefused(said, code=Code.INPUT, advice="Name a file instead of sending its content.") from None

    def _take(self, message: Hello | Call | Stop) -> None:
        match message:
            case Call(number=number):
                if number in self._calls or len(self._calls) >= MOST_CALLS:
                    said = "Too many calls are under way." if number not in self._calls else "This number is in use."
                    self._say(Trouble(number=number, code=Code.AGAIN.value, message=said, advice="Wait for an answer."))
                    return
                task = asyncio.create_task(self._answer(message), name=f"answer {message.name}")
                self._calls[number] = task
                task.add_done_callback(lambda _: self._calls.pop(number, None))
            case Stop(number=number):
                if (call := self._calls.get(number)) is not None:
                    call.cancel()
            case Hello():
                raise CallRefused("Hello was said already.", code=Code.INPUT)

    async def _answer(self, call: Call) -> None:
        number = call.number
        try:
            result = await self._behind.call(self._caller, call.name, call.arguments)
        except Exception as error:  # noqa: BLE001 - a bug is reported, and the client still gets an answer
            self._say(_trouble(number, error))
        else:
            line = line_of(CallAnswer(number=number, result=result))
            if len(line) > LONGEST_LINE:
                said = "The answer is too long."
                line = line_of(Trouble(number=number, code=Code.INPUT.value, message=said, advice="Ask for less."))
            self._write(line)
        # Back-pressure: a client that does not read gets no further answers.
        with suppress(OSError):
            await self._writer.drain()

    def _say(self, message: Said) -> None:
        self._write(line_of(message))

    def _write(self, line: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(line)


def _message(line: bytes) -> Hello | Call | Stop:
    try:
        return asked_in(line)
    except BadMessage as error:
        raise CallRefused(str(error), code=Code.INPUT) from error


def _trouble(number: int, error: Exception) -> Trouble:
    match error:
        case CallRefused():
            return Trouble(number=number, code=error.code.value, message=error.message, advice=error.advice)
        case RunwayDesktopError():
            return _trouble(number, refusal_of(error))
        case _:
            report("answering another program", error)
            said, advice = "Something went wrong in the program.", "Details are in its log."
            return Trouble(number=number, code=Code.FAILED.value, message=said, advice=advice)
