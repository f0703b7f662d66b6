"""Picture widget with fit, zoom and pan. 100 % is one picture pixel per screen pixel.

The wheel zooms at the pointer. A drag pans a picture larger than the view, and drags the file out otherwise. A double
click toggles fit and 100 %; arrow keys pan, + and − zoom. GUI thread only; a worker decodes (`picture.py`).
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.ui.theme import Theme

from .picture import Picture
from .stage import Stage, checkerboard, draw_part, fitted

STEP = 1.25
LARGEST = 32.0
PIXELATED_FROM = 2.0
"""From this zoom (screen pixels per media pixel), pixels are drawn as squares."""


class PictureView(Stage):
    zoom_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._poster = QImage()
        self.picture: Picture | None = None
        self._zoom: float | None = None
        """Screen pixels per picture pixel; None: fitted."""
        self._center = QPointF()
        """Point of the picture at the center of the view."""
        self._grabbed_at: QPointF | None = None

    def show_poster(self, poster: QImage) -> None:
        """Shows a poster until the picture is decoded; a null image for none."""
        self._poster, self.picture = poster, None
        self.fit()
        self._say_zoom()

    def show_picture(self, picture: Picture) -> None:
        self.picture = picture
        self._zoom = None
        self._say_zoom()

    @property
    def is_fitted(self) -> bool:
        return self._zoom is None

    @property
    def zoom(self) -> float:
        """Screen pixels per picture pixel; 1.0 is 100 %."""
        return self._fit_zoom() if self._zoom is None else self._zoom

    def fit(self) -> None:
        self._zoom = None
        self._say_zoom()

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zooms so that the point of the picture under `at` (view coordinates, default center) keeps its position."""
        if self.picture is None:
            return
        at = QRectF(self.rect()).center() if at is None else at
        before = self.to_picture(at)
        smallest = min(self._fit_zoom(), 1.0)
        self._zoom = min(max(zoom, smallest), LARGEST)
        offset = (at - QRectF(self.rect()).center()) * (1 / self._scale())
        self._center = before - offset
        self._keep_inside()
        self._say_zoom()

    def zoom_in(self) -> None:
        self.zoom_to(self.zoom * STEP)

    def zoom_out(self) -> None:
        self.zoom_to(self.zoom / STEP)

    def toggle_fit(self, at: QPointF | None = None) -> None:
        if self._zoom is None:
            self.zoom_to(1.0, at)
        else:
            self.fit()

    def pan(self, by: QPointF) -> None:
        """Moves the picture by a vector in view coordinates."""
        if self.can_pan():
            self._center -= by * (1 / self._scale())
            self._keep_inside()
            self.update()

    def can_pan(self) -> bool:
        target = self.target()
        return self._zoom is not None and (target.width() > self.width() + 1 or target.height() > self.height() + 1)

    def target(self) -> QRectF:
        """Rectangle of the whole picture in view coordinates."""
        area, size = QRectF(self.rect()), self._size()
        if self._zoom is None:
            return fitted(size, area)
        scale, ratio = self._scale(), self.devicePixelRatioF()
        corner = area.center() - self._center * scale
        # Aligned to screen pixels: otherwise 100 % would be blurred.
        corner = QPointF(round(corner.x() * ratio) / ratio, round(corner.y() * ratio) / ratio)
        return QRectF(corner, size * scale)

    def to_picture(self, point: QPointF) -> QPointF:
        target = self.target()
        return (point - target.topLeft()) * (1 / self._scale())

    def paint_media(self, painter: QPainter, area: QRectF) -> None:
        if self.picture is None:
            if not self._poster.isNull():
                painter.drawImage(fitted(self._poster.size(), area), self._poster)
            return
        target = self.target()
        visible = target & area
        if visible.isEmpty():
            return
        if self.picture.has_alpha:
            painter.fillRect(visible, checkerboard(self.theme))
        if self.zoom >= PIXELATED_FROM and not self.picture.is_drawing:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        level = self.picture.level_for(target.width() * self.devicePixelRatioF())
        draw_part(painter, level, target, visible)

    def drags_file_at(self, _position: QPointF) -> bool:
        return not self.can_pan()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.can_pan():
            self._grabbed_at = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed_at is not None:
            self.pan(event.position() - self._grabbed_at)
            self._grabbed_at = event.position()
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed_at = None
        self._show_cursor()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle_fit(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() / 120
        if turned and self.picture is not None:
            self.zoom_to(self.zoom * STEP**turned, event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        stride = 48.0
        moves = {
            Qt.Key.Key_Left: QPointF(stride, 0),
            Qt.Key.Key_Right: QPointF(-stride, 0),
            Qt.Key.Key_Up: QPointF(0, stride),
            Qt.Key.Key_Down: QPointF(0, -stride),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is not None and self.can_pan():
            self.pan(move)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._zoom is not None:
            self._zoom = max(self._zoom, min(self._fit_zoom(), 1.0))
            self._keep_inside()
        self._say_zoom()

    def _size(self) -> QSizeF:
        return QSizeF(self.picture.size) if self.picture is not None else QSizeF()

    def _fit_zoom(self) -> float:
        size = self._size()
        if size.isEmpty():
            return 1.0
        return fitted(size, QRectF(self.rect())).width() / size.width() * self.devicePixelRatioF()

    def _scale(self) -> float:
        """Device-independent pixels per picture pixel."""
        return self.zoom / self.devicePixelRatioF()

    def _keep_inside(self) -> None:
        """Limits panning to the picture's edges; centers a picture smaller than the view."""
        size, scale = self._size(), self._scale()
        half_w, half_h = self.width() / 2 / scale, self.height() / 2 / scale
        x = _kept_inside(self._center.x(), half_w, size.width())
        y = _kept_inside(self._center.y(), half_h, size.height())
        self._center = QPointF(x, y)

    def _show_cursor(self) -> None:
        if self.can_pan():
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    def _say_zoom(self) -> None:
        self._show_cursor()
        self.update()
        self.zoom_changed.emit()


def _kept_inside(middle: float, half: float, length: float) -> float:
    return min(max(middle, half), length - half) if length > 2 * half else length / 2
