"""Taking results out of the window: as files, so that an editor, a file window or a chat takes them. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QDrag, QImage, QPixmap
from PySide6.QtWidgets import QWidget

DRAG_SIDE = 128
"""Pixels of the long side of the picture under the pointer."""


def file_mime(paths: Sequence[Path]) -> QMimeData:
    """The files as links, and their paths as text for programs that take only that."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    mime.setText("\n".join(str(path) for path in paths))
    return mime


def drag_pixmap(image: QImage, ratio: float) -> QPixmap:
    """A small copy for the pointer, for a screen of that many pixels a point. A null image gives a null pixmap."""
    if image.isNull():
        return QPixmap()
    side = round(DRAG_SIDE * ratio)
    small = image.scaled(
        QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    small.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(small)


def start_file_drag(widget: QWidget, paths: Sequence[Path], pixmap: QPixmap | None = None) -> None:
    """Hands over copies, never the originals: only copying is offered. Nothing happens when no file is there.

    Call it from a mouse event, never from a coroutine: Qt runs the drag in a loop of its own until the drop.
    """
    there = [path for path in paths if path.is_file()]
    if not there:
        return
    drag = QDrag(widget)
    drag.setMimeData(file_mime(there))
    if pixmap is not None and not pixmap.isNull():
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(pixmap.deviceIndependentSize().toSize().width() // 2, 0))
    drag.exec(Qt.DropAction.CopyAction)
