"""Bar chart of spending per day, painted here: a chart library has its own colors and adds megabytes
for a few bars and labels.

Mouse or arrow keys select a day, whose sum is shown above it and announced to screen readers. In a right-to-left layout
time runs to the left. GUI thread only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from runway_desktop.texts import _
from runway_desktop.ui.labels import announce
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.spending import DayBar

HEIGHT = 24 * GRID
STEPS = 3
"""Maximum number of grid lines above the base line."""
WIDEST = 5 * GRID
"""Maximum width of a bar, for short periods."""


def scale(most: float) -> tuple[float, float]:
    """Grid step and top of the axis, both round numbers: 640 → (250, 750)."""
    if most <= 0:
        return 1.0, float(STEPS)
    rough = most / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9))
    return step, step * math.ceil(most / step - 1e-9)


class BarChart(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: tuple[DayBar, ...] = ()
        self._cap: float | None = None
        self._empty = ""
        self._chosen = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(_("Credits by day"))
        FollowsTheme(theme, self, self.update)

    def show_days(self, bars: Sequence[DayBar], cap: float | None = None, empty: str = "") -> None:
        """`cap` draws a line for the daily cap; `empty` is text instead of bars."""
        self._bars, self._cap, self._empty = tuple(bars), cap, empty
        self._choose(-1)
        busiest = max(bars, key=lambda bar: bar.credits, default=None)
        said = empty or (_("Most on {day}", day=busiest.words) if busiest is not None else "")
        self.setAccessibleDescription(said)
        self.update()

    def words(self) -> str:
        """Text of the selected day; empty if there is none."""
        return self._bars[self._chosen].words if 0 <= self._chosen < len(self._bars) else ""

    def sizeHint(self) -> QSize:
        return QSize(60 * GRID, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(30 * GRID, 16 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self._theme.tabular(self._theme.small_font())
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        if self._empty:
            painter.setPen(self._theme.color(Role.MUTED))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._empty)
            return
        step, top = self._scale()
        plot = self._plot(metrics, top)
        self._paint_lines(painter, plot, step, top, metrics)
        for number, bar in enumerate(self._bars):
            self._paint_bar(painter, plot, number, bar, top)
        self._paint_labels(painter, plot, metrics)
        if self._cap is not None and self._cap <= top:
            self._paint_cap(painter, plot, self._cap, top)
        if self.words():
            self._paint_words(painter, plot, metrics)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color(Role.ACCENT), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._choose(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._choose(-1)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._choose(-1)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last, at = len(self._bars) - 1, self._chosen
        earlier, later = Qt.Key.Key_Left, Qt.Key.Key_Right
        if self._is_mirrored:
            earlier, later = later, earlier
        wanted = {
            earlier: last if at < 0 else max(0, at - 1),
            later: min(last, at + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self._choose(wanted)
            announce(self, self.words())

    @property
    def _is_mirrored(self) -> bool:
        return self.layoutDirection() is Qt.LayoutDirection.RightToLeft

    def _choose(self, number: int) -> None:
        if number != self._chosen:
            self._chosen = number
            self.update()

    def _scale(self) -> tuple[float, float]:
        most = max((bar.credits for bar in self._bars), default=0.0)
        if self._cap is not None and self._cap <= 2 * most:
            most = max(most, self._cap)
        return scale(most)

    def _plot(self, metrics: QFontMetricsF, top: float) -> QRectF:
        left, right = metrics.horizontalAdvance(units.number(top)) + 2 * GRID, float(GRID)
        if self._is_mirrored:
            left, right = right, left
        line = metrics.height()
        return QRectF(self.rect()).adjusted(left, line + GRID, -right, -(line + GRID))

    def _paint_lines(self, painter: QPainter, plot: QRectF, step: float, top: float, metrics: QFontMetricsF) -> None:
        for number in range(round(top / step) + 1):
            y = round(plot.bottom() - plot.height() * number * step / top) + 0.5
            painter.setPen(QPen(self._theme.color(Role.BORDER), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(self._theme.color(Role.FAINT))
            text = QRectF(0, y - metrics.height() / 2, plot.left() - GRID, metrics.height())
            if self._is_mirrored:
                text.setRect(plot.right() + GRID, text.top(), self.width() - plot.right() - GRID, text.height())
            painter.drawText(
                text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, units.number(step * number)
            )

    def _paint_bar(self, painter: QPainter, plot: QRectF, number: int, bar: DayBar, top: float) -> None:
        if bar.credits <= 0:
            return
        slot = self._slot(plot, number)
        height = max(2.0, plot.height() * bar.credits / top)
        width = max(1.0, min(WIDEST, slot.width() * 0.7))
        shape = QRectF(slot.center().x() - width / 2, plot.bottom() - height, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.ACCENT_HOVER if number == self._chosen else Role.ACCENT))
        if number != self._chosen and self._chosen >= 0:
            painter.setOpacity(0.55)
        round_by = min(3.0, width / 3, height / 2)
        painter.drawRoundedRect(shape, round_by, round_by)
        painter.setOpacity(1.0)

    def _paint_labels(self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF) -> None:
        """Labels as many days as fit."""
        texts = [bar.label for bar in self._bars]
        needed = max(map(metrics.horizontalAdvance, texts), default=0) + GRID
        every = max(1, math.ceil(needed / max(1.0, plot.width() / max(1, len(self._bars)))))
        painter.setPen(self._theme.color(Role.FAINT))
        for number in range(len(self._bars) - 1, -1, -every):
            text = texts[number]
            middle = self._slot(plot, number).center().x()
            width = metrics.horizontalAdvance(text)
            left = min(max(0.0, middle - width / 2), self.width() - width)
            painter.drawText(QPointF(left, plot.bottom() + GRID / 2 + metrics.ascent()), text)

    def _paint_cap(self, painter: QPainter, plot: QRectF, cap: float, top: float) -> None:
        y = round(plot.bottom() - plot.height() * cap / top) + 0.5
        pen = QPen(self._theme.color(Role.WARN), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))

    def _paint_words(self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF) -> None:
        width = metrics.horizontalAdvance(self.words())
        middle = self._slot(plot, self._chosen).center().x()
        left = min(max(plot.left(), middle - width / 2), plot.right() - width)
        painter.setPen(self._theme.color(Role.TEXT))
        painter.drawText(QPointF(left, metrics.ascent() + 2), self.words())

    def _slot(self, plot: QRectF, number: int) -> QRectF:
        width = plot.width() / max(1, len(self._bars))
        if self._is_mirrored:
            number = len(self._bars) - 1 - number
        return QRectF(plot.left() + number * width, plot.top(), width, plot.height())

    def _at(self, point: QPointF) -> int:
        metrics = QFontMetricsF(self._theme.tabular(self._theme.small_font()))
        plot = self._plot(metrics, self._scale()[1])
        if self._empty or not self._bars or not plot.left() <= point.x() < plot.right():
            return -1
        number = min(len(self._bars) - 1, int((point.x() - plot.left()) / plot.width() * len(self._bars)))
        return len(self._bars) - 1 - number if self._is_mirrored else number
