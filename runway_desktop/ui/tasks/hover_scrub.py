"""The clip whose poster the pointer crosses: how far across is how far into the clip.

Frames come from `ui.media.strips`, made when a pointer first rests on a clip; until the first one is there the poster
stands. GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from runway_desktop.domain.task import Output
from runway_desktop.ui.theme import Theme

from .poster_cache import PosterCache

REST_MS = 40
"""So long the pointer is on a clip before its frames are asked for: one that only passes decodes nothing."""
_MARK = QColor(255, 255, 255, 220)
"""On a picture, in either theme."""


class HoverScrub(QObject):
    moved_on = Signal()
    """There is another frame, or none any more."""

    def __init__(self, theme: Theme, posters: PosterCache, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._posters = posters
        self._clip = ("", "")
        self._fraction = 0.0
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)
        self._listens = False

    @property
    def path(self) -> str:
        """Of the clip under the pointer; empty while there is none."""
        return self._clip[0]

    def over(self, clip: Output | None, point: QPoint, poster: QRect) -> None:
        """The pointer is at a point; it scrubs where that is on the poster of a clip, unless motion is reduced."""
        if self._theme.is_calm:
            clip = None
        if clip is not None:
            # In the row of a clip, anywhere: from there it is a tenth of a second to the poster, and more to a frame.
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
        """The frame under the pointer; None while there is none."""
        return self._posters.strips.at_fraction(self.path, self._fraction) if self.path else None

    def paint(self, painter: QPainter, box: QRect) -> bool:
        """The frame in the middle of `box`, with a mark of where in the clip it is. False while there is none."""
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
