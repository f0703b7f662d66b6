"""A program that moves a library, to be killed: real database, real threads, real files. Begins the move, or goes on
with the one that an earlier run began. Says "copy" before each file and waits for a line that lets it go on, so that
it can be killed at a known place however slow the machine is; without an input it goes on. "done" is its last word.

    python -m tests.faults.moving_child DATABASE OLD NEW
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from runway_desktop.catalog import Catalog
from runway_desktop.domain.events import Event, LibraryMoveChanged
from runway_desktop.domain.folders import MovePhase
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import SystemClock
from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.library.file_moving import Disk
from runway_desktop.services.library.library_move import LibraryMove
from runway_desktop.services.library.move_group import GroupMover
from runway_desktop.services.library.move_plan import JOURNAL
from runway_desktop.services.settings import Settings
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.services.tasks.missing_inputs import InputFollowing
from runway_desktop.store import SqliteStore


class OtherDrive(Disk):
    def device(self, folder: Path) -> int:
        return super().device(folder) + 1

    def copy(self, source: Path, target: Path, progress: Callable[[int], None]) -> str:
        say("copy")
        sys.stdin.readline()
        return super().copy(source, target, progress)


class Idle:
    def is_under_way(self, owner: tuple[str, int]) -> bool:
        return False

    def any_under_way_in(self, folder: Path) -> bool:
        return False


async def main(database: Path, old: Path, new: Path) -> None:
    store, bus, clock = await SqliteStore.open(database), Bus(), SystemClock()
    settings = Settings(store, bus, clock, default_library=old)
    await settings.load()
    folder = LibraryFolder(settings, bus, clock)
    following = InputFollowing(Ledger(store, bus, clock, Catalog.load().makes), store)
    mover = GroupMover(store, bus, folder, following, DiskThreads(1, "move"), OtherDrive())
    move = LibraryMove(store, bus, clock, settings, folder, Idle(), mover, old.with_name("Rescued"))
    over = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, LibraryMoveChanged) and event.progress.phase is MovePhase.DONE:
            over.set()

    bus.listen(hear)
    if (await store.settings()).get(JOURNAL) is None:
        await move.begin(await move.plan(new))
    loop = asyncio.create_task(move.run())
    await over.wait()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    await settings.flush()
    await store.close()
    folder.shutdown()
    say("done")


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(*map(Path, sys.argv[1:])))
