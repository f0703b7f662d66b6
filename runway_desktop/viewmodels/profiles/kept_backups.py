"""The daily backups, as shown in the preferences: date, size, number. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from runway_desktop.services.backup.backups import Backups, KeptBackup
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, in_turn, ngettext
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.model import Model


class KeptBackups(Model):
    changed = Signal()

    def __init__(self, cases: UseCases, backups: Backups, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._backups = backups
        self._kept: Sequence[KeptBackup] | None = None

    @property
    def folder(self) -> Path:
        return self._backups.profile.backups

    @property
    def is_demo(self) -> bool:
        """The demo makes no daily backups."""
        return self._cases.is_demo

    @property
    def has_any(self) -> bool:
        return bool(self._kept)

    @property
    def words(self) -> str:
        if self._kept is None:
            return _("Checking…")
        daily = [kept for kept in self._kept if kept.day is not None]
        if not daily:
            return _("None yet. The first one is created a few minutes after a start.")
        latest = daily[0]
        day = units.day_in_words(latest.day.isoformat() if latest.day else "", self._cases.clock.now())
        total = units.size(sum(kept.size for kept in self._kept))
        others = len(self._kept) - len(daily)
        last = _("Last backup: {day}, {size}.", day=day, size=units.size(latest.size))
        held = ngettext("{n} backup, {size} in total.", "{n} backups, {size} in total.", len(self._kept), size=total)
        apart = ngettext(
            "{n} of them was created before a restore or by hand.",
            "{n} of them were created before a restore or by hand.",
            others,
        )
        return str(in_turn(last, held, apart if others else ""))

    @property
    def trouble(self) -> str:
        trouble = self._backups.trouble
        return str(in_turn(_("The last daily backup failed."), trouble)) if trouble else ""

    def refresh(self) -> None:
        self._runner(self._backups.kept(), "list backups", done=self.while_open(self._list), failed=lambda _: None)

    def _list(self, kept: Sequence[KeptBackup]) -> None:
        self._kept = kept
        self.changed.emit()
