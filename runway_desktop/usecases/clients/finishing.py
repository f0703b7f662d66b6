"""What is done to its end, whatever becomes of its caller: a write that is given up half-way would go on, and the next
caller would not find what it is about to write. Loop's thread only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from runway_desktop.services.supervised import shielded

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Finishing:
    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, Result], name: str) -> Result:
        """What `work` gives or raises. A caller that is canceled leaves it going on."""
        task = asyncio.create_task(work, name=name)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await shielded(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The caller gets it too, unless it is gone.
            log.debug("What a client asked for came to nothing: %r", error)
