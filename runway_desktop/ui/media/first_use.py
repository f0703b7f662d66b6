"""What threads may use of Qt, used once where it is safe.

PySide makes its classes, enums and converters when they are first asked for, and two threads that ask at once end the
program: a null is followed in `mangled_type_getattro` (6.10.3; 22 of 25 runs in which four threads asked a fresh
reader for its transformation). So whatever a worker does with pictures is done here first, on a picture of a few
pixels. Of playing only the frame is named: whoever has one has imported it.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

_SIDE = 8


@cache
def prepare_for_threads() -> None:
    """GUI thread, before the first worker starts. A few milliseconds, once."""
    image = _drawn()
    png = QByteArray()
    buffer = QBuffer(png)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.setText("Title", "text")
    image.save(buffer, "PNG", -1)  # type: ignore[call-overload]
    bytes(png.data())
    buffer.close()
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    _read(QImageReader(buffer))
    _reshaped(image)


def _drawn() -> QImage:
    image = QImage(QSize(_SIDE, _SIDE), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(0, 0, 0))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(255, 255, 255))
    painter.setBrush(QColor(255, 255, 255))
    field = QRectF(image.rect()).adjusted(1, 1, -1, -1)
    painter.fillRect(field, QColor(255, 255, 255))
    painter.drawRoundedRect(field, 1, 1)
    painter.drawLine(0, 0, 1, 1)
    painter.drawImage(0, 0, QImage(image))
    painter.end()
    return image


def _read(reader: QImageReader) -> None:
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    reader.canRead()
    reader.text("Title")
    size = reader.size()
    _ = reader.transformation().value
    scaled = size.transposed().scaled(_SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
    reader.setScaledSize(scaled)
    reader.read()
    reader.errorString()


def _reshaped(image: QImage) -> None:
    for mode in (Qt.AspectRatioMode.KeepAspectRatio, Qt.AspectRatioMode.IgnoreAspectRatio):
        image.scaled(4, 4, mode, Qt.TransformationMode.SmoothTransformation)
        image.scaled(QSize(4, 4), mode, Qt.TransformationMode.SmoothTransformation)
    small = image.scaled(4, 4).convertToFormat(QImage.Format.Format_Grayscale8)
    small.pixelColor(0, 0).value()
    small.pixelColor(0, 0).alpha()
    small.convertTo(QImage.Format.Format_RGB32)
    small.setDevicePixelRatio(1)
    small.hasAlphaChannel()
