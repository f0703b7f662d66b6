"""The task store in dicts: `services.ports.Store` with the same meaning as the one on disk, told apart only by being
simple.

The same contract tests run against both. `trouble` makes every write fail; `writes` counts those that did not.
"""

from __future__ import annotations

import builtins
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Any

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.expiry import AT_LATEST
from runway_desktop.domain.folders import FileMove
from runway_desktop.domain.inputs import still_asked
from runway_desktop.domain.kept_files import KeptFile, Looked, kept_file
from runway_desktop.domain.ledger import Estimate, LedgerEntry, Timing
from runway_desktop.domain.library import (
    Entries,
    Filter,
    GroupBy,
    GroupSummary,
    KeptSheet,
    Listing,
    NotSaved,
    Place,
    PlaceCounts,
    Row,
    SortKey,
    Takes,
    Without,
)
from runway_desktop.domain.outputs import is_not_saved
from runway_desktop.domain.presence import NEVER_LOOKED
from runway_desktop.domain.prices import shape_of
from runway_desktop.domain.search import (
    Words,
    asked_seconds,
    heading_of,
    prompt_key,
    search_words,
    searched_text,
    texts_of,
    words_of,
)
from runway_desktop.domain.spending_report import SpendingLine, counted_credits, is_keeper, is_uncertain, spent_at
from runway_desktop.domain.task import (
    LIVE,
    LOCAL,
    RANKS,
    Batch,
    BatchId,
    Input,
    Media,
    Output,
    OutputState,
    Pick,
    RemoteId,
    State,
    Task,
    TaskId,
)

_TROUBLED = (OutputState.FAILED, OutputState.EXPIRED)


class MemoryStore:
    """`zone` decides what a day is; None is this machine's."""

    def __init__(self, *, zone: tzinfo | None = None) -> None:
        self.trouble: StoreError | None = None
        self.writes = 0
        self.closed = False
        self._zone = zone
        self._tasks: dict[TaskId, Task] = {}
        self._outputs: dict[TaskId, dict[int, Output]] = {}
        self._inputs: dict[TaskId, dict[tuple[str | int, ...], Input]] = {}
        self._batches: dict[BatchId, Batch] = {}
        self._ledger: list[LedgerEntry] = []
        self._estimates: dict[tuple[str, str, str], Estimate] = {}
        self._settings: dict[str, Any] = {}
        self._sheets: dict[str, KeptSheet] = {}

    async def add(
        self,
        tasks: Sequence[Task],
        inputs: Sequence[Input],
        batch: Batch | None,
        entries: Sequence[LedgerEntry],
        outputs: Sequence[Output] = (),
    ) -> None:
        self._may_write()
        if any(task.id in self._tasks for task in tasks) or len({task.id for task in tasks}) < len(tasks):
            raise ValueError("A task that is added is there already")
        known = {*self._tasks, *(task.id for task in tasks)}
        batches = {*self._batches, *([batch.id] if batch else [])}
        self._must_know(known, batches, tasks, inputs, outputs, entries)
        if batch is not None:
            self._batches[batch.id] = batch
        self._put(tasks, outputs, inputs, entries)

    async def save(
        self, task: Task, entry: LedgerEntry | None = None, outputs: Sequence[Output] = (), inputs: Sequence[Input] = ()
    ) -> None:
        self._may_write()
        entries = () if entry is None else (entry,)
        if task.id not in self._tasks:
            raise LookupError(f"No task {task.id}")
        self._must_know(self._tasks, self._batches, (task,), inputs, outputs, entries)
        self._put((task,), outputs, inputs, entries)

    async def save_many(self, tasks: Sequence[Task], entries: Sequence[LedgerEntry] = ()) -> None:
        self._may_write()
        for task in tasks:
            if task.id not in self._tasks:
                raise LookupError(f"No task {task.id}")
        self._must_know(self._tasks, self._batches, tasks, (), (), entries)
        self._put(tasks, (), (), entries)

    async def save_output(self, output: Output, entry: LedgerEntry | None = None) -> None:
        self._may_write()
        entries = () if entry is None else (entry,)
        self._must_know(self._tasks, self._batches, (), (), (output,), entries)
        self._put((), (output,), (), entries)

    async def save_outputs(self, outputs: Sequence[Output]) -> None:
        self._may_write()
        self._must_know(self._tasks, self._batches, (), (), outputs, ())
        self._put((), outputs, (), ())

    async def renew_links(self, outputs: Sequence[Output]) -> None:
        self._may_write()
        for output in outputs:
            stored = self._outputs.get(output.task_id, {})
            if output.index in stored:
                stored[output.index] = replace(
                    stored[output.index], url=output.url, url_fetched_at=output.url_fetched_at
                )

    async def change_output(
        self,
        task_id: TaskId,
        index: int,
        edit: Callable[[Output], Output | None],
        entry: LedgerEntry | None = None,
    ) -> Output | None:
        self._may_write()
        before = self._outputs.get(task_id, {}).get(index)
        after = None if before is None else edit(before)
        if after is None or after == before:
            return None
        self._outputs[task_id][index] = after
        self._ledger.extend(() if entry is None else (entry,))
        return after

    async def kept_files(self, after: tuple[TaskId, int] | None, limit: int) -> builtins.list[KeptFile]:
        found = [file for file in self._kept() if after is None or file.key > after]
        return found[:limit]

    async def missing_files(self) -> builtins.list[KeptFile]:
        return [file for file in self._kept() if self._outputs[file.task_id][file.index].is_missing]

    async def note_looks(self, looks: Sequence[Looked]) -> builtins.list[Output]:
        self._may_write()
        moved = []
        for looked in looks:
            task_id, index = looked.file.key
            before = self._outputs.get(task_id, {}).get(index)
            if before is None or not before.is_kept:
                continue
            if (before.path, before.sha256) != (looked.file.path, looked.file.sha256):
                continue
            self._outputs[task_id][index] = after = replace(before, look=looked.look)
            if looked.look.presence is not looked.file.look.presence:
                self._ledger.extend(() if looked.entry is None else (looked.entry,))
                moved.append(after)
            elif after.is_changed and looked.look.signs != looked.file.look.signs:
                moved.append(after)
        return moved

    async def outputs_in(self, folder: str) -> builtins.list[Output]:
        begin = folder.rstrip(os.sep) + os.sep
        every = (output for of_task in self._outputs.values() for output in of_task.values())
        found = [output for output in every if output.path.startswith(begin)]
        return sorted(found, key=lambda output: (output.path, output.task_id, output.index))

    async def move_outputs(
        self, moves: Sequence[FileMove], settings: Mapping[str, Any] = MappingProxyType({})
    ) -> builtins.list[Output]:
        self._may_write()
        self._settings.update(settings)
        moved = []
        for move in moves:
            output = self._outputs.get(move.task_id, {}).get(move.index)
            if output is not None and output.path == move.source:
                look = NEVER_LOOKED if output.is_missing else output.look
                moved.append(replace(output, path=move.target, look=look))
                self._outputs[move.task_id][move.index] = moved[-1]
        return moved

    async def get(self, task_id: TaskId) -> Task | None:
        return self._tasks.get(task_id)

    async def get_many(self, task_ids: Sequence[TaskId]) -> builtins.list[Task]:
        return [self._tasks[task_id] for task_id in task_ids if task_id in self._tasks]

    async def find_remote(self, remote_ids: Sequence[RemoteId]) -> dict[RemoteId, TaskId]:
        asked = set(remote_ids)
        return {task.remote_id: task.id for task in self._tasks.values() if task.remote_id in asked and task.remote_id}

    async def unfinished(self) -> builtins.list[Task]:
        found = [task for task in self._tasks.values() if not task.state.is_final]
        return sorted(found, key=lambda task: (task.position, task.created_at))

    async def unsaved(self) -> builtins.list[Row]:
        found = [
            self._row(task)
            for task in self._tasks.values()
            if task.state is State.SUCCEEDED
            and any(
                output.state not in (OutputState.SAVED, OutputState.EXPIRED) for output in self._outputs_of(task.id)
            )
        ]
        return sorted(found, key=lambda row: row.task.created_at)

    async def not_saved(self, now: float, limit: int) -> NotSaved:
        expired = now - AT_LATEST
        found = [
            (self._row(task), output)
            for task in self._tasks.values()
            for output in self._outputs_of(task.id)
            if is_not_saved(task, output)
        ]
        found.sort(key=lambda pair: (pair[1].task_id, pair[1].index))
        found.sort(key=lambda pair: (pair[1].url_fetched_at <= expired, abs(pair[1].url_fetched_at - expired)))
        return NotSaved(total=len(found), results=tuple(found[:limit]))

    async def outputs(self, task_id: TaskId) -> builtins.list[Output]:
        return list(self._outputs_of(task_id))

    async def inputs(self, task_id: TaskId) -> builtins.list[Input]:
        return list(self._inputs.get(task_id, {}).values())

    async def upload_of(self, sha256: str, key: Fingerprint, since: float, until: float) -> tuple[str, float] | None:
        found = [
            (asset.upload_uri, asset.uploaded_at)
            for of_task in self._inputs.values()
            for asset in of_task.values()
            if asset.sha256 == sha256
            and asset.upload_uri
            and asset.uploaded_at is not None
            and since < asset.uploaded_at <= until
            and asset.upload_key == key
        ]
        return max(found, key=lambda upload: upload[1], default=None) if sha256 and key else None

    async def ledger(self, task_id: TaskId) -> builtins.list[LedgerEntry]:
        return [entry for entry in self._ledger if entry.task_id == task_id]

    async def last_sending(self) -> int:
        return max((number for number, entry in enumerate(self._ledger, start=1) if entry.kind == "sent"), default=0)

    async def list(self, listing: Listing, limit: int = 0) -> Entries:
        everything = self._listed(listing)
        tasks = everything[:limit] if limit else everything
        is_whole = len(tasks) == len(everything)
        if listing.group is GroupBy.NONE:
            return Entries([task.id for task in tasks], (), is_whole)
        groups: dict[str, builtins.list[TaskId]] = {}
        for key, task in zip(self._keys(tasks, listing.group), tasks, strict=True):
            groups.setdefault(key, []).append(task.id)
        ids = [task_id for members in groups.values() for task_id in members]
        return Entries(ids, tuple((key, len(members)) for key, members in groups.items()), is_whole)

    async def beginning(self, listing: Listing, limit: int, sight: int) -> tuple[Entries, builtins.list[Row]]:
        entries = await self.list(listing, limit)
        return entries, await self.rows(entries.ids[:sight])

    async def amount(self, wanted: Filter) -> int:
        return sum(self._matches(task, wanted) for task in self._tasks.values())

    async def outputs_with(self, hashes: Sequence[str]) -> builtins.list[Output]:
        every = [output for task_id in sorted(self._outputs) for output in self._outputs_of(task_id)]
        return [output for output in every if output.sha256 and output.sha256 in hashes]

    async def uses_of(self, hashes: Sequence[str], folders: Sequence[str] = ()) -> builtins.list[Input]:
        return [
            asset
            for of_task in self._inputs.values()
            for asset in of_task.values()
            if (asset.sha256 and asset.sha256 in hashes)
            or any(asset.path.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)
        ]

    async def takes(self, task_id: TaskId) -> Takes:
        family = {task_id} if task_id in self._tasks else set()
        grown = True
        while grown:
            near = {task.parent_id for task in self._tasks.values() if task.id in family and task.parent_id}
            near |= {task.id for task in self._tasks.values() if task.parent_id in family}
            grown = bool((near & set(self._tasks)) - family)
            family |= near & set(self._tasks)
        made = sorted((task for task in self._tasks.values() if task.id in family), key=lambda task: task.created_at)
        return Takes(ids=tuple(task.id for task in made))

    async def rows(self, task_ids: Sequence[TaskId]) -> builtins.list[Row]:
        return [self._row(self._tasks[task_id]) for task_id in task_ids if task_id in self._tasks]

    async def groups(self, listing: Listing) -> builtins.list[GroupSummary]:
        if listing.group is GroupBy.NONE:
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
                missing=sum(self._is_saved(task) and self._in_place(task, Place.MISSING) for task in tasks),
                credits=sum(task.credits or 0.0 for task in tasks),
            )
            for key, tasks in members.items()
        ]

    async def counts(self) -> PlaceCounts:
        shown = [task for task in self._tasks.values() if task.removed_at is None]
        in_batch = Counter(task.batch_id for task in shown if task.batch_id is not None)
        batches = sorted(self._batches.values(), key=lambda batch: (batch.created_at, batch.id), reverse=True)
        return PlaceCounts(
            places={place: sum(self._in_place(task, place) for task in shown) for place in Place},
            projects=dict(Counter(task.project for task in shown if task.project)),
            batches=tuple((batch.id, batch.title, in_batch[batch.id]) for batch in batches if in_batch[batch.id]),
            models=dict(Counter(task.request.model for task in shown)),
            endpoints=dict(Counter(task.request.endpoint for task in shown if task.request.endpoint)),
            tags=dict(Counter(tag for task in shown for tag in task.tags)),
            states=dict(Counter(task.state for task in shown)),
            ratings=dict(Counter(task.rating for task in shown)),
            shots=dict(Counter(task.shot for task in shown if task.shot)),
        )

    async def batch_names(self, batch_ids: Sequence[BatchId]) -> dict[BatchId, str]:
        return {one: self._batches[one].title for one in batch_ids if one in self._batches}

    async def timings(self, endpoint: str, model: str, shape: str, limit: int = 50) -> builtins.list[Timing]:
        alike = [
            task
            for task in self._tasks.values()
            if task.state is State.SUCCEEDED
            and (task.request.endpoint, task.request.model) == (endpoint, model)
            and task.sent_at is not None
            and task.ended_at is not None
        ]
        alike.sort(key=lambda task: task.ended_at or 0.0)
        alike.reverse()
        same = [task for task in alike if shape_of(task.request) == shape]
        return [_timing(task) for task in (same if len(same) >= 3 else alike)[:limit]]

    async def estimate(self, endpoint: str, model: str, shape: str) -> Estimate | None:
        return self._estimates.get((endpoint, model, shape))

    async def learn(self, endpoint: str, model: str, shape: str, estimate: Estimate) -> None:
        self._may_write()
        self._estimates[endpoint, model, shape] = estimate

    async def learned(self) -> dict[tuple[str, str, str], float]:
        return {key: estimate.credits for key, estimate in self._estimates.items()}

    async def spent_since(self, since: float) -> float:
        return sum(
            task.credits or 0.0 for task in self._tasks.values() if task.sent_at is not None and task.sent_at >= since
        )

    async def spending(self, since: float, until: float, *, utc: bool = False) -> builtins.list[SpendingLine]:
        zone = UTC if utc else self._zone
        members: dict[tuple[str, str, str, str], builtins.list[Task]] = {}
        for task, at in self._spent(since, until):
            day = datetime.fromtimestamp(at, zone).date().isoformat()
            key = (day, task.request.model, task.project, task.batch_id or "")
            members.setdefault(key, []).append(task)
        return [self._line(key, members[key]) for key in sorted(members)]

    async def spent_by_project(self, projects: Sequence[str]) -> dict[str, float]:
        return {
            project: sum(
                counted_credits(task)
                for task in self._tasks.values()
                if task.project == project and spent_at(task) is not None
            )
            for project in projects
        }

    async def spent_tasks(
        self, since: float, until: float, project: str | None = None
    ) -> builtins.list[tuple[Task, str]]:
        return [
            (task, self._batches[task.batch_id].title if task.batch_id is not None else "")
            for task, _ in sorted(self._spent(since, until), key=lambda pair: pair[1])
            if project is None or task.project == project
        ]

    async def settings(self) -> dict[str, Any]:
        return dict(self._settings)

    async def set_settings(self, values: Mapping[str, Any]) -> None:
        self._may_write()
        self._settings.update(values)

    async def save_sheet(self, sheet: KeptSheet) -> None:
        self._may_write()
        if sheet.batch_id is not None and sheet.batch_id not in self._batches:
            raise LookupError("A sheet belongs to a batch that is not there")
        self._sheets[sheet.id] = sheet

    async def delete_sheet(self, sheet_id: str) -> None:
        self._may_write()
        self._sheets.pop(sheet_id, None)

    async def sheet(self, sheet_id: str) -> KeptSheet | None:
        return self._sheets.get(sheet_id)

    async def sheet_of_batch(self, batch_id: BatchId) -> KeptSheet | None:
        return next((sheet for sheet in self._sheets.values() if sheet.batch_id == batch_id), None)

    async def sheets(self, limit: int) -> builtins.list[KeptSheet]:
        found = sorted(self._sheets.values(), key=lambda sheet: (-sheet.changed_at, sheet.id))
        return [replace(sheet, text="") for sheet in found[:limit]]

    async def recent_prompts(self, limit: int, text: str = "") -> builtins.list[str]:
        latest = sorted(self._tasks.values(), key=lambda task: task.created_at)[::-1]
        prompts = dict.fromkeys(task.request.prompt for task in latest if task.request.prompt)
        return [prompt for prompt in prompts if all(word in prompt.casefold() for word in search_words(text))][:limit]

    async def refused_prompts(self) -> frozenset[str]:
        return frozenset(
            task.request.prompt
            for task in self._tasks.values()
            if task.state is State.FAILED and task.failure and task.failure.is_moderation and task.request.prompt
        )

    async def close(self) -> None:
        self.closed = True

    def _may_write(self) -> None:
        if self.closed:
            raise StoreError("The list of tasks is closed.")
        if self.trouble is not None:
            raise self.trouble
        self.writes += 1

    @staticmethod
    def _must_know(
        known: Iterable[TaskId],
        batches: Iterable[BatchId],
        tasks: Sequence[Task],
        inputs: Sequence[Input],
        outputs: Sequence[Output],
        entries: Sequence[LedgerEntry],
    ) -> None:
        named = {thing.task_id for things in (inputs, outputs, entries) for thing in things}
        if not named <= set(known):
            raise LookupError("Something belongs to a task that is not there")
        if not {task.batch_id for task in tasks if task.batch_id is not None} <= set(batches):
            raise LookupError("A task belongs to a batch that is not there")

    def _put(
        self, tasks: Iterable[Task], outputs: Iterable[Output], inputs: Iterable[Input], entries: Iterable[LedgerEntry]
    ) -> None:
        before = dict(self._tasks)
        self._tasks.update((task.id, task) for task in tasks)
        for output in outputs:
            known = self._outputs.setdefault(output.task_id, {}).get(output.index)
            is_same = known is not None and _file_of(known) == _file_of(output)
            self._outputs[output.task_id][output.index] = (
                replace(output, look=known.look) if known is not None and is_same else output
            )
        for asset in inputs:
            self._inputs.setdefault(asset.task_id, {})[asset.place] = asset
        for task in tasks:
            if task.id in before and before[task.id].request.values != task.request.values:
                kept = self._inputs.get(task.id, {})
                self._inputs[task.id] = {at: asset for at, asset in kept.items() if still_asked(task.request, at)}
        self._ledger.extend(entries)

    def _spent(self, since: float, until: float) -> builtins.list[tuple[Task, float]]:
        timed = [(task, at) for task in self._tasks.values() if (at := spent_at(task)) is not None]
        return [(task, at) for task, at in timed if since <= at < until]

    def _line(self, key: tuple[str, str, str, str], tasks: Sequence[Task]) -> SpendingLine:
        day, model, project, batch = key
        unsure = [task for task in tasks if is_uncertain(task)]
        return SpendingLine(
            day=day,
            model=model,
            project=project,
            batch_id=BatchId(batch) if batch else None,
            batch_name=self._batches[BatchId(batch)].title if batch else "",
            tasks=len(tasks),
            credits=sum(map(counted_credits, tasks)),
            uncertain=len(unsure),
            uncertain_credits=sum(map(counted_credits, unsure)),
            keepers=sum(map(is_keeper, tasks)),
            refused=sum(
                task.state is State.FAILED and task.failure is not None and task.failure.is_moderation for task in tasks
            ),
        )

    def _kept(self) -> builtins.list[KeptFile]:
        every = [output for of_task in self._outputs.values() for output in of_task.values()]
        found = [file for output in every if (file := kept_file(output)) is not None]
        return sorted(found, key=lambda file: file.key)

    def _outputs_of(self, task_id: TaskId) -> Sequence[Output]:
        return [output for _, output in sorted(self._outputs.get(task_id, {}).items())]

    def _row(self, task: Task) -> Row:
        pictures = (a.path for a in self._inputs.get(task.id, {}).values() if a.media is Media.IMAGE and a.path)
        return Row(task=task, outputs=tuple(self._outputs_of(task.id)), first_input_path=next(pictures, ""))

    def _is_saved(self, task: Task) -> bool:
        outputs = self._outputs_of(task.id)
        saved = bool(outputs) and all(output.state is OutputState.SAVED for output in outputs)
        return task.state is State.SUCCEEDED and saved

    def _in_place(self, task: Task, place: Place) -> bool:
        match place:
            case Place.ALL:
                return True
            case Place.LIVE:
                return task.state in LIVE
            case Place.WAITING_HERE:
                return task.state in LOCAL
            case Place.NEEDS_ATTENTION:
                return (
                    task.state in (State.UNCERTAIN, State.FAILED)
                    or (task.state is State.GONE and not task.let_go)
                    or any(output.state in _TROUBLED for output in self._outputs_of(task.id))
                )
            case Place.SAVED:
                return self._is_saved(task) and not self._in_place(task, Place.MISSING)
            case Place.PICKS:
                return task.pick is Pick.PICK
            case Place.MISSING:
                return any(output.is_missing for output in self._outputs_of(task.id))
            case Place.CHANGED:
                return any(output.is_changed for output in self._outputs_of(task.id))

    def _matches(self, task: Task, wanted: Filter) -> bool:
        paths = [a.path for a in self._inputs.get(task.id, {}).values()] + [o.path for o in self._outputs_of(task.id)]
        at = task.created_at
        return (
            task.removed_at is None
            and self._in_place(task, wanted.place)
            and (not wanted.states or task.state in wanted.states)
            and (not wanted.models or task.request.model in wanted.models)
            and (not wanted.endpoints or task.request.endpoint in wanted.endpoints)
            and (not wanted.projects or task.project in wanted.projects)
            and (not wanted.batches or task.batch_id in wanted.batches)
            and (wanted.since is None or at >= wanted.since)
            and (wanted.until is None or at < wanted.until)
            and self._judged(task, wanted)
            and not self._excluded(task, wanted.without)
            and _says(searched_text(texts_of(task), paths), words_of(wanted.text))
        )

    def _judged(self, task: Task, wanted: Filter) -> bool:
        longest = max((output.duration for output in self._outputs_of(task.id)), default=0.0)
        return (
            all(self._in_place(task, place) for place in wanted.places)
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
            or any(self._in_place(task, place) for place in without.places)
        )

    def _listed(self, listing: Listing) -> Sequence[Task]:
        # The order of adding decides between equals: Python's sorting keeps it, reversed or not.
        found = [task for task in self._tasks.values() if self._matches(task, listing.filter)]
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
            return self._batches[BatchId(key)].title
        if by is GroupBy.PROMPT and key:
            # Of the one that was added last.
            alike = [task for task in self._tasks.values() if task.removed_at is None]
            last = [task for task in alike if prompt_key(task.request) == key][-1]
            return " ".join(last.request.prompt[:200].split())
        return key

    def _keys(self, tasks: Sequence[Task], by: GroupBy) -> builtins.list[str]:
        keys = [self._group(task, by) for task in tasks]
        if by is not GroupBy.PROMPT:
            return keys
        takes = Counter(keys)
        return [key if takes[key] > 1 else "" for key in keys]

    def _group(self, task: Task, by: GroupBy) -> str:
        match by:
            case GroupBy.NONE:
                return ""
            case GroupBy.BATCH:
                return task.batch_id or ""
            case GroupBy.DAY:
                return datetime.fromtimestamp(task.created_at, self._zone).date().isoformat()
            case GroupBy.MODEL:
                return task.request.model
            case GroupBy.PROJECT:
                return task.project
            case GroupBy.PROMPT:
                return prompt_key(task.request)


def _file_of(output: Output) -> tuple[object, ...]:
    return (output.path, output.sha256, output.size, output.state)


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


def _timing(task: Task) -> Timing:
    sent, began, ended = task.sent_at or 0.0, task.running_since, task.ended_at or 0.0
    return Timing(
        queued=-1.0 if began is None else max(0.0, began - sent),
        ran=-1.0 if began is None else max(0.0, ended - began),
        total=max(0.0, ended - sent),
    )
