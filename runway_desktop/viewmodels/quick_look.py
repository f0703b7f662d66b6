"""Whether a file is there, for a window that cannot wait: a drive that hangs says nothing, and that is a no.

GUI thread only. Raises nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from pathlib import Path
from typing import Any, TypeVar

from runway_desktop.services.disk_threads import DiskThreads

Answer = TypeVar("Answer")

PATIENCE = 0.15
"""Seconds that the window may stand still for one look. A drive that sleeps answers later; it is looked at again."""


class QuickLook:
    """`patience` in seconds. While one look hangs, the others say no at once."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._threads = DiskThreads(1, "quick look")
        self._hanging: Future[Any] | None = None

    def is_file(self, path: Path) -> bool:
        return self.ask(_is_file, path, otherwise=False)

    def ask(self, look: Callable[[Path], Answer], path: Path, *, otherwise: Answer) -> Answer:
        """What the look says, or `otherwise` when it says nothing in time."""
        if self._hanging is not None and not self._hanging.done():
            return otherwise
        future = self._threads.submit(look, path)
        try:
            return future.result(self._patience)
        except NoAnswer:
            self._hanging = future
            return otherwise


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
