"""Base class of the imports: search, check rows, import. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.phase import Phase
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.model import Model

from .preview_table import PreviewTable


class ImportModel(Model):
    changed = Signal()
    finished = Signal(object)
    """Ids of imported or restored tasks, to show them in the list."""

    def __init__(self, cases: UseCases, runner: Runner, titles: Sequence[str], parent: QObject | None) -> None:
        super().__init__(cases, runner, parent)
        self.phase = Phase.LOOKING
        self.problem = ""
        self.table = PreviewTable(titles, self)
        self._progress = Progress(self.changed.emit)
        self.table.ticks_changed.connect(self.changed)

    @property
    def progress(self) -> tuple[int, int]:
        return self._progress.done, self._progress.total

    def stop(self) -> None:
        """Stops; what was found or imported so far stays."""
        self._progress.stop()

    def leave(self) -> None:
        """Call when the window closes: stops a search, but not an import."""
        if self.phase is Phase.LOOKING:
            self.stop()

    def _failed(self, error: RunwayDesktopError) -> None:
        """Shows an error. What was imported stays, and the next press recognizes it."""
        self.problem = error.in_words()
        self.phase = Phase.READY
        self.table.lock(False)
        self.changed.emit()
