"""Adds tasks that exist at Runway by their ids, and settles uncertain tasks.

Spends nothing: what it adds is already at Runway and never enters the lane. Raises `NotPossible` if a task's state does
not allow the action, StoreError on disk errors. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.advance import Accepted, Adopted, LetGo, advance
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.task import RemoteId, Request, State, Task, TaskId, new_task_id, parse_remote_id
from runway_desktop.services.ports import Clock, Store
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

from .ledger import Ledger
from .uncertainty import Lookup


class Adopting(Struct, frozen=True):
    """Result for pasted ids: added, already known, invalid."""

    added: tuple[TaskId, ...] = ()
    known: tuple[TaskId, ...] = ()
    bad: tuple[str, ...] = ()


class Adoption:
    """`key_in_use`: adopted tasks are polled with this key."""

    def __init__(self, ledger: Ledger, store: Store, clock: Clock, *, key_in_use: Callable[[], Fingerprint]) -> None:
        self._ledger = ledger
        self._store = store
        self._clock = clock
        self._key_in_use = key_in_use

    async def adopt(
        self, remote_ids: Sequence[str], *, requests: Mapping[RemoteId, Request] = MappingProxyType({})
    ) -> Adopting:
        """Adds tasks that were started elsewhere, by their Runway ids. A known task that was removed is listed again;
        one that was gone is polled again. `requests`: known requests by id, which Runway does not tell."""
        bad: list[str] = []
        good: dict[RemoteId, None] = {}
        for text in remote_ids:
            remote_id = parse_remote_id(text)
            if remote_id is None:
                bad.append(text)
            else:
                good[remote_id] = None
        here = await self._store.find_remote(tuple(good))
        now, key = self._clock.now(), self._key_in_use()
        fresh = [
            Task(
                id=new_task_id(),
                request=requests.get(remote_id) or Request(endpoint="", model=""),
                created_at=now,
                state=State.PENDING,
                remote_id=remote_id,
                adopted=True,
                key=key,
            )
            for remote_id in good
            if remote_id not in here
        ]
        await self._ledger.add(fresh, ())
        known = tuple(here[remote_id] for remote_id in good if remote_id in here)
        await self.ask_again(known)
        return Adopting(added=tuple(task.id for task in fresh), known=known, bad=tuple(bad))

    async def ask_again(self, task_ids: Sequence[TaskId]) -> None:
        """The person says that Runway has these tasks: lists and polls them again, with the key in use. Judgments and
        other data stay."""
        now, key = self._clock.now(), self._key_in_use()

        def back(task: Task) -> Task:
            return replace(advance(task, Adopted(key), now), removed_at=None)

        if task_ids:
            await self._ledger.change_many(task_ids, back, "adopted")

    async def settle_with(self, task_id: TaskId, remote_id: str) -> Task:
        """Decides that an uncertain task was made and has this Runway id."""
        word = parse_remote_id(remote_id)
        if word is None:
            raise NotPossible(
                Text("This is not a task ID."),
                advice=Text("Runway's task IDs look like {example}.").with_(
                    example="17f20503-6c24-4c16-946b-35dbbce2af2f"
                ),
            )
        here = await self._store.find_remote((word,))
        if here.get(word, task_id) != task_id:
            raise NotPossible(Text("A task with this ID is already in the list."))
        if (await self._uncertain(task_id)).cancel_asked:
            # The cancel is from a run that was killed while sending; now the person wants the result.
            await self._ledger.change(task_id, lambda task: replace(task, cancel_asked=False), "not cancelled")
        return await self._ledger.move(task_id, Accepted(word), by="person")

    async def undo_found(self, before: Task) -> Task:
        """Makes a task that was found in its router's list uncertain again, as it was; the entry is only offered
        then."""
        evidence = before.evidence
        if evidence is not None and evidence.router is not None:
            evidence = replace(evidence, router=replace(evidence.router, verdict=Lookup.UNDONE.value))

        def back(task: Task) -> Task:
            if not task.state.is_live:
                raise NotPossible(Text("It has ended meanwhile, and its results are kept."))
            return replace(
                task,
                state=State.UNCERTAIN,
                remote_id=None,
                remote_status="",
                remote_created_at=None,
                running_since=None,
                asked_at=None,
                progress=None,
                estimated_credits=before.estimated_credits,
                routing=None,
                evidence=evidence,
            )

        return await self._ledger.change(before.id, back, "not found")

    async def let_go(self, task_id: TaskId) -> Task:
        """Decides to give up on an uncertain task."""
        await self._uncertain(task_id)
        return await self._ledger.move(task_id, LetGo())

    async def _uncertain(self, task_id: TaskId) -> Task:
        task = await self._ledger.task(task_id)
        if task is None or task.state is not State.UNCERTAIN:
            raise NotPossible(Text("This task is no longer uncertain."))
        return task
