"""The submenu *Open with*: the system's programs for some files, what was used last first. GUI thread.

It is filled when it opens: finding the programs reads the disk, in a worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QWidget
from shiboken6 import isValid

from runway_desktop.ui.theme import Role, Theme
from runway_desktop.viewmodels.tasks.clipboard import Clipboard

if TYPE_CHECKING:
    from runway_desktop.domain.outputs import Application

MOST = 16


class ProgramsMenu(QMenu):
    def __init__(self, handing: Clipboard, paths: Sequence[Path], theme: Theme, parent: QWidget) -> None:
        super().__init__("Open with", parent)
        self._handing = handing
        self._paths = tuple(paths)
        self._theme = theme
        self._is_filled = False
        self.setIcon(theme.icon("mdi6.open-in-app", Role.MUTED))
        self.addAction("Looking for programs…").setEnabled(False)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        if not self._is_filled:
            self._is_filled = True
            self._handing.programs(self._paths, self._show)

    def _show(self, programs: list[Application]) -> None:
        if not isValid(self):
            # The menu was closed before the answer came.
            return
        self.clear()
        for program in programs[:MOST]:
            action = self.addAction(program.name, lambda program=program: self._handing.open_with(program, self._paths))
            action.setIcon(_icon(program.icon))
        if not programs:
            self.addAction("The system knows no program for this").setEnabled(False)


def _icon(name: str) -> QIcon:
    return QIcon(name) if name.startswith("/") else QIcon.fromTheme(name)
