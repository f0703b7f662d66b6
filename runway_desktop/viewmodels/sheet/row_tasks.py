"""What became of the rows that were sent: each row's tasks, live beside it. GUI thread only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import BatchId, TaskId
from runway_desktop.services.library.sheets import SentTask
from runway_desktop.usecases.listing.changes import Touch, merged
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.values import replace

from .model import SheetModel

FETCHED_AT_ONCE = 200


class Following:
    def __init__(self, cases: UseCases, model: SheetModel) -> None:
        self._cases = cases
        self._model = model
        self._row_of: dict[TaskId, int] = {}

    @property
    def any(self) -> bool:
        return bool(self._row_of)

    def link(self, number: int, tasks: Iterable[SentTask]) -> None:
        """These were made of the row with this number."""
        self._row_of |= {task.task_id: number for task in tasks}

    async def learn(self, task_ids: Sequence[TaskId]) -> None:
        """Fetches what became of these tasks. StoreError passes through."""
        for start in range(0, len(task_ids), FETCHED_AT_ONCE):
            self._show(await self._cases.library.rows(task_ids[start : start + FETCHED_AT_ONCE]))

    async def learn_all(self) -> set[int]:
        """Fetches what became of every task, and lets go of those that were written down and never stored, because the
        program ended in between. Gives the numbers of their rows, which were not sent."""
        await self.learn(list(self._row_of))
        gone = {task_id: number for task_id, number in self._row_of.items() if self._model.task(task_id) is None}
        for task_id in gone:
            del self._row_of[task_id]
        return set(gone.values())

    def batch(self) -> BatchId | None:
        """Of the tasks that are known."""
        known = (self._model.task(task_id) for task_id in self._row_of)
        return next((row.task.batch_id for row in known if row is not None), None)

    def take(self, touches: Mapping[TaskId, Touch]) -> None:
        """What the engine just told of any tasks."""
        rows = []
        for task_id in touches.keys() & self._row_of.keys():
            known, touch = self._model.task(task_id), touches[task_id]
            if known is not None:
                outputs = merged(known.outputs, touch.outputs)
                rows.append(replace(known, task=touch.task or known.task, outputs=outputs))
        self._show(rows)

    def _show(self, rows: Sequence[Row]) -> None:
        places = {at for row in rows if (at := self._model.place_of(self._row_of.get(row.task.id, 0))) is not None}
        self._model.show_tasks({row.task.id: row for row in rows}, places)
