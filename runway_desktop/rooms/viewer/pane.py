"""One of several panes of the viewer: media with a caption, and a colored border while focused; its content; and the
zoom that all panes share.

It emits signals for presses and drags; the view handles them. GUI thread only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QGuiApplication,
    QImage,
    QLinearGradient,
    QMouseEvent,
    QOpenGLContext,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from runway_desktop.texts import enumerated
from runway_desktop.ui.media.picture import Picture
from runway_desktop.ui.media.picture_view import LARGEST, PIXELATED_FROM, STEP
from runway_desktop.ui.media.stage import draw_part, fitted
from runway_desktop.ui.painting import rounded
from runway_desktop.ui.theme import GRID, Role, Theme

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

RADIUS = 4.0
_BORDER = 2.0
_INSET = GRID * 1.25
_WORDS = QColor(255, 255, 255)
_ASIDE_HEIGHT = 13 * GRID
_NO_LIMIT = 16_777_215
"""Qt's QWIDGETSIZE_MAX: no limit."""
_DIMMED = 0.45
_SHADE = QColor(0, 0, 0, 150)
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
    """Zoom factor over the fitted size, and the center as fractions of the picture, so that pictures of different sizes
    show the same region."""

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


class Pane(QWidget):
    chosen = Signal()
    """The pane got the focus."""
    opened = Signal()
    """Double click: shows this pane alone, or all again."""
    drag_wanted = Signal()
    crossed = Signal(float)
    """Horizontal pointer position, 0 to 1, while no button is pressed."""
    uncrossed = Signal()

    def __init__(self, theme: Theme, sight: Sight, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sight = sight
        self.surface = ClipSurface()
        self._left, self._right, self._bold_right = "", "", False
        self._stack = ""
        self.is_marked = False
        self._is_aside = False
        self._pressed: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 100)
        self.setMouseTracking(True)
        sight.changed.connect(self.update)

    def set_words(self, left: str, right: str, *, bold: bool, stack: str = "") -> None:
        """Caption: description on the left, judgment on the right, and the number of the take ("take 2 of 5")."""
        if (left, right, bold, stack) != (self._left, self._right, self._bold_right, self._stack):
            self._left, self._right, self._bold_right, self._stack = left, right, bold, stack
            self.setAccessibleName(left)
            self.setAccessibleDescription(enumerated((right, stack)))
            self.update()

    def set_aside(self, on: bool) -> None:
        """Shows the pane small and dimmed, as rejected."""
        self._is_aside = on
        self.setMaximumHeight(_ASIDE_HEIGHT if on else _NO_LIMIT)
        self.setMaximumWidth(2 * _ASIDE_HEIGHT if on else _NO_LIMIT)
        self.update()

    def set_marked(self, marked: bool) -> None:
        if marked != self.is_marked:
            self.is_marked = marked
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # A painter has the application's direction, not its widget's.
        painter.setLayoutDirection(self.layoutDirection())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(_BORDER, _BORDER, -_BORDER, -_BORDER)
        painter.save()
        painter.setClipPath(rounded(area, RADIUS))
        painter.fillRect(area, Qt.GlobalColor.black)
        painter.setOpacity(_DIMMED if self._is_aside else 1.0)
        self.surface.paint(painter, area, self._sight, self.devicePixelRatioF())
        painter.setOpacity(1.0)
        if self.surface.words:
            painter.setPen(self._theme.color(Role.MUTED))
            paint_words(painter, area, self.surface.words)
        self._paint_captions(painter, area)
        painter.restore()
        if self.is_marked:
            painter.setPen(QPen(self._theme.color(Role.ACCENT), _BORDER))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            edge = area.adjusted(-_BORDER / 2, -_BORDER / 2, _BORDER / 2, _BORDER / 2)
            painter.drawRoundedRect(edge, RADIUS + 1, RADIUS + 1)

    def _paint_captions(self, painter: QPainter, area: QRectF) -> None:
        if not self._left and not self._right:
            return
        metrics = self.fontMetrics()
        height = metrics.height()
        band = QRectF(area.x(), area.bottom() - height - 3 * GRID, area.width(), height + 3 * GRID)
        shade = QLinearGradient(band.topLeft(), band.bottomLeft())
        shade.setColorAt(0, QColor(0, 0, 0, 0))
        shade.setColorAt(1, QColor(0, 0, 0, 110))
        painter.fillRect(band, shade)
        line = QRectF(area.x() + _INSET, area.bottom() - height - GRID, area.width() - 2 * _INSET, height)
        right = QFont(self.font())
        right.setBold(self._bold_right)
        painter.setFont(right)
        taken = painter.fontMetrics().horizontalAdvance(self._right) + GRID * 2
        self._write(painter, line, Qt.AlignmentFlag.AlignRight, self._right)
        painter.setFont(self.font())
        words = " · ".join(part for part in (self._left, self._stack) if part)
        space = max(0, int(line.width()) - taken)
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, space)
        self._write(painter, line, Qt.AlignmentFlag.AlignLeft, words)

    @staticmethod
    def _write(painter: QPainter, line: QRectF, side: Qt.AlignmentFlag, words: str) -> None:
        flags = int(side | Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(_SHADE)
        painter.drawText(line.translated(0, 1), flags, words)
        painter.setPen(_WORDS)
        painter.drawText(line, flags, words)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.chosen.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons():
            self.crossed.emit(min(1.0, max(0.0, event.position().x() / max(1, self.width() - 1))))
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        moved = event.position() - self._pressed
        if not self._sight.is_fitted:
            self._sight.pan(moved, QRectF(self.rect()), self.surface.size())
            self._pressed = event.position()
        elif moved.toPoint().manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            self.drag_wanted.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def leaveEvent(self, event: QEvent) -> None:
        self.uncrossed.emit()
        super().leaveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn_sight(self._sight, event, QRectF(self.rect()), self.surface)


def turn_sight(sight: Sight, event: QWheelEvent, area: QRectF, surface: ClipSurface) -> None:
    """Zooms at the pointer by the wheel."""
    turned = event.angleDelta().y() / 120
    if turned:
        sight.zoom_at(sight.zoom * STEP**turned, event.position(), area, surface.size())
        event.accept()
