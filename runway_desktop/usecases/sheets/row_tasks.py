"""Tasks of the sent rows of a sheet, kept up to date. Loop's thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import BatchId, TaskId
from runway_desktop.services.library.library import Library
from runway_desktop.services.library.sheets import SentTask
from runway_desktop.usecases.listing.changes import Touch, merged
from runway_desktop.values import replace

FETCHED_AT_ONCE = 200


class Following:
    def __init__(self, library: Library, tasks: dict[TaskId, Row], moved: Callable[[set[int]], None]) -> None:
        """`tasks` is filled with the known tasks. `moved` is called with the numbers of rows that have changed."""
        self._library = library
        self._tasks = tasks
        self._moved = moved
        self._row_of: dict[TaskId, int] = {}

    @property
    def any(self) -> bool:
        return bool(self._row_of)

    def link(self, number: int, tasks: Iterable[SentTask]) -> None:
        self._row_of |= {task.task_id: number for task in tasks}

    async def learn(self, task_ids: Sequence[TaskId]) -> None:
        """Loads these tasks. May raise StoreError."""
        for start in range(0, len(task_ids), FETCHED_AT_ONCE):
            self._show(await self._library.rows(task_ids[start : start + FETCHED_AT_ONCE]))

    async def learn_all(self) -> set[int]:
        """Loads all tasks, and drops those recorded in the sheet but never stored, because the program ended in
        between. Returns the numbers of their rows, which were not sent."""
        await self.learn(list(self._row_of))
        gone = {task_id: number for task_id, number in self._row_of.items() if task_id not in self._tasks}
        for task_id in gone:
            del self._row_of[task_id]
        return set(gone.values())

    def batch(self) -> BatchId | None:
        """The batch of the loaded tasks; None if there are none."""
        return next((self._tasks[one].task.batch_id for one in self._row_of if one in self._tasks), None)

    def take(self, touches: Mapping[TaskId, Touch]) -> None:
        """Applies changes published by the engine."""
        rows = []
        for task_id in touches.keys() & self._row_of.keys() & self._tasks.keys():
            known, touch = self._tasks[task_id], touches[task_id]
            rows.append(replace(known, task=touch.task or known.task, outputs=merged(known.outputs, touch.outputs)))
        self._show(rows)

    def _show(self, rows: Sequence[Row]) -> None:
        self._tasks.update((row.task.id, row) for row in rows)
        self._moved({self._row_of[row.task.id] for row in rows if row.task.id in self._row_of})
