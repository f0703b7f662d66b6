"""MIME formats of drags. Rows of the list only carry a marker; the receiver asks the window which they are."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDropEvent

ROWS = "application/x-runway-desktop-rows"


def has_rows(mime: QMimeData) -> bool:
    return mime.hasFormat(ROWS)


def take_copy(event: QDropEvent) -> None:
    """Accepts a drag or drop as a copy: what was dragged stays where it is."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def paths_in(mime: QMimeData) -> list[Path]:
    """Dragged or copied files of this machine."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def accepts(mime: QMimeData) -> bool:
    return mime.hasUrls() or mime.hasText() or mime.hasImage()
