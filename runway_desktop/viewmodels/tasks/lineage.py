"""Lineage of the selected task, for a strip of thumbnails. Follows the selection and new or saved results. GUI thread
only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.task import TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon

if TYPE_CHECKING:
    from runway_desktop.usecases.listing.lineage import Family

SETTLE_MS = 200


class LineageModel(Model):
    changed = Signal()

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.task_id: TaskId | None = None
        self.family: Family | None = None
        """None unless exactly one task is selected and its family is loaded."""
        self._asked = 0
        self._soon = Soon(self, SETTLE_MS, self._ask)
        bridge.tasks_added.connect(self._soon.begin)
        bridge.tasks_touched.connect(self._touched)

    def choose(self, task_id: TaskId | None) -> None:
        """Sets the selected task; None unless exactly one is selected."""
        if task_id != self.task_id:
            self.task_id, self.family = task_id, None
            self._asked += 1
            self._soon.stop()
            self.changed.emit()
            self._ask()

    def _ask(self) -> None:
        self._asked += 1
        if self.task_id is not None:
            self._runner(self._load(self._asked, self.task_id), "look for kin")

    async def _load(self, asked: int, task_id: TaskId) -> None:
        family = await self._cases.family(task_id)
        if asked == self._asked and family != self.family:
            self.family = family
            self.changed.emit()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        if self.family is not None and any(touch.outputs and one in self.family for one, touch in touches.items()):
            self._soon.begin()
