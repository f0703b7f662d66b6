"""Saving with a link that works: a fresh one is asked for where the old one does not, and where Runway has none any
more, that is the end of it.

Loop's thread only. Raises what `Saving` raises, and ApiErrors of Runway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakValueDictionary

from runway_desktop.domain.errors import LinkExpired, NotThere, ServerTrouble
from runway_desktop.domain.outputs import kept_no_longer
from runway_desktop.domain.task import Output, OutputState, Task, TaskId
from runway_desktop.services.disk.file_locks import Owner
from runway_desktop.services.disk.library_folder import LibraryFolder
from runway_desktop.services.ports import Clock, LedgerEntry, Store
from runway_desktop.services.tasks.asking import Asking

from .fresh_links import ask_for_links
from .part_file import forget_part
from .saving import Job, Saving

EXPIRED = "Runway does not keep this result any more, and it was not saved in time."


@dataclass(eq=False, repr=False)
class LinkRenewal:
    """`jobs` are the downloads' own: one that can never be saved is taken out."""

    _jobs: dict[Owner, Job]
    _is_running: Callable[[Owner], bool]
    _saving: Saving
    _store: Store
    _asking: Asking
    _folder: LibraryFolder
    _clock: Clock

    def __post_init__(self) -> None:
        self._locks: WeakValueDictionary[TaskId, asyncio.Lock] = WeakValueDictionary()

    async def save(self, job: Job, task: Task) -> bool:
        """True when it is saved, False when Runway has it no longer. A link is asked for anew at most once."""
        asked = False
        if job.wants_fresh_link or not job.output.url:
            asked = True
            if not await self._refresh(job, task):
                return False
        try:
            await self._saving.save(job, task)
        except LinkExpired:
            if asked:
                raise
        else:
            return True
        if not await self._refresh(job, task):
            return False
        await self._saving.save(job, task)
        return True

    async def _refresh(self, job: Job, task: Task) -> bool:
        """A fresh link for the job, and for the others of its task; False when there is none and never will be."""
        refused = job.output.url
        async with self._locks.setdefault(task.id, asyncio.Lock()):
            if job.output.url != refused or job.owner not in self._jobs:
                # Another output of the same task asked while this one waited for its turn.
                return job.owner in self._jobs
            try:
                fresh = await self.ask(task)
            except NotThere:
                await self.expire(task.id, job)
                return False
            links = {output.index: output for output in fresh}
            if job.output.index not in links:
                raise ServerTrouble("Runway does not name this result at the moment.")
            for other in [other for other in self._jobs.values() if other.output.task_id == task.id]:
                if (link := links.get(other.output.index)) is not None:
                    await self._saving.put(
                        other, replace(other.output, url=link.url, url_fetched_at=link.url_fetched_at)
                    )
            job.wants_fresh_link = False
            return True

    async def ask(self, task: Task, *, young_will_do: bool = False) -> tuple[Output, ...]:
        """The task's results with fresh links; where a link was refused, one of a young answer may be the same and will
        not do. NotThere when Runway has no such task any more, NotSeen when the key in
        use cannot tell; other ApiErrors as they come."""
        return await ask_for_links(task, self._asking, self._clock, young_will_do=young_will_do)

    async def expire(self, task_id: TaskId, asking: Job | None = None) -> None:
        """Runway has them no longer: says so for each output that was never saved and is not just arriving by a link
        that still works. `asking` is the job whose link does not. A saved file that is missing may come back."""
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
        """Saved and not found is not lost while the folder that it lies in is away."""
        path = Path(output.path)
        return await self._folder.is_away(path) or await self._folder.do(path.is_file)
