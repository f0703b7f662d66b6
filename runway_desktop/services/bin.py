"""The system's bin, on `send2trash`. Fits the `Bin` port. Blocking work runs in the executor. Raises DiskError only."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from pathlib import Path

from runway_desktop.domain.errors import DiskError


class SystemBin:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def throw(self, path: Path) -> None:
        """Moves a file to the bin. What is not there any more needs no throwing away and is no error."""
        await asyncio.get_running_loop().run_in_executor(self._executor, _throw, path)


def _throw(path: Path) -> None:
    from send2trash import TrashPermissionError, send2trash

    if not path.exists() and not path.is_symlink():
        return
    try:
        send2trash(str(path))
    except TrashPermissionError as error:
        raise DiskError(
            f"{path.name} could not be moved to the bin.",
            advice="The drive that it is on has no bin. Delete it in your file manager.",
            detail=str(error),
        ) from error
    except OSError as error:
        raise DiskError(
            f"{path.name} could not be moved to the bin.",
            advice="Is it open in another program, or write-protected?",
            detail=str(error),
        ) from error
