"""The ledger, the only writer of tasks. Each transition is computed by `advance`, stored with its ledger line, and then
announced as one event.

Unfinished tasks are kept in memory; finished ones are read from the store. Changes of a task are serialized by a lock
per task. A change that has begun is finished even if its caller is canceled, so memory, disk and screen never differ.
Raises StoreError on disk errors (nothing is changed then) and `ImpossibleMove` for mistakes of the program. Loop's
thread only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from runway_desktop.domain.account import NO_KEY, Fingerprint
from runway_desktop.domain.events import OutputChanged, TaskChanged, TasksAdded, TasksMoved
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.library import Filed, Filter, GroupBy, LedgerEntry, Listing
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Batch, Evidence, Input, Output, OutputState, RemoteId, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.supervised import shielded
from runway_desktop.values import replace

if TYPE_CHECKING:
    from runway_desktop.domain.advance import Answer, Answered, Transition
    from runway_desktop.services.ports import Clock, Store

log = logging.getLogger(__name__)

LONGEST_LIFE = 7 * 86_400.0
"""Seconds. Tasks practically never stay unfinished longer."""
SAME_MOMENT = 0.01
"""Seconds by which two records of the same time may differ."""

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


def _finished(
    work: Callable[Concatenate[Ledger, Arguments], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Ledger, Arguments], Coroutine[Any, Any, Result]]:
    """Makes a method run to its end even if the caller is canceled."""

    @wraps(work)
    async def run(ledger: Ledger, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        task = asyncio.create_task(work(ledger, *arguments, **named))
        ledger._writing.add(task)
        task.add_done_callback(ledger._written)
        return await shielded(task)

    return run


@cache
def _rules() -> tuple[
    Callable[[Task, Transition, float], Task],
    Callable[[Task, Task, Transition, float, Mapping[str, Any]], LedgerEntry | None],
    Callable[[Task, Transition, float, Media], tuple[Output, ...]],
    Callable[[Answer, Fingerprint], Answered],
]:
    """Imports the rules of transitions at the first move, to keep them out of the first paint."""
    from runway_desktop.domain.advance import Answered

    from .task_changes import advance, ledger_line, results_of

    return advance, ledger_line, results_of, Answered


class NoSuchTask(LookupError):
    """A mistake of the program: a task that was never added."""


class Ledger:
    def __init__(self, store: Store, bus: Bus, clock: Clock, makes: Callable[[str], Media]) -> None:
        """`makes` gives the media that an endpoint makes: `Catalog.makes`."""
        self._store = store
        self._bus = bus
        self._clock = clock
        self.makes = makes
        self._open: dict[TaskId, Task] = {}
        self._all_queued: dict[TaskId, Task] = {}
        self._queued: tuple[Task, ...] | None = None
        """Those that are not removed, in sending order; None: not computed yet."""
        self._at_runway: Counter[str] = Counter()
        self._locks: WeakValueDictionary[TaskId, asyncio.Lock] = WeakValueDictionary()
        self._writing: set[asyncio.Task[Any]] = set()

    async def load(self, *, sending: ReasonCode = ReasonCode.PROGRAM_ENDED) -> None:
        """Loads unfinished tasks. A task that was being sent when the program ended becomes uncertain; `sending` is the
        reason."""
        for task in await self._store.unfinished():
            self._keep(task)
        cut_short = [task for task in self._open.values() if task.state is State.SENDING]
        if not cut_short:
            return
        from runway_desktop.domain.advance import NoAnswer

        for task in cut_short:
            evidence = replace(task.evidence or Evidence(), cause=Reason(sending))
            await self.move(task.id, NoAnswer(evidence))

    @_finished
    async def add(self, tasks: Sequence[Task], inputs: Sequence[Input], batch: Batch | None = None) -> None:
        """Stores new tasks, all or none, and announces them."""
        now = self._clock.now()
        entries = [
            LedgerEntry(
                task_id=task.id, at=now, kind="adopted" if task.adopted else "created", detail=_birth_detail(task)
            )
            for task in tasks
        ]
        await self._store_new(tasks, inputs, batch, entries)

    @_finished
    async def take_in(
        self,
        tasks: Sequence[Task],
        outputs: Sequence[Output],
        inputs: Sequence[Input] = (),
        batch: Batch | None = None,
        *,
        source: str = "",
    ) -> None:
        """Stores tasks that ended elsewhere, with their results, all or none, and announces them. `source`: where they
        were found. ValueError for an unfinished task: it would be polled or sent."""
        if any(not task.state.is_final for task in tasks):
            raise ValueError("A task that has not ended cannot be taken in")
        now = self._clock.now()
        entries = [
            LedgerEntry(task_id=task.id, at=now, kind="imported", detail={**_birth_detail(task), "from": source})
            for task in tasks
        ]
        await self._store_new(tasks, inputs, batch, entries, outputs)

    @_finished
    async def move(self, /, task_id: TaskId, transition: Transition, **detail: Any) -> Task:
        """Applies a transition and returns the new task. `detail` goes into the ledger's line.

        Results in an answer are stored in the same transaction. If the task had already succeeded they are not changed,
        because the downloads own them by then. Those of a run are stored as they come, each once."""
        advance, ledger_line, results_of, _ = _rules()
        async with self._lock(task_id):
            before = await self._current(task_id)
            now = self._clock.now()
            after = advance(before, transition, now)
            outputs = results_of(after, transition, now, self.makes(after.request.endpoint))
            if after.run is not None:
                seen = len(before.run.nodes) if before.run is not None else 0
                outputs = tuple(output for output in outputs if seen <= output.index < len(after.run.nodes))
            elif before.state is State.SUCCEEDED or after.state is not State.SUCCEEDED:
                outputs = ()
            if outputs:
                # Results that were imported while the task counted as gone stay.
                here = {known.index for known in await self._store.outputs(task_id) if known.state is OutputState.SAVED}
                outputs = tuple(output for output in outputs if output.index not in here)
            if after == before:
                return after
            if before.state is after.state and replace(before, asked_at=after.asked_at) == after:
                # Only the time of the last poll changed: no write, no event.
                self._keep(after)
                return after
            entry = ledger_line(before, after, transition, now, detail)
            await self._store.save(after, entry, outputs)
            self._keep(after)
            self._bus.tell(TaskChanged(after, before))
            for output in outputs:
                self._bus.tell(OutputChanged(output))
            return after

    async def answer(self, task_id: TaskId, answer: Answer, key: Fingerprint = NO_KEY) -> Task:
        """Applies an answer of Runway: state and results. `key` is the key that asked."""
        *_, answered = _rules()
        return await self.move(task_id, answered(answer, key))

    @_finished
    async def change(
        self,
        /,
        task_id: TaskId,
        edit: Callable[[Task], Task],
        kind: str,
        *,
        inputs: Sequence[Input] = (),
        **detail: Any,
    ) -> Task:
        """An edit that is no transition (title, project, queued request). If `edit` raises, nothing is changed."""
        async with self._lock(task_id):
            before = await self._current(task_id)
            after = edit(before)
            if after == before and not inputs:
                return after
            entry = LedgerEntry(task_id=task_id, at=self._clock.now(), kind=kind, detail=detail)
            await self._store.save(after, entry, (), inputs)
            self._keep(after)
            if after != before:
                self._bus.tell(TaskChanged(after, before))
            return after

    @_finished
    async def change_many(
        self, task_ids: Sequence[TaskId], edit: Callable[[Task], Task], kind: str, document: Filed | None = None
    ) -> list[Task]:
        """Applies one edit to several tasks and saves a document, in one transaction. Returns the tasks that
        changed."""
        async with AsyncExitStack() as stack:
            await self._lock_all(stack, task_ids)
            stored = {
                task.id: task for task in await self._store.get_many([i for i in task_ids if i not in self._open])
            }
            before = [task for i in dict.fromkeys(task_ids) if (task := self._open.get(i) or stored.get(i)) is not None]
            pairs = [(old, new) for old in before if (new := edit(old)) != old]
            if pairs or document is not None:
                now = self._clock.now()
                entries = [LedgerEntry(task_id=new.id, at=now, kind=kind, detail={}) for _, new in pairs]
                await self._store.save_many([new for _, new in pairs], entries, document)
            for _, new in pairs:
                self._keep(new)
            for old, new in pairs:
                self._bus.tell(TaskChanged(new, old))
            return [new for _, new in pairs]

    @_finished
    async def place(self, positions: Mapping[TaskId, float]) -> Mapping[TaskId, float]:
        """Sets positions in the lane, in one transaction and one event. Skips tasks that are no longer queued. Returns
        the old positions of those that moved."""
        async with AsyncExitStack() as stack:
            await self._lock_all(stack, positions)
            queued = [task for i in positions if (task := self._open.get(i)) is not None and task.state is State.QUEUED]
            pairs = [(old, new) for old in queued if (new := replace(old, position=positions[old.id])) != old]
            if not pairs:
                return {}
            await self._store.save_many([new for _, new in pairs])
            for _, new in pairs:
                self._keep(new)
            self._bus.tell(TasksMoved(tuple(new.id for _, new in pairs)))
            return {old.id: old.position for old, _ in pairs}

    async def sent_between(self, since: float, until: float) -> list[Task]:
        """All tasks sent, or made according to Runway, from `since` until before `until` (Unix seconds), finished or
        not; oldest first."""
        return [task for task, _ in await self._store.spent_tasks(since, until)]

    async def find_remote(self, remote_ids: Sequence[RemoteId]) -> dict[RemoteId, TaskId]:
        """Which of these Runway ids are in the list; includes removed tasks."""
        return await self._store.find_remote(remote_ids)

    async def missed(self, since: float) -> list[Task]:
        """Tasks in the list that ended only by 404s since then (Unix seconds), and runs whose cost is still asked for.
        StoreError."""
        ended = frozenset((State.GONE, State.CANCELLED))
        wanted = Listing(filter=Filter(states=ended, since=since - LONGEST_LIFE), group=GroupBy.NONE)
        found = await self._store.get_many((await self._store.list(wanted)).ids)
        missed = [task for task in found if task.is_missed and (task.ended_at or 0.0) >= since]
        return missed + [task for task in await self._store.runs_without_cost() if task.awaits_cost]

    async def answered_at(self, task_id: TaskId) -> float | None:
        """Latest possible time at which the last sending was answered or given up, from the task's ledger lines; None
        if they do not say."""
        lines = await self._store.ledger(task_id)
        return next((line.at for line in reversed(lines) if line.kind in ("accepted", "no answer", "not sent")), None)

    async def was_sent(self, task_id: TaskId, at: float) -> bool:
        """Whether the ledger has the sending that began at this time."""
        lines = await self._store.ledger(task_id)
        return any(line.kind == "sent" and abs(line.at - at) < SAME_MOMENT for line in lines)

    def open(self) -> tuple[Task, ...]:
        """All unfinished tasks."""
        return tuple(self._open.values())

    def all_queued(self) -> tuple[Task, ...]:
        """All queued tasks, unordered."""
        return tuple(self._all_queued.values())

    def queued(self) -> tuple[Task, ...]:
        """Queued tasks that are not removed from the list, in sending order."""
        if self._queued is None:
            listed = (task for task in self._all_queued.values() if task.removed_at is None)
            self._queued = tuple(sorted(listed, key=lambda task: task.position))
        return self._queued

    def at_runway(self, model: str) -> int:
        """Tasks of the model at Runway or being sent. Tasks hidden from the key in use belong to another organization
        and do not count."""
        return self._at_runway[model]

    @property
    def all_at_runway(self) -> int:
        """The same for all models."""
        return self._at_runway.total()

    def get_open(self, task_id: TaskId) -> Task | None:
        return self._open.get(task_id)

    async def task(self, task_id: TaskId) -> Task | None:
        """Any task, finished or not; None if there is none."""
        return self._open.get(task_id) or await self._store.get(task_id)

    async def settle(self) -> None:
        """Returns when every change that has begun is on disk."""
        while self._writing:
            await asyncio.wait(tuple(self._writing))

    def _written(self, task: asyncio.Task[Any]) -> None:
        self._writing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The caller gets the error too, unless it was canceled.
            log.debug("A write to the ledger failed: %r", error)

    def _lock(self, task_id: TaskId) -> asyncio.Lock:
        return self._locks.setdefault(task_id, asyncio.Lock())

    async def _current(self, task_id: TaskId) -> Task:
        found = await self.task(task_id)
        if found is None:
            raise NoSuchTask(task_id)
        return found

    async def _store_new(
        self,
        tasks: Sequence[Task],
        inputs: Sequence[Input],
        batch: Batch | None,
        entries: Sequence[LedgerEntry],
        outputs: Sequence[Output] = (),
    ) -> None:
        if not tasks:
            return
        async with AsyncExitStack() as stack:
            # Locked until `_keep`: after the commit the list shows the tasks, and the person may cancel one.
            await self._lock_all(stack, [task.id for task in tasks])
            await self._store.add(tasks, inputs, batch, entries, outputs)
            for task in tasks:
                self._keep(task)
            self._bus.tell(TasksAdded(tuple(tasks)))

    async def _lock_all(self, stack: AsyncExitStack, task_ids: Iterable[TaskId]) -> None:
        # In sorted order, to avoid deadlocks.
        for task_id in sorted(set(task_ids)):
            await stack.enter_async_context(self._lock(task_id))

    def _keep(self, task: Task) -> None:
        before = self._open.pop(task.id, None)
        if before is not None and _takes_a_slot(before):
            self._at_runway[before.request.model] -= 1
        if self._all_queued.pop(task.id, None) is not None or task.state is State.QUEUED:
            self._queued = None
        if task.state.is_final:
            return
        self._open[task.id] = task
        if task.state is State.QUEUED:
            self._all_queued[task.id] = task
        if _takes_a_slot(task):
            self._at_runway[task.request.model] += 1


def _takes_a_slot(task: Task) -> bool:
    return (task.state.is_live and not task.is_hidden) or task.state is State.SENDING


def _birth_detail(task: Task) -> dict[str, Any]:
    detail = {"remote_id": task.remote_id, "parent": task.parent_id}
    return {name: value for name, value in detail.items() if value is not None}
