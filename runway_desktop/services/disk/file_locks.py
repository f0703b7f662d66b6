"""One lock for each result's file. Moving it, deleting it, restoring it from the trash, downloading it again and
writing a request into it all take the lock first.

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
        """Whether somebody is at work on this file, so that what a look finds now says nothing."""
        lock = self._locks.get(owner)
        return lock is not None and lock.locked()

    @asynccontextmanager
    async def hold(self, owners: Iterable[Owner]) -> AsyncIterator[None]:
        """Has the files of these results for itself."""
        async with AsyncExitStack() as stack:
            # Sorted, so that two who want several of the same cannot wait for each other.
            for owner in sorted(set(owners)):
                await stack.enter_async_context(self._locks.setdefault(owner, asyncio.Lock()))
            yield
