"""Reads for the list, the places and the details: answers of the store, and the few things that only the disk can tell.

Loop's thread; files are read in the executor. Raises StoreError when the database cannot be used; `write_text` and
`read_text` also DiskError.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from runway_desktop.domain.clients import ClientRequest
from runway_desktop.domain.errors import NotPossible, StoreError
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.library import (
    Entries,
    Filter,
    GroupSummary,
    LedgerEntry,
    Listing,
    NotSaved,
    PlaceCounts,
    Row,
    Takes,
)
from runway_desktop.domain.task import Input, Output, OutputState, RemoteId, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import write_whole
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import file_hash, spoken_for
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import Spawn
from runway_desktop.values import Struct, field, replace

if TYPE_CHECKING:
    from runway_desktop.services.ports import Clock, Store


LARGEST_TEXT = 5_000_000
"""Bytes of a file of presets; more is none."""

FIRST = 120
"""Tasks of the first answer to a new question; the rest follows when they are on the screen."""
SIGHT = 30
"""Tasks that a window shows at once, or nearly."""
Beginning = tuple[Entries, Sequence[Row]]


class Ahead(Struct, frozen=True):
    """The beginning of a list, asked for before there is anybody to show it. None: it could not be had, and is asked
    for again by whoever shows it, who tells why."""

    listing: Listing
    answer: asyncio.Task[Beginning | None]


class Details(Struct, frozen=True, kw_only=True):
    """All that is known of one task. `ledger` is in the order in which things happened."""

    row: Row
    inputs: tuple[Input, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    takes: Takes = field(default_factory=Takes)
    asked: ClientRequest | None = None
    """As another program asked for it; None: the person made it."""


class Library:
    def __init__(self, store: Store, bus: Bus, settings: Settings, executor: Executor) -> None:
        self._store = store
        self._bus = bus
        self._settings = settings
        self._executor = executor
        self.left = NotSaved()
        """What was not saved when it was last asked for."""

    async def list(self, listing: Listing) -> Entries:
        """The ids to show, in order."""
        return await self._store.list(listing)

    async def beginning(self, listing: Listing, limit: int = FIRST, sight: int = SIGHT) -> Beginning:
        """The first `limit` ids to show, at once, with the rows of the first `sight` of them."""
        return await self._store.beginning(listing, limit, sight)

    async def ask_ahead(self, listing: Listing, spawn: Spawn, clock: Clock) -> Ahead:
        """Comes back when the question is with the database, whose thread answers it while this one builds a window."""

        async def ask() -> Beginning | None:
            try:
                return await self.beginning(listing)
            except StoreError:
                return None

        ahead = Ahead(listing, spawn(ask(), "first rows"))
        await clock.sleep(0)
        return ahead

    async def amount(self, wanted: Filter) -> int:
        """How many tasks a search would find."""
        return await self._store.amount(wanted)

    async def takes(self, task_id: TaskId) -> Takes:
        return await self._store.takes(task_id)

    async def rows(self, task_ids: Sequence[TaskId]) -> Sequence[Row]:
        return await self._store.rows(task_ids)

    async def of_runway(self, remote_ids: Sequence[RemoteId]) -> dict[RemoteId, TaskId]:
        """Which of these ids of Runway's are here, removed ones too."""
        return await self._store.find_remote(remote_ids)

    async def groups(self, listing: Listing) -> Sequence[GroupSummary]:
        return await self._store.groups(listing)

    async def counts(self) -> PlaceCounts:
        return await self._store.counts()

    async def details(self, task_id: TaskId) -> Details | None:
        """None for a task that is not here."""
        rows = await self._store.rows([task_id])
        if not rows:
            return None
        inputs = await self._store.inputs(task_id)
        ledger = await self._store.ledger(task_id)
        takes = await self._store.takes(task_id)
        asked = (await self._store.client_requests([task_id])).get(task_id)
        return Details(row=rows[0], inputs=tuple(inputs), ledger=tuple(ledger), takes=takes, asked=asked)

    async def recent_prompts(self, limit: int = 200, text: str = "") -> Sequence[str]:
        """Prompts that were used, latest first, each once; with `text`, those that hold every word of it."""
        return await self._store.recent_prompts(limit, text)

    async def refused_prompts(self) -> frozenset[str]:
        """Prompts that moderation refused before."""
        return await self._store.refused_prompts()

    async def save_poster(
        self, output: Output, path: Path, *, width: int = 0, height: int = 0, duration: float = 0.0
    ) -> Output | None:
        """Keeps what was learned when a result was first decoded: its poster, sides in pixels, length in seconds.

        Changes the output as it is by then, so that a download that ended meanwhile is not undone; None when it is
        gone, or nothing is new, or its file was changed outside, or came back, since it was asked for.
        """

        def edit(current: Output) -> Output | None:
            if current.is_changed != output.is_changed:
                return None
            return replace(
                current,
                poster=str(path),
                width=width or current.width,
                height=height or current.height,
                duration=duration or current.duration,
            )

        known = await self._store.change_output(output.task_id, output.index, edit)
        if known is not None:
            self._bus.tell(OutputChanged(known))
        return known

    async def not_saved(self, now: float, limit: int) -> NotSaved:
        """What is not on this disk though Runway may still have it, the most urgent first."""
        self.left = await self._store.not_saved(now, limit)
        return self.left

    async def maker_of(self, path: Path) -> Row | None:
        """The task that made this file, by its bytes, so that it holds for a copy and after renaming; None for a file
        that was not made here. DiskError when it cannot be read."""
        digest = await in_worker(self._executor, file_hash, path)
        made = await self._store.outputs_with([digest])
        rows = await self._store.rows([output.task_id for output in made])
        return min(rows, key=lambda row: row.task.created_at, default=None)

    async def missing(self, outputs: Sequence[Output]) -> frozenset[tuple[TaskId, int]]:
        """Which of these were saved and are not there any more, by task and index."""
        saved = [output for output in outputs if output.state is OutputState.SAVED and output.path]
        gone = await in_worker(self._executor, lambda: [not os.path.isfile(output.path) for output in saved])
        return frozenset((output.task_id, output.index) for output, is_gone in zip(saved, gone, strict=True) if is_gone)

    async def folder_of(self, output: Output) -> Path:
        """The folder to show for a result: its own if it is there, else the library, else the nearest folder above."""
        wanted = Path(output.path).parent if output.path else self._settings.library
        return await in_worker(self._executor, _nearest_folder, wanted, self._settings.library)

    async def write_text(self, path: Path, text: str) -> None:
        """An export, written beside its place first, so that what was there is whole until the new one is. DiskError
        when it cannot be written."""
        await in_worker(self._executor, _write_text, path, text)

    async def read_text(self, path: Path) -> str:
        """A small text that the person chose. DiskError when it cannot be read, NotPossible when it is no text."""
        return await in_worker(self._executor, _read_text, path)


def _read_text(path: Path) -> str:
    with spoken_for(path.parent):
        if path.stat().st_size > LARGEST_TEXT:
            raise NotPossible(f"{path.name} is too large to be what is looked for here.")
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise NotPossible(f"{path.name} is no text.") from error


def _write_text(path: Path, text: str) -> None:
    with spoken_for(path.parent):
        # Half a character, of a broken file name, is spelled out.
        write_whole(path, text.encode("utf-8", "backslashreplace"), private.USUAL_FILE)


def _nearest_folder(wanted: Path, otherwise: Path) -> Path:
    return next(filter(os.path.isdir, (wanted, otherwise, *otherwise.parents)), Path.home())
