"""State of the budget beside the queue. Follows queue, caps and spending while it is open. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from runway_desktop.usecases.lane_lines import LaneLines
from runway_desktop.usecases.words.budget import QueueBudget

from .bridge import Bridge
from .model import Soon

SETTLE_MS = 500
"""All queued tasks are priced, so a burst of changes is one update."""


class BudgetModel(QObject):
    changed = Signal()

    def __init__(self, bridge: Bridge, lane: LaneLines, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._is_open = False
        self.budget = QueueBudget()
        self._soon = Soon(self, SETTLE_MS, self._look)
        for moved in (bridge.lane_changed, bridge.tasks_touched, bridge.tasks_added, bridge.settings_changed):
            moved.connect(self._soon.begin)

    @property
    def raise_words(self) -> str:
        """What raising the cap would do and send; empty if there is none to raise."""
        kept = self.budget.kept
        return self._lane.raise_words(kept) if kept is not None else ""

    def set_open(self, is_open: bool) -> None:
        was_open, self._is_open = self._is_open, is_open
        if is_open and not was_open:
            self._look()

    def _look(self) -> None:
        if self._is_open and (found := self._lane.budget()) != self.budget:
            self.budget = found
            self.changed.emit()
