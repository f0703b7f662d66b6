"""Where is the file now? One dialog asks it; another file is not taken without a second question."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QPushButton, QWidget

from runway_desktop.ui.window.missing_files import FileFinder


class NotingDesk(QObject):
    file_wanted = Signal(object)
    other_file_found = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[Path, Path, bool]] = []

    def file_found(self, old: Path, new: Path, *, anyway: bool = False) -> None:
        self.found.append((old, new, anyway))


def asked(window: QWidget) -> tuple[list[QFileDialog], list[QDialog]]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    files = window.findChildren(QFileDialog)
    return files, [dialog for dialog in window.findChildren(QDialog) if dialog not in files]


async def test_the_person_shows_where_it_is_now(tmp_path, theme, qtbot):
    window, desk = QWidget(), NotingDesk()
    qtbot.addWidget(window)
    FileFinder(cast(Any, desk), window)
    old = tmp_path / "gone" / "still.png"
    desk.file_wanted.emit(old)
    [dialog], _ = asked(window)
    assert "still.png" in dialog.windowTitle()
    assert Path(dialog.directory().absolutePath()) == tmp_path, "as near as there is a folder"
    dialog.fileSelected.emit(str(tmp_path / "new.png"))
    assert desk.found == [(old, tmp_path / "new.png", False)]
    dialog.close()


async def test_another_file_is_asked_about_and_the_safe_answer_goes_on_looking(tmp_path, theme, qtbot):
    window, desk = QWidget(), NotingDesk()
    qtbot.addWidget(window)
    FileFinder(cast(Any, desk), window)
    old, other = tmp_path / "still.png", tmp_path / "other.png"
    desk.other_file_found.emit(old, other)
    _, [question] = asked(window)
    assert "other.png is another file" in question.windowTitle()
    question.reject()
    [dialog], _ = asked(window)
    dialog.close()
    desk.other_file_found.emit(old, other)
    _, [question] = asked(window)
    yes = next(button for button in question.findChildren(QPushButton) if button.text() == "Use this file")
    yes.click()
    assert desk.found == [(old, other, True)]
    asked(window)
