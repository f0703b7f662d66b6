"""From a click to a held task: the whole intent is on disk before anything is sent. Adopted ids enter here too.

Nothing here talks to Runway. Inputs are noted by path and size; their bytes are read only when they are about to be
sent. Raises `NotPossible` for what a task's state does not allow, StoreError when the disk refuses. Loop's thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.advance import advance
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.task import (
    ITS_TURN,
    Batch,
    BatchId,
    Hold,
    HoldCode,
    Input,
    RemoteId,
    Request,
    State,
    Task,
    TaskId,
    new_batch_id,
    new_task_id,
    parse_remote_id,
)
from runway_desktop.domain.transitions import Accepted, Adopted, LetGo
from runway_desktop.services.ports import Clock, Store

from .inputs import inputs_of
from .ledger import Ledger, NoSuchTask


@dataclass(frozen=True, slots=True)
class Adoption:
    """What became of pasted ids: new here, here already, no ids at all."""

    added: tuple[TaskId, ...] = ()
    known: tuple[TaskId, ...] = ()
    bad: tuple[str, ...] = ()


class Submission:
    """`executor` runs the short looks at files (their sizes) off the loop. `key_in_use`: adopted tasks are asked for
    with it."""

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        catalog: Catalog,
        clock: Clock,
        executor: Executor | None = None,
        *,
        key_in_use: Callable[[], Fingerprint],
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._executor = executor
        self._key_in_use = key_in_use
        self._last_position = 0.0

    async def submit(
        self,
        requests: Sequence[Request],
        *,
        batch_name: str = "",
        project: str = "",
        parent_id: TaskId | None = None,
        send_now: bool = True,
        into: BatchId | None = None,
        shots: Sequence[str] = (),
        ids: Sequence[TaskId] = (),
    ) -> tuple[TaskId, ...]:
        """Stores one held task for each request, all in one transaction, in their order at the end of the lane.

        Several, or a named one, form a batch. Without `send_now` they wait until the person sends them
        (`Lane.send_next`). `into` is a batch that is there already, for more of the same sheet.
        `shots`: the shot that each is meant for; left out where none has one. `ids`: theirs, where the caller wrote
        them down before.
        """
        if not requests:
            return ()
        batch = None if into is not None else self._batch(batch_name, len(requests))
        batch_id = batch.id if batch is not None else into
        # One time for all of them: what came together stands together, in its own order.
        now = self._clock.now()
        tasks = [
            self._new(request, position, now, project=project, parent_id=parent_id)
            for request, position in zip(requests, self._positions(len(requests)), strict=True)
        ]
        hold = ITS_TURN if send_now else Hold(HoldCode.WAITS_FOR_PERSON)
        tasks = [replace(task, batch_id=batch_id, hold=hold) for task in tasks]
        if ids:
            tasks = [replace(task, id=task_id) for task, task_id in zip(tasks, ids, strict=True)]
        if shots:
            tasks = [replace(task, shot=shot) for task, shot in zip(tasks, shots, strict=True)]
        await self._ledger.add(tasks, await self._inputs(tasks), batch)
        return tuple(task.id for task in tasks)

    async def adopt(
        self, remote_ids: Sequence[str], *, requests: Mapping[RemoteId, Request] = MappingProxyType({})
    ) -> Adoption:
        """Takes up tasks that were started elsewhere, by their Runway ids. One that is here already but was removed
        from the list comes back to it, and one that was gone is asked for again. `requests`: what somebody knows of
        them, which Runway does not tell."""
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
        return Adoption(added=tuple(task.id for task in fresh), known=known, bad=tuple(bad))

    async def ask_again(self, task_ids: Sequence[TaskId]) -> None:
        """The person says that Runway has these, whatever it said before: they come back to the list, and are asked for
        now, with the key in use. What was made of them stays."""
        now, key = self._clock.now(), self._key_in_use()

        def back(task: Task) -> Task:
            return replace(advance(task, Adopted(key), now), removed_at=None)

        if task_ids:
            await self._ledger.change_many(task_ids, back, "adopted")

    async def retry(self, task_id: TaskId) -> TaskId:
        """The same request again, as a new task linked to the old one. Only of a task that has ended."""
        [new] = await self.retry_all([task_id])
        return new

    async def retry_all(self, task_ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """The same requests again, each as a new task linked to the old one: all of them or none. Only of tasks that
        have ended."""
        olds = [await self._task(task_id) for task_id in task_ids]
        if not all(old.state.is_final for old in olds):
            raise NotPossible("This task has not ended yet.", advice="Cancel it first, or wait for its end.")
        return await self._again(olds)

    async def edit_held(
        self, task_id: TaskId, request: Request, *, hashes: Mapping[str, str] = MappingProxyType({})
    ) -> Task:
        """Another request for a task that still waits here. NotPossible once its sending has begun. `hashes` are those
        of its files that are known already, by path."""

        def edit(task: Task) -> Task:
            if task.state is not State.HELD:
                raise NotPossible("This task is being sent already.", advice="Use “Edit and send” for a new one.")
            return replace(task, request=request, hold=task.hold if task.waits_for_person else ITS_TURN)

        old = await self._task(task_id)
        inputs = await self._inputs([replace(old, request=request)], hashes)
        return await self._ledger.change(task_id, edit, "edited", inputs=inputs)

    async def send_again(self, task_id: TaskId) -> TaskId:
        """The decision to send an uncertain task again: the old one is let go, a new linked one is made.

        In this order, because a program that dies between the two must not leave both: a lost row is sent again with a
        click, a second result is paid for."""
        old = await self._task(task_id)
        await self.let_go(task_id)
        [new] = await self._again([old])
        return new

    async def settle_with(self, task_id: TaskId, remote_id: str) -> Task:
        """The decision that an uncertain task was made, and has this Runway id."""
        word = parse_remote_id(remote_id)
        if word is None:
            raise NotPossible(
                "That is no task id.", advice="Task ids of Runway look like 17f20503-6c24-4c16-946b-35dbbce2af2f."
            )
        here = await self._store.find_remote((word,))
        if here.get(word, task_id) != task_id:
            raise NotPossible("A task with this id is in the list already.")
        await self._uncertain(task_id)
        return await self._ledger.move(task_id, Accepted(word), by="person")

    async def let_go(self, task_id: TaskId) -> Task:
        """The decision to give up on an uncertain task."""
        await self._uncertain(task_id)
        return await self._ledger.move(task_id, LetGo())

    async def _again(self, olds: Sequence[Task]) -> tuple[TaskId, ...]:
        tasks: list[Task] = []
        inputs: list[Input] = []
        now = self._clock.now()
        for old, position in zip(olds, self._positions(len(olds)), strict=True):
            new = self._new(old.request, position, now, project=old.project, parent_id=old.id)
            new = replace(new, batch_id=old.batch_id, title=old.title, shot=old.shot)
            # What its files were then: one that has moved by now can be told from another of its name.
            hashes = {inp.path: inp.sha256 for inp in await self._store.inputs(old.id) if inp.path}
            inputs += await self._inputs([new], hashes)
            tasks.append(new)
        await self._ledger.add(tasks, inputs)
        return tuple(task.id for task in tasks)

    async def _task(self, task_id: TaskId) -> Task:
        found = await self._ledger.task(task_id)
        if found is None:
            raise NoSuchTask(task_id)
        return found

    async def _uncertain(self, task_id: TaskId) -> None:
        if (await self._task(task_id)).state is not State.UNCERTAIN:
            raise NotPossible("This task is not uncertain any more.")

    def _batch(self, name: str, count: int) -> Batch | None:
        if count == 1 and not name:
            return None
        return Batch(id=BatchId(new_batch_id()), name=name, created_at=self._clock.now())

    def _new(self, request: Request, position: float, at: float, *, project: str, parent_id: TaskId | None) -> Task:
        return Task(
            id=new_task_id(),
            request=request,
            created_at=at,
            project=project,
            parent_id=parent_id,
            position=position,
        )

    def _positions(self, count: int) -> list[float]:
        """Places at the end of the lane, behind whatever was moved there meanwhile."""
        held = max((task.position for task in self._ledger.held()), default=0.0)
        first = max(self._last_position, held) + 1.0
        self._last_position = first + count - 1
        return [first + place for place in range(count)]

    async def _inputs(self, tasks: Sequence[Task], hashes: Mapping[str, str] = MappingProxyType({})) -> list[Input]:
        found = [inp for task in tasks for inp in inputs_of(task, self._catalog)]
        paths = {inp.path for inp in found if inp.path}
        if not paths:
            return found
        sizes = await asyncio.get_running_loop().run_in_executor(self._executor, _sizes, sorted(paths))
        return [replace(inp, size=sizes.get(inp.path, 0), sha256=hashes.get(inp.path, "")) for inp in found]


def _sizes(paths: Sequence[str]) -> dict[str, int]:
    """Sizes in bytes of those that can be seen. One that cannot is reported when its turn to be sent comes."""
    sizes = {}
    for path in paths:
        try:
            sizes[path] = Path(path).stat().st_size
        except OSError:
            continue
    return sizes
