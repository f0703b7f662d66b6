"""Updates the sidecars of saved results when a task is renamed, rated, picked, tagged or noted.

Changes are collected for a second, so an action on thousands of tasks is one pass; a worker compares the sidecars one
by one and writes those that differ. A missing sidecar is not created, another task's is not changed, and an unmounted
drive is only logged. Pending task ids are stored in the settings, so that a killed program continues at the next start.
Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import Event, TaskChanged
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import Alarm
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.file_locks import FileLocks, Owner
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import keep_going

if TYPE_CHECKING:
    from runway_desktop.services.ports import Clock, Store

log = logging.getLogger(__name__)

GATHER = 1.0
"""Seconds for which changes are collected."""
AGAIN_AFTER = 30.0
"""Seconds before a retry after the database refused."""
AT_ONCE = 100
"""Tasks per call of the worker."""
BEHIND = "sidecars.behind"
"""Setting with the ids of tasks whose sidecars are pending."""
MOST_NOTED = 20_000

_TOLD = (
    "title", "project", "rating", "pick", "picked_by", "picked_at", "tags", "shot", "note", "trims", "marks",
    "cost_credits", "run",
)  # fmt: skip
"""The fields of a task that are in its sidecar and that may change later."""


@dataclass(eq=False, repr=False)
class SidecarKeeper:
    """`locks`: of results' files; each also covers the sidecar."""

    _store: Store
    _bus: Bus
    _clock: Clock
    _settings: Settings
    _locks: FileLocks
    _executor: Executor | None = None

    def __post_init__(self) -> None:
        self._behind: dict[TaskId, None] = {}
        self._working = asyncio.Lock()
        self._alarm = Alarm(self._clock)
        self._bus.listen(self._hear)

    async def run(self) -> None:
        """Writes changes until canceled. Runs once per program, held by the supervisor."""
        left = self._settings.get(BEHIND, [])
        self._take([TaskId(word) for word in left if isinstance(word, str)] if isinstance(left, list) else [])
        await keep_going("keeping sidecars up to date", self._turn, self._clock)

    async def _turn(self) -> None:
        await self._alarm.wait(None)
        self._note()
        await self._clock.sleep(GATHER)
        try:
            await self.settle()
        except StoreError as error:
            log.warning("Sidecars could not be brought up to date: %s", error)
            await self._clock.sleep(AGAIN_AFTER)
            self._alarm.ring()

    async def settle(self) -> None:
        """Writes all pending sidecars. After a StoreError they stay pending."""
        async with self._working:
            left: dict[TaskId, None] = {}
            try:
                while self._behind:
                    page = list(self._behind)[:AT_ONCE]
                    # Before they are read, so that a later change makes them pending again.
                    for task_id in page:
                        del self._behind[task_id]
                    left |= dict.fromkeys(page)
                    rows = await self._store.rows(page)
                    in_hand = {row.task.id for row in rows if any(map(self._locks.is_in_hand, _owners(row)))}
                    await self._renew([row for row in rows if row.task.id not in in_hand])
                    left = {task_id: None for task_id in left if task_id in in_hand or task_id not in page}
                # Those whose files are locked (being moved or fetched) last, so they do not delay others.
                for task_id in list(left):
                    await self._renew(await self._store.rows([task_id]))
                    del left[task_id]
            except BaseException:
                self._behind = left | self._behind
                raise
            self._note()

    async def _renew(self, rows: Sequence[Row]) -> None:
        async with self._locks.hold(owner for row in rows for owner in _owners(row)):
            # Read again: the lock's last owner may have moved the files.
            await in_worker(self._executor, _renew, await self._store.rows([row.task.id for row in rows]))

    def _hear(self, event: Event) -> None:
        if isinstance(event, TaskChanged) and event.task.has_results:
            self._take([event.task.id] if _told(event.task) != _told(event.before) else [])

    def _take(self, task_ids: Sequence[TaskId]) -> None:
        if task_ids:
            self._behind |= dict.fromkeys(task_ids)
            self._alarm.ring()

    def _note(self) -> None:
        """Stores all pending ids at once, since the setting is written as a whole."""
        if self._behind or self._settings.get(BEHIND) is not None:
            self._settings.set(BEHIND, list(self._behind)[:MOST_NOTED] or None)


def _owners(row: Row) -> list[Owner]:
    return [(output.task_id, output.index) for output in row.outputs]


def _told(task: Task) -> tuple[object, ...]:
    return tuple(getattr(task, name) for name in _TOLD)


def _renew(rows: Sequence[Row]) -> None:
    """In a worker."""
    for row in rows:
        for output in row.outputs:
            if output.is_here:
                try:
                    _renew_one(row.task, output)
                except OSError as error:
                    log.info("The sidecar of “%s” could not be brought up to date: %s", Path(output.path).name, error)


def _renew_one(task: Task, output: Output) -> None:
    # Imported late: this class is created before the first paint, which needs no sidecars.
    from . import sidecar

    path = Path(output.path)
    document = sidecar.document_in(sidecar.path_for(path))
    found = sidecar.read(document)
    if document is None or found is None or (found.task_id, found.index) != (task.id, output.index):
        return
    true = sidecar.brought_up_to_date(document, task, output)
    if true != document:
        sidecar.write(path, true)
