"""Every result that was paid for reaches the disk: at once, a few at the same time, again and again until it is there.

What each failure does:
    no network, a cut, a busy server     the output waits, and goes on where it stopped; told to the person only in its
    row
    a link that is no longer good        Runway is asked for a fresh one, once an attempt; where it surely has the task
    no longer, that means EXPIRED, for good
    a task that this key cannot see      it waits until there is another key; asked seldom
    the key is refused or missing        it waits until there is another
    disk full, folder gone, read-only    FAILED with a sentence in each row, once; nothing is tried until the folder
    or silent                            can be used again. What waits too long is rescued (`saving_gate`)
    a folder in the library was deleted  it is made anew, and the result is fetched again, soon
    one file that the disk refuses       FAILED with a sentence; tried again every few minutes and when told
    the content is not the result        FAILED with a sentence; thrown away and fetched anew with a fresh link
    the database refuses                 nothing is lost: the file is there, and is found when it is tried again
`run` is one for the life of the program, held by the supervisor. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.account import KeyPlace, Link
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
from runway_desktop.domain.task import Output, OutputState, State, Task, TaskId
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
from runway_desktop.values import replace

from .download_tally import Tally
from .fresh_links import EXPIRED, LinkRenewal
from .result_file import WrongContent
from .saving import Job, Saving
from .saving_gate import SavingGate

log = logging.getLogger(__name__)

DISK_AGAIN_AFTER = 180.0
"""Seconds until a disk that refused is tried again by itself."""
STORE_AGAIN_AFTER = 30.0
MOST_UNDER_WAY = 24
"""Results that come, or are all here and not stored yet, before the next begins to come."""
NEVER = float("inf")
"""When a job is due that only the person, or the next start, tries again."""
LONGEST_WAIT = 300.0
"""Seconds between two attempts, at the most."""

GONE = "Runway no longer keeps this result."


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
        self._tally = Tally(self._bus, self._clock)
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
        """Everything that is to be saved, in the order in which it came."""
        self._running: dict[Owner, asyncio.Task[None]] = {}
        self._arrivals: deque[TaskId] = deque()
        """Tasks that succeeded and whose outputs are still to be read from the store."""
        self._links = LinkRenewal(
            self._jobs, self._running.__contains__, self._saving, self._store, self._asking, self._folder, self._clock
        )
        self._closing = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._link = Link.IDLE

    async def run(self) -> None:
        """Takes up all that was left unsaved, then saves what succeeds. Returns only after `settle`."""
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
        """Saves these outputs of a task; those that are saved, on their way, or lost for good are left alone."""
        for output in outputs:
            owner = (output.task_id, output.index)
            if output.state not in (OutputState.SAVED, OutputState.EXPIRED) and owner not in self._jobs:
                self._jobs[owner] = Job(output, ended_at=task.ended_at or self._clock.now())
        self._gate.have_rows_told()
        self._alarm.ring()

    async def fetch_again(self, task_id: TaskId, *, changed: bool = False) -> None:
        """The person asks: saves again what was not saved, is not where it was put, or went to the trash, with fresh
        links. With `changed` also what was changed since, beside it under another name.

        Raises ApiError when Runway cannot be asked (NotSeen: not with this key, or not surely), NotThere when it keeps
        the results no longer, DiskError when they are saved in a folder that is not there at the moment, StoreError.
        """
        task = await self._ledger.task(task_id)
        if task is None or task.remote_id is None:
            raise NotThere("This task never reached Runway, so there is nothing to fetch.")
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
        self._alarm.ring()

    async def _begin_again(self, task: Task, output: Output, *, changed: bool) -> None:
        """Unless it is there, or on its way. It may have been moved while Runway was asked."""
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
        """Tries now what waits, of these tasks or of all: the disk was mended, the network is back, the person asks."""
        for job in self._jobs.values():
            if task_ids is None or job.output.task_id in task_ids:
                job.due = 0.0
        self._alarm.ring()

    def rescue_now(self) -> None:
        """The person does not want to wait for the library: what cannot be saved there is kept in the profile."""
        self._gate.rescue_now()
        self.resume_waiting()

    async def settle(self, deadline: float) -> None:
        """Closing: starts nothing new, gives what runs `deadline` seconds to finish, then stops it; it goes on at the
        next start."""
        self._closing = True
        self._alarm.ring()
        if self._running:
            await first_of(self._idle.wait(), self._clock.sleep(deadline))
        for running in self._running.values():
            running.cancel()
        await self._idle.wait()

    def is_under_way(self, owner: Owner) -> bool:
        """Whether somebody still works on it: also after it is saved, while its request is written into it."""
        return owner in self._running

    def any_under_way_in(self, folder: Path) -> bool:
        under_way = (self._jobs[owner].output.path for owner in self._running if owner in self._jobs)
        # One without a path has been given its folder, and tells the name in a moment.
        return any(not path or Path(path).is_relative_to(folder) for path in under_way)

    @property
    def running(self) -> int:
        """How many are being downloaded now."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """How many are still to be begun, or begun again."""
        return len(self._jobs) - len(self._running)

    # What starts when.

    async def _take_up(self) -> None:
        """All that an earlier run left. A database that refuses is asked again: these results were paid for."""
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
                if task.state is State.SUCCEEDED and before.state is not State.SUCCEEDED:
                    self._arrivals.append(task.id)
                    self._alarm.ring()
            case ConnectionChanged(connection):
                if connection.link is Link.CONNECTED and self._link is not Link.CONNECTED:
                    self.resume_waiting()
                self._link = connection.link
            case KeyChanged(status):
                if status.place is not KeyPlace.NONE:
                    self.resume_waiting()
            case SettingsChanged(names):
                if "library_folder" in names:
                    self.resume_waiting()
                elif not names.isdisjoint(("download_limit", "rescue")):
                    self._alarm.ring()
            case LibraryFolderChanged():
                self._folder_changed(event)
            case _:
                pass

    def _folder_changed(self, event: LibraryFolderChanged) -> None:
        if event.health.state.can_write:
            self.resume_waiting()
        if event.health.folder != event.before.folder and not event.before.state.can_read:
            self._give_up(job for job in self._jobs.values() if job.rescue_to is None)
        self._alarm.ring()

    def _give_up(self, stuck: Iterable[Job]) -> None:
        """What hangs in a folder that does not answer begins again elsewhere."""
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
        room = self._room()
        for owner, job in self._jobs.items():
            if room <= 0:
                return
            if owner not in self._running and job.due <= now and self._gate.lets(job):
                name = f"save {owner[0]} {owner[1]}"
                self._idle.clear()
                self._running[owner] = group.create_task(self._work(job), name=name)
                room -= 1

    def _room(self) -> int:
        """How many more may begin to come. Those that are all here wait for the disk alone; the more of them there are,
        the fewer syncs each costs."""
        coming = sum(not (owner in self._jobs and self._jobs[owner].has_arrived) for owner in self._running)
        return min(self._settings.download_limit - coming, MOST_UNDER_WAY - len(self._running))

    def _until_next(self) -> float | None:
        """Seconds until a job is due again, or until the counts may be told again; None: until something happens."""
        now = self._clock.monotonic()
        times = [STORE_AGAIN_AFTER] if self._arrivals else []
        if self._room() > 0:
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
        """Stores why an output is not saved yet. A line in the ledger for each new reason that the person can do
        something about."""
        if job.owner not in self._jobs:
            # Runway was found to keep it no longer while this attempt was under way; that is the last word.
            return
        output = replace(job.output, state=state, problem=problem)
        entry = None
        if state is OutputState.FAILED and problem != job.told:
            job.told = problem
            detail = {"index": output.index, "problem": problem.code.value}
            entry = LedgerEntry(task_id=output.task_id, at=self._clock.now(), kind="not saved", detail=detail)
        try:
            await self._saving.put(job, output, entry)
        # Only the note is lost; the job stays, and one that cannot be noted must not end the others.
        except StoreError as error:
            log.warning("That %s is not saved could not be stored: %s", job.owner, error)
        except Exception:
            log.exception("That %s is not saved could not be stored", job.owner)

    def _back_off(self, job: Job, before: int, error: ApiError | None) -> float:
        """Seconds to wait. An attempt that brought bytes is no failure in a row."""
        job.failures = 1 if job.received > before else job.failures + 1
        asked = error.retry_after if isinstance(error, SlowDown | ServerTrouble) else None
        return delay(job.failures, self._rng, retry_after=asked, longest=LONGEST_WAIT)

    def _progressed(self, job: Job, count: int) -> None:
        self._tally.progressed(job, count)
        self._tally.count(self.running, self.waiting)
