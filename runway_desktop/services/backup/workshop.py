"""Where backups and restores are made: one at a time, in a worker, and each can be called off.

A piece of work that its caller gives up, because the program closes, is called off and waited for: it takes away what
it had begun. Loop's thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from runway_desktop.services.disk.disk_threads import in_worker

from .watching import Progress, Stopped, Watch

Result = TypeVar("Result")

Say = Callable[[Progress], None]


class Workshop:
    def __init__(self, executor: Executor | None) -> None:
        self._executor = executor
        self._turn = asyncio.Lock()
        self._watch: Watch | None = None
        self._is_awaited = False

    @property
    def is_busy(self) -> bool:
        return self._turn.locked()

    @property
    def is_awaited(self) -> bool:
        """Whether somebody watches how far it is."""
        return self._is_awaited and self._turn.locked()

    def stop(self) -> None:
        """Calls off what is being made."""
        if self._watch is not None:
            self._watch.stop()

    async def make(self, work: Callable[[Watch], Result], say: Say | None = None) -> Result | None:
        """Does the work once nothing else is being made; `say` is told on the loop how far it is. None when it was
        called off."""
        loop = asyncio.get_running_loop()

        def told(progress: Progress) -> None:
            if say is not None:
                loop.call_soon_threadsafe(say, progress)

        async with self._turn:
            self._watch = watch = Watch(told)
            self._is_awaited = say is not None
            doing = loop.run_in_executor(self._executor, work, watch)
            try:
                return await asyncio.shield(doing)
            except Stopped:
                return None
            except asyncio.CancelledError:
                watch.stop()
                await asyncio.gather(doing, return_exceptions=True)
                raise
            finally:
                self._watch = None

    async def look(self, work: Callable[..., Result], *arguments: object) -> Result:
        """For what is quick and writes nothing that another could be writing."""
        return await in_worker(self._executor, work, *arguments)
