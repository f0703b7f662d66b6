"""A person's judgments on results: stars, picks and rejects, tags, project, shot and note, in and out, notes at a time,
for one or more tasks.

Each judgment is one transaction and returns the values before, for undo. LookupError for a missing task, ValueError for
more than five stars; StoreError passes. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence, Set
from typing import Any

from runway_desktop.domain.library import Filed, clean_tag
from runway_desktop.domain.task import MOST_STARS, Hold, HoldCode, Mark, Pick, Task, TaskId, Trim
from runway_desktop.values import Struct, field, replace

from .ledger import Ledger

_HELD = Hold(HoldCode.WAITS_FOR_PERSON)


class Judged(Struct, frozen=True):
    """One judgment: the values of one field by task before and after. Unchanged tasks are left out."""

    what: str
    """Name of the field of `Task`; the values of "pick" are `Picked`."""
    before: Mapping[TaskId, Any] = field(default_factory=dict)
    after: Mapping[TaskId, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.after)

    @property
    def chosen(self) -> Set[TaskId]:
        """The tasks that were judged, without those that lost their pick to them."""
        picked = {one for one, value in self.after.items() if isinstance(value, Picked) and value.pick is not Pick.NONE}
        return picked or self.after.keys()


class Picked(Struct, frozen=True):
    """A pick or reject in a `Judged`, with who made it and when: it is put back as it was."""

    pick: Pick
    by: str = ""
    at: float | None = None


class PutBack(Struct, frozen=True):
    """Result of an undo: the changed tasks, and how many queued ones it now holds for the person."""

    tasks: tuple[Task, ...]
    held: int = 0


def without(judgments: Mapping[int, Judged], number: int) -> tuple[dict[TaskId, Any], dict[int, Judged]]:
    """Values that undo one judgment, and the other judgments as changed by that. A task judged again later keeps its
    newer value; undoing that one then restores the value before both."""
    values = dict(judgments[number].before)
    kept: dict[int, Judged] = {}
    for other, judgment in judgments.items():
        if other > number and judgment.what == judgments[number].what:
            newer = {one: values.pop(one) for one in judgment.before if one in values}
            kept[other] = replace(judgment, before={**judgment.before, **newer})
        elif other != number:
            kept[other] = judgment
    return values, kept


class Judging:
    """`freed_by`: as in `CapWatch`. `now`: Unix seconds."""

    def __init__(
        self,
        ledger: Ledger,
        freed_by: Callable[[Mapping[TaskId, str]], Awaitable[Collection[TaskId]]],
        now: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._freed_by = freed_by
        self._now = now

    async def rate(self, task_ids: Sequence[TaskId], stars: int) -> Judged:
        """1 to 5; 0 clears the rating."""
        if not 0 <= stars <= MOST_STARS:
            raise ValueError(f"{stars} stars")
        return await self._set(task_ids, "rating", lambda _: stars)

    async def pick(self, task_ids: Sequence[TaskId], pick: Pick) -> Judged:
        """By the user, now."""
        return await self._pick(dict.fromkeys(task_ids, pick))

    async def pick_instead(self, task_ids: Sequence[TaskId], others: Sequence[TaskId]) -> Judged:
        """Picks the first ones and clears the picks of `others`, as one judgment."""
        return await self._pick({**dict.fromkeys(task_ids, Pick.PICK), **dict.fromkeys(others, Pick.NONE)})

    async def tag(self, task_ids: Sequence[TaskId], add: Sequence[str] = (), remove: Sequence[str] = ()) -> Judged:
        """Adds and removes tags; others stay."""
        coming = [tag for word in add if (tag := clean_tag(word))]
        going = {clean_tag(word) for word in remove}

        def tags(task: Task) -> tuple[str, ...]:
            return tuple(dict.fromkeys(tag for tag in (*task.tags, *coming) if tag not in going or tag in coming))

        return await self._set(task_ids, "tags", tags)

    async def set_project(self, task_ids: Sequence[TaskId], project: str) -> Judged:
        words = " ".join(project.split())
        return await self._set(task_ids, "project", lambda _: words)

    async def set_shot(self, task_ids: Sequence[TaskId], shot: str) -> Judged:
        words = " ".join(shot.split())
        return await self._set(task_ids, "shot", lambda _: words)

    async def set_note(self, task_ids: Sequence[TaskId], note: str) -> Judged:
        return await self._set(task_ids, "note", lambda _: note.strip())

    async def set_trims(self, trims: Mapping[TaskId, tuple[Trim, ...]]) -> Judged:
        """In and out of all results of each task: see `domain.task.with_trim`."""
        return await self._set(list(trims), "trims", lambda task: trims[task.id])

    async def set_mark(self, task_id: TaskId, mark: Mark, *, remove: bool = False) -> Judged:
        """Adds, replaces or removes a note at a time; others stay."""

        def marks(task: Task) -> tuple[Mark, ...]:
            kept = {one.id: one for one in task.marks} | {mark.id: mark}
            return tuple(one for one in kept.values() if one.id != mark.id or not remove)

        return await self._set([task_id], "marks", marks)

    async def change(
        self, edits: Mapping[TaskId, Sequence[Callable[[Task], Task]]], kind: str, document: Filed | None = None
    ) -> None:
        """Applies to each task its edits, and saves a document that tells of them, in one transaction. They change
        judgments only; the caller has its own undo."""

        def edit(task: Task) -> Task:
            for one in edits[task.id]:
                task = one(task)
            return task

        await self._ledger.change_many(list(edits), edit, kind, document)

    async def put_back(
        self, what: str, values: Mapping[TaskId, Any], replaced: Mapping[TaskId, Any] | None = None
    ) -> PutBack:
        """Undo and redo: sets the field `what` of each task to its value. With the values that these replace, tags and
        notes that came since by other ways stay. If a change of project frees a queued task from its project's cap, it
        is held for the person and not sent."""
        freed = await self._freed_by(values) if what == "project" else ()

        def edit(task: Task) -> Task:
            hold = _HELD if task.id in freed and task.is_free else task.hold
            value = values.get(task.id, _value(task, what))
            if replaced is not None and isinstance(value, tuple):
                value = _merged(_value(task, what), value, replaced.get(task.id, value))
            return replace(_with(task, what, value), hold=hold)

        changed = await self._ledger.change_many((*values, *freed), edit, f"{what} put back")
        return PutBack(tuple(changed), sum(task.id in freed and task.hold == _HELD for task in changed))

    async def _pick(self, picks: Mapping[TaskId, Pick]) -> Judged:
        now = self._now()

        def picked(task: Task) -> Picked:
            pick = picks[task.id]
            if task.pick is pick:
                return Picked(pick, task.picked_by, task.picked_at)
            return Picked(pick, at=None if pick is Pick.NONE else now)

        return await self._set(list(picks), "pick", picked)

    async def _set(self, task_ids: Sequence[TaskId], what: str, value: Callable[[Task], Any]) -> Judged:
        before: dict[TaskId, Any] = {}

        def edit(task: Task) -> Task:
            before[task.id] = _value(task, what)
            return _with(task, what, value(task))

        changed = await self._ledger.change_many(task_ids, edit, what)
        after = {task.id: _value(task, what) for task in changed}
        return Judged(what, {task_id: before[task_id] for task_id in after}, after)


def _value(task: Task, what: str) -> Any:
    return Picked(task.pick, task.picked_by, task.picked_at) if what == "pick" else getattr(task, what)


def _merged(now: tuple[Any, ...], value: tuple[Any, ...], replaced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Present tags, notes or trims, with only those as in `value` that are otherwise in `replaced`. In the order of
    `value`, what came since at the end."""

    def key(one: Any) -> object:
        return one.id if isinstance(one, Mark) else one.index if isinstance(one, Trim) else one

    changed = {key(one) for one in set(value) ^ set(replaced)}
    kept = {key(one): one for one in now if key(one) not in changed}
    ordered = [one if key(one) in changed else kept.pop(key(one)) for one in value if key(one) in changed | kept.keys()]
    return (*ordered, *kept.values())


def _with(task: Task, what: str, value: Any) -> Task:
    if isinstance(value, Picked):
        return replace(task, pick=value.pick, picked_by=value.by, picked_at=value.at)
    return replace(task, **{what: value})
