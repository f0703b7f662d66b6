"""State of the window of backup: contents, progress, outcome; and the base of its model and the restore's. GUI thread
only.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from runway_desktop.domain.backups import MemberKind
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.domain.filenames import safe_name
from runway_desktop.services.backup.backups import LAST_FOLDER, Backups, last_folder
from runway_desktop.services.backup.packing import MadeBackup, Outline, PackOptions
from runway_desktop.services.backup.watching import WatchProgress
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, in_turn, ngettext
from runway_desktop.usecases.question import Phase
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.model import Model
from runway_desktop.viewmodels.system import documents


class WatchedModel(Model):
    """Phase, progress and outcome of work on a backup."""

    changed = Signal()

    def __init__(self, cases: UseCases, runner: Runner, parent: QObject | None) -> None:
        super().__init__(cases, runner, parent)
        self.phase = Phase.LOOKING
        self.progress = WatchProgress("")
        self.problem = ""
        self.report = ""

    def _begin(self) -> None:
        self.phase, self.problem, self.report = Phase.WORKING, "", ""
        self.progress = WatchProgress(_("Starting"))
        self.changed.emit()

    def _at(self, progress: WatchProgress) -> None:
        if self.phase in (Phase.LOOKING, Phase.WORKING):
            self.progress = progress
            self._say()

    def _failed(self, error: RunwayDesktopError) -> None:
        self.phase, self.problem = Phase.READY, error.in_words()
        self._say()

    def _say(self) -> None:
        # The window may have been closed meanwhile.
        if isValid(self):
            self.changed.emit()


class BackupModel(WatchedModel):
    def __init__(self, cases: UseCases, backups: Backups, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._backups = backups
        self.outline = Outline()
        self.results = False
        self.posters = True
        self.made: Path | None = None
        runner(backups.survey(), "look at what a backup would hold", done=self._surveyed, failed=self._failed)

    @property
    def always_words(self) -> str:
        """What every backup contains."""
        return _(
            "Always included: tasks, settings, saved searches, presets, sheets and drafts. Never included: your key, "
            "and links to download your results."
        )

    @property
    def results_words(self) -> str:
        outline = self.outline
        if self.phase is Phase.LOOKING or not outline.results:
            return _("Include results")
        size = units.size(outline.result_bytes)
        return ngettext("Include {n} result, {size}", "Include {n} results, {size}", outline.results, size=size)

    @property
    def results_note(self) -> str:
        """Missing results, which are left out."""
        missing = self.outline.missing
        if not missing:
            return "" if self.outline.results or self.phase is Phase.LOOKING else _("There are none on this computer.")
        return ngettext(
            "{n} result is not where it was saved, and is left out.",
            "{n} results are not where they were saved, and are left out.",
            missing,
        )

    @property
    def posters_words(self) -> str:
        outline = self.outline
        if not outline.posters:
            return _("Include thumbnails")
        size = units.size(outline.poster_bytes)
        return ngettext("Include {n} thumbnail, {size}", "Include {n} thumbnails, {size}", outline.posters, size=size)

    @property
    def size_words(self) -> str:
        """Maximum size; texts are compressed."""
        if self.phase is Phase.LOOKING:
            return _("Checking the profile…")
        return _("One file of at most {size}.", size=units.size(self.outline.size(self.choice)))

    @property
    def choice(self) -> PackOptions:
        return PackOptions(posters=self.posters, results=self.results)

    @property
    def reason(self) -> str:
        """Why a backup cannot start now; empty if it can."""
        match self.phase:
            case Phase.LOOKING:
                return _("The profile is still being checked.")
            case Phase.WORKING:
                return _("A backup is being created.")
            case Phase.READY | Phase.DONE:
                return ""

    def set_results(self, on: bool) -> None:
        self.results = on
        self._again()

    def set_posters(self, on: bool) -> None:
        self.posters = on
        self._again()

    def suggested(self) -> Path:
        """Suggested target, named after profile and date."""
        day = date.fromtimestamp(self._cases.clock.now())
        folder = last_folder(self._cases.settings) or documents()
        return folder / f"{safe_name(self._backups.profile.name, max_bytes=100) or 'Profile'} {day.isoformat()}.zip"

    def start(self, target: Path) -> None:
        if self.reason:
            return
        self._cases.settings.set(LAST_FOLDER, str(target.parent))
        self._begin()
        making = self._backups.back_up(target, self.choice, self._at)
        self._runner(making, "back up the profile", done=self._done, failed=self._failed)

    def stop(self) -> None:
        if self.phase is Phase.WORKING:
            self._backups.stop()

    def _again(self) -> None:
        if self.phase is Phase.DONE:
            self.phase, self.report = Phase.READY, ""
        self.problem = ""
        self.changed.emit()

    def _surveyed(self, outline: Outline) -> None:
        self.outline, self.phase = outline, Phase.READY
        self._say()

    def _done(self, made: MadeBackup | None) -> None:
        if made is None:
            self.phase, self.report = Phase.READY, _("Canceled. No file was left behind.")
        else:
            self.phase, self.made = Phase.DONE, made.path
            results = len(made.manifest.of(MemberKind.RESULT))
            size, name, folder = units.size(made.size), made.path.name, made.path.parent
            with_them = ngettext(
                "Backed up to “{file}” in “{folder}”: {size}, with {n} result.",
                "Backed up to “{file}” in “{folder}”: {size}, with {n} results.",
                results,
                size=size,
                file=name,
                folder=folder,
            )
            alone = _("Backed up to “{file}” in “{folder}”: {size}.", size=size, file=name, folder=folder)
            gone = made.manifest.left_out
            without = ngettext(
                "{n} result is not included, because its file was missing.",
                "{n} results are not included, because their files were missing.",
                gone,
            )
            checked = _("The file was read back and compared. Your key is not included.")
            self.report = str(in_turn(with_them if results else alone, without if gone else "", checked))
        self._say()
