"""The daily backups, as shown in the preferences: date, size, number. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from runway_desktop.services.backup.backups import Backups, KeptBackup
from runway_desktop.services.supervised import Runner
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
            return "Looking…"
        daily = [kept for kept in self._kept if kept.day is not None]
        if not daily:
            return "None yet. The first is made some minutes after a start."
        latest = daily[0]
        day = units.day_in_words(latest.day.isoformat() if latest.day else "", self._cases.clock.now())
        total = units.size(sum(kept.size for kept in self._kept))
        others = len(self._kept) - len(daily)
        said = f"The last: {day}, {units.size(latest.size)}. {units.count(len(self._kept), 'backup')}, {total} in all"
        return f"{said}, {others:,} of them made before a restore or by hand." if others else f"{said}."

    @property
    def trouble(self) -> str:
        return f"The last try failed: {self._backups.trouble}" if self._backups.trouble else ""

    def refresh(self) -> None:
        self._runner(self._backups.kept(), "list backups", done=self.while_open(self._list), failed=lambda _: None)

    def _list(self, kept: Sequence[KeptBackup]) -> None:
        self._kept = kept
        self.changed.emit()
