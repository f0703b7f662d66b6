"""Connection of one command or MCP server to its profile's engine: to the program that has the profile, else to an
engine of its own.

When that engine ends or hands over to a window, the next call looks for the next engine. A call may then be sent twice,
so all calls are repeatable: those that pay have an idempotency key. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any, Protocol

from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.permissions import LONGEST_WAIT
from runway_desktop.services.disk.profile_lock import Claim, claim
from runway_desktop.usecases.clients.refusals import CallRefused, Code, refuse_nesting

from .client import Connection, ConnectionLost, connect
from .messages import Hello

PATIENCE = 20.0
"""Seconds until an engine must answer: the program may be starting, from a slow disk."""
TRY_EVERY = 0.05
MOST_TRIES = 20
"""How many engines may end during one call."""
ANSWERED_WITHIN = 5.0
"""Seconds after the deadline of a wait, in which an engine can still be found and say how the tasks stand."""
NOT_SURE = "This disk cannot say whether the profile is open elsewhere, so nothing is sent."
FOR_WINDOW = 5.0
"""Seconds for which the profile is left to the window that wants it."""


class OwnEngine(Protocol):
    """An engine of this process: `headless.Headless`, which is imported only when needed."""

    @property
    def is_over(self) -> bool: ...
    @property
    def is_leaving(self) -> bool: ...
    async def call(self, caller: Hello, name: str, arguments: Mapping[str, Any]) -> object: ...
    async def close(self) -> None: ...


@dataclass(eq=False, repr=False)
class EngineClient:
    """`folder` is the profile's, `client` the name of this program, `start` creates an engine in this process. `key`
    and `address` are those of this process's environment: an engine that uses others must not spend."""

    _folder: Path
    _client: str
    _start: Callable[[Claim], Awaitable[OwnEngine]]
    _: KW_ONLY
    key: Fingerprint = NO_KEY
    address: str = ""

    def __post_init__(self) -> None:
        self._is_identified = False
        self._connection: Connection | None = None
        self._own: OwnEngine | None = None
        self._seen_leaving = -math.inf
        """When an engine last said that it is ending."""
        self._claims_from = -math.inf
        """Until then the profile is left to the window that wants it."""
        self._reaching = asyncio.Lock()

    @property
    def has_own_engine(self) -> bool:
        return self._own is not None and not self._own.is_over

    def identify(self, client: str) -> None:
        """Sets the name of this program before its first call: that of an agent's host. Raises CallRefused for a second
        name: permission and allowance belong to one client, and a call may be repeated at the next engine."""
        if self._is_identified and client != self._client:
            advice = "Start a server for each program, under one name. Nothing was done."
            raise CallRefused("Another program uses this connection.", advice, code=Code.REFUSED)
        self._client, self._is_identified = client, True

    async def call(self, name: str, arguments: Mapping[str, Any], *, patience: float = PATIENCE) -> Any:
        """Raises CallRefused. `patience`: seconds to look for an engine. A wait ends in time, however many engines it
        meets: it has one deadline."""
        refuse_nesting(arguments)
        if name != "wait":
            return await self._call(name, lambda: arguments, patience)
        end = _now() + max(0.0, min(arguments.get("seconds", LONGEST_WAIT), LONGEST_WAIT))
        try:
            async with asyncio.timeout_at(max(end, _now() + patience) + ANSWERED_WITHIN):
                return await self._call(name, lambda: {**arguments, "seconds": max(0.0, end - _now())}, patience)
        except TimeoutError:
            raise self._silent() from None

    async def _call(self, name: str, arguments: Callable[[], Mapping[str, Any]], patience: float) -> Any:
        for _ in range(MOST_TRIES):
            engine = await self._reach(patience)
            try:
                if isinstance(engine, Connection):
                    return await engine.call(name, arguments())
                return await engine.call(self._hello(), name, arguments())
            except ConnectionLost:
                pass
            except CallRefused as error:
                if error.code is not Code.MOVING:
                    raise
                self._note_leaving(engine)
                await self._hang_up()
        raise CallRefused("The engine of this profile ends again and again.", "Its log says more.", code=Code.AGAIN)

    async def close(self) -> None:
        """Finishes what this process's own engine has in progress."""
        await self._hang_up()
        if self._own is not None:
            await self._own.close()

    async def _reach(self, patience: float) -> Connection | OwnEngine:
        async with self._reaching:
            end = _now() + patience
            while True:
                if self._own is not None and not self._own.is_leaving:
                    return self._own
                if self._connection is not None:
                    if not self._connection.is_lost:
                        return self._connection
                    await self._hang_up()
                if (found := await self._find()) is not None:
                    return found
                if _now() > end:
                    raise self._silent()
                await asyncio.sleep(TRY_EVERY)

    def _silent(self) -> CallRefused:
        """Why no engine was found."""
        if self._seen_leaving > _now() - PATIENCE:
            said, advice = "The engine of this profile is ending, a paid request is finished first.", "Try again soon."
        elif sys.platform == "win32":
            said = "Runway Desktop is open with this profile."
            advice = "On Windows, commands and agents do not reach an open window yet: close it first."
        else:
            said = "Runway Desktop has this profile and does not answer."
            advice = "Try again in a minute; if that does not help, end it."
        return CallRefused(said, code=Code.AGAIN, advice=advice)

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _find(self) -> Connection | OwnEngine | None:
        if sys.platform != "win32" and (self._own is None or self._own.is_over):
            found = await connect(self._folder, self._hello())
            if found is not None and not found.welcome.is_leaving:
                self._connection = found
                return found
            if found is not None:
                self._note_leaving(found)
                await found.close()
                return None
        if (self._own is not None and not self._own.is_over) or _now() < self._claims_from:
            return None
        claimed = self._claim()
        if claimed is None:
            return None
        if not claimed.is_sure:
            claimed.release()
            advice = "Open Runway Desktop and answer its question; programs can go on while it is open."
            raise CallRefused(NOT_SURE, code=Code.PERSON, advice=advice)
        self._own = await self._start(claimed)
        return self._own

    def _hello(self) -> Hello:
        return Hello(client=self._client, key=self.key, address=self.address)

    def _note_leaving(self, engine: Connection | OwnEngine) -> None:
        self._seen_leaving = _now()
        # A window hands over to no other: it is being closed.
        if not (isinstance(engine, Connection) and engine.welcome.has_window):
            self._claims_from = self._seen_leaving + FOR_WINDOW

    def _claim(self) -> Claim | None:
        try:
            return claim(self._folder)
        except OSError as error:
            raise CallRefused("The profile's folder cannot be used.", str(error), code=Code.FAILED) from error


def _now() -> float:
    return asyncio.get_running_loop().time()
