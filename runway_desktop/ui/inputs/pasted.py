"""Keeps a copied picture as a file of the library, so that its request can be repeated later.

Encoding a screenshot takes a good part of a second: it is done on a worker, one picture after the other. GUI thread;
raises nothing, `then` gets None for what cannot be kept.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from runway_desktop.ui.media.workers import Workers

_PATIENCE = 10.0
"""Seconds that closing waits for the picture that is being written, which lies nowhere else."""


class PictureKeeper(QObject):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._workers: Workers | None = None

    def keep(self, image: QImage, folder: Path, then: Callable[[Path | None], None]) -> None:
        """Writes the picture into the folder, which is made; `then` gets its path, always later."""
        if self._workers is None:
            # One thread, so that two pictures of one second never want the same name.
            self._workers = Workers(self, threads=1, patience=_PATIENCE)
        self._workers.run(partial(_keep, image, folder), then, at=folder)

    def shutdown(self) -> None:
        """Before the application ends. Waits for the picture that is being written, if its drive answers."""
        if self._workers is not None:
            self._workers.shutdown()


def _keep(image: QImage, folder: Path) -> Path | None:
    """On a worker."""
    stem = f"pasted {time.strftime('%Y-%m-%d %H-%M-%S')}"
    names = itertools.chain([stem], (f"{stem} {number}" for number in itertools.count(2)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = next(path for name in names if not (path := folder / f"{name}.png").exists())
        return path if image.save(str(path)) else None
    except OSError:
        return None
