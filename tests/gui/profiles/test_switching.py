"""Which profile a window is of is seen at a glance, and another one is a click or a key away."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from runway_desktop.domain.account import Link
from runway_desktop.domain.events import ConnectionChanged
from runway_desktop.domain.permissions import Client, Permission
from runway_desktop.domain.preferences import PROGRAMS_PAGE
from runway_desktop.domain.profiles import Color
from runway_desktop.rooms.backup.entry import BackupWindow
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.rooms.preferences.profile_page import ProfilePage
from runway_desktop.services.approvals import UNTOLD
from runway_desktop.services.tasks import after_restore
from runway_desktop.services.tasks.after_restore import TOLD
from runway_desktop.ui.confirm import Confirm
from runway_desktop.ui.profiles.badge import COLORS, badge, window_icon
from runway_desktop.ui.profiles.new_profile import NewProfileDialog
from runway_desktop.ui.room import Import
from runway_desktop.ui.theme import ColorScheme, Theme
from runway_desktop.wiring import environment
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.profiles_on_disk import a_profile
from tests.rigs.profiles_rig import ProfilesDesktop, shown


def who(desktop: Desktop) -> QPushButton:
    return desktop.window.workspace.top._who


def open_ones(desktop: Desktop, kind: type[QDialog]) -> list[QDialog]:
    return [found for found in desktop.window.findChildren(kind) if found.isVisible()]


async def menu_of(desktop: Desktop) -> QMenu:
    who(desktop).click()
    await until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "the menu")
    found = QApplication.activePopupWidget()
    assert isinstance(found, QMenu)
    return found


def lines(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text() and not action.isSeparator()]


def line(menu: QMenu, begins: str) -> QAction:
    return next(action for action in menu.actions() if action.text().startswith(begins))


def relative_luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_white_letters_are_readable_on_each_profile_color():
    for color in Color:
        assert 1.05 / (relative_luminance(COLORS[color]) + 0.05) >= 4.5, color


def test_window_icon_of_a_profile_has_small_and_large_sizes(qtbot: QtBot):
    assert not badge("CA", Color.RED, 16).pixmap(30, 16).isNull()
    sizes = {size.width() for size in window_icon("CA", Color.RED).availableSizes()}
    assert {32, 256} <= sizes


async def test_profile_button_describes_name_color_and_connection(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        await until(lambda: who(desktop).text().startswith("Studio"))
        assert who(desktop).accessibleName().startswith("Profile Studio, Teal, ")
        assert desktop.window.windowTitle() == "Studio – Runway Desktop"
        account = desktop.engine.account
        account.connection = type(account.connection)(link=Link.OFFLINE)
        desktop.engine.bus.tell(ConnectionChanged(account.connection))
        desktop.bridge.flush()
        await until(lambda: who(desktop).accessibleName() == "Profile Studio, Teal, Offline")


async def test_profile_menu_lists_profiles_and_marks_the_current_one(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        desktop.other("Client A")
        desktop.other("R&D", Color.RED)
        menu = await menu_of(desktop)
        found = lines(menu)
        assert found[4:7] == ["Studio\tTeal · this window", "Client A\tGreen", "R&&D\tRed"]
        assert [text for text in found if text.startswith(("New", "Name", "Prefer"))] == [
            "New profile…",
            "Name, color and backups…",
            "Preferences…",
        ]
        line(menu, "Client A").trigger()
        assert [profile.name for profile in desktop.opened] == ["Client A"]
        line(menu, "Studio").trigger()
        assert len(desktop.opened) == 1
        menu.close()


async def test_profile_created_in_another_window_appears_in_the_next_menu(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        menu = await menu_of(desktop)
        assert not any(text.startswith("Client A") for text in lines(menu))
        menu.close()
        desktop.other("Client A")
        menu = await menu_of(desktop)
        assert any(text.startswith("Client A") for text in lines(menu))
        menu.close()


async def test_profile_that_cannot_be_opened_is_reported(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        desktop.windows.open(desktop.other("cannot be opened"))
        await until(lambda: "“cannot be opened” could not be opened." in desktop.told)


async def test_new_profile_is_created_by_keyboard_and_opened(tmp_path: Path, theme: Theme, qtbot: QtBot):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        desktop.models.profiles.new_wanted.emit()
        dialog = shown(desktop, NewProfileDialog)
        name = dialog.focusWidget()
        assert isinstance(name, QLineEdit)
        assert name.accessibleName() == "Name of the profile"
        create = next(one for one in dialog.findChildren(QPushButton) if one.text() == "Create and open")
        assert not create.isEnabled()
        assert create.accessibleDescription() == "Enter a name."
        qtbot.keyClicks(name, "Client A")
        assert create.isEnabled()
        violet = next(one for one in dialog.findChildren(QToolButton) if one.accessibleName() == "Color: Violet")
        violet.setFocus()
        qtbot.keyClick(violet, Qt.Key.Key_Space)
        qtbot.keyClick(name, Qt.Key.Key_Return)
        await until(lambda: desktop.opened)
        assert (desktop.opened[0].name, desktop.opened[0].color) == ("Client A", Color.VIOLET)
        await until(lambda: not open_ones(desktop, NewProfileDialog))
        assert desktop.models.profiles.profiles()[1].name == "Client A"


async def test_key_of_a_new_profile_is_hidden_and_a_bad_one_reported_at_its_field(
    tmp_path: Path, theme: Theme, qtbot: QtBot
):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        desktop.models.profiles.new_wanted.emit()
        dialog = shown(desktop, NewProfileDialog)
        key = next(one for one in dialog.findChildren(QLineEdit) if one.accessibleName().startswith("API key"))
        assert key.echoMode() is QLineEdit.EchoMode.Password
        qtbot.keyClicks(key, "sk-12")
        assert dialog._key_words.text().startswith("A key begins with key_")
        dialog.reject()
        await until(lambda: not open_ones(desktop, NewProfileDialog))


async def test_removing_a_profile_asks_with_the_safe_answer_first(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        other = desktop.other("Client A")
        menu = await menu_of(desktop)
        below = line(menu, "Remove a profile").menu()
        assert isinstance(below, QMenu)
        assert lines(below) == ["Client A…"]
        below.actions()[0].trigger()
        menu.close()
        await until(lambda: any(one.isVisible() for one in desktop.window.findChildren(Confirm)))
        asked = shown(desktop, Confirm)
        focus = asked.focusWidget()
        assert isinstance(focus, QPushButton)
        assert focus.text() == "Keep"
        asked.reject()
        assert other.folder.is_dir()


async def test_sole_profile_offers_no_removal(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        menu = await menu_of(desktop)
        assert not any(text.startswith("Remove") for text in lines(menu))
        menu.close()


async def test_new_profile_name_and_color_update_title_bar_and_taskbar_at_once(
    tmp_path: Path, theme: Theme, qtbot: QtBot
):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        form = PreferencesForm(desktop.cases, desktop.bridge, desktop.runner)
        preferences = Preferences(form, theme, desktop.window, profiles=desktop.models.profiles)
        preferences.show_section("Profile")
        preferences.open()
        page = preferences.findChild(ProfilePage)
        assert page.name.text() == "Studio"
        icon = QApplication.windowIcon().pixmap(32, 32).toImage()
        page.name.setFocus()
        page.name.selectAll()
        qtbot.keyClicks(page.name, "Atelier")
        page.colors.buttons[Color.PINK].click()
        preferences.accept()
        await until(lambda: desktop.window.windowTitle() == "Atelier – Runway Desktop")
        await until(lambda: who(desktop).accessibleName().startswith("Profile Atelier, Pink"))
        await until(lambda: QApplication.windowIcon().pixmap(32, 32).toImage() != icon)


async def test_invalid_profile_name_is_reported_and_the_old_one_stays(tmp_path: Path, theme: Theme, qtbot: QtBot):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        form = PreferencesForm(desktop.cases, desktop.bridge, desktop.runner)
        preferences = Preferences(form, theme, desktop.window, profiles=desktop.models.profiles)
        preferences.open()
        page = preferences.findChild(ProfilePage)
        page.name.setText("Demo")
        assert page._wrong.text() == "The demo has this name. The old name stays."
        preferences.accept()
        assert desktop.window.windowTitle() == "Studio – Runway Desktop"


async def test_profile_badge_follows_the_theme(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        await until(lambda: who(desktop).text().startswith("Studio"))
        dark = who(desktop).icon().pixmap(26, 16).toImage()
        theme.choose(ColorScheme.LIGHT)
        assert who(desktop).icon().pixmap(26, 16).toImage() != dark


async def test_pending_decisions_are_reported_once_after_a_restore(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        desktop.engine.settings.set(TOLD, {"made_at": 1.0, "held": 2, "uncertain": 0, "live": 1})
        desktop.windows.tell_restored()
        [message] = desktop.window.activity.messages()
        assert message.startswith("Restored the backup of ")
        assert after_restore.to_tell(desktop.engine.settings) is None
        desktop.windows.tell_restored()
        assert len(desktop.window.activity.messages()) == 1


async def test_restored_list_names_programs_that_became_read_only(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        agent = Client(name="claude-code", permission=Permission.ALLOWANCE, credits=100.0)
        await desktop.store.save_client(agent, "the former list")
        for _ in range(2):
            desktop.windows.tell_void_permissions()
            await until(lambda: desktop.models.activity.listed.waiting)
            await rest()
        [entry] = desktop.models.activity.listed.waiting
        assert entry.message == "1 program may only read again."
        assert "Claude Code" in entry.detail
        desktop.models.activity.take(entry, entry.actions[0])
        assert ("preferences", PROGRAMS_PAGE) in desktop.room_requests


async def test_window_tells_once_what_programs_did_without_one(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        clients = desktop.engine.clients
        desktop.engine.settings.set(UNTOLD, (3, 0.0))
        desktop.windows.tell_untold()
        await until(lambda: desktop.models.activity.listed.waiting)
        [entry] = desktop.models.activity.listed.waiting
        assert entry.message == "3 requests of programs were refused while no window was open."
        await clients.keep_untold(granted=500.0)
        desktop.bridge.flush()
        await until(lambda: len(desktop.models.activity.listed.waiting) == 2)
        found = {one.message for one in desktop.models.activity.listed.waiting} - {entry.message}
        assert found == {"Commands were allowed to spend without a person at a terminal: Up to 500 credits a day."}


@pytest.mark.parametrize("answer", ["Import task IDs…", "Dismiss"])
async def test_empty_list_offers_ids_of_the_former_list_until_answered(tmp_path: Path, theme: Theme, answer: str):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        settings, activity = desktop.engine.settings, desktop.models.activity
        settings.set(TOLD, {"ids": str(tmp_path / "task ids.txt")})
        for _ in range(2):
            desktop.windows.tell_restored()
            [entry] = activity.listed.waiting
            assert str(tmp_path / "task ids.txt") in entry.detail
        assert after_restore.to_tell(settings) is not None
        activity.take(entry, next(one for one in entry.actions if one.text == answer))
        assert after_restore.to_tell(settings) is None
        imports = [wish for _, wish in desktop.room_requests if isinstance(wish, Import)]
        assert [wish.found.dropped.paths for wish in imports] == (
            [] if answer == "Dismiss" else [(tmp_path / "task ids.txt",)]
        )


async def test_copied_profile_folder_is_reported_once(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        settings = desktop.engine.settings
        settings.set(TOLD, {"made_at": 0.0, "held": 6, "uncertain": 0, "live": 0, "why": "put back"})
        desktop.bridge.flush()
        [message] = desktop.window.activity.messages()
        assert message.startswith("This profile's folder was set back to an earlier state.")
        assert after_restore.to_tell(settings) is None
        desktop.bridge.flush()
        desktop.windows.tell_restored()
        assert len(desktop.window.activity.messages()) == 1


async def test_window_without_a_profile_folder_has_no_profile_page(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path, theme) as desktop:
        form = PreferencesForm(desktop.cases, desktop.bridge, desktop.runner)
        preferences = Preferences(form, theme, desktop.window, profiles=desktop.models.profiles)
        preferences.show_section("Profile")
        preferences.open()
        assert preferences.findChild(ProfilePage) is None
        preferences.reject()
        menu = await menu_of(desktop)
        assert not line(menu, "New profile").isEnabled()
        menu.close()


async def test_shortcuts_open_the_profile_switcher_and_the_backup_window(tmp_path: Path, theme: Theme, qtbot: QtBot):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path), opens_rooms=True) as desktop:
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        qtbot.keyClick(desktop.window, Qt.Key.Key_P, both)
        await until(QApplication.activePopupWidget)
        QApplication.activePopupWidget().close()
        qtbot.keyClick(desktop.window, Qt.Key.Key_B, both)
        await until(lambda: open_ones(desktop, BackupWindow))
        open_ones(desktop, BackupWindow)[0].close()


async def test_library_menu_opens_backup_and_restore(tmp_path: Path, theme: Theme):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path), opens_rooms=True) as desktop:
        desktop.window.workspace.top._library.click()
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        assert lines(menu)[-2:] == ["Back up this profile…", "Restore a backup…"]
        menu.close()
        line(menu, "Restore").trigger()
        await until(lambda: open_ones(desktop, QFileDialog))
        open_ones(desktop, QFileDialog)[0].reject()


async def test_window_of_another_profile_opens_at_the_same_position(tmp_path: Path, theme: Theme):
    async with Desktop(tmp_path / "one", theme) as one:
        one.window.setGeometry(20, 50, 770, 600)
        variables = {environment.PLACEMENT_VARIABLE: one.window.placement}
    async with Desktop(tmp_path / "other", theme) as other:
        other.window.stand_at(environment.window_placement(variables))
        assert other.window.geometry().getRect() == (20, 50, 770, 600)
        assert not variables, "its own children are not told"
        other.window.stand_at("no place")
        assert other.window.width() == 770
