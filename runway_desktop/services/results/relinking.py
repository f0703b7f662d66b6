"""Relinks results with their files: searches missing ones, accepts files that the person selects, and keeps outside
changes.

Files are identified by hash, so they are found under any name; row, rating and tags are unaffected. The sidecar is
moved from the old place or written again. Files that moved together with a found one are found too. Each found file is
stored at once, so a cancel or kill loses nothing. Loop's thread; disk access runs in the executor. Raises StoreError;
for a selected file also DiskError if it cannot be read and NotPossible if it is another result's.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runway_desktop.domain.errors import DiskError, NotPossible
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.outputs import KeptFile, kept_file
from runway_desktop.domain.task import Look, Output, Presence, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_steps import rename_exclusively
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.file_locks import FileLocks
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.settings import Settings
from runway_desktop.texts import Text
from runway_desktop.values import Struct, replace

from . import sidecar
from .file_check import Examined, FoundFile, Hunt, beside, examine
from .integrity import Integrity
from .result_file import BatchNames

log = logging.getLogger(__name__)

STEP = 0.2
"""Seconds of searching between two progress reports."""


class RelinkProgress(Struct, frozen=True, kw_only=True):
    """`looked`: files listed so far. `found` of `asked` files are found. `folder`: being searched now."""

    looked: int
    found: int
    asked: int
    folder: str


class Relinked(Struct, frozen=True, kw_only=True):
    """Result of a search: the relinked results, and how many of those asked for are still missing."""

    outputs: tuple[Output, ...] = ()
    missing: int = 0


class Chosen(Struct, frozen=True, kw_only=True):
    """`is_other`: the selected file has other bytes than the saved one, and nothing was changed."""

    outputs: tuple[Output, ...] = ()
    is_other: bool = False


@dataclass(eq=False, repr=False)
class Relinking:
    """`locks`: of results' files."""

    _store: Store
    _integrity: Integrity
    _bus: Bus
    _clock: Clock
    _settings: Settings
    _locks: FileLocks
    _executor: Executor

    async def look_for(
        self,
        task_ids: Sequence[TaskId],
        folder: Path | None = None,
        progress: Callable[[RelinkProgress], None] = lambda _: None,
    ) -> Relinked:
        """Searches for the missing files of these tasks: in `folder`, else in the library and where they were. Other
        missing files found on the way are relinked too. Canceling keeps what was found so far."""
        await self._integrity.look(await self._missing(task_ids))
        wanted = await self._store.missing_files()
        asked = [file for file in wanted if file.task_id in set(task_ids)]
        if not asked:
            return Relinked()
        folders = (
            [folder] if folder is not None else await in_worker(self._executor, _near, asked, self._settings.library)
        )
        hunt = Hunt(wanted, asked, folders)
        found: list[FoundFile] = []
        back: list[Output] = []
        left = {file.key for file in asked}
        is_done = False
        while not is_done:
            is_done = await in_worker(self._executor, hunt.step, STEP, self._clock.monotonic)
            found += (news := hunt.take_found())
            back += await self._bring_back(news)
            left -= {(output.task_id, output.index) for output in back}
            done = len(asked) - len(left)
            progress(RelinkProgress(looked=hunt.looked, found=done, asked=len(asked), folder=hunt.folder))
        back += await self._bring_neighbors(found)
        left -= {(output.task_id, output.index) for output in back}
        return Relinked(outputs=tuple(back), missing=len(left))

    async def choose(self, task_id: TaskId, index: int, path: Path, *, anyway: bool = False) -> Chosen:
        """Links a result with the file that the person selected. A file with other bytes is accepted only `anyway`; the
        result then has those bytes."""
        file = next((file for file in await self._files([task_id]) if file.index == index), None)
        if file is None:
            return Chosen()
        path = await in_worker(self._executor, Path.absolute, path)
        found = await in_worker(self._executor, examine, replace(file, path=str(path)))
        if found is None:
            raise DiskError(
                Text("“{file}” cannot be read.").with_(file=path.name),
                advice=Text("Check whether it is write-protected or still being written."),
            )
        if await self._is_anothers(file, path, found.sha256):
            raise NotPossible(
                Text("“{file}” belongs to another task.").with_(file=path.name), advice=Text("Choose another file.")
            )
        same = found.sha256 == file.sha256
        if not same and not anyway:
            return Chosen(is_other=True)
        back = await self._bring_back([FoundFile(file, path, found.signs)], None if same else found)
        more = await self._bring_neighbors([FoundFile(file, path, found.signs)]) if same else []
        return Chosen(outputs=(*back, *more))

    async def keep_changes(self, task_ids: Sequence[TaskId]) -> tuple[Output, ...]:
        """Accepts the outside changes of these results. Returns those that were accepted."""
        kept = []
        for file in await self._files(task_ids):
            if file.look.presence is Presence.CHANGED:
                found = await in_worker(self._executor, examine, file)
                if found is not None and (output := await self._take(file, Path(file.path), found, "change kept")):
                    kept.append(output)
        return tuple(kept)

    async def _bring_neighbors(self, found: Sequence[FoundFile]) -> list[Output]:
        if not found:
            return []
        return await self._bring_back(await in_worker(self._executor, beside, found, await self._store.missing_files()))

    async def _bring_back(self, found: Sequence[FoundFile], other: Examined | None = None) -> list[Output]:
        """`other`: hash and signs of an accepted file with other bytes."""
        back = []
        for one in found:
            if await self._is_anothers(one.file, one.path, one.file.sha256):
                continue
            now = other or Examined(one.signs, one.file.sha256)
            output = await self._take(one.file, one.path, now, "file found" if other is None else "file chosen")
            if output is not None:
                back.append(output)
        return back

    async def _take(self, file: KeptFile, path: Path, found: Examined, kind: str) -> Output | None:
        """Links the result with the file at `path`. None if it has another file by now. The sidecar is moved first, so
        after a kill it is found next to the file."""
        async with self._locks.hold([file.key]):
            return await self._take_in_hand(file, path, found, kind)

    async def _take_in_hand(self, file: KeptFile, path: Path, found: Examined, kind: str) -> Output | None:
        [before] = [o for o in await self._store.outputs(file.task_id) if o.index == file.index]
        if not before.is_kept or (before.path, before.sha256) != (file.path, file.sha256):
            # Moved, deleted or fetched again during the search.
            return None
        after = _as_found(before, path, found, self._clock.now())
        await self._bring_sidecar(Path(file.path), after)
        detail = {"index": file.index, "file": path.name, "sha256": after.sha256}
        line = LedgerEntry(task_id=file.task_id, at=self._clock.now(), kind=kind, detail=detail)

        def edit(now: Output) -> Output | None:
            same = now.is_kept and (now.path, now.sha256) == (file.path, file.sha256)
            return _as_found(now, path, found, line.at) if same else None

        output = await self._store.change_output(file.task_id, file.index, edit, line)
        if output is not None:
            self._bus.tell(OutputChanged(output))
        return output

    async def _bring_sidecar(self, old: Path, output: Output) -> None:
        rows = await self._store.rows([output.task_id])
        made: dict[str, Any] | None = None
        if self._settings.sidecars:
            task = rows[0].task
            inputs = await self._store.inputs(task.id)
            batch = await BatchNames(self._store).name(task.batch_id)
            made = sidecar.compose(task, output, inputs, count=len(rows[0].outputs), batch=batch)
        try:
            await in_worker(self._executor, _bring_sidecar, old, Path(output.path), rows[0].task, output, made)
        except OSError as error:
            log.info("No sidecar could be brought next to “%s”: %s", Path(output.path).name, error)

    async def _is_anothers(self, file: KeptFile, path: Path, sha256: str) -> bool:
        """Whether the file at `path` is another result's; equal bytes may have been made twice."""
        return any(
            other.is_here and other.path == str(path) and (other.task_id, other.index) != file.key
            for other in await self._store.outputs_with([sha256])
        )

    async def _missing(self, task_ids: Sequence[TaskId]) -> list[KeptFile]:
        return [file for file in await self._files(task_ids) if file.look.presence is Presence.MISSING]

    async def _files(self, task_ids: Sequence[TaskId]) -> list[KeptFile]:
        rows = await self._store.rows(list(dict.fromkeys(task_ids)))
        outputs = [output for row in rows for output in row.outputs if output.is_kept]
        return [file for output in outputs if (file := kept_file(output)) is not None]


def _as_found(output: Output, path: Path, found: Examined, now: float) -> Output:
    look = Look(at=now, signs=found.signs)
    back = replace(output, path=str(path), look=look)
    if found.sha256 == output.sha256:
        return back
    # Poster, size and duration were of the other bytes.
    return replace(back, sha256=found.sha256, size=found.signs.size, poster="", width=0, height=0, duration=0.0)


def _near(files: Sequence[KeptFile], library: Path) -> list[Path]:
    """In a worker. The library, and the folders outside it where files were."""
    outside = dict.fromkeys(folder for file in files if not (folder := Path(file.path).parent).is_relative_to(library))
    return [folder for folder in (*outside, library) if os.path.isdir(folder)]


def _bring_sidecar(old: Path, new: Path, task: Task, output: Output, made: dict[str, Any] | None) -> None:
    """In a worker. `made`: document to write if there is no sidecar; None: write none."""
    owner, source, target = (task.id, output.index), sidecar.path_for(old), sidecar.path_for(new)
    if source != target and not target.exists() and sidecar.owner_of(source) == owner:
        try:
            rename_exclusively(source, target)
        except OSError:
            # On another disk: write it again with its content.
            made = sidecar.document_in(source) or made
    if target.exists():
        found = sidecar.document_in(target)
        if found is None or sidecar.owner_of(target) != owner:
            return
        true = sidecar.brought_up_to_date(found, task, output)
        if true != found:
            sidecar.write(new, true)
    elif made is not None:
        sidecar.write(new, sidecar.brought_up_to_date(made, task, output))
