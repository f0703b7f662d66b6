"""How a click becomes a coroutine: started by the program's supervisor, its trouble told in words, never lost.

The world's faults (`RunwayDesktopError`) become a notice; our own bugs go to the last-resort handler by the supervisor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.services.bus import Bus


class Spawn(Protocol):
    """Starts a named task that someone holds, awaits and reports on."""

    def __call__(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]: ...


class Runner:
    def __init__(self, spawn: Spawn, bus: Bus) -> None:
        self._spawn = spawn
        self._bus = bus

    def __call__(
        self,
        work: Coroutine[Any, Any, Any],
        name: str,
        *,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[RunwayDesktopError], None] | None = None,
    ) -> asyncio.Task[Any]:
        """Runs `work`; `done(result)` on success. A fault of the world goes to `failed` where given, else becomes
        a notice."""
        task = self._spawn(self._guarded(work, done, failed), name)
        # Work that is cancelled before its first step ends here too, instead of being lost with a warning.
        task.add_done_callback(lambda _: work.close())
        return task

    async def _guarded(
        self,
        work: Coroutine[Any, Any, Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[RunwayDesktopError], None] | None,
    ) -> Any:
        try:
            result = await work
        except RunwayDesktopError as error:
            if failed is not None:
                failed(error)
            else:
                self._bus.tell(Notice(error.in_words(), error.detail, is_problem=True))
            return None
        if done is not None:
            done(result)
        return result
