"""Imports task ids from a log, a table or the clipboard: compares them with the list, and adopts them.

`look` changes nothing. Adopted tasks are polled at the usual rate; only Runway's answer tells whether an id is a task.
Loop's thread; texts are searched in the executor. Raises StoreError.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.task import RemoteId, Request, State, Task, TaskId
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.intake.intake import Intake
from runway_desktop.services.intake.reading import Dropped, FileUnreadable
from runway_desktop.services.intake.sources import about
from runway_desktop.services.ports import Store
from runway_desktop.services.tasks.adoption import Adopting, Adoption
from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .id_search import MOST_IDS, FoundId, IdSearch, Weight

PAGE = 500


class IdStanding(StrEnum):
    """Relation of an id in a text to this list."""

    NEW = "new"
    KNOWN = "known"
    REMOVED = "removed"
    """Known, but removed from the list: restored only on request."""
    MISSED = "missed"
    """Known, but Runway or the key in use did not find it: polled again."""
    ELSE = "something else"
    """Probably no task id; may be tried anyway."""
    NO_ID = "no id"

    @property
    def is_worth_asking(self) -> bool:
        return self in (IdStanding.NEW, IdStanding.MISSED)


class IdEntry(Struct, frozen=True):
    found: FoundId
    standing: IdStanding
    task_id: TaskId | None = None


class IdsLook(Struct, frozen=True, kw_only=True):
    """`troubles`: sentences about files that could not be searched, or not completely."""

    entries: tuple[IdEntry, ...] = ()
    troubles: tuple[Text | str, ...] = ()


@dataclass(eq=False, repr=False)
class IdImport:
    _adoption: Adoption
    _store: Store
    _intake: Intake
    _executor: Executor

    async def look(self, dropped: Dropped, searches: Sequence[IdSearch] = ()) -> IdsLook:
        """Every id in these files, or else in the text. `searches`: those of its files or text that are done."""
        words = self._intake.words

        def searched(path: Path) -> IdSearch:
            return IdSearch.in_file(dropped.source(path), words)

        found: dict[RemoteId, FoundId] = {}
        troubles: list[Text | str] = []
        for position, path in enumerate(dropped.paths):
            try:
                search = searches[position] if searches else await in_worker(self._executor, searched, path)
            except (FileUnreadable, DiskError) as error:
                troubles.append(error.said if isinstance(error, FileUnreadable) else about(path.name, error.said))
                continue
            _merge(found, search.found)
            if search.is_full:
                troubles.append(
                    Text("“{file}” has more than {most} IDs. Only the first are listed.").with_(
                        file=path.name, most=MOST_IDS
                    )
                )
        if not dropped.paths:
            search = searches[0] if searches else await in_worker(self._executor, IdSearch.in_text, dropped.text, words)
            _merge(found, search.found)
        return IdsLook(entries=tuple(await self._entries_of(list(found.values()))), troubles=tuple(troubles))

    async def adopt(self, chosen: Sequence[FoundId]) -> Adopting:
        """Adopts these ids with the facts of their text. Known tasks are listed again; missed ones are polled again."""
        added: list[TaskId] = []
        known: list[TaskId] = []
        for start in range(0, len(chosen), PAGE):
            page = chosen[start : start + PAGE]
            requests = {
                one.remote_id: Request(endpoint="", model=one.known.model, prompt=one.known.prompt) for one in page
            }
            adoption = await self._adoption.adopt([one.remote_id for one in page], requests=requests)
            added += adoption.added
            known += adoption.known
        return Adopting(added=tuple(added), known=tuple(known))

    async def _entries_of(self, found: Sequence[FoundId]) -> list[IdEntry]:
        entries: list[IdEntry] = []
        for start in range(0, len(found), PAGE):
            page = found[start : start + PAGE]
            here = await self._store.find_remote([one.remote_id for one in page])
            tasks = await self._store.get_many(list(here.values()))
            standings = {task.id: _standing(task) for task in tasks}
            entries += [_entry(one, here.get(one.remote_id), standings) for one in page]
        return entries


def _standing(task: Task) -> IdStanding:
    if task.removed_at is not None:
        return IdStanding.REMOVED
    return IdStanding.MISSED if task.state is State.GONE or task.is_hidden else IdStanding.KNOWN


def _entry(found: FoundId, task_id: TaskId | None, standings: Mapping[TaskId, IdStanding]) -> IdEntry:
    if task_id is not None:
        return IdEntry(found, standings.get(task_id, IdStanding.KNOWN), task_id)
    no_tasks = {Weight.NO_ID: IdStanding.NO_ID, Weight.ELSE: IdStanding.ELSE}
    return IdEntry(found, no_tasks.get(found.weight, IdStanding.NEW))


def _merge(found: dict[RemoteId, FoundId], more: dict[RemoteId, FoundId]) -> None:
    for remote_id, one in more.items():
        there = found.get(remote_id)
        found[remote_id] = one if there is None else there.merged(one)
