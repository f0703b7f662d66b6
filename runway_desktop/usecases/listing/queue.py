"""The queue as lines: a group for each model in sending order, below them one for tasks blocked by a cap, and the texts
of their headers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.caps import Kept
from runway_desktop.domain.library import Entries
from runway_desktop.domain.task import HoldCode, State, Task, TaskId
from runway_desktop.services.tasks.outlook import Outlook, Slots
from runway_desktop.texts import Text, _, ngettext
from runway_desktop.usecases.words import queue, units
from runway_desktop.usecases.words.holds import over_title
from runway_desktop.values import Struct

from .lines import GroupWords

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
    return GroupWords(
        title=over_title(reasons),
        holds=" · ".join(
            (
                ngettext("{n} task", "{n} tasks", len(members)),
                units.credits_in_words(credits),
                _("on hold until the cap is raised, or tomorrow")
                if can_raise
                else _("on hold until there are credits"),
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
        queue.about(left.low_seconds, left.high_seconds) if left is not None else "",
    ]
    return " · ".join(filter(None, parts)) if queued else ""
