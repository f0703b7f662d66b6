"""The palette by keyboard: opening, searching, running commands, closing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from runway_desktop.domain.task import State, TaskId
from runway_desktop.rooms.palette.entry import PaletteHost, PalettePanel
from runway_desktop.usecases.palette.palette import Heading
from tests.rigs.desktop import Desktop, until
from tests.rigs.rows import task

CONTROL = Qt.KeyboardModifier.ControlModifier


async def opened(rig: Desktop, theme) -> tuple[PaletteHost, PalettePanel]:
    QTest.keyClick(rig.window, Qt.Key.Key_K, CONTROL)
    rig.rooms.open(*rig.room_requests.pop())
    await until(lambda: (found := rig.window.findChild(PaletteHost)) is not None and found.panel)
    host = rig.window.findChild(PaletteHost)
    assert host.panel is not None
    return host, host.panel


async def with_one(rig: Desktop, state: State = State.SUCCEEDED) -> None:
    await rig.add(task(1, state))
    await until(lambda: rig.rows.row_of(TaskId("t1")))
    rig.window.view.select([TaskId("t1")])


async def test_typed_letters_find_a_command_and_return_runs_it(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await with_one(rig)
        host, panel = await opened(rig, theme)
        QTest.keyClicks(panel.line, "rate 4")
        assert panel.current.text == "Rate 4"
        QTest.keyClick(panel.line, Qt.Key.Key_Return)
        assert host.panel is None
        await until(lambda: (row := rig.rows.row_of(TaskId("t1"))) is not None and row.task.rating == 4)


async def test_sending_can_be_paused_by_name_in_the_palette(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        _, panel = await opened(rig, theme)
        QTest.keyClicks(panel.line, "pause send")
        assert panel.current.text == "Pause sending"
        QTest.keyClick(panel.line, Qt.Key.Key_Return)
        await until(lambda: rig.models.status.paused)


async def test_control_return_runs_a_command_and_keeps_the_palette_open(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await with_one(rig)
        host, panel = await opened(rig, theme)
        QTest.keyClicks(panel.line, "rate 3")
        QTest.keyClick(panel.line, Qt.Key.Key_Return, CONTROL)
        assert host.panel is panel
        assert rig.rows.task_count == 1, "nothing was sent"
        await until(lambda: (row := rig.rows.row_of(TaskId("t1"))) is not None and row.task.rating == 3)
        QTest.keyClick(panel.line, Qt.Key.Key_Escape)
        assert host.panel is None


async def test_unavailable_command_shows_its_reason_and_does_nothing(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await with_one(rig)
        host, panel = await opened(rig, theme)
        QTest.keyClicks(panel.line, "retry")
        assert panel.current.text == "Retry"
        assert panel.current.reason.startswith("It succeeded.")
        QTest.keyClick(panel.line, Qt.Key.Key_Return)
        assert host.panel is panel
        panel.close_panel()


async def test_palette_finds_tasks_with_the_list_search_and_shows_one(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.add(task(1, State.SUCCEEDED, note="zeppelin"), task(2, State.SUCCEEDED))
        _, panel = await opened(rig, theme)
        QTest.keyClicks(panel.line, "zeppelin")
        await until(lambda: panel.current is not None and panel.current.section is Heading.TASKS)
        assert panel.current.id == "row:t1"
        QTest.keyClick(panel.line, Qt.Key.Key_Return)
        await until(lambda: rig.window.view.selected_ids() == [TaskId("t1")])


async def test_arrows_and_tab_move_through_palette_lines_and_sections(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        _, panel = await opened(rig, theme)
        first = panel.current
        QTest.keyClick(panel.line, Qt.Key.Key_Down)
        assert panel.current is not first
        QTest.keyClick(panel.line, Qt.Key.Key_Up)
        assert panel.current is first
        QTest.keyClick(panel.line, Qt.Key.Key_Tab)
        assert panel.current.section is not first.section
        QTest.keyClick(panel.line, Qt.Key.Key_Backtab)
        assert panel.current is first
        panel.close_panel()


async def test_recently_used_command_is_listed_first_next_time(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        host, panel = await opened(rig, theme)
        QTest.keyClicks(panel.line, "spending")
        QTest.keyClick(panel.line, Qt.Key.Key_Return)
        assert rig.room_requests == [("spending", None)]
        host.toggle()
        await until(lambda: host.panel)
        assert host.panel.current.text == "Spending"
        host.toggle()
        assert host.panel is None


@pytest.mark.parametrize(("typed", "name"), [("check at", "poll_limit"), ("single task", "sending_cap")])
async def test_setting_in_the_palette_opens_its_place_in_the_preferences(tmp_path, theme, qtbot, typed, name):
    async with Desktop(tmp_path, theme) as rig:
        _, panel = await opened(rig, theme)
        QTest.keyClicks(panel.line, typed)
        assert panel.current.id == f"setting:{name}"
        QTest.keyClick(panel.line, Qt.Key.Key_Return)
        assert rig.room_requests == [("preferences", name)]


async def test_open_palette_blocks_window_shortcuts_and_returns_the_focus(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await with_one(rig)
        rig.window.view.setFocus()
        _, panel = await opened(rig, theme)
        QTest.keyClick(panel.line, Qt.Key.Key_P)
        QTest.keyClick(panel.line, Qt.Key.Key_N, CONTROL)
        assert panel.line.text() == "p"
        assert rig.window.focusWidget() is panel.line
        QTest.keyClick(panel.line, Qt.Key.Key_Escape)
        assert rig.window.focusWidget() is rig.window.view


async def test_setting_changed_in_the_palette_shows_its_old_value_and_can_be_undone(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        host, panel = await opened(rig, theme)
        settings = rig.cases.settings
        QTest.keyClicks(panel.line, "dark")
        assert panel.current.text == "Theme: Dark"
        QTest.keyClick(panel.line, Qt.Key.Key_Return)
        assert settings.get("theme") == "dark"
        assert rig.models.activity.shown.entry.message == "Theme: Dark. It was Match system."
        rig.models.activity.undo()
        assert settings.get("theme") is None, "as before: the default"
        host.toggle()
        await until(lambda: host.panel)
        QTest.keyClicks(host.panel.line, "mute")
        assert (host.panel.current.act, host.panel.current.aside) == ("Turn on", "Off")
        QTest.keyClick(host.panel.line, Qt.Key.Key_Return)
        assert settings.muted
        assert rig.models.activity.shown.entry.message == "Play without sound: On."


async def test_switch_shows_its_new_value_while_the_palette_stays_open(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        _, panel = await opened(rig, theme)
        QTest.keyClicks(panel.line, "mute")
        for is_on in (True, False):
            QTest.keyClick(panel.line, Qt.Key.Key_Return, CONTROL)
            assert rig.cases.settings.muted is is_on
            assert panel.current.aside == ("On" if is_on else "Off")
        panel.close_panel()


@pytest.mark.parametrize("typed", ["ask before cancel", "light backup", "after an hour"])
async def test_protective_settings_are_changed_only_in_the_preferences(tmp_path, theme, qtbot, typed):
    async with Desktop(tmp_path, theme) as rig:
        _, panel = await opened(rig, theme)
        before = [getattr(rig.cases.settings, name) for name in rig.cases.settings.preferences()]
        QTest.keyClicks(panel.line, typed)
        QTest.keyClick(panel.line, Qt.Key.Key_Return)
        assert [room for room, _ in rig.room_requests] == ["preferences"]
        assert [getattr(rig.cases.settings, name) for name in rig.cases.settings.preferences()] == before


async def test_sound_and_loop_settings_apply_to_the_preview_at_once(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.interior.add_preview()
        playback = rig.window.preview.playback
        assert not playback.muted
        assert not playback.loop
        _, panel = await opened(rig, theme)
        for typed, is_so in (("mute", lambda: playback.muted), ("loop clips", lambda: playback.loop)):
            panel.line.setText(typed)
            QTest.keyClick(panel.line, Qt.Key.Key_Return, CONTROL)
            await until(is_so)
        panel.close_panel()


async def test_preview_starts_with_the_stored_sound_and_loop_settings(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.cases.settings.muted = True
        rig.interior.add_preview()
        assert rig.window.preview.playback.muted
        assert not rig.window.preview.playback.loop
