"""Scrubs a clip while the pointer moves across its poster: the horizontal position selects the frame.

Frames come from `ui.media.strips`, extracted once the pointer rests on a clip; until then the poster stays. GUI thread
only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter

from runway_desktop.domain.task import Output
from runway_desktop.ui.building import timer
from runway_desktop.ui.theme import Theme

from .poster_cache import PosterCache

REST_MS = 40
"""Delay before frames are requested, so that a passing pointer decodes nothing."""
_MARK = QColor(255, 255, 255, 220)
"""Mark on a picture, the same in both themes."""


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
