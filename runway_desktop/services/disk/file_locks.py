"""A lock per result file. Moving, deleting, restoring from the trash, downloading again and embedding a request acquire
it first.

A path that was read before the lock was acquired may be outdated: read it again while holding the lock. Loop's thread
only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

Owner = tuple[str, int]
"""Task id and index of an output."""


class FileLocks:
    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Owner, asyncio.Lock] = WeakValueDictionary()

    def is_in_hand(self, owner: Owner) -> bool:
        """Whether the file is locked, so that checking it now is meaningless."""
        lock = self._locks.get(owner)
        return lock is not None and lock.locked()

    @asynccontextmanager
    async def hold(self, owners: Iterable[Owner]) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            # In sorted order, to avoid deadlocks.
            for owner in sorted(set(owners)):
                await stack.enter_async_context(self._locks.setdefault(owner, asyncio.Lock()))
            yield
