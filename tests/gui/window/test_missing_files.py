"""The dialog for a lost input file, and the question before a different file is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QPushButton, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.ui.window.interior import FileSearch
from runway_desktop.usecases.commands.questions import other_file
from runway_desktop.usecases.commands.queued import FIND_FILE
from runway_desktop.usecases.commands.task_command import Given, TaskCommand, Wanted

FIND = FIND_FILE


class NotingDesk(QObject):
    searching = Signal(object)
    path_wanted = Signal(object, object, object)
    answer_wanted = Signal(object, object, object, object)
    next_offered = Signal(str, object, object)

    def __init__(self) -> None:
        super().__init__()
        self.given: list[tuple[TaskCommand, Given]] = []

    def carry_out(self, command: TaskCommand, rows: list[Row], given: Given) -> None:
        self.given.append((command, given))


def asked(window: QWidget) -> tuple[list[QFileDialog], list[QDialog]]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    files = window.findChildren(QFileDialog)
    return files, [dialog for dialog in window.findChildren(QDialog) if dialog not in files]


async def test_lost_input_file_is_searched_in_its_nearest_existing_folder(tmp_path, theme, qtbot):
    window, desk = QWidget(), NotingDesk()
    qtbot.addWidget(window)
    FileSearch(cast(Any, desk), cast(Any, None), cast(Any, None), window)
    old = tmp_path / "gone" / "still.png"
    desk.path_wanted.emit(FIND, [], Wanted(path=old))
    [dialog], _ = asked(window)
    assert "still.png" in dialog.windowTitle()
    assert Path(dialog.directory().absolutePath()) == tmp_path, "as near as there is a folder"
    dialog.fileSelected.emit(str(tmp_path / "new.png"))
    assert desk.given == [(FIND, Given(path=tmp_path / "new.png"))]
    dialog.close()


async def test_different_input_file_needs_a_yes_and_the_safe_answer_goes_on_looking(tmp_path, theme, qtbot):
    window, desk = QWidget(), NotingDesk()
    qtbot.addWidget(window)
    FileSearch(cast(Any, desk), cast(Any, None), cast(Any, None), window)
    old, other = tmp_path / "still.png", tmp_path / "elsewhere" / "other.png"
    other.parent.mkdir()
    desk.path_wanted.emit(FIND, [], Wanted(path=old))
    [dialog], _ = asked(window)
    dialog.close()
    desk.answer_wanted.emit(FIND, [], other, other_file(old.name, other.name, is_input=True))
    _, [question] = asked(window)
    assert "other.png is a different file" in question.windowTitle()
    question.reject()
    [dialog], _ = asked(window)
    assert "still.png" in dialog.windowTitle()
    assert Path(dialog.directory().absolutePath()) == other.parent, "where the person looked last"
    dialog.close()
    desk.answer_wanted.emit(FIND, [], other, other_file(old.name, other.name, is_input=True))
    _, [question] = asked(window)
    yes = next(button for button in question.findChildren(QPushButton) if button.text() == "Use this file")
    yes.click()
    assert desk.given == [(FIND, Given(path=other, anyway=True))]
    asked(window)
