"""Saves every paid result: at once, several at a time, with retries until it is on disk.

On failures:

    no network, a cut, a busy server     waits and resumes where it stopped; shown only in the task's row
    a link that no longer works          a new link is requested, once per attempt; if Runway certainly has no such task
                                         any more: EXPIRED, final
    a task that this key cannot see      waits for another key; polled seldom
    the key is refused or missing        waits for another key
    disk full, folder gone, read-only    FAILED with a sentence in each row, once; nothing is tried until the folder
    or hanging                           is usable again. What waits too long is rescued (`saving_gate`)
    a folder in the library was deleted  it is created again, and the result is fetched again, soon
    one file that the disk refuses       FAILED with a sentence; retried every few minutes and on request
    the content is not the result        FAILED with a sentence; deleted and fetched again with a new link
    the database refuses                 nothing is lost: the next try finds the saved file

`run` lives as long as the program, held by the supervisor. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.account import KeySource, Link
from runway_desktop.domain.errors import (
    ApiError,
    DiskError,
    KeyRefused,
    LinkExpired,
    NotSeen,
    NotThere,
    RunwayDesktopError,
    ServerTrouble,
    SlowDown,
    StoreError,
)
from runway_desktop.domain.events import (
    ConnectionChanged,
    DownloadProgressed,
    DownloadsCounted,
    Event,
    KeyChanged,
    LibraryFolderChanged,
    OutputChanged,
    SettingsChanged,
    TaskChanged,
)
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.outputs import wanted_again
from runway_desktop.domain.task import Output, OutputState, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import Alarm, delay, first_of
from runway_desktop.services.disk.disk_words import disk_error
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.ports import Clock, Fetcher, Store
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import survived
from runway_desktop.services.tasks.asking import ASK_UNSEEN_AGAIN, Asking
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.texts import Text
from runway_desktop.values import replace

from .fresh_links import LinkRenewal
from .result_file import WrongContent
from .saving import Job, Saving
from .saving_gate import SavingGate

log = logging.getLogger(__name__)

DISK_AGAIN_AFTER = 180.0
"""Seconds before an automatic retry on a disk that refused."""
STORE_AGAIN_AFTER = 30.0
MOST_UNDER_WAY = 24
"""Most results that are being received, or received but not stored yet; above that no other starts."""
NEVER = float("inf")
"""Due time of a job that is retried only by the person or at the next start."""
LONGEST_WAIT = 300.0
"""Longest pause in seconds between two attempts."""

EXPIRED = Text("Runway no longer keeps this result, and it was not saved in time.")
GONE = Text("Runway no longer keeps this result.")


@dataclass(eq=False, repr=False)
class Downloads:
    _store: Store
    _ledger: Ledger
    _asking: Asking
    _fetcher: Fetcher
    _bus: Bus
    _clock: Clock
    _settings: Settings
    _rng: random.Random
    _folder: LibraryFolder
    _rescued: Path

    def __post_init__(self) -> None:
        self._alarm = Alarm(self._clock)
        self._tally = DownloadTally(self._bus, self._clock)
        self._gate = SavingGate(self._folder, self._rescued, self._store, self._settings, self._bus, self._clock)
        self._saving = Saving(
            self._store,
            self._fetcher,
            self._bus,
            self._clock,
            self._settings,
            self._folder,
            self._progressed,
            self._alarm.ring,
        )
        self._jobs: dict[Owner, Job] = {}
        """All results to be saved, oldest first."""
        self._running: dict[Owner, asyncio.Task[None]] = {}
        self._arrivals: deque[TaskId] = deque()
        """Tasks with new outputs that are not read from the store yet."""
        self._links = LinkRenewal(
            self._jobs, self._running.__contains__, self._saving, self._store, self._asking, self._folder, self._clock
        )
        self._closing = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._link = Link.IDLE

    async def run(self) -> None:
        """Saves what earlier runs left and what succeeds from now on. Returns only after `settle`."""
        stop = self._bus.listen(self._heard)
        try:
            await self._take_up()
            async with asyncio.TaskGroup() as group:
                while not self._closing:
                    with survived("saving results") as attempt:
                        await self._turn(group)
                    if attempt.failed:
                        await self._alarm.wait(STORE_AGAIN_AFTER)
        finally:
            stop()

    async def _turn(self, group: asyncio.TaskGroup) -> None:
        await self._take_in_arrivals()
        await self._gate.tell_rows(job for owner, job in self._jobs.items() if owner not in self._running)
        self._start(group)
        self._tally.count(self.running, self.waiting)
        await self._alarm.wait(self._until_next())

    def enqueue(self, task: Task, outputs: Sequence[Output]) -> None:
        """Saves these outputs of a task, except those that are saved, queued here, or expired."""
        for output in outputs:
            owner = (output.task_id, output.index)
            if output.state not in (OutputState.SAVED, OutputState.EXPIRED) and owner not in self._jobs:
                self._jobs[owner] = Job(output, ended_at=task.ended_at or self._clock.now())
        self._gate.have_rows_told()
        self._alarm.ring()

    async def fetch_again(self, task_id: TaskId, *, changed: bool = False) -> None:
        """On the person's request: saves again, with new links, results that are not saved, missing, or in the trash;
        with `changed` also those changed since, under another name.

        Raises ApiError when Runway cannot be reached (NotSeen: not with this key, or not certain), NotThere when it no
        longer has the results, DiskError when they are saved in a folder that is not mounted, StoreError."""
        task = await self._ledger.task(task_id)
        if task is None or task.remote_id is None:
            raise NotThere(Text("This task never reached Runway, so there is nothing to download."))
        stored = {output.index: output for output in await self._store.outputs(task_id)}
        for output in stored.values():
            if output.is_kept and await self._folder.is_away(Path(output.path)):
                raise disk_error(Reason(ReasonCode.FOLDER_MISSING, str(Path(output.path).parent)))
        try:
            fresh = await self._links.ask(task, young_will_do=True)
        except NotThere as error:
            await self._links.expire(task_id)
            never_saved = any(not output.sha256 for output in stored.values())
            raise NotThere(EXPIRED if never_saved else GONE, detail=error.detail, status=error.status) from error
        for output in fresh:
            async with self._folder.locks.hold([(output.task_id, output.index)]):
                await self._begin_again(task, output, changed=changed)
        self._gate.have_rows_told()
        self._alarm.ring()

    async def _begin_again(self, task: Task, output: Output, *, changed: bool) -> None:
        """Reads the output again first: it may have been saved or moved during the request."""
        owner = (output.task_id, output.index)
        known = next((one for one in await self._store.outputs(task.id) if one.index == output.index), None)
        is_wanted = known is None or not known.is_kept or (changed and known.is_changed)
        is_there = not is_wanted and known is not None and await self._links.is_there(known)
        if not is_there and owner not in self._running:
            again = wanted_again(known, output)
            await self._store.save_output(again)
            self._jobs[owner] = Job(again, ended_at=task.ended_at or self._clock.now())
            self._bus.tell(OutputChanged(again))

    def resume_waiting(self, task_ids: Collection[TaskId] | None = None) -> None:
        """Retries waiting results now, of these tasks or of all: disk or network are back, or the person asks."""
        for job in self._jobs.values():
            if task_ids is None or job.output.task_id in task_ids:
                job.due = 0.0
        self._alarm.ring()

    def rescue_now(self) -> None:
        """The person chose not to wait for the library: saves in the profile what cannot be saved there."""
        self._gate.rescue_now()
        self.resume_waiting()

    async def settle(self, deadline: float) -> None:
        """For shutdown: starts nothing new and gives running downloads `deadline` seconds before it cancels them; they
        resume at the next start."""
        self._closing = True
        self._alarm.ring()
        if self._running:
            await first_of(self._idle.wait(), self._clock.sleep(deadline))
        for running in self._running.values():
            running.cancel()
        await self._idle.wait()

    def is_under_way(self, owner: Owner) -> bool:
        """Whether its files are still being written. True also just after it was saved, while its sidecar is
        updated."""
        return owner in self._running

    def any_under_way_in(self, folder: Path) -> bool:
        under_way = (self._jobs[owner].output.path for owner in self._running if owner in self._jobs)
        # A job without a path already has its folder, and chooses the name in a moment.
        return any(not path or Path(path).is_relative_to(folder) for path in under_way)

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Number of downloads that wait for a start or a retry."""
        return len(self._jobs) - len(self._running)

    @property
    def is_idle(self) -> bool:
        """Nothing is to be saved, as far as it was heard of."""
        return not self._jobs and not self._arrivals

    # Scheduling.

    async def _take_up(self) -> None:
        """Enqueues what earlier runs left. Retried while the database refuses: these results were paid for."""
        while not self._closing:
            with survived("reading what is still to be saved"):
                try:
                    for row in await self._store.unsaved():
                        self.enqueue(row.task, row.outputs)
                    return
                except StoreError as error:
                    log.warning("What is still to be saved could not be read: %s", error)
            await self._alarm.wait(STORE_AGAIN_AFTER)

    def _heard(self, event: Event) -> None:
        match event:
            case TaskChanged(task, before):
                if task.has_more_outputs(before):
                    self._arrivals.append(task.id)
                    self._alarm.ring()
            case ConnectionChanged(connection):
                if connection.link is Link.CONNECTED and self._link is not Link.CONNECTED:
                    self.resume_waiting()
                self._link = connection.link
            case KeyChanged(status):
                if status.source is not KeySource.NONE:
                    self.resume_waiting()
            case SettingsChanged(names):
                if "library_folder" in names:
                    self.resume_waiting()
                elif not names.isdisjoint(("download_limit", "rescue")):
                    self._alarm.ring()
            case LibraryFolderChanged():
                self._folder_changed(event)

    def _folder_changed(self, event: LibraryFolderChanged) -> None:
        if event.health.state.can_write:
            self.resume_waiting()
        if event.health.folder != event.before.folder and not event.before.state.can_read:
            self._give_up(job for job in self._jobs.values() if job.rescue_to is None)
        self._alarm.ring()

    def _give_up(self, stuck: Iterable[Job]) -> None:
        """Cancels jobs that hang in a folder, so that they restart elsewhere."""
        for job in stuck:
            if (running := self._running.get(job.owner)) is not None:
                running.cancel()

    async def _take_in_arrivals(self) -> None:
        while self._arrivals:
            task_id = self._arrivals[0]
            try:
                task, outputs = await self._ledger.task(task_id), await self._store.outputs(task_id)
            except StoreError as error:
                log.warning("The results of %s could not be read: %s", task_id, error)
                return
            self._arrivals.popleft()
            if task is not None:
                self.enqueue(task, outputs)

    def _start(self, group: asyncio.TaskGroup) -> None:
        now = self._clock.monotonic()
        jobs = self._jobs.values()
        self._gate.expect(jobs, self._ledger.all_at_runway)
        self._give_up(self._gate.stuck(jobs))
        free = self._free_slots()
        for owner, job in self._jobs.items():
            if free <= 0:
                return
            if owner not in self._running and job.due <= now and self._gate.lets(job):
                name = f"save {owner[0]} {owner[1]}"
                self._idle.clear()
                self._running[owner] = group.create_task(self._work(job), name=name)
                free -= 1

    def _free_slots(self) -> int:
        """How many more may start. Fully received ones do not count against the download limit: they only wait for the
        disk, and the more there are, the fewer syncs each costs."""
        coming = sum(not (owner in self._jobs and self._jobs[owner].has_arrived) for owner in self._running)
        return min(self._settings.download_limit - coming, MOST_UNDER_WAY - len(self._running))

    def _until_next(self) -> float | None:
        """Seconds until a job is due or the counts may be announced; None: until an event."""
        now = self._clock.monotonic()
        times = [STORE_AGAIN_AFTER] if self._arrivals else []
        if self._free_slots() > 0:
            due = (job.due for owner, job in self._jobs.items() if owner not in self._running and self._gate.lets(job))
            times += [time - now for time in due if time != NEVER]
        if (seconds := self._gate.seconds_until(self._jobs.values())) is not None:
            times.append(seconds)
        if (seconds := self._tally.seconds_until(self.running, self.waiting)) is not None:
            times.append(seconds)
        return max(0.01, min(times)) if times else None

    # One job.

    async def _work(self, job: Job) -> None:
        try:
            await self._attempt(job)
        except Exception:
            log.exception("Saving %s failed by a mistake of ours", job.owner)
            job.due = NEVER
            await self._note(job, OutputState.FAILED, Reason(ReasonCode.OUR_MISTAKE))
        finally:
            self._running.pop(job.owner, None)
            self._tally.ended(job)
            if not self._running:
                self._idle.set()
            self._alarm.ring()

    async def _attempt(self, job: Job) -> None:
        before = job.received
        try:
            facts = await self._store.result_facts(job.output.task_id)
            if facts is None:
                self._jobs.pop(job.owner, None)
                return
            if not await self._gate.enter(job):
                return
            if await self._links.save(job, facts):
                self._jobs.pop(job.owner, None)
        except KeyRefused:
            await self._wait(job, LONGEST_WAIT, OutputState.WAITING, Reason(ReasonCode.WAITS_FOR_KEY))
        except DiskError as error:
            await self._disk_refused(job, error)
        except WrongContent as error:
            job.wants_fresh_link = True
            seconds = self._back_off(job, before, None)
            await self._wait(job, seconds, OutputState.FAILED, error.reason)
        except LinkExpired as error:
            seconds = max(30.0, self._back_off(job, before, None))
            await self._wait(job, seconds, OutputState.FAILED, Reason(ReasonCode.LINK_EXPIRED), error)
        except NotSeen as error:
            if error.retry_after is None:
                elsewhere = Reason(ReasonCode.WAITS_FOR_ITS_KEY)
                await self._wait(job, ASK_UNSEEN_AGAIN, OutputState.WAITING, elsewhere, error)
            else:
                unsure = Reason(ReasonCode.NOT_FOUND_YET)
                await self._wait(job, error.retry_after, OutputState.WAITING, unsure, error)
        except ApiError as error:
            seconds = self._back_off(job, before, error)
            await self._wait(job, seconds, OutputState.WAITING, error.reason, error)
        except StoreError as error:
            log.warning("The store refused while %s was saved: %s", job.owner, error)
            job.due = self._clock.monotonic() + STORE_AGAIN_AFTER

    async def _disk_refused(self, job: Job, error: DiskError) -> None:
        if await self._gate.failed(job, error):
            job.failures += 1
            job.due = self._clock.monotonic() + delay(job.failures, self._rng, longest=LONGEST_WAIT)
            return
        await self._wait(job, DISK_AGAIN_AFTER, OutputState.FAILED, error.reason, error)
        if job.rescue_to is None:
            self._gate.have_rows_told()

    async def _wait(
        self, job: Job, seconds: float, state: OutputState, problem: Reason, error: RunwayDesktopError | None = None
    ) -> None:
        job.due = self._clock.monotonic() + seconds
        if error is not None and error.detail:
            log.info("Output %s waits %.0f s: %s (%s)", job.owner, seconds, error, error.detail)
        await self._note(job, state, problem)

    async def _note(self, job: Job, state: OutputState, problem: Reason) -> None:
        """Stores why an output is not saved. Adds a ledger line for each new reason that the person can act on."""
        if job.owner not in self._jobs:
            # Runway was found to have dropped it during this attempt; that is final.
            return
        output = replace(job.output, state=state, problem=problem)
        entry = None
        if state is OutputState.FAILED and problem != job.told:
            job.told = problem
            detail = {"index": output.index, "problem": problem.code.value}
            entry = LedgerEntry(task_id=output.task_id, at=self._clock.now(), kind="not saved", detail=detail)
        try:
            await self._saving.put(job, output, entry)
        # Only the note is lost. The job stays, and the exception must not cancel the other jobs.
        except StoreError as error:
            log.warning("That %s is not saved could not be stored: %s", job.owner, error)
        except Exception:
            log.exception("That %s is not saved could not be stored", job.owner)

    def _back_off(self, job: Job, before: int, error: ApiError | None) -> float:
        """Seconds to wait. An attempt that received bytes resets the count of failures."""
        job.failures = 1 if job.received > before else job.failures + 1
        asked = error.retry_after if isinstance(error, SlowDown | ServerTrouble) else None
        return delay(job.failures, self._rng, retry_after=asked, longest=LONGEST_WAIT)

    def _progressed(self, job: Job, count: int) -> None:
        self._tally.progressed(job, count)
        self._tally.count(self.running, self.waiting)


PROGRESS_EVERY = 0.2
"""Seconds between two progress events of one download."""
COUNT_EVERY = 0.5
"""Seconds between two events of the counts."""
SPEED_OVER = 3.0
"""Seconds over which the speed is averaged."""


class DownloadTally:
    """Throttled events of downloads: progress of each, numbers of running and waiting ones, and speed."""

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
