"""The queue for the list: groups with their headers, target positions of drags, and total price. Loop's thread; raises
nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from runway_desktop.domain.caps import Cap, HeldBack
from runway_desktop.domain.clients import waits_for_approval
from runway_desktop.domain.library import Entries, Row
from runway_desktop.domain.task import HoldCode, State, Task, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.usecases.words.budget import QueueBudget, shares
from runway_desktop.usecases.words.holds import raise_words

from .commands.commands import Commands
from .commands.queued import RELEASE
from .listing.lines import GroupWords
from .listing.queue import QueueMember, by_lane, lane_group_words, queue_line
from .sending.sending import TaskSender


class LaneLines:
    def __init__(self, engine: Engine, sending: TaskSender, commands: Commands) -> None:
        self._engine = engine
        self._sending = sending
        self._commands = commands

    def groups(self, entries: Entries) -> Entries:
        """Tasks in sending order: a group for each model, and one for tasks blocked by a cap."""
        return by_lane(entries, self._engine.ledger.get_open, self._engine.lane.outlook().over)

    def group_words(self, key: str, task_ids: Sequence[TaskId], *, is_folded: bool) -> GroupWords:
        ledger, lane = self._engine.ledger, self._engine.lane
        tasks = [task for task_id in task_ids if (task := ledger.get_open(task_id)) is not None]
        members = [QueueMember(task=task, price=self._price(task)) for task in tasks]
        running = [task for task in ledger.open() if task.request.model == key and task.state is State.RUNNING]
        release = self._commands.text(RELEASE, [Row(task=task) for task in tasks])
        return lane_group_words(key, members, lane.slots, running, lane.outlook(), release, is_folded=is_folded)

    def line(self) -> str:
        """Number, total price and estimated end of all queued tasks."""
        return queue_line(self._queued(), self._price, self._engine.lane.outlook())

    def budget(self) -> QueueBudget:
        """What was spent today, and what the queue will cost."""
        engine, queued, over = self._engine, self._queued(), self._engine.lane.outlook().over
        running = [task for task in engine.ledger.open() if task.state.is_live]
        coming = [task for task in queued if task.id not in over and not task.waits_for_person]
        blocked = [task for task in queued if task.id in over]
        short = [task for task in blocked if over[task.id].limit.cap is Cap.BALANCE]
        ordered = [task for task in queued if task.hold.code is HoldCode.CREDITS]
        cap, budget = engine.settings.day_cap, engine.budget
        parts = shares(
            budget.spent_today,
            sum(map(budget.price, coming)),
            sum(map(budget.price, blocked)) - sum(map(budget.price, short)),
            cap,
            running=budget.of_today(running),
            short=sum(map(budget.price, (*short, *ordered))),
        )
        held = next((one for one in over.values() if one.raised is not None), None)
        return QueueBudget(shares=parts, cap=cap, over=tuple(task.id for task in blocked), held=held)

    def release_words(self) -> str:
        """Text of the button that releases the whole queue."""
        return self._commands.text(RELEASE, self._commands.queued())

    @property
    def is_all_held(self) -> bool:
        """Whether tasks are queued and all of them are held."""
        queued = self._queued()
        return bool(queued) and all(task.waits_for_person for task in queued)

    def held_back(self, task_id: TaskId) -> HeldBack | None:
        """The cap, or the balance, that blocks a queued task."""
        return self._engine.lane.outlook().over.get(task_id)

    def raise_words(self, held: HeldBack) -> str:
        """Text of the button that raises a cap, with what would then be sent."""
        return raise_words(held, self._sending.freed(held)) if held.raised is not None else ""

    def caps_reached(self) -> list[HeldBack]:
        """The cap or the balance that blocks each blocked task."""
        return list(self._engine.lane.outlook().over.values())

    def may_stand_by(self, lifted: Collection[TaskId], over: TaskId) -> bool:
        """Whether tasks may be dropped next to a queued task: all are of its model, or it is blocked by a cap."""
        if self.held_back(over) is not None:
            return True
        tasks = [self._engine.ledger.get_open(task_id) for task_id in (*lifted, over)]
        return len({task.request.model for task in tasks if task is not None}) == 1

    def before(self, over: TaskId, lifted: Collection[TaskId], *, below: bool) -> TaskId | None:
        """The queued task before which a drop before, or `below`, another task inserts; None: at the end."""
        queued = [row.task.id for row in self._commands.queued()]
        task = self._engine.ledger.get_open(over)
        # Nothing goes ahead of a task that is being sent.
        otherwise = 0 if task is not None and task.state is State.SENDING else len(queued)
        at = queued.index(over) + below if over in queued else otherwise
        return next((task_id for task_id in queued[at:] if task_id not in lifted), None)

    def _queued(self) -> list[Task]:
        held = self._engine.ledger.held()
        return [task for task in held if task.removed_at is None and not waits_for_approval(task)]

    def _price(self, task: Task) -> float | None:
        found = self._engine.pricing.price(task.request)
        return found.credits if found is not None else None
