"""Progress and cancellation of backups and restores, and the worker that runs one of them at a time.

If its caller is canceled because the program closes, the work is stopped and awaited, and deletes what it had written.
`Workshop` is for the loop's thread only.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.supervised import shielded
from runway_desktop.texts import Text
from runway_desktop.values import Struct

_PARTS = 500
"""Most progress events for one task."""


class Stopped(Exception):
    """The work was canceled and left nothing behind."""


class WatchProgress(Struct, frozen=True):
    """The present step in words, and the bytes done. `total` 0: unknown."""

    words: Text | str
    done: int = 0
    total: int = 0


class Watch:
    """`say` is called in the worker's thread. `stop` may be called from any thread. `space`: the shared reservation of
    disk space."""

    def __init__(self, say: Callable[[WatchProgress], None] | None = None, space: DiskSpace | None = None) -> None:
        self.space = space or DiskSpace()
        self._say = say or (lambda _: None)
        self._stopped = threading.Event()
        self._words: Text | str = ""
        self._done = 0
        self._total = 0
        self._told = -1

    def stop(self) -> None:
        self._stopped.set()

    def look(self) -> None:
        """Raises Stopped if canceled."""
        if self._stopped.is_set():
            raise Stopped

    def begin(self, total: int) -> None:
        """Sets the total bytes."""
        self._done, self._total, self._told = 0, total, -1

    def doing(self, words: Text) -> None:
        self._words = words
        self._tell()

    def step(self, count: int) -> None:
        """Adds bytes done. Raises Stopped."""
        self.look()
        self._done += count
        if self._total and self._done * _PARTS // self._total != self._told:
            self._tell()

    def copying(self, share: int) -> Callable[[int, int], None]:
        """Adapter for work that reports (done, total) itself and counts as `share` bytes."""
        start = self._done

        def told(done: int, total: int) -> None:
            self.look()
            if total:
                self.step(max(0, start + share * done // total - self._done))

        return told

    def _tell(self) -> None:
        self._told = self._done * _PARTS // self._total if self._total else 0
        self._say(WatchProgress(self._words, min(self._done, self._total), self._total))


Result = TypeVar("Result")

Say = Callable[[WatchProgress], None]


class Workshop:
    def __init__(self, executor: Executor | None, space: DiskSpace | None = None) -> None:
        self._executor = executor
        self._space = space
        self._turn = asyncio.Lock()
        self._watch: Watch | None = None
        self._is_awaited = False

    @property
    def is_busy(self) -> bool:
        return self._turn.locked()

    @property
    def is_awaited(self) -> bool:
        """Whether a caller shows the progress."""
        return self._is_awaited and self._turn.locked()

    def stop(self) -> None:
        """Cancels the running work."""
        if self._watch is not None:
            self._watch.stop()

    async def make(self, work: Callable[[Watch], Result], say: Say | None = None) -> Result | None:
        """Runs the work after any other has ended; `say` is called on the loop with the progress. None if canceled."""
        loop = asyncio.get_running_loop()

        def told(progress: WatchProgress) -> None:
            if say is not None:
                loop.call_soon_threadsafe(say, progress)

        async with self._turn:
            self._watch = watch = Watch(told, self._space)
            self._is_awaited = say is not None
            doing = loop.run_in_executor(self._executor, work, watch)
            try:
                return await shielded(doing)
            except Stopped:
                return None
            except asyncio.CancelledError:
                watch.stop()
                await asyncio.gather(doing, return_exceptions=True)
                raise
            finally:
                self._watch = None

    async def look(self, work: Callable[..., Result], *arguments: object) -> Result:
        """For quick reads that need not wait for running work."""
        return await in_worker(self._executor, work, *arguments)
