"""The import windows: preview with ticks, import by a button, and one undo."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QRect, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from runway_desktop.domain.library import GroupBy, Listing
from runway_desktop.domain.task import State
from runway_desktop.rooms.exchange.import_window import FolderImportWindow, IdImportWindow
from runway_desktop.rooms.exchange.model.id_import import IdImportModel
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.exchange import standing
from runway_desktop.ui.room import ExchangeWish
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.question import Phase
from runway_desktop.usecases.words.imports import ID_TITLES
from runway_desktop.values import replace
from tests.gui.exchange.counter import Counter, reached
from tests.rigs.desktop import after, rest, until
from tests.rigs.exchange_results import Results, a_task
from tests.rigs.fake_runway import remote_id
from tests.rigs.rows import task
from tests.rigs.targets import too_small

LINE = '2026-03-09 14:06:01 INFO created task {} (gen4.5) prompt="A red fox {}"'


def a_log(folder: Path, *numbers: int) -> Path:
    path = folder / "render.log"
    path.write_text("\n".join(LINE.format(remote_id(number), number) for number in numbers), encoding="utf-8")
    return path


def dropped(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def button(window: QWidget, text: str) -> QPushButton:
    return next(found for found in window.findChildren(QPushButton) if found.isVisible() and found.text() == text)


def press(window: QWidget, text: str) -> None:
    QTest.mouseClick(button(window, text), Qt.MouseButton.LeftButton)


def ink_begins(widget: QWidget, area: QRect) -> int:
    """How many pixels stand empty at the left of the area."""
    image = widget.grab(area).toImage()
    ground = image.pixel(0, 0)
    return next(
        x for x in range(image.width()) if any(image.pixel(x, y) != ground for y in range(1, image.height() - 1))
    )


async def listed(counter: Counter) -> int:
    return len(await counter.store.list(Listing(group=GroupBy.NONE)))


async def test_dropped_log_is_previewed_before_import(tmp_path: Path, theme: Theme):
    async with Counter(tmp_path, theme) as counter:
        counter.interior.taking_in.take(dropped(a_log(tmp_path, 1, 2, 3)))
        window = await counter.opened(IdImportWindow)
        assert window.model.headline() == "3 IDs: 3 new."
        assert window.go.text() == "Import 3 tasks"
        assert await listed(counter) == 0


async def test_import_preview_shows_makers_model_names_and_full_times(tmp_path: Path, theme: Theme):
    async with Counter(tmp_path, theme) as counter:
        counter.interior.taking_in.take(dropped(a_log(tmp_path, 1)))
        window = await counter.opened(IdImportWindow)
        [line] = window.model.table.lines
        model, time = line.cells[3:5]
        assert (model, time) == ("Gen-4.5", "2026-03-09 14:06:01")
        assert window.view.fontMetrics().horizontalAdvance(time) + 2 * GRID <= window.view.columnWidth(4)


async def test_previously_removed_tasks_are_unticked_in_the_preview(tmp_path: Path, theme: Theme):
    async with Counter(tmp_path, theme) as counter:
        await counter.add(replace(task(1), remote_id=remote_id(1)))
        await counter.engine.actions.remove([task(1).id])
        counter.interior.taking_in.take(dropped(a_log(tmp_path, 1, 2)))
        window = await counter.opened(IdImportWindow)
        assert window.model.headline() == "2 IDs: 1 new and 1 removed from the list before."
        assert [(line.is_ticked, line.cells[1]) for line in window.model.table.lines] == [
            (False, "Removed before"), (True, "New"),
        ]  # fmt: skip
        assert window.go.text() == "Import 1 task"
        window.view.selectRow(0)
        QTest.keyClick(window.view, Qt.Key.Key_Space)
        assert window.go.text() == "Import 2 tasks", "whoever ticks it gets it back"


async def test_headers_of_the_preview_align_with_their_cells(tmp_path: Path, theme: Theme):
    async with Counter(tmp_path, theme) as counter:
        counter.interior.taking_in.take(dropped(a_log(tmp_path, 1, 2, 3)))
        window = await counter.opened(IdImportWindow)
        view = window.view
        line = window.model.table.lines[1]
        column = [str(title) for title in ID_TITLES].index("Model")
        line.cells[column] = str(ID_TITLES[column])
        view.clearSelection()
        cell = view.visualRect(window.model.table.index(1, column))
        header = view.horizontalHeader()
        of_header = QRect(header.sectionViewportPosition(column), 4, 60, header.height() - 8)
        of_cell = QRect(cell.x(), cell.y() + 4, 60, cell.height() - 8)
        assert ink_begins(header.viewport(), of_header) == pytest.approx(ink_begins(view.viewport(), of_cell), abs=1)


async def test_lines_are_unticked_with_the_space_bar_and_the_rest_is_adopted(tmp_path: Path, theme: Theme):
    async with Counter(tmp_path, theme, loops=("poller",)) as counter:
        counter.runway.finish(remote_id(1), "https://x.example/a.mp4")
        counter.runway.vanish(remote_id(3))
        counter.interior.taking_in.take(dropped(a_log(tmp_path, 1, 2, 3)))
        window = await counter.opened(IdImportWindow)
        window.view.selectRow(1)
        QTest.keyClick(window.view, Qt.Key.Key_Space)
        assert window.go.text() == "Import 2 tasks"
        async with after(counter.task_commands.show_wanted) as shown:
            press(window, "Import 2 tasks")
        await reached(window, Phase.DONE)
        assert window.model.note() == "Checked 0 of 2."
        # Twice, half a minute apart, before anything counts as not there.
        for _ in range(20):
            await counter.clock.advance(4)
        counter.bridge.flush()
        await until(lambda: window.model.not_there, "the answers")
        assert window.model.note() == "2 tasks imported: 1 found and 1 deleted or of another key."
        assert [line.cells[1] for line in window.model.table.lines] == [
            "Found, succeeded", "New", "Deleted, or another key's",
        ]  # fmt: skip
        [ids] = shown
        assert len(ids) == await listed(counter) == 2
        press(window, "Remove 1 from list")
        await until(lambda: not window.model.not_there)
        await rest()
        assert await listed(counter) == 1
        press(window, "Close")
        await rest()


async def test_dropped_log_can_be_used_as_prompts_instead(tmp_path: Path, theme: Theme):
    path = tmp_path / "runs.csv"
    path.write_text("id,prompt\n" + "\n".join(f"{remote_id(n)},A fox {n}" for n in (1, 2)), encoding="utf-8")
    async with Counter(tmp_path, theme) as counter:
        counter.interior.taking_in.take(dropped(path))
        window = await counter.opened(IdImportWindow)
        press(window, "Use as prompts instead")
        await until(lambda: counter.room_requests[-1][0] == "sheet")
        assert len(counter.room_requests[-1][1].drafts) == 2
        assert await listed(counter) == 0


async def test_ids_on_the_clipboard_are_imported_by_a_command(tmp_path: Path, theme: Theme):
    async with Counter(tmp_path, theme) as counter:
        QGuiApplication.clipboard().setText("")
        counter.open_room("exchange", ExchangeWish.IDS_FROM_CLIPBOARD)
        await until(lambda: "The clipboard has no text." in counter.told)
        QGuiApplication.clipboard().setText(f"see {remote_id(1)} and {remote_id(2)}")
        counter.open_room("exchange", ExchangeWish.IDS_FROM_CLIPBOARD)
        window = await counter.opened(IdImportWindow)
        assert window.model.headline() == "2 IDs: 2 new."


async def test_few_pasted_ids_are_adopted_without_a_preview(tmp_path: Path, theme: Theme):
    async with Counter(tmp_path, theme) as counter:
        mime = QMimeData()
        mime.setText(f"{remote_id(1)}\n{remote_id(2)}")
        counter.interior.taking_in.take(mime)
        await until(lambda: counter.told)
        assert counter.told == ["2 tasks added. Checking them now."]
        assert counter.window.findChild(IdImportWindow) is None


async def test_file_without_ids_is_reported(tmp_path: Path, theme: Theme):
    (tmp_path / "a.log").write_text("nothing", encoding="utf-8")
    async with Counter(tmp_path, theme) as counter:
        window = counter.host.import_ids(IdImportModel.ids_in([tmp_path / "a.log", tmp_path / "gone.log"]))
        await reached(window, Phase.READY)
        assert window.model.headline() == "No task IDs found."
        assert not window.go.isEnabled()
        assert window.go.toolTip()
        assert window.model.troubles[0].startswith("There is no file “")


async def test_dropped_results_folder_becomes_tasks_and_one_undo_removes_them(tmp_path: Path, theme: Theme):
    results = Results(tmp_path / "old")
    for number in (1, 2):
        await results.put(a_task(number, prompt=f"A fox {number}", rating=4))
    async with Counter(tmp_path, theme) as counter:
        counter.interior.taking_in.take(dropped(results.folder))
        window = await counter.opened(FolderImportWindow)
        assert window.model.headline() == "2 results: 2 new."
        async with after(counter.task_commands.show_wanted):
            press(window, "Import 2 results")
        await reached(window, Phase.DONE)
        assert window.model.note() == "2 tasks imported."
        await until(lambda: counter.rows.task_count == 2, "they are listed")
        window.close()
        counter.window.activity.undo()
        await until(lambda: counter.rows.task_count == 0, "they are not listed any more")
        assert "Import undone: 2 tasks removed." in counter.window.activity.messages()
        assert len(list(results.folder.rglob("*.png"))) == 2


async def test_import_window_offers_one_undo(tmp_path: Path, theme: Theme):
    results = Results(tmp_path / "old")
    await results.put(a_task(1))
    async with Counter(tmp_path, theme) as counter:
        window = counter.host.import_folder(results.folder)
        await reached(window, Phase.READY)
        press(window, "Import 1 result")
        await reached(window, Phase.DONE)
        press(window, "Undo import")
        assert not window.model.can_be_undone
        await rest()
        assert window.model.note() == "Import undone: 1 task removed. The files stay in “old”."
        assert await listed(counter) == 0
        window.close()
        writes = counter.store.writes
        counter.window.activity.undo()
        await rest()
        assert counter.store.writes == writes


async def test_import_can_copy_files_into_the_library(tmp_path: Path, theme: Theme):
    results = Results(tmp_path / "old")
    await results.put(a_task(1))
    async with Counter(tmp_path, theme) as counter:
        window = counter.host.import_folder(results.folder)
        await reached(window, Phase.READY)
        window._copies.click()
        assert window.model.note().startswith("The files are copied into the library")
        press(window, "Import 1 result")
        await reached(window, Phase.DONE)
        assert len(list((tmp_path / "library").rglob("*.png"))) == 1


async def test_full_library_disk_is_reported_and_the_import_can_be_repeated(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
):
    results = Results(tmp_path / "old")
    await results.put(a_task(1))
    async with Counter(tmp_path, theme) as counter:
        window = counter.host.import_folder(results.folder)
        await reached(window, Phase.READY)
        window._copies.click()
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 1))
            press(window, "Import 1 result")
            await until(lambda: window.model.problem)
        assert window.model.problem.startswith("The disk with “")
        press(window, "Import 1 result")
        await reached(window, Phase.DONE)


async def test_import_continues_after_its_window_closes(tmp_path: Path, theme: Theme):
    results = Results(tmp_path / "old")
    await results.put(a_task(1))
    async with Counter(tmp_path, theme) as counter:
        window = counter.host.import_folder(results.folder)
        await reached(window, Phase.READY)
        window.begin_work()
        window.close()
        await until(lambda: counter.rows.task_count == 1, "it is listed")
        assert "1 task imported." in counter.window.activity.messages()
        task = (await counter.store.rows((await counter.store.list(Listing())).ids))[0].task
        assert task.state is State.SUCCEEDED


async def test_import_windows_closed_during_the_search_import_nothing(tmp_path: Path, theme: Theme):
    results = Results(tmp_path / "old")
    await results.put(a_task(1))
    async with Counter(tmp_path, theme) as counter:
        folders = counter.host.import_folder(results.folder)
        ids = counter.host.import_ids(IdImportModel.ids_in([a_log(tmp_path, 1)]))
        folders.close()
        ids.close()
        await rest()
        assert await listed(counter) == 0


async def test_repeated_folder_import_shows_the_comparison_and_can_be_stopped(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
):
    results, gate = Results(tmp_path / "old"), threading.Event()
    for number in (1, 2):
        await results.put(a_task(number))
    async with Counter(tmp_path, theme) as counter:
        first = counter.host.import_folder(results.folder)
        await reached(first, Phase.READY)
        press(first, "Import 2 results")
        await reached(first, Phase.DONE)
        first.close()
        true = standing._digest

        def slow(*arguments: Any) -> str | None:
            assert gate.wait(60)
            return true(*arguments)

        def in_thread(_: Executor, function: Any, *arguments: Any) -> Any:
            return in_worker(pool, function, *arguments)

        pool = ThreadPoolExecutor(1)
        monkeypatch.setattr(standing, "_digest", slow)
        monkeypatch.setattr(standing, "in_worker", in_thread)
        window = counter.host.import_folder(results.folder)
        wanted = "Comparing with the list: 0 of 2 files"
        await until(lambda: window.model.headline() == wanted)
        press(window, "Stop")
        gate.set()
        await reached(window, Phase.READY)
        told = "2 results: 2 already in the list. 2 of them were not compared with the list."
        assert window.model.headline() == told
        window.close()
        pool.shutdown()


async def test_clickable_controls_are_large_enough(tmp_path: Path, theme: Theme):
    async with Counter(tmp_path, theme) as counter:
        counter.interior.taking_in.take(dropped(a_log(tmp_path, 1, 2, 3)))
        window = await counter.opened(IdImportWindow)
        assert too_small(window) == []
