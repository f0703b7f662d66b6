"""A few threads for each drive, for a window that reads files: one that hangs holds up only what lies on it, and
closing leaves behind what it does not give back.

Raises nothing; one thread at a time submits.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from runway_desktop.services.disk_threads import DiskThreads
from runway_desktop.services.drives import drive_of

Result = TypeVar("Result")


class DriveThreads:
    """At most `most` for each drive. Closing waits `patience` seconds for a drive."""

    def __init__(self, most: int, name: str, patience: float) -> None:
        self._most = most
        self._name = name
        self._patience = patience
        self._drives: dict[str, DiskThreads] = {}

    def submit(self, drive: str, work: Callable[[], Result]) -> Future[Result]:
        """Does it on a thread of this drive."""
        threads = self._drives.get(drive)
        if threads is None:
            threads = DiskThreads(self._most, f"{self._name} {drive}".rstrip(), patience=self._patience)
            self._drives[drive] = threads
        return threads.submit(work)

    def shutdown(self) -> None:
        """Drops what has not begun and waits a little for what has."""
        for threads in self._drives.values():
            threads.shutdown(wait=False, cancel_futures=True)
        for threads in self._drives.values():
            threads.shutdown()


def drive_at(path: Path | None) -> str:
    """The name of its drive, told without asking it; none of work that touches no disk."""
    return "" if path is None else drive_of(path)
