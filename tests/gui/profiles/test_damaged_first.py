"""The window for a damaged task list: its backups are offered, and two clicks restore one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from runway_desktop.app import damaged_first
from runway_desktop.domain.errors import DamagedList, DiskError
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.backup.finishing import is_waiting
from runway_desktop.services.backup.packing import LIGHT, pack
from runway_desktop.services.backup.watching import Watch
from runway_desktop.ui.profiles.backups import DamagedWindow
from runway_desktop.ui.theme import Theme
from tests.rigs.profiles_on_disk import NOW, Made, a_profile

ERROR = DamagedList("The list of tasks in “profile.db” is damaged.", advice="Restore a backup.", detail="/p/profile.db")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    made = asyncio.run(a_profile(tmp_path))
    for day in (7, 8, 9):
        pack(
            made.profile, made.snapshots, made.profile.backups / f"daily-2026-03-0{day}.zip", LIGHT, made.library,
            NOW + day * 86_400, Watch(),
        )  # fmt: skip
    (made.profile.backups / "daily-2026-03-09.zip").write_bytes(b"PK, and no more")
    made.profile.database.write_bytes(b"")
    return made


async def offered(theme: Theme, profile: Profile, act: Callable[[DamagedWindow], bool]) -> bool:
    """What the offer gives. `act` is called again and again until it has done its part."""
    offer = asyncio.create_task(damaged_first.offer_backups(theme, profile, ERROR))
    acted = False
    while not offer.done():
        for window in QApplication.topLevelWidgets():
            if isinstance(window, DamagedWindow) and window.isVisible() and not acted:
                acted = act(window)
        await asyncio.sleep(0.02)
    return await offer


def is_checked(window: DamagedWindow) -> bool:
    return window.state.text() != "Checking the backups…"


async def test_newest_good_backup_is_preselected_and_a_chosen_one_waits_for_the_next_start(made: Made, theme: Theme):
    seen: list[str] = []

    def act(window: DamagedWindow) -> bool:
        if not is_checked(window):
            return False
        rows = [window.backups.item(row) for row in range(window.backups.count())]
        seen.extend(row.text() for row in rows)
        seen.extend(label.text() for label in window.findChildren(QLabel))
        assert not rows[0].flags() & Qt.ItemFlag.ItemIsEnabled
        assert window.backups.currentRow() == 1
        window.backups.setCurrentItem(rows[2])
        window.restore.click()
        return True

    assert await offered(theme, made.profile, act)
    assert is_waiting(made.profile), "the next start puts it in place"
    assert made.profile.database.read_bytes() == b"", "until then the damaged list stays where it is"
    assert "daily-2026-03-09.zip cannot be restored" in seen[0]
    assert "6 tasks" in seen[1]
    assert {ERROR.message, ERROR.advice, ERROR.detail} <= set(seen)


async def test_quitting_the_damaged_list_window_changes_nothing(made: Made, theme: Theme):
    def act(window: DamagedWindow) -> bool:
        window.quit.click()
        return True

    assert not await offered(theme, made.profile, act)
    assert not made.profile.restoring.exists()


async def test_failed_restore_is_reported_and_another_backup_can_be_tried(
    made: Made, theme: Theme, monkeypatch: pytest.MonkeyPatch
):
    tried: list[Path] = []

    def fails(_: Profile, path: Path, __: Watch) -> None:
        tried.append(path)
        if len(tried) == 1:
            raise DiskError("The disk is full.", advice="Make room.")

    monkeypatch.setattr(damaged_first, "restore_damaged", fails)

    def act(window: DamagedWindow) -> bool:
        if not is_checked(window) or not window.restore.isEnabled():
            return False
        if tried:
            assert window.state.text() == "The disk is full. Make room."
            window.backups.setCurrentRow(2)
        window.restore.click()
        return len(tried) == 2

    assert await offered(theme, made.profile, act)
    assert [path.name for path in tried] == ["daily-2026-03-08.zip", "daily-2026-03-07.zip"]
