"""The expiry board in the window: where it leads from, what one does on it, and that everything else is as it was."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QToolButton

from runway_desktop.domain.task import Output, OutputState, State, TaskId
from runway_desktop.rooms.large.model import LargeViewModel
from runway_desktop.ui.expiry.board_delegate import at_least_what_is_left
from runway_desktop.ui.expiry.board_pane import BoardPane
from runway_desktop.usecases.commands.handing_on import COPY_PROMPT
from runway_desktop.usecases.commands.results import OPEN
from runway_desktop.usecases.words.expiry import BoardColumn
from tests.gui.conftest import OFFSCREEN_CHATTER
from tests.gui.media.conftest import BACKEND_CHATTER, SAMPLES
from tests.rigs import pill
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.fake_runway import remote_id
from tests.rigs.rows import saved, task
from tests.rigs.targets import too_small

HOUR = 3600.0
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def result(rig: Desktop, number: int, *, hours: float, state: OutputState = OutputState.WAITING, **more: Any) -> Output:
    one = task(number, State.SUCCEEDED, prompt=f"Shot {number}")
    return saved(one, "", state=state, url_fetched_at=rig.clock.now() - hours * HOUR, **more)


async def left(rig: Desktop, *outputs: Output) -> None:
    """As an earlier run left them: in the list, and on the board."""
    numbers = sorted({int(output.task_id[1:]) for output in outputs})
    await rig.put(*(task(number, State.SUCCEEDED, prompt=f"Shot {number}") for number in numbers), outputs=outputs)
    rig.rows.refresh()
    rig.board.refresh()
    await until(lambda: rig.board.total == len(outputs) and rig.rows.position(TaskId(f"t{numbers[0]}")) is not None)


async def opened(rig: Desktop, *outputs: Output) -> None:
    await left(rig, *outputs)
    rig.open_room("not_saved")
    await until(lambda: rig.window.workspace.page)


def pane(rig: Desktop) -> BoardPane:
    return rig.window.findChild(BoardPane)


def status_button(rig: Desktop) -> QToolButton:
    return next(button for button in rig.window.workspace.status.findChildren(QToolButton))


def place_words(rig: Desktop) -> list[str]:
    pane = rig.window.workspace.pages
    role = Qt.ItemDataRole.AccessibleTextRole
    return [str(pane.item(row).data(role)) for row in range(pane.count())]


async def test_it_is_there_only_while_there_is_something(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        assert not status_button(rig).isVisible()
        await left(rig, result(rig, 1, hours=2), result(rig, 2, hours=3))
        assert "Not saved, 2" in place_words(rig)
        assert status_button(rig).isVisible()
        assert status_button(rig).text() == "2 not saved"
        for number in (1, 2):
            await rig.output(saved(task(number, State.SUCCEEDED), "/library/a.mp4"))
        await until(lambda: rig.board.total == 0)
        assert not [words for words in place_words(rig) if words.startswith("Not saved")]
        assert not status_button(rig).isVisible()


@pytest.mark.parametrize("way", ["status line", "left pane", "key"])
async def test_every_way_leads_there_and_the_list_comes_back(tmp_path, theme, way):
    async with Desktop(tmp_path, theme) as rig:
        await left(rig, result(rig, 1, hours=2), result(rig, 2, hours=3))
        work = rig.window.workspace
        rig.window.view.select([TaskId("t1")])
        if way == "status line":
            status_button(rig).click()
        elif way == "left pane":
            work.pages.choose("page not_saved")
        else:
            QTest.keyClick(
                rig.window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
            )
        await until(lambda: work.page)
        assert list(rig.details.chosen) == [TaskId("t2")], "the most urgent"
        work.pages.setCurrentRow(0)
        assert work.page is None
        assert list(rig.details.chosen) == [TaskId("t1")]


async def test_it_stays_while_one_looks_at_it_and_says_that_all_is_saved(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await opened(rig, result(rig, 1, hours=2))
        await rig.output(saved(task(1, State.SUCCEEDED), "/library/a.mp4"))
        await until(lambda: rig.board.total == 0)
        assert rig.window.workspace.page is not None
        assert "Not saved, 0" in place_words(rig)
        assert pane(rig)._empty_title.isVisible()
        rig.window.workspace.pages.setCurrentRow(0)
        assert "Not saved, 0" not in place_words(rig)


async def test_a_search_and_a_task_that_is_to_be_seen_bring_the_list_back(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await opened(rig, result(rig, 1, hours=2), result(rig, 2, hours=3))
        rig.window.search.setText("Shot 1")
        await until(lambda: rig.window.workspace.page is None)
        assert "All tasks" in str(rig.window.workspace.pages.currentItem().data(Qt.ItemDataRole.AccessibleTextRole))
        rig.window.search.clear()
        await rest()
        rig.open_room("not_saved")
        pane(rig).task_wanted.emit(TaskId("t2"))
        assert rig.window.workspace.page is None
        await until(lambda: rig.window.view.selected_ids() == [TaskId("t2")])


async def test_verbs_concern_what_is_chosen_on_the_board_and_not_in_the_hidden_list(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await left(rig, result(rig, 1, hours=2), result(rig, 2, hours=3))
        rig.window.view.select([TaskId("t1")])
        rig.open_room("not_saved")
        await until(lambda: rig.window.workspace.page)
        assert rig.details.chosen == (TaskId("t2"),)
        rig.window.task_menu.take(COPY_PROMPT)
        await until(lambda: QGuiApplication.clipboard().text() == "Shot 2")


@pytest.mark.qt_log_ignore(OFFSCREEN_CHATTER, *BACKEND_CHATTER, extend=True)
async def test_verbs_concern_what_the_large_view_shows_over_the_board(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        clip = shutil.copy(SAMPLES / "dusk-16x9-5s.mp4", tmp_path / "clip.mp4")
        here = [saved(task(number, State.SUCCEEDED, prompt=f"Shot {number}"), str(clip)) for number in (1, 2)]
        await rig.put(task(2, State.SUCCEEDED, prompt="Shot 2"), outputs=[here[1]])
        await rig.put(task(1, State.SUCCEEDED, prompt="Shot 1"), outputs=[here[0]])
        QTimer.singleShot(0, rig.interior.add_preview)
        await until(lambda: rig.window.preview is not None)
        waiting = result(rig, 1, hours=2, index=1)
        await rig.store.save_outputs([waiting])
        rig.rows.refresh()
        rig.board.refresh()
        await until(lambda: rig.board.total == 1 and rig.rows.rowCount())
        await rig.fetch_rows()
        rig.open_room("not_saved")
        work = rig.window.workspace
        await until(lambda: work.page)
        assert work.chosen_ids() == ["t1"]
        rig.window.task_menu.take(OPEN)
        await until(lambda: work.overlay)
        rig.window.findChild(LargeViewModel).go_to(TaskId("t2"))
        assert work.chosen_ids() == ["t2"]
        assert rig.details.row is not None
        assert rig.details.row.task.id == "t2"
        rig.window.leave_overlay()
        assert work.chosen_ids() == ["t1"]
        assert rig.details.row.task.id == "t1"
        await rest()


async def test_the_button_of_a_line_and_return_do_what_it_offers(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await opened(rig, result(rig, 1, hours=60), result(rig, 2, hours=70))
        view = pane(rig).view
        for number in (1, 2):
            rig.runway.finish(remote_id(number), f"https://out.example/{number}.mp4")
        cell = view.visualRect(view.model().index(0, BoardColumn.ACTION))
        QTest.mouseClick(view.viewport(), LEFT, NONE, QPoint(cell.left() + 3, cell.top() + 3))
        await rest()
        assert rig.runway.named("task") == []
        QTest.mouseClick(view.viewport(), LEFT, NONE, cell.center())
        await until(lambda: [call.arguments[0] for call in rig.runway.named("task")] == [remote_id(1)])
        await until(lambda: rig.board.lines.lines()[0].key == (TaskId("t1"), 0))
        view.setFocus()
        QTest.keyClick(view, Qt.Key.Key_Down)
        QTest.keyClick(view, Qt.Key.Key_Return)
        await until(lambda: len(rig.runway.named("task")) == 2)
        await until(lambda: all(line.action == "Save now" for line in rig.board.lines.lines()))


async def test_all_are_saved_with_one_press_and_a_disabled_button_says_why(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await opened(rig, result(rig, 1, hours=2), result(rig, 2, hours=3))
        [button] = [found for found in pane(rig).findChildren(QPushButton) if found.property("kind") == "primary"]
        assert button.text() == "Save all 2"
        for number in (1, 2):
            await rig.output(result(rig, number, hours=2, state=OutputState.DOWNLOADING))
        await until(lambda: not button.isEnabled())
        assert button.toolTip() == "All of them are being saved."


async def test_what_is_urgent_is_told_with_the_way_there(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await left(rig, result(rig, 1, hours=19))
        rig.clock.jump(700)
        rig.board.tick()
        [told] = rig.window.activity.messages()
        assert told.startswith("Saving is stuck for a result.")
        pill.press(rig.window, "Show")
        await until(lambda: rig.window.workspace.page)


async def test_the_menu_of_a_line_copies_its_link(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await opened(rig, result(rig, 1, hours=0.5))
        board = pane(rig)
        board.view.menu_wanted.emit(board.mapToGlobal(board.rect().center()))
        menu = board.findChild(QMenu)
        assert menu is not None
        actions = {action.text(): action for action in menu.actions()}
        assert {"Save now", "Show in the list", "Copy link", "Choose another folder…"} <= set(actions)
        actions["Copy link"].trigger()
        await until(lambda: QGuiApplication.clipboard().text() == "https://out.example/clip.mp4")
        menu.close()
        await rest()


async def test_a_folder_is_chosen_without_a_loop_of_its_own(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await opened(rig, result(rig, 1, hours=0.5))
        board = pane(rig)
        board.choose_folder()
        dialog = board.findChild(QFileDialog)
        assert dialog is not None
        new = tmp_path / "elsewhere"
        new.mkdir()
        dialog.fileSelected.emit(str(new))
        assert rig.engine.settings.library == new
        (tmp_path / "a file").write_text("")
        dialog.fileSelected.emit(str(tmp_path / "a file"))
        await until(lambda: rig.told == ["“a file” is a file, not a folder."])
        dialog.close()
        await rest()


def test_where_it_is_narrow_what_is_left_of_the_time_stays(qapp):
    metrics = QFontMetrics(qapp.font())
    words = "Safe until tomorrow, 15:14 · 23 h left"
    wide = metrics.horizontalAdvance(words)
    assert at_least_what_is_left(words, metrics, wide) == words
    assert at_least_what_is_left(words, metrics, wide - 1) == "23 h left"


async def test_nothing_above_moves_when_something_is_not_saved(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        line = rig.window.workspace.status
        before = line.height()
        await left(rig, result(rig, 1, hours=1))
        await until(status_button(rig).isVisible)
        assert line.height() == before


async def test_everything_that_is_clicked_is_large_enough_to_hit(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await opened(rig, result(rig, 1, hours=2), result(rig, 2, hours=3))
        assert too_small(rig.window) == []
