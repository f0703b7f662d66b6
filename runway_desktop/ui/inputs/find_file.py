"""Asks the person where a file is now that tasks wait for, and whether another file will do. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.file_dialogs import choose_moved
from runway_desktop.usecases.question import Question
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands


class FileFinder(QObject):
    """Lives as long as its window; a desk that wants a file speaks to it."""

    def __init__(self, desk: TaskCommands, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        desk.file_wanted.connect(self._ask)
        desk.other_file_found.connect(self._ask_again)

    def _ask(self, old: Path) -> None:
        near = QuickLook().ask(_nearest, old, otherwise=None)
        choose_moved(self._window, old, lambda path: self._desk.file_found(old, path), near)

    def _ask_again(self, old: Path, new: Path) -> None:
        confirm(
            self._window,
            Question(
                f"{new.name} is another file. Use it anyway?",
                f"Its content is not that of {old.name} as it was used before. Every task that waits for that file "
                "would get this one.",
                "Use this file",
                "Keep looking",
            ),
            lambda: self._desk.file_found(old, new, anyway=True),
            lambda: self._ask(old),
        )


def _nearest(old: Path) -> Path | None:
    return next((folder for folder in old.parents if folder.is_dir()), None)
