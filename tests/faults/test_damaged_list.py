"""A list of tasks that is damaged, empty or missing is reported and never overwritten; a backup can replace it.

A changed bit inside a text or number without an index cannot be detected: SQLite keeps no page checksums. The test
counts those, and shows that the list opens with them and that they are inside such cells.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from runway_desktop.domain.errors import DamagedList, StoreError
from runway_desktop.domain.library import Listing
from runway_desktop.domain.profiles import Profile
from runway_desktop.domain.task import HoldCode, State
from runway_desktop.services.backup import restores
from runway_desktop.services.backup.finishing import finish
from runway_desktop.services.backup.packing import LIGHT, pack
from runway_desktop.services.backup.restoring import RestorePreview
from runway_desktop.services.backup.watching import Watch
from runway_desktop.services.disk.profile_folders import has_been_used
from runway_desktop.services.tasks import after_restore
from runway_desktop.store import SqliteStore
from runway_desktop.store.snapshots import SqliteSnapshots
from tests.rigs.engine_rig import Rig
from tests.rigs.libraries import fill
from tests.rigs.profiles_on_disk import NOW, Made, a_profile

SNAPSHOTS = SqliteSnapshots()
FLIPS = 24


async def a_list(path: Path, tasks: int = 300) -> int:
    """Made there, and closed; its size in bytes."""
    store = await SqliteStore.open(path)
    await fill(store, tasks)
    await store.close()
    return path.stat().st_size


async def found_at_start(path: Path) -> str:
    """What is told of a list that is expected, until it was checked; empty when it opens as sound."""
    try:
        store = await SqliteStore.open(path, is_expected=True)
        try:
            await store.check()
        finally:
            await store.close()
    except StoreError as error:
        return error.message
    return ""


def found_by_the_day(path: Path) -> str:
    try:
        SNAPSHOTS.check(path, lambda *_: None)
    except StoreError as error:
        return error.message
    return ""


def rows_of(path: Path) -> list[str]:
    """Every row, but for those of the search, which are made of the others."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = lambda text: text.decode(errors="backslashreplace")
        return [line for line in connection.iterdump() if not line.startswith('INSERT INTO "searched')]


async def test_flipped_bits_in_the_database_are_reported_or_harmless(tmp_path: Path):
    whole, path = tmp_path / "whole.db", tmp_path / "profile.db"
    size = await a_list(whole)
    sound = rows_of(whole)
    told = {"at start": 0, "by the day": 0, "in one row": 0, "in no row": 0}
    places = [0, 17, 30, 50, 62, 70, 101, *(number * size // FLIPS + 7 * number % 4096 for number in range(FLIPS))]
    for number, place in enumerate(places):
        shutil.copy(whole, path)
        with path.open("r+b") as file:
            file.seek(place)
            (byte,) = file.read(1)
            file.seek(place)
            file.write(bytes([byte ^ (1 << number % 8)]))
        changed = path.read_bytes()
        if await found_at_start(path):
            told["at start"] += 1
            assert path.read_bytes() == changed, f"the flip at {place} was refused, and the file was written to"
        elif found_by_the_day(path):
            told["by the day"] += 1
        else:
            different = sum(before != after for before, after in zip(sound, rows_of(path), strict=True))
            assert different <= 1, f"the flip at {place} changed more than a row, and nobody said so"
            told["in one row" if different else "in no row"] += 1
    assert told["at start"] + told["by the day"] >= len(places) // 2, told


@pytest.mark.parametrize("left", ["0", "1", "100", "half", "page", "all but a page", "zeros", "text", "another"])
async def test_truncated_or_foreign_task_list_is_refused_and_left_unchanged(left: str, tmp_path: Path):
    path = tmp_path / "profile.db"
    size = await a_list(path)
    content = path.read_bytes()
    match left:
        case "zeros":
            path.write_bytes(bytes(size))
        case "text":
            path.write_text("<html>not a database</html>" * 100)
        case "another":
            path.unlink()
            with closing(sqlite3.connect(path)) as other, other:
                other.execute("CREATE TABLE theirs (a)")
        case _:
            sizes = {"0": 0, "1": 1, "100": 100, "half": size // 2, "page": 4096, "all but a page": size - 4096}
            path.write_bytes(content[: sizes[left]])
    damaged = path.read_bytes()
    with pytest.raises(DamagedList, match=r"damaged|empty|not a list"):
        await SqliteStore.open(path, is_expected=True)
    if left != "another":
        assert path.read_bytes() == damaged


@pytest.mark.parametrize("companion", ["-wal", ".backup-v3.1"])
async def test_empty_or_missing_task_list_beside_its_other_files_is_refused(companion: str, tmp_path: Path):
    path = tmp_path / "profile.db"
    beside = path.with_name(f"profile.db{companion}")
    beside.write_bytes(b"left")
    with pytest.raises(DamagedList, match="missing"):
        await SqliteStore.open(path)
    path.touch()
    with pytest.raises(DamagedList, match="empty"):
        await SqliteStore.open(path)
    assert beside.read_bytes() == b"left"
    assert path.read_bytes() == b""


async def test_used_profile_is_recognized_by_its_id_file_and_backups(tmp_path: Path):
    profile = Profile(name="New", folder=tmp_path, library=tmp_path / "films", key_name="")
    assert not has_been_used(profile)
    profile.accepted_ids.touch()
    assert has_been_used(profile)
    profile.accepted_ids.unlink()
    profile.backups.mkdir()
    (profile.backups / "daily-2026-03-09.zip").touch()
    assert has_been_used(profile)
    with pytest.raises(DamagedList, match="missing"):
        await SqliteStore.open(profile.database, is_expected=True)
    assert not profile.database.exists()


async def test_task_list_with_a_lost_log_is_not_taken_for_empty(tmp_path: Path):
    path, killed = tmp_path / "profile.db", tmp_path / "killed" / "profile.db"
    store = await SqliteStore.open(path)
    await fill(store, 5)
    killed.parent.mkdir()
    shutil.copy(path, killed)
    await store.close()
    before = killed.read_bytes()
    with pytest.raises(DamagedList, match="empty"):
        await SqliteStore.open(killed, is_expected=True)
    assert killed.read_bytes() == before


@pytest.mark.parametrize("harm", ["cut", "flipped", "missing"])
async def test_damaged_log_loses_only_the_latest_writes(harm: str, tmp_path: Path):
    """SQLite drops the log from the first part on whose checksum is wrong. Paid ids come back from their own file."""
    path, killed = tmp_path / "profile.db", tmp_path / "killed" / "profile.db"
    await a_list(path, 50)
    store = await SqliteStore.open(path, is_expected=True)
    await store.check()
    for number in range(20):
        await store.set_settings({f"name {number}": number})
    killed.parent.mkdir()
    for file in tmp_path.glob("profile.db*"):
        shutil.copy(file, killed.parent)
    await store.close()
    log = killed.with_name("profile.db-wal")
    content = log.read_bytes()
    match harm:
        case "cut":
            log.write_bytes(content[: len(content) // 2])
        case "flipped":
            middle = len(content) // 2
            log.write_bytes(content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :])
        case _:
            log.unlink()
    assert await found_at_start(killed) == ""
    assert found_by_the_day(killed) == ""
    store = await SqliteStore.open(killed, is_expected=True)
    assert len(await store.list(Listing())) == 50
    kept = [number for number in range(20) if f"name {number}" in await store.settings()]
    assert kept == list(range(len(kept))), "what is kept is a beginning of what was written"
    await store.close()


async def test_task_list_file_is_not_written_before_its_check_ends(tmp_path: Path):
    path = tmp_path / "profile.db"
    await a_list(path, 50)
    before = path.read_bytes()
    store = await SqliteStore.open(path, is_expected=True)
    for number in range(40):
        await store.set_settings({f"name {number}": "long" * 8_000})
    assert path.read_bytes() == before
    await store.check()
    for number in range(40):
        await store.set_settings({f"name {number}": "longer" * 8_000})
    assert path.read_bytes() != before
    await store.close()


# Restoring in place of it


def _flipped(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8192] + b"\xff" * 4096 + path.read_bytes()[12288:])


def _cut(path: Path) -> None:
    path.write_bytes(b"")


HARMS: dict[str, Callable[[Path], None]] = {"flipped": _flipped, "cut": _cut, "missing": Path.unlink}


async def backed_up(tmp_path: Path) -> Made:
    made = await a_profile(tmp_path)
    for number, name in enumerate(("daily-2026-03-07.zip", "daily-2026-03-08.zip", "daily-2026-03-09.zip")):
        pack(
            made.profile, made.snapshots, made.profile.backups / name, LIGHT, made.library, NOW + number, Watch()
        )  # fmt: skip
    newest = made.profile.backups / "daily-2026-03-09.zip"
    newest.write_bytes(newest.read_bytes()[:-400])
    return made


@pytest.mark.parametrize("harm", HARMS)
async def test_damaged_task_list_can_be_replaced_by_a_dated_backup(harm: str, tmp_path: Path):
    made = await backed_up(tmp_path)
    profile = made.profile
    HARMS[harm](profile.database)
    content = profile.database.read_bytes() if profile.database.exists() else None
    assert has_been_used(profile)
    assert await found_at_start(profile.database)
    offered = list(restores.checked_backups(profile, made.snapshots, Watch()))
    good = [found for found in offered if isinstance(found, RestorePreview)]
    assert [found.path.name for found in good] == ["daily-2026-03-08.zip", "daily-2026-03-07.zip"]
    assert offered[0] == profile.backups / "daily-2026-03-09.zip", "the newest is damaged, and is said to be"

    restores.restore_damaged(profile, made.snapshots, good[0].path, NOW + 10, Watch())
    assert finish(profile, made.snapshots, NOW + 11)
    if content is not None:
        [before] = profile.backups.glob("before-restore-*.unreadable")
        assert (before / "profile.db").read_bytes() == content
        assert made.snapshots.setting(profile.database, after_restore.FRESH)[after_restore.BEFORE] == str(before)
    assert found_by_the_day(profile.database) == ""

    store = await SqliteStore.open(profile.database, is_expected=True)
    async with Rig(store=store, loops=()) as rig:  # type: ignore[arg-type] # the rig is written for a store in memory
        assert rig.settings.paused
        held = rig.ledger.all_queued()
        assert [task.hold.code for task in held if task.hold is not None] == [HoldCode.RESTORED]
        assert State.SENDING not in {task.state for task in rig.ledger.open()}
        assert after_restore.to_tell(rig.settings) is not None
        assert rig.runway.requests == {}, "nothing is sent by itself"
    await store.close()


async def test_new_empty_task_list_keeps_the_damaged_files_and_ids_aside(tmp_path: Path):
    made = await a_profile(tmp_path)
    profile = made.profile
    log = profile.database.with_name("profile.db-wal")
    log.write_bytes(b"what is left")
    profile.database.write_bytes(b"")
    profile.task_ids.write_text("id-1\nid-2\n")
    restores.begin_empty(profile, made.snapshots, NOW)
    aside = profile.backups / f"damaged-{datetime.fromtimestamp(NOW):%Y-%m-%d-%H%M%S}"
    assert (aside / "profile.db-wal").read_bytes() == b"what is left"
    assert (aside / "profile.db").read_bytes() == b""
    assert (aside / profile.task_ids.name).read_text() == "id-1\nid-2\n"
    assert not profile.task_ids.exists()
    store = await SqliteStore.open(profile.database, is_expected=True)
    assert len(await store.list(Listing())) == 0
    async with Rig(store=store, loops=()) as rig:  # type: ignore[arg-type]
        told = after_restore.to_tell(rig.settings)
        assert told is not None
        assert told.ids == str(aside / profile.task_ids.name)
    await store.close()
