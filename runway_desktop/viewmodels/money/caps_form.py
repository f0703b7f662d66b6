"""The caps as a form: what may be spent, what is spent, and which projects could have a cap. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from runway_desktop.services.engine import Engine
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.words import units
from runway_desktop.viewmodels.bridge import Bridge

SUMS = ("day_cap", "month_cap", "sending_cap", "confirm_above")
"""Preferences that are a sum of credits, or none."""


class CapsForm(QObject):
    changed = Signal()

    def __init__(self, engine: Engine, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._known: tuple[str, ...] = ()
        self._shown: list[str] = []
        bridge.settings_changed.connect(self._told)

    def sum(self, name: str) -> int:
        """Credits of one of `SUMS`; 0: none."""
        value: float | None = getattr(self._engine.settings, name)
        return round(value or 0)

    def set_sum(self, name: str, credits: int) -> None:
        self._engine.settings.set(name, float(credits) if credits > 0 else None)

    def sum_words(self, name: str) -> str:
        """What the sum is in dollars, and how much of it is used."""
        credits = self.sum(name)
        parts = [units.dollars(credits)] if credits else []
        match name:
            case "day_cap":
                parts.append(f"{units.number(round(self._engine.budget.spent_today, 1))} spent today")
            case "month_cap":
                parts.append(f"{units.number(round(self._engine.budget.spent_this_month, 1))} spent this month")
        return " · ".join(parts)

    def projects(self) -> list[tuple[str, int]]:
        """Projects that have a cap or were added here, by name, with their caps; 0: none."""
        caps = self._engine.settings.project_caps
        names = {*caps, *self._shown}
        return [(name, round(caps.get(name, 0.0))) for name in sorted(names, key=str.casefold)]

    def other_projects(self) -> list[str]:
        """Known projects that could be added."""
        shown = {name for name, _ in self.projects()}
        return [name for name in self._known if name not in shown]

    def add_project(self, name: str) -> None:
        """Lists a project without capping it."""
        if name not in self._shown:
            self._shown.append(name)
            self.changed.emit()

    def set_project_cap(self, name: str, credits: int) -> None:
        if name not in self._shown:
            # A row that loses its cap stays where it is until the preferences are opened again.
            self._shown.append(name)
        others = {other: cap for other, cap in self._engine.settings.project_caps.items() if other != name}
        self._engine.settings.project_caps = {**others, name: float(credits)} if credits > 0 else others

    def ask_projects(self) -> None:
        """Finds out which projects there are."""
        self._runner(self._ask(), "list projects")

    async def _ask(self) -> None:
        counts = await self._engine.library.counts()
        known = tuple(sorted((name for name in counts.projects if name), key=str.casefold))
        if known != self._known:
            self._known = known
            self.changed.emit()

    def _told(self, names: frozenset[str]) -> None:
        if names & {*SUMS, "project_caps"}:
            self.changed.emit()
