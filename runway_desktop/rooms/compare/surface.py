"""Content of one pane of the compare window (picture or video frame), and the zoom shared by all panes.

`Sight` holds a zoom factor over the fitted size, and the center as fractions of the picture, so that pictures of
different sizes show the same region. GUI thread only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QOpenGLContext, QPainter

from runway_desktop.ui.media.picture import Picture
from runway_desktop.ui.media.picture_view import LARGEST, PIXELATED_FROM
from runway_desktop.ui.media.stage import draw_part, fitted

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

_BY_OPENGL = ("xcb", "wayland")


def open_graphics() -> None:
    """Creates an OpenGL context in advance. Qt converts the first video frame to an image by OpenGL, whose first use
    costs as much as the rest of the window; `make_an_image` pays the other half."""
    if QGuiApplication.platformName() in _BY_OPENGL:
        QOpenGLContext().create()


def make_an_image() -> None:
    """Converts a small invisible frame, to pay for the first conversion in advance."""
    if QGuiApplication.platformName() in _BY_OPENGL:
        from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

        small = QVideoFrameFormat(QSize(16, 16), QVideoFrameFormat.PixelFormat.Format_YUV420P)
        QVideoFrame(small).toImage()


class Sight(QObject):
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        """Zoom factor; 1 is fitted."""
        self.middle = QPointF(0.5, 0.5)

    @property
    def is_fitted(self) -> bool:
        return self.zoom == 1.0

    def fit(self) -> None:
        self.set(1.0, QPointF(0.5, 0.5))

    def set(self, zoom: float, middle: QPointF) -> None:
        zoom = min(max(zoom, 1.0), LARGEST)
        # Limit the center so that the picture's edges stay outside the fitted area.
        half = 0.5 / zoom
        middle = QPointF(min(max(middle.x(), half), 1 - half), min(max(middle.y(), half), 1 - half))
        if (zoom, middle) != (self.zoom, self.middle):
            self.zoom, self.middle = zoom, middle
            self.changed.emit()

    def zoom_at(self, zoom: float, at: QPointF, area: QRectF, size: QSizeF) -> None:
        """Zooms so that the point of the picture under `at` keeps its position."""
        base = fitted(size, area)
        if base.isEmpty():
            return
        zoom = min(max(zoom, 1.0), LARGEST)
        offset = QPointF((at.x() - area.center().x()) / base.width(), (at.y() - area.center().y()) / base.height())
        point = self.middle + offset * (1 / self.zoom)
        self.set(zoom, point - offset * (1 / zoom))

    def pan(self, by: QPointF, area: QRectF, size: QSizeF) -> None:
        base = fitted(size, area)
        if not base.isEmpty():
            part = QPointF(by.x() / base.width(), by.y() / base.height())
            self.set(self.zoom, self.middle - part * (1 / self.zoom))

    def target(self, size: QSizeF, area: QRectF) -> QRectF:
        """Rectangle of the whole picture, which may exceed `area`."""
        base = fitted(size, area)
        width, height = base.width() * self.zoom, base.height() * self.zoom
        return QRectF(
            area.center().x() - width * self.middle.x(), area.center().y() - height * self.middle.y(), width, height
        )


class ClipSurface:
    """Content of a pane. Frames are converted to images only when painted."""

    def __init__(self) -> None:
        self.poster = QImage()
        self.picture: Picture | None = None
        self.words = ""
        """Text instead of what cannot be shown."""
        self._frame: QVideoFrame | None = None
        self._image = QImage()

    def clear(self, poster: QImage | None = None) -> None:
        self.poster = poster if poster is not None else QImage()
        self.picture, self._frame, self._image, self.words = None, None, QImage(), ""

    def set_frame(self, frame: QVideoFrame) -> None:
        self._frame, self.words = frame, ""

    def set_glance(self, image: QImage) -> bool:
        """Shows a small frame during a drag. False if it is shown already."""
        is_new = image is not self._image or self._frame is not None
        self._frame, self._image, self.words = None, image, ""
        return is_new

    @property
    def is_live(self) -> bool:
        """Whether the real content is loaded, not only its poster."""
        return self.picture is not None or self._frame is not None or not self._image.isNull()

    def size(self) -> QSizeF:
        if self.picture is not None:
            return QSizeF(self.picture.size)
        image = self.image()
        return QSizeF(image.size())

    def image(self, width: float = 0.0) -> QImage:
        """The frame, picture or poster. Of a picture, the smallest copy at least `width` pixels wide; 0 means full
        size."""
        if self.picture is not None:
            return self.picture.level_for(width) if width else self.picture.levels[0]
        if self._frame is not None:
            self._image = self._frame.toImage()
            self._frame = None
        return self.poster if self._image.isNull() else self._image

    def paint(self, painter: QPainter, area: QRectF, sight: Sight, ratio: float, target: QRectF | None = None) -> None:
        """Paints the part inside `area`. `target` is the rectangle of the whole picture, by default as `sight` says."""
        size = self.size()
        if size.isEmpty():
            return
        target = sight.target(size, area) if target is None else target
        visible = target & area
        if visible.isEmpty():
            return
        image = self.image(target.width() * ratio)
        crisp = target.width() * ratio >= PIXELATED_FROM * size.width() and self.is_live
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not crisp)
        draw_part(painter, image, target, visible)


def paint_words(painter: QPainter, area: QRectF, words: str) -> None:
    painter.drawText(
        area.adjusted(24, 24, -24, -24), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), words
    )
