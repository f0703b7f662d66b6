"""Signals for what leaves the window: text, files and pictures to copy, files to open or to show in their folder.

The window carries them out. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Signal

from runway_desktop.usecases.commands.task_command import Report, Use
from runway_desktop.viewmodels.model import Model


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
            case Use.COPY if paths:
                self.files_copied.emit(paths)
