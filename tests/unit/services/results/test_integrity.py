"""Kept results stay kept: what happens to a file outside is noticed, said once, and taken back when it is undone."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import LibraryFolderChanged, OutputChanged
from runway_desktop.domain.folders import FolderHealth, FolderState
from runway_desktop.domain.library import Page
from runway_desktop.domain.task import Output, OutputState, Presence, Request, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.results import file_check, integrity
from runway_desktop.services.results.file_check import missing_drive
from runway_desktop.services.results.integrity import Integrity
from runway_desktop.values import replace
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fakes import FakeClock, MemoryStore
from tests.rigs.known_folders import KnownFolders
from tests.rigs.notices import notices


class Watch:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store, self.bus, self.clock, self.folders = MemoryStore(), Bus(), FakeClock(), KnownFolders()
        self.integrity = Integrity(self.store, self.folders, self.bus, self.clock, AtOnce())
        self.events: list[object] = []
        self.bus.listen(self.events.append)

    async def keep(self, name: str = "fox.mp4", content: bytes = b"fox", index: int = 0) -> Output:
        """A saved result, as it was saved."""
        task_id, path = TaskId("t1"), self.folder / name
        if await self.store.get(task_id) is None:
            request = Request(endpoint="text_to_video", model="gen4.5", prompt="Fox")
            task = Task(id=task_id, request=request, created_at=1.0, state=State.SUCCEEDED)
            await self.store.add([task], [], None, [])
        path.write_bytes(content)
        touched(path, self.clock.now())
        output = Output(
            task_id=task_id, index=index, url="", url_fetched_at=0.0, state=OutputState.SAVED, path=str(path),
            size=len(content), sha256=hashlib.sha256(content).hexdigest(), saved_at=self.clock.now(),
        )  # fmt: skip
        await self.store.save_output(output)
        return output

    async def output(self, index: int = 0) -> Output:
        return (await self.store.outputs(TaskId("t1")))[index]

    async def presence(self, index: int = 0) -> Presence:
        return (await self.output(index)).look.presence

    async def kinds(self) -> list[str]:
        return [entry.kind for entry in await self.store.ledger(TaskId("t1"))]

    def told(self) -> list[Output]:
        return [event.output for event in self.events if isinstance(event, OutputChanged)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.integrity.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def a_round(self) -> None:
        async with self.running():
            await self.clock.advance(integrity.AFTER_START + 30)


def touched(path: Path, at: float) -> None:
    os.utime(path, ns=(int(at * 1e9), int(at * 1e9)))


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


async def test_unchanged_file_is_recorded_without_an_event(watch: Watch):
    output = await watch.keep()
    await watch.a_round()
    look = (await watch.output()).look
    assert (look.presence, look.at is not None) == (Presence.HERE, True)
    assert look.signs is not None
    assert (look.signs.size, look.modified_at) == (3, output.saved_at)
    assert watch.told() == []
    assert await watch.kinds() == []


async def test_missing_file_is_reported_once_with_its_page(watch: Watch):
    output = await watch.keep()
    Path(output.path).unlink()
    await watch.a_round()
    await watch.a_round()
    assert [told.is_missing for told in watch.told()] == [True]
    assert await watch.kinds() == ["file missing"]
    assert (await watch.store.counts()).pages[Page.MISSING] == 1
    assert [file.path for file in await watch.store.missing_files()] == [output.path]


async def test_returned_file_is_present_again(watch: Watch):
    output = await watch.keep()
    away = watch.folder / "elsewhere.mp4"
    await watch.a_round()
    Path(output.path).rename(away)
    await watch.a_round()
    away.rename(output.path)
    await watch.a_round()
    assert [told.look.presence for told in watch.told()] == [Presence.MISSING, Presence.HERE]
    assert await watch.kinds() == ["file missing", "file there again"]


async def test_changed_bytes_are_recorded_with_their_time(watch: Watch):
    output = await watch.keep()
    await watch.a_round()
    Path(output.path).write_bytes(b"wolf")
    touched(Path(output.path), watch.clock.now() - 100)
    changed_at = watch.clock.now() - 100
    await watch.a_round()
    [told] = watch.told()
    assert told.is_changed
    assert told.is_here
    assert told.look.modified_at == pytest.approx(changed_at)
    assert told.sha256 == output.sha256
    await watch.a_round()
    assert await watch.kinds() == ["file changed"]


async def test_reverted_change_is_no_change(watch: Watch):
    output = await watch.keep()
    await watch.a_round()
    Path(output.path).write_bytes(b"wolf")
    await watch.a_round()
    Path(output.path).write_bytes(b"fox")
    await watch.a_round()
    assert await watch.presence() is Presence.HERE


async def test_file_with_only_a_new_time_is_not_changed(watch: Watch):
    output = await watch.keep()
    await watch.a_round()
    touched(Path(output.path), watch.clock.now() + 500)
    await watch.a_round()
    assert watch.told() == []
    assert (await watch.output()).look.modified_at == pytest.approx(watch.clock.now() + 500, abs=60)


async def test_file_is_read_only_when_size_or_time_differ(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    await watch.keep()
    read: list[str] = []
    real = file_check.examine
    monkeypatch.setattr(integrity, "examine", lambda file: (read.append(file.path), real(file))[1])
    await watch.a_round()
    await watch.a_round()
    assert read == []
    touched(Path((await watch.output()).path), watch.clock.now() + 500)
    await watch.a_round()
    await watch.a_round()
    assert len(read) == 1


async def test_file_locked_by_the_program_is_not_called_missing(watch: Watch):
    output = await watch.keep()
    path = Path(output.path)
    path.rename(path.with_name("on its way.mp4"))
    async with watch.folders.locks.hold([(output.task_id, output.index)]):
        await watch.a_round()
        assert await watch.presence() is Presence.HERE
    await watch.a_round()
    assert await watch.presence() is Presence.MISSING


async def test_files_in_an_absent_folder_are_not_missing(watch: Watch):
    output = await watch.keep()
    Path(output.path).unlink()
    watch.folders.away.add(watch.folder)
    await watch.a_round()
    assert watch.told() == []
    assert await watch.presence() is Presence.HERE
    watch.folders.away.clear()
    await watch.a_round()
    assert await watch.presence() is Presence.MISSING


async def test_absent_drive_is_reported_once(watch: Watch):
    first, second = await watch.keep(), await watch.keep("owl.mp4", index=1)
    for number, output in enumerate((first, second)):
        await watch.store.save_output(replace(output, path=f"/no-such-drive-{watch.folder.name}/films/{number}.mp4"))
    await watch.a_round()
    await watch.a_round()
    assert [notice.message for notice in notices(watch.events)] == [
        f"/no-such-drive-{watch.folder.name} is not connected. Its files are checked when it is back."
    ]
    assert (await watch.store.counts()).pages[Page.MISSING] == 0


@pytest.mark.skipif(os.name == "nt", reason="paths of other systems")
def test_missing_drive_is_named_and_a_missing_folder_is_no_missing_drive(tmp_path: Path):
    assert missing_drive(tmp_path / "gone" / "deep" / "fox.mp4") is None
    assert missing_drive(Path("/no-such-folder/films/fox.mp4")) == Path("/no-such-folder")
    assert missing_drive(Path("/mnt/no-such-drive/fox.mp4")) == Path("/mnt/no-such-drive")


async def test_file_restored_from_the_trash_by_the_person_is_present_again(watch: Watch):
    output = await watch.keep()
    await watch.store.save_output(replace(output, path="", binned_from=output.path))
    await watch.a_round()
    [told] = watch.told()
    assert (told.path, told.binned_from, told.is_here) == (output.path, "", True)


async def test_other_file_in_place_of_a_trashed_one_is_ignored(watch: Watch):
    output = await watch.keep()
    await watch.store.save_output(replace(output, path="", binned_from=output.path))
    Path(output.path).write_bytes(b"another film")
    await watch.a_round()
    assert watch.told() == []
    Path(output.path).unlink()
    await watch.a_round()
    assert watch.told() == []


async def test_visible_files_are_checked_at_once(watch: Watch):
    async with watch.running():
        await watch.clock.advance(60)
        output = await watch.keep()
        Path(output.path).unlink()
        watch.integrity.look_at([output.task_id])
        await watch.clock.advance(integrity.GATHER)
        assert await watch.presence() is Presence.MISSING


async def test_rows_scrolled_past_repeatedly_are_not_checked_each_time(watch: Watch):
    async with watch.running():
        output = await watch.keep()
        await watch.clock.advance(60)
        for _ in range(5):
            watch.integrity.look_at([output.task_id])
            await watch.clock.advance(0.3)
        writes = watch.store.writes
        Path(output.path).unlink()
        watch.integrity.look_at([output.task_id])
        await watch.clock.advance(0.1)
        assert watch.store.writes == writes
        await watch.clock.advance(integrity.SEEN_NOW)
        watch.integrity.look_at([output.task_id])
        await watch.clock.advance(integrity.GATHER)
        assert await watch.presence() is Presence.MISSING


async def test_activated_window_checks_all_files_at_a_limited_rate(watch: Watch):
    async with watch.running():
        output = await watch.keep()
        await watch.clock.advance(integrity.AFTER_START + 1)
        Path(output.path).unlink()
        watch.integrity.look_around()
        await watch.clock.advance(10)
        assert await watch.presence() is Presence.HERE
        await watch.clock.advance(integrity.USED_AGAIN)
        watch.integrity.look_around()
        await watch.clock.advance(1)
        assert await watch.presence() is Presence.MISSING


async def test_returned_library_folder_has_its_files_checked(watch: Watch):
    async with watch.running():
        output = await watch.keep()
        await watch.clock.advance(integrity.AFTER_START + 1)
        Path(output.path).unlink()
        there = FolderHealth(folder=str(watch.folder), state=FolderState.FINE)
        watch.bus.tell(LibraryFolderChanged(there, replace(there, state=FolderState.ABSENT)))
        await watch.clock.advance(1)
        assert await watch.presence() is Presence.MISSING


async def test_file_checks_use_a_bounded_share_of_time(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    for index in range(3):
        await watch.keep(f"{index}.mp4", index=index)
    times = iter(range(10_000))
    real = file_check.glance_at
    # Each glance seems to take a second: one file is looked at, then others have their turn.
    monkeypatch.setattr(integrity, "glance_at", lambda files, seconds, _: real(files, seconds, lambda: next(times)))
    async with watch.running():
        await watch.clock.advance(integrity.AFTER_START)
        looked = []
        for _ in range(3):
            looked.append(sum(o.look.at is not None for o in await watch.store.outputs(TaskId("t1"))))
            await watch.clock.advance(integrity.PAUSE)
        assert looked == [1, 2, 3]


async def test_result_changed_during_a_file_check_wins(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    output = await watch.keep()
    Path(output.path).unlink()
    again = replace(output, state=OutputState.WAITING)

    def meanwhile(files, seconds, now):
        seen = file_check.glance_at(files, seconds, now)
        watch.store.put(again)
        return seen

    monkeypatch.setattr(integrity, "glance_at", meanwhile)
    await watch.a_round()
    assert await watch.output() == again
    assert watch.told() == []


async def test_file_being_written_is_checked_later(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    output = await watch.keep()
    await watch.a_round()
    Path(output.path).write_bytes(b"wolf")
    times = iter(range(100))
    real = file_check.signs_of

    def moving(path: str):
        found = real(path)
        return found and replace(found, modified=found.modified + next(times))

    monkeypatch.setattr(file_check, "signs_of", moving)
    await watch.a_round()
    assert watch.told() == []
    monkeypatch.undo()
    await watch.a_round()
    assert await watch.presence() is Presence.CHANGED


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
async def test_unreadable_folder_reports_no_missing_files(watch: Watch):
    inner = watch.folder / "closed"
    inner.mkdir()
    await watch.keep("closed/fox.mp4")
    inner.chmod(0)
    try:
        await watch.a_round()
    finally:
        inner.chmod(0o700)
    assert watch.told() == []


async def test_file_check_that_cannot_be_stored_is_retried(watch: Watch, caplog: pytest.LogCaptureFixture):
    output = await watch.keep()
    Path(output.path).unlink()
    watch.store.trouble = StoreError("The disk is full.")
    async with watch.running():
        await watch.clock.advance(integrity.AFTER_START + 1)
        watch.store.trouble = None
        await watch.clock.advance(integrity.AGAIN_AFTER)
        assert await watch.presence() is Presence.MISSING
    assert "could not be noted: The disk is full." in caplog.text
    caplog.clear()
