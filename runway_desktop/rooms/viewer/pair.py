"""Overlay of two panes: split by a movable divider (wipe), or their difference, which is black where they are equal.

The second is scaled onto the first, so that two sizes of one picture align, unless it has another shape. A worker
checks whether they are equal pixel for pixel. GUI thread only, except `same_pixels`.
"""

from __future__ import annotations

from enum import Enum
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.texts import Text, _
from runway_desktop.ui.labels import announce
from runway_desktop.ui.media.picture import Picture
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.tasks.text_cache import TextCache
from runway_desktop.ui.theme import GRID, Role, Theme

from .pane import ClipSurface, Sight, paint_words, turn_sight

SAME = Text("Identical, pixel for pixel")
STRIDE = 0.02
"""Step of the divider for an arrow key, as a fraction of the width."""
_BAND = 4 * 1024 * 1024
"""Bytes compared per step: other threads can run between steps."""
_GRIP = 2 * GRID
_NEAR = 1.5 * GRID
_ALIKE = 0.03
"""Of two pictures' shapes: the difference up to which one is scaled onto the other."""


class CompareMode(Enum):
    SIDE_BY_SIDE = "side by side"
    WIPE = "wipe"
    DIFFERENCE = "difference"


class CompareOverlay(QWidget):
    def __init__(self, theme: Theme, sight: Sight, workers: Workers, parent: QWidget) -> None:
        super().__init__(parent)
        self._workers = workers
        self._looked_at: tuple[Picture, Picture] | None = None
        self._theme, self._letters = theme, TextCache(theme)
        self._sight = sight
        self._pair: tuple[ClipSurface, ClipSurface] | None = None
        self._names = ("", "")
        self.mode = CompareMode.WIPE
        self.divider = 0.5
        self.is_same = False
        """Result of the pixel check, shown as text because an all-black difference explains nothing."""
        self._moving = False
        self._pressed: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        sight.changed.connect(self.update)

    def show_pair(self, first: ClipSurface, second: ClipSurface, mode: CompareMode, names: tuple[str, str]) -> None:
        self._pair, self.mode, self._names = (first, second), mode, names
        first_name, second_name = names
        if mode is CompareMode.WIPE:
            said = _("Wipe between {first} and {second}", first=first_name, second=second_name)
        else:
            said = _("Difference of {first} and {second}", first=first_name, second=second_name)
        self.setAccessibleName(said)
        self._describe()
        self.update()

    def look(self, first: Picture | None, second: Picture | None) -> None:
        """Checks on a worker, once, whether a pair is equal. Skipped unless both are loaded at full precision."""
        if first is None or second is None or not (first.is_exact and second.is_exact):
            self.forget()
        elif self._looked_at is None or self._looked_at[0] is not first or self._looked_at[1] is not second:
            self._looked_at = pair = (first, second)
            self._say_whether_same(False)
            self._workers.run(partial(same_pixels, first.levels[0], second.levels[0]), partial(self._looked, pair))

    def forget(self) -> None:
        """Releases the pair that was checked, so that it can leave memory."""
        self._looked_at = None
        self._say_whether_same(False)

    def _looked(self, pair: tuple[Picture, Picture], same: bool) -> None:
        if pair is self._looked_at:
            self._say_whether_same(same)

    def _say_whether_same(self, same: bool) -> None:
        if same != self.is_same:
            self.is_same = same
            self._describe()
            self.update()
            if same:
                announce(self, str(SAME))

    def _describe(self) -> None:
        if self.mode is CompareMode.DIFFERENCE:
            self.setAccessibleDescription(str(SAME) if self.is_same else "")
        else:
            self.setAccessibleDescription(_("Divider at {n} %", n=round(self.divider * 100)))

    def set_divider(self, divider: float) -> None:
        divider = min(max(divider, 0.0), 1.0)
        if divider != self.divider:
            self.divider = divider
            self._describe()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        area = QRectF(self.rect())
        painter.fillRect(area, Qt.GlobalColor.black)
        if self._pair is None:
            return
        first, second = self._pair
        ratio = self.devicePixelRatioF()
        if self.mode is CompareMode.DIFFERENCE:
            painter.drawImage(area.topLeft(), self._difference(first, second, ratio))
            if self.is_same:
                painter.setPen(self._theme.color(Role.TEXT))
                paint_words(painter, area, str(SAME))
        else:
            x = round(area.width() * self.divider * ratio) / ratio
            for surface, side in (
                (first, QRectF(0, 0, x, area.height())),
                (second, QRectF(x, 0, area.width() - x, area.height())),
            ):
                painter.save()
                painter.setClipRect(side)
                surface.paint(painter, area, self._sight, ratio, self._target(surface, area))
                painter.restore()
            self._paint_divider(painter, x)
        self._paint_names(painter, area)

    def _target(self, surface: ClipSurface, area: QRectF) -> QRectF:
        """Where a whole picture is painted. Shapes that differ by a few pixels count as the same."""
        common, own = _common(*(self._pair or (surface, surface))), surface.size()
        wide, across = own.width() * common.height(), common.width() * own.height()
        is_alike = abs(wide - across) <= _ALIKE * max(wide, across)
        return self._sight.target(common if is_alike else own, area)

    def _difference(self, first: ClipSurface, second: ClipSurface, ratio: float) -> QImage:
        """Composed on a black layer of its own, so that only the two pictures count."""
        layer = QImage(self.size() * ratio, QImage.Format.Format_RGB32)
        layer.setDevicePixelRatio(ratio)
        layer.fill(Qt.GlobalColor.black)
        painter = QPainter(layer)
        area = QRectF(self.rect())
        first.paint(painter, area, self._sight, ratio, self._target(first, area))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
        second.paint(painter, area, self._sight, ratio, self._target(second, area))
        painter.end()
        return layer

    def _paint_divider(self, painter: QPainter, x: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color(Role.ACCENT), 2))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        grip = QRectF(x - _GRIP / 2, self.height() / 2 - _GRIP, _GRIP, 2 * _GRIP)
        painter.setBrush(self._theme.color(Role.RAISED))
        painter.drawRoundedRect(grip, _GRIP / 2, _GRIP / 2)
        middle, reach = self.height() / 2, _GRIP / 6
        for side in (-1, 1):
            tip = x + side * reach * 1.8
            painter.drawLine(QPointF(tip, middle), QPointF(tip - side * reach, middle - reach))
            painter.drawLine(QPointF(tip, middle), QPointF(tip - side * reach, middle + reach))

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        self._letters.use(self.font())
        for name, at_left in zip(self._names, (True, False), strict=True):
            room = round(area.width() / 2) - 4 * GRID
            words = self._letters.small_figures.metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            self._letters.badge(painter, area, words, at_left=at_left, inset=GRID)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            # Fitted, a press anywhere moves the divider there; zoomed in, it pans unless it is near the divider.
            self._moving = self.mode is CompareMode.WIPE and (self._sight.is_fitted or self._is_near(event.position()))
            self._pressed = event.position()
            self._follow(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._pressed is not None:
            self._follow(event.position())
        elif self.mode is CompareMode.WIPE and self._is_near(event.position()):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed, self._moving = None, False

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._pair is not None:
            turn_sight(self._sight, event, QRectF(self.rect()), self._pair[0])

    def _follow(self, at: QPointF) -> None:
        if self._moving:
            self.set_divider(at.x() / max(1, self.width()))
        elif self._pair is not None and self._pressed is not None:
            self._sight.pan(at - self._pressed, QRectF(self.rect()), self._pair[0].size())
            self._pressed = at

    def _is_near(self, at: QPointF) -> bool:
        return abs(at.x() - self.divider * self.width()) <= _NEAR


def _common(first: ClipSurface, second: ClipSurface) -> QSizeF:
    """The picture size for the layout of both: the first one's, or the second's while the first is missing."""
    size = first.size()
    return second.size() if size.isEmpty() else size


def same_pixels(first: QImage, second: QImage) -> bool:
    """Whether two images are equal in size, color and alpha, regardless of storage format. Slow: not for the GUI
    thread."""
    if first.isNull() or first.size() != second.size():
        return False
    deep = max(first.depth(), second.depth()) > 32
    form = QImage.Format.Format_RGBA64 if deep else QImage.Format.Format_ARGB32
    # Variables keep the converted images alive: `constBits` does not own its bytes.
    first, second = first.convertToFormat(form), second.convertToFormat(form)
    one, other = first.constBits(), second.constBits()
    return len(one) == len(other) and all(
        bytes(one[at : at + _BAND]) == bytes(other[at : at + _BAND]) for at in range(0, len(one), _BAND)
    )
