"""Input files that were moved: by the library with its results (`InputFollowing`), or by somebody else.

While tasks are queued their files are hashed, one by one in a worker, so that a moved file can be told from another of
the same name. When the person locates one file, every queued task that uses it gets the new path, and so does every
other missing file found at the same relative location. `put_back` raises DiskError for a file that cannot be read,
StoreError when the database refuses. Loop's thread only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from runway_desktop.catalog import Catalog, with_assets
from runway_desktop.domain.errors import DiskError, NotPossible, StoreError
from runway_desktop.domain.events import Event, TaskChanged, TasksAdded
from runway_desktop.domain.folders import FileMove, moved_uris
from runway_desktop.domain.inputs import misses_file, path_of, value_at
from runway_desktop.domain.task import ITS_TURN, Input, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import Alarm
from runway_desktop.services.disk.disk_words import file_hash
from runway_desktop.services.disk.sibling_paths import paths_beside
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.supervised import keep_going
from runway_desktop.values import Struct, replace

from .ledger import Ledger
from .submission import Submission
from .uploads import inputs_of, same

Result = TypeVar("Result")

log = logging.getLogger(__name__)

LOOK_AFTER = 10.0
"""Seconds before files of new tasks are hashed: most tasks are sent by then, which hashes their files anyway."""
MOST_SHEETS = 500
"""Kept sheets that are searched, latest first."""


class PutBack(Struct, frozen=True):
    """`is_other`: the file's content differs from the one used before, so nothing was changed."""

    tasks: tuple[TaskId, ...] = ()
    files: int = 0
    is_other: bool = False


class _Looks(Struct, frozen=True):
    """Known hash and size of a missing file. Empty and 0: unknown."""

    sha256: str = ""
    size: int = 0


@dataclass(eq=False, repr=False)
class MissingInputs:
    _ledger: Ledger
    _store: Store
    _submission: Submission
    _catalog: Catalog
    _bus: Bus
    _clock: Clock
    _executor: Executor | None = None

    def __post_init__(self) -> None:
        self._alarm = Alarm(self._clock)
        self._bus.listen(self._hear)

    async def run(self) -> None:
        """Hashes the files of queued tasks, until canceled."""
        await keep_going("noting what input files look like", self._turn, self._clock)

    async def _turn(self) -> None:
        await self._clock.sleep(LOOK_AFTER)
        try:
            await self.note()
        except StoreError as error:
            log.warning("What files look like could not be noted: %s", error)
        await self._alarm.wait(None)

    async def note(self) -> None:
        """Stores the hash of every file of a queued task that has none yet. Skips unreadable files."""
        known: dict[str, str] = {}
        for task in self._ledger.all_queued():
            if not any(found.path for found in inputs_of(task, self._catalog)):
                continue
            inputs = [found for found in await self._store.inputs(task.id) if found.path and not found.sha256]
            noted = [replace(found, sha256=digest) for found in inputs if (digest := await self._hash(found, known))]
            now = self._ledger.get_open(task.id)
            if noted and now is not None and now.state is State.QUEUED and now.request == task.request:
                await self._ledger.change(task.id, same, "files noted", inputs=noted)

    async def missing(self, task_id: TaskId) -> tuple[Path, ...]:
        """Files of a queued task that do not exist."""
        task = self._ledger.get_open(task_id)
        if task is None or task.state is not State.QUEUED:
            return ()
        return tuple(map(Path, await self._gone(_paths(inputs_of(task, self._catalog)))))

    async def put_back(self, old: Path, new: Path, *, anyway: bool = False) -> PutBack:
        """`new` is the new path of the file `old`. Unless `anyway`, it must be the same file: by hash if known, else by
        name and size."""
        queued = [(task, inputs_of(task, self._catalog)) for task in self._ledger.all_queued()]
        gone = set(await self._gone({path for _, inputs in queued for path in _paths(inputs)})) | {str(old)}
        wanting = [(task, inputs) for task, inputs in queued if _paths(inputs) & gone]
        looks = await self._looks([task for task, _ in wanting], gone)
        moved = await self._in_worker(_moved, old, new, looks, anyway)
        if str(old) not in moved:
            return PutBack(is_other=True)
        mended = []
        for task, inputs in wanting:
            if await self._give(task, inputs, moved):
                mended.append(task.id)
        return PutBack(tuple(mended), len(moved))

    async def _give(self, task: Task, inputs: Iterable[Input], moved: Mapping[str, tuple[Path, str]]) -> bool:
        uris = {found.field_path: moved[found.path][0].as_uri() for found in inputs if found.path in moved}
        if not uris:
            return False
        hashes = {str(path): digest for path, digest in moved.values()}
        try:
            await self._submission.give_files(task.id, uris, hashes)
        except NotPossible:
            # It was sent or dropped meanwhile.
            return False
        return True

    async def _looks(self, wanting: Iterable[Task], gone: set[str]) -> dict[str, _Looks]:
        looks = dict.fromkeys(gone, _Looks())
        for task in wanting:
            for found in await self._store.inputs(task.id):
                if found.path in gone and (found.sha256 or found.size):
                    before = looks[found.path]
                    looks[found.path] = _Looks(found.sha256 or before.sha256, found.size or before.size)
        return looks

    async def _hash(self, found: Input, known: dict[str, str]) -> str:
        if found.path not in known:
            try:
                known[found.path] = await self._in_worker(file_hash, Path(found.path))
            except DiskError:
                known[found.path] = ""
        return known[found.path]

    async def _gone(self, paths: Iterable[str]) -> list[str]:
        return await self._in_worker(_not_there, tuple(sorted(paths)))

    async def _in_worker(self, work: Callable[..., Result], *arguments: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)

    def _hear(self, event: Event) -> None:
        match event:
            case TasksAdded(tasks) if any(task.state is State.QUEUED for task in tasks):
                self._alarm.ring()
            case TaskChanged(task, before) if task.state is State.QUEUED and task.request is not before.request:
                self._alarm.ring()


def _paths(inputs: Iterable[Input]) -> set[str]:
    return {found.path for found in inputs if found.path}


def _not_there(paths: Iterable[str]) -> list[str]:
    """In a worker."""
    return [path for path in paths if not Path(path).is_file()]


def _moved(old: Path, new: Path, looks: Mapping[str, _Looks], anyway: bool) -> dict[str, tuple[Path, str]]:
    """In a worker. New path and hash of each missing file; empty if `new` is another file than `old`."""
    new = new.absolute()
    digest = file_hash(new)
    if not anyway and not _is_same(old, new, digest, looks.get(str(old), _Looks())):
        return {}
    found = {str(old): (new, digest)}
    for path, look in looks.items():
        if path not in found:
            for candidate in paths_beside(Path(path), old, new):
                if candidate.is_file():
                    digest = file_hash(candidate)
                    if _is_same(Path(path), candidate, digest, look):
                        found[path] = (candidate, digest)
                        break
    return found


def _is_same(old: Path, new: Path, digest: str, look: _Looks) -> bool:
    if look.sha256:
        return digest == look.sha256
    return old.name.casefold() == new.name.casefold() and look.size in (0, new.stat().st_size)


class InputFollowing:
    def __init__(self, ledger: Ledger, store: Store) -> None:
        self._ledger = ledger
        self._store = store
        self._sheets: tuple[Path | None, list[str]] = (None, [])
        """The source folder, and the ids of kept sheets with files in it."""

    async def follow(self, moves: Sequence[FileMove], root: Path) -> None:
        """Replaces the old paths in every request. Idempotent. A task whose files are being read at their old paths
        fails that read; the lane retries it soon."""
        await self._follow_in_sheets(moves, root)
        targets = {move.source: move.target for move in moves}
        folders = sorted({str(Path(move.source).parent) for move in moves})
        uses: dict[TaskId, list[Input]] = {}
        for use in await self._store.uses_of((), folders):
            if use.path in targets:
                uses.setdefault(use.task_id, []).append(use)
        for task_id, used in uses.items():
            await self._give(task_id, used, targets)

    async def _follow_in_sheets(self, moves: Sequence[FileMove], root: Path) -> None:
        """A kept sheet is one JSON text with URIs in quotes. An open sheet updates its own text too."""
        if self._sheets[0] != root:
            beginning = f'"{root.as_uri()}/'
            kept = [await self._store.sheet(sheet.id) for sheet in await self._store.sheets(MOST_SHEETS)]
            self._sheets = (root, [sheet.id for sheet in kept if sheet is not None and beginning in sheet.text])
        uris = moved_uris(moves)

        def moved(text: str) -> str:
            for old, new in uris.items():
                text = text.replace(f'"{old}"', f'"{new}"')
            return text

        for sheet_id in self._sheets[1]:
            # Read and write in one transaction: an open sheet is saved after each edit.
            await self._store.change_sheet(sheet_id, moved)

    async def _give(self, task_id: TaskId, used: Sequence[Input], targets: Mapping[str, str]) -> None:
        paths = {use.field_path: use.path for use in used}

        def edit(task: Task) -> Task:
            uris = {
                field_path: Path(targets[path]).as_uri()
                for field_path, path in paths.items()
                if isinstance(uri := value_at(task.request, field_path), str) and path_of(uri) == path
            }
            if not uris:
                return task
            request = replace(task.request, values=with_assets(task.request.values, uris))
            return replace(task, request=request, hold=ITS_TURN if misses_file(task) else task.hold)

        moved = [replace(use, path=targets[use.path], uri=Path(targets[use.path]).as_uri()) for use in used]
        await self._ledger.change(task_id, edit, "inputs moved", inputs=moved, files=len(moved))
