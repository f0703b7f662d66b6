"""What became of the rows that were sent: each row's tasks, live beside it. GUI thread only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.sheets import SentTask
from runway_desktop.viewmodels.bridge import Touch

from .model import SheetModel

FETCHED_AT_ONCE = 200


class Following:
    def __init__(self, engine: Engine, model: SheetModel) -> None:
        self._engine = engine
        self._model = model
        self._row_of: dict[TaskId, int] = {}

    @property
    def any(self) -> bool:
        return bool(self._row_of)

    def link(self, number: int, tasks: Iterable[SentTask]) -> None:
        """These were made of the row with this number."""
        self._row_of |= {task.task_id: number for task in tasks}

    async def learn(self, task_ids: Sequence[TaskId] | None = None) -> None:
        """Fetches what became of these tasks, or of all. StoreError passes through."""
        ids = list(self._row_of) if task_ids is None else task_ids
        for start in range(0, len(ids), FETCHED_AT_ONCE):
            self._show(await self._engine.library.rows(ids[start : start + FETCHED_AT_ONCE]))

    def take(self, touches: Mapping[TaskId, Touch]) -> None:
        """What the engine just told of any tasks."""
        rows = []
        for task_id in touches.keys() & self._row_of.keys():
            known, touch = self._model.task(task_id), touches[task_id]
            if known is not None:
                rows.append(
                    replace(known, task=touch.task or known.task, outputs=_merged(known.outputs, touch.outputs))
                )
        self._show(rows)

    def _show(self, rows: Sequence[Row]) -> None:
        places = {at for row in rows if (at := self._model.place_of(self._row_of.get(row.task.id, 0))) is not None}
        self._model.show_tasks({row.task.id: row for row in rows}, places)


def _merged(outputs: tuple[Output, ...], changed: dict[int, Output]) -> tuple[Output, ...]:
    by_index = {output.index: output for output in outputs} | changed
    return tuple(by_index[index] for index in sorted(by_index))
