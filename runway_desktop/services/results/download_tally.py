"""What is told of downloads, no oftener than anyone can read: each one's progress, and how many run, wait, and how
fast.

Loop's thread only; raises nothing.
"""

from __future__ import annotations

from collections import deque

from runway_desktop.domain.events import DownloadProgressed, DownloadsCounted
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.ports import Clock

from .saving import Job

PROGRESS_EVERY = 0.2
"""Seconds between two events of one download's progress."""
COUNT_EVERY = 0.5
"""Seconds between two events of how many downloads there are."""
SPEED_OVER = 3.0
"""Seconds over which the speed is measured."""


class Tally:
    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._speed: deque[tuple[float, int]] = deque()
        self._told: dict[Owner, float] = {}
        self._counts = (0, 0)
        self._counted_at = float("-inf")

    def progressed(self, job: Job, count: int) -> None:
        """`count` more bytes arrived for `job`."""
        now = self._clock.monotonic()
        self._speed.append((now, count))
        if now - self._told.get(job.owner, float("-inf")) >= PROGRESS_EVERY:
            self._told[job.owner] = now
            task_id, index = job.output.task_id, job.output.index
            self._bus.tell(DownloadProgressed(task_id, index, job.received, job.total))

    def ended(self, job: Job) -> None:
        """Forgets when the job was last told of."""
        self._told.pop(job.owner, None)

    def count(self, running: int, waiting: int) -> None:
        """Tells how many there are, if that is new or something runs, and if the last time is long enough ago."""
        now = self._clock.monotonic()
        is_news = (running, waiting) != self._counts or running > 0
        if not is_news or now - self._counted_at < COUNT_EVERY:
            return
        while self._speed and self._speed[0][0] < now - SPEED_OVER:
            self._speed.popleft()
        since = self._speed[0][0] if self._speed else now
        speed = sum(count for _, count in self._speed) / max(COUNT_EVERY, now - since) if running else 0.0
        self._counts, self._counted_at = (running, waiting), now
        self._bus.tell(DownloadsCounted(running, waiting, speed))

    def seconds_until(self, running: int, waiting: int) -> float | None:
        """Until these counts may be told; None when they have been."""
        if (running, waiting) == self._counts:
            return None
        return max(0.0, self._counted_at + COUNT_EVERY - self._clock.monotonic())
