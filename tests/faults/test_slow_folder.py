"""A folder on a disk that takes long, or hangs, costs the loop nothing: its lag stays what it is."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runway_desktop.domain.folders import FolderState
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import SystemClock
from runway_desktop.services.disk import library_folder
from runway_desktop.services.disk.folder_look import FolderStatus
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.settings import Settings
from tests.rigs.fakes import MemoryStore

EACH = 0.4
"""Seconds that every touch of the slow disk takes."""
TICK = 0.005


class Pulse:
    """The loop's beats, for those who must not stop them."""

    def __init__(self) -> None:
        self._beats = 0
        self._beaten = threading.Condition()

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[Pulse]:
        ticking = asyncio.create_task(self._tick())
        try:
            yield self
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            with self._beaten:
                self._beats += 1
                self._beaten.notify_all()

    def goes_on(self) -> bool:
        """From the disk's thread: whether the loop goes on while that thread is kept busy, however slowly."""
        with self._beaten:
            seen = self._beats
            return self._beaten.wait_for(lambda: self._beats > seen + 1, 60)


async def becomes(folder: LibraryFolder, state: FolderState) -> None:
    while folder.health.state is not state:
        await asyncio.sleep(TICK)


async def test_slow_disk_does_not_block_the_loop(tmp_path, monkeypatch):
    """Forty writes and a look, each of which takes as long as a drive that wakes up and until the loop has gone on,
    and a look that never ends."""
    hangs = threading.Event()
    hangs.set()
    pulse = Pulse()
    kept_waiting: list[float] = []

    def touch(seconds: float) -> None:
        time.sleep(seconds)
        if not pulse.goes_on():
            kept_waiting.append(seconds)

    def look(*_: object) -> FolderStatus:
        touch(EACH)
        hangs.wait(60)
        return FolderStatus(FolderState.FINE)

    monkeypatch.setattr(library_folder, "look_at", look)
    monkeypatch.setattr(library_folder, "ANSWER_WITHIN", EACH / 2)
    bus, clock = Bus(), SystemClock()
    folder = LibraryFolder(Settings(MemoryStore(), bus, clock, default_library=tmp_path), bus, clock)
    async with pulse.beating():
        running = asyncio.create_task(folder.run())
        writes = [asyncio.create_task(folder.do(touch, EACH / 4)) for _ in range(40)]
        await becomes(folder, FolderState.SLOW)
        await becomes(folder, FolderState.FINE)
        hangs.clear()
        assert (await folder.look()).state is FolderState.SLOW
        # The drive answers only after this: whoever waited for it would wait in vain.
        async with asyncio.timeout(60):
            assert await folder.is_away(Path(tmp_path, "fox.mp4"))
        await asyncio.gather(*writes)
        hangs.set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.to_thread(folder.shutdown)
    assert not kept_waiting, "the loop stood still while the disk was busy"
