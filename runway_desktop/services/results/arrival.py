"""Write-behind buffer of one download: collects received bytes while the previous block is written. Loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from runway_desktop.services.supervised import shielded

from .part_file import PartFile


class Arrival:
    """`part` is the file to write to, once it exists."""

    def __init__(self, part: PartFile | None) -> None:
        self.part = part
        self.count = 0
        self._pieces: list[bytes] = []
        self._writing: asyncio.Task[PartFile] | None = None

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.count += len(piece)

    def taken(self) -> bytes:
        block = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self.count = 0
        return block

    async def write(self, put: Callable[[bytes], Coroutine[Any, Any, PartFile]]) -> None:
        """Starts writing the buffer after the previous write has ended. Raises that write's errors."""
        await self.settle()
        self._writing = asyncio.create_task(put(self.taken()), name="write what came")

    async def settle(self) -> None:
        """Awaits the running write and raises its errors."""
        writing, self._writing = self._writing, None
        if writing is not None:
            try:
                await shielded(writing)
            except asyncio.CancelledError:
                self._writing = writing
                raise

    async def give_up(self) -> None:
        """Cancels the running write, so a hanging disk does not block."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.cancel()
            await asyncio.wait([writing])
