"""The switch of start at login shows the system's setting, and why it cannot be changed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel

from runway_desktop.desktop.login import start_at_login, starts_at_login
from runway_desktop.rooms.preferences.saving_editors import LoginEditor
from runway_desktop.ui.theme import Theme
from tests.rigs.desktop import until
from tests.rigs.profiles_on_disk import a_profile
from tests.rigs.profiles_rig import ProfilesDesktop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="files of Linux")


async def login_of(desktop: ProfilesDesktop) -> tuple[QCheckBox, LoginEditor]:
    desktop.open_room("preferences", "start_at_login")
    await until(lambda: desktop.window.findChildren(LoginEditor))
    editor = desktop.window.findChild(LoginEditor)
    return editor.findChild(QCheckBox), editor


@pytest.fixture
def autostart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "autostart"


async def test_login_switch_shows_and_changes_the_system_setting(tmp_path: Path, theme: Theme, autostart: Path) -> None:
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path), opens_rooms=True) as desktop:
        start_at_login(desktop.cases.profiles.current, on=True)
        box, editor = await login_of(desktop)
        await until(box.isChecked, "what stands in the folder is shown")
        box.click()
        await until(lambda: not any(autostart.iterdir()))
        box.click()
        await until(lambda: list(autostart.glob("*.desktop")))
        await until(box.isChecked)
        assert editor.form.value("start_at_login") is False, "nothing is stored that could be wrong later"


async def test_unwritable_login_folder_is_named_at_the_switch(tmp_path: Path, theme: Theme, autostart: Path) -> None:
    autostart.parent.write_text("no folder")
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path), opens_rooms=True) as desktop:
        box, editor = await login_of(desktop)
        box.click()
        sentence = f"“{autostart.parent}” cannot be written."
        await until(lambda: sentence in [label.text() for label in editor.findChildren(QLabel)])
        assert box.accessibleDescription() == sentence
        assert not box.isChecked()


async def test_removed_profile_no_longer_starts_at_login(tmp_path: Path, theme: Theme, autostart: Path) -> None:
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        other = desktop.other()
        start_at_login(other, on=True)
        start_at_login(desktop.cases.profiles.current, on=True)
        desktop.models.profiles.remove(other)
        await until(lambda: len(list(autostart.iterdir())) == 1)
        assert starts_at_login(desktop.cases.profiles.current)
