"""The progress of long work, and the request to stop it. Loop's thread only."""

from __future__ import annotations

from collections.abc import Callable


class Progress:
    """The work calls `report` between two calls of its worker, and checks `is_stopped` there. `told` is called at each
    report, until stopped."""

    def __init__(self, told: Callable[[], None] = lambda: None) -> None:
        self._told = told
        self.done = 0
        self.total = 0
        """0 while unknown."""
        self.is_stopped = False

    def report(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        if not self.is_stopped:
            self._told()

    def stop(self) -> None:
        """Stops the work; finished parts stay."""
        self.is_stopped = True
