"""Waits for results on disk. An event for a result is repeated when its file was checked or changed, so only the first
one counts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from runway_desktop.domain.events import Event, OutputChanged
from runway_desktop.domain.task import OutputState, TaskId
from runway_desktop.services.bus import Bus


class Saved:
    """Of tasks with one result each. `missing`: those that are expected and not saved yet."""

    def __init__(self, bus: Bus) -> None:
        self.missing: set[TaskId] = set()
        self._moved = asyncio.Event()
        bus.listen(self._hear)

    def expect(self, task_ids: Iterable[TaskId]) -> None:
        """Before they are sent."""
        self.missing.update(task_ids)

    async def until(self, at_most: int = 0) -> None:
        """Until no more than so many are missing."""
        while len(self.missing) > at_most:
            self._moved.clear()
            await self._moved.wait()

    def _hear(self, event: Event) -> None:
        if isinstance(event, OutputChanged) and event.output.state is OutputState.SAVED:
            self.missing.discard(event.output.task_id)
            self._moved.set()
