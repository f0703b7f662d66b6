"""Small pictures for rows, decoded in a worker and kept by size. GUI thread; the decoding is not.

`picture` answers at once with what is there, else starts loading and says `ready` when a repaint of it is worth it.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal, SignalInstance
from PySide6.QtGui import QImage, QImageReader, QPixmap

from runway_desktop.ui.media.first_use import prepare_for_threads

MOST = 600
"""Pictures kept, whatever their size."""
MOST_PIXELS = 12_000_000
"""Of all pictures kept together: about 48 MB."""
MOST_WAITING = 120
"""Pictures that wait to be decoded; beyond that the oldest wish, long scrolled past, is dropped."""


class PosterCache(QObject):
    ready = Signal(str)
    """The path whose picture is there now."""
    _loaded = Signal(object, QImage)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: OrderedDict[tuple[str, int, int], QPixmap | None] = OrderedDict()
        self._pixels = 0
        self._waiting: OrderedDict[tuple[str, int, int], None] = OrderedDict()
        self._decoding = False
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
        # What is wished for last is decoded first: it is what is in sight.
        self._waiting[key] = None
        self._waiting.move_to_end(key)
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        self._decode()
        return None

    def _decode(self) -> None:
        if not self._decoding and self._waiting:
            self._decoding = True
            prepare_for_threads()
            key, _ = self._waiting.popitem()
            self._pool.start(_Load(key, self._loaded))

    def forget(self, path: str) -> None:
        for key in [key for key in self._pictures if key[0] == path]:
            self._drop(key)

    def shutdown(self) -> None:
        self._waiting.clear()
        self._pool.clear()
        self._pool.waitForDone(2000)

    def _keep(self, key: tuple[str, int, int], image: QImage) -> None:
        self._decoding = False
        self._waiting.pop(key, None)
        self._pictures[key] = None if image.isNull() else QPixmap.fromImage(image)
        self._pixels += image.width() * image.height()
        while len(self._pictures) > MOST or (self._pixels > MOST_PIXELS and len(self._pictures) > 1):
            self._drop(next(iter(self._pictures)))
        self.ready.emit(key[0])
        self._decode()

    def _drop(self, key: tuple[str, int, int]) -> None:
        picture = self._pictures.pop(key)
        if picture is not None:
            self._pixels -= picture.width() * picture.height()


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
