"""Whether a result can be saved now, and where; and what the rows say while none can.

One look at the library's folder answers for all that wait: nothing is tried while it cannot be used, each row says why
once, and all go on when the folder's event says so.

A link works for a day or two (`domain.moments`). A result that has waited for `RESCUE_AFTER` while the library is full,
absent, read-only or silent is saved into the folder "Rescued" of the profile; so is all that waits, at once, when the
person says so. Whoever moves the library moves it home later: where a result lies is in the store, so a kill loses
nothing. Loop's thread only; raises nothing.
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
"""Seconds since its task ended after which a result is rescued by itself."""
GRACE = 120.0
"""Seconds that the library may be missing before anything is rescued: a drive that comes up with the machine, or with
the network, is given its time."""
EXPECT_AGAIN = 1.0
"""Seconds until what is to come is summed again while nothing is added."""
TYPICAL = 16 * 1024 * 1024
"""Bytes that a result is taken for whose size nobody knows yet."""


@dataclass(eq=False, repr=False)
class SavingGate:
    """`rescued` is made when the first result is rescued."""

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
        """How many jobs there were, how many tasks at Runway, and when, at the last sum of what is to come."""
        self._bus.listen(self._hear)

    def rescue_now(self) -> None:
        """The person does not want to wait: whatever cannot be saved in the library is rescued, until it can."""
        self._rescues_at_once = True

    def lets(self, job: Job) -> bool:
        """Whether the job may start now; notes where it is to be saved."""
        if self._folder.health.state.can_write:
            job.rescue_to = None
            return True
        until = self._until_rescued(job)
        if until is None or until > 0:
            return False
        job.rescue_to = self._rescued
        return True

    def stuck(self, jobs: Iterable[Job]) -> list[Job]:
        """Of those that are under way, the ones that hang in a folder that does not answer, and are to be rescued."""
        if self._folder.health.state.can_read:
            return []
        times = ((job, self._until_rescued(job)) for job in jobs if job.rescue_to is None)
        return [job for job, seconds in times if seconds is not None and seconds <= 0]

    async def enter(self, job: Job) -> bool:
        """Just before it is saved: whether the folder can still be used, by a look where the last one is old."""
        if job.rescue_to is not None:
            self._tell_of_rescue(job.rescue_to)
            return True
        can_write = (await self._folder.ready()).state.can_write
        self.have_rows_told()
        return can_write

    async def failed(self, job: Job, error: DiskError) -> bool:
        """A disk refused: is the whole folder to blame, so that all wait, and not this job alone? True where the folder
        that the job was saved into is gone from a library that can be used: it is made anew by the next attempt."""
        if job.rescue_to is not None:
            return False
        can_write = (await self._folder.look(error.state)).state.can_write
        return can_write and error.state is FolderState.ABSENT

    def have_rows_told(self) -> None:
        """There are rows that do not say yet how the folder is."""
        self._is_stale = self._is_stale or not self._folder.health.state.can_write

    def expect(self, jobs: Collection[Job], at_runway: int) -> None:
        """Tells the folder how much is to come: what waits to be saved, and what Runway still makes. Where it only
        grows less, now and then is enough: of thousands each is looked at."""
        now = self._clock.monotonic()
        most, most_at_runway, at = self._expected
        if len(jobs) <= most and at_runway <= most_at_runway and now - at < EXPECT_AGAIN:
            return
        self._expected = (len(jobs), at_runway, now)
        waiting = sum(TYPICAL if job.total is None else max(0, job.total - job.received) for job in jobs)
        self._folder.expect(waiting + at_runway * TYPICAL)

    def seconds_until(self, jobs: Iterable[Job]) -> float | None:
        """Until the next job is to be rescued; None when none is, or only such as are due already."""
        if self._folder.health.state.can_write:
            return None
        times = map(self._until_rescued, jobs)
        return min((time for time in times if time is not None and time > 0), default=None)

    async def tell_rows(self, jobs: Iterable[Job]) -> None:
        """Gives the rows of what waits the reason, or takes it back, in one transaction, if they do not know."""
        if self._is_stale:
            self._is_stale = False
            try:
                await self._tell(self._news(jobs))
            except StoreError as error:
                log.warning("That the library's folder changed could not be noted: %s", error)

    def _news(self, jobs: Iterable[Job]) -> list[tuple[Job, Output]]:
        error = of_health(self._folder.health)
        if error is None:
            held = [job for job in jobs if is_of_disk(job.output.problem)]
            return [(job, replace(job.output, state=OutputState.WAITING, problem=None)) for job in held]
        # One that has a reason of its own keeps it.
        free = [job for job in jobs if job.output.state is not OutputState.FAILED or is_of_disk(job.output.problem)]
        news = [(job, replace(job.output, state=OutputState.FAILED, problem=error.reason)) for job in free]
        return [(job, output) for job, output in news if output != job.output]

    async def _tell(self, news: list[tuple[Job, Output]]) -> None:
        if not news:
            return
        await self._store.save_outputs([output for _, output in news])
        for job, output in news:
            job.output = output
            self._bus.tell(OutputChanged(output))

    def _until_rescued(self, job: Job) -> float | None:
        """Seconds until a result is to be rescued; 0 or less: now. None: not at all."""
        health = self._folder.health
        if health.state.can_write:
            return None
        if self._rescues_at_once:
            return 0.0
        if not self._settings.rescue:
            return None
        return max(job.ended_at + RESCUE_AFTER, health.since + GRACE) - self._clock.now()

    def _tell_of_rescue(self, place: Path) -> None:
        """Once for each time that the library cannot be used."""
        if not self._told:
            self._told = True
            self._bus.tell(EngineNotice(EngineNoticeCode.KEPT_ELSEWHERE, (str(place),)))

    def _hear(self, event: Event) -> None:
        if isinstance(event, LibraryFolderChanged):
            self._is_stale = True
            if event.health.state.can_write:
                self._rescues_at_once = self._told = False
