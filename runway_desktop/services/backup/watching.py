"""How far a backup or a restore is, and calling it off. The work runs in a worker; whoever watches is elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

_PARTS = 500
"""Of the whole; so often, at most, is told how far it is."""


class Stopped(Exception):
    """It was called off. Nothing of it is left."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, and how much of the whole is done, in bytes. `total` 0: nobody knows."""

    words: str
    done: int = 0
    total: int = 0


class Watch:
    """`say` is called in the worker's thread. `stop` may be called from any thread."""

    def __init__(self, say: Callable[[Progress], None] | None = None) -> None:
        self._say = say or (lambda _: None)
        self._stopped = threading.Event()
        self._words = ""
        self._done = 0
        self._total = 0
        self._told = -1

    def stop(self) -> None:
        self._stopped.set()

    def look(self) -> None:
        """Raises Stopped once it was called off."""
        if self._stopped.is_set():
            raise Stopped

    def begin(self, total: int) -> None:
        """The whole has that many bytes."""
        self._done, self._total, self._told = 0, total, -1

    def doing(self, words: str) -> None:
        self._words = words
        self._tell()

    def step(self, count: int) -> None:
        """So many bytes more are done. Raises Stopped."""
        self.look()
        self._done += count
        if self._total and self._done * _PARTS // self._total != self._told:
            self._tell()

    def copying(self, share: int) -> Callable[[int, int], None]:
        """For work that tells of itself as (done, total): it is `share` bytes of the whole."""
        start = self._done

        def told(done: int, total: int) -> None:
            self.look()
            if total:
                self.step(max(0, start + share * done // total - self._done))

        return told

    def _tell(self) -> None:
        self._told = self._done * _PARTS // self._total if self._total else 0
        self._say(Progress(self._words, min(self._done, self._total), self._total))
