"""The windows for backup and restore: texts, questions, keys."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from runway_desktop.rooms.backup.entry import BackupWindow
from runway_desktop.rooms.backup.model.restore import Into, WhichResults
from runway_desktop.rooms.backup.restore_window import RestoreWindow
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.preferences.profile_page import ProfilePage
from runway_desktop.services.backup import finishing
from runway_desktop.services.backup.packing import PackOptions, pack
from runway_desktop.services.backup.watching import Watch
from runway_desktop.ui.confirm import Confirm
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.question import Phase
from tests.rigs.desktop import until
from tests.rigs.profiles_on_disk import NOW, Made, a_profile
from tests.rigs.profiles_rig import Kind, ProfilesDesktop, shown
from tests.rigs.targets import too_small


def packed(made: Made, path: Path) -> Path:
    pack(made.profile, made.snapshots, path, PackOptions(results=True), made.library, NOW, Watch())
    return path


def texts(window: QWidget) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible() and label.text()]


def button(window: QWidget, text: str) -> QPushButton:
    return next(one for one in window.findChildren(QPushButton) if one.text().startswith(text))


async def came(desktop: ProfilesDesktop, kind: type[Kind]) -> Kind:
    await until(lambda: any(one.isVisible() for one in desktop.window.findChildren(kind)))
    return shown(desktop, kind)


async def back_up(desktop: ProfilesDesktop) -> BackupWindow:
    desktop.rooms.open("backup")
    window = await came(desktop, BackupWindow)
    await until(lambda: window.model.phase is Phase.READY)
    return window


async def restore(desktop: ProfilesDesktop, path: Path) -> RestoreWindow:
    desktop.rooms.open("backup", path)
    window = await came(desktop, RestoreWindow)
    await until(lambda: window.model.phase is Phase.READY or window.model.is_refused)
    return window


async def test_backup_window_lists_exclusions_and_the_expected_size(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        window = await back_up(desktop)
        assert any("Never included: your key" in text for text in texts(window))
        assert window.results.text() == "Include 3 results, 21 kB"
        assert not window.results.isChecked()
        window.results.click()
        assert window.model.results
        window.model.start(tmp_path / "studio.zip")
        await until(lambda: window.model.phase is Phase.DONE)
        assert button(window, "Show in folder").isVisible()
        assert any("with 3 results" in text for text in texts(window))
        next(desktop.made.library.rglob("clip 0.mp4")).unlink()
        window.model.start(tmp_path / "studio.zip")
        await until(lambda: window.model.phase is Phase.DONE)
        assert "1 result is not included, because its file was missing." in window.model.report
        window.close()


async def test_escape_cancels_a_running_backup_and_then_closes(tmp_path: Path, theme: Theme, qtbot: QtBot):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        window = await back_up(desktop)
        window.model.start(tmp_path / "studio.zip")
        assert button(window, "Cancel").isVisible()
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        assert window.isVisible()
        await until(lambda: window.model.phase is not Phase.WORKING)
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        await until(lambda: not window.isVisible())


async def test_closing_the_backup_window_while_disk_space_is_checked_is_harmless(tmp_path: Path, theme: Theme):
    made = await a_profile(tmp_path)
    path = packed(made, tmp_path / "studio.zip")
    async with ProfilesDesktop(tmp_path, theme, made) as desktop:
        desktop.rooms.open("backup")
        (await came(desktop, BackupWindow)).reject()
        desktop.rooms.open("backup", path)
        (await came(desktop, RestoreWindow)).reject()
        await until(lambda: not desktop.engine.workshop.is_busy)


async def test_restore_defaults_to_a_new_profile_and_opens_it(tmp_path: Path, theme: Theme):
    made = await a_profile(tmp_path)
    path = packed(made, tmp_path / "studio.zip")
    async with ProfilesDesktop(tmp_path, theme, made) as desktop:
        window = await restore(desktop, path)
        assert window.into[Into.NEW].isChecked()
        assert window.name.text() == "Studio (restored)"
        assert window.focusWidget() is window.into[Into.NEW]
        window.put_back[WhichResults.ALL].click()
        button(window, "Restore as a new profile").click()
        await until(lambda: window.model.phase is Phase.DONE)
        button(window, "Open profile").click()
        assert [profile.name for profile in desktop.opened] == ["Studio (restored)"]
        assert [profile.name for profile in desktop.models.profiles.profiles()] == ["Studio", "Studio (restored)"]


async def test_replacing_the_current_profile_asks_with_the_safe_answer_first(tmp_path: Path, theme: Theme):
    made = await a_profile(tmp_path)
    path = packed(made, tmp_path / "studio.zip")
    async with ProfilesDesktop(tmp_path, theme, made) as desktop:
        window = await restore(desktop, path)
        window.into[Into.THIS].click()
        assert not window.name.isVisible()
        button(window, "Restore over “Studio”").click()
        [asked] = [one for one in window.findChildren(Confirm) if one.isVisible()]
        focus = asked.focusWidget()
        assert isinstance(focus, QPushButton)
        assert focus.text() == "Keep as it is"
        asked.reject()
        assert not made.profile.restoring.exists()
        button(window, "Restore over “Studio”").click()
        [asked] = [one for one in window.findChildren(Confirm) if one.isVisible()]
        button(asked, "Replace and restart").click()
        await until(lambda: desktop.restarts == 1)
        assert finishing.is_waiting(made.profile)
        window.close()


@pytest.mark.parametrize("name", ["studio.zip", "studio.backup", "studio"])
async def test_dropped_backup_offers_to_restore_and_another_zip_does_not(tmp_path: Path, theme: Theme, name: str):
    made = await a_profile(tmp_path)
    path = packed(made, tmp_path / "packed.zip").rename(tmp_path / name)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("manifest.json", '{"name": "an extension of a browser"}')
    async with ProfilesDesktop(tmp_path, theme, made, opens_rooms=True) as desktop:
        desktop.models.task_commands.take(paths=[other])
        await until(lambda: "“other.zip” is in ZIP format" in "".join(desktop.window.activity.messages()))
        assert desktop.window.findChildren(RestoreWindow) == []
        desktop.models.task_commands.take(paths=[path])
        await until(lambda: desktop.window.findChildren(RestoreWindow))
        window = shown(desktop, RestoreWindow)
        assert window.model.path == path
        await until(lambda: window.model.phase is Phase.READY)
        window.close()


async def test_backup_and_restore_start_in_the_folder_of_the_last_backup(tmp_path: Path, theme: Theme, monkeypatch):
    begun: list[Path] = []
    monkeypatch.setattr("runway_desktop.rooms.backup.entry.choose_backup", lambda _, __, near: begun.append(near))
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        desktop.rooms.open("backup", "restore")
        await until(lambda: begun)
        (tmp_path / "out").mkdir()
        window = await back_up(desktop)
        window.model.start(tmp_path / "out" / "studio.zip")
        await until(lambda: window.model.phase is Phase.DONE)
        desktop.rooms.open("backup", "restore")
        await until(lambda: len(begun) == 2)
        assert begun == [desktop.made.profile.backups, window.model.suggested().parent] == [begun[0], tmp_path / "out"]
        window.close()


async def test_backup_chosen_in_a_dialog_is_shown_when_the_dialog_closes(tmp_path: Path, theme: Theme):
    made = await a_profile(tmp_path)
    path = packed(made, tmp_path / "studio.zip")
    async with ProfilesDesktop(tmp_path, theme, made) as desktop:
        desktop.rooms.open("backup", "restore")
        dialog = shown(desktop, QFileDialog)
        dialog.selectFile(str(path))
        dialog.accept()
        await until(lambda: not isValid(dialog))
        window = await came(desktop, RestoreWindow)
        assert window.model.path == path
        await until(lambda: window.model.phase is Phase.READY)
        window.close()


async def test_file_that_is_no_backup_is_reported_and_cannot_be_restored(tmp_path: Path, theme: Theme):
    (tmp_path / "x.zip").write_bytes(b"hello")
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        window = await restore(desktop, tmp_path / "x.zip")
        assert any("“x.zip” is not a Runway Desktop backup." in text for text in texts(window))
        assert not window._start.isVisible()
        window.close()


async def test_every_backup_control_has_a_name_and_fits_its_window(tmp_path: Path, theme: Theme):
    made = await a_profile(tmp_path)
    path = packed(made, tmp_path / "studio.zip")
    async with ProfilesDesktop(tmp_path, theme, made) as desktop:
        for opens in (back_up(desktop), restore(desktop, path)):
            window = await opens
            for one in window.findChildren(QPushButton):
                assert one.text() or one.accessibleName()
            assert window.layout().totalHeightForWidth(window.width()) <= window.height()
            for label in window.findChildren(QLabel):
                if label.isVisible() and label.wordWrap():
                    assert label.heightForWidth(label.width()) <= label.height(), label.text()
            window.close()


async def test_profile_page_opens_the_backup_window_in_front(tmp_path: Path, theme: Theme):
    made = await a_profile(tmp_path)
    async with ProfilesDesktop(tmp_path, theme, made) as desktop:
        desktop.rooms.open("preferences", "Profile")
        await until(lambda: desktop.window.findChild(Preferences))
        preferences = desktop.window.findChild(Preferences)
        page = preferences.findChild(ProfilePage)
        await until(lambda: any(text.startswith("None yet") for text in texts(page)))
        button(page, "Back up…").click()
        window = await came(desktop, BackupWindow)
        assert window.parent() is preferences, "what waits for an answer is in front"
        window.close()
        preferences.accept()


async def test_clickable_controls_are_large_enough(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        assert too_small(await back_up(desktop)) == []
