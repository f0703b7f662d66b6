"""Detection of the library folder's state, without waiting for a hanging drive."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runway_desktop.domain.events import Event, LibraryFolderChanged
from runway_desktop.domain.folders import SPARE, FolderState
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk import folder_look
from runway_desktop.services.disk.library_folder import (
    ANSWER_WITHIN,
    FRESH,
    LITTLE,
    ROUND,
    ROUND_DELETED,
    SEEN,
    LibraryFolder,
)
from runway_desktop.services.settings import Settings
from tests.rigs.fake_drive import Drive
from tests.rigs.fakes import FakeClock, MemoryStore, settle

GIGABYTE = 1024**3


class Watched:
    """A library's folder whose pools are at a test's hand; `looker` looks, `drive` works."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.bus, self.store = FakeClock(), Bus(), MemoryStore()
        self.events: list[Event] = []
        self.bus.listen(self.events.append)
        self.settings = Settings(self.store, self.bus, self.clock, default_library=folder)
        self.pools: list[Drive] = []
        self.folder = LibraryFolder(self.settings, self.bus, self.clock, self._threads)
        self.looker, self.drive, _ = self.pools

    def _threads(self, most: int, name: str) -> Drive:
        self.pools.append(Drive())
        return self.pools[-1]

    @property
    def told(self) -> list[FolderState]:
        return [event.health.state for event in self.events if isinstance(event, LibraryFolderChanged)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loop = asyncio.create_task(self.folder.run())
        await settle()
        try:
            yield
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    return folder


@pytest.fixture
def watched(library: Path) -> Watched:
    return Watched(library)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """A disk with as much room as a test says."""
    room = {"free": 100 * GIGABYTE}
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), room))
    return room


async def test_usable_folder_is_fine_from_the_start(watched):
    async with watched.running():
        assert watched.folder.health.state is FolderState.FINE
        assert watched.told == [FolderState.FINE]
        await watched.clock.advance(24 * 3_600)
    assert watched.looker.asked == 1, "a folder that is fine was asked again and again"


async def test_moved_folder_is_absent_and_fine_once_it_is_back(watched, library):
    async with watched.running():
        aside = library.rename(library.with_name("aside"))
        health = await watched.folder.look()
        assert (health.state, health.since) == (FolderState.ABSENT, watched.clock.now())
        await watched.clock.advance(10 * ROUND)
        assert watched.told == [FolderState.FINE, FolderState.ABSENT]
        assert watched.looker.asked <= 10 * ROUND / ROUND_DELETED + 3
        aside.rename(library)
        await watched.clock.advance(ROUND + 1)
        assert watched.told == [FolderState.FINE, FolderState.ABSENT, FolderState.FINE]


async def test_missing_folder_of_an_earlier_run_is_not_recreated(watched, library):
    async with watched.running():
        pass
    await watched.settings.flush()
    library.rmdir()
    again = Watched(library)
    await again.store.set_settings(await watched.store.settings())
    await again.settings.load()
    async with again.running():
        health = again.folder.health
        assert (health.state, health.detail) == (FolderState.ABSENT, "it was there before")
        again.folder.accept()
        await again.clock.advance(2)
        assert again.folder.health.state is FolderState.FINE
    assert not library.exists(), "looking made a folder"


async def test_empty_mount_point_is_not_taken_for_the_drive(watched, library, monkeypatch):
    mounted = [str(library.parent)]
    monkeypatch.setattr(os.path, "ismount", lambda place: str(place) in (*mounted, "/"))
    async with watched.running():
        assert watched.settings.get(SEEN) == {str(library): str(library.parent)}
        mounted.clear()
        assert (await watched.folder.look()).state is FolderState.ABSENT
        assert "nothing is mounted" in watched.folder.health.detail


async def test_first_start_may_create_its_folder(tmp_path):
    new = Watched(tmp_path / "Runway")
    deep = Watched(tmp_path / "drive" / "deep" / "Runway")
    async with new.running(), deep.running():
        assert new.folder.health.state is FolderState.FINE
        assert deep.folder.health.state is FolderState.ABSENT


async def test_library_folder_with_a_file_in_its_place_is_absent(tmp_path):
    (tmp_path / "library").write_text("not a folder")
    watched = Watched(tmp_path / "library")
    async with watched.running():
        assert watched.folder.health.state is FolderState.ABSENT


async def test_folder_without_write_permission_is_read_only(watched, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    async with watched.running():
        assert watched.folder.health.state is FolderState.READ_ONLY
        assert watched.folder.health.state.can_read


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (errno.EROFS, FolderState.READ_ONLY),
        (errno.EACCES, FolderState.READ_ONLY),
        (errno.ENOSPC, FolderState.FULL),
        (errno.EDQUOT, FolderState.FULL),
        (errno.EIO, FolderState.ABSENT),
        (errno.ESTALE, FolderState.ABSENT),
        (errno.ENOTCONN, FolderState.ABSENT),
    ],
)
async def test_failed_folder_is_probed_by_a_write_that_leaves_nothing(watched, library, monkeypatch, code, state):
    """A quota, or a server's own rule, shows only when something is written."""
    fails = [True]

    def sync(handle: int) -> None:
        if fails:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", sync)
    async with watched.running():
        assert watched.folder.health.state is FolderState.FINE, "nothing is written without a reason"
        assert (await watched.folder.look(state)).state is state
        fails.clear()
        await watched.clock.advance(ROUND + 1)
        assert watched.folder.health.state is FolderState.FINE
    assert list(library.iterdir()) == []


async def test_folder_not_created_yet_is_judged_by_its_parent(tmp_path, disk, monkeypatch):
    def state() -> FolderState:
        return folder_look.look_at(tmp_path / "new", None, FolderState.UNKNOWN).state

    assert state() is FolderState.FINE
    disk["free"] = SPARE - 1
    assert state() is FolderState.FULL
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path)
    assert state() is FolderState.READ_ONLY
    assert list(tmp_path.iterdir()) == []


async def test_full_disk_is_reported_and_recovers_with_free_space(watched, disk):
    disk["free"] = SPARE - 1
    async with watched.running():
        assert watched.folder.health.state is FolderState.FULL
        assert watched.folder.health.free == SPARE - 1
        disk["free"] = 50 * GIGABYTE
        await watched.clock.advance(ROUND + 1)
        assert watched.told == [FolderState.FULL, FolderState.FINE]


async def test_disk_without_space_for_expected_results_is_nearly_full(watched, disk):
    disk["free"] = 5 * GIGABYTE
    async with watched.running():
        assert watched.folder.health.state is FolderState.FINE
        watched.folder.expect(6 * GIGABYTE)
        health = await watched.folder.look()
        assert (health.state, health.free, health.to_come) == (FolderState.NEARLY_FULL, 5 * GIGABYTE, 6 * GIGABYTE)
        assert health.state.can_write


async def test_low_disk_space_is_reported_once(watched, disk):
    disk["free"] = LITTLE - 1
    async with watched.running():
        for free in (LITTLE + 1, LITTLE - 5, LITTLE + 9):
            disk["free"] = free
            await watched.clock.advance(400)
        assert watched.told == [FolderState.NEARLY_FULL]
        disk["free"] = 2 * LITTLE
        await watched.clock.advance(400)
        assert watched.told == [FolderState.NEARLY_FULL, FolderState.FINE]


async def test_hanging_drive_is_slow_and_never_probed_twice_at_once(watched):
    watched.looker.hangs = True
    async with watched.running():
        assert watched.told == []
        await watched.clock.advance(ANSWER_WITHIN)
        assert watched.told == [FolderState.SLOW]
        await watched.clock.advance(20 * ROUND)
        assert watched.looker.asked == 1
        assert watched.told == [FolderState.SLOW]
        watched.looker.answer()
        await settle()
        assert watched.told == [FolderState.SLOW, FolderState.FINE]


async def test_hanging_work_triggers_a_folder_check(watched):
    async with watched.running():
        watched.drive.hangs = watched.looker.hangs = True
        work = asyncio.create_task(watched.folder.do(lambda: "written"))
        await watched.clock.advance(3 * ANSWER_WITHIN)
        assert watched.told == [FolderState.FINE, FolderState.SLOW]
        watched.looker.answer()
        watched.drive.answer()
        assert await work == "written"
        assert watched.told[-1] is FolderState.FINE


async def test_long_running_work_is_not_reported_as_hanging(watched):
    async with watched.running():
        watched.drive.hangs = True
        work = asyncio.create_task(watched.folder.do(lambda: "written"))
        await watched.clock.advance(60)
        assert watched.told == [FolderState.FINE]
        assert watched.looker.asked <= 10 * ROUND / ROUND_DELETED + 3
        watched.drive.answer()
        await work


async def test_successful_work_causes_no_folder_checks(watched):
    async with watched.running():
        for _ in range(200):
            await watched.folder.do(lambda: None)
            await watched.clock.advance(0.1)
        assert watched.looker.asked == 1


async def test_other_folders_do_not_wait_for_a_hanging_one(watched, tmp_path):
    (tmp_path / "other").mkdir()
    async with watched.running():
        watched.looker.hangs = watched.drive.hangs = True
        stuck = asyncio.create_task(watched.folder.do(lambda: None))
        await watched.clock.advance(3 * ANSWER_WITHIN)
        watched.settings.library_folder = str(tmp_path / "other")
        await settle()
        assert watched.folder.health.state is FolderState.FINE
        assert await watched.folder.do(lambda: "goes on") == "goes on"
        assert not stuck.done()
        stuck.cancel()


async def test_folder_check_is_reused_for_a_while(watched):
    async with watched.running():
        await watched.folder.ready()
        assert watched.looker.asked == 1
        await watched.clock.advance(FRESH + 1)
        await watched.folder.ready()
        assert watched.looker.asked == 2


async def test_missing_file_is_distinguished_from_a_missing_folder(watched, library, tmp_path):
    async with watched.running():
        assert not await watched.folder.is_away(library / "gone.mp4")
        library.rename(tmp_path / "aside")
        await watched.clock.advance(FRESH + 1)
        assert await watched.folder.is_away(library / "gone.mp4")
        assert not await watched.folder.is_away(tmp_path / "elsewhere.mp4")
        assert watched.folder.holds(library / "gone.mp4")


async def test_previous_library_folder_is_checked_too(watched, library, tmp_path):
    (tmp_path / "other").mkdir()
    async with watched.running():
        watched.settings.library_folder = str(tmp_path / "other")
        await settle()
        assert not await watched.folder.is_away(library / "gone.mp4")
        library.rmdir()
        await watched.clock.advance(FRESH + 1)
        assert await watched.folder.is_away(library / "gone.mp4")
        assert not await watched.folder.is_away(tmp_path / "other" / "gone.mp4")


def _tmpfs(at: Path, *options: str) -> bool:
    at.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(at)]
    return (
        shutil.which("mount") is not None and subprocess.run(command, check=False, capture_output=True).returncode == 0
    )


@pytest.mark.parametrize(("options", "state"), [("size=1m", FolderState.FULL), ("ro", FolderState.READ_ONLY)])
async def test_real_drive_is_detected_as_full_read_only_or_gone(tmp_path, options, state):
    place = tmp_path / "drive"
    if not _tmpfs(place, options):
        pytest.skip("Only root may mount a drive of memory")
    watched = Watched(place)
    try:
        async with watched.running():
            assert watched.folder.health.state is state
    finally:
        subprocess.run(["umount", str(place)], check=True)
    assert (await watched.folder.look()).state is FolderState.ABSENT
