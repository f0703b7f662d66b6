"""Words where there is nothing to show: a task that still runs, a failure, a missing file, a kind that only the system
can open.

A poster, if there is one, stays visible behind the words. GUI thread.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from runway_desktop.ui.building import STRETCH, push_button, vbox
from runway_desktop.ui.theme import GRID, Theme

from .stage import Stage, fitted


class NoticeView(Stage):
    action_wanted = Signal()
    """The button was pressed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._poster = QImage()
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setProperty("tone", "muted")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._button = push_button(self, "", self.action_wanted)
        layout = vbox(STRETCH, self._words, on=self, margins=(3 * GRID, GRID, 3 * GRID, GRID), spacing=GRID + GRID // 2)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()

    def say(self, words: str, button: str = "", poster: QImage | None = None) -> None:
        """`button` is the label of the one next action; empty for none."""
        self._poster = QImage() if poster is None else poster
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._words.setAccessibleName(words)
        self._button.setText(button)
        self._button.setAccessibleName(button)
        self._button.setVisible(bool(button))
        self.update()

    @property
    def words(self) -> str:
        return self._words.text()

    @property
    def button(self) -> QPushButton:
        return self._button

    def paint_media(self, painter: QPainter, area: QRectF) -> None:
        if not self._poster.isNull():
            painter.setOpacity(0.25)
            painter.drawImage(fitted(self._poster.size(), area), self._poster)
