"""The large view: playback, navigation, rating, and return to the list."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QWidget

from runway_desktop.app.commands import COMMANDS
from runway_desktop.domain.library import Filter, GroupBy, Page
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Pick, State, TaskId
from runway_desktop.rooms.viewer.model import ViewerModel
from runway_desktop.rooms.viewer.side import SidePane
from runway_desktop.rooms.viewer.take_strip import NUMBER, SHOT
from runway_desktop.rooms.viewer.view import Viewer
from runway_desktop.ui.confirm import AskText
from runway_desktop.ui.media.playback import PlayState
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.command import LARGE, Scope
from runway_desktop.usecases.commands.ending import REMOVE
from tests.rigs.clips import SAMPLES
from tests.rigs.desktop import Desktop, named, rest, until
from tests.rigs.pill import opened_list
from tests.rigs.rows import saved, task
from tests.rigs.seen import line as line_of
from tests.rigs.targets import too_small

KEYS, SHIFT, CONTROL = Qt.Key, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
FOG, RAIN = ("t5", "t4", "t3"), ("t2", "t1")
"""As the list has them: two shots, the newest first."""


@asynccontextmanager
async def opened(folder: Path, theme: Theme, more: int = 0) -> AsyncIterator[Desktop]:
    """Five saved clips of two prompts in the list, the first one selected, and below them so many of a prompt each."""
    async with Desktop(folder, theme) as rig:
        clip = Path(shutil.copy(SAMPLES / "dusk-16x9-5s.mp4", folder / "clip.mp4"))
        tasks = [task(number, State.SUCCEEDED, "Rain" if number < 3 else "Fog") for number in range(1, 6)]
        for one in tasks:
            await rig.put(one, outputs=[saved(one, str(clip))])
        for number in range(more):
            await rig.put(task(-number, State.SUCCEEDED, f"Shot {number}"))
        rig.filter.group_by(GroupBy.NONE)
        await rig.load()
        await until(lambda: rig.rows.rowCount() == 5 + more)
        await rig.fetch_rows()
        QTimer.singleShot(0, rig.interior.add_preview)
        await until(lambda: rig.window.preview is not None)
        rig.window.view.select([TaskId("t5")])
        rig.window.workspace.views.setFocus()
        yield rig


def look(rig: Desktop) -> str:
    return rig.window.findChild(ViewerModel).current or ""


async def enter(rig: Desktop, key: Qt.Key = KEYS.Key_Space) -> None:
    QTest.keyClick(rig.window.view, key)
    await until(lambda: rig.window.workspace.overlay and rig.window.findChild(ViewerModel).shots)


def press(rig: Desktop, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(rig.window.findChild(Viewer), key, modifiers)


async def test_back_button_names_the_list_that_was_left(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        rig.filter.open_page(Filter(page=Page.SAVED), "Saved")
        await until(lambda: rig.rows.rowCount() == 5)
        await enter(rig)
        await until(lambda: any(one.text() == "Saved  Esc" for one in rig.window.findChildren(QAbstractButton)))


@pytest.mark.parametrize("key", [KEYS.Key_Space, KEYS.Key_Return])
async def test_key_on_a_task_opens_the_large_view_and_plays(tmp_path, theme, qtbot, key):
    async with opened(tmp_path, theme) as rig:
        await enter(rig, key)
        preview = rig.window.preview
        assert preview.isVisible()
        assert rig.window.findChild(Viewer).isAncestorOf(preview)
        assert not rig.window.workspace.columns.isVisible()
        await until(lambda: preview.playback.activity is PlayState.PLAYING)
        press(rig, KEYS.Key_Space)
        assert preview.playback.activity is PlayState.PAUSED
        press(rig, KEYS.Key_Space)
        assert preview.playback.is_playing


async def test_clip_opens_paused_when_motion_is_reduced(tmp_path, theme, qtbot):
    theme.keep_calm(on=True)
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        preview = rig.window.preview
        await until(lambda: preview.playback.activity is PlayState.PAUSED)
        press(rig, KEYS.Key_Space)
        await until(lambda: preview.playback.activity is PlayState.PLAYING)


async def test_double_click_opens_the_large_view_from_list_and_grid(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        rig.window.view.doubleClicked.emit(rig.rows.index(1, 1))
        await until(lambda: look(rig) == "t4")
        press(rig, KEYS.Key_Escape)
        rig.window.workspace.list.show_grid(True)
        QTest.keyClick(rig.window.workspace.grid, KEYS.Key_Space)
        await until(lambda: rig.window.workspace.overlay)


async def test_arrow_keys_move_through_takes_and_shots_with_the_selection(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        press(rig, KEYS.Key_Right)
        assert look(rig) == "t4"
        assert rig.window.view.selected_ids() == ["t4"]
        await until(lambda: rig.window.preview.playback.activity is PlayState.PLAYING)
        press(rig, KEYS.Key_Down)
        assert look(rig) == "t2"
        press(rig, KEYS.Key_Left)
        assert look(rig) == "t3", "past the first take of a shot is the last of the one before"
        press(rig, KEYS.Key_Up)
        assert look(rig) == "t3", "there is no shot before the first"


async def test_rating_moves_to_the_next_unrated_take(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        press(rig, KEYS.Key_4)
        assert look(rig) == "t4"
        press(rig, KEYS.Key_X)
        assert look(rig) == "t3"
        await until(lambda: rig.rows.row_of(TaskId("t4")).task.pick is Pick.REJECT)
        assert rig.rows.row_of(TaskId("t5")).task.rating == 4
        press(rig, KEYS.Key_P)
        assert look(rig) == "t2", "then the next shot"


async def test_rating_skips_takes_without_a_result_and_comparing_omits_them(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await rig.put(task(6, State.FAILED, "Fog"))
        await rig.load()
        await until(lambda: rig.rows.rowCount() == 6)
        await rig.fetch_rows()
        await enter(rig)
        assert len(rig.window.findChild(ViewerModel).shot.rows) == 4
        assert button(rig, "Compare 3 takes").isEnabled()

        def is_rated(take: TaskId) -> bool:
            return rig.rows.row_of(take).task.rating == 4

        for take in FOG:
            assert look(rig) == take
            press(rig, KEYS.Key_4)
            await until(partial(is_rated, TaskId(take)))
        assert look(rig) == "t2", "the failed take of this shot is left out"


async def test_take_without_a_result_cannot_be_rated(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await rig.put(task(6, State.FAILED, "Fog"))
        await rig.load()
        await until(lambda: rig.rows.rowCount() == 6)
        await rig.fetch_rows()
        await enter(rig)
        star = button(rig, "Rate 4 stars")
        assert star.isEnabled()
        rig.window.findChild(ViewerModel).go_to(TaskId("t6"))
        await until(lambda: look(rig) == "t6")
        await until(lambda: not star.isEnabled())
        press(rig, KEYS.Key_4)
        await rest()
        assert rig.rows.row_of(TaskId("t6")).task.rating == 0


async def test_current_frame_can_be_used_as_an_input(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        use = next(one for one in rig.window.findChildren(QAbstractButton) if one.text().startswith("Use frame"))
        assert not use.isVisible(), "only where there is room for it"
        await enter(rig)
        await until(lambda: use.isVisible() and use.isEnabled() and not rig.window.preview.shown_frame().isNull())
        use.click()
        menu = QApplication.activePopupWidget()
        next(action for action in menu.actions() if action.text() == "Image → video").trigger()
        menu.close()
        await until(lambda: bool(rig.models.composer.inputs()))
        [item] = rig.models.composer.inputs()
        assert "frame at" in item.name.replace("-", " ")
        assert rig.window.workspace.overlay is None, "one goes on in the composer"


async def test_current_frame_can_be_added_to_the_cast(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        use = next(one for one in rig.window.findChildren(QAbstractButton) if one.text().startswith("Use frame"))
        await enter(rig)
        await until(lambda: use.isVisible() and use.isEnabled() and not rig.window.preview.shown_frame().isNull())
        use.click()
        menu = QApplication.activePopupWidget()
        next(action for action in menu.actions() if action.text() == "Add to cast…").trigger()
        menu.close()
        asked = rig.window.findChild(AskText)
        line_of(asked).setText("Maya")
        asked.accept()
        await until(lambda: rig.engine.cast.now.named("Maya"))
        [file] = rig.engine.cast.now.named("Maya").files
        assert file.media is Media.IMAGE
        assert rig.models.activity.undoable.message == "Added to @Maya: 1 picture."


async def test_shift_rates_without_advancing_and_advancing_can_be_disabled(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        press(rig, KEYS.Key_4, SHIFT)
        await until(lambda: rig.rows.row_of(TaskId("t5")).task.rating == 4)
        press(rig, KEYS.Key_P, SHIFT)
        await until(lambda: rig.rows.row_of(TaskId("t5")).task.pick is Pick.PICK)
        assert look(rig) == "t5"
        press(rig, KEYS.Key_A)
        press(rig, KEYS.Key_2)
        await until(lambda: rig.rows.row_of(TaskId("t5")).task.rating == 2)
        assert look(rig) == "t5"


async def test_pick_moves_to_another_take_of_the_shot_by_one_key(tmp_path, theme, qtbot):
    first, second = map(TaskId, FOG[:2])
    async with opened(tmp_path, theme) as rig:
        QTest.keyClick(rig.window.view, KEYS.Key_P)
        await until(lambda: rig.rows.row_of(first).task.pick is Pick.PICK)
        await enter(rig)
        press(rig, KEYS.Key_Right)
        await until(lambda: look(rig) == FOG[1])
        press(rig, KEYS.Key_P, Qt.KeyboardModifier.AltModifier)
        await until(lambda: rig.window.activity.shown.text == "Picked instead of another take")
        await until(lambda: [rig.rows.row_of(one).task.pick for one in (first, second)] == [Pick.NONE, Pick.PICK])
        press(rig, KEYS.Key_Z, CONTROL)
        await until(lambda: rig.rows.row_of(first).task.pick is Pick.PICK)
        await until(lambda: look(rig) == FOG[1])
        assert rig.rows.row_of(second).task.pick is Pick.NONE


async def test_rating_in_the_large_view_is_announced_and_can_be_undone(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        pill, shown = rig.window.findChild(Viewer).header.pill, lambda: rig.window.activity.shown.text
        assert pill.isVisible()
        press(rig, KEYS.Key_X)
        await until(lambda: rig.rows.row_of(TaskId("t5")).task.pick is Pick.REJECT)
        await until(lambda: shown() == "Rejected take 1")
        assert pill.face.accessibleName() == "Activity: Rejected take 1."
        button(rig, "Undo").click()
        await until(lambda: rig.rows.row_of(TaskId("t5")).task.pick is Pick.NONE)
        await until(lambda: shown() == "Undone: Rejected take 1")


async def test_bottom_line_counts_the_rated_takes(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)

        def foot() -> list[str]:
            return [label.text() for label in rig.window.workspace.status.findChildren(QLabel)]

        assert "0 of 3 takes judged" in foot()
        press(rig, KEYS.Key_4)
        await until(lambda: "1 of 3 takes judged" in foot())
        press(rig, KEYS.Key_Escape)
        assert not any("judged" in text for text in foot())


async def test_problem_is_visible_over_the_picture_and_opens_its_list(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        rig.window.activity.tell("The disk is full.", problem=True)
        assert rig.window.findChild(Viewer).header.pill.property("waits")
        press(rig, KEYS.Key_F6)
        assert any(label.text() == "The disk is full." for label in opened_list(rig.window).findChildren(QLabel))


def button(rig: Desktop, name: str) -> QAbstractButton:
    buttons = rig.window.findChild(Viewer).findChildren(QAbstractButton)
    return next(one for one in buttons if one.isVisible() and (one.accessibleName() or one.text()).startswith(name))


async def test_escape_returns_to_the_previous_view(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        rig.window.view.select([TaskId("t4"), TaskId("t2")])
        await enter(rig)
        press(rig, KEYS.Key_Escape)
        assert rig.window.workspace.overlay is None
        assert rig.window.workspace.columns.isVisible()
        assert rig.window.workspace.preview_room.isAncestorOf(rig.window.preview)
        assert rig.window.view.selected_ids() == ["t4", "t2"]
        assert rig.window.view.hasFocus()
        assert not rig.window.preview.playback.is_playing


async def test_escape_from_compared_takes_leads_back_among_all_shots(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        press(rig, KEYS.Key_C)
        await until(lambda: not rig.window.findChild(ViewerModel).is_one)
        press(rig, KEYS.Key_Escape)
        await until(lambda: len(rig.window.findChild(ViewerModel).shots) == 2)
        press(rig, KEYS.Key_Down)
        await until(lambda: look(rig) == "t2")


async def test_key_pressed_on_a_focused_clip_acts_once(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        await until(lambda: rig.window.preview.playback.activity is PlayState.PLAYING)
        rig.window.preview.setFocus()
        QTest.keyClick(rig.window.preview.stage, KEYS.Key_Space)
        assert rig.window.preview.playback.activity is PlayState.PAUSED
        QTest.keyClick(rig.window.preview.stage, KEYS.Key_4)
        assert look(rig) == "t4"
        press(rig, KEYS.Key_Escape)
        rig.window.preview.setFocus()
        QTest.keyClick(rig.window.preview.stage, KEYS.Key_Space)
        assert rig.window.preview.playback.is_playing, "at home it has its keys again"


async def test_side_pane_folds_and_every_tile_and_button_has_a_name(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        view = rig.window.findChild(Viewer)
        was = view.side.isVisible()
        press(rig, KEYS.Key_I, SHIFT)
        assert view.side.isVisible() is not was
        press(rig, KEYS.Key_I, SHIFT)
        nameless = [
            type(one).__name__
            for one in view.findChildren(QAbstractButton)
            if one.isVisible() and not (one.accessibleName() or one.text())
        ]
        assert not nameless
        takes, told = view.takes, []
        for row in range(takes.model().rowCount()):
            index = takes.model().index(row, 0)
            told.append(index.data(Qt.ItemDataRole.AccessibleTextRole))
        assert sorted(told)[0].startswith("Take 1 of 2")
        last = index.data(SHOT).rows[index.data(NUMBER)].task.id
        QTest.mouseClick(takes.viewport(), Qt.MouseButton.LeftButton, pos=takes.visualRect(index).center())
        assert look(rig) == last


async def test_current_take_is_in_sight_among_many(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme, more=50) as rig:
        await enter(rig)
        takes = rig.window.findChild(Viewer).takes
        for _ in range(30):
            press(rig, KEYS.Key_Right)
            await rest()
        current = takes.currentIndex()
        assert current.data(SHOT).rows[current.data(NUMBER)].task.id == look(rig)
        assert takes.viewport().rect().contains(takes.visualRect(current))
        assert len(takes.findChildren(QWidget)) < 10, "distant takes cost nothing: all are painted"


async def test_space_types_in_a_text_field_and_folds_on_a_header(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        rig.window.focus_search()
        QTest.keyClick(rig.window.search, KEYS.Key_Space)
        assert rig.window.workspace.overlay is None
        rig.filter.group_by(GroupBy.MODEL)
        await until(lambda: rig.rows.group_key(0) is not None)
        rig.window.view.setCurrentIndex(rig.rows.index(0, 1))
        rig.window.view.setFocus()
        QTest.keyClick(rig.window.view, KEYS.Key_Space)
        assert rig.window.workspace.overlay is None
        assert rig.rows.collapsed()


async def test_each_command_of_the_large_view_has_an_action(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        bound = {action.objectName() for action in rig.window.findChild(Viewer).actions()}
        assert bound == {command.id for command in COMMANDS if Scope.VIEWER in command.scopes}
        for action in rig.window.findChild(Viewer).actions():
            action.trigger()
            await rest()


async def test_views_hidden_by_the_large_view_offer_no_commands(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        keys, window = rig.window.keys, rig.window
        hidden = {named(one) for one in ("grid.in", "list.look", "panes.places", "panes.details")}
        own = {command for command in COMMANDS if command.section is LARGE}
        assert hidden <= set(keys.given(window))
        await enter(rig)
        given = set(keys.given(window))
        assert own <= given
        assert not hidden & given
        assert {named("judge.tag"), named("task.rename")} <= given
        window.findChild(Viewer).leave()
        assert not own & set(keys.given(window))
        assert hidden <= set(keys.given(window))


async def test_key_given_to_another_command_no_longer_belongs_to_the_large_view(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        keys = rig.window.keys
        rig.models.keys.choose({"task.retry": ["Space"]})
        assert keys.of(named("task.retry")) == [QKeySequence("Space")]
        assert keys.of(named("large.open")) == []
        assert keys.words(named("large.open")) == ""
        QTest.keyClick(rig.window.view, KEYS.Key_Return)
        await until(lambda: rig.window.workspace.overlay)


async def test_large_view_goes_on_after_a_task_is_filtered_out_by_its_rating(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        rig.filter.search("is:unrated")
        await until(lambda: rig.rows.is_loaded)
        await enter(rig)
        press(rig, KEYS.Key_3)
        assert look(rig) == "t4"
        await until(lambda: rig.rows.task_count == 4)
        assert rig.window.workspace.overlay
        assert look(rig) == "t4"


async def test_clickable_controls_are_large_enough(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        await rest()
        assert too_small(rig.window) == []


async def test_undo_returns_to_the_rated_take_and_names_it(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        press(rig, KEYS.Key_4)
        await until(lambda: look(rig) == FOG[1] and rig.window.activity.undoable is not None)
        press(rig, KEYS.Key_Z, CONTROL)
        await until(lambda: look(rig) == FOG[0])
        await until(lambda: rig.window.activity.messages() == ["Undone: Rated take 1: 4 ★."])
        rig.window.task_menu.take(REMOVE)
        await until(lambda: rig.rows.rowCount() == 4 and rig.window.activity.undoable is not None)
        press(rig, KEYS.Key_Z, CONTROL)
        await until(lambda: rig.rows.rowCount() == 5 and look(rig) == FOG[0])
        assert rig.window.workspace.overlay is not None


async def test_side_pane_fits_larger_text(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        try:
            theme.scale_text(160)
            rig.window.resize(2200, 900)
            await enter(rig)
            side = rig.window.findChild(SidePane)
            await until(side.isVisible)
            buttons = [one for one in side.findChildren(QAbstractButton) if one.text()]
            cut = [one.text() for one in buttons if one.width() < one.minimumSizeHint().width()]
            assert cut == []
            assert side.findChild(QScrollArea).widget().minimumSizeHint().width() <= side.width()
        finally:
            theme.scale_text(100)


async def test_in_and_out_are_kept_with_the_take_and_playback_repeats_what_is_between(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        await enter(rig)
        playback, first = rig.window.preview.playback, TaskId("t5")

        def kept() -> list[tuple[float, float]]:
            return [(round(one.start, 2), round(one.end, 2)) for one in rig.rows.row_of(first).task.trims]

        async def at(seconds: float) -> None:
            playback.seek(seconds)
            await until(lambda: not playback.is_seeking and abs(playback.position - seconds) < 0.03)

        await until(lambda: playback.position > 0)
        press(rig, KEYS.Key_K)
        await at(1.0)
        press(rig, KEYS.Key_I)
        await until(lambda: kept() == [(1.0, 5.0)])
        await at(1.5)
        press(rig, KEYS.Key_O)
        await until(lambda: kept() == [(1.0, 1.54)])
        await until(lambda: playback.range[0] == pytest.approx(1.0))
        press(rig, KEYS.Key_Space)
        await until(lambda: playback.position > 1.3)
        await until(lambda: playback.position < 1.2)
        assert playback.is_playing
        press(rig, KEYS.Key_Right)
        await until(lambda: playback.range == (None, None))
        press(rig, KEYS.Key_Left)
        await until(lambda: playback.range[0] == pytest.approx(1.0))
        press(rig, KEYS.Key_L, SHIFT)
        await until(lambda: kept() == [])
        press(rig, KEYS.Key_Z, CONTROL)
        await until(lambda: kept() == [(1.0, 1.54)])
        assert not playback.loop


async def test_note_stands_at_a_time_and_can_be_visited_done_and_removed(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        rig.window.resize(1800, 900)
        await enter(rig)
        playback, side = rig.window.preview.playback, rig.window.findChild(SidePane)
        await until(lambda: playback.position > 0)
        press(rig, KEYS.Key_K)
        playback.seek(2.0)
        await until(lambda: not playback.is_seeking and playback.position == pytest.approx(2.0))
        press(rig, KEYS.Key_N)
        asked = rig.window.findChild(AskText)
        assert asked.windowTitle() == "Note at 00:02.0"
        line_of(asked).setText("The hand is blurred")
        asked.accept()

        def marks() -> list[tuple[float, str, bool]]:
            return [(one.at, one.text, one.is_done) for one in rig.rows.row_of(TaskId("t5")).task.marks]

        await until(lambda: marks() == [(2.0, "The hand is blurred", False)])
        await until(lambda: playback.marks == (2.0,))
        playback.seek(0.0)
        await until(lambda: playback.position == 0.0)
        button(rig, "Go to").click()
        await until(lambda: playback.position == pytest.approx(2.0))
        button(rig, "Done").click()
        await until(lambda: marks() == [(2.0, "The hand is blurred", True)])
        button(rig, "Remove note").click()
        await until(lambda: marks() == [])
        rig.window.activateWindow()
        await until(rig.window.isActiveWindow)
        assert not any(one.text() == "The hand is blurred" and one.isVisible() for one in side.findChildren(QLabel))
        press(rig, KEYS.Key_Z, CONTROL)
        await until(lambda: len(marks()) == 1)


async def test_large_view_shows_timecode_frame_and_speed(tmp_path, theme, qtbot):
    async with opened(tmp_path, theme) as rig:
        rig.window.resize(1800, 900)
        await enter(rig)
        playback = rig.window.preview.playback

        def said() -> list[str]:
            return [label.text() for label in rig.window.preview.findChildren(QLabel) if label.isVisible()]

        await until(lambda: playback.position > 0)
        press(rig, KEYS.Key_K)
        playback.seek(1.5)
        await until(lambda: "00:00:01:12 / 00:00:05:00 · frame 36" in said())
        press(rig, KEYS.Key_L)
        press(rig, KEYS.Key_L)
        await until(lambda: any(text.endswith(" · 2×") for text in said()))
        press(rig, KEYS.Key_Escape)
        assert not any("frame" in text for text in said()), "at home the room is narrow"


async def test_preset_by_key_does_not_change_a_request_that_is_not_shown(tmp_path, theme):
    async with opened(tmp_path, theme) as rig:
        rig.composer.set_prompt("Fog")
        rig.composer.presets.save("Short", with_prompt=True, key=2)
        await rest()
        rig.composer.set_prompt("Storm")
        await enter(rig)
        press(rig, KEYS.Key_2, CONTROL)
        await rest()
        assert rig.composer.prompt == "Storm"
        press(rig, KEYS.Key_Escape)
        QTest.keyClick(rig.window.view, KEYS.Key_2, CONTROL)
        await until(lambda: rig.composer.prompt == "Fog")
