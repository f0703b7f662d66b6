"""The main window: drops, pastes, keys, accessibility, and questions before a loss."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QAccessible,
    QAccessibleInterface,
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSplitterHandle,
    QToolButton,
    QWidget,
)

from runway_desktop.app.commands import COMMANDS
from runway_desktop.domain.failures import Failure
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import State, TaskId
from runway_desktop.ui.theme import ColorScheme
from runway_desktop.ui.window import main_window
from runway_desktop.ui.window.main_window import TOKEN, MainWindow
from runway_desktop.ui.window.task_menu import OnwardMenu
from runway_desktop.usecases.commands.command import RoomCommand, Scope
from runway_desktop.usecases.commands.ending import CANCEL
from runway_desktop.values import replace
from tests.rigs import pill
from tests.rigs.desktop import Desktop, painted, rest, until
from tests.rigs.engine_rig import request as plain_request
from tests.rigs.fake_runway import remote_id
from tests.rigs.rows import saved, task
from tests.rigs.seen import button, says, send
from tests.rigs.targets import too_small

CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
COPY = Qt.DropAction.CopyAction


def mime(*, text: str = "", urls=(), image: QImage | None = None) -> QMimeData:
    found = QMimeData()
    if text:
        found.setText(text)
    if urls:
        found.setUrls([QUrl(url) for url in urls])
    if image is not None:
        found.setImageData(image)
    return found


def drop(window: QWidget, what: QMimeData) -> bool:
    """As the system drops it in the middle of the window. Tells whether it was welcome."""
    at = QPoint(window.width() // 2, window.height() // 2)
    enter = QDragEnterEvent(at, COPY, what, LEFT, NONE)
    QApplication.sendEvent(window, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(window, QDropEvent(QPointF(at), COPY, what, LEFT, NONE))
    return True


def dialogs(window: QWidget) -> list[QDialog]:
    return [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]


async def listed(rig: Desktop, *tasks, outputs=(), batch: str = "") -> None:
    await rig.put(*tasks, outputs=outputs, batch=batch)
    await rig.engine.ledger.load()
    rig.rows.refresh()
    await until(lambda: all(rig.rows.position(one.id) is not None for one in tasks))
    await rig.fetch_rows()
    rig.window.view.setFocus()


def choose(rig: Desktop, *numbers: int) -> None:
    rig.window.view.select([TaskId(f"t{number}") for number in numbers])


async def test_dropped_text_file_of_prompts_opens_a_sheet(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        prompts = tmp_path / "prompts.txt"
        prompts.write_text("A lighthouse\nA harbour\n", encoding="utf-8")
        assert drop(rig.window, mime(urls=[QUrl.fromLocalFile(str(prompts))]))
        await until(lambda: rig.room_requests)
        [(room, gathered)] = rig.room_requests
        assert room == "sheet"
        assert len(gathered.drafts) == 2
        assert rig.store.tasks == {}


async def test_dropped_text_becomes_the_prompt(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        assert drop(rig.window, mime(text="A lighthouse in the fog"))
        await until(lambda: rig.composer.prompt == "A lighthouse in the fog")


async def test_dropped_link_becomes_an_input(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        assert drop(rig.window, mime(urls=["https://media.example.com/still.png"]))
        await until(rig.composer.inputs)
        assert rig.composer.inputs()[0].uri == "https://media.example.com/still.png"


async def test_dropped_picture_without_a_file_is_stored_and_becomes_an_input(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        image = QImage(640, 360, QImage.Format.Format_RGB32)
        image.fill(QColor("teal"))
        assert drop(rig.window, mime(image=image))
        await until(rig.composer.inputs)
        path = rig.composer.inputs()[0].path
        assert path.is_file()
        assert path.parent.name == "Pasted pictures"


async def test_two_pictures_pasted_within_a_second_are_two_files(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        for color in ("teal", "red"):
            image = QImage(640, 360, QImage.Format.Format_RGB32)
            image.fill(QColor(color))
            rig.interior.taking_in.take(mime(image=image))
        folder = rig.engine.settings.library / "Pasted pictures"
        await until(lambda: folder.is_dir() and len(list(folder.iterdir())) == 2)
        await until(rig.composer.inputs)


async def test_filter_stays_marked_when_its_menu_is_only_opened(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.FAILED))
        rig.filter.toggle("state", "failed")
        pill = rig.window.workspace.list.filters.status
        assert pill.isChecked()
        QTest.mouseClick(pill, LEFT)
        menu = rig.window.findChild(QMenu)
        assert [action.text() for action in menu.actions() if action.isChecked()] == ["Failed"]
        menu.close()
        assert pill.isChecked()
        [chip] = rig.window.workspace.list.filters.chips.buttons.values()
        assert chip.text() == "Failed  ✕"


async def test_empty_drag_is_not_accepted(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        odd = QMimeData()
        odd.setData("application/x-odd", b"x")
        assert not drop(rig.window, odd)


async def test_pasted_ids_are_adopted_into_the_list(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.FAILED))
        QGuiApplication.clipboard().setText(f"{remote_id(5)}\n{remote_id(6)}")
        QTest.keyClick(rig.window.view, Qt.Key.Key_V, CONTROL)
        await until(lambda: rig.rows.task_count == 3)
        await until(lambda: rig.window.view.selected_ids() not in ([], ["t1"]))


@pytest.mark.parametrize("in_prompt", [True, False])
async def test_ids_pasted_into_a_new_window_are_adopted_and_not_used_as_prompt(tmp_path, theme, qtbot, in_prompt):
    async with Desktop(tmp_path, theme) as rig:
        if in_prompt:
            rig.window.composer_pane.focus_prompt()
        else:
            rig.window.workspace.list._group.setFocus()
        QGuiApplication.clipboard().setText(f"{remote_id(1)}\n{remote_id(2)}")
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_V, CONTROL)
        await until(lambda: rig.rows.task_count == 2)
        assert rig.composer.prompt == ""


async def test_search_narrows_the_list_and_no_match_is_reported(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        pane = rig.window.workspace.list
        assert says(pane, "No tasks yet")
        await listed(rig, task(1, State.FAILED, prompt="fog"), task(2, State.FAILED, prompt="sun"))
        QTest.keyClick(rig.window.view, Qt.Key.Key_F, CONTROL)
        assert QApplication.focusWidget() is rig.window.search
        QTest.keyClicks(rig.window.search, "fog")
        await until(lambda: rig.rows.task_count == 1)
        QTest.keyClicks(rig.window.search, "gy")
        await until(lambda: rig.rows.task_count == 0)
        assert says(pane, "No results")
        QTest.mouseClick(button(pane, "Clear filters"), LEFT)
        await until(lambda: rig.rows.task_count == 2)
        assert rig.window.search.text() == ""


async def test_empty_page_says_nothing_here_yet(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.FAILED))
        rig.window.workspace.pages.setCurrentRow(1)
        await until(lambda: rig.rows.is_loaded and rig.rows.task_count == 0)
        assert says(rig.window.workspace.list, "Nothing here yet")
        assert rig.filter.title == "Live"


async def test_delete_removes_tasks_from_the_list_and_undo_brings_them_back(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.FAILED), task(2, State.FAILED))
        choose(rig, 1)
        QTest.keyClick(rig.window.view, Qt.Key.Key_Delete)
        await until(lambda: rig.rows.task_count == 1)
        assert dialogs(rig.window) == []
        await until(rig.window.activity.messages)
        assert "1 task removed" in rig.window.activity.messages()[-1]
        pill.press(rig.window, "Undo")
        await until(lambda: rig.rows.task_count == 2)


async def test_delete_on_a_running_task_only_offers_to_cancel_it(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.RUNNING))
        choose(rig, 1)
        rig.engine.settings.ask_before_cancel = False
        QTest.keyClick(rig.window.view, Qt.Key.Key_Delete)
        await until(rig.window.activity.messages)
        assert pill.offered(rig.window) == ["Cancel on Runway…"]
        await rest()
        assert rig.runway.named("delete") == []
        assert rig.rows.task_count == 1
        assert rig.store.tasks["t1"].removed_at is None


async def test_cancel_offered_by_delete_asks_for_confirmation(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.RUNNING))
        rig.runway.say(remote_id(1), "RUNNING")
        choose(rig, 1)
        QTest.keyClick(rig.window.view, Qt.Key.Key_Delete)
        await until(rig.window.activity.messages)
        pill.press(rig.window, "Cancel on Runway…")
        await rest()
        assert rig.runway.named("delete") == []
        [asked] = dialogs(rig.window)
        asked.reject()


async def test_delete_of_a_whole_long_list_includes_rows_never_loaded(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await rig.put(*(task(number, State.FAILED) for number in range(900)))
        rig.rows.refresh()
        await until(lambda: rig.rows.task_count == 900)
        rig.window.view.setFocus()
        QTest.keyClick(rig.window.view, Qt.Key.Key_A, CONTROL)
        QTest.keyClick(rig.window.view, Qt.Key.Key_Delete)
        await until(lambda: rig.rows.task_count == 0)
        assert any("900 tasks removed" in message for message in rig.window.activity.messages())


async def test_keys_of_sending_and_removing_do_not_repeat_while_held_down(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        work = rig.window.workspace
        actions = {
            action.text(): action for owner in (rig.window, work.composer, work.views) for action in owner.actions()
        }
        for name in ("Retry", "Send request", "Remove from list"):
            assert not actions[name].autoRepeat()
        assert actions["One frame forward"].autoRepeat()


async def test_each_command_of_window_and_list_has_one_action(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        work = rig.window.workspace
        for scope, owners in ((Scope.WINDOW, (rig.window, work.composer)), (Scope.LIST, (work.views,))):
            # Fixed keys that no room carries out are the system's own.
            heard = [one for one in COMMANDS if isinstance(one, RoomCommand) or not one.fixed]
            wanted = {one.id for one in heard if scope in one.scopes}
            actions = [action.objectName() for owner in owners for action in owner.actions()]
            assert {name for name in actions if name} == wanted


async def test_ctrl_return_sends_the_draft_and_shows_the_new_task(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.FAILED))
        rig.composer.load(plain_request())
        rig.window.composer_pane.focus_prompt()
        QTest.keyClick(rig.window.focusWidget(), Qt.Key.Key_Return, CONTROL)
        await until(lambda: rig.rows.task_count == 2)
        await until(lambda: rig.window.view.selected_ids() not in ([], ["t1"]))


async def test_new_task_hidden_by_a_filter_says_where_it_is(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.FAILED))
        rig.filter.toggle("state", "failed")
        await until(lambda: rig.rows.is_loaded)
        rig.composer.load(plain_request())
        rig.composer.send()
        await until(lambda: any("hidden by" in message for message in rig.window.activity.messages()))
        pill.press(rig.window, "Show")
        await until(lambda: rig.window.view.selected_ids() not in ([], ["t1"]))
        assert not rig.filter.narrows


async def test_folded_group_of_a_new_task_is_unfolded(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.FAILED))
        rig.rows.toggle_group("")
        rig.composer.load(plain_request())
        rig.composer.send()
        await until(lambda: rig.window.view.selected_ids() not in ([], ["t1"]))


@pytest.mark.parametrize(
    ("state", "members", "there", "not_there"),
    [
        (State.RUNNING, {}, {"Cancel on Runway…"}, {"Retry", "Delete from Runway…"}),
        (State.QUEUED, {}, {"Edit", "Send next", "Do not send"}, {"Cancel on Runway…"}),
        (State.UNCERTAIN, {}, {"Send again…", "Enter its ID…", "Dismiss…"}, {"Retry"}),
        (State.FAILED, {"failure": Failure(code="SAFETY.INPUT.TEXT")}, {"Edit and send"}, {"Retry"}),
        (State.FAILED, {"failure": Failure(code="INTERNAL")}, {"Retry"}, {"Cancel on Runway…"}),
    ],
)
async def test_context_menu_follows_the_task_state(tmp_path, theme, qtbot, state, members, there, not_there):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, state, **members))
        choose(rig, 1)
        rig.window.view.menu_wanted.emit(rig.window.mapToGlobal(QPoint(300, 300)))
        menu = rig.window.findChild(QMenu)
        words = {action.text() for action in menu.actions()}
        assert there <= words
        assert not not_there & words
        menu.close()
        await rest()


async def test_context_menu_and_details_offer_the_same_next_uses(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        path = tmp_path / "result.png"
        QImage(640, 360, QImage.Format.Format_RGB32).save(str(path))
        one = task(1, State.SUCCEEDED)
        await listed(rig, one, outputs=[saved(one, str(path), media=Media.IMAGE)])
        choose(rig, 1)
        rig.window.view.menu_wanted.emit(rig.window.mapToGlobal(QPoint(300, 300)))
        [menu] = rig.window.findChildren(OnwardMenu)
        assert menu.title() == "Use as input"
        ways = [action.text() for action in menu.actions() if action.text()]
        assert ways == [way.text for way in rig.task_commands.use_as_input.ways(Media.IMAGE)]
        next(action for action in menu.actions() if action.text() == "Image → video").trigger()
        await until(rig.composer.inputs)
        assert rig.composer.inputs()[0].path == path
        assert rig.composer.pair.endpoint == "image_to_video"
        assert dialogs(rig.window) == []
        rig.window.findChild(QMenu).close()
        await rest()


async def test_cancel_asks_with_the_count_and_the_safe_answer_focused(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.RUNNING), task(2, State.RUNNING))
        rig.runway.say(remote_id(1), "RUNNING")
        rig.runway.say(remote_id(2), "RUNNING")
        choose(rig, 1, 2)
        rig.window.task_menu.take(CANCEL)
        [asked] = dialogs(rig.window)
        yes = next(button for button in asked.findChildren(QPushButton) if button.text() == "Cancel 2 tasks")
        assert not yes.isDefault()
        QTest.keyClick(asked, Qt.Key.Key_Escape)
        await rest()
        assert rig.runway.named("delete") == []
        rig.window.task_menu.take(CANCEL)
        [asked] = dialogs(rig.window)
        QTest.mouseClick(
            next(button for button in asked.findChildren(QPushButton) if button.text() == "Cancel 2 tasks"), LEFT
        )
        await until(lambda: len(rig.runway.named("delete")) == 2)


async def test_disabled_confirmation_is_not_shown(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        rig.engine.settings.ask_before_cancel = False
        await listed(rig, task(1, State.RUNNING))
        rig.runway.say(remote_id(1), "RUNNING")
        choose(rig, 1)
        rig.window.task_menu.take(CANCEL)
        assert dialogs(rig.window) == []
        await until(lambda: rig.runway.named("delete"))


async def test_unavailable_action_says_why(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.RUNNING))
        choose(rig, 1)
        QTest.keyClick(rig.window.view, Qt.Key.Key_Delete)
        await until(rig.window.activity.messages)
        assert "Still running" in rig.window.activity.messages()[-1]


async def test_space_folds_a_group_header_in_the_window(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.FAILED), task(2, State.FAILED), batch="b1")
        rig.window.view.setCurrentIndex(rig.rows.index(0, 1))
        QTest.keyClick(rig.window.view, Qt.Key.Key_Space)
        assert rig.rows.collapsed() == {"b1"}


async def test_focusable_controls_have_accessible_names(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        one = task(1, State.SUCCEEDED)
        await listed(rig, one, task(2, State.UNCERTAIN), outputs=[saved(one)])
        choose(rig, 1)
        await until(lambda: rig.details.row is not None)
        await rest()
        nameless = []
        for widget in rig.window.findChildren(QWidget):
            if not widget.isVisible():
                continue
            named = bool(widget.accessibleName())
            texted = isinstance(widget, QAbstractButton | QLabel) and bool(widget.text())
            takes_keys = widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
            inside = isinstance(widget.parent(), QLineEdit | QAbstractSpinBox | QComboBox)
            holder = isinstance(widget, QScrollArea | QSplitterHandle)
            plain = type(widget) is QWidget
            if takes_keys and not (named or texted or inside or holder or plain):
                nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
            if isinstance(widget, QToolButton) and not inside and not widget.text() and not widget.toolTip():
                nameless.append(f"no tool tip: {widget.accessibleName()}")
            if isinstance(widget, QLineEdit | QPlainTextEdit | QAbstractSlider) and takes_keys and not named:
                nameless.append(f"unnamed {type(widget).__name__}")
        assert nameless == []


async def test_labels_are_read_by_screen_readers(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.UNCERTAIN))
        choose(rig, 1)
        await until(lambda: rig.details.row is not None)
        for label in rig.window.findChildren(QLabel):
            if label.isVisible() and label.text() and label.accessibleName():
                assert label.text() in label.accessibleName()


LET_GO = "Dismiss…"


async def test_details_offer_to_dismiss_an_uncertain_task_and_to_retry_a_failed_one(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, task(1, State.UNCERTAIN), task(2, State.FAILED, failure=Failure(code="INTERNAL")))
        pane = rig.window.workspace.details
        choose(rig, 1)
        await until(lambda: rig.details.row is not None and rig.details.row.task.id == "t1")
        assert button(pane, LET_GO).isVisible()
        choose(rig, 2)
        await until(lambda: rig.details.row.task.id == "t2")
        assert LET_GO not in [one.text() for one in pane.findChildren(QPushButton) if one.isVisible()]
        QTest.mouseClick(send(pane), LEFT)
        await until(lambda: rig.rows.task_count == 3)


async def test_close_request_is_passed_to_the_program_and_the_window_stays(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        assert not rig.window.close()
        assert rig.closes == 1
        assert rig.window.isVisible()


async def test_shown_column_is_remembered_at_the_next_start(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await until(lambda: rig.window._was_painted)
        rig.window.view.setColumnHidden(3, False)
        rig.window.view.setColumnWidth(2, 250)
        rig.window._remember()
        memory = {
            name: rig.engine.settings.get(name) for name in ("window.geometry", "window.splitter", "list.columns.10")
        }
        assert all(memory.values())
    async with Desktop(tmp_path, theme) as rig:
        for name, value in memory.items():
            rig.engine.settings.set(name, value)
        rig.window._restore()
        assert not rig.window.view.isColumnHidden(3)


async def test_damaged_window_state_does_not_stop_opening(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        view = rig.window.view
        columns = [view.isColumnHidden(column) for column in range(view.model().columnCount())]
        for name in ("window.geometry", "window.splitter", "list.columns.10"):
            rig.engine.settings.set(name, "bm9uc2Vuc2U=")
        rig.window._restore()
        assert [view.isColumnHidden(column) for column in range(len(columns))] == columns
        panes = (rig.window.workspace, rig.window.workspace.pages, rig.window.composer_pane)
        assert [(pane.isVisible(), pane.width() > 100, pane.height() > 50) for pane in panes] == [
            (True, True, True)
        ] * 3


async def test_window_fits_a_small_screen_in_both_themes(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, *(task(number, state) for number, state in enumerate(State)))
        for width, height in ((1024, 640), (1920, 1080)):
            rig.window.resize(width, height)
            for choice in (ColorScheme.LIGHT, ColorScheme.DARK):
                theme.choose(choice)
                ground, colors = painted(rig.window)
                assert (ground.lightness() > 127) is (choice is ColorScheme.LIGHT)
                assert colors > 100, "words and icons stand on it"
        assert rig.window.minimumSizeHint().width() <= 1024
        assert rig.window.minimumSizeHint().height() <= 640


async def test_list_keeps_the_focus_while_rows_change(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        await listed(rig, *(task(number, State.RUNNING) for number in range(5)))
        choose(rig, 2)
        rig.window.view.setFocus()
        await rig.add(task(50))
        await rig.change(replace(await rig.by_id(2), progress=0.5))
        await until(lambda: rig.rows.task_count == 6)
        assert rig.window.view.hasFocus()
        assert rig.window.view.selected_ids() == ["t2"]


async def test_notice_is_announced_to_a_screen_reader(tmp_path, theme, qtbot):
    def names(item: QAccessibleInterface) -> Iterator[str]:
        yield item.text(QAccessible.Text.Name)
        for number in range(item.childCount()):
            if (child := item.child(number)) is not None:
                yield from names(child)

    async with Desktop(tmp_path, theme) as rig:
        rig.task_commands.tell("Something happened.")
        await until(rig.window.activity.messages)
        heard = QAccessible.queryAccessibleInterface(rig.window)
        assert heard is not None
        assert any("Something happened" in name for name in names(heard))


async def test_clickable_controls_are_large_enough(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        one = task(1, State.SUCCEEDED)
        failed = task(3, State.FAILED, failure=Failure(code="INTERNAL"))
        await listed(rig, one, task(2, State.UNCERTAIN), failed, outputs=[saved(one)])
        for number in (1, 2, 3):
            choose(rig, number)
            await rest()
            assert too_small(rig.window) == [], number
        rig.window.composer_pane.open_form(True)
        await rest()
        assert too_small(rig.window) == []
        rig.window.workspace.list.show_grid(True)
        await rest()
        assert too_small(rig.window) == []


@pytest.mark.parametrize(
    ("platform", "token", "opens_again"), [("wayland", "", 1), ("wayland", "t", 0), ("xcb", "", 0)]
)
async def test_window_that_cannot_be_raised_is_opened_again(
    tmp_path, theme, qtbot, monkeypatch, platform, token, opens_again
):
    async with Desktop(tmp_path, theme) as rig:
        hides: list[Any] = []
        monkeypatch.setattr(rig.window, "hide", lambda: hides.append(MainWindow.hide(rig.window)))
        monkeypatch.setattr(rig.window, "isActiveWindow", lambda: False)
        monkeypatch.setattr(main_window, "QGuiApplication", SimpleNamespace(platformName=lambda: platform))
        if token:
            monkeypatch.setenv(TOKEN, token)
        rig.window.showMinimized()
        rig.window.come_to_front()
        assert len(hides) == opens_again
        assert rig.window.isVisible()
        assert not rig.window.isMinimized()
