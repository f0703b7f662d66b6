"""Tasks that were made with another key: announced once when this key cannot see them, and asked for again when their
own key is back.

A key of another organization sees none of them; that says nothing about whether they exist. Loop's thread; raises
nothing.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode, Event, TaskChanged
from runway_desktop.domain.task import Task
from runway_desktop.services.bus import Bus
from runway_desktop.services.ports import Runway

from .ledger import Ledger

log = logging.getLogger(__name__)


class KeyWatch:
    def __init__(self, ledger: Ledger, runway: Runway, bus: Bus) -> None:
        self._ledger = ledger
        self._runway = runway
        self._bus = bus
        self._key = NO_KEY
        self._told_of = NO_KEY
        bus.listen(self._hear)

    async def catch_up(self) -> bool:
        """Whether another key took the place of one since the last call. Tasks that are known to be its own are seen
        again from now on, before Runway has answered: they take their places in the lane, whatever the network does."""
        before, key = self._key, self._runway.key
        if key in (NO_KEY, before):
            return False
        self._key, self._told_of = key, NO_KEY

        def seen(task: Task) -> Task:
            return replace(task, hidden_from=NO_KEY) if task.key == key else task

        hidden = [task.id for task in self._ledger.open() if task.is_hidden and task.key == key]
        try:
            await self._ledger.change_many(hidden, seen, "seen by this key")
        except StoreError as error:
            log.warning("That %d tasks are seen again could not be written: %s", len(hidden), error)
        return before != NO_KEY

    def _hear(self, event: Event) -> None:
        if not isinstance(event, TaskChanged) or not event.task.is_hidden:
            return
        key = event.task.hidden_from
        if key == self._runway.key and key not in (event.before.hidden_from, self._told_of):
            self._told_of = key
            self._bus.tell(EngineNotice(EngineNoticeCode.OTHER_KEYS_TASKS))
