"""Dialogs that locate missing files, and the progress of a search for them. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.texts import _
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.file_dialogs import choose_folder, choose_moved
from runway_desktop.usecases.commands.task_command import Given, TaskCommand, Wanted, ids_of
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.words.files import Searching
from runway_desktop.values import replace
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands


class FileSearch(QObject):
    """Lives as long as its window. `give` runs a command for tasks, after its questions."""

    def __init__(
        self,
        task_commands: TaskCommands,
        activity: Activity,
        give: Callable[[TaskCommand, Sequence[TaskId]], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._give = give
        self._task_commands = task_commands
        self._activity = activity
        self._window = window
        self._told: int | None = None
        """Number of the progress notice."""
        self._wanted: Wanted | None = None
        """The last request."""
        task_commands.searching.connect(self._show)
        task_commands.path_wanted.connect(self._ask)
        task_commands.answer_wanted.connect(self._ask_again)
        task_commands.next_offered.connect(self._offer)

    def _show(self, searching: Searching | None) -> None:
        if searching is None:
            self._activity.end(self._told)
            self._told = None
        elif self._told is None:
            self._told = self._activity.follow(searching.headline, _("Stop"), self._task_commands.stop_search)
        else:
            self._activity.say(self._told, searching.headline, searching.detail)

    def _offer(self, message: str, command: TaskCommand, rows: Sequence[Row]) -> None:
        self._activity.tell(
            message,
            problem=True,
            action_text=command.text(rows),
            on_action=lambda: self._give(command, ids_of(rows)),
        )

    def _ask(self, command: TaskCommand, rows: Sequence[Row], wanted: Wanted) -> None:
        self._wanted = wanted
        near = wanted.near or QuickLook().ask(_nearest, wanted.path, otherwise=None)

        def chosen(path: Path) -> None:
            self._task_commands.carry_out(command, rows, Given(path=path))

        if wanted.is_folder:
            choose_folder(self._window, _("Search a folder for missing files"), chosen, near=near)
        else:
            choose_moved(self._window, wanted.path, chosen, near)

    def _ask_again(self, command: TaskCommand, rows: Sequence[Row], path: Path, asked: Question) -> None:
        def keep_looking() -> None:
            if self._wanted is not None:
                self._ask(command, rows, replace(self._wanted, near=path.parent))

        yes = Given(path=path, anyway=True)
        confirm(self._window, asked, lambda: self._task_commands.carry_out(command, rows, yes), keep_looking)


def _nearest(old: Path) -> Path | None:
    return next((folder for folder in old.parents if folder.is_dir()), None)
