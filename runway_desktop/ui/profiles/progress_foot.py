"""How far a backup or a restore is: a bar, and what is being done. GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from runway_desktop.ui.building import vbox
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.words import units

_STEPS = 1_000


class ProgressFoot(QWidget):
    """It keeps its room while there is nothing to show, so that nothing jumps."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self._said = words(self, tone="muted")
        vbox(self._bar, self._said, on=self, spacing=GRID // 2)
        self.hide()

    def show_progress(self, words_of_it: str, done: int, total: int) -> None:
        """`done` and `total` in bytes; a `total` of 0 is one that nobody knows."""
        self._bar.setMaximum(_STEPS if total else 0)
        self._bar.setValue(done * _STEPS // total if total else 0)
        of = f", {units.size(done)} of {units.size(total)}" if total else ""
        say(self._said, f"{words_of_it}{of}")
        self.show()
