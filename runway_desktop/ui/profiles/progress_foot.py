"""Progress and outcome of a backup or restore. GUI thread only."""

from __future__ import annotations

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.texts import _
from runway_desktop.ui.building import Dialog, fit, progress_bar, vbox
from runway_desktop.ui.labels import announce, say, words
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.phase import Phase
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.profiles.backups import BackupModel
from runway_desktop.viewmodels.profiles.restore import RestoreModel

_STEPS = 1_000


class ProgressFoot(QWidget):
    """Progress bar with a line of text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._bar = progress_bar(self)
        self._said = words(self, tone="muted")
        vbox(self._bar, self._said, on=self, spacing=GRID // 2)
        self.hide()

    def show_progress(self, words_of_it: str, done: int, total: int) -> None:
        """`done` and `total` in bytes; a `total` of 0 is unknown."""
        self._bar.setMaximum(_STEPS if total else 0)
        self._bar.setValue(done * _STEPS // total if total else 0)
        of = _("{done} of {total}", done=units.size(done), total=units.size(total)) if total else ""
        say(self._said, " · ".join(filter(None, (words_of_it, of))))
        self.show()


class ProgressWindow(Dialog):
    """Base class of windows whose model works for a while. Owns the model. Subclasses lay out the widgets made here,
    and call `show_progress` after each update."""

    def __init__(
        self, model: BackupModel | RestoreModel, title: str, width: int, parent: QWidget, *, spoken: str = ""
    ) -> None:
        super().__init__(title, parent, spoken=spoken)
        model.setParent(self)
        self._work = model
        self._told = ""
        self.setMinimumWidth(width)
        self.foot = ProgressFoot(self)
        self.report = words(self, tone="good")
        self.problem = words(self, tone="bad")

    def reject(self) -> None:
        """Cancels running work but stays open to show the outcome; otherwise closes."""
        works = self._work.phase is Phase.WORKING
        self._work.stop()
        if not works:
            super().reject()

    def show_progress(self, *, works: bool, tone: str) -> None:
        model = self._work
        if works:
            self.foot.show_progress(str(model.progress.words), model.progress.done, model.progress.total)
        self.foot.setVisible(works)
        say(self.report, model.report, tone)
        say(self.problem, model.problem)
        told = model.problem or model.report
        if told != self._told:
            self._told = told
            announce(self, told, urgent=bool(model.problem))
        fit(self)


_WIDTH = 420


class WaitingWindow(QWidget):
    """Shown while the program works before its main window opens: title, sentence, progress bar. A context manager."""

    def __init__(self, title: str, sentence: str, theme: Theme) -> None:
        super().__init__()
        self.setWindowTitle("Runway Desktop")
        heading = words(self, title)
        heading.setFont(theme.strong_font())
        self.foot = ProgressFoot(self)
        vbox(heading, words(self, sentence, "muted"), self.foot, on=self, margins=2 * GRID)
        self.setFixedWidth(_WIDTH)

    def __enter__(self) -> WaitingWindow:
        self.show()
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing would only hide the work."""
        event.ignore()
