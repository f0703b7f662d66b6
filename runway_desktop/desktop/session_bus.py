"""Calls to services on the D-Bus session bus. On the loop, by jeepney: PySide's QtDBus cannot write unsigned integers,
which the services for notices and inhibitions take. On
Linux alone.

What is not there, does not answer in time, or answers with an error or with rubbish, raises BusError and nothing else.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

if sys.platform == "linux":
    from jeepney import DBusAddress, HeaderFields, MatchRule, Message, message_bus, new_method_call
    from jeepney.auth import BEGIN, Authenticator
    from jeepney.bus import get_bus
    from jeepney.io.asyncio import DBusConnection, DBusRouter, Proxy
    from jeepney.wrappers import unwrap_msg

PATIENCE = 5.0
"""Seconds for each call. It may start the service."""


class BusError(Exception):
    """The message is for the log."""


def is_sandboxed() -> bool:
    """In Flatpak, programs reach the desktop through portals alone."""
    return "FLATPAK_ID" in os.environ


def portal(interface: str) -> DBusAddress:
    name = "org.freedesktop.portal"
    return DBusAddress("/org/freedesktop/portal/desktop", f"{name}.Desktop", f"{name}.{interface}")


class SessionBus:
    """`ended` is done when the bus has closed the connection."""

    def __init__(self, router: DBusRouter, ended: asyncio.Future[None]) -> None:
        self._router = router
        self._ended = ended

    async def call(
        self, to: DBusAddress, method: str, signature: str | None = None, *values: object
    ) -> tuple[str, tuple[Any, ...]]:
        """Returns the unique name of the service, and its answer. A variant is a pair of signature and value."""
        # In a task of its own: jeepney's router breaks if a reply arrives in the turn in which its caller is canceled.
        calling = asyncio.ensure_future(self._router.send_and_get_reply(new_method_call(to, method, signature, values)))
        calling.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.wait((calling,))
            reply = calling.result()
            return reply.header.fields.get(HeaderFields.sender, ""), unwrap_msg(reply)
        except Exception as error:
            raise BusError(f"{to.bus_name} {method}: {type(error).__name__} {error}") from error

    async def listen(self, to: DBusAddress, heard: asyncio.Queue[Any]) -> None:
        """Puts the signals of an interface into `heard`, also those of objects below its path, until the connection is
        closed."""
        await self._match(MatchRule(type="signal", interface=to.interface, path_namespace=to.object_path), heard)

    async def listen_for_owner(self, name: str, heard: asyncio.Queue[Any]) -> None:
        """Puts a signal (name, owner before, owner now) into `heard` whenever a service starts or ends."""
        rule = MatchRule(type="signal", interface=message_bus.interface, member="NameOwnerChanged")
        rule.add_arg_condition(0, name)
        await self._match(rule, heard)

    async def next(self, heard: asyncio.Queue[Any]) -> Any:
        """The next signal. Raises BusError when the connection ends, after which none would come."""
        getting = asyncio.ensure_future(heard.get())
        try:
            await asyncio.wait((getting, self._ended), return_when=asyncio.FIRST_COMPLETED)
            if not getting.done():
                raise BusError("The session bus has ended")
            return getting.result()
        finally:
            getting.cancel()

    async def _match(self, rule: MatchRule, heard: asyncio.Queue[Any]) -> None:
        await self.call(message_bus, "AddMatch", "s", rule.serialise())
        self._router.filter(rule, queue=heard)


@asynccontextmanager
async def connected() -> AsyncIterator[SessionBus]:
    """A connection. What a service holds for it is released when it is closed, also by the death of this process."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(PATIENCE):
                bus = await _opened(stack)
        except Exception as error:
            raise BusError(f"No connection to the session bus: {type(error).__name__} {error}") from error
        yield bus


async def _opened(stack: AsyncExitStack) -> SessionBus:
    """`stack` closes it. Not by jeepney's own function, which leaves the socket open if the bus does not answer."""
    reader, writer = await asyncio.open_unix_connection(get_bus("SESSION"))
    stack.callback(writer.close)
    authenticator = Authenticator()
    for words in authenticator:
        writer.write(words)
        authenticator.feed(await reader.readuntil(b"\r\n"))
    writer.write(BEGIN)
    connection, ended = DBusConnection(reader, writer), asyncio.get_running_loop().create_future()
    receive = connection.receive

    async def receive_or_end() -> Message:
        try:
            return await receive()
        except BaseException:
            if not ended.done():
                ended.set_result(None)
            raise

    connection.receive = receive_or_end
    router = DBusRouter(connection)
    stack.push_async_callback(_close, router)
    await Proxy(message_bus, router).Hello()
    return SessionBus(router, ended)


async def _close(router: DBusRouter) -> None:
    # It raises what ended its reading, such as EOFError.
    with suppress(Exception):
        await router.__aexit__(None, None, None)
