"""Keeps the sidecars of saved results true when a task is renamed, rated, picked, tagged or noted.

A action on thousands of tasks is one round: the tasks are gathered for a second, then their sidecars are looked at one
after the other in a worker, and only those that say something else are written. A sidecar that is not there is not
made; one that belongs to another task is left alone; a drive that is away costs a line in the log. What is still to be
written is noted in the settings, so that a program that is killed goes on at the next start. Loop's thread only.
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
from runway_desktop.domain.task import Output, State, Task, TaskId
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
"""Seconds after a action in which others join it."""
AGAIN_AFTER = 30.0
"""Seconds until a database that refused is asked again."""
AT_ONCE = 100
"""Tasks of one trip to the worker."""
BEHIND = "sidecars.behind"
"""The setting with the ids of tasks whose sidecars are still to be written."""
MOST_NOTED = 20_000

_TOLD = ("title", "project", "rating", "pick", "tags", "shot", "note")
"""The members of a task that a sidecar keeps and a person changes."""


@dataclass(eq=False, repr=False)
class SidecarKeeper:
    """`locks` are those of the files of results: a sidecar goes with its file."""

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
        """Writes what changes until canceled. One for the life of the program, held by the supervisor."""
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
        """Writes what is still to be written. StoreError when it cannot be read; it is kept for the next time."""
        async with self._working:
            left: dict[TaskId, None] = {}
            try:
                while self._behind:
                    page = list(self._behind)[:AT_ONCE]
                    # Before they are read: one that changes from here on is behind once more.
                    for task_id in page:
                        del self._behind[task_id]
                    left |= dict.fromkeys(page)
                    rows = await self._store.rows(page)
                    in_hand = {row.task.id for row in rows if self._is_in_hand(row)}
                    await self._renew([row for row in rows if row.task.id not in in_hand])
                    left = {task_id: None for task_id in left if task_id in in_hand or task_id not in page}
                # Those whose files are just moved, or fetched again, hold up nobody else.
                for task_id in list(left):
                    await self._renew(await self._store.rows([task_id]))
                    del left[task_id]
            except BaseException:
                self._behind = left | self._behind
                raise
            self._note()

    async def _renew(self, rows: Sequence[Row]) -> None:
        async with self._locks.hold(owner for row in rows for owner in _owners(row)):
            # Where they are now: who had them in hand may have moved them.
            await in_worker(self._executor, _renew, await self._store.rows([row.task.id for row in rows]))

    def _is_in_hand(self, row: Row) -> bool:
        return any(map(self._locks.is_in_hand, _owners(row)))

    def _hear(self, event: Event) -> None:
        if isinstance(event, TaskChanged) and event.task.state is State.SUCCEEDED:
            self._take([event.task.id] if _told(event.task) != _told(event.before) else [])

    def _take(self, task_ids: Sequence[TaskId]) -> None:
        if task_ids:
            self._behind |= dict.fromkeys(task_ids)
            self._alarm.ring()

    def _note(self) -> None:
        """Once for many, since it is written whole."""
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
                    log.info("The sidecar of %s could not be brought up to date: %s", Path(output.path).name, error)


def _renew_one(task: Task, output: Output) -> None:
    # It hears of changes before the first paint, which needs no sidecars.
    from . import sidecar

    path = Path(output.path)
    document = sidecar.document_in(sidecar.path_for(path))
    found = sidecar.read(document)
    if document is None or found is None or (found.task_id, found.index) != (task.id, output.index):
        return
    true = sidecar.brought_up_to_date(document, task, output)
    if true != document:
        sidecar.write(path, true)
