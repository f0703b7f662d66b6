"""Imports a folder of results from another machine, an old profile or a lost list as finished tasks.

`look` walks the folder and compares each result with the list. `take_in` verifies the bytes and stores the tasks in
chunks, one transaction each, so an interrupted import can be repeated: known results are skipped. `take_back` undoes an
import. Nothing here calls Runway, sends, or moves a file. Loop's thread; files are read in the executor. Raises
StoreError, and DiskError when there is no space for copies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from runway_desktop.catalog import Catalog
from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.filenames import render
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.task import (
    NEVER_LOOKED,
    Output,
    OutputState,
    State,
    Task,
    TaskId,
    new_task_id,
    parse_remote_id,
)
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_space import DiskSpace
from runway_desktop.services.disk.disk_steps import sha256_of
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.disk_words import spoken_for
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.results import part_file, sidecar
from runway_desktop.services.results.result_file import name_values
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import Runner
from runway_desktop.services.tasks.actions import TaskActions
from runway_desktop.services.tasks.ledger import Ledger
from runway_desktop.texts import Text
from runway_desktop.values import Struct, field, replace

from .folder_reading import FolderWalk, FoundResult, batch_of, cannot_be_read, inputs_for, output_of, task_of
from .progress import Progress
from .standing import Candidate, ImportStatus, compared, rows_of, standings_of
from .whole_copy import Names, SourceTrouble, put_whole

CHUNK = 40
"""Results per transaction, or some more if one task has several."""


class FolderLook(Struct, frozen=True, kw_only=True):
    """Content of a folder. `is_whole`: the walk was not stopped. `not_compared`: results classed without reading their
    bytes, because comparing was stopped."""

    folder: Path
    candidates: tuple[Candidate, ...] = ()
    without_request: int = 0
    alone: int = 0
    troubles: tuple[Text | str, ...] = ()
    is_whole: bool = True
    not_compared: int = 0


class Imported(Struct, kw_only=True):
    """Outcome of an import. `changed` and `failures` name files; `problem`: the error that ended it, if any."""

    folder: Path
    added: list[TaskId] = field(default_factory=list)
    restored: dict[TaskId, None] = field(default_factory=dict)
    """An ordered set."""
    filled: list[tuple[Output | None, Output]] = field(default_factory=list)
    """Results added to known tasks: the output before and after."""
    revived: list[Task] = field(default_factory=list)
    """Known tasks, as before the import, that had counted as gone and whose results were found."""
    taken: list[Path] = field(default_factory=list)
    """Original paths of the imported files."""
    known: int = 0
    changed: list[str] = field(default_factory=list)
    failures: list[tuple[str, Text | str]] = field(default_factory=list)
    problem: Text | str = ""
    is_stopped: bool = False

    @property
    def results(self) -> int:
        return len(self.taken)


class TakenBack(Struct, frozen=True):
    """Outcome of an undone import. `tasks`: removed from the list. `results`: taken from tasks that were in the list
    before. `kept`: results of those that stay, because another file was saved for them since."""

    tasks: int
    results: int
    kept: int


class _Work(Struct, frozen=True):
    """State of a running import."""

    copies: bool
    names: Names
    progress: Progress
    came: Imported


class _Read(Struct, frozen=True):
    """A result whose bytes were read. `changed`: they differ from the hash recorded when it was saved."""

    found: FoundResult
    size: int
    digest: str
    changed: bool


@dataclass(eq=False, repr=False)
class FolderImport:
    _ledger: Ledger
    _store: Store
    _actions: TaskActions
    _catalog: Catalog
    _settings: Settings
    _bus: Bus
    _clock: Clock
    _executor: Executor
    _space: DiskSpace

    def __post_init__(self) -> None:
        self._turn = asyncio.Lock()

    async def look(self, folder: Path, progress: Progress) -> FolderLook:
        """Walks the folder recursively, then compares results that may be known. `progress.done` counts files walked;
        once a total is known, files compared."""
        walk = FolderWalk(folder)
        while not progress.is_stopped and await in_worker(self._executor, walk.step):
            progress.report(walk.seen, 0)
        is_whole = not progress.is_stopped
        classed = await standings_of(self._store, self._executor, walk.results)
        candidates, not_compared = await compared(self._store, self._executor, classed, progress)
        return FolderLook(
            folder=folder,
            candidates=tuple(candidates),
            without_request=walk.without_request,
            alone=walk.alone,
            troubles=tuple(walk.troubles),
            is_whole=is_whole,
            not_compared=not_compared,
        )

    async def take_in(
        self, folder: Path, found: Sequence[FoundResult], progress: Progress, *, copies: bool = False
    ) -> Imported:
        """Imports these results. Files stay where they are; with `copies` the list uses copies in the library, named by
        the template. Skips results that became known meanwhile. Waits for a running import."""
        came = Imported(folder=folder)
        work = _Work(copies, Names(beside=True), progress, came)
        async with self._turn:
            if copies:
                await in_worker(self._executor, part_file.prepare_folder, self._settings.library)
                await in_worker(self._executor, self._check_space, sum(one.size for one in found))
            done = 0
            for chunk in _chunks(found):
                if progress.is_stopped or came.problem:
                    break
                progress.report(done, len(found))
                await self._take_in_chunk(chunk, work)
                done += len(chunk)
                progress.report(done, len(found))
            came.is_stopped = progress.is_stopped
            return came

    async def take_back(self, imported: Imported) -> TakenBack:
        """Undoes an import: removes its tasks from the list and restores known tasks. Files and copies stay. The tasks'
        costs no longer count."""
        now = self._clock.now()
        await self._ledger.change_many(
            imported.added,
            lambda task: replace(task, removed_at=now, sent_at=None, remote_created_at=None),
            "import undone",
        )
        await self._actions.remove(list(imported.restored))
        results = 0
        for before, after in imported.filled:
            edit = partial(_without_file, before, after)
            back = await self._store.change_output(after.task_id, after.index, edit, self._line(after, "import undone"))
            if back is not None:
                results += 1
                self._bus.tell(OutputChanged(back))
        for task in imported.revived:
            await self._ledger.change(task.id, partial(_as_it_was, task), "import undone")
        return TakenBack(len(imported.added) + len(imported.restored), results, len(imported.filled) - results)

    async def _take_in_chunk(self, chunk: Sequence[FoundResult], work: _Work) -> None:
        fresh: list[FoundResult] = []
        for one in await standings_of(self._store, self._executor, chunk):
            match one.standing:
                case ImportStatus.NEW:
                    fresh.append(one.found)
                case ImportStatus.MISSING_HERE:
                    await self._fill(one.found, work)
                case ImportStatus.REMOVED:
                    await self._bring_back(one.found, work)
                case ImportStatus.KNOWN | ImportStatus.DOUBLE:
                    work.came.known += 1
        reads = [read for one in fresh if (read := await self._read(one, work)) is not None]
        reads = await self._without_known_bytes(reads, work)
        tasks = await self._new_tasks([read.found for read in reads])
        placed = [await self._placed(read, tasks[read.found.task_key], work) for read in reads]
        outputs = [output for output in placed if output is not None]
        with_results = {output.task_id for output in outputs}
        tasks = {key: task for key, task in tasks.items() if task.id in with_results}
        if not tasks:
            return
        told = {read.found.task_key: read.found.told for read in reads}
        inputs = [one for key, task in tasks.items() for one in inputs_for(task, told[key], self._catalog)]
        new = list(tasks.values())
        batch = batch_of(new, told[next(iter(tasks))])
        if batch is not None and await self._store.batch_names([batch.id]):
            # Keep an existing batch, which the person may have renamed.
            batch = None
        await self._ledger.take_in(new, outputs, inputs, batch, source=str(work.came.folder))
        work.came.added += [task.id for task in new]
        work.came.taken += [read.found.path for read, output in zip(reads, placed, strict=True) if output is not None]

    async def _new_tasks(self, found: Sequence[FoundResult]) -> dict[str, Task]:
        """New tasks by the results' keys. A task whose id is taken by another one gets a new id."""
        tasks: dict[str, Task] = {}
        for one in found:
            if one.task_key not in tasks:
                tasks[one.task_key] = task_of(one, self._catalog)
        taken = {task.id for task in await self._store.get_many([task.id for task in tasks.values()])}
        for key, task in tasks.items():
            if task.id in taken:
                tasks[key] = replace(task, id=new_task_id())
            taken.add(task.id)
        return tasks

    async def _read(self, found: FoundResult, work: _Work) -> _Read | None:
        """None for an unreadable file, and after a stop."""
        if work.progress.is_stopped:
            return None
        work.progress.report(work.progress.done + 1, work.progress.total)
        try:
            return await in_worker(self._executor, _read, found)
        except OSError as error:
            work.came.failures.append((found.path.name, cannot_be_read(found.path, error).said))
            return None

    async def _without_known_bytes(self, reads: Sequence[_Read], work: _Work) -> list[_Read]:
        """Skips results without a Runway id whose bytes are known. Results with different Runway ids are kept, even if
        equal."""
        nameless = [read.digest for read in reads if parse_remote_id(read.found.told.remote_id) is None]
        known = {output.sha256 for output in await self._store.outputs_with(nameless) if output.is_here}
        kept: list[_Read] = []
        for read in reads:
            is_nameless = parse_remote_id(read.found.told.remote_id) is None
            if is_nameless and read.digest in known:
                work.came.known += 1
                continue
            if is_nameless:
                known.add(read.digest)
            if read.changed:
                work.came.changed.append(read.found.path.name)
            kept.append(read)
        return kept

    async def _fill(self, found: FoundResult, work: _Work) -> None:
        """Adds a missing result to a known task."""
        row = (await rows_of(self._store, [found])).get(found.task_key)
        read = await self._read(found, work)
        if row is None or read is None:
            return
        output = await self._placed(read, row.task, work)
        if output is None:
            return
        before = next((one for one in row.outputs if one.index == output.index), None)
        if before is not None:
            output = replace(
                before, state=OutputState.SAVED, path=output.path, size=output.size, sha256=output.sha256,
                saved_at=output.saved_at, problem=None, binned_from="", look=NEVER_LOOKED,
            )  # fmt: skip
        if row.task.state is State.GONE:
            known = row.task
            told = task_of(found, self._catalog)
            alive = replace(told, id=known.id, batch_id=known.batch_id, imported=known.imported)
            await self._ledger.change(row.task.id, lambda _: alive, "imported")
            work.came.revived.append(row.task)
        await self._store.save_output(output, self._line(output, "imported"))
        self._bus.tell(OutputChanged(output))
        work.came.filled.append((before, output))
        work.came.taken.append(found.path)
        if read.changed:
            work.came.changed.append(found.path.name)

    async def _bring_back(self, found: FoundResult, work: _Work) -> None:
        """Also restores the times that an undone import cleared."""
        row = (await rows_of(self._store, [found])).get(found.task_key)
        if row is None:
            return
        if row.task.id not in work.came.restored:
            told = task_of(found, self._catalog)
            await self._ledger.change(row.task.id, partial(_back_again, told), "restored")
            work.came.restored[row.task.id] = None
        work.came.taken.append(found.path)

    async def _placed(self, read: _Read, task: Task, work: _Work) -> Output | None:
        """The output at its final path: the original one, or a copy in the library."""
        output = output_of(read.found, task.id, read.found.path, read.size, read.digest)
        if not work.copies or work.came.problem:
            return None if work.came.problem else output
        known = {one.path for one in await self._store.outputs_with([read.digest])}
        try:
            return await in_worker(self._executor, self._copy, read, task, output, work.names, known)
        except SourceTrouble as error:
            work.came.failures.append((read.found.path.name, error.said))
        except DiskError as error:
            work.came.problem = error.said
        return None

    def _copy(self, read: _Read, task: Task, output: Output, names: Names, known: Set[str]) -> Output:
        """In a worker. `known`: files with the same bytes that belong to other results."""
        told = read.found.told
        ext = read.found.path.suffix.lstrip(".")
        name = render(
            self._settings.name_template,
            name_values(task, output, ext=ext, count=max(1, told.count), batch=told.batch),
        )
        owner = (task.id, output.index)
        put = put_whole(
            read.found.path,
            self._settings.library.joinpath(*name),
            names,
            self._space,
            may_stand_for=lambda path: str(path) not in known and sidecar.belongs_to(path, owner),
        )
        placed = replace(output, path=str(put.path))
        if self._settings.sidecars:
            inputs = inputs_for(task, told, self._catalog)
            try:
                sidecar.write(put.path, sidecar.compose(task, placed, inputs, count=told.count, batch=told.batch))
            except OSError as error:
                raise SourceTrouble(
                    Text("The sidecar of “{file}” could not be written.").with_(file=put.path.name)
                ) from error
        return placed

    def _check_space(self, needed: int) -> None:
        """In a worker."""
        with spoken_for(self._settings.library):
            self._space.check(self._settings.library, needed)

    def _line(self, output: Output, kind: str) -> LedgerEntry:
        detail = {"index": output.index, "file": Path(output.path).name}
        return LedgerEntry(task_id=output.task_id, at=self._clock.now(), kind=kind, detail=detail)


class ImportUndo:
    """Undoes an import, once, even after its window was closed."""

    def __init__(
        self, folders: FolderImport, runner: Runner, imported: Imported, done: Callable[[TakenBack], None]
    ) -> None:
        self._done = done
        self._folders = folders
        self._runner = runner
        self._imported = imported
        self.is_done = False

    def __call__(self) -> None:
        if not self.is_done:
            self.is_done = True
            self._runner(self._folders.take_back(self._imported), "undo import", done=self._done)


def _back_again(told: Task, task: Task) -> Task:
    return replace(
        task,
        removed_at=None,
        sent_at=task.sent_at if task.sent_at is not None else told.sent_at,
        remote_created_at=task.remote_created_at if task.remote_created_at is not None else told.remote_created_at,
    )


def _without_file(before: Output | None, after: Output, now: Output) -> Output | None:
    """None if a download has saved another file for the result since."""
    if (now.path, now.sha256) != (after.path, after.sha256):
        return None
    return before or replace(after, path="", problem=Reason(ReasonCode.IMPORT_UNDONE))


def _as_it_was(before: Task, _: Task) -> Task:
    return before


def _chunks(found: Sequence[FoundResult]) -> Iterator[list[FoundResult]]:
    """Oldest first; a task's results stay together, and a chunk has only one batch."""
    by_task: dict[str, list[FoundResult]] = {}
    for one in found:
        by_task.setdefault(one.task_key, []).append(one)
    tasks = sorted(by_task.values(), key=lambda results: _age(results[0]))
    chunk: list[FoundResult] = []
    for results in tasks:
        other_batch = bool(chunk) and chunk[-1].told.batch_id != results[0].told.batch_id
        if chunk and (other_batch or len(chunk) >= CHUNK):
            yield chunk
            chunk = []
        chunk += results
    if chunk:
        yield chunk


def _age(found: FoundResult) -> float:
    times = found.told.times
    return next((times[name] for name in ("sent", "made", "saved") if name in times), found.modified)


def _read(found: FoundResult) -> _Read:
    """In a worker. OSError passes."""
    digest = sha256_of(found.path)
    # Only a sidecar can tell: the embedded request was written before the file was complete.
    is_changed = found.is_beside and found.told.sha256 not in ("", digest)
    return _Read(found, found.path.stat().st_size, digest, is_changed)
