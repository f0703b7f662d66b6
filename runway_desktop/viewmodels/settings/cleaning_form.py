"""Saved files that say where inputs lie on this computer, as the preferences tell of them, and cleaning them.
GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.services.results.request_cleaning import Cleaned
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import files, units
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.model import Model


class CleaningForm(Model):
    changed = Signal()

    def __init__(self, cases: UseCases, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._is_busy = False
        self._was_looked_at = False
        self._count = 0
        self.words = ""
        self.tone = Tone.PLAIN

    @property
    def can_clean(self) -> bool:
        return self._count > 0 and not self._is_busy

    @property
    def label(self) -> str:
        return f"Clean {units.count(self._count, 'file')}"

    def look(self) -> None:
        """Counts them, once as long as the preferences are open."""
        if not self._was_looked_at:
            self._was_looked_at = True
            self._runner(self._cases.request_cleaning.count(), "count files to clean", done=self._counted)

    def clean(self) -> None:
        if self.can_clean:
            self._is_busy = True
            self._say(files.cleaning(self._count), Tone.BUSY)
            work = self._cases.request_cleaning.clean(self._cleaned_so_far)
            self._runner(work, "clean files", done=self._cleaned, failed=self._refused)

    def _counted(self, count: int) -> None:
        self._count = count
        self._say(files.to_clean(count), Tone.WARN)

    def _cleaned_so_far(self, done: int) -> None:
        self._say(files.cleaning(self._count - done), Tone.BUSY)

    def _cleaned(self, cleaned: Cleaned) -> None:
        self._is_busy, self._count = False, cleaned.failed
        self._say(files.cleaned(cleaned.cleaned, cleaned.failed), Tone.WARN if cleaned.failed else Tone.GOOD)

    def _refused(self, error: RunwayDesktopError) -> None:
        self._is_busy = False
        self._say(error.in_words(), Tone.BAD)

    def _say(self, words: str, tone: Tone) -> None:
        self.words, self.tone = words, tone
        # The preferences may have been closed while files were looked at.
        if isValid(self):
            self.changed.emit()
