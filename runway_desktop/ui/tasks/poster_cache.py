"""Small pictures for rows, decoded in a worker and kept by size. GUI thread; the decoding is not.

`picture` answers at once with what is there, else starts loading and says `ready` when a repaint is worth it.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal, SignalInstance
from PySide6.QtGui import QImage, QImageReader, QPixmap

MOST = 600
"""Pictures kept; at 96 × 54 and a scale of 2 about 50 MB."""


class PosterCache(QObject):
    ready = Signal()
    _loaded = Signal(object, QImage)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: OrderedDict[tuple[str, int, int], QPixmap | None] = OrderedDict()
        self._pending: set[tuple[str, int, int]] = set()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._loaded.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def picture(self, path: str, size: QSize, scale: float) -> QPixmap | None:
        """The picture fitted into `size` logical pixels; None while it loads and when it cannot be read."""
        if not path:
            return None
        pixels = size * scale
        key = (path, pixels.width(), pixels.height())
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        if key not in self._pending:
            self._pending.add(key)
            self._pool.start(_Load(key, self._loaded))
        return None

    def forget(self, path: str) -> None:
        for key in [key for key in self._pictures if key[0] == path]:
            del self._pictures[key]

    def shutdown(self) -> None:
        self._pool.clear()
        self._pool.waitForDone(2000)

    def _keep(self, key: tuple[str, int, int], image: QImage) -> None:
        self._pending.discard(key)
        self._pictures[key] = None if image.isNull() else QPixmap.fromImage(image)
        while len(self._pictures) > MOST:
            self._pictures.popitem(last=False)
        self.ready.emit()


class _Load(QRunnable):
    def __init__(self, key: tuple[str, int, int], loaded: SignalInstance) -> None:
        super().__init__()
        self._key = key
        self._loaded = loaded

    def run(self) -> None:
        path, width, height = self._key
        image = QImage()
        if Path(path).is_file():
            reader = QImageReader(path)
            reader.setAutoTransform(True)
            size = reader.size()
            if size.isValid():
                reader.setScaledSize(size.scaled(width, height, Qt.AspectRatioMode.KeepAspectRatio))
            image = reader.read()
        self._loaded.emit(self._key, image)
