"""What the person does with queued tasks: move, hold, release, send next, and what undoes it.

The lane sends by position and by hold alone, so each act is a change of those, and no undo lets a task leave. Smaller
positions are sent first; a move changes as few of them as possible. Loop's thread only; StoreError passes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.task import ITS_TURN, Evidence, Hold, HoldCode, State, Task, TaskId
from runway_desktop.values import Struct, field, replace

if TYPE_CHECKING:
    # The window's first paint needs the values of commands only.
    from runway_desktop.domain.caps import HeldBack

    from .keeping import CapWatch
    from .ledger import Ledger

LEAST_STEP = 1e-6
"""All tasks are renumbered when positions get closer than this."""
_HELD = Hold(HoldCode.WAITS_FOR_PERSON)
_NEXT = "send next"
"""Kind of the ledger's line."""


class Stood(Struct, frozen=True, kw_only=True):
    """Positions before a command, and the holds and keys of tasks that waited for the person."""

    positions: Mapping[TaskId, float] = field(default_factory=dict)
    holds: Mapping[TaskId, Hold] = field(default_factory=dict)
    keys: Mapping[TaskId, Fingerprint] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.positions or self.holds)


@dataclass(eq=False, repr=False)
class QueueActs:
    """`retry`: lets the lane try tasks again at once that wait for a file or a retry."""

    _ledger: Ledger
    _caps: CapWatch
    _retry: Callable[[Collection[TaskId]], None]

    async def move(self, task_ids: Sequence[TaskId], before: TaskId | None) -> Stood:
        """Puts queued tasks, in the order given, before another one; None: at the end. Returns their old positions."""
        moving = [i for i in dict.fromkeys(task_ids) if self._is_queued(i)]
        return Stood(positions=await self._ledger.place(positions_before(self._ledger.queued(), moving, before)))

    async def step(self, task_ids: Collection[TaskId], *, up: bool) -> Stood:
        """Moves queued tasks by one position among those of their model. Returns the old positions of all moved."""
        return Stood(positions=await self._ledger.place(positions_stepped(self._ledger.queued(), task_ids, up=up)))

    async def hold(self, task_ids: Sequence[TaskId]) -> tuple[TaskId, ...]:
        """Makes tasks wait for the person, also in later runs; one being sent waits if Runway turns it away. Returns
        the changed tasks; those that already wait for the person are not changed."""

        def edit(task: Task) -> Task:
            is_free = task.state.is_local and not task.waits_for_person
            return replace(task, hold=_HELD) if is_free else task

        return tuple(task.id for task in await self._ledger.change_many(task_ids, edit, "held"))

    def stood(self, task_ids: Sequence[TaskId]) -> Stood:
        """Current positions of queued tasks, and the holds and keys of those that wait for the person, for undo."""
        tasks = [task for i in task_ids if (task := self._ledger.get_open(i)) is not None and self._is_queued(i)]
        return Stood(
            positions={task.id: task.position for task in tasks},
            holds={task.id: task.hold for task in tasks if task.waits_for_person},
            keys={task.id: task.key for task in tasks if task.waits_for_person},
        )

    async def put_back(self, stood: Stood) -> int:
        """Undoes a move or a release. A released task waits for the person again, unless its sending has begun. Sends
        nothing. Returns how many wait again."""

        def edit(task: Task) -> Task:
            # Evidence of the last sending is valid for that sending's key only, so that key stays.
            key = task.key if task.was_denied else stood.keys.get(task.id, task.key)
            return replace(task, hold=stood.holds[task.id], key=key) if task.is_free else task

        held = await self._ledger.change_many(tuple(stood.holds), edit, "held")
        await self._ledger.place(stood.positions)
        return len(held)

    async def send_next(self, task_ids: Sequence[TaskId]) -> None:
        """Moves queued tasks to the front and retries those that wait for a file. Those that wait for the person still
        do: only `release` sends them."""
        await self._to_front(task_ids)
        await self._free(task_ids, lambda task: task if task.waits_for_person else replace(task, hold=ITS_TURN), _NEXT)

    async def release(
        self, tasks: Sequence[Task], *, is_next: bool, key: Fingerprint, unpaid: Collection[TaskId] = ()
    ) -> None:
        """Lets tasks be sent with this key after the person confirmed them as given; at their positions, or next. A
        task whose hold has changed since is skipped. `unpaid`: those for which the balance does not suffice. They wait
        for credits; released again, they are sent as soon as it does. Only `Submission` may call this."""
        asked = {task.id: task.hold for task in tasks}

        def released(task: Task) -> Task:
            if task.waits_for_person and task.hold != asked[task.id]:
                return task
            seen = task.evidence
            if seen is not None and key != task.key:
                # Counts read with one key cannot be compared with another key's.
                seen = Evidence(price=seen.price, cause=seen.cause, answer=seen.answer)
            hold = ITS_TURN
            if task.id in unpaid:
                was_told = asked[task.id].code is HoldCode.CREDITS
                hold = Hold(HoldCode.WHEN_CREDITS if was_told else HoldCode.CREDITS)
            return replace(task, hold=hold, key=key, evidence=seen)

        if is_next:
            await self._to_front(list(asked))
        await self._free(list(asked), released, _NEXT if is_next else "released")

    async def _to_front(self, task_ids: Sequence[TaskId]) -> None:
        queued = [i for i in dict.fromkeys(task_ids) if self._is_queued(i)]
        await self.move(queued, next((task.id for task in self._ledger.queued() if task.id not in queued), None))

    async def _free(self, task_ids: Sequence[TaskId], edit: Callable[[Task], Task], kind: str) -> None:
        queued = [i for i in dict.fromkeys(task_ids) if self._is_queued(i)]
        await self._ledger.change_many(queued, edit, kind)
        self._retry(queued)

    async def raise_cap(self, held: HeldBack) -> None:
        """Raises the cap that blocks tasks, just enough for them. Those that the balance does not cover then wait for
        credits. Raises StoreError."""
        wait = Hold(HoldCode.CREDITS)
        unpaid = self._caps.unpaid(held, self._ledger.queued())
        await self._ledger.change_many(unpaid, lambda task: replace(task, hold=wait) if task.is_free else task, "held")
        self._caps.raise_cap(held)

    async def hold_over_cap(self, project: str) -> int:
        """Holds for the person what the project's cap keeps here; returns how many. Call before an undo takes the cap
        away."""
        over = [task.id for task in self._caps.over_project_cap() if task.project == project]
        held = await self._ledger.change_many(
            over, lambda task: replace(task, hold=_HELD) if task.is_free else task, "held"
        )
        return len(held)

    def _is_queued(self, task_id: TaskId) -> bool:
        task = self._ledger.get_open(task_id)
        return task is not None and task.state is State.QUEUED


def placed_before(queued: Sequence[Task], moving: Sequence[TaskId], before: TaskId | None) -> list[Task]:
    """The order after a move. None, or a task that is not queued: at the end."""
    known = {task.id: task for task in queued}
    chosen = [known[task_id] for task_id in dict.fromkeys(moving) if task_id in known]
    moved = set(moving)
    others = [task for task in queued if task.id not in moved]
    at = next((index for index, task in enumerate(others) if task.id == before), len(others))
    return [*others[:at], *chosen, *others[at:]]


def positions_before(queued: Sequence[Task], moving: Sequence[TaskId], before: TaskId | None) -> Mapping[TaskId, float]:
    """Positions that put `moving`, in that order, before the task `before`; None, or a task that is not queued: at the
    end. `queued` are all queued tasks in their order. Empty if that is their order already."""
    chosen = set(moving)
    others = [task for task in queued if task.id not in chosen]
    at = next((index for index, task in enumerate(others) if task.id == before), len(others))
    order = [*(task.id for task in others[:at]), *moving, *(task.id for task in others[at:])]
    if order == [task.id for task in queued]:
        return {}
    low = others[at - 1].position if at > 0 else None
    high = others[at].position if at < len(others) else None
    return _between(low, high, moving) or _renumbered(others, at, moving)


def positions_stepped(queued: Sequence[Task], moving: Collection[TaskId], *, up: bool) -> Mapping[TaskId, float]:
    """Positions that move each of `moving` by one among the tasks of its model. The first (or last) of these tasks
    stays, and so do moving ones directly next to it. `queued` are all queued tasks in their order."""
    chosen = set(moving)
    of_model: defaultdict[str, list[int]] = defaultdict(list)
    for position, task in enumerate(queued):
        of_model[task.request.model].append(position)
    order = list(queued)
    for indexes in of_model.values():
        tasks = [queued[position] for position in (indexes if up else reversed(indexes))]
        for at in range(1, len(tasks)):
            if tasks[at].id in chosen and tasks[at - 1].id not in chosen:
                tasks[at - 1], tasks[at] = tasks[at], tasks[at - 1]
        for position, task in zip(indexes, tasks if up else reversed(tasks), strict=True):
            order[position] = task
    if order == list(queued):
        return {}
    positions = [task.position for task in queued]
    if any(after - before < LEAST_STEP for before, after in pairwise(positions)):
        positions = [float(position) for position in range(1, len(queued) + 1)]
    return {task.id: to for task, to in zip(order, positions, strict=True) if task.position != to}


def _between(low: float | None, high: float | None, moving: Sequence[TaskId]) -> dict[TaskId, float] | None:
    """Positions between two neighbors; None if there is no space left."""
    if low is None and high is None:
        return {task_id: float(position) for position, task_id in enumerate(moving, start=1)}
    if low is None:
        low = (high or 0.0) - len(moving) - 1
    if high is None:
        high = low + len(moving) + 1
    step = (high - low) / (len(moving) + 1)
    if step < LEAST_STEP:
        return None
    return {task_id: low + step * position for position, task_id in enumerate(moving, start=1)}


def _renumbered(others: Sequence[Task], at: int, moving: Sequence[TaskId]) -> dict[TaskId, float]:
    order = [*(task.id for task in others[:at]), *moving, *(task.id for task in others[at:])]
    return {task_id: float(position) for position, task_id in enumerate(order, start=1)}
