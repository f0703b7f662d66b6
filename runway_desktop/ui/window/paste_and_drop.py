"""Input by drop or paste: a copied picture is saved as a file first; everything else is passed on. GUI thread only;
raises nothing."""

from __future__ import annotations

import itertools
import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QImage

from runway_desktop.texts import _
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.mime_data import read
from runway_desktop.usecases.use_cases import Memory
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands

_PATIENCE = 10.0
"""Seconds that closing waits for a picture being written, since it exists nowhere else."""


class PasteAndDrop(QObject):
    def __init__(self, task_commands: TaskCommands, memory: Memory, parent: QObject) -> None:
        super().__init__(parent)
        self._task_commands = task_commands
        self._memory = memory
        self._workers: Workers | None = None

    def take(self, mime: QMimeData, to_field: str = "", at: int | None = None) -> None:
        """Takes the data, optionally for a field, replacing its input `at`."""
        dropped = read(mime)
        if not dropped:
            self._task_commands.tell(_("There is nothing to use in it."), problem=True)
            return
        if dropped.image is not None:
            # Copied: the clipboard's memory must not be read on another thread.
            image, folder = dropped.image.copy(), self._memory.library / "Pasted pictures"
            if self._workers is None:
                # One thread, so that two pictures of the same second get different names.
                self._workers = Workers(self, threads=1, patience=_PATIENCE)
            then = partial(self._picture_kept, to_field, at)
            self._workers.run(partial(_keep, image, folder), then, at=folder)
            return
        self._task_commands.take(
            paths=dropped.paths,
            urls=dropped.urls,
            text=dropped.text,
            to_field=to_field,
            at=at,
            are_results=dropped.is_ours,
        )

    def shutdown(self) -> None:
        """Call before the application quits. Waits for a picture being written, unless its drive does not respond."""
        if self._workers is not None:
            self._workers.shutdown()

    def _picture_kept(self, to_field: str, at: int | None, path: Path | None) -> None:
        if path is None:
            self._task_commands.tell(
                _("The copied picture could not be saved. Save it as a file and drop that."), problem=True
            )
        else:
            self._task_commands.take(paths=[path], to_field=to_field, at=at)


def _keep(image: QImage, folder: Path) -> Path | None:
    """Saves the picture in the folder, which is created; None on failure. On a worker."""
    stem = f"pasted {time.strftime('%Y-%m-%d %H-%M-%S')}"
    names = itertools.chain([stem], (f"{stem} {number}" for number in itertools.count(2)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = next(path for name in names if not (path := folder / f"{name}.png").exists())
        return path if image.save(str(path)) else None
    except OSError:
        return None
