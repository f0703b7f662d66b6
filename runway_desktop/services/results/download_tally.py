"""Throttled events of downloads: progress of each, numbers of running and waiting ones, and speed.

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
"""Seconds between two progress events of one download."""
COUNT_EVERY = 0.5
"""Seconds between two events of the counts."""
SPEED_OVER = 3.0
"""Seconds over which the speed is averaged."""


class DownloadTally:
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
        """Forgets the time of the job's last event."""
        self._told.pop(job.owner, None)

    def count(self, running: int, waiting: int) -> None:
        """Announces the counts if they changed or a download is running, at most every `COUNT_EVERY`."""
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
        """Seconds before these counts may be announced; None if they already were."""
        if (running, waiting) == self._counts:
            return None
        return max(0.0, self._counted_at + COUNT_EVERY - self._clock.monotonic())
