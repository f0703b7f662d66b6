"""Expected list, groups and sums, computed in plain Python from the tasks and compared with SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Self

from runway_desktop.domain.library import (
    Entries,
    Filter,
    GroupBy,
    GroupSummary,
    Listing,
    Page,
    SortKey,
    Without,
    Words,
    asked_seconds,
    heading_of,
    prompt_key,
    searched_text,
    words_of,
)
from runway_desktop.domain.spending_report import KEEPER_RATING, SpendingLine, counted_credits, spent_at
from runway_desktop.domain.task import (
    LIVE,
    LOCAL,
    RANKS,
    BatchId,
    Input,
    Output,
    OutputState,
    Pick,
    State,
    Task,
    TaskId,
)
from runway_desktop.services.ports import Store
from runway_desktop.values import replace

_TROUBLED = (OutputState.FAILED, OutputState.EXPIRED)


@dataclass(frozen=True)
class Library:
    """`tasks` in the order in which they were added; `zone` decides what a day is."""

    tasks: Sequence[Task]
    outputs: Mapping[TaskId, Sequence[Output]]
    inputs: Mapping[TaskId, Sequence[Input]]
    batches: Mapping[BatchId, str]
    zone: tzinfo

    @classmethod
    async def read(cls, store: Store, ids: Iterable[TaskId], batches: dict[BatchId, str], zone: tzinfo) -> Self:
        tasks = await store.get_many(list(ids))
        outputs = {task.id: await store.outputs(task.id) for task in tasks}
        inputs = {task.id: await store.inputs(task.id) for task in tasks}
        return cls(tasks, outputs, inputs, batches, zone)

    def entries(self, listing: Listing, limit: int = 0) -> Entries:
        everything = self._listed(listing)
        tasks = everything[:limit] if limit else everything
        is_whole = len(tasks) == len(everything)
        if not tasks:
            return Entries()
        if listing.group in (GroupBy.NONE, GroupBy.LANE):
            return Entries([task.id for task in tasks], (), is_whole)
        groups: dict[str, list[TaskId]] = {}
        for key, task in zip(self._keys(tasks, listing.group), tasks, strict=True):
            groups.setdefault(key, []).append(task.id)
        ids = [task_id for members in groups.values() for task_id in members]
        return Entries(ids, tuple((key, len(members)) for key, members in groups.items()), is_whole)

    def amount(self, wanted: Filter) -> int:
        return sum(self._matches(task, wanted) for task in self.tasks)

    def pages(self) -> dict[Page, int]:
        shown = [task for task in self.tasks if task.removed_at is None]
        return {page: sum(self._on_page(task, page) for task in shown) for page in Page}

    def groups(self, listing: Listing) -> list[GroupSummary]:
        if listing.group in (GroupBy.NONE, GroupBy.LANE):
            return []
        members: dict[str, list[Task]] = {}
        shown = self._listed(replace(listing, sort=SortKey.MADE, descending=True))
        for key, task in zip(self._keys(shown, listing.group), shown, strict=True):
            members.setdefault(key, []).append(task)
        return [
            GroupSummary(
                key=key,
                title=self._title(key, listing.group),
                total=len(tasks),
                by_state=dict(Counter(task.state for task in tasks)),
                saved=sum(self._is_saved(task) for task in tasks),
                missing=sum(self._is_saved(task) and self._on_page(task, Page.MISSING) for task in tasks),
                credits=sum(task.credits or 0.0 for task in tasks),
            )
            for key, tasks in members.items()
        ]

    def spending(self, since: float, until: float) -> list[SpendingLine]:
        members: dict[tuple[str, str, str, str], list[Task]] = {}
        for task in self.tasks:
            if (at := spent_at(task)) is not None and since <= at < until:
                day = datetime.fromtimestamp(at, self.zone).date().isoformat()
                key = (day, task.request.model, task.project, task.batch_id or "")
                members.setdefault(key, []).append(task)
        return [self._line(key, members[key]) for key in sorted(members)]

    def _line(self, key: tuple[str, str, str, str], tasks: Sequence[Task]) -> SpendingLine:
        day, model, project, batch = key
        imported = [task for task in tasks if task.imported]
        tasks = [task for task in tasks if not task.imported]
        unsure = [task for task in tasks if task.state in (State.UNCERTAIN, State.SENDING)]
        return SpendingLine(
            day=day,
            model=model,
            project=project,
            batch_id=BatchId(batch) if batch else None,
            batch_name=self.batches[BatchId(batch)] if batch else "",
            tasks=len(tasks),
            credits=sum(map(counted_credits, tasks)),
            uncertain=len(unsure),
            uncertain_credits=sum(map(counted_credits, unsure)),
            keepers=sum(
                task.state is State.SUCCEEDED and (task.pick is Pick.PICK or task.rating >= KEEPER_RATING)
                for task in tasks
            ),
            refused=sum(
                task.state is State.FAILED and task.failure is not None and task.failure.is_moderation for task in tasks
            ),
            imported=len(imported),
            imported_credits=sum(max(0.0, task.credits or 0.0) for task in imported),
        )

    def _is_saved(self, task: Task) -> bool:
        outputs = self.outputs[task.id]
        saved = bool(outputs) and all(output.state is OutputState.SAVED for output in outputs)
        return task.state is State.SUCCEEDED and saved

    def _on_page(self, task: Task, page: Page) -> bool:
        match page:
            case Page.ALL:
                return True
            case Page.LIVE:
                return task.state in LIVE
            case Page.WAITING_HERE:
                return task.state in LOCAL
            case Page.NEEDS_ATTENTION:
                return (
                    task.state in (State.UNCERTAIN, State.FAILED)
                    or (task.state is State.GONE and not task.let_go)
                    or any(output.state in _TROUBLED or output.is_missing for output in self.outputs[task.id])
                )
            case Page.NOT_SAVED:
                left = [
                    one for one in self.outputs[task.id] if one.state not in (OutputState.SAVED, OutputState.EXPIRED)
                ]
                return (
                    (task.state is State.SUCCEEDED or task.run is not None) and not task.deleted_remotely and bool(left)
                )
            case Page.SAVED:
                return self._is_saved(task) and not self._on_page(task, Page.MISSING)
            case Page.PICKS:
                return task.pick is Pick.PICK
            case Page.MISSING:
                return any(output.is_missing for output in self.outputs[task.id])
            case Page.CHANGED:
                return any(output.is_changed for output in self.outputs[task.id])
            case Page.SUGGESTED:
                return False

    def _matches(self, task: Task, wanted: Filter) -> bool:
        paths = [a.path for a in self.inputs[task.id]] + [o.path for o in self.outputs[task.id]]
        at = task.created_at
        return (
            task.removed_at is None
            and self._on_page(task, wanted.page)
            and (not wanted.states or task.state in wanted.states)
            and (not wanted.models or task.request.model in wanted.models)
            and (not wanted.endpoints or task.request.endpoint in wanted.endpoints)
            and (not wanted.projects or task.project in wanted.projects)
            and (not wanted.batches or task.batch_id in wanted.batches)
            and (wanted.since is None or at >= wanted.since)
            and (wanted.until is None or at < wanted.until)
            and self._judged(task, wanted)
            and not self._excluded(task, wanted.without)
            and _says(searched_text(_texts(task), paths), words_of(wanted.text))
        )

    def _judged(self, task: Task, wanted: Filter) -> bool:
        longest = max((output.duration for output in self.outputs[task.id]), default=0.0)
        return (
            all(self._on_page(task, page) for page in wanted.pages)
            and wanted.tags <= set(task.tags)
            and (not wanted.picks or task.pick in wanted.picks)
            and (not wanted.shots or task.shot in wanted.shots)
            and task.rating in wanted.rating
            and max(task.credits or 0.0, 0.0) in wanted.cost
            and (longest or asked_seconds(task.request)) in wanted.length
        )

    def _excluded(self, task: Task, without: Without) -> bool:
        return (
            task.state in without.states
            or task.request.model in without.models
            or task.request.endpoint in without.endpoints
            or task.project in without.projects
            or task.batch_id in without.batches
            or bool(without.tags & set(task.tags))
            or task.pick in without.picks
            or task.shot in without.shots
            or any(self._on_page(task, page) for page in without.pages)
        )

    def _listed(self, listing: Listing) -> Sequence[Task]:
        # The order of adding decides between equals: Python's sorting keeps it, reversed or not.
        found = [task for task in self.tasks if self._matches(task, listing.filter)]
        match listing.sort:
            case SortKey.MADE:
                # What came together keeps its own order either way.
                found.sort(key=_made, reverse=listing.descending)
            case SortKey.LANE:
                found.sort(key=lambda task: (task.position, task.created_at))
                found = found[::-1] if listing.descending else found
            case _:
                found.sort(key=_made, reverse=True)
                # Equal ones stand latest first, whichever way the key is sorted.
                found.sort(key=lambda task: _key(task, listing.sort), reverse=listing.descending)
        return found

    def _title(self, key: str, by: GroupBy) -> str:
        if by is GroupBy.BATCH and key:
            return self.batches[BatchId(key)]
        if by is GroupBy.PROMPT and key:
            # Of the one that was added last.
            alike = [task for task in self.tasks if task.removed_at is None]
            last = [task for task in alike if prompt_key(task.request) == key][-1]
            return " ".join(last.request.prompt[:200].split())
        return key

    def _keys(self, tasks: Sequence[Task], by: GroupBy) -> list[str]:
        keys = [self._group(task, by) for task in tasks]
        if by is not GroupBy.PROMPT:
            return keys
        takes = Counter(keys)
        return [key if takes[key] > 1 else "" for key in keys]

    def _group(self, task: Task, by: GroupBy) -> str:
        match by:
            case GroupBy.NONE | GroupBy.LANE:
                return ""
            case GroupBy.BATCH:
                return task.batch_id or ""
            case GroupBy.DAY:
                return datetime.fromtimestamp(task.created_at, self.zone).date().isoformat()
            case GroupBy.MODEL:
                return task.request.model
            case GroupBy.PROJECT:
                return task.project
            case GroupBy.PROMPT:
                return prompt_key(task.request)


def _texts(task: Task) -> list[str | None]:
    request, tags = task.request, " ".join(task.tags)
    return [
        request.prompt,
        task.title,
        request.model,
        task.id,
        task.remote_id,
        task.note,
        tags,
        task.project,
        task.shot,
    ]


def _made(task: Task) -> float:
    return task.created_at


def _says(text: str, words: Words) -> bool:
    return all(word in text for word in words.wanted) and not any(word in text for word in words.unwanted)


def _key(task: Task, sort: SortKey) -> Any:
    match sort:
        case SortKey.PROMPT:
            return heading_of(task)
        case SortKey.STATE:
            return RANKS[task.state]
        case SortKey.COST:
            return -1.0 if task.credits is None else task.credits
        case SortKey.PROJECT:
            return task.project
        case SortKey.RATING:
            return task.rating
        case SortKey.TAGS:
            return ",".join(task.tags)
        case SortKey.SHOT:
            return task.shot
        case _:
            return task.request.model
