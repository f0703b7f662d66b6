"""One at a time has a result's file in hand: whoever moves it, throws it away or takes it out of the trash, fetches it
again, or writes its request into it.

A path that was read before waiting may be an old one afterwards: read it again inside. Loop's thread only.
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
