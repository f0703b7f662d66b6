"""The parts that both rows of controls are made of: a quiet button, and the slider that jumps to where it is pressed.
GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSlider, QToolButton, QWidget

from runway_desktop.ui.theme import Role, Theme

_ACTIVATING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class BarButton(QToolButton):
    """An icon with a name. Space and Return press it when it has the focus, whatever else they are shortcuts for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "flat")
        self.setStyleSheet("QToolButton { padding: 2px; }")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        size = self.fontMetrics().height() + 2
        self.setIconSize(QSize(size, size))

    def dress(self, icon: str, name: str, keys: str = "") -> None:
        """Icon, accessible name, and a tooltip that tells the shortcut."""
        self.setIcon(self._theme.icon(icon, Role.ACCENT if self.isChecked() else Role.MUTED))
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({keys})" if keys else name)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ACTIVATING:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


class LineSlider(QSlider):
    """A thin line, filled up to the value. A press anywhere goes there at once and a drag follows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(32)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(32, self.fontMetrics().height() + 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._move_to(event.position().x())
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._move_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        knob = self._knob()
        middle = self.height() / 2
        line = QRectF(knob, middle - 2, max(1.0, self.width() - 2 * knob), 4)
        at = line.x() + line.width() * self._fraction()
        painter.setBrush(self._theme.color(Role.BORDER))
        painter.drawRoundedRect(line, 2, 2)
        if self.isEnabled():
            painter.setBrush(self._theme.color(Role.ACCENT))
            painter.drawRoundedRect(QRectF(line.x(), line.y(), at - line.x(), line.height()), 2, 2)
            if self.underMouse() or self.hasFocus() or self.isSliderDown():
                if self.hasFocus():
                    painter.setPen(QPen(self._theme.color(Role.ACCENT), 2))
                painter.setBrush(self._theme.color(Role.TEXT))
                painter.drawEllipse(QRectF(at - knob + 1, middle - knob + 1, 2 * knob - 2, 2 * knob - 2))

    def enterEvent(self, event: QEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def _knob(self) -> float:
        return 6.0

    def _fraction(self) -> float:
        span = self.maximum() - self.minimum()
        return (self.sliderPosition() - self.minimum()) / span if span > 0 else 0.0

    def _move_to(self, x: float) -> None:
        knob = self._knob()
        fraction = min(1.0, max(0.0, (x - knob) / max(1.0, self.width() - 2 * knob)))
        value = self.minimum() + round(fraction * (self.maximum() - self.minimum()))
        # sliderMoved is what scrubs; the value itself follows the clip.
        self.setSliderPosition(value)
