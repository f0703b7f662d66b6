"""Current links to results, with the time of their request: for sharing, and for downloads whose link stopped working.

A link needs no key: anybody who has it can download the result. So links go to the clipboard and the database, but not
into logs. Loop's thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from runway_desktop.domain.errors import ApiError, LinkExpired, NotSeen, NotThere, ServerTrouble
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.failures import WhyNot
from runway_desktop.domain.library import LedgerEntry, ResultFacts
from runway_desktop.domain.moments import LinkLife, LinkStatus
from runway_desktop.domain.outputs import kept_no_longer
from runway_desktop.domain.task import Output, OutputState, Task, TaskId
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.ports import Clock, Runway, Store
from runway_desktop.services.tasks.asking import Asking
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

from .part_file import forget_part
from .saving import Job, Saving

YOUNG = 3600.0
"""Seconds: a younger link is shared as it is. An older one has too little of its lifetime left."""
AT_ONCE = 8
"""Tasks that are polled at the same time."""


class LinksHanded(Struct, frozen=True, kw_only=True):
    """`outputs` have their links, in the order asked. `failed`: why each other task has no links."""

    outputs: tuple[Output, ...]
    failed: dict[TaskId, WhyNot | ApiError]

    @property
    def life(self) -> LinkLife | None:
        """Lifetime of the link that expires first; None without links."""
        return min((LinkLife(output.url_fetched_at) for output in self.outputs), default=None)


@dataclass(eq=False, repr=False)
class FreshLinks:
    _store: Store
    _ledger: Ledger
    _runway: Runway
    _asking: Asking
    _account: Account
    _bus: Bus
    _clock: Clock

    async def hand_on(self, task_ids: Sequence[TaskId]) -> LinksHanded:
        """Links to all results of these tasks. If Runway cannot be reached, links that may still work are returned.
        Raises only StoreError."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(task_id: TaskId) -> Sequence[Output] | WhyNot | ApiError:
            async with turns:
                return await self._of_task(task_id)

        chosen = tuple(dict.fromkeys(task_ids))
        found = await asyncio.gather(*map(one, chosen))
        return LinksHanded(
            outputs=tuple(output for links in found if isinstance(links, Sequence) for output in links),
            failed={task_id: why for task_id, why in zip(chosen, found, strict=True) if not isinstance(why, Sequence)},
        )

    async def _of_task(self, task_id: TaskId) -> Sequence[Output] | WhyNot | ApiError:
        """Its outputs, or why there are none."""
        task, known = await self._ledger.task(task_id), await self._store.outputs(task_id)
        if task is None or task.remote_id is None:
            return WhyNot.UNSENT_HAS_NO_LINK
        if task.deleted_remotely:
            return WhyNot.DELETED_HAS_NO_LINK
        now = self._clock.now()
        if known and all(output.url and now - output.url_fetched_at < YOUNG for output in known):
            return known
        key = self._runway.key
        try:
            fresh = await self._asking.ask_for_results(task, young_will_do=True)
        except NotThere:
            return WhyNot.UNKNOWN_HAS_NO_LINK
        except ApiError as error:
            if not isinstance(error, NotSeen):
                self._account.note_failure(error, key)
            usable = [
                output
                for output in known
                if output.url and LinkLife(output.url_fetched_at).standing(now) is not LinkStatus.OVER
            ]
            return usable or error
        return await self._keep(known, fresh)

    async def _keep(self, known: Sequence[Output], fresh: Sequence[Output]) -> Sequence[Output]:
        """Writes only the links: a running download may change the rest of the output."""
        await self._store.renew_links(fresh)
        links = {output.index: output for output in fresh}
        renewed = [
            replace(output, url=link.url, url_fetched_at=link.url_fetched_at)
            for output in await self._store.outputs(fresh[0].task_id)
            if (link := links.get(output.index)) is not None
        ]
        for output in renewed:
            self._bus.tell(OutputChanged(output))
        return renewed or fresh


@dataclass(eq=False, repr=False)
class LinkRenewal:
    """Gets new links for downloads. `jobs` belongs to the downloads; jobs that can never be saved are removed from
    it."""

    _jobs: dict[Owner, Job]
    _is_running: Callable[[Owner], bool]
    _saving: Saving
    _store: Store
    _asking: Asking
    _folder: LibraryFolder
    _clock: Clock

    def __post_init__(self) -> None:
        self._locks: WeakValueDictionary[TaskId, asyncio.Lock] = WeakValueDictionary()

    async def save(self, job: Job, facts: ResultFacts) -> bool:
        """True if saved, False if Runway no longer has it. Requests a new link at most once."""
        asked = job.wants_fresh_link or not job.output.url
        if asked and not await self._refresh(job, facts.task):
            return False
        try:
            await self._saving.save(job, facts)
        except LinkExpired:
            if asked:
                raise
            if not await self._refresh(job, facts.task):
                return False
            await self._saving.save(job, facts)
        return True

    async def _refresh(self, job: Job, task: Task) -> bool:
        """Gets new links for the job and the other jobs of its task; False if there will never be one."""
        refused = job.output.url
        async with self._locks.setdefault(task.id, asyncio.Lock()):
            if job.output.url != refused or job.owner not in self._jobs:
                # Another output of the task was refreshed while this one waited for the lock.
                return job.owner in self._jobs
            try:
                fresh = await self.ask(task)
            except NotThere:
                await self.expire(task.id, job)
                return False
            links = {output.index: output for output in fresh}
            if job.output.index not in links:
                raise ServerTrouble(Text("Runway does not list this result at the moment."))
            for other in [other for other in self._jobs.values() if other.output.task_id == task.id]:
                if (link := links.get(other.output.index)) is not None:
                    await self._saving.put(
                        other, replace(other.output, url=link.url, url_fetched_at=link.url_fetched_at)
                    )
            job.wants_fresh_link = False
            return True

    async def ask(self, task: Task, *, young_will_do: bool = False) -> tuple[Output, ...]:
        """The task's results with new links. `young_will_do` accepts those of a recent answer; after a refused link it
        must be False, because that answer may contain the same link. NotThere if Runway has no such task, NotSeen if
        the key cannot tell; other ApiErrors unchanged."""
        return await self._asking.ask_for_results(task, young_will_do=young_will_do)

    async def expire(self, task_id: TaskId, asking: Job | None = None) -> None:
        """Runway no longer has the results: marks each output EXPIRED that was never saved and is not being received
        over a link that still works. `asking`: the job whose link failed. A saved file that is missing may come
        back."""
        for output in await self._store.outputs(task_id):
            owner = (output.task_id, output.index)
            if output.state is OutputState.SAVED:
                continue
            arriving = self._jobs.get(owner)
            if arriving is not None and arriving is not asking and self._is_running(owner) and arriving.received:
                continue
            job = arriving or Job(output)
            entry = LedgerEntry(task_id=task_id, at=self._clock.now(), kind="expired", detail={"index": output.index})
            is_there = bool(job.output.path) and await self.is_there(job.output)
            lost = kept_no_longer(job.output, self._clock.now(), is_there=is_there)
            await self._saving.put(job, lost, entry)
            self._jobs.pop(owner, None)
            if job.output.path:
                await self._folder.do(forget_part, Path(job.output.path), owner)

    async def is_there(self, output: Output) -> bool:
        """A saved file counts as there while its folder is not mounted."""
        path = Path(output.path)
        return await self._folder.is_away(path) or await self._folder.do(path.is_file)
