"""Effect of a killed checkpoint on a task list."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from runway_desktop.domain.errors import DamagedList
from runway_desktop.domain.library import Listing
from runway_desktop.store import SqliteStore
from tests.rigs.half_written import log_of, logged_pages, write_half
from tests.rigs.libraries import fill

TASKS = 60


async def a_killed_list(tmp_path: Path) -> Path:
    """A list in use whose log has half of its tasks, copied as a kill leaves it."""
    store = await SqliteStore.open(tmp_path / "used" / "profile.db")
    await store.check()
    await fill(store, TASKS // 2)
    assert await store.checkpoint()
    await fill(store, TASKS // 2, seed=1)
    shutil.copytree(tmp_path / "used", tmp_path / "killed")
    await store.close()
    return tmp_path / "killed" / "profile.db"


def again(killed: Path) -> Path:
    place = killed.parent.with_name("again")
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(killed.parent, place)
    return place / killed.name


async def tasks_in(database: Path) -> int:
    """StoreError if the list is damaged."""
    store = await SqliteStore.open(database, is_expected=True)
    try:
        await store.check(whole=True)
        return len(await store.list(Listing()))
    finally:
        await store.close()


async def test_checkpoint_killed_at_any_page_damages_nothing(tmp_path: Path):
    killed = await a_killed_list(tmp_path)
    pages = len(logged_pages(killed))
    assert pages > 10
    for amount in range(0, pages + 1, 3):
        database = again(killed)
        write_half(database, amount)
        assert await tasks_in(database) == TASKS


async def test_truncated_log_damages_nothing(tmp_path: Path):
    killed = await a_killed_list(tmp_path)
    for part in range(8):
        database = again(killed)
        os.truncate(log_of(database), log_of(database).stat().st_size * part // 8)
        assert TASKS // 2 <= await tasks_in(database) <= TASKS


async def test_killed_checkpoint_with_a_truncated_log_is_reported_as_damage(tmp_path: Path):
    killed = await a_killed_list(tmp_path)
    refused = 0
    for part in range(8):
        database = again(killed)
        write_half(database)
        os.truncate(log_of(database), log_of(database).stat().st_size * part // 8)
        try:
            assert await tasks_in(database) <= TASKS
        except DamagedList:
            refused += 1
    assert refused
