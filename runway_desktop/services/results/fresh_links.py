"""Links to results that a person may hand on: fresh ones from Runway, with the time at which each was fetched.

A link needs no key: whoever has it can download the result. It goes to the clipboard and into the database, and into no
log. Loop's thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from runway_desktop.domain.errors import ApiError, NotSeen, NotThere, ServerTrouble
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.expiry import LinkLife, Standing
from runway_desktop.domain.outputs import outputs_of
from runway_desktop.domain.task import Output, Task, TaskId
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.ports import Clock, Runway, Store
from runway_desktop.services.tasks.asking import Asking
from runway_desktop.services.tasks.ledger import Ledger

YOUNG = 3600.0
"""Seconds: a link that was fetched less than this ago is handed on as it is. An older one has lost too much of its
life to be given to somebody."""
AT_ONCE = 8
"""Tasks that are asked for at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksHanded:
    """`outputs` have their links, in the order in which they were asked for. `failed` says of a task, in a sentence,
    why there is none."""

    outputs: tuple[Output, ...]
    failed: dict[TaskId, str]

    @property
    def life(self) -> LinkLife | None:
        """Of the link that ends first; None where there is none."""
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
        """Links to all results of these tasks. Where Runway cannot be asked, one that may still work is better than
        none. StoreError when the database cannot be used; else it raises nothing."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(task_id: TaskId) -> Sequence[Output] | str:
            async with places:
                return await self._of_task(task_id)

        chosen = tuple(dict.fromkeys(task_ids))
        found = await asyncio.gather(*map(one, chosen))
        return LinksHanded(
            outputs=tuple(output for links in found if not isinstance(links, str) for output in links),
            failed={task_id: said for task_id, said in zip(chosen, found, strict=True) if isinstance(said, str)},
        )

    async def _of_task(self, task_id: TaskId) -> Sequence[Output] | str:
        """Its outputs, or a sentence."""
        task, known = await self._ledger.task(task_id), await self._store.outputs(task_id)
        if task is None or task.remote_id is None:
            return "This task never reached Runway, so there is no link."
        if task.deleted_remotely:
            return "This task was deleted from Runway, so there is no link."
        now = self._clock.now()
        if known and all(output.url and now - output.url_fetched_at < YOUNG for output in known):
            return known
        key = self._runway.key
        try:
            fresh = await ask_for_links(task, self._asking, self._clock, young_will_do=True)
        except NotThere:
            return "Runway does not know this task any more, so there is no link."
        except ApiError as error:
            if not isinstance(error, NotSeen):
                self._account.note_failure(error, key)
            usable = [
                output
                for output in known
                if output.url and LinkLife(output.url_fetched_at).standing(now) is not Standing.OVER
            ]
            return usable or f"{error.in_words()} The link known here has expired."
        return await self._keep(known, fresh)

    async def _keep(self, known: Sequence[Output], fresh: Sequence[Output]) -> Sequence[Output]:
        """Only the links are written: whatever a download says of the result meanwhile stays."""
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


async def ask_for_links(task: Task, asking: Asking, clock: Clock, *, young_will_do: bool = False) -> tuple[Output, ...]:
    """The task's results with fresh links, not stored yet; `young_will_do` as in `Asking.ask_for`. NotThere when Runway
    has no such task any more, NotSeen when this key cannot tell; other ApiErrors as they come."""
    known, answer = await asking.ask_for(task, young_will_do=young_will_do)
    fresh = outputs_of(known, answer, clock.now())
    if not fresh:
        raise ServerTrouble("Runway names no results for this task at the moment.")
    return fresh
