"""Handing results on: what was copied, is to be shown in its folder, or opened with which program.

The window puts things on the clipboard, starts programs and shows folders. GUI thread only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeDatabase, QObject, Signal

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.outputs import Application, Launch
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.commands.task_command import Report, Use
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.model import Model

MOST_OPENED = 8
"""Files that are given to programs at once, where each starts one of its own."""


class Clipboard(Model):
    text_copied = Signal(str, str, str)
    """The text, the sentence that tells of it, and small print."""
    files_copied = Signal(object)
    """Paths."""
    picture_wanted = Signal(object)
    """A Row whose shown picture, or shown frame, is to be copied."""
    selection_wanted = Signal(object)
    """Paths of files to point at in the system's file manager."""
    folder_wanted = Signal(object)
    """Path of a folder to open, where what lay in it is gone."""
    system_wanted = Signal(object)
    """Paths to open with the system's own program for them."""
    launch_wanted = Signal(str, object)
    """A program's name, and Launches."""

    def __init__(
        self, cases: UseCases, runner: Runner, parent: QObject | None = None, *, platform: str = sys.platform
    ) -> None:
        super().__init__(cases, runner, parent)
        self._platform = platform
        self._kinds: QMimeDatabase | None = None

    @property
    def lists_programs(self) -> bool:
        """Whether *Open with* is a menu of programs; else the system asks itself."""
        return self._system_dialog(Path()) is None

    def take(self, report: Report) -> None:
        """What a command gave that leaves the window."""
        if report.text:
            self.text_copied.emit(report.text, str(report.said), report.detail)
        if report.picture_of is not None:
            self.picture_wanted.emit(report.picture_of)
        paths = list(report.paths)
        match report.use:
            case Use.SHOW if paths:
                self.selection_wanted.emit(paths)
            case Use.SHOW if report.folder is not None:
                self.folder_wanted.emit(report.folder)
            case Use.OPEN if paths:
                self.system_wanted.emit(paths)
            case Use.CHOOSE_PROGRAM if paths and (dialog := self._system_dialog(paths[0])) is not None:
                self.launch_wanted.emit("The system's dialog", [dialog])
            case Use.COPY if paths:
                self.files_copied.emit(paths)

    def programs(self, paths: Sequence[Path], done: Callable[[list[Application]], None]) -> None:
        """The system's programs that take all of these files; what was used last first."""
        kinds = list(dict.fromkeys(map(self._kind, paths)))
        self._runner(self._cases.applications.taking(kinds), "look for programs", done=done)

    def open_with(self, program: Application, paths: Sequence[Path]) -> None:
        """Starts one of them with these files."""
        try:
            launches = self._cases.applications.launches(program, paths)
        except RunwayDesktopError as error:
            self._cases.bus.tell(Notice(error.in_words(), error.detail, is_problem=True))
            return
        if len(launches) > MOST_OPENED:
            self._cases.bus.tell(Notice(f"Only the first {MOST_OPENED} files are opened."))
        self._cases.applications.note_used(program)
        self.launch_wanted.emit(program.name, launches[:MOST_OPENED])

    def _kind(self, path: Path) -> tuple[str, ...]:
        """The names of the file's kind, by the file's name, the most special first."""
        if self._kinds is None:
            self._kinds = QMimeDatabase()
        kind = self._kinds.mimeTypeForFile(path.name, QMimeDatabase.MatchMode.MatchExtension)
        return (kind.name(), *kind.aliases(), *kind.allAncestors())

    def _system_dialog(self, path: Path) -> Launch | None:
        return self._cases.applications.system_dialog(self._platform, path)
