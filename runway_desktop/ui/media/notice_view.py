"""Text instead of media: a running task, a failure, a missing file, or a kind that only other programs open. A poster
stays visible behind it. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter

from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, hbox, push_button, vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID, Theme

from .stage import Stage, fitted


class NoticeView(Stage):
    action_wanted = Signal()
    """Open the file with the system's program."""
    folder_wanted = Signal()
    """Show the file in its folder."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._poster = QImage()
        self._words = words(self, tone="muted")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = push_button(self, _("Open"), self.action_wanted)
        self._folder = push_button(self, _("Show in folder"), self.folder_wanted)
        buttons = hbox(STRETCH, self.button, self._folder, STRETCH, spacing=GRID)
        rows = (STRETCH, self._words, buttons, STRETCH)
        vbox(*rows, on=self, margins=(3 * GRID, GRID, 3 * GRID, GRID), spacing=GRID + GRID // 2)

    def say(self, sentence: str, poster: QImage | None = None, *, can_open: bool = False) -> None:
        """Shows a sentence. `can_open`: offer to open the file with other programs."""
        self._poster = QImage() if poster is None else poster
        self._words.setText(sentence)
        self._words.setVisible(bool(sentence))
        self._words.setAccessibleName(sentence)
        self.button.setVisible(can_open)
        self._folder.setVisible(can_open)
        self.update()

    @property
    def words(self) -> str:
        return self._words.text()

    def paint_media(self, painter: QPainter, area: QRectF) -> None:
        if not self._poster.isNull():
            painter.setOpacity(0.25)
            painter.drawImage(fitted(self._poster.size(), area), self._poster)
