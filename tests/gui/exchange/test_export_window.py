"""Results leave under the names that were shown, the list as it stands, and what was chosen is remembered."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QRadioButton

from runway_desktop.domain.folders import NO_ANSWER
from runway_desktop.domain.task import Pick, State, TaskId
from runway_desktop.rooms.exchange.export_window import ExportWindow
from runway_desktop.rooms.exchange.model import export as export_model
from runway_desktop.rooms.exchange.model.export import ExportScope, ListForm
from runway_desktop.services.exchange import file_export
from runway_desktop.services.results import embedding
from runway_desktop.ui.dialogs.findings import FindingsList
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.commands.handing_on import EXPORT
from runway_desktop.usecases.question import Phase
from runway_desktop.usecases.words.folders import refusal_words
from tests.gui.exchange.counter import Counter, reached
from tests.rigs.desktop import after, rest, until
from tests.rigs.exchange_results import Results, a_task, files_in
from tests.rigs.rows import task
from tests.rigs.seen import child, said, says
from tests.rigs.targets import too_small


class Shop(Counter):
    """Three tasks with results, the second picked, and one without."""

    async def fill(self) -> None:
        self.results = Results(self.folder / "library", self.store)
        for number in (1, 2, 3):
            pick = Pick.PICK if number == 2 else Pick.NONE
            await self.results.put(a_task(number, prompt=f"A fox {number}", pick=pick, project="Aurora"))
        await self.put(task(4, State.FAILED, "Nothing came"))
        self.rows.refresh()
        await until(lambda: self.rows.task_count == 4, "the list shows them")
        await self.fetch_rows()

    @property
    def ids(self) -> list[TaskId]:
        found = (self.rows.task_id(row) for row in range(self.rows.rowCount()))
        return [one for one in found if one is not None]

    async def export(self, *numbers: int) -> ExportWindow:
        window = self.host.export([self.ids[number] for number in numbers])
        window.files.folder.setText(str(self.folder / "out"))
        await until(lambda: window.model._survey is not None, "the files are counted")
        return window


def press(window: ExportWindow, text: str) -> None:
    found = next(one for one in window.findChildren(QPushButton) if one.isVisible() and one.text() == text)
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def tick(window: ExportWindow, keys: set[str]) -> None:
    """Only these columns."""
    columns = window.list.columns
    for at in range(columns.count()):
        is_wanted = columns.item(at).data(Qt.ItemDataRole.UserRole) in keys
        columns.item(at).setCheckState(Qt.CheckState.Checked if is_wanted else Qt.CheckState.Unchecked)


async def test_number_of_names_beyond_the_shown_ones_is_stated(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(file_export, "FIRST", 2)
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export(0, 1, 2, 3)
        window.files.template.line.setText("{prompt}")
        shown = said(window.files.template).split("\n")
        assert (len(shown), shown[-1]) == (3, "and 1 more")


async def test_exported_results_get_the_previewed_names(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export(1, 2)
        window.files.template.line.setText("{project}/{prompt}")
        shown = said(window.files.template).split("\n")
        assert shown == ["Aurora/A-fox-2.png", "Aurora/A-fox-1.png"]
        press(window, "Export 2 files")
        await reached(window, Phase.DONE)
        assert says(window, "2 files exported.")
        assert files_in(tmp_path / "out") == sorted(shown)
        press(window, "Export 2 files")
        await until(lambda: says(window, "Nothing new to export. 2 files were already there."))
        async with after(shop.task_commands.folder_wanted) as folders:
            press(window, "Show in folder")
        assert folders == [tmp_path / "out"]


async def test_export_for_a_client_includes_only_picks_without_their_requests(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export(0, 1, 2, 3)
        assert "\n3 files, " in said(window)
        assert "1 task has no file here." in said(window)
        window.files.switches["only_picks"].click()
        window.files.switches["keep_request"].click()
        await until(lambda: window.go.text() == "Export 1 file", "the picks are counted")
        press(window, "Export 1 file")
        await reached(window, Phase.DONE)
        [name] = files_in(tmp_path / "out")
        assert embedding.read(tmp_path / "out" / name) is None


async def test_invalid_template_and_invalid_folder_are_reported(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export(1)
        window.files.template.line.setText("{lens}")
        assert not window.go.isEnabled()
        assert "no field {lens}" in window.go.toolTip()
        window.files.template.line.setText("{prompt}")
        window.files.folder.setText("somewhere")
        assert not window.go.isEnabled()
        assert [one for one in window.files.findChildren(QLabel) if one.isVisible() and one.property("tone") == "bad"]
        window.files.folder.setText(str(tmp_path / "out"))
        assert window.go.isEnabled()


async def test_folder_on_a_hanging_drive_does_not_block_the_export_window(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
):
    gate = threading.Event()

    def hangs(folder: Path) -> None:
        if folder.name == "dead":
            gate.wait(30)

    monkeypatch.setattr(export_model, "folder_problem", hangs)
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export(1)
        window.files.folder.setText(str(tmp_path / "dead"))
        assert window.model.reason() == refusal_words(NO_ANSWER)
        gate.set()

        def chosen_anew() -> bool:
            window.model.set("link", not window.model.link)
            return window.model.reason() == ""

        await until(chosen_anew, "any choice looks at it again")


async def test_list_is_exported_in_its_order_with_the_chosen_columns(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export()
        assert window.model.scope is ExportScope.LISTED
        next(one for one in window.findChildren(QAbstractButton) if one.accessibleName() == "Export as a list").click()
        tick(window, {"prompt", "pick", "id"})
        assert says(window, "4 tasks · 3 columns")
        window.model.export_list(tmp_path / "list.csv")
        await reached(window, Phase.DONE)
        with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["id"] for row in rows] == shop.ids
        assert list(rows[0]) == ["prompt", "pick", "id"]
        window.list.forms[ListForm.JSON].setChecked(True)
        window.model.export_list(tmp_path / "list.json")
        await until(lambda: window.model.done_at == tmp_path / "list.json", "it is written")
        assert [one["id"] for one in json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))] == shop.ids
        async with after(shop.task_commands.selection_wanted) as files:
            press(window, "Show in folder")
        assert files == [[tmp_path / "list.json"]]


async def test_csv_format_follows_the_chosen_spreadsheet_and_is_remembered(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export()
        next(one for one in window.findChildren(QAbstractButton) if one.accessibleName() == "Export as a list").click()
        tick(window, {"prompt", "id"})
        assert window.list.separator.currentText() == "Commas"
        window.list.separator.setCurrentIndex(1)
        window.list.mark.setChecked(False)
        window.list.forms[ListForm.JSON].setChecked(True)
        assert not window.list.separator.isEnabled()
        window.list.forms[ListForm.CSV].setChecked(True)
        assert window.list.separator.isEnabled()
        window.model.export_list(tmp_path / "list.csv")
        await reached(window, Phase.DONE)
        assert (tmp_path / "list.csv").read_bytes().startswith(b'"prompt";"id"\r\n')
        window.close()
        again = await shop.export()
        assert again.list.separator.currentText() == "Semicolons"
        assert not again.list.mark.isChecked()
        again.close()
        await rest()


async def test_export_window_remembers_the_last_choices(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export(1)
        window.files.template.line.setText("{seed}")
        window.files.switches["sidecars"].click()
        press(window, "Export 1 file")
        await reached(window, Phase.DONE)
        window.close()
        again = await shop.export(1)
        assert again.files.template.text() == "{seed}"
        assert again.files.switches["sidecars"].isChecked()
        assert again.model.folder == str(tmp_path / "out")
        again.close()
        await rest()


async def test_selected_tasks_are_exported_in_list_order(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export(3, 1, 2)
        assert window.model._ids() == tuple(shop.ids[number] for number in (1, 2, 3))
        scopes = {button.text(): button for button in window.findChildren(QRadioButton)}
        scopes["All in this view (4)"].setChecked(True)
        assert window.model._ids() == tuple(shop.ids)
        await until(lambda: window.model._survey is not None)


async def test_export_continues_after_its_window_closes_and_a_notice_reports_it(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export(1, 2)
        window.model.export_files()
        window.close()
        await until(lambda: "2 files exported." in shop.told)
        assert len(files_in(tmp_path / "out")) == 2


async def test_missing_files_are_reported_by_name(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        [output] = await shop.store.outputs(shop.ids[1])
        Path(output.path).unlink()
        window = await shop.export(1, 2)
        press(window, "Export 2 files")
        await reached(window, Phase.DONE)
        assert says(window, "1 file exported. 1 file could not be exported.")
        assert child(window, FindingsList).isVisible()
        assert Path(output.path).name in window.model.failures[0]


async def test_export_opens_from_the_task_menu_and_by_key(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        shop.window.view.select([shop.ids[1], shop.ids[2]])
        shop.window.task_menu.take(EXPORT)
        window = await shop.opened(ExportWindow)
        assert window.model.chosen_count == 2
        window.close()
        shop.window.activateWindow()
        await until(shop.window.isActiveWindow)
        QTest.keyClick(
            shop.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        await until(lambda: shop.window.findChild(ExportWindow), "the key opens it")
        again = shop.window.findChild(ExportWindow)
        await reached(again, Phase.READY)
        again.close()
        await rest()


async def test_library_menu_lists_its_commands_and_the_key_of_the_export(tmp_path: Path, theme: Theme):
    from PySide6.QtWidgets import QMenu

    async with Shop(tmp_path, theme) as shop:
        library = next(
            one for one in shop.window.findChildren(QPushButton) if one.accessibleName().startswith("Import, export")
        )
        QTest.mouseClick(library, Qt.MouseButton.LeftButton)
        menu = next(found for found in shop.window.findChildren(QMenu) if found.isVisible())
        actions = {action.text(): action for action in menu.actions() if action.text()}
        assert list(actions) == [
            "Export…", "Import task IDs from a file…", "Import task IDs from the clipboard…",
            "Import a folder of results…", "Back up this profile…", "Restore a backup…",
        ]  # fmt: skip
        assert actions["Export…"].shortcut().toString() == "Ctrl+Shift+E"
        menu.close()
        await rest()


async def test_clickable_controls_are_large_enough(tmp_path: Path, theme: Theme):
    async with Shop(tmp_path, theme) as shop:
        await shop.fill()
        window = await shop.export(0, 1)
        assert too_small(window) == []
