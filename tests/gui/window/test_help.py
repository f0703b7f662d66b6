"""Help by F1: of the room that one is in, with the keys of now; and a preference that is gone to by its name."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from runway_desktop.app.rooms import ROOMS
from runway_desktop.domain.library import Filter, Page
from runway_desktop.rooms.help.entry import (
    COMPOSER,
    LEFT_PANE,
    LIST_OF_TASKS,
    PARTS,
    QUEUE,
    HelpPart,
    HelpWindow,
    commands_of,
    here,
)
from runway_desktop.rooms.help.guide_window import GuideWindow
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.ui.room import Room
from runway_desktop.ui.window.commands import PAUSE
from runway_desktop.usecases.commands.queued import HOLD_OR_RELEASE, MOVE_DOWN, MOVE_UP, SEND_NEXT
from tests.rigs.desktop import Desktop, named, rest, until


async def test_help_is_about_the_part_with_the_focus(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        window, desk = rig.window, rig.rooms.desk
        window.workspace.pages.setFocus()
        assert here(desk) is LEFT_PANE
        window.composer_pane.focus_prompt()
        assert here(desk) is COMPOSER
        window.search.setFocus()
        assert here(desk) is LIST_OF_TASKS
        rig.filter.open_page(Filter(page=Page.WAITING_HERE), "Queued")
        assert here(desk) is QUEUE
        window.workspace.pages.setFocus()
        assert here(desk) is QUEUE


async def test_page_of_a_room_has_its_own_help(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        window = rig.window
        window.composer_pane.focus_prompt()
        rig.rooms.open("requests")
        await until(lambda: window.workspace.page is not None)
        assert here(rig.rooms.desk) is rig.rooms.desk.rooms["requests"]
        window.pages.leave()
        window.composer_pane.focus_prompt()
        assert here(rig.rooms.desk) is COMPOSER


async def test_help_of_the_welcome_page_is_the_guides_first_steps(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        rig.window.show_welcome(QWidget())
        rig.rooms.open("help")
        await until(lambda: rig.window.findChildren(GuideWindow))
        [guide] = rig.window.findChildren(GuideWindow)
        assert guide.browser.page == "first-result"
        guide.close()
        rig.window.show_welcome(None)
        assert here(rig.rooms.desk) is COMPOSER
        await rest()


async def test_help_shows_current_shortcuts(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.window.keys.choose(named("request.model"), [QKeySequence("Ctrl+G")])
        rig.window.composer_pane.focus_prompt()
        rig.rooms.open("help")
        await until(lambda: rig.window.findChildren(HelpWindow))
        [shown] = rig.window.findChildren(HelpWindow)
        said = [label.text() for label in shown.findChildren(QLabel)]
        assert "Ctrl+G" in said
        assert str(named("request.model").words) in said
        assert str(COMPOSER.help[0]) in said
        shown.close()
        await rest()


async def test_every_part_has_help_text_and_links(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        keys, own = rig.window.keys, QWidget(rig.window, Qt.WindowType.Window)
        rig.rooms.desk.give_help(own, "sheet")
        own.show()
        told: list[HelpPart | Room] = [*PARTS, QUEUE, LIST_OF_TASKS, *(room for room in ROOMS if room.help)]
        for one in told:
            assert all(map(str, one.help))
            everywhere = {named("palette"), named("help"), named("guide"), named("menu"), named("shortcuts")}
            assert everywhere <= set(commands_of(one, keys, rig.window))
            assert everywhere & set(commands_of(one, keys, own)) == {named("help"), named("guide")}
        rooms = rig.rooms.desk.rooms
        in_large = set(commands_of(rooms["viewer"], keys, rig.window))
        assert {named("large.close"), named("judge.pick"), named("play.toggle")} <= in_large
        assert named("task.retry") not in in_large
        assert named("sheet.new") not in commands_of(rooms["sheet"], keys, own)
        own.close()
    assert {
        "sheet", "preferences", "spending", "viewer", "requests", "cast", "steps", "cut", "review", "workflows"
    } == {room.id for room in ROOMS if room.help}  # fmt: skip


@pytest.mark.parametrize("name", ["day_cap", "tray", "theme", "name_template"])
async def test_preference_opened_by_name_has_its_control_focused_and_own_help(tmp_path, theme, qtbot, name):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        form = PreferencesForm(rig.cases, rig.bridge, rig.runner, rig.owner)
        dialog = Preferences(form, theme, rig.window)
        rig.rooms.desk.give_help(dialog, "preferences")
        dialog.show_section(name)
        dialog.open()
        focus = dialog.focusWidget()
        names = []
        while focus is not None and focus is not dialog:
            names.append(focus.objectName())
            focus = focus.parentWidget()
        assert name in names
        await until(dialog.isActiveWindow)
        QTest.keyClick(dialog, Qt.Key.Key_F1)
        await until(lambda: dialog.findChildren(HelpWindow))
        [shown] = dialog.findChildren(HelpWindow)
        assert shown.windowTitle() == "Help: Preferences"
        shown.close()
        dialog.close()
        await rest()


def test_help_of_the_queue_shows_its_own_shortcuts():
    assert {SEND_NEXT, HOLD_OR_RELEASE, MOVE_UP, MOVE_DOWN, PAUSE} <= set(QUEUE.commands)
