"""Worker threads for slow reading (decoding pictures, measuring sound), with results delivered on the GUI thread.

Each drive has its own threads, so one that does not respond delays only its own files; closing abandons work that
hangs. `then` runs on the GUI thread, in order of completion. Exceptions of the work are raised again there, for the
program's last-resort handlers; expected errors must be returned as values.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

from runway_desktop.services.disk.disk_threads import DriveThreads, drive_at

_SIDE = 8


@cache
def prepare_for_threads() -> None:
    """Uses once what threads use of Qt: PySide creates enums and types at first use, which is not thread-safe and
    crashed. GUI thread, before the first worker; a few milliseconds, once."""
    image = _drawn()
    png = QByteArray()
    buffer = QBuffer(png)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.setText("Title", "text")
    image.save(buffer, "PNG", -1)  # type: ignore[call-overload]
    bytes(png.data())
    buffer.close()
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    _read(QImageReader(buffer, QByteArray(b"png")))
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
    bits = bytes(image.constBits())
    return QImage(bits, _SIDE, _SIDE, 4 * _SIDE, QImage.Format.Format_ARGB32_Premultiplied).copy()


def _read(reader: QImageReader) -> None:
    # While True, Qt loads a plugin for every known format.
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    bytes(reader.format().data())
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


Result = TypeVar("Result")

PATIENCE = 2.0
"""Seconds that closing waits for running work on a drive."""


class Workers(QObject):
    """At most `threads` run per drive at a time."""

    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None, threads: int = 2, *, patience: float = PATIENCE) -> None:
        super().__init__(parent)
        self._threads = DriveThreads(threads, "media", patience)
        self._waiting: dict[Future[Any], Callable[[Any], None]] = {}
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self, work: Callable[[], Result], then: Callable[[Result], None], *, at: Path | None = None
    ) -> Future[Result] | None:
        """Starts `work` on a thread of the drive of `at`; None means no disk access. Returns a future that cancels work
        not yet started; None after `shutdown`. GUI thread only."""
        if self._closed:
            return None
        prepare_for_threads()
        future = self._threads.submit(drive_at(at), work)
        self._waiting[future] = then
        future.add_done_callback(self._report)
        return future

    def shutdown(self) -> None:
        """Drops work not yet started and waits up to `patience` for the rest. Late results are discarded."""
        self._closed = True
        self._waiting.clear()
        self._threads.shutdown()

    def _report(self, future: Future[Any]) -> None:
        if not self._closed:
            self._finished.emit(future)

    @Slot(object)
    def _deliver(self, future: Future[Any]) -> None:
        then = self._waiting.pop(future, None)
        if then is None:
            return
        try:
            result = future.result()
        except CancelledError:
            return
        then(result)
