"""The progress of long work, and the request to stop it. Loop's thread only."""

from __future__ import annotations

from collections.abc import Callable


class Progress:
    """The work tells how far it is between two trips to its worker, and looks there whether it shall go on. `told` is
    called each time, until it is stopped."""

    def __init__(self, told: Callable[[], None] = lambda: None) -> None:
        self._told = told
        self.done = 0
        self.total = 0
        """0 while nobody knows."""
        self.is_stopped = False

    def report(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if not self.is_stopped:
            self._told()

    def stop(self) -> None:
        """The work ends where it is; what is done stays done."""
        self.is_stopped = True
