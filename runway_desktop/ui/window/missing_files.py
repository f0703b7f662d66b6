"""Asks where missing files of results and inputs are, and shows how a search for them goes. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from runway_desktop.domain.task import TaskId
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.dialogs.notices import Bar, Notices
from runway_desktop.ui.file_dialogs import choose_folder, choose_moved
from runway_desktop.usecases.question import Question
from runway_desktop.viewmodels.tasks.missing_files import MissingFiles, Searching, Wanted
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands


class FileSearch(QObject):
    """Lives as long as its window."""

    def __init__(self, missing_files: MissingFiles, notices: Notices, window: QWidget) -> None:
        super().__init__(window)
        self._astray = missing_files
        self._notices = notices
        self._window = window
        self._bar: Bar | None = None
        missing_files.searching.connect(self._show)
        missing_files.folder_wanted.connect(self._ask_for_folder)
        missing_files.file_wanted.connect(self._ask_for_file)
        missing_files.other_chosen.connect(self._ask_again)
        missing_files.not_found.connect(self._not_found)

    def _show(self, searching: Searching | None) -> None:
        if searching is None:
            if self._bar is not None and isValid(self._bar):
                self._notices.end(self._bar)
            self._bar = None
        elif self._bar is None:
            self._bar = self._notices.follow(searching.headline, "Stop", self._astray.stop)
        elif isValid(self._bar):
            self._bar.say(searching.headline, searching.detail)

    def _not_found(self, message: str, task_ids: Sequence[TaskId]) -> None:
        self._notices.tell(
            message,
            problem=True,
            action_text="Look in a folder…",
            on_action=lambda: self._astray.ask_for_folder(task_ids),
        )

    def _ask_for_folder(self, task_ids: Sequence[TaskId], near: Path) -> None:
        title = "Look for missing files in a folder"
        choose_folder(self._window, title, lambda folder: self._astray.look_for(task_ids, folder), near=near)

    def _ask_for_file(self, wanted: Wanted, near: Path) -> None:
        choose_moved(self._window, wanted.path, lambda path: self._astray.choose(wanted, path), near)

    def _ask_again(self, wanted: Wanted, path: Path, asked: Question) -> None:
        confirm(
            self._window,
            asked,
            lambda: self._astray.choose(wanted, path, anyway=True),
            lambda: self._ask_for_file(wanted, path.parent),
        )


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
