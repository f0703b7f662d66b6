"""No download fills a disk: all of them share what is free, whether they say their length or not, and some of it always
stays for the list of tasks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.failures import ReasonCode
from runway_desktop.domain.folders import SPARE
from runway_desktop.domain.task import OutputState
from runway_desktop.services.backup.disk import check_space
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.library_folder import ROUND
from runway_desktop.services.exchange.whole_copy import How, Names, put_whole
from runway_desktop.services.library.file_moving import Disk, Errand, MoveFate, bring
from runway_desktop.services.results.downloads import DISK_AGAIN_AFTER
from runway_desktop.services.results.part_file import part_of
from runway_desktop.usecases.words.failures import saving_words
from tests.rigs.downloads_bench import Bench, clip
from tests.rigs.fakes import settle

LENGTH = 30_000_000


class SmallDisk:
    """A disk of so many bytes, of which the files of one folder take their part."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.size = size
        self.least = size
        """The least that was ever free."""

    def __call__(self, _: object) -> object:
        taken = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        self.least = min(self.least, self.size - taken)
        return shutil._ntuple_diskusage(self.size, taken, self.size - taken)


@pytest.fixture
def disk_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], SmallDisk]:
    def made(size: int) -> SmallDisk:
        (tmp_path / "library").mkdir()
        disk = SmallDisk(tmp_path / "library", size)
        monkeypatch.setattr(shutil, "disk_usage", disk)
        return disk

    return made


@pytest.mark.parametrize("says_length", [True, False])
async def test_four_parallel_downloads_leave_disk_space_for_the_task_list(tmp_path, disk_of, says_length):
    disk = disk_of(SPARE + 2 * LENGTH + 10_000_000)
    desk = Bench(tmp_path / "library")
    urls = [f"https://out.example.com/{number}.mp4" for number in range(4)]
    for number, url in enumerate(urls):
        desk.fetcher.serve(url, clip(LENGTH, seed=number), etag='"1"', says_length=says_length)
    async with desk.running():
        tasks = [await desk.finished_task(url, prompt=f"Fox {number}") for number, url in enumerate(urls)]
        await settle()
        disk(None)
        assert disk.least >= SPARE - 1_000_000, "notes and sidecars aside"
        outputs = [await desk.output(task) for task in tasks]
        full = [output for output in outputs if output.state is OutputState.FAILED]
        assert full
        assert {output.problem.code for output in full} == {ReasonCode.DISK_FULL}
        assert any(output.problem.needed for output in full)
        disk.size += 10 * LENGTH
        await desk.clock.advance(DISK_AGAIN_AFTER + ROUND)
        saved = [await desk.output(task) for task in tasks]
    assert {output.state for output in saved} == {OutputState.SAVED}
    for number, output in enumerate(saved):
        assert Path(output.path).read_bytes() == clip(LENGTH, seed=number)


async def test_download_of_unknown_length_pauses_before_the_disk_is_full_and_resumes(tmp_path, disk_of):
    disk = disk_of(SPARE + 12_000_000)
    desk = Bench(tmp_path / "library")
    desk.fetcher.serve("https://out.example.com/fox.mp4", clip(LENGTH), etag='"1"', says_length=False)
    async with desk.running():
        task = await desk.tried("https://out.example.com/fox.mp4")
        paused = await desk.output(task)
        assert (paused.state, paused.problem.code) == (OutputState.FAILED, ReasonCode.DISK_FULL)
        assert saving_words(paused).endswith(
            "is full: 8.4 MB are needed. Free up space; saving continues automatically. 200 MB always stay free."
        )
        part = part_of(Path(paused.path))
        assert 0 < part.stat().st_size <= 12_000_000
        assert disk.least >= SPARE
        disk.size += LENGTH
        await desk.clock.advance(DISK_AGAIN_AFTER + ROUND)
        assert (await desk.output(task)).state is OutputState.SAVED
    assert desk.fetcher.openings[-1].offset > 0
    assert Path(paused.path).read_bytes() == clip(LENGTH)


async def test_download_pauses_when_other_programs_fill_the_disk(tmp_path, disk_of, monkeypatch):
    disk = disk_of(SPARE + 2 * LENGTH)
    desk = Bench(tmp_path / "library")
    desk.fetcher.serve("https://out.example.com/fox.mp4", clip(LENGTH), etag='"1"')
    looks = 0

    def filled_by_others(place: object) -> object:
        nonlocal looks
        looks += bool(part_of(desk.library / "gen4.5_Fox.mp4").exists())
        if looks == 2:
            disk.size = SPARE + LENGTH // 2
        return disk(place)

    monkeypatch.setattr(shutil, "disk_usage", filled_by_others)
    async with desk.running():
        task = await desk.tried("https://out.example.com/fox.mp4")
        paused = await desk.output(task)
        assert (paused.state, paused.problem.code) == (OutputState.FAILED, ReasonCode.DISK_FULL)
        assert part_of(Path(paused.path)).stat().st_size > 10_000_000
        assert disk.least > 0
        disk.size += LENGTH
        await desk.clock.advance(DISK_AGAIN_AFTER + ROUND)
        assert (await desk.output(task)).state is OutputState.SAVED


async def test_request_is_not_embedded_where_the_copy_would_fill_the_disk(tmp_path, disk_of):
    disk_of(SPARE + LENGTH + 5_000_000)
    desk = Bench(tmp_path / "library")
    desk.settings.embed = True
    # In fragments: such a film is copied to have its request in it.
    film = clip(LENGTH).replace(b"\0\0\0\x08moov", b"\0\0\0\x10moov\0\0\0\x08mvex")
    desk.fetcher.serve("https://out.example.com/fox.mp4", film)
    async with desk.running():
        task = await desk.tried("https://out.example.com/fox.mp4")
        saved = await desk.output(task)
    assert saved.state is OutputState.SAVED
    assert Path(saved.path).read_bytes() == film
    assert desk.folder.space.left(desk.library) > 0


async def test_reserved_disk_space_counts_once_and_is_released(tmp_path, disk_of):
    disk_of(SPARE + LENGTH)
    space = DiskSpace()
    with space.share(tmp_path, LENGTH - 10) as share:
        assert space.left(tmp_path) == 10
        with pytest.raises(DiskError, match=r"The disk with .* is full"):
            space.share(tmp_path, 11)
        with pytest.raises(DiskError, match=r"The disk with .* is full"):
            put_whole(*files_for_a_copy(tmp_path), Names(beside=False), space)
        with pytest.raises(DiskError, match="only 10 B free"):
            check_space({tmp_path: 11}, space)
        with pytest.raises(DiskError, match=r"The disk with .* is full"):
            bring(OtherDrive(space), errand(tmp_path), lambda _: None)
        share.take(10)
        assert space.left(tmp_path) == 20
    assert space.left(tmp_path) == LENGTH
    assert put_whole(*files_for_a_copy(tmp_path), Names(beside=False), space).how is How.COPIED
    assert bring(OtherDrive(space), errand(tmp_path), lambda _: None).fate is MoveFate.MOVED
    assert space.left(tmp_path) == LENGTH


class OtherDrive(Disk):
    """The target lies on another drive than the source."""

    def device(self, folder: Path) -> int:
        return super().device(folder) + 1


def files_for_a_copy(folder: Path) -> tuple[Path, Path]:
    (folder / "film.mp4").write_bytes(b"film" * 10)
    return folder / "film.mp4", folder / "out" / "film.mp4"


def errand(folder: Path) -> Errand:
    (folder / "moved.mp4").write_bytes(b"film" * 10)
    return Errand(source=folder / "moved.mp4", target=folder / "new" / "moved.mp4")
