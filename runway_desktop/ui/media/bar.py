"""Building blocks of control bars: a flat button, and sliders that jump to the pressed point. GUI thread only."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSlider, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.building import Does, ToolButton
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.theme import Role, Theme
from runway_desktop.usecases.commands.command import Command
from runway_desktop.usecases.words.plain import tip

KNOB = 6.0
"""Radius of the slider's knob in pixels."""
_ACTIVATING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class BarButton(ToolButton):
    """Icon button with an accessible name. Focused, it handles Space and Return itself, before any shortcut."""

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, does: Does | None = None, *, checkable: bool = False
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCheckable(checkable)
        if does is not None:
            self.clicked.connect(does)
        self.setProperty("kind", "flat")
        self.setStyleSheet("QToolButton { padding: 2px; }")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        size = self.fontMetrics().height() + 2
        self.setIconSize(QSize(size, size))

    def dress(self, icon: str, name: str, keys: str = "") -> None:
        """Sets icon, accessible name, and a tool tip with the key."""
        self.setIcon(self._theme.icon(icon, Role.ACCENT if self.isChecked() else Role.MUTED))
        self.setAccessibleName(name)
        self.setToolTip(tip(f"{name} ({keys})" if keys else name))

    def dress_as(self, command: Command[Any], keys: Keys | None) -> None:
        self.dress(command.sign, command.name, keys.words(command) if keys is not None else "")

    def dress_play(self, playing: bool, keys: str) -> None:
        self.dress("mdi6.pause" if playing else "mdi6.play", _("Pause") if playing else _("Play"), keys)

    def dress_sound(self, silent: bool, keys: str) -> None:
        self.dress(sound_icon(silent), _("Sound on") if silent else _("Mute"), keys)

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


def sound_icon(silent: bool) -> str:
    return "mdi6.volume-off" if silent else "mdi6.volume-high"


class LineSlider(QSlider):
    """Slider as a thin line, filled up to the value. A press jumps there, and a drag follows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(32)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
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
        knob = KNOB
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

    def _fraction(self) -> float:
        span = self.maximum() - self.minimum()
        return (self.sliderPosition() - self.minimum()) / span if span > 0 else 0.0

    def _move_to(self, x: float) -> None:
        fraction = min(1.0, max(0.0, (x - KNOB) / max(1.0, self.width() - 2 * KNOB)))
        value = self.minimum() + round(fraction * (self.maximum() - self.minimum()))
        # Moves only the slider, which emits `sliderMoved` for scrubbing; the value follows the playback.
        self.setSliderPosition(value)


class Scrubbed(Protocol):
    """Playback interface for `ScrubSlider`."""

    def begin_scrub(self) -> None: ...
    def end_scrub(self) -> None: ...
    def seek(self, seconds: float) -> None: ...


class ScrubSlider(LineSlider):
    """Playback position in milliseconds; drag, keys and wheel seek."""

    neared = Signal()
    """The pointer entered it: a drag may follow."""

    def __init__(self, theme: Theme, plays: Scrubbed, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._plays = plays
        self.setTracking(False)
        self.setRange(0, 0)
        self.setSingleStep(100)
        self.setPageStep(1000)
        self.sliderPressed.connect(plays.begin_scrub)
        self.sliderMoved.connect(lambda value: plays.seek(value / 1000))
        self.sliderReleased.connect(plays.end_scrub)
        self.actionTriggered.connect(self._slid_by_key)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.neared.emit()

    def follow(self, seconds: float) -> None:
        """Shows a position, unless a drag is in progress."""
        if self.isSliderDown():
            return
        at = round(seconds * 1000)
        self.setSliderPosition(at)
        if at // 1000 != self.value() // 1000:
            # The value is what screen readers read, and they are told of each change: once a second is enough.
            self.setValue(at)

    def _slid_by_key(self, _action: int) -> None:
        if not self.isSliderDown():
            self._plays.seek(self.sliderPosition() / 1000)
