"""Paints the frames of a clip. QVideoWidget is blank in pictures of the window and offscreen, so frames come from a
sink and are drawn here.

A frame becomes an image when it is painted, not when it arrives: frames that nobody sees cost nothing. Until the first
one, and after the clip is gone, the poster stands in; while a person drags, a small frame may. GUI thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from runway_desktop.ui.theme import Theme

from .stage import Stage, fitted

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame


class VideoView(Stage):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._poster = QImage()
        self._frame: QVideoFrame | None = None
        self._image = QImage()

    def show_poster(self, poster: QImage) -> None:
        """Forgets the last clip. A null image leaves the stage empty."""
        self._poster = poster
        self._frame = None
        self._image = QImage()
        self.update()

    def show_frame(self, frame: QVideoFrame) -> None:
        self._frame = frame
        self.update()

    def show_glance(self, image: QImage) -> None:
        """A small frame, until the next one comes."""
        self._frame, self._image = None, image
        self.update()

    @property
    def shows_frame(self) -> bool:
        return self._frame is not None or not self._image.isNull()

    def image(self) -> QImage:
        """What is on the stage: the frame, else the poster, else a null image."""
        if self._frame is not None:
            self._image = self._frame.toImage()
            self._frame = None
        return self._poster if self._image.isNull() else self._image

    def paint_media(self, painter: QPainter, area: QRectF) -> None:
        image = self.image()
        if not image.isNull():
            painter.drawImage(fitted(image.size(), area), image)
