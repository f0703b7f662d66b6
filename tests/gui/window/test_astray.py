"""Files that are missing, changed or in the trash, as a person meets them in the window."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QPushButton, QWidget

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, State, TaskId
from runway_desktop.ui.media.picture_view import PictureView
from runway_desktop.usecases.commands.ending import DELETE_FILE
from runway_desktop.usecases.commands.results import CHOOSE_FILE, LOOK_FOR
from runway_desktop.usecases.listing.columns import Column
from tests.rigs import pill
from tests.rigs.desktop import Desktop, rest, until
from tests.rigs.rows import saved, task


async def shown(desk: Desktop, number: int = 1) -> Output:
    """A saved picture with its poster, listed and chosen."""
    path = desk.folder / "library" / f"{number}.png"
    path.parent.mkdir(exist_ok=True)
    image = QImage(64, 36, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    image.save(str(path))
    one = task(number, State.SUCCEEDED)
    output = saved(
        one,
        str(path),
        media=Media.IMAGE,
        size=path.stat().st_size,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        poster=str(path.with_suffix(".jpg")),
    )
    image.save(output.poster)
    await desk.put(one, outputs=[output])
    desk.rows.refresh()
    await until(lambda: desk.rows.row_of(one.id) is not None)
    desk.window.view.select([one.id])
    await until(lambda: desk.details.row is not None)
    return output


async def noticed(desk: Desktop) -> None:
    await desk.engine.integrity.look(await desk.store.kept_files(None, 100))
    desk.bridge.flush()
    await rest()


async def now(desk: Desktop) -> Output:
    [output] = await desk.store.outputs(TaskId("t1"))
    return output


def status(desk: Desktop) -> str:
    words = desk.rows.words(TaskId("t1"))
    return words.headline if words is not None else ""


def button(within: QWidget, text: str) -> QPushButton:
    found = [one for one in within.findChildren(QPushButton) if one.text() == text and one.isVisible()]
    assert found, f"There is no button “{text}”"
    return found[0]


async def test_missing_file_is_reported_with_its_next_steps(tmp_path: Path, theme):
    async with Desktop(tmp_path, theme) as desk:
        desk.interior.add_preview()
        output = await shown(desk)
        Path(output.path).unlink()
        await noticed(desk)
        pane, preview = desk.window.workspace.details, desk.window.preview
        await until(lambda: desk.details.next_step() is not None)
        line = desk.rows.position(TaskId("t1"))
        assert line is not None
        spoken = desk.rows.index(line, Column.STATUS).data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == "File missing (not where it was saved)"
        for text in ("Look for the file", "Fetch again from Runway", "Choose the file…"):
            assert button(pane, text).isEnabled()
        assert preview is not None
        await until(lambda: getattr(preview.stage, "words", "") == "1.png is not where it was saved.")


@pytest.mark.parametrize("grid", [False, True], ids=["list", "grid"])
async def test_poster_of_a_missing_file_is_dimmed(tmp_path: Path, theme, grid: bool):
    async with Desktop(tmp_path, theme) as desk:
        output = await shown(desk)
        desk.window.view.clearSelection()
        desk.window.workspace.list.show_grid(grid)
        view = desk.window.workspace.grid if grid else desk.window.view

        def brightest() -> int:
            picture = view.viewport().grab().toImage()
            points = [QPoint(x, y) for x in range(8, 200, 3) for y in range(2, 160, 3)]
            return max(picture.pixelColor(point).lightness() for point in points if picture.valid(point))

        await until(lambda: brightest() > 240)
        Path(output.path).unlink()
        await noticed(desk)
        await until(lambda: brightest() < 240)


async def test_search_started_from_the_details_finds_a_missing_file(tmp_path: Path, theme, qtbot):
    async with Desktop(tmp_path, theme) as desk:
        output = await shown(desk)
        Path(output.path).rename(tmp_path / "library" / "renamed.png")
        await noticed(desk)
        await until(lambda: desk.details.next_step() is not None)
        qtbot.mouseClick(button(desk.window, "Look for the file"), Qt.MouseButton.LeftButton)
        await until(lambda: "Found 1 file." in desk.window.activity.messages())
        assert (await now(desk)).path == str(tmp_path / "library" / "renamed.png")
        await until(lambda: status(desk) == "Saved")


async def test_search_for_a_missing_file_shows_progress_and_can_be_stopped(tmp_path: Path, theme, qtbot):
    async with Desktop(tmp_path, theme) as desk:
        output = await shown(desk)
        Path(output.path).unlink()
        await noticed(desk)
        desk.task_commands.carry_out(LOOK_FOR, await desk.store.rows([TaskId("t1")]))
        notices = desk.window.activity
        assert notices.messages() == ["Looking for missing files…"]
        pill.press(desk.window, "Stop")
        assert notices.messages() == []
        await rest()
        assert notices.messages() == []


async def test_unsuccessful_search_offers_another_folder(tmp_path: Path, theme, qtbot):
    async with Desktop(tmp_path, theme) as desk:
        output = await shown(desk)
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        Path(output.path).rename(elsewhere / "1.png")
        await noticed(desk)
        desk.task_commands.carry_out(LOOK_FOR, await desk.store.rows([TaskId("t1")]))
        await until(lambda: any("was not found" in said for said in desk.window.activity.messages()))
        pill.press(desk.window, "Look in a folder…")
        await until(lambda: desk.window.findChildren(QFileDialog))
        [dialog] = desk.window.findChildren(QFileDialog)
        assert dialog.fileMode() is QFileDialog.FileMode.Directory
        dialog.fileSelected.emit(str(elsewhere))
        dialog.close()
        await until(lambda: "Found 1 file." in desk.window.activity.messages())


async def test_different_file_is_accepted_only_after_a_question_with_the_safe_answer_focused(tmp_path: Path, theme):
    async with Desktop(tmp_path, theme) as desk:
        output = await shown(desk)
        Path(output.path).unlink()
        other = tmp_path / "other.png"
        other.write_bytes(b"another picture")
        await noticed(desk)
        await until(lambda: desk.details.next_step() is not None)
        desk.window.task_menu.take(CHOOSE_FILE)
        await until(lambda: desk.window.findChildren(QFileDialog))
        [dialog] = desk.window.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(other))
        dialog.close()
        await until(
            lambda: [one for one in desk.window.findChildren(QDialog) if "a different file" in one.windowTitle()]
        )
        [asked] = [one for one in desk.window.findChildren(QDialog) if "a different file" in one.windowTitle()]
        assert button(asked, "Keep looking").isDefault()
        button(asked, "Use this file").click()
        await rest()
        assert (await now(desk)).path == str(other)


async def test_changed_file_shows_the_time_and_is_accepted_by_a_button(tmp_path: Path, theme, qtbot):
    async with Desktop(tmp_path, theme) as desk:
        output = await shown(desk)
        await noticed(desk)
        Path(output.path).write_bytes(b"another picture")
        await noticed(desk)
        await until(lambda: status(desk) == "File changed")
        await until(lambda: "was changed outside on" in desk.details.trouble())
        assert button(desk.window, "Fetch the original again").isEnabled()
        qtbot.mouseClick(button(desk.window, "Keep the change"), Qt.MouseButton.LeftButton)
        await until(lambda: status(desk) == "Saved")
        assert (await now(desk)).sha256 == hashlib.sha256(b"another picture").hexdigest()


async def test_changed_file_is_shown_in_poster_and_preview_before_acceptance(tmp_path: Path, theme):
    async with Desktop(tmp_path, theme) as desk:
        desk.interior.add_preview()
        output = await shown(desk)
        preview = desk.window.preview
        assert preview is not None

        def middle() -> QColor:
            stage = preview.stage
            if not isinstance(stage, PictureView) or stage.picture is None:
                return QColor()
            image = stage.picture.levels[-1]
            return image.pixelColor(image.rect().center())

        await until(lambda: middle() == QColor("white"))
        await noticed(desk)
        image = QImage(64, 36, QImage.Format.Format_RGB32)
        for color in ("red", "blue"):
            image.fill(QColor(color))
            image.save(output.path)
            os.utime(output.path, (1_800_000_000, 1_800_000_000 + len(color)))
            await noticed(desk)
            wanted = QColor(color)
            await until(lambda wanted=wanted: middle() == wanted)  # type: ignore[misc]

        def poster() -> QColor:
            row = desk.rows.row_of(TaskId("t1"))
            return QImage(row.outputs[0].poster).pixelColor(9, 9) if row is not None else QColor()

        await until(lambda: poster().blue() > 200 and poster().red() < 50)


async def test_deleting_a_file_can_be_undone_from_its_notice_and_by_shortcut(tmp_path: Path, theme, qtbot):
    async with Desktop(tmp_path, theme) as desk:
        output = await shown(desk)
        path = Path(output.path)
        notices = desk.window.activity
        desk.task_commands.carry_out(DELETE_FILE, desk.window.chosen_rows())
        await until(lambda: "1 file moved to the trash." in notices.messages())
        assert not path.exists()
        await until(lambda: status(desk) == "Done")
        pill.press(desk.window, "Undo")
        await until(path.exists)
        await until(lambda: status(desk) == "Saved")
        desk.task_commands.carry_out(DELETE_FILE, desk.window.chosen_rows())
        await until(lambda: not path.exists())
        await until(lambda: "1 file moved to the trash." in notices.messages())
        desk.window.activity.undo()
        await until(path.exists)


async def test_missing_files_page_is_listed_while_there_are_any(tmp_path: Path, theme):
    async with Desktop(tmp_path, theme) as desk:
        pane = desk.window.workspace.pages

        def titles() -> list[str]:
            return [pane.item(line).data(Qt.ItemDataRole.AccessibleTextRole) or "" for line in range(pane.count())]

        output = await shown(desk)
        assert not any("Missing files" in title for title in titles())
        Path(output.path).unlink()
        await noticed(desk)
        await until(lambda: any("Missing files" in title for title in titles()))


async def test_files_are_checked_when_the_window_is_activated(tmp_path: Path, theme, monkeypatch):
    async with Desktop(tmp_path, theme) as desk:
        looked: list[bool] = []
        monkeypatch.setattr(desk.engine.integrity, "look_around", lambda: looked.append(True))
        other = QWidget()
        other.show()
        other.activateWindow()
        await until(lambda: QApplication.activeWindow() is other)
        desk.window.activateWindow()
        await until(lambda: looked)
        other.deleteLater()
