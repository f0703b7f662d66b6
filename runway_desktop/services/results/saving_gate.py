"""Decides whether and where results can be saved now, and sets the rows' message while they cannot.

The state of the library's folder applies to all waiting results: none is tried while it is unusable, each row shows the
reason, and all resume on the folder's event.

A link works for a day or two (`domain.moments`). A result that has waited for `RESCUE_AFTER` while the library is full,
absent, read-only or hanging is saved in the profile's folder "Rescued"; so are all waiting ones, at once, if the person
asks. The move of the library brings them home later. The store has each result's path, so a kill loses nothing. Loop's
thread only; raises nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.errors import DiskError, StoreError
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode, Event, LibraryFolderChanged, OutputChanged
from runway_desktop.domain.folders import FolderState
from runway_desktop.domain.task import Output, OutputState
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_words import is_of_disk, of_health
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.settings import Settings
from runway_desktop.values import replace

from .saving import Job

log = logging.getLogger(__name__)

RESCUE_AFTER = 3_600.0
"""Seconds after its task's end before a result is rescued automatically."""
GRACE = 120.0
"""Seconds that the library must be missing before anything is rescued: a drive may be mounted late at start."""
EXPECT_AGAIN = 1.0
"""Seconds before the expected amount is recomputed while it only shrinks."""
TYPICAL = 16 * 1024 * 1024
"""Assumed bytes of a result of unknown size."""


@dataclass(eq=False, repr=False)
class SavingGate:
    """`rescued` is created when the first result is rescued."""

    _folder: LibraryFolder
    _rescued: Path
    _store: Store
    _settings: Settings
    _bus: Bus
    _clock: Clock

    def __post_init__(self) -> None:
        self._is_stale = False
        self._rescues_at_once = False
        self._told = False
        self._expected = (0, 0, float("-inf"))
        """Number of jobs, tasks at Runway, and time at the last computation of the expected amount."""
        self._bus.listen(self._hear)

    def rescue_now(self) -> None:
        """The person chose not to wait: rescues results while they cannot be saved in the library."""
        self._rescues_at_once = True

    def lets(self, job: Job) -> bool:
        """Whether the job may start now; sets its folder."""
        if self._folder.health.state.can_write:
            job.rescue_to = None
            return True
        until = self._until_rescued(job)
        if until is None or until > 0:
            return False
        job.rescue_to = self._rescued
        return True

    def stuck(self, jobs: Iterable[Job]) -> list[Job]:
        """Running jobs that hang in a folder that does not answer and are due for rescue."""
        if self._folder.health.state.can_read:
            return []
        times = ((job, self._until_rescued(job)) for job in jobs if job.rescue_to is None)
        return [job for job, seconds in times if seconds is not None and seconds <= 0]

    async def enter(self, job: Job) -> bool:
        """Just before saving: whether the folder is usable, checked again if the last check is old."""
        if job.rescue_to is not None:
            self._tell_of_rescue(job.rescue_to)
            return True
        can_write = (await self._folder.ready()).state.can_write
        self.have_rows_told()
        return can_write

    async def failed(self, job: Job, error: DiskError) -> bool:
        """Checks the folder after a disk error, so that all jobs wait if it is unusable. True if only the job's folder
        is missing from a usable library: the next attempt creates it."""
        if job.rescue_to is not None:
            return False
        can_write = (await self._folder.look(error.state)).state.can_write
        return can_write and error.state is FolderState.ABSENT

    def have_rows_told(self) -> None:
        """Marks rows as not showing the folder's state yet."""
        self._is_stale = self._is_stale or not self._folder.health.state.can_write

    def expect(self, jobs: Collection[Job], at_runway: int) -> None:
        """Tells the folder how many bytes are expected: waiting results, and tasks at Runway. Throttled while the
        amount only shrinks, because it scans thousands of jobs."""
        now = self._clock.monotonic()
        most, most_at_runway, at = self._expected
        if len(jobs) <= most and at_runway <= most_at_runway and now - at < EXPECT_AGAIN:
            return
        self._expected = (len(jobs), at_runway, now)
        waiting = sum(TYPICAL if job.total is None else max(0, job.total - job.received) for job in jobs)
        self._folder.expect(waiting + at_runway * TYPICAL)

    def seconds_until(self, jobs: Iterable[Job]) -> float | None:
        """Seconds until the next job is due for rescue; None if none will be, or all are due already."""
        if self._folder.health.state.can_write:
            return None
        times = map(self._until_rescued, jobs)
        return min((time for time in times if time is not None and time > 0), default=None)

    async def tell_rows(self, jobs: Iterable[Job]) -> None:
        """Sets or clears the reason in all waiting rows, in one transaction, if needed."""
        if self._is_stale:
            self._is_stale = False
            try:
                if news := self._news(jobs):
                    await self._store.save_outputs([output for _, output in news])
                    for job, output in news:
                        job.output = output
                        self._bus.tell(OutputChanged(output))
            except StoreError as error:
                log.warning("That the library's folder changed could not be noted: %s", error)

    def _news(self, jobs: Iterable[Job]) -> list[tuple[Job, Output]]:
        error = of_health(self._folder.health)
        if error is None:
            held = [job for job in jobs if is_of_disk(job.output.problem)]
            return [(job, replace(job.output, state=OutputState.WAITING, problem=None)) for job in held]
        # A job with another reason keeps it.
        free = [job for job in jobs if job.output.state is not OutputState.FAILED or is_of_disk(job.output.problem)]
        news = [(job, replace(job.output, state=OutputState.FAILED, problem=error.reason)) for job in free]
        return [(job, output) for job, output in news if output != job.output]

    def _until_rescued(self, job: Job) -> float | None:
        """Seconds until a result is rescued; 0 or less: now; None: never."""
        health = self._folder.health
        if health.state.can_write:
            return None
        if self._rescues_at_once:
            return 0.0
        if not self._settings.rescue:
            return None
        return max(job.ended_at + RESCUE_AFTER, health.since + GRACE) - self._clock.now()

    def _tell_of_rescue(self, path: Path) -> None:
        """Once per outage of the library."""
        if not self._told:
            self._told = True
            self._bus.tell(EngineNotice(EngineNoticeCode.KEPT_ELSEWHERE, (str(path),)))

    def _hear(self, event: Event) -> None:
        if isinstance(event, LibraryFolderChanged):
            self._is_stale = True
            if event.health.state.can_write:
                self._rescues_at_once = self._told = False
