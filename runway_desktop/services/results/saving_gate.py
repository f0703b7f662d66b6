"""Whether a result can be saved now, and where; and what the rows say while none can.

One look at the library's folder answers for all that wait: nothing is tried while it cannot be used, each row says why
once, and all go on when the folder's event says so. Loop's thread only; raises nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from runway_desktop.domain.errors import DiskError, StoreError
from runway_desktop.domain.events import Event, LibraryFolderChanged, OutputChanged
from runway_desktop.domain.failures import Reason
from runway_desktop.domain.task import Output, OutputState
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_words import is_of_disk, of_health
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.ports import Store

from .fallback_saving import FallbackSaving
from .saving import Job

log = logging.getLogger(__name__)

TYPICAL = 16 * 1024 * 1024
"""Bytes that a result is taken for whose size nobody knows yet."""


class SavingGate:
    def __init__(self, folder: LibraryFolder, rescue: FallbackSaving, store: Store, bus: Bus) -> None:
        self._folder = folder
        self._rescue = rescue
        self._store = store
        self._bus = bus
        self._is_stale = False
        bus.listen(self._hear)

    def lets(self, job: Job) -> bool:
        """Whether the job may start now; notes where it is to be saved."""
        if self._folder.health.state.can_write:
            job.rescue_to = None
            return True
        until = self._rescue.seconds_until(job.ended_at)
        if until is None or until > 0:
            return False
        job.rescue_to = self._rescue.place
        return True

    def stuck(self, jobs: Iterable[Job]) -> list[Job]:
        """Of those that are under way, the ones that hang in a folder that does not answer, and are to be rescued."""
        if self._folder.health.state.can_read:
            return []
        times = ((job, self._rescue.seconds_until(job.ended_at)) for job in jobs if job.rescue_to is None)
        return [job for job, seconds in times if seconds is not None and seconds <= 0]

    async def enter(self, job: Job) -> bool:
        """Just before it is saved: whether the folder can still be used, by a look where the last one is old."""
        if job.rescue_to is not None:
            self._rescue.began()
            return True
        can_write = (await self._folder.ready()).state.can_write
        self.have_rows_told()
        return can_write

    async def failed(self, job: Job, error: DiskError) -> None:
        """A disk refused: is the whole folder to blame, so that all wait, and not this job alone?"""
        if job.rescue_to is None:
            await self._folder.look(error.state)
            self.have_rows_told()

    def saved(self, job: Job) -> None:
        """It is there now, and the folder with it: from here on one that is missing is absent, and not new."""
        if job.rescue_to is None and self._folder.known_mount is None:
            self._folder.doubt()

    def have_rows_told(self) -> None:
        """There are rows that do not say yet how the folder is."""
        self._is_stale = self._is_stale or not self._folder.health.state.can_write

    def expect(self, jobs: Iterable[Job], at_runway: int) -> None:
        """Tells the folder how much is to come: what waits to be saved, and what Runway still makes."""
        waiting = sum(TYPICAL if job.total is None else max(0, job.total - job.received) for job in jobs)
        self._folder.expect(waiting + at_runway * TYPICAL)

    def seconds_until(self, jobs: Iterable[Job]) -> float | None:
        """Until the next job is to be rescued; None when none is, or only such as are due already."""
        if self._folder.health.state.can_write:
            return None
        times = (self._rescue.seconds_until(job.ended_at) for job in jobs)
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
            return [(job, _free(job.output)) for job in jobs if is_of_disk(job.output.problem)]
        # One that has a reason of its own keeps it.
        held = (job for job in jobs if job.output.state is not OutputState.FAILED or is_of_disk(job.output.problem))
        return [(job, output) for job in held if (output := _held(job.output, error.reason)) != job.output]

    async def _tell(self, news: list[tuple[Job, Output]]) -> None:
        if not news:
            return
        await self._store.save_outputs([output for _, output in news])
        for job, output in news:
            job.output = output
            self._bus.tell(OutputChanged(output))

    def _hear(self, event: Event) -> None:
        if isinstance(event, LibraryFolderChanged):
            self._is_stale = True


def _held(output: Output, problem: Reason) -> Output:
    return replace(output, state=OutputState.FAILED, problem=problem)


def _free(output: Output) -> Output:
    return replace(output, state=OutputState.WAITING, problem=None)
