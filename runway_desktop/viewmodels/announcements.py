"""Announces sent and ended tasks, each end once, and requests of other programs.

A setting selects what a person outside of the window is notified of; a screen reader hears all of it. Events close in
time are combined. Visibility of the window and the system's notification are handled elsewhere. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.events import TasksAdded
from runway_desktop.domain.library import Filter, GroupBy, Listing, Row
from runway_desktop.domain.permissions import waiting, waits_for_approval
from runway_desktop.domain.task import BatchId, TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import in_turn
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.announcements import (
    Announcement,
    End,
    end_of,
    is_over,
    is_sent,
    may_end,
    of_batch,
    of_requests,
    of_sent,
    of_tasks,
)
from runway_desktop.viewmodels.model import Model, Soon

from .bridge import Bridge

GATHER_MS = 2000


class Announcements(Model):
    announced = Signal(object)
    """An Announcement."""
    heard = Signal(str, bool)
    """A sentence for screen readers, and whether it is urgent. Independent of the setting."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._touched: dict[TaskId, None] = {}
        self._sent: dict[TaskId, None] = {}
        self._asked: list[TaskId] = []
        """Requests since the last announcement."""
        self._told: set[tuple[str, End]] = set()
        self._timer = Soon(self, GATHER_MS, self.flush)
        bridge.tasks_touched.connect(self._hear)
        bridge.tasks_added.connect(self._hear_new)

    def flush(self) -> None:
        """Announces what was gathered, without waiting for the timer."""
        self._timer.stop()
        touched, self._touched = tuple(self._touched), {}
        sent, self._sent = tuple(self._sent), {}
        came, self._asked = set(self._asked), []
        if asked := [task for task in waiting(self._cases.tasks.all_queued()) if task.id in came]:
            self._say(of_requests(asked))
            if self._cases.settings.announce != "off":
                self.announced.emit(of_requests(asked))
        if touched or sent:
            self._runner(self._look(touched, sent), "announce")

    def _hear(self, changes: Mapping[TaskId, Touch]) -> None:
        for task_id, touch in changes.items():
            if may_end(touch.states, touch.outputs.values()):
                self._touched[task_id] = None
            if is_sent(touch.before, touch.task):
                self._sent[task_id] = None
        if self._touched or self._sent:
            self._timer.begin()

    def _hear_new(self, event: TasksAdded) -> None:
        self._asked += [task.id for task in event.tasks if waits_for_approval(task)]
        if self._asked:
            self._timer.begin()

    async def _look(self, task_ids: Sequence[TaskId], sent: Sequence[TaskId]) -> None:
        ended: list[tuple[Row, End]] = []
        for row in await self._cases.library.rows(task_ids):
            end = end_of(row)
            if end is not None and (row.task.id, end) not in self._told:
                self._told.add((row.task.id, end))
                ended.append((row, end))
        if sent and (rows := await self._cases.library.rows(sent)):
            self._say(of_sent(rows))
        if ended:
            self._say(of_tasks(ended))
        match self._cases.settings.announce:
            case "each":
                self._tell(ended)
            case "batch":
                alone = [(row, end) for row, end in ended if row.task.batch_id is None or end is End.UNCERTAIN]
                self._tell(alone)
                batches = dict.fromkeys(row.task.batch_id for row, _ in ended if row.task.batch_id is not None)
                for batch_id in batches:
                    await self._look_at_batch(batch_id, [row.task.id for row, _ in ended])
            case "failures":
                self._tell([(row, end) for row, end in ended if end is not End.SAVED])
            case "off":
                pass

    async def _look_at_batch(self, batch_id: BatchId, task_ids: Sequence[TaskId]) -> None:
        listing = Listing(filter=Filter(batches=frozenset({batch_id})), group=GroupBy.BATCH)
        for batch in await self._cases.library.groups(listing):
            if is_over(batch) and (batch_id, End.SAVED) not in self._told:
                self._told.add((batch_id, End.SAVED))
                self.announced.emit(of_batch(batch, task_ids))

    def _say(self, said: Announcement) -> None:
        self.heard.emit(str(in_turn(f"{said.title}.", said.text)), said.is_problem)

    def _tell(self, ended: Sequence[tuple[Row, End]]) -> None:
        if ended:
            self.announced.emit(of_tasks(ended))
