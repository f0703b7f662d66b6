"""The sheet's window: typing, pasting, filling, undo, fixes, sending, closing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFontMetrics, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from runway_desktop.app.commands import COMMANDS
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.library import KeptSheet
from runway_desktop.domain.task import Request
from runway_desktop.rooms.sheet.delegate import PADDING
from runway_desktop.rooms.sheet.dialogs import AxisDialog, ColumnsDialog
from runway_desktop.rooms.sheet.entry import OpenSheets
from runway_desktop.rooms.sheet.grid_view import GridWindow
from runway_desktop.rooms.sheet.parts import FillHandle
from runway_desktop.rooms.sheet.room import UNDO
from runway_desktop.rooms.sheet.window import SheetWindow
from runway_desktop.services.library import sheets
from runway_desktop.ui.choice_popup import ChoicePopup
from runway_desktop.ui.composer.prompt_edit import TagCompletion
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.sheets.columns import MODEL, PROMPT, STATE, ColumnKind
from tests.gui.sheet.opened import Opened
from tests.rigs.cast import member
from tests.rigs.desktop import Desktop, move_pointer, rest, until
from tests.rigs.mistakes import Mistakes
from tests.rigs.targets import too_small

SHOTS = """prompt,model,ratio,duration,seed
A lighthouse,gen4.5,1280:720,5,41207
A lagoon,veo3.1_fast,1280:720,5,
"Ice, {dawn|noon}",gen4.5,1280:720,5,
"""
CONTROL = Qt.KeyboardModifier.ControlModifier


def go(window: SheetWindow, row: int, key: str) -> None:
    place = window.sheet.model.column_position(key)
    assert place is not None
    window.table.go_to(window.sheet.model.index(row - 1, place))


def text(window: SheetWindow, row: int, key: str) -> str:
    place = window.sheet.model.column_position(key)
    assert place is not None, f"no column {key}"
    return str(window.sheet.model.index(row - 1, place).data())


def button(window: QWidget, words: str) -> QPushButton:
    return next(found for found in window.findChildren(QPushButton) if found.text().startswith(words))


def said(window: QWidget) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def keys(window: SheetWindow, words: str) -> None:
    """Typed where the keyboard is: in the table, or in the editor that it opened."""
    for letter in words:
        QTest.keyClicks(window.table.editor or window.table, letter)


def press(window: SheetWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.table, key, modifiers)


def editor(window: SheetWindow) -> QWidget:
    assert window.table.editor is not None, "no editor is open"
    return window.table.editor


async def test_every_command_of_a_sheet_works_in_it(opened: Opened):
    async with opened("") as (_, window):
        wanted = {command.id for command in COMMANDS if Scope.SHEET in command.scopes} - {"help", "guide"}
        assert {action.objectName() for action in window.actions()} == wanted
        for action in window.actions():
            action.trigger()
            await rest()
            for shown in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
                if shown is not None and shown is not window:
                    shown.close()


async def test_sheet_shows_what_was_imported_and_how_many_tasks_are_ready(opened: Opened):
    async with opened(SHOTS) as (_, window):
        assert "shots.csv" in window.windowTitle()
        assert "3 rows · columns matched by name · nothing sent yet" in said(window)
        assert "3 of 4 tasks ready" in said(window)
        assert button(window, "Generate").text().startswith("Generate 3 ready")
        assert button(window, "Generate").accessibleName().startswith("Generate 3 ready tasks")


async def test_typing_replaces_a_cell_and_checks_it_and_escape_reverts(opened: Opened):
    async with opened(SHOTS) as (_, window):
        go(window, 2, "duration")
        keys(window, "8")
        assert text(window, 2, STATE) == "✓ Ready"
        QTest.keyClick(editor(window), Qt.Key.Key_Escape)
        assert "4, 6 or 8 s" in text(window, 2, STATE)
        assert window.isVisible()
        keys(window, "6")
        QTest.keyClick(editor(window), Qt.Key.Key_Return)
        assert text(window, 2, STATE) == "✓ Ready"
        assert window.table.currentIndex().row() == 2
        QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
        assert text(window, 2, "duration") == "5 s"
        QTest.keyClick(window, Qt.Key.Key_Y, CONTROL)
        assert text(window, 2, "duration") == "6 s"


async def test_at_sign_in_a_prompt_cell_offers_members_of_the_cast(opened: Opened):
    async with opened(SHOTS) as (rig, window):
        await rig.engine.cast.save(member("Old Ben"))
        go(window, 1, PROMPT)
        keys(window, "Rain on @be")
        popup = editor(window).findChild(TagCompletion).completer.popup()
        assert popup.isVisible()
        QTest.keyClick(popup, Qt.Key.Key_Return)
        QTest.keyClick(editor(window), Qt.Key.Key_Return)
        assert text(window, 1, PROMPT) == 'Rain on @"Old Ben"'
        assert window.table.currentIndex().row() == 1


async def test_cell_blocks_are_copied_and_pasted_as_in_spreadsheets(opened: Opened):
    async with opened("") as (_, window):
        QGuiApplication.clipboard().setText('A tower\t\tgen4.5\n"Two\nlines"\t\tveo3.1\n' + "More\t\tgen4.5\n" * 14)
        go(window, 1, PROMPT)
        press(window, Qt.Key.Key_V, CONTROL)
        model = window.sheet.model
        await until(lambda: model.is_checked)
        assert model.rowCount() == 16
        assert text(window, 2, PROMPT) == "Two lines"
        assert text(window, 2, MODEL) == "Veo 3.1"
        window.table.selectAll()
        press(window, Qt.Key.Key_C, CONTROL)
        assert QGuiApplication.clipboard().text().startswith("A tower\t\tgen4.5\t")
        assert '"Two\nlines"' in QGuiApplication.clipboard().text()
        window.steps.undo()
        assert model.rowCount() == 12
        assert model.totals.rows == 0


async def test_open_sheet_with_undo_steps_closes_with_the_program_without_a_question(opened: Opened):
    async with opened(SHOTS) as (_, window):
        go(window, 2, MODEL)
        QTest.keyClick(window, Qt.Key.Key_D, CONTROL)
        assert window.steps.canUndo()
        await rest()
        # As the main window takes along what is open at the end. A stack says that it is empty as it goes.
        shiboken6.delete(window)


async def test_one_copied_cell_fills_the_whole_selection(opened: Opened):
    async with opened(SHOTS) as (_, window):
        model = window.sheet.model
        QGuiApplication.clipboard().setText("8")
        place = model.column_position("duration")
        go(window, 1, "duration")
        for row in (1, 2):
            window.table.selectionModel().select(
                model.index(row, place), window.table.selectionModel().SelectionFlag.Select
            )
        press(window, Qt.Key.Key_V, CONTROL)
        assert [text(window, row, "duration") for row in (1, 2, 3)] == ["8 s", "8 s", "8 s"]
        press(window, Qt.Key.Key_Delete)
        assert "duration" not in model.rows[0].cells


async def test_keys_fill_duplicate_insert_and_delete_rows(opened: Opened):
    async with opened(SHOTS) as (_, window):
        model = window.sheet.model
        go(window, 2, MODEL)
        QTest.keyClick(window, Qt.Key.Key_D, CONTROL)
        assert text(window, 2, MODEL) == "Gen-4.5"
        QTest.keyClick(window, Qt.Key.Key_D, CONTROL | Qt.KeyboardModifier.ShiftModifier)
        assert [text(window, row, PROMPT) for row in range(1, 5)][1:3] == ["A lagoon", "A lagoon"]
        assert text(window, 3, STATE) == "same as row 2"
        QTest.keyClick(window, Qt.Key.Key_I, CONTROL)
        assert not model.rows[1].cells
        QTest.keyClick(window, Qt.Key.Key_Minus, CONTROL)
        assert model.rowCount() == 4
        while window.steps.canUndo():
            window.steps.undo()
        assert model.rowCount() == 3
        assert text(window, 2, MODEL) == "Veo 3.1 Fast"


async def test_undo_is_blocked_while_rows_are_stored(opened: Opened, monkeypatch):
    async with opened(SHOTS) as (rig, window):
        model, gate = window.sheet.model, asyncio.Event()
        go(window, 2, MODEL)
        QTest.keyClick(window, Qt.Key.Key_D, CONTROL)
        await until(lambda: model.is_checked)
        assert not UNDO.why_not(window)
        add = rig.store.add

        async def slowly(*arguments: Any, **more: Any) -> None:
            await gate.wait()
            await add(*arguments, **more)

        monkeypatch.setattr(rig.store, "add", slowly)
        window.sheet.send()
        assert window.sheet.is_sending
        assert UNDO.why_not(window) == "The sheet is still busy. Try again in a moment."
        before = (window.steps.index(), text(window, 2, MODEL))
        window.steps.undo()
        QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
        assert (window.steps.index(), text(window, 2, MODEL)) == before
        gate.set()
        await until(lambda: not window.sheet.is_sending)
        assert not UNDO.why_not(window)


async def test_f8_goes_to_the_next_finding(opened: Opened):
    async with opened(SHOTS) as (_, window):
        go(window, 1, PROMPT)
        QTest.keyClick(window, Qt.Key.Key_F8)
        current = window.table.currentIndex()
        assert (current.row(), window.sheet.model.columns[current.column()].key) == (1, "duration")


async def test_file_dropped_on_a_cell_becomes_its_input(opened: Opened):
    async with opened(SHOTS) as (rig, window):
        picture = rig.folder / "dusk.png"
        QImage(640, 360, QImage.Format.Format_RGB32).save(str(picture))
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(picture))])
        go(window, 1, PROMPT)
        at = window.table.visualRect(window.table.currentIndex()).center()
        buttons, none, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
        QApplication.sendEvent(window.table.viewport(), QDragEnterEvent(at, copy, mime, buttons, none))
        QApplication.sendEvent(window.table.viewport(), QDropEvent(QPointF(at), copy, mime, buttons, none))
        await until(lambda: "promptImage" in window.sheet.model.rows[0].cells)
        await until(lambda: window.sheet.model.is_checked and text(window, 1, STATE) == "✓ Ready")
        check = window.sheet.model.rows[0].check
        assert check is not None
        assert check.requests[0].endpoint == "image_to_video"
        assert text(window, 1, "promptImage") == "dusk.png"


async def test_generate_sends_ready_rows_and_keeps_the_rest_open(opened: Opened):
    async with opened(SHOTS) as (rig, window):
        shown: list[Any] = []
        window.show_wanted.connect(shown.append)
        button(window, "Generate").click()
        await until(lambda: "3 tasks queued" in said(window))
        assert text(window, 1, STATE) == "Queued"
        assert "4, 6 or 8 s" in text(window, 2, STATE)
        assert button(window, "Close").isVisible()
        assert len(rig.engine.ledger.all_queued()) == 3
        go(window, 1, PROMPT)
        press(window, Qt.Key.Key_Return)
        assert shown == [[window.sheet.model.rows[0].sent[0].task_id]]
        button(window, "Show as grid").click()
        grid = window.findChild(GridWindow)
        assert grid is not None
        assert grid.isVisible()
        grid.close()


async def test_fully_sent_sheet_closes_and_the_main_window_reports_it(opened: Opened):
    async with opened("prompt\nA lighthouse\nA pier\n") as (rig, window):
        told: list[str] = []
        window.told.connect(told.append)
        button(window, "Generate 2 ready").click()
        await until(lambda: not shiboken6.isValid(window))
        assert told == ["2 tasks queued."]
        await until(lambda: len(rig.store.kept_sheets) == 1)


async def test_add_row_button_starts_editing_the_prompt(opened: Opened):
    async with opened(SHOTS) as (_, window):
        button(window, "Add row").click()
        keys(window, "A pier")
        QTest.keyClick(editor(window), Qt.Key.Key_Return)
        assert text(window, 4, PROMPT) == "A pier"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Space])
async def test_unmodified_keys_never_send_or_close_a_sheet(opened: Opened, key: Qt.Key):
    async with opened(SHOTS) as (rig, window):
        go(window, 1, STATE)
        press(window, key)
        QTest.keyClick(window, key)
        assert window.isVisible()
        assert not rig.engine.ledger.all_queued()


async def test_axis_dialog_shows_the_number_of_tasks_before_adding(opened: Opened):
    async with opened("prompt\nA\nB\n") as (_, window):
        button(window, "Add axis…").click()
        dialog = window.findChild(AxisDialog)
        assert dialog is not None
        box = dialog.findChild(QComboBox)
        box.setCurrentIndex(box.findText("Seed"))
        before = button(dialog, "Add axis").mapTo(dialog, QPoint())
        dialog.findChild(QPlainTextEdit).setPlainText("1..3")
        await until(lambda: "2 × 3 = 6 tasks" in said(dialog))
        dialog.findChild(QPlainTextEdit).setPlainText("none")
        await until(lambda: "6 tasks" not in said(dialog))
        assert button(dialog, "Add axis").mapTo(dialog, QPoint()) == before, "it stays under the pointer"
        dialog.findChild(QPlainTextEdit).setPlainText("1..3")
        await until(lambda: "2 × 3 = 6 tasks" in said(dialog))
        button(dialog, "Add axis").click()
        await until(lambda: window.sheet.model.is_checked and "2 × 3 = 6 tasks" in said(window))
        chip = button(window, "Seed: 1, 2 and 3")
        chip.click()
        await until(lambda: window.sheet.model.totals.tasks == 2)


async def test_unknown_column_is_assigned_in_a_dialog(opened: Opened):
    async with opened("prompt,Dauer\nA,10\n") as (_, window):
        assert "1 column not matched" in said(window)
        button(window, "Columns…").click()
        dialog = window.findChild(ColumnsDialog)
        assert dialog is not None
        box = next(found for found in dialog.findChildren(QComboBox) if found.accessibleName() == "Column for “Dauer”")
        box.setCurrentIndex(box.findData("duration"))
        button(dialog, "Apply").click()
        assert text(window, 1, "duration") == "10 s"


async def test_closing_keeps_the_sheet_with_the_text_being_typed(opened: Opened):
    async with opened(SHOTS) as (rig, window):
        go(window, 1, PROMPT)
        keys(window, "Fog")
        window.close()
        # While one types slowly it may have been kept before.
        await until(lambda: any('"@prompt": "Fog"' in kept.text for kept in rig.store.kept_sheets))
        assert len(rig.store.kept_sheets) == 1
        assert rig.engine.settings.get("sheet.open") is None


async def test_every_sheet_control_has_an_accessible_name(opened: Opened):
    async with opened(SHOTS) as (_, window):
        for control in window.findChildren(QPushButton):
            assert control.text() or control.accessibleName()
        assert window.table.accessibleName() == "Rows"
        index = window.sheet.model.index(1, window.sheet.model.column_position("duration") or 0)
        assert "4, 6 or 8 s" in str(index.data(Qt.ItemDataRole.AccessibleTextRole))
        assert window.table.indexAt(QPoint(5, 5)).isValid()


async def test_generate_button_says_how_many_tasks_a_cap_keeps_queued(opened: Opened):
    async with opened("prompt\n" + "".join(f"Fog {number}\n" for number in range(6))) as (rig, window):
        wanted = next(row.check for row in window.sheet.model.rows if row.check is not None)
        await rig.engine.pricing.learn(wanted.requests[0], 60.0)
        window.sheet.model.check_all()
        await until(lambda: window.sheet.model.is_checked and window.sheet.model.totals.ready == 6)
        send = button(window, "Generate 6 ready")
        rig.engine.settings.day_cap = 240.0
        await until(lambda: send.text() == "Send 4, queue 2   360 credits")
        assert send.accessibleName() == "Send 4, queue 2, 360 credits"
        rig.engine.settings.day_cap = 30.0
        await until(lambda: send.text() == "Queue 6   360 credits")


async def test_double_click_sends_the_first_rows_once_and_a_held_key_sends_no_more(opened: Opened):
    async with opened(SHOTS.replace("veo3.1_fast", "gen4.5") + "A pier,gen4.5,1280:720,5,\n" * 2) as (rig, window):
        few = button(window, "First 2 only")
        few.click()
        await until(lambda: len(rig.store.tasks) == 2 and few.isEnabled())
        few.click()
        await until(lambda: "Just sent. Press again to send more." in said(window))
        await rig.clock.advance(2)
        send = next(action for action in window.actions() if action.text() == "Send all ready rows")
        assert not send.autoRepeat()
        assert len(rig.store.tasks) == 2
        send.trigger()
        await until(lambda: len(rig.store.tasks) == 6)


async def test_sheet_closed_while_its_rows_are_stored_still_knows_the_sent_ones(opened: Opened):
    async with opened("prompt\nA lighthouse\nA pier\n") as (rig, window):
        button(window, "Generate 2 ready").click()
        assert window.sheet.is_sending
        window.close()
        await until(lambda: len(rig.store.tasks) == 2)
        await until(lambda: [sheet for sheet in rig.store.kept_sheets if sheet.batch_id is not None])
        [kept] = rig.store.kept_sheets
        assert all(row.sent for row in sheets.read(kept.text).rows)


def windows(rig: Desktop) -> tuple[SheetWindow, ...]:
    sheets = rig.window.findChild(OpenSheets)
    return sheets.windows if sheets is not None else ()


async def test_sheet_that_cannot_be_written_at_exit_does_not_block_other_sheets(
    tmp_path: Path, theme: Theme, caplog: pytest.LogCaptureFixture
):
    async with Desktop(tmp_path, theme) as rig:
        for before, prompt in enumerate(("A lighthouse", "A pier")):
            rig.rooms.open("sheet")
            while len(windows(rig)) == before:
                await rest(1)
            sheet = windows(rig)[-1].sheet
            sheet.model.setData(sheet.model.index(0, 0), prompt)
        kept: list[str] = []

        async def full_at_first(sheet: KeptSheet) -> None:
            kept.append(sheet.text)
            if len(kept) == 1:
                raise StoreError("The disk is full.", advice="Make room.")

        rig.store.save_sheet = full_at_first
        await rig.rooms.shutdown()
        assert "A pier" in kept[-1]
        assert "could not be kept: The disk is full." in caplog.text
        caplog.clear()
        for opened_window in windows(rig):
            opened_window.close()
        await rest()


async def test_exception_at_exit_does_not_stop_sheets_from_being_stored(
    tmp_path: Path, theme: Theme, mistakes: Mistakes
):
    def fail() -> None:
        raise ZeroDivisionError

    async with Desktop(tmp_path, theme) as rig:
        rig.rooms.desk.endings.append(fail)
        rig.rooms.open("sheet")
        while not windows(rig):
            await rest(1)
        [window] = windows(rig)
        window.sheet.model.setData(window.sheet.model.index(0, 0), "A pier")
        await rig.rooms.shutdown()
        kept = await rig.store.sheet(window.sheet.id)
        assert kept is not None
        assert "A pier" in kept.text
        window.close()
        await rest()
    mistakes.take("ZeroDivisionError")


async def test_problem_of_the_selected_row_is_shown_in_full_without_moving_the_layout(opened: Opened):
    async with opened(SHOTS) as (_, window):
        height = window.table.height()
        go(window, 2, PROMPT)
        assert "Row 2: Veo 3.1 Fast takes 4, 6 or 8 s." in said(window)
        go(window, 1, PROMPT)
        await rest()
        assert "Row 2:" not in said(window)
        assert window.table.height() == height
        place = window.sheet.model.column_position("seed")
        window.sheet.model.setData(window.sheet.model.index(0, place), "x")
        assert "Row 1: Seed" in said(window)


async def test_columns_shrink_in_a_narrow_sheet_so_that_the_last_is_visible(opened: Opened):
    async with opened("prompt,project,shot\nA lighthouse,Aurora,010\nA pier,Aurora,020\n") as (_, window):
        table, model = window.table, window.sheet.model
        wide = [table.columnWidth(at) for at in range(model.columnCount())]
        window.resize(880, 500)
        await until(lambda: table.viewport().width() < 880)
        assert sum(map(table.columnWidth, range(model.columnCount()))) <= table.viewport().width()
        window.resize(1200, 640)
        await until(lambda: [table.columnWidth(at) for at in range(model.columnCount())] == wide)


async def test_numbers_are_not_cut_in_a_narrow_sheet(opened: Opened):
    async with opened("prompt,ratio,project,shot\nA lighthouse,1920:1080,Aurora,010\n") as (_, window):
        table, position = window.table, window.sheet.model.column_position("ratio")
        window.resize(880, 500)
        await until(lambda: table.viewport().width() < 880)
        figures = QFontMetrics(Theme.tabular(table.font()))
        assert table.columnWidth(position) >= figures.horizontalAdvance("1920:1080") + 2 * PADDING


async def test_columns_of_a_narrow_sheet_are_wide_enough_for_not_used(opened: Opened):
    async with opened("prompt,model,audio,project,shot\nA lighthouse,veo3.1_fast,true,Aurora,010\n") as (_, window):
        table, model = window.table, window.sheet.model
        window.resize(880, 500)
        await until(lambda: table.viewport().width() < 880)
        words = table.fontMetrics().horizontalAdvance("not used") + 2 * PADDING
        fields = [at for at, column in enumerate(model.columns) if column.kind is ColumnKind.FIELD]
        assert fields
        assert all(table.columnWidth(at) >= words for at in fields)


async def test_chosen_column_width_stays_when_a_column_is_added(opened: Opened):
    async with opened("prompt\nA lighthouse\n") as (_, window):
        table, model = window.table, window.sheet.model
        table.horizontalHeader().resizeSection(model.column_position(MODEL), 222)
        model.show_columns(["seed", "project"])
        await rest()
        assert table.columnWidth(model.column_position(MODEL)) == 222


async def test_alt_down_opens_the_choices_of_a_cell_with_prices(opened: Opened):
    async with opened(SHOTS) as (rig, window):
        for seconds, credits in ((4, 60), (6, 90), (8, 120)):
            values = {"promptText": "x", "ratio": "1280:720", "duration": seconds}
            await rig.engine.pricing.learn(
                Request(endpoint="text_to_video", model="veo3.1_fast", values=values), credits
            )
        go(window, 2, "duration")
        press(window, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        popup = window.findChild(ChoicePopup)
        assert popup is not None
        choices = popup.findChild(QListWidget)
        names = [choices.item(at).data(Qt.ItemDataRole.AccessibleTextRole) for at in range(choices.count())]
        assert names == ["4 s, 60 credits", "6 s, 90 credits", "8 s, 120 credits"]
        choices.setCurrentRow(1)
        QTest.keyClick(choices, Qt.Key.Key_Return)
        assert (text(window, 2, "duration"), text(window, 2, STATE)) == ("6 s", "✓ Ready")
        window.steps.undo()
        assert text(window, 2, "duration") == "5 s"


async def test_model_cell_lists_makers_names_and_accepts_them_typed(opened: Opened):
    async with opened(SHOTS) as (_, window):
        go(window, 2, MODEL)
        press(window, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        choices = window.findChild(ChoicePopup).findChild(QListWidget)
        assert "Gen-4.5" in [choices.item(at).text() for at in range(choices.count())]
        window.findChild(ChoicePopup).close()
        window.sheet.model.setData(window.table.currentIndex(), "gen-4.5")
        assert window.sheet.model.rows[1].cells[MODEL] == "gen4.5"
        QTest.keyClick(window.table, Qt.Key.Key_F2)
        line = editor(window)
        assert isinstance(line, QLineEdit)
        assert line.text() == "Gen-4.5", "the name, not the id"
        names = line.completer().model()
        assert "Veo 3.1 Fast" in [str(names.index(at, 0).data()) for at in range(names.rowCount())]
        steps = window.steps.count()
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert window.steps.count() == steps, "nothing was changed"
        assert window.sheet.model.rows[1].cells[MODEL] == "gen4.5"


async def test_arrow_and_fill_handle_are_at_the_left_of_a_cell_in_right_to_left_layout(opened: Opened):
    async with opened(SHOTS) as (_, window):
        window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        go(window, 2, "duration")
        await rest()
        cell = window.table.visualRect(window.table.currentIndex())
        assert window.table.findChild(FillHandle).geometry().center().x() < cell.center().x()
        QTest.mouseClick(
            window.table.viewport(), Qt.MouseButton.LeftButton, pos=cell.center() + QPoint(cell.width() // 3, 0)
        )
        assert window.findChild(ChoicePopup) is None
        QTest.mouseClick(
            window.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(cell.left() + 8, cell.center().y())
        )
        assert window.findChild(ChoicePopup) is not None


async def test_dragging_the_corner_of_the_selection_fills_down(opened: Opened):
    async with opened(SHOTS) as (_, window):
        go(window, 1, "seed")
        handle = window.table.findChild(FillHandle)
        assert handle.isVisible()
        last = window.table.visualRect(window.sheet.model.index(2, window.sheet.model.column_position("seed"))).center()
        QTest.mousePress(handle, Qt.MouseButton.LeftButton)
        move_pointer(handle, handle.mapFrom(window.table.viewport(), last), Qt.MouseButton.LeftButton)
        to = handle.mapFrom(window.table.viewport(), last)
        QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=to)
        assert [text(window, row, "seed") for row in (1, 2, 3)] == ["41207"] * 3
        assert window.table.chosen_rows == [0, 1, 2]
        window.steps.undo()
        assert [text(window, row, "seed") for row in (2, 3)] == ["random", "random"]
        go(window, 1, STATE)
        assert not handle.isVisible(), "what cannot be written cannot be filled"


async def test_one_press_fixes_a_problem_of_many_rows(opened: Opened):
    async with opened(SHOTS + "A pier,veo3.1_fast,1280:720,5,\n") as (_, window):
        top = window.table.mapTo(window, window.table.visualRect(window.sheet.model.index(0, 0)).topLeft())
        await until(lambda: "Duration: 2 values don't fit Veo 3.1 Fast, which takes 4, 6 or 8 s." in said(window))
        rect = window.table.visualRect(window.sheet.model.index(0, 0))
        assert window.table.mapTo(window, rect.topLeft()) == top, "rows do not move under the pointer"
        button(window, "Show rows").click()
        assert window.table.currentIndex().row() == 1
        button(window, "Set 2 cells to 6 s").click()
        await until(lambda: "don't fit" not in said(window))
        assert [text(window, row, STATE) for row in (2, 4)] == ["✓ Ready", "✓ Ready"]
        window.steps.undo()
        await until(lambda: "2 values don't fit" in said(window))


async def test_column_marks_cells_where_it_is_unused_or_an_input_may_be_added(opened: Opened):
    shots = "prompt,model,image,duration\nA,gen4.5,,5\nB,eleven_text_to_sound_v2,,5\nC,gen4_image,,\nD,gen4.5,x.png,5\n"
    async with opened(shots) as (_, window):
        assert text(window, 1, "promptImage") == "+ Add"
        assert [text(window, row, "promptImage") for row in (2, 3)] == ["not used", "not used"]
        assert text(window, 3, "duration") == "not used"
        place = window.sheet.model.column_position("promptImage")
        assert window.sheet.model.headerData(place, Qt.Orientation.Horizontal) == "Input"


async def test_rows_do_not_move_while_a_cell_is_edited(opened: Opened):
    async with opened(SHOTS + "A pier,veo3.1_fast,1280:720,6,\n") as (_, window):
        go(window, 4, "duration")
        height = window.table.height()
        keys(window, "5")
        assert text(window, 4, STATE) == "Duration: 4, 6 or 8 s"
        await asyncio.sleep(0.4)
        assert window.table.height() == height
        QTest.keyClick(editor(window), Qt.Key.Key_Return)
        await until(lambda: "2 values don't fit Veo 3.1 Fast" in said(window))


async def test_clickable_controls_are_large_enough(opened: Opened):
    async with opened(SHOTS) as (_, window):
        assert too_small(window) == []
