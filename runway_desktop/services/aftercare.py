"""After a sending without an answer: counts and balance are read, and no other task of its model is sent before.

Another sending would blur what the readings say of the first. Loop's thread only; nothing raises.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from runway_desktop.domain.task import State, Task, TaskId

from .dispatch import Dispatch
from .ports import Clock

log = logging.getLogger(__name__)

WORTH_LOOKING = 1_800.0
"""Seconds after a sending without an answer for which counts and balance say something of it."""


class Aftercare:
    """`settled` is called when a model may be sent again."""

    def __init__(self, dispatch: Dispatch, clock: Clock, settled: Callable[[], None]) -> None:
        self._dispatch = dispatch
        self._clock = clock
        self._settled = settled
        self._looks: dict[TaskId, asyncio.Task[None]] = {}
        self._unsettled: dict[TaskId, tuple[str, asyncio.Event]] = {}

    def take_up(self, tasks: Iterable[Task]) -> None:
        """Looks after those of the last run of which a reading still tells something. Hours later, counts and balance
        have moved for many other reasons."""
        for task in tasks:
            if self._tells_something(task):
                self.look(task)

    def look(self, task: Task) -> None:
        first_look = asyncio.Event()
        self._unsettled[task.id] = (task.request.model, first_look)
        look = asyncio.create_task(self._look_and_wake(task.id, first_look), name=f"look after {task.id}")
        self._looks[task.id] = look
        look.add_done_callback(lambda done: self._looked(task.id, done))

    def is_unsettled(self, model: str) -> bool:
        """A sending of this model got no answer, and counts and balance were not read since."""
        return any(model == other and not looked.is_set() for other, looked in self._unsettled.values())

    def let_go(self) -> list[asyncio.Task[None]]:
        """Ends all looks; gives them, to be awaited."""
        looks = list(self._looks.values())
        for look in looks:
            look.cancel()
        return looks

    def _tells_something(self, task: Task) -> bool:
        if task.state is not State.UNCERTAIN or (task.evidence is not None and task.evidence.balance_after is not None):
            return False
        return task.sent_at is not None and 0.0 <= self._clock.now() - task.sent_at <= WORTH_LOOKING

    async def _look_and_wake(self, task_id: TaskId, first_look: asyncio.Event) -> None:
        looking = asyncio.create_task(self._dispatch.look_after(task_id, first_look))
        try:
            await first_look.wait()
            self._unsettled.pop(task_id, None)
            self._settled()
            await looking
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    def _looked(self, task_id: TaskId, done: asyncio.Task[None]) -> None:
        self._looks.pop(task_id, None)
        self._unsettled.pop(task_id, None)
        if not done.cancelled() and (error := done.exception()) is not None:
            log.error("Looking after %s went wrong", task_id, exc_info=error)
