"""What comes into the window by drop or paste: a copied picture becomes a file first, all else goes to the desk as it
is. GUI thread; raises nothing.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QGuiApplication

from runway_desktop.ui.inputs.pasted import PictureKeeper
from runway_desktop.usecases.window_memory import Memory
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands


class PasteAndDrop(QObject):
    def __init__(self, desk: TaskCommands, memory: Memory, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._memory = memory
        self._pictures = PictureKeeper(self)

    def take(self, mime: QMimeData, to_field: str = "", at: int | None = None) -> None:
        """For a field, in the place of its input `at`, where those are named."""
        from runway_desktop.ui.mime_data import read

        dropped = read(mime)
        if not dropped:
            self._desk.tell("There was nothing in it that could be used.", problem=True)
            return
        if dropped.image is not None:
            # The clipboard's own memory must not be read from another thread.
            image, folder = dropped.image.copy(), self._memory.library / "Pasted pictures"
            self._pictures.keep(image, folder, lambda path: self._picture_kept(path, to_field, at))
            return
        self._desk.take(
            paths=dropped.paths,
            urls=dropped.urls,
            text=dropped.text,
            html=dropped.html,
            to_field=to_field,
            at=at,
            are_results=dropped.is_ours,
        )

    def paste(self) -> None:
        self.take(QGuiApplication.clipboard().mimeData())

    def shutdown(self) -> None:
        """Before the application ends. Waits for the picture that is being written."""
        self._pictures.shutdown()

    def _picture_kept(self, path: Path | None, to_field: str, at: int | None) -> None:
        if path is None:
            self._desk.tell("The copied picture could not be kept. Save it as a file and drop that.", problem=True)
        else:
            self._desk.take(paths=[path], to_field=to_field, at=at)
