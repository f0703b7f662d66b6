"""Batch name and row number of a task, for file names. Loop's thread; StoreError passes."""

from __future__ import annotations

from runway_desktop.domain.library import Filter, GroupBy, Listing, SortKey
from runway_desktop.domain.task import BatchId, Task, TaskId
from runway_desktop.services.ports import Store


class BatchNames:
    """Caches each batch: make a new instance when batches may have grown."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: dict[BatchId, str] = {}
        self._rows: dict[BatchId, dict[TaskId, int]] = {}

    async def name(self, batch_id: BatchId | None) -> str:
        if batch_id is None:
            return ""
        if batch_id not in self._names:
            self._names[batch_id] = (await self._store.batch_names([batch_id])).get(batch_id, "")
        return self._names[batch_id]

    async def row(self, task: Task) -> int | None:
        """From 1, by creation, as in the table."""
        if task.batch_id is None:
            return None
        if task.batch_id not in self._rows:
            only = Filter(batches=frozenset({task.batch_id}))
            order = Listing(filter=only, sort=SortKey.MADE, descending=False, group=GroupBy.NONE)
            members = await self._store.list(order)
            self._rows[task.batch_id] = {task_id: number for number, task_id in enumerate(members.ids, 1)}
        return self._rows[task.batch_id].get(task.id)

    async def of(self, task: Task, template: str) -> tuple[str, int | None]:
        """Name and row, each looked up only if the template uses it."""
        asked = template.lower()
        name = await self.name(task.batch_id) if "{batch" in asked else ""
        return name, await self.row(task) if "{row" in asked else None
