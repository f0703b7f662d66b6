"""After a sending without an answer: counts and balance are read, and no other task of its model is sent meanwhile.

Another sending would blur what the readings say of the first. Loop's thread only; nothing raises: a mistake of the
program is reported, and the model may be sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from runway_desktop.domain.task import Task, TaskId
from runway_desktop.services.supervised import report

from .readings import Readings


class UncertainFollowup:
    """`settled` is called when a model may be sent again."""

    def __init__(self, readings: Readings, settled: Callable[[], None]) -> None:
        self._readings = readings
        self._settled = settled
        self._looks: dict[TaskId, asyncio.Task[None]] = {}
        self._unsettled: dict[TaskId, tuple[str, asyncio.Event]] = {}

    def take_up(self, tasks: Iterable[Task]) -> None:
        """Looks after those of the last run of which a reading still tells something. Hours later, counts and balance
        have moved for many other reasons."""
        for task in tasks:
            if self._readings.tells_something(task):
                self.look(task)

    def look(self, task: Task) -> None:
        settled = asyncio.Event()
        self._unsettled[task.id] = (task.request.model, settled)
        look = asyncio.create_task(self._look_and_wake(task.id, settled), name=f"look after {task.id}")
        self._looks[task.id] = look
        look.add_done_callback(lambda done: self._looked(task.id, done))

    def is_unsettled(self, model: str) -> bool:
        """A sending of this model got no answer, and counts and balance do not say yet what became of it."""
        return any(model == other and not settled.is_set() for other, settled in self._unsettled.values())

    def let_go(self) -> list[asyncio.Task[None]]:
        """Ends all looks; gives them, to be awaited."""
        looks = list(self._looks.values())
        for look in looks:
            look.cancel()
        return looks

    async def _look_and_wake(self, task_id: TaskId, settled: asyncio.Event) -> None:
        looking = asyncio.create_task(self._readings.look_after(task_id, settled))
        try:
            await settled.wait()
            self._settled()
            await looking
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    def _looked(self, task_id: TaskId, done: asyncio.Task[None]) -> None:
        self._looks.pop(task_id, None)
        self._unsettled.pop(task_id, None)
        if not done.cancelled() and (error := done.exception()) is not None:
            report("looking after a sending without an answer", error)
