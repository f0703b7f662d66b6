"""Notices about the library's folder: one while it is unusable, with possible actions, and one when it works again. GUI
thread only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from runway_desktop.usecases.words.folders import FolderTrouble
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.folder_watch import FolderWatch


class LibraryNotices(QObject):
    def __init__(self, watch: FolderWatch, activity: Activity, parent: QObject) -> None:
        super().__init__(parent)
        self._watch = watch
        self._activity = activity
        self._told: int | None = None
        """Number of the current notice about a problem."""
        watch.troubled.connect(self._troubled)
        watch.mended.connect(self._mended)
        watch.show_wanted.connect(self._show_folder)

    def _troubled(self, trouble: FolderTrouble) -> None:
        self._end()
        first, *others = trouble.ways
        self._told = self._activity.tell(
            trouble.message,
            trouble.detail,
            problem=True,
            action_text=first.value,
            on_action=partial(self._watch.take, first),
            also=[(way.value, partial(self._watch.take, way)) for way in others],
            short=trouble.short,
        )

    def _mended(self, sentence: str) -> None:
        self._end()
        if sentence:
            self._activity.tell(sentence)

    def _end(self) -> None:
        self._activity.end(self._told)
        self._told = None

    def _show_folder(self, folder: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._activity.tell(f"The folder could not be opened: {folder}", problem=True)
