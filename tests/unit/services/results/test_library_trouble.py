"""While the library's folder cannot be used nothing is lost, nothing storms, each row says why once, and all goes on by
itself. What would run out at Runway is rescued."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.events import DownloadProgressed, LibraryFolderChanged, OutputChanged
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.folders import FolderState
from runway_desktop.domain.task import OutputState
from runway_desktop.services.disk import folder_look
from runway_desktop.services.disk.disk_threads import DiskThreads
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.disk.library_folder import ANSWER_WITHIN, ROUND
from runway_desktop.services.results import part_file
from runway_desktop.services.results.downloads import MOST_UNDER_WAY
from runway_desktop.services.results.saving_gate import GRACE, RESCUE_AFTER
from tests.rigs.downloads_bench import LINK, Bench, clip
from tests.rigs.fake_drive import Drives
from tests.rigs.fakes import settle
from tests.rigs.notices import notices

MANY = 50


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "drive" / "library"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def desk(library: Path, tmp_path: Path) -> Bench:
    return Bench(library, profile=tmp_path)


def pull_out(desk: Bench) -> Path:
    """The drive is gone; gives where it is meanwhile."""
    return desk.library.parent.rename(desk.library.parent.with_name("in a pocket"))


def put_in(desk: Bench, drive: Path) -> None:
    drive.rename(desk.library.parent)


def reasons(desk: Bench) -> Counter[Reason]:
    """How often each reason was told, over all rows."""
    return Counter(event.output.problem for event in desk.told(OutputChanged) if event.output.problem)


async def test_results_wait_for_an_absent_drive_without_retry_storms_and_continue(desk):
    urls = [f"https://out.example.com/{number}.mp4" for number in range(MANY)]
    for number, url in enumerate(urls):
        desk.fetcher.serve(url, clip(5_000, seed=number))
    async with desk.running():
        drive = pull_out(desk)
        await desk.folder.look()
        tasks = [await desk.finished_task(url, prompt=f"Fox {number}") for number, url in enumerate(urls)]
        await desk.clock.advance(RESCUE_AFTER / 2)
        assert desk.fetcher.openings == []
        [(reason, times)] = reasons(desk).items()
        assert reason == Reason(ReasonCode.FOLDER_MISSING, str(desk.library))
        assert times == MANY
        put_in(desk, drive)
        await desk.clock.advance(ROUND + 1)
        outputs = [await desk.output(task) for task in tasks]
    assert {output.state for output in outputs} == {OutputState.SAVED}
    assert {output.problem for output in outputs} == {None}
    assert len(desk.fetcher.openings) == MANY
    assert len(desk.files()) == MANY
    states = [event.health.state for event in desk.told(LibraryFolderChanged)]
    assert states == [FolderState.FINE, FolderState.ABSENT, FolderState.FINE]


async def test_waiting_rows_stop_reporting_a_solved_problem(desk):
    desk.settings.download_limit = 1
    for number in range(3):
        desk.fetcher.serve(f"https://out.example.com/{number}.mp4", clip(5_000, seed=number))
    gates = [desk.fetcher.hold(f"https://out.example.com/{number}.mp4") for number in range(3)]
    async with desk.running():
        drive = pull_out(desk)
        await desk.folder.look()
        tasks = [await desk.finished_task(f"https://out.example.com/{number}.mp4") for number in range(3)]
        await settle()
        put_in(desk, drive)
        await desk.folder.look()
        await settle()
        assert [(await desk.output(task)).problem for task in tasks] == [None, None, None]
        for gate in gates:
            gate.open()
        await settle()


async def test_drive_unplugged_during_a_download_lets_it_continue_later(desk, monkeypatch):
    desk.fetcher.serve(LINK, clip(4_000_000), etag='"1"')
    write, drives = part_file.PartFile.write, []

    def pulled(part: part_file.PartFile, block: bytes) -> None:
        if part.size > 400_000 and not drives:
            drives.append(pull_out(desk))
            with spoken_for(part.final.parent):
                raise OSError(5, "Input/output error")
        write(part, block)

    monkeypatch.setattr(part_file.PartFile, "write", pulled)
    async with desk.running():
        task = await desk.finished_task()
        await desk.clock.advance(600)
        assert (await desk.output(task)).state is OutputState.FAILED
        assert len(desk.fetcher.openings) == 1
        put_in(desk, drives[0])
        await desk.clock.advance(ROUND + 1)
        assert (await desk.output(task)).state is OutputState.SAVED
    assert desk.fetcher.openings[-1].offset > 400_000
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip(4_000_000)


async def test_result_waiting_for_an_hour_is_rescued_and_a_fresh_one_is_not(desk):
    other = LINK.replace("fox", "hare")
    desk.fetcher.serve(LINK, clip())
    desk.fetcher.serve(other, clip(seed=2))
    async with desk.running():
        pull_out(desk)
        await desk.folder.look()
        old = await desk.finished_task()
        await desk.clock.advance(RESCUE_AFTER - 600)
        young = await desk.finished_task(other, prompt="Hare")
        await desk.clock.advance(590)
        assert (await desk.output(old)).state is OutputState.FAILED
        await desk.clock.advance(20)
        rescued = await desk.output(old)
        assert (rescued.state, rescued.problem) == (OutputState.SAVED, None)
        assert rescued.path == str(desk.rescued / "gen4.5_Fox.mp4")
        assert Path(rescued.path).read_bytes() == clip()
        assert (await desk.output(young)).state is OutputState.FAILED
        [notice] = notices(desk.events)
        assert str(desk.rescued) in str(notice.detail)


async def test_yesterdays_result_is_rescued_soon_after_start_but_drives_get_time_first(desk):
    desk.fetcher.serve(LINK, clip())
    task = await desk.finished_task()
    desk.clock.jump(20 * 3_600)
    pull_out(desk)
    async with desk.running():
        await desk.clock.advance(GRACE - 5)
        assert (await desk.output(task)).state is OutputState.FAILED
        await desk.clock.advance(10)
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_disabled_rescue_saves_nothing_elsewhere_until_requested(desk):
    desk.settings.rescue = False
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        pull_out(desk)
        await desk.folder.look()
        task = await desk.finished_task()
        await desk.clock.advance(2 * RESCUE_AFTER)
        assert not desk.rescued.exists()
        desk.downloads.rescue_now()
        await settle()
        assert (await desk.output(task)).path == str(desk.rescued / "gen4.5_Fox.mp4")


async def test_interrupted_rescue_continues_in_the_library_when_the_drive_returns(desk):
    desk.fetcher.serve(LINK, clip(), etag='"1"', cut=400_000)
    async with desk.running():
        drive = pull_out(desk)
        await desk.folder.look()
        task = await desk.tried()
        desk.downloads.rescue_now()
        await settle()
        assert (await desk.output(task)).path == str(desk.rescued / "gen4.5_Fox.mp4")
        put_in(desk, drive)
        await desk.folder.look()
        await settle()
        assert (await desk.output(task)).path == str(desk.library / "gen4.5_Fox.mp4")
    assert desk.fetcher.openings[-1].offset == 400_000
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == clip()
    assert list(desk.rescued.iterdir()) == []


async def test_full_profile_disk_is_reported_and_retried_after_minutes(desk, monkeypatch):
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        pull_out(desk)
        await desk.folder.look()
        monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1_000}))
        task = await desk.tried()
        desk.downloads.rescue_now()
        await desk.clock.advance(900)
        assert (await desk.output(task)).problem.code is ReasonCode.DISK_FULL
        assert len(desk.fetcher.openings) < 10


async def test_changed_library_folder_takes_partial_downloads_along(desk, tmp_path):
    desk.fetcher.serve(LINK, clip(), etag='"1"', cut=600_000)
    (tmp_path / "other").mkdir()
    async with desk.running():
        task = await desk.tried()
        assert desk.files() == ["gen4.5_Fox.mp4.part", "gen4.5_Fox.mp4.part.json"]
        desk.settings.library_folder = str(tmp_path / "other")
        await settle()
        saved = await desk.output(task)
    assert saved.path == str(tmp_path / "other" / "gen4.5_Fox.mp4")
    assert Path(saved.path).read_bytes() == clip()
    assert desk.fetcher.openings[-1].offset == 600_000
    assert desk.files() == []


@pytest.mark.parametrize("moment", range(1, 5))
async def test_partial_download_killed_while_moved_is_complete_at_the_next_start(desk, tmp_path, monkeypatch, moment):
    """Four steps: the name is stored, the new part begun, the bytes copied, the old part thrown away."""
    desk.fetcher.serve(LINK, clip(), etag='"1"', cut=600_000)
    other = tmp_path / "other"
    other.mkdir()
    task = await desk.one_run()
    for place, name in enumerate(("create", "copy_into", "discard"), 2):
        if place == moment:
            monkeypatch.setattr(part_file.PartFile, name, _dies)
    killed = Bench(desk.library, store=desk.store, clock=desk.clock)
    killed.fetcher.serve(LINK, clip(), etag='"1"')
    killed.settings.library_folder = str(other)
    if moment == 1:
        monkeypatch.setattr(killed.store, "save_output", _dies)
    async with killed.running():
        await settle()
    monkeypatch.undo()
    again = Bench(desk.library, store=desk.store, clock=desk.clock)
    again.fetcher.serve(LINK, clip(), etag='"1"')
    again.settings.library_folder = str(other)
    async with again.running():
        await settle()
    saved = await again.output(task)
    assert saved.state is OutputState.SAVED
    assert Path(saved.path).read_bytes() == clip()
    assert saved.path.startswith(str(other))


class Killed(BaseException):
    """The program is gone in the middle of this: nobody who goes on after an error goes on after it."""


def _dies(*_: object, **__: object) -> None:
    raise Killed


async def test_hanging_drive_delays_only_its_own_results(library, tmp_path):
    """Downloads hang in the middle of a write. No more are begun than may wait for a disk; another folder frees them
    all."""
    drives = Drives()
    desk = Bench(library, threads=drives, profile=tmp_path)
    (tmp_path / "other").mkdir()
    urls = [f"https://out.example.com/{number}.mp4" for number in range(MOST_UNDER_WAY + 2)]
    for number, url in enumerate(urls):
        desk.fetcher.serve(url, clip(300_000, seed=number))
    async with desk.running():
        hung = drives.hang("library", "look at the library")
        tasks = [await desk.finished_task(url, prompt=f"Fox {number}") for number, url in enumerate(urls)]
        await desk.clock.advance(3 * ANSWER_WITHIN)
        assert desk.folder.health.state is FolderState.SLOW
        assert len(desk.fetcher.openings) == MOST_UNDER_WAY
        assert (await desk.output(tasks[-1])).problem == Reason(ReasonCode.FOLDER_SILENT, str(desk.library))
        desk.settings.library_folder = str(tmp_path / "other")
        await settle()
        outputs = [await desk.output(task) for task in tasks]
        assert {output.state for output in outputs} == {OutputState.SAVED}
        assert {Path(output.path).parent for output in outputs} == {tmp_path / "other"}
        for drive in hung:
            drive.answer()
        await settle()
    assert len(list((tmp_path / "other").glob("*.mp4"))) == len(urls)
    assert list(library.rglob("*")) == [], "what was given up is not written twice"


async def test_results_for_a_hanging_drive_are_rescued(library, tmp_path):
    drives = Drives()
    desk = Bench(library, threads=drives, profile=tmp_path)
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        drives.hang("library", "look at the library")
        task = await desk.finished_task()
        await desk.clock.advance(RESCUE_AFTER + GRACE)
        assert (await desk.output(task)).path == str(desk.rescued / "gen4.5_Fox.mp4")


async def test_write_given_up_on_a_hanging_drive_is_not_done_later(library, monkeypatch):
    asked, answers, pools = threading.Event(), threading.Event(), []
    check = part_file.check_folder

    def hangs(*arguments: Any) -> None:
        asked.set()
        answers.wait(10)
        check(*arguments)

    def threads(most: int, name: str) -> DiskThreads:
        pools.append(DiskThreads(most, name))
        return pools[-1]

    monkeypatch.setattr(part_file, "check_folder", hangs)
    desk = Bench(library, threads=threads)
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        await desk.finished_task()
        await asyncio.to_thread(asked.wait, 10)
        await desk.downloads.settle(0.0)
        answers.set()
        for pool in pools:
            await asyncio.to_thread(pool.shutdown)
    assert list(library.rglob("*")) == []


async def test_closing_does_not_wait_for_a_hanging_drive(library, tmp_path):
    drives = Drives()
    desk = Bench(library, threads=drives, profile=tmp_path)
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        await desk.finished_task()
        drives.hang("library", "look at the library")
        await desk.clock.advance(3 * ANSWER_WITHIN)
        closing = asyncio.create_task(desk.downloads.settle(2.0))
        await desk.clock.advance(3)
        assert closing.done()


async def test_saved_result_on_an_absent_drive_is_never_called_lost(desk):
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        task = await desk.tried()
        pull_out(desk)
        await desk.folder.look()
        desk.runway.answers.clear()
        with pytest.raises(DiskError, match="is not there"):
            await desk.downloads.fetch_again(task.id)
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_result_fetched_again_still_reports_the_missing_folder(desk):
    desk.fetcher.serve(LINK, clip())
    async with desk.running():
        pull_out(desk)
        await desk.folder.look()
        task = await desk.finished_task()
        await settle()
        said = (await desk.output(task)).problem
        assert said is not None
        await desk.downloads.fetch_again(task.id)
        await settle()
        output = await desk.output(task)
        assert (output.state, output.problem) == (OutputState.FAILED, said)


def deleted_once(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[int]:
    """A person deletes the folder while a file arrives in it; gives how many bytes had arrived at that moment. No write
    to the open file tells of it."""
    write, at = part_file.PartFile.write, list[int]()

    def deleted(part: part_file.PartFile, block: bytes) -> None:
        write(part, block)
        if part.size > 400_000 and not at:
            at.append(part.size)
            shutil.rmtree(folder)

    monkeypatch.setattr(part_file.PartFile, "write", deleted)
    return at


SOON = 5.0
"""Seconds."""


async def test_library_deleted_during_a_download_is_reported_at_once_and_is_no_absent_drive(desk, monkeypatch):
    long = clip(4_000_000)
    desk.fetcher.serve(LINK, long)
    deleted = deleted_once(monkeypatch, desk.library)
    async with desk.running():
        task = await desk.finished_task()
        await desk.clock.advance(0.1)
        assert deleted
        assert desk.folder.health.state is FolderState.ABSENT
        assert desk.folder.health.can_be_made
        problem = (await desk.output(task)).problem
        assert problem == Reason(ReasonCode.FOLDER_DELETED, str(desk.library))
        progressed = sum(event.received for event in desk.told(DownloadProgressed)[-1:])
        assert progressed < len(long), "noticed before all of it had come"
        await desk.clock.advance(120)
        assert not desk.library.exists(), "the person may have moved it"
        desk.library.mkdir()
        await desk.clock.advance(SOON)
        assert (await desk.output(task)).state is OutputState.SAVED
    assert (desk.library / "gen4.5_Fox.mp4").read_bytes() == long


async def test_library_recreated_by_the_notice_saves_at_once(desk, monkeypatch):
    desk.fetcher.serve(LINK, clip())
    deleted_once(monkeypatch, desk.library)
    async with desk.running():
        task = await desk.finished_task()
        await desk.clock.advance(60)
        desk.folder.accept()
        await desk.folder.look()
        await desk.clock.advance(SOON)
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_library_just_created_by_the_program_is_recreated_when_deleted(tmp_path, monkeypatch):
    desk = Bench(tmp_path / "new library", profile=tmp_path)
    desk.fetcher.serve(LINK, clip())
    deleted_once(monkeypatch, desk.library)
    async with desk.running():
        task = await desk.finished_task()
        await desk.clock.advance(SOON)
        assert (await desk.output(task)).state is OutputState.SAVED
    assert {event.output.problem for event in desk.told(OutputChanged)} == {None}


async def test_subfolder_deleted_during_a_download_is_recreated(desk, monkeypatch):
    desk.settings.name_template = "{model}/{prompt}"
    desk.fetcher.serve(LINK, clip())
    deleted_once(monkeypatch, desk.library / "gen4.5")
    async with desk.running():
        task = await desk.finished_task()
        await desk.clock.advance(SOON)
        assert (await desk.output(task)).state is OutputState.SAVED
    assert (desk.library / "gen4.5" / "Fox.mp4").read_bytes() == clip()


async def test_repeatedly_deleted_folder_causes_no_retry_storm(desk, monkeypatch):
    desk.settings.name_template = "{model}/{prompt}"
    desk.fetcher.serve(LINK, clip(4_000_000))
    write = part_file.PartFile.write

    def deleted(part: part_file.PartFile, block: bytes) -> None:
        write(part, block)
        shutil.rmtree(part.final.parent)

    monkeypatch.setattr(part_file.PartFile, "write", deleted)
    async with desk.running():
        await desk.finished_task()
        await desk.clock.advance(600)
    assert len(desk.fetcher.openings) < 15


async def test_absent_drive_is_checked_slowly_and_never_created(desk, monkeypatch):
    async with desk.running():
        looks: list[float] = []
        look_at = folder_look.look_at

        def noted(*arguments: Any) -> folder_look.FolderStatus:
            looks.append(desk.clock.monotonic())
            return look_at(*arguments)

        monkeypatch.setattr("runway_desktop.services.disk.library_folder.look_at", noted)
        drive = pull_out(desk)
        await desk.folder.look()
        assert not desk.folder.health.can_be_made
        await desk.clock.advance(10 * ROUND)
        assert len(looks) <= 12
        assert not desk.library.parent.exists()
        put_in(desk, drive)
