"""What one place of the compare window shows, a picture or the frame of a clip, and how several are looked at alike.

`Sight` is shared by all places: a zoom over what fits and a point in the middle, both as parts of the picture, so that
pictures of different sizes show the same region. GUI thread.
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
    """Qt turns the first frame into an image by the system's graphics, which takes as long to open as all else of the
    room: half of it here, where that is OpenGL, and half by `make_an_image`."""
    if QGuiApplication.platformName() in _BY_OPENGL:
        QOpenGLContext().create()


def make_an_image() -> None:
    """Of a small frame that nobody sees."""
    if QGuiApplication.platformName() in _BY_OPENGL:
        from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

        small = QVideoFrameFormat(QSize(16, 16), QVideoFrameFormat.PixelFormat.Format_YUV420P)
        QVideoFrame(small).toImage()


class Sight(QObject):
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        """1 fits."""
        self.middle = QPointF(0.5, 0.5)

    @property
    def is_fitted(self) -> bool:
        return self.zoom == 1.0

    def fit(self) -> None:
        self.set(1.0, QPointF(0.5, 0.5))

    def set(self, zoom: float, middle: QPointF) -> None:
        zoom = min(max(zoom, 1.0), LARGEST)
        # No edge comes further in than the edge of what would fit.
        half = 0.5 / zoom
        middle = QPointF(min(max(middle.x(), half), 1 - half), min(max(middle.y(), half), 1 - half))
        if (zoom, middle) != (self.zoom, self.middle):
            self.zoom, self.middle = zoom, middle
            self.changed.emit()

    def zoom_at(self, zoom: float, at: QPointF, area: QRectF, size: QSizeF) -> None:
        """Keeps the point of the picture under `at` where it is."""
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
        """Where the whole picture would lie."""
        base = fitted(size, area)
        width, height = base.width() * self.zoom, base.height() * self.zoom
        return QRectF(
            area.center().x() - width * self.middle.x(), area.center().y() - height * self.middle.y(), width, height
        )


class Surface:
    """A clip's frame becomes an image when it is painted, not when it comes: what nobody sees costs nothing."""

    def __init__(self) -> None:
        self.poster = QImage()
        self.picture: Picture | None = None
        self.words = ""
        """Said in place of what cannot be shown."""
        self._frame: QVideoFrame | None = None
        self._image = QImage()

    def clear(self, poster: QImage | None = None) -> None:
        self.poster = poster if poster is not None else QImage()
        self.picture, self._frame, self._image, self.words = None, None, QImage(), ""

    def set_frame(self, frame: QVideoFrame) -> None:
        self._frame, self.words = frame, ""

    def set_glance(self, image: QImage) -> None:
        """A small frame while a person drags, until the next one comes."""
        self._frame, self._image, self.words = None, image, ""

    @property
    def is_live(self) -> bool:
        """Whether the thing itself is there, not only its poster."""
        return self.picture is not None or self._frame is not None or not self._image.isNull()

    def size(self) -> QSizeF:
        if self.picture is not None:
            return QSizeF(self.picture.size)
        image = self.image()
        return QSizeF(image.size())

    def image(self, width: float = 0.0) -> QImage:
        """Frame, picture (its smallest copy that has `width` pixels across; 0: the whole), or poster."""
        if self.picture is not None:
            return self.picture.level_for(width) if width else self.picture.levels[0]
        if self._frame is not None:
            self._image = self._frame.toImage()
            self._frame = None
        return self.poster if self._image.isNull() else self._image

    def paint(self, painter: QPainter, area: QRectF, sight: Sight, ratio: float, target: QRectF | None = None) -> None:
        """Within `area`; `target` is where it would lie whole, if not where the sight says."""
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
