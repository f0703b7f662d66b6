"""Drags results out of the window as files, for editors, file managers and chats. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QMimeData, QMimeDatabase, QPoint, QPointF, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QCursor,
    QDrag,
    QFont,
    QFontMetrics,
    QImage,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import QToolTip, QWidget

from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.texts import number
from runway_desktop.ui.lifted_rows import ROWS
from runway_desktop.ui.painting import rounded
from runway_desktop.ui.picture_reader import open_reader
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.commands.drag_payload import DragPayload
from runway_desktop.usecases.words.plain import tip

OURS = "application/x-runway-desktop-result"
"""Format that marks a drag from this program."""
DRAG_SIDE = 128
"""Long side of the drag picture, in pixels."""
_QT_IMAGE = "application/x-qt-image"
_BYTES_SUFFICE = ("image/png", "image/jpeg", "image/webp")
"""Formats that other programs accept as raw file bytes."""
_LABEL_WIDTH = 24 * GRID
_RADIUS = 6.0


class FileMime(QMimeData):
    """MIME data of files: URLs, paths as text, and for a single picture also its content, for browsers and editors. The
    picture is read on demand."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self.setText("\n".join(str(path) for path in paths))
        self.setData(OURS, QByteArray(b"1"))
        self._picture = paths[0] if len(paths) == 1 else None
        self._kind = _picture_kind(paths[0]) if len(paths) == 1 else ""

    def formats(self) -> list[str]:
        own = [self._kind] if self._kind in _BYTES_SUFFICE else []
        return [*super().formats(), *own, *([_QT_IMAGE] if self._kind else [])]

    def hasFormat(self, mimetype: str) -> bool:
        return mimetype in self.formats()

    def retrieveData(self, mimetype: str, preferred: Any) -> object:
        if self._picture is not None and self._kind and mimetype == _QT_IMAGE:
            return open_reader(self._picture).read()
        if self._picture is not None and self._kind and mimetype == self._kind:
            try:
                return QByteArray(self._picture.read_bytes())
            except OSError:
                # Deleted between press and drop; the URL is still offered, and the target reports it.
                return QByteArray()
        return super().retrieveData(mimetype, preferred)


def copied_files(paths: Sequence[Path], text: str = "") -> QMimeData:
    """MIME data of copied files in the formats of file managers. `text` is for programs that take no files; without
    any, the paths are."""
    mime = FileMime(paths)
    if text:
        mime.setText(text)
    links = "\n".join(bytes(url.toEncoded().data()).decode() for url in mime.urls())
    mime.setData("x-special/gnome-copied-files", QByteArray(f"copy\n{links}".encode()))
    mime.setData("application/x-kde-cutselection", QByteArray(b"0"))
    return mime


def is_ours(mime: QMimeData) -> bool:
    return mime.hasFormat(OURS)


def drag_picture(theme: Theme, image: QImage, label: str, count: int, ratio: float) -> QPixmap:
    """Picture at the pointer for a device pixel ratio: a scaled copy, the number of files if several, and the label. A
    null image leaves only the label."""
    small = _scaled(image, ratio)
    size = small.deviceIndependentSize().toSize() if not small.isNull() else QSize(0, 0)
    font = theme.small_font()
    metrics = QFontMetrics(font)
    words = metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, _LABEL_WIDTH)
    line = QSize(metrics.horizontalAdvance(words) + 2 * GRID, metrics.height() + GRID)
    gap = GRID // 2 if not small.isNull() else 0
    whole = QSize(max(size.width(), line.width()), size.height() + gap + line.height())
    pixmap = QPixmap(whole * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    rect = QRectF(QPointF((whole.width() - size.width()) / 2, 0), size.toSizeF())
    if not small.isNull():
        painter.setClipPath(rounded(rect, _RADIUS))
        painter.drawPixmap(rect.topLeft(), small)
        painter.setClipping(False)
    box = QRectF(QPointF((whole.width() - line.width()) / 2, size.height() + gap), line.toSizeF())
    _plate(painter, box, theme.color(Role.RAISED), theme.color(Role.BORDER), theme.color(Role.TEXT), words, font)
    if count > 1 and not small.isNull():
        side = float(metrics.height() + GRID // 2)
        width = max(side, metrics.horizontalAdvance(number(count)) + GRID)
        corner = QRectF(rect.right() - width - GRID // 2, rect.top() + GRID // 2, width, side)
        accent = theme.color(Role.ACCENT)
        _plate(painter, corner, accent, accent, theme.color(Role.ON_ACCENT), number(count), font)
    painter.end()
    return pixmap


def start_drag(widget: QWidget, theme: Theme, payload: DragPayload, image: QImage | None = None) -> bool:
    """Drags copies of files. Only the copy action is offered, so that nothing can be moved out of the library. Missing
    files are omitted; if none is left, a tool tip says why, and it returns False.

    Call it from a mouse event, never from a coroutine: Qt runs a nested event loop until the drop.
    """
    look = QuickLook()
    payload = payload.without({path for path in payload.paths if not look.is_file(path)})
    if payload.refusal:
        QToolTip.showText(QCursor.pos(), tip(payload.refusal), widget)
        return False
    picture = image if image is not None else _decoded(payload.poster, look)
    drag = QDrag(widget)
    drag.setMimeData(FileMime(payload.paths))
    pixmap = drag_picture(theme, picture, payload.label, len(payload.paths), widget.devicePixelRatioF())
    drag.setPixmap(pixmap)
    drag.setHotSpot(QPoint(pixmap.deviceIndependentSize().toSize().width() // 2, 0))
    drag.exec(Qt.DropAction.CopyAction)
    return True


def lift_rows(widget: QWidget, theme: Theme, payload: DragPayload, label: str, poster: str, count: int) -> None:
    """Drags rows of the list, with their files; `poster` is the first row's picture. Returns after the drop, or Escape.

    Call it from a mouse event, never from a coroutine: Qt runs a nested event loop until the drop.
    """
    look = QuickLook()
    payload = payload.without({path for path in payload.paths if not look.is_file(path)})
    mime = FileMime(payload.paths) if payload.paths else QMimeData()
    mime.setData(ROWS, QByteArray(b"1"))
    drag = QDrag(widget)
    drag.setMimeData(mime)
    pixmap = drag_picture(theme, _decoded(poster, look), label, count, widget.devicePixelRatioF())
    drag.setPixmap(pixmap)
    drag.setHotSpot(QPoint(-GRID, -GRID))
    drag.exec(Qt.DropAction.CopyAction)


def _plate(
    painter: QPainter, box: QRectF, ground: QColor, edge: QColor, color: QColor, words: str, font: QFont
) -> None:
    painter.setPen(edge)
    painter.setBrush(ground)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
    painter.setPen(color)
    painter.setFont(font)
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)


def _scaled(image: QImage, ratio: float) -> QPixmap:
    if image.isNull():
        return QPixmap()
    side = round(DRAG_SIDE * ratio)
    small = image.scaled(
        QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    small.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(small)


def _decoded(poster: str, look: QuickLook) -> QImage:
    """The poster, decoded when the drag starts. A large picture is decoded at a fraction of its size, to avoid
    a delay."""
    if not poster or not look.is_file(Path(poster)):
        return QImage()
    reader = open_reader(Path(poster))
    size = reader.size()
    if not size.isValid():
        return QImage()
    wanted = size.scaled(2 * DRAG_SIDE, 2 * DRAG_SIDE, Qt.AspectRatioMode.KeepAspectRatio)
    if wanted.width() < size.width():
        reader.setScaledSize(wanted)
    return reader.read()


def _picture_kind(path: Path) -> str:
    """MIME type of a picture by its name, such as "image/png"; empty for other files."""
    kind = QMimeDatabase().mimeTypeForFile(path.name, QMimeDatabase.MatchMode.MatchExtension).name()
    return kind if kind.startswith("image/") and kind != "image/svg+xml" else ""
