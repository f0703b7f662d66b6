"""Line below the table: today's cap as a bar, with what is spent, what the ready rows add, and what is left. GUI thread
only."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.rooms.sheet.model.summary import SheetSummary
from runway_desktop.texts import _
from runway_desktop.ui.building import hbox
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.theme import GRID, Role, Theme

_BAR = QSize(30 * GRID, GRID)


class CapBar(QWidget):
    def __init__(self, outlook: SheetSummary, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._outlook = outlook
        self._bar = _Bar(theme, self)
        self._text = words(self, tone="muted")
        hbox(words(self, _("Today's cap"), "muted", wrap=False), self._bar, (self._text, 1), on=self)
        outlook.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        cap = self._outlook.cap
        self.setVisible(cap is not None)
        if cap is not None:
            self._bar.show_shares(cap.spent / cap.limit, cap.ready / cap.limit)
            say(self._text, cap.words, "warn" if cap.over else "muted")


class _Bar(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._spent = self._ready = 0.0
        self.setFixedSize(_BAR)
        theme.changed.connect(self.update)

    def show_shares(self, spent: float, ready: float) -> None:
        """Shares of the cap, from 0 on."""
        self._spent = min(1.0, spent)
        self._ready = min(1.0 - self._spent, ready)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        whole = QRectF(self.rect())
        both = QRectF(0, 0, whole.width() * (self._spent + self._ready), whole.height())
        painter.fillRect(whole, self._theme.color(Role.HOVER))
        painter.fillRect(both, self._theme.color(Role.ACCENT))
        painter.setOpacity(0.5)
        painter.fillRect(QRectF(0, 0, whole.width() * self._spent, whole.height()), self._theme.color(Role.HOVER))
