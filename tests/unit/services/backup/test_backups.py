"""Daily light backups after changes: number, deletion of old ones, and one report of a failure."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path

from runway_desktop.domain.backups import days_to_drop
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.events import Notice, SettingsChanged
from runway_desktop.services.backup import backups as module
from runway_desktop.services.backup import packing
from runway_desktop.services.backup.backups import CHECKED, DAMAGED, FIRST_AFTER, LOOK_EVERY, Backups, kept_in, name_of
from runway_desktop.services.backup.packing import PackOptions
from runway_desktop.services.backup.unpacking import opened
from runway_desktop.services.backup.watching import Watch, WatchProgress, Workshop
from runway_desktop.services.bus import Bus
from runway_desktop.services.settings import Settings
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fakes import FakeClock, settle
from tests.rigs.profiles_on_disk import Made, a_profile, add_a_task
from tests.rigs.stores import MemoryStore

DAY = 86_400.0


class Rig:
    def __init__(self, made: Made) -> None:
        self.made = made
        self.clock, self.bus = FakeClock(datetime(2026, 3, 9, 12).timestamp()), Bus()
        self.notices: list[Notice] = []
        self.bus.listen(lambda event: self.notices.append(event) if isinstance(event, Notice) else None)
        self.settings = Settings(MemoryStore(), self.bus, self.clock, default_library=made.library)
        self.workshop = Workshop(AtOnce())
        self.backups = Backups(made.profile, made.snapshots, self.workshop, self.settings, self.bus, self.clock)

    async def __aenter__(self) -> Rig:
        self._run = asyncio.create_task(self.backups.run())
        await settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._run.cancel()
        await asyncio.gather(self._run, return_exceptions=True)

    def names(self) -> list[str]:
        return [kept.path.name for kept in kept_in(self.made.profile.backups)]

    def something_changes(self) -> None:
        self.bus.tell(SettingsChanged(frozenset({"theme"})))


async def test_no_backup_is_made_in_the_first_minutes_and_then_a_light_one(tmp_path: Path):
    async with Rig(await a_profile(tmp_path)) as rig:
        await rig.clock.advance(FIRST_AFTER - 1)
        assert rig.names() == []
        await rig.clock.advance(2)
        assert rig.names() == ["daily-2026-03-09.zip"]
        with opened(rig.made.profile.backups / "daily-2026-03-09.zip") as backup:
            assert {member.kind for member in backup.manifest.members} == {"database"}
        [kept] = await rig.backups.kept()
        assert (kept.day, kept.size) == (date(2026, 3, 9), kept.path.stat().st_size)


async def test_one_backup_is_made_a_day_and_only_after_changes(tmp_path: Path):
    async with Rig(await a_profile(tmp_path)) as rig:
        await rig.clock.advance(FIRST_AFTER)
        await rig.clock.advance(2 * DAY)
        assert rig.names() == ["daily-2026-03-09.zip"], "the list is the same"
        await add_a_task(rig.made.profile)
        rig.something_changes()
        await rig.clock.advance(LOOK_EVERY)
        await rig.clock.advance(LOOK_EVERY)
        assert rig.names() == ["daily-2026-03-11.zip", "daily-2026-03-09.zip"]


async def test_undeletable_old_backup_does_not_stop_daily_backups(tmp_path: Path, monkeypatch):
    async with Rig(await a_profile(tmp_path)) as rig:
        await rig.clock.advance(FIRST_AFTER)

        unlink = Path.unlink

        def held_fast(path: Path, missing_ok: bool = False) -> None:
            if path.name == "daily-2026-03-10.zip":
                raise PermissionError(13, "Held by another program", str(path))
            unlink(path, missing_ok)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", held_fast)
            rig.something_changes()
            await rig.clock.advance(DAY)
        assert not rig._run.done()
        await add_a_task(rig.made.profile)
        rig.something_changes()
        await rig.clock.advance(DAY)
        assert rig.names()[0] == "daily-2026-03-11.zip"


async def test_changes_made_before_a_restart_count_for_the_daily_backup(tmp_path: Path):
    made = await a_profile(tmp_path)
    async with Rig(made) as rig:
        await rig.clock.advance(FIRST_AFTER)
    await add_a_task(made.profile)
    async with Rig(made) as rig:
        rig.clock.jump(DAY)
        await rig.clock.advance(FIRST_AFTER)
        assert rig.names() == ["daily-2026-03-10.zip", "daily-2026-03-09.zip"]


async def test_disabled_daily_backups_are_not_made(tmp_path: Path):
    rig = Rig(await a_profile(tmp_path))
    rig.settings.daily_backup = False
    async with rig:
        await rig.clock.advance(DAY)
        assert rig.names() == []


def test_seven_daily_and_four_weekly_backups_are_kept():
    today = date(2026, 3, 9)
    days = {today - timedelta(days=back) for back in range(60)}
    kept: set[date] = set()
    for day in sorted(days):
        kept.add(day)
        kept -= days_to_drop(kept)
    newest = {today - timedelta(days=back) for back in range(7)}
    assert newest <= kept
    older = sorted(kept - newest)
    assert len(older) == 4
    assert len({day.isocalendar()[:2] for day in older}) == 4
    assert [day.weekday() for day in older[:-1]] == [6, 6, 6], "the last of each week"


def test_last_backups_are_kept_however_old():
    days = {date(2020, 1, 5), date(2021, 6, 1), date(2026, 3, 9)}
    assert days_to_drop(days) == set()


async def test_outdated_daily_backups_are_deleted_and_manual_files_stay(tmp_path: Path):
    made = await a_profile(tmp_path)
    folder = made.profile.backups
    folder.mkdir()
    for back in range(1, 40):
        (folder / name_of(date(2026, 3, 9) - timedelta(days=back))).write_bytes(b"x")
    (folder / "before the shoot.zip").write_bytes(b"mine")
    (folder / "before-restore-2026-01-01-120000.zip").write_bytes(b"x")
    async with Rig(made) as rig:
        await rig.clock.advance(FIRST_AFTER)
        daily = [name for name in rig.names() if name.startswith("daily-")]
        assert len(daily) == 11
        assert daily[0] == "daily-2026-03-09.zip"
        assert {"before the shoot.zip", "before-restore-2026-01-01-120000.zip"} <= set(rig.names())


async def test_failed_backup_is_reported_once_and_retried(tmp_path: Path, monkeypatch):
    made = await a_profile(tmp_path)
    full = [True]

    def pack(*arguments):
        if full[0]:
            raise DiskError("The disk is full.", advice="Make room.")
        return packing.pack(*arguments)

    monkeypatch.setattr(module, "pack", pack)
    async with Rig(made) as rig:
        await rig.clock.advance(FIRST_AFTER)
        await rig.clock.advance(3 * LOOK_EVERY)
        assert [str(notice.message) for notice in rig.notices] == ["Today's backup could not be made."]
        assert str(rig.backups.trouble) == "The disk is full. Make room."
        full[0] = False
        await rig.clock.advance(LOOK_EVERY)
        assert rig.names() == ["daily-2026-03-09.zip"]
        assert rig.backups.trouble == ""


async def test_remains_of_a_killed_backup_are_removed_at_start(tmp_path: Path):
    made = await a_profile(tmp_path)
    (made.profile.backups / ".making").mkdir(parents=True)
    (made.profile.backups / ".making" / "profile.db").write_bytes(b"x")
    (made.profile.backups / "daily-2026-03-08.zip.part").write_bytes(b"x")
    async with Rig(made):
        assert list(made.profile.backups.iterdir()) == []


async def test_requested_backup_is_written_to_the_requested_place(tmp_path: Path):
    rig = Rig(await a_profile(tmp_path))
    rig.settings.theme = "light"
    said: list[WatchProgress] = []
    target = tmp_path / "out.zip"
    made = await rig.backups.back_up(target, PackOptions(results=True), said.append)
    await settle()
    assert made is not None
    assert made.path == target
    assert str(said[-1].words) == "Verifying the backup"
    assert (await rig.backups.survey()).results == 3
    assert rig.settings._unsaved == {}


async def test_closing_cancels_a_running_backup_and_waits_for_it():
    workshop = Workshop(None)
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    tidied = []

    def work(watch: Watch) -> None:
        loop.call_soon_threadsafe(begun.set)
        try:
            while True:
                watch.look()
        finally:
            tidied.append(True)

    making = asyncio.create_task(workshop.make(work, lambda _: None))
    await begun.wait()
    assert workshop.is_busy
    assert workshop.is_awaited
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)
    assert tidied == [True]
    assert making.cancelled()
    assert not workshop.is_busy
    assert not workshop.is_awaited


async def test_next_backup_waits_until_a_stopped_one_has_ended():
    workshop = Workshop(None)
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(watch: Watch) -> str:
        loop.call_soon_threadsafe(begun.set)
        while True:
            watch.look()

    first = asyncio.create_task(workshop.make(work))
    await begun.wait()
    second = asyncio.create_task(workshop.make(lambda _: "second"))
    await asyncio.sleep(0)
    assert not second.done()
    workshop.stop()
    assert await first is None
    assert await second == "second"


async def test_daily_full_check_reports_a_damaged_list_and_skips_its_backup(tmp_path: Path):
    made = await a_profile(tmp_path)
    async with Rig(made) as rig:
        await rig.clock.advance(FIRST_AFTER)
        assert rig.settings.get(CHECKED) == "2026-03-09"
        good = rig.names()
        content = made.profile.database.read_bytes()
        made.profile.database.write_bytes(content[:8192] + b"\xff" * 4096 + content[12288:])
        rig.something_changes()
        await rig.clock.advance(DAY / 2 - LOOK_EVERY)
        assert rig.notices == [], "once a day is enough"
        await rig.clock.advance(DAY)
        assert ["damaged" in str(notice.message) for notice in rig.notices] == [True], "told once"
        assert rig.notices[0].is_problem
        assert rig.settings.get(CHECKED) == DAMAGED, "the next start reads all of it"
        assert rig.names() == good
