"""What has come of a result and is not written yet, and the writing of what came before, which goes on meanwhile.

Loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from runway_desktop.services.supervised import shielded

from .part_file import PartFile


class Arrival:
    """`part` is where it goes, once that is there."""

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
        """Begins to write all of it, once what was begun before is written. Raises what that raises."""
        await self.settle()
        self._writing = asyncio.create_task(put(self.taken()), name="write what came")

    async def settle(self) -> None:
        """Raises what the writing raised."""
        writing, self._writing = self._writing, None
        if writing is not None:
            try:
                await shielded(writing)
            except asyncio.CancelledError:
                self._writing = writing
                raise

    async def give_up(self) -> None:
        """Waits for what is being written, and for nothing that hangs longer than a moment's cancellation."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.cancel()
            await asyncio.wait([writing])
