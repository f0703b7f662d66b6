"""Dialog shown while the program closes: what it still waits for, and a button to close anyway. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from runway_desktop.texts import Text, _
from runway_desktop.ui.building import STRETCH, Dialog, add_all, fit, hbox, push_button, vbox
from runway_desktop.ui.labels import say, strong, words
from runway_desktop.ui.theme import GRID

WIDTH = 52 * GRID
TITLE = Text("Closing…")


class ClosingDialog(Dialog):
    """Stays open until `end`: Escape is ignored."""

    anyway = Signal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(str(TITLE), parent)
        self.setMinimumWidth(WIDTH)
        self._words = words(self, tone="muted")
        self._anyway = push_button(self, _("Close anyway"), self.anyway.emit, kind="danger")
        self._anyway.setVisible(False)
        rows = vbox(on=self, margins=2 * GRID)
        add_all(rows, strong(words(self, str(TITLE))), self._words, hbox(STRETCH, self._anyway))

    def show_words(self, text: str, *, can_be_left: bool) -> None:
        if text != self._words.text() or can_be_left is self._anyway.isHidden():
            say(self._words, text)
            self.setAccessibleDescription(text)
            self._anyway.setVisible(can_be_left)
            fit(self)

    def reject(self) -> None:
        pass

    def end(self) -> None:
        super().reject()
