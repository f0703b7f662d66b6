"""The queue for the list: a group for each model in sending order, below them one for tasks blocked by a cap, with the
texts of their headers; target positions of drags, and total price. Loop's thread; raises nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.caps import Cap, Kept, Way
from runway_desktop.domain.library import Entries, Row
from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.domain.task import HoldCode, State, Task, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.tasks.outlook import Outlook, Slots
from runway_desktop.texts import Text, _, ngettext
from runway_desktop.usecases.words import queue, units
from runway_desktop.usecases.words.budget import QueueBudget, shares
from runway_desktop.usecases.words.holds import over_title, raise_words
from runway_desktop.values import Struct

from .commands.commands import Commands
from .commands.queued import RELEASE
from .listing.lines import GroupWords

OVER_CAP = "\0over"
"""Key of the group of blocked tasks; cannot be the name of a model."""


class QueueMember(Struct, frozen=True, kw_only=True):
    """A task as its group's header needs it."""

    task: Task
    price: float | None
    kept: Kept | None = None


def by_lane(entries: Entries, task_of: Callable[[TaskId], Task | None], over: Collection[TaskId]) -> Entries:
    """Groups of tasks in sending order."""
    groups: dict[str, list[TaskId]] = {}
    too_dear: list[TaskId] = []
    for task_id in entries.ids:
        task = task_of(task_id)
        if task_id in over:
            too_dear.append(task_id)
        else:
            groups.setdefault(task.request.model if task is not None else "", []).append(task_id)
    if too_dear:
        groups[OVER_CAP] = too_dear
    ordered = [task_id for ids in groups.values() for task_id in ids]
    return Entries(ordered, tuple((key, len(ids)) for key, ids in groups.items()), entries.is_whole)


def lane_group_words(
    key: str,
    members: Sequence[QueueMember],
    slots: Callable[[str], Slots],
    running: Sequence[Task],
    release: str = "",
    *,
    is_folded: bool,
) -> GroupWords:
    """`running` are the model's tasks at Runway. `release`: text of the button that releases the group, if all of it is
    held."""
    if key == OVER_CAP:
        return _over_words(members, is_folded=is_folded)
    queued = [member.task for member in members if member.task.state is State.QUEUED]
    short = sum(task.hold.code is HoldCode.CREDITS for task in queued)
    held = sum(task.waits_for_person for task in queued) - short
    free, used = len(queued) - held - short, slots(key)
    amounts = (
        (Text("{n} queued", "{n} queued"), free),
        (Text("{n} held", "{n} held"), held),
        (Text("{n} waits for credits", "{n} wait for credits"), short),
    )
    return GroupWords(
        title=model_label(key) or _("Model not known"),
        holds=_slots_words(used),
        costs=" · ".join(str(said.of(amount)) for said, amount in amounts if amount),
        is_folded=is_folded,
        progress=tuple(task.progress or 0.0 for task in running[:MOST_BARS]),
        button=release if held + short and not free else "",
        sign="mdi6.pause" if free else "",
    )


MOST_BARS = 4


def _slots_words(slots: Slots) -> str:
    if slots.limit is None:
        return ngettext("{n} in use", "{n} in use", slots.in_use) if slots.in_use else ""
    used = min(slots.in_use, slots.limit)
    return ngettext("{used} of {n} slot in use", "{used} of {n} slots in use", slots.limit, used=used)


def _over_words(members: Sequence[QueueMember], *, is_folded: bool) -> GroupWords:
    reasons = [member.kept.held for member in members if member.kept is not None and member.kept.held is not None]
    credits = sum(member.price or 0.0 for member in members)
    can_raise = any(held.raised is not None for held in reasons)
    until = _("on hold until there are credits")
    if any(held.limit.is_open for held in reasons):
        until = _("Waits for the first cost")
    return GroupWords(
        title=over_title(reasons),
        holds=" · ".join(
            (
                ngettext("{n} task", "{n} tasks", len(members)),
                units.credits_in_words(credits),
                _("on hold until the cap is raised, or tomorrow") if can_raise else until,
            )
        ),
        is_folded=is_folded,
        is_warning=True,
        button=_("Raise cap…") if can_raise else "",
    )


def queue_line(tasks: Iterable[Task], price: Callable[[Task], float | None], outlook: Outlook) -> str:
    """ "12 tasks · 820 credits · about 14 min", for all queued tasks."""
    queued = [task for task in tasks if task.removed_at is None]
    credits = sum(price(task) or 0.0 for task in queued)
    left = outlook.all_sent
    parts = [
        ngettext("{n} task", "{n} tasks", len(queued)),
        units.credits_in_words(credits) if credits else "",
        queue.about(left.low, left.high) if left is not None else "",
    ]
    return " · ".join(filter(None, parts)) if queued else ""


class LaneLines:
    def __init__(self, engine: Engine, commands: Commands) -> None:
        self._engine = engine
        self._commands = commands

    def groups(self, entries: Entries) -> Entries:
        """Tasks in sending order: a group for each model, and one for tasks blocked by a cap."""
        return by_lane(entries, self._engine.ledger.get_open, self._engine.lane.outlook().over)

    def group_words(self, key: str, task_ids: Sequence[TaskId], *, is_folded: bool) -> GroupWords:
        ledger, lane = self._engine.ledger, self._engine.lane
        tasks = [task for task_id in task_ids if (task := ledger.get_open(task_id)) is not None]
        members = [QueueMember(task=task, price=self._price(task), kept=lane.keeps(task)) for task in tasks]
        running = [task for task in ledger.open() if task.request.model == key and task.state is State.RUNNING]
        release = self._commands.text(RELEASE, [Row(task=task) for task in tasks])
        return lane_group_words(key, members, lane.slots, running, release, is_folded=is_folded)

    def line(self) -> str:
        """Number, total price and estimated end of all queued tasks."""
        return queue_line(self._queued(), self._price, self._engine.lane.outlook())

    def budget(self) -> QueueBudget:
        """What was spent today, and what the queue will cost."""
        engine, queued, over = self._engine, self._queued(), self._engine.lane.outlook().over
        kept = {task.id: one for task in queued if task.id in over and (one := engine.lane.keeps(task)) is not None}
        running = [task for task in engine.ledger.open() if task.state.is_live]
        blocked = [task for task in queued if task.id in kept]
        coming = [task for task in queued if task.id not in kept and not task.waits_for_person]
        short = [task for task in blocked if _by(kept[task.id]) is Way.CREDITS]
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
        first = next((one for one in kept.values() if _by(one) is Way.RAISE), None)
        return QueueBudget(shares=parts, cap=cap, over=tuple(task.id for task in blocked), kept=first)

    def release_words(self) -> str:
        """Text of the button that releases the whole queue."""
        return self._commands.text(RELEASE, self._commands.queued())

    @property
    def is_all_held(self) -> bool:
        """Whether tasks are queued and all of them are held."""
        queued = self._queued()
        return bool(queued) and all(task.waits_for_person for task in queued)

    @property
    def is_paused(self) -> bool:
        return self._engine.lane.paused

    def caps_reached(self) -> dict[tuple[Cap, str, float], Kept]:
        """Each cap that keeps tasks, or the balance, with what keeps the first of them."""
        found: dict[tuple[Cap, str, float], Kept] = {}
        for task_id, held in self._engine.lane.outlook().over.items():
            if held.which not in found and (kept := self._keeps(task_id)) is not None:
                found[held.which] = kept
        return found

    def raisable(self, task_ids: Sequence[TaskId]) -> list[Kept]:
        """What keeps these tasks by caps that can be raised; one for each amount to which one could be raised."""
        kept = [one for task_id in task_ids if (one := self._keeps(task_id)) is not None]
        return list({raise_words(one.held): one for one in kept if one.held and _by(one) is Way.RAISE}.values())

    def raise_words(self, kept: Kept) -> str:
        """Text of the button that raises the cap, with what would be sent; empty if there is no cap to raise."""
        return raise_words(kept.held, self._engine.lane.freed(kept)) if kept.held is not None else ""

    def may_stand_by(self, lifted: Collection[TaskId], over: TaskId) -> bool:
        """Whether tasks may be dropped next to a queued task: all are of its model, or it is blocked by a cap."""
        kept = self._keeps(over)
        if kept is not None and kept.held is not None:
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

    def _keeps(self, task_id: TaskId) -> Kept | None:
        task = self._engine.ledger.get_open(task_id)
        return self._engine.lane.keeps(task) if task is not None else None

    def _queued(self) -> list[Task]:
        queued = self._engine.ledger.all_queued()
        return [task for task in queued if task.removed_at is None and not waits_for_approval(task)]

    def _price(self, task: Task) -> float | None:
        found = self._engine.pricing.price(task.request)
        return found.credits if found is not None else None


def _by(kept: Kept) -> Way | None:
    """What lifts its cap, also where its own hold keeps it as well."""
    return kept.lane.way if kept.lane is not None else None
