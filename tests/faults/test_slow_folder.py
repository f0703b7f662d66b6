"""A folder on a disk that takes long, or hangs, costs the loop nothing: its lag stays what it is."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runway_desktop.domain.folders import FolderState
from runway_desktop.services import library_folder
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import SystemClock
from runway_desktop.services.folder_look import Look
from runway_desktop.services.library_folder import LibraryFolder
from runway_desktop.services.settings import Settings
from tests.fakes import MemoryStore

EACH = 0.4
"""Seconds that every touch of the slow disk takes."""
TICK = 0.005


class Lag:
    """The longest that the loop was late for a timer, in seconds."""

    def __init__(self) -> None:
        self.worst = 0.0

    @asynccontextmanager
    async def measured(self) -> AsyncIterator[Lag]:
        ticking = asyncio.create_task(self._tick())
        try:
            yield self
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)

    async def _tick(self) -> None:
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            self.worst = max(self.worst, time.perf_counter() - due)


async def becomes(folder: LibraryFolder, state: FolderState) -> None:
    while folder.health.state is not state:
        await asyncio.sleep(TICK)


async def test_a_slow_disk_does_not_make_the_loop_late(tmp_path, monkeypatch):
    """Forty writes and a look, each of which takes as long as a drive that wakes up, and a look that never ends."""
    hangs = threading.Event()
    hangs.set()

    def look(*_: object) -> Look:
        time.sleep(EACH)
        hangs.wait(20)
        return Look(FolderState.FINE)

    monkeypatch.setattr(library_folder, "look_at", look)
    monkeypatch.setattr(library_folder, "ANSWER_WITHIN", EACH / 2)
    bus, clock = Bus(), SystemClock()
    folder = LibraryFolder(Settings(MemoryStore(), bus, clock, default_library=tmp_path), bus, clock)
    async with Lag().measured() as lag:
        running = asyncio.create_task(folder.run())
        writes = [asyncio.create_task(folder.do(time.sleep, EACH / 4)) for _ in range(40)]
        await becomes(folder, FolderState.SLOW)
        await becomes(folder, FolderState.FINE)
        hangs.clear()
        assert (await folder.look()).state is FolderState.SLOW
        began = time.perf_counter()
        assert await folder.is_away(Path(tmp_path, "fox.mp4"))
        assert time.perf_counter() - began < EACH, "whoever asks waits for a drive that hangs"
        await asyncio.gather(*writes)
        hangs.set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    folder.shutdown()
    # Each touch of the disk takes 400 ms or for ever; on an idle machine the loop is late by five to eight.
    assert lag.worst < EACH / 2
