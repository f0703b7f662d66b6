"""Posters of rows and cells: an LRU cache of pictures by size, decoded on worker threads, and clips that are scrubbed
while the pointer moves across their poster. GUI thread only.

`picture` returns a cached picture at once, else starts loading; `ready` is emitted when a repaint would show it. One
picture is decoded per drive at a time, so a drive that does not respond delays only its own.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property, partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.task import Output
from runway_desktop.services.disk.disk_threads import drive_at
from runway_desktop.ui.building import timer
from runway_desktop.ui.media.strips import Strips
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.painting import rounded, square_in
from runway_desktop.ui.picture_reader import open_reader
from runway_desktop.ui.theme import GRID, Role, Theme

Key = tuple[str, int, int, bool]
"""Path, width and height in pixels into which the picture is fitted, or, if True, which it covers."""

MOST = 600
"""Maximum number of pictures."""
MOST_PIXELS = 12_000_000
"""Maximum sum of pixels, about 48 MB."""
MOST_WAITING = 120
"""Maximum queue of pictures to decode; beyond it the oldest request, long scrolled away, is dropped."""
REST_MS = 40
"""Delay before frames are requested, so that a passing pointer decodes nothing."""
_MARK = QColor(255, 255, 255, 220)
"""Mark on a picture, the same in both themes."""


class PosterCache(QObject):
    ready = Signal(str)
    """Path whose picture is available now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: OrderedDict[Key, QPixmap | None] = OrderedDict()
        self._pixels = 0
        self._waiting: OrderedDict[Key, str] = OrderedDict()
        """Queued pictures, with their drives."""
        self._decoding: dict[str, Key] = {}
        self._workers = Workers(self, threads=1)

    @cached_property
    def strips(self) -> Strips:
        """Frames of clips for scrubbing; created on first use."""
        return Strips(self)

    def picture(self, path: str, size: QSize, scale: float, *, covers: bool = False) -> QPixmap | None:
        """The picture fitted into `size` device-independent pixels, or cut to it (`covers`); None while loading and if
        unreadable."""
        if not path:
            return None
        pixels = size * scale
        key = (path, pixels.width(), pixels.height(), covers)
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        # The latest request is decoded first, because it is visible.
        if key in self._waiting:
            self._waiting.move_to_end(key)
        elif key not in self._decoding.values():
            self._waiting[key] = drive_at(Path(path))
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        self._decode()
        return None

    def paint(self, painter: QPainter, box: QRect, path: str, opacity: float = 1.0, *, covers: bool = False) -> bool:
        """Paints the picture centered in `box`, or cut to it (`covers`); False if there is none yet."""
        scale = painter.device().devicePixelRatioF()
        picture = self.picture(path, box.size(), scale, covers=covers)
        if picture is None:
            return False
        target = QRect(0, 0, round(picture.width() / scale), round(picture.height() / scale))
        target.moveCenter(box.center())
        painter.setOpacity(opacity)
        painter.drawPixmap(target, picture)
        painter.setOpacity(1.0)
        return True

    def _decode(self) -> None:
        for key, drive in reversed(list(self._waiting.items())):
            if drive not in self._decoding:
                del self._waiting[key]
                self._decoding[drive] = key
                self._workers.run(partial(load, key), partial(self._keep, drive, key), at=Path(key[0]))

    def shutdown(self) -> None:
        if "strips" in vars(self):
            self.strips.shutdown()
        self._waiting.clear()
        self._workers.shutdown()

    def _keep(self, drive: str, key: Key, image: QImage) -> None:
        self._decoding.pop(drive, None)
        self._waiting.pop(key, None)
        self._pictures[key] = None if image.isNull() else QPixmap.fromImage(image)
        self._pixels += image.width() * image.height()
        while len(self._pictures) > MOST or (self._pixels > MOST_PIXELS and len(self._pictures) > 1):
            self._drop(next(iter(self._pictures)))
        self.ready.emit(key[0])
        self._decode()

    def _drop(self, key: Key) -> None:
        picture = self._pictures.pop(key)
        if picture is not None:
            self._pixels -= picture.width() * picture.height()


def load(key: Key) -> QImage:
    """Decodes a picture, on a worker; a null image if unreadable."""
    path, width, height, covers = key
    if not Path(path).is_file():
        return QImage()
    reader = open_reader(Path(path))
    size = reader.size()
    if size.isValid():
        mode = Qt.AspectRatioMode
        fitted = size.scaled(width, height, mode.KeepAspectRatioByExpanding if covers else mode.KeepAspectRatio)
        reader.setScaledSize(fitted)
        if covers:
            cut = QRect(0, 0, width, height)
            cut.moveCenter(QRect(QPoint(0, 0), fitted).center())
            reader.setScaledClipRect(cut)
    return reader.read()


class PosterBox(QWidget):
    """A picture in a box of its own, or an icon."""

    def __init__(
        self, theme: Theme, posters: PosterCache, size: QSize, parent: QWidget, *, covers: bool = False
    ) -> None:
        """`covers`: the picture is cut to the box."""
        super().__init__(parent)
        self._theme = theme
        self._posters = posters
        self._covers = covers
        self._shown = ("", "")
        self.setFixedSize(size)
        posters.ready.connect(self._made)

    def _made(self, path: str) -> None:
        # A method, which Qt disconnects with the box.
        if path == self._shown[0]:
            self.update()

    def show_picture(self, path: str, icon: str = "") -> None:
        """`icon` is shown without a picture."""
        self._shown = (path, icon)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, (path, icon) = QPainter(self), self._shown
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(rounded(self.rect(), 5))
        painter.fillRect(self.rect(), self._theme.color(Role.MEDIA))
        if not self._posters.paint(painter, self.rect(), path, covers=self._covers) and icon:
            self._theme.icon(icon, Role.FAINT).paint(painter, square_in(self.rect(), 3 * GRID))


class HoverScrub(QObject):
    moved_on = Signal()
    """The frame changed or is gone."""

    def __init__(self, theme: Theme, posters: PosterCache, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._posters = posters
        self._clip = ("", "")
        self._fraction = 0.0
        self._rest = timer(self, REST_MS, self._ask)
        self._listens = False

    @property
    def path(self) -> str:
        """Path of the clip under the pointer; empty without one."""
        return self._clip[0]

    def over(self, clip: Output | None, point: QPoint, poster: QRect) -> None:
        """Call on each mouse move. Scrubs if `point` is on the clip's `poster`, unless motion is reduced."""
        if self._theme.is_calm:
            clip = None
        if clip is not None:
            # Already in the row: the pointer reaches the poster 0.1 s later, and needs a frame still later.
            self._posters.strips.warm()
        if clip is None or not poster.contains(point):
            self.leave()
            return
        self._fraction = (point.x() - poster.left()) / max(1, poster.width() - 1)
        if clip.path != self.path:
            self._clip = (clip.path, clip.poster)
            self._rest.start()
        self.moved_on.emit()

    def leave(self) -> None:
        if self.path:
            self._clip = ("", "")
            self._rest.stop()
            self.moved_on.emit()

    def image(self) -> QImage | None:
        """The frame at the pointer, or None."""
        return self._posters.strips.at_fraction(self.path, self._fraction) if self.path else None

    def paint(self, painter: QPainter, box: QRect) -> bool:
        """Paints the frame centered in `box`, with a position mark. False if there is no frame."""
        frame = self.image()
        if frame is None:
            return False
        size = frame.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(box.center())
        painter.drawImage(target, frame)
        painter.fillRect(QRectF(box.left() + self._fraction * (box.width() - 2), box.top(), 2, box.height()), _MARK)
        return True

    def _ask(self) -> None:
        strips = self._posters.strips
        if not self._listens:
            self._listens = True
            strips.grown.connect(self._grown)
        strips.want(self._clip)

    def _grown(self, path: str) -> None:
        if path == self.path:
            self.moved_on.emit()
