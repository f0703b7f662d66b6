"""Queries for the list, its filters and the details, and the few facts that only the disk has.

Loop's thread; files are read in the executor. Raises StoreError when the database cannot be used; `write_text` and
`read_text` also DiskError.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from runway_desktop.domain.errors import NotPossible, StoreError
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.library import (
    Entries,
    LedgerEntry,
    Listing,
    Row,
    Takes,
)
from runway_desktop.domain.permissions import ClientRequest, Suggestion
from runway_desktop.domain.task import Output, OutputState, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk import private
from runway_desktop.services.disk.disk_steps import write_whole
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import file_hash, spoken_for
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import Spawn
from runway_desktop.texts import Text
from runway_desktop.values import Struct, field, replace

if TYPE_CHECKING:
    from runway_desktop.services.ports import Clock, Store


LARGEST_TEXT = 5_000_000
"""Bytes. A larger file is no file of presets."""

FIRST = 120
"""Tasks in the first answer to a new query; the rest follows after it is painted."""
SIGHT = 30
"""Tasks that about fit into a window."""
Beginning = tuple[Entries, Sequence[Row]]
Method = TypeVar("Method")


class Ahead(Struct, frozen=True):
    """A query started before its view exists. None: it failed; the view repeats it and reports the error."""

    listing: Listing
    answer: asyncio.Task[Beginning | None]


class Details(Struct, frozen=True, kw_only=True):
    """All that is known of one task. `ledger` in chronological order."""

    row: Row
    ledger: tuple[LedgerEntry, ...] = ()
    takes: Takes = field(default_factory=Takes)
    asked: ClientRequest | None = None
    """The client's request; None if the person made the task."""
    suggested: tuple[Suggestion, ...] = ()
    cast: tuple[str, ...] = ()
    """Names of the members that its prompt named."""


class OfStore(Generic[Method]):
    """Read-only attribute of a service: a method of its `_store`, which keeps its promise."""

    def __init__(self, read: Callable[[Store], Method]) -> None:
        self._read = read

    def __get__(self, service: Any, _: type) -> Method:
        return self._read(service._store)


class Library:
    list = OfStore(lambda store: store.list)
    amount = OfStore(lambda store: store.amount)
    takes = OfStore(lambda store: store.takes)
    rows = OfStore(lambda store: store.rows)
    inputs_of = OfStore(lambda store: store.inputs_of)
    groups = OfStore(lambda store: store.groups)
    not_saved = OfStore(lambda store: store.not_saved)
    counts = OfStore(lambda store: store.counts)
    of_runway = OfStore(lambda store: store.find_remote)
    rename_batch = OfStore(lambda store: store.rename_batch)
    documents = OfStore(lambda store: store.documents)
    delete_document = OfStore(lambda store: store.delete_document)
    save_document = OfStore(lambda store: store.save_document)
    continued = OfStore(lambda store: store.continued)
    recent_prompts = OfStore(lambda store: store.recent_prompts)
    refused_prompts = OfStore(lambda store: store.refused_prompts)

    def __init__(self, store: Store, bus: Bus, settings: Settings, executor: Executor) -> None:
        self._store = store
        self._bus = bus
        self._settings = settings
        self._executor = executor

    async def beginning(self, listing: Listing, limit: int = FIRST, sight: int = SIGHT) -> Beginning:
        """The first `limit` ids, quickly, with the rows of the first `sight`."""
        return await self._store.beginning(listing, limit, sight)

    async def ask_ahead(self, listing: Listing, spawn: Spawn, clock: Clock) -> Ahead:
        """Returns once the query is queued; the database's thread answers it while this thread builds a window."""

        async def ask() -> Beginning | None:
            try:
                return await self.beginning(listing)
            except StoreError:
                return None

        ahead = Ahead(listing, spawn(ask(), "first rows"))
        await clock.sleep(0)
        return ahead

    async def details(self, task_id: TaskId) -> Details | None:
        """None for an unknown task."""
        rows = await self._store.rows([task_id])
        if not rows:
            return None
        ledger = await self._store.ledger(task_id)
        takes = await self._store.takes(task_id)
        asked = (await self._store.client_requests([task_id])).get(task_id)
        suggested = tuple(await self._store.suggestions(task_id))
        in_it = rows[0].task.cast
        names = {member.id: member.name for member in (await self._store.members() if in_it else ())}
        return Details(
            row=rows[0],
            ledger=tuple(ledger),
            takes=takes,
            asked=asked,
            suggested=suggested,
            cast=tuple(names[member] for member in in_it if member in names),
        )

    async def save_poster(
        self, output: Output, path: Path, *, width: int = 0, height: int = 0, duration: float = 0.0
    ) -> Output | None:
        """Stores what decoding a result gave: poster, dimensions in pixels, length in seconds. Edits the current
        output, so a concurrent download is not undone. None if the output is gone or unchanged, or its file was changed
        or restored meanwhile."""

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

    async def maker_of(self, path: Path) -> Row | None:
        """The task that made this file, identified by hash, also for copies and renamed files; None if there is none.
        DiskError when the file cannot be read."""
        digest = await in_worker(self._executor, file_hash, path)
        made = await self._store.outputs_with([digest])
        rows = await self._store.rows([output.task_id for output in made])
        return min(rows, key=lambda row: row.task.created_at, default=None)

    async def missing(self, outputs: Sequence[Output]) -> frozenset[tuple[TaskId, int]]:
        """Which of these saved outputs have no file any more, by task and index."""
        saved = [output for output in outputs if output.state is OutputState.SAVED and output.path]
        gone = await in_worker(self._executor, lambda: [not os.path.isfile(output.path) for output in saved])
        return frozenset((output.task_id, output.index) for output, is_gone in zip(saved, gone, strict=True) if is_gone)

    async def folder_of(self, output: Output) -> Path:
        """The folder to show for a result: its own if it exists, else the library, else the nearest existing parent."""
        wanted = Path(output.path).parent if output.path else self._settings.library
        return await in_worker(self._executor, _nearest_folder, wanted, self._settings.library)

    async def write_text(self, path: Path, text: str) -> None:
        """Writes an export atomically. DiskError when it cannot be written."""
        await in_worker(self._executor, _write_text, path, text)

    async def read_text(self, path: Path) -> str:
        """Reads a small text file that the person selected. DiskError when it cannot be read, NotPossible when it is no
        text."""
        return await in_worker(self._executor, _read_text, path)


def _read_text(path: Path) -> str:
    with spoken_for(path.parent):
        if path.stat().st_size > LARGEST_TEXT:
            raise NotPossible(Text("“{file}” is too large for this.").with_(file=path.name))
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise NotPossible(Text("“{file}” is not a text file.").with_(file=path.name)) from error


def _write_text(path: Path, text: str) -> None:
    with spoken_for(path.parent):
        # Lone surrogates, from invalid file names, are escaped.
        write_whole(path, text.encode("utf-8", "backslashreplace"), private.USUAL_FILE)


def _nearest_folder(wanted: Path, otherwise: Path) -> Path:
    return next(filter(os.path.isdir, (wanted, otherwise, *otherwise.parents)), Path.home())
