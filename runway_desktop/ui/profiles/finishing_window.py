"""What is shown while a restore is finished before the window opens. It has nothing to press: the restore was agreed
to, and ends with the old state or the new one whatever happens. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.ui.building import vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID, Theme

from .progress_foot import ProgressFoot

_WIDTH = 420


class FinishingWindow(QWidget):
    def __init__(self, profile: str, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("Runway Desktop")
        title = words(self, f"Restoring the profile “{profile}”…")
        title.setFont(theme.strong_font())
        when = words(self, "The window opens when it is done. What is here now is kept as a backup.", "muted")
        self.foot = ProgressFoot(self)
        vbox(title, when, self.foot, on=self, margins=2 * GRID)
        self.setFixedWidth(_WIDTH)

    def closeEvent(self, event: QCloseEvent) -> None:
        """It would only hide what goes on."""
        event.ignore()
