"""Runs coroutines that must finish although their caller is canceled. An abandoned write would go on in the background,
and the caller's next call would not see what it is about to write. Loop's thread only."""

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
        """The result or exception of `work`. If the caller is canceled, `work` goes on."""
        task = asyncio.create_task(work, name=name)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await shielded(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The caller gets the exception too, unless it was canceled.
            log.debug("What a client asked for came to nothing: %r", error)
