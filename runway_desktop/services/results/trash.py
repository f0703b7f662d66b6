"""Moves saved files and their sidecars to the system's trash, and back.

The intent is stored before a file is moved, so that a deleted file is never taken for a lost one. After a kill in
between, the next check of files corrects the state: a file still in its place counts as present. Files outside the
program's own folders that a restored list names are not touched. Raises StoreError only; errors of the disk are in the
reports. Loop's thread; disk access runs in the executor.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.events import OutputChanged
from runway_desktop.domain.library import LedgerEntry
from runway_desktop.domain.task import NEVER_LOOKED, Output, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.disk_threads import in_worker
from runway_desktop.services.disk.file_locks import FileLocks
from runway_desktop.services.ports import Clock, Store, SystemTrash
from runway_desktop.texts import Text
from runway_desktop.values import Struct, field, replace

from .own_folders import OwnFolders, lies_in
from .sidecar import path_for

DELETED = "file deleted"
"""Kind of the ledger line of a file in the trash. Its detail has the path in the trash, if the system gave it."""
_BIN_PATH, _SIDECAR_BIN_PATH = "bin_path", "bin_sidecar_path"


class TrashReport(Struct, frozen=True, kw_only=True):
    """Tasks whose files were all moved, the number of files, and the errors of the other tasks."""

    done: tuple[TaskId, ...] = ()
    files: int = 0
    can_undo: bool = False
    """The system gave the path in the trash for all of them."""
    failed: Mapping[TaskId, Text | str] = field(default_factory=dict)


@dataclass(eq=False, repr=False)
class Trash:
    _store: Store
    _bin: SystemTrash
    _bus: Bus
    _clock: Clock
    _locks: FileLocks
    _own: OwnFolders
    _executor: Executor | None = None

    async def throw(self, task_ids: Sequence[TaskId]) -> TrashReport:
        """Moves files to the trash. A file that is not in its place is reported as an error."""
        return await self._each(task_ids, self._throw)

    async def put_back(self, task_ids: Sequence[TaskId]) -> TrashReport:
        """Moves files from the trash back to their places."""
        return await self._each(task_ids, self._put_back)

    async def _each(self, task_ids: Sequence[TaskId], one: Callable[[Output], Awaitable[bool | None]]) -> TrashReport:
        """`one` returns whether the path in the trash is known, or None if it skipped the result."""
        done: list[TaskId] = []
        told: list[bool] = []
        failed: dict[TaskId, Text | str] = {}
        for task_id in dict.fromkeys(task_ids):
            try:
                for index in [output.index for output in await self._store.outputs(task_id)]:
                    async with self._locks.hold([(task_id, index)]):
                        # Read again: it may have been moved before the lock was acquired.
                        [now] = [output for output in await self._store.outputs(task_id) if output.index == index]
                        if (is_known := await one(now)) is not None:
                            told.append(is_known)
            except DiskError as error:
                failed[task_id] = error.text
            else:
                done.append(task_id)
        can_undo = bool(told) and all(told)
        return TrashReport(done=tuple(done), files=len(told), can_undo=can_undo, failed=failed)

    async def _throw(self, output: Output) -> bool | None:
        if not output.is_kept:
            return None
        path = Path(output.path)
        await self._refuse_foreign(path)
        if not await in_worker(self._executor, path.exists):
            raise DiskError(
                Text("“{file}” is not where it was saved, so there is nothing to move to the trash.").with_(
                    file=path.name
                )
            )
        meant = await self._store.change_output(
            output.task_id,
            output.index,
            lambda now: _binned(now) if now.is_kept and now.path == output.path else None,
        )
        if meant is None:
            return False
        self._bus.tell(OutputChanged(meant))
        try:
            folder = await self._bin.throw(path)
        except DiskError:
            await self._is_back(meant, "")
            raise
        detail: dict[str, object] = {"index": output.index, "file": path.name, _BIN_PATH: str(folder or "")}
        beside = path_for(path)
        # A sidecar that cannot follow does no harm.
        with suppress(DiskError):
            if await in_worker(self._executor, beside.exists):
                detail[_SIDECAR_BIN_PATH] = str(await self._bin.throw(beside) or "")
        await self._store.save_output(meant, self._line(output, DELETED, **detail))
        return folder is not None

    async def _put_back(self, output: Output) -> bool | None:
        """Returns False after restoring a file, since a restore cannot be undone here."""
        if not output.is_binned or not output.binned_from:
            return None
        path = Path(output.binned_from)
        await self._refuse_foreign(path)
        if not await in_worker(self._executor, path.exists):
            said = await self._last_line(output)
            bin_path = str(said.get(_BIN_PATH) or "")
            if not bin_path:
                raise DiskError(
                    Text("“{file}” was not found in the trash.").with_(file=path.name),
                    advice=Text("Restore it in your file manager; the program finds it by itself."),
                )
            await self._bin.take_back(Path(bin_path), path)
            if beside := str(said.get(_SIDECAR_BIN_PATH) or ""):
                with suppress(DiskError):
                    await self._bin.take_back(Path(beside), path_for(path))
        await self._is_back(output, "file put back")
        return False

    async def _refuse_foreign(self, path: Path) -> None:
        if not await in_worker(self._executor, lies_in, path, self._own.now()):
            raise DiskError(
                Text("“{file}” comes from a backup and is outside the library, so it is not touched.").with_(
                    file=path.name
                ),
                advice=Text("If it is yours, use your file manager."),
                detail=str(path),
            )

    async def _is_back(self, output: Output, kind: str) -> None:
        """The file is back in its place. `kind`: of the ledger line; empty if it never left."""
        line = self._line(output, kind, index=output.index, file=Path(output.binned_from).name) if kind else None
        back = await self._store.change_output(
            output.task_id, output.index, lambda now: back_from_bin(now, output.binned_from), line
        )
        if back is not None:
            self._bus.tell(OutputChanged(back))

    async def _last_line(self, output: Output) -> Mapping[str, object]:
        lines = [
            entry.detail
            for entry in await self._store.ledger(output.task_id)
            if entry.kind == DELETED and entry.detail.get("index") == output.index
        ]
        return lines[-1] if lines else {}

    def _line(self, output: Output, kind: str, **detail: object) -> LedgerEntry:
        return LedgerEntry(task_id=output.task_id, at=self._clock.now(), kind=kind, detail=detail)


def _binned(output: Output) -> Output:
    return replace(output, path="", problem=None, binned_from=output.path, look=NEVER_LOOKED)


def back_from_bin(output: Output, path: str) -> Output | None:
    """The output out of the trash, with its file at `path`; None if it is not there or was elsewhere before."""
    if not output.is_binned or output.binned_from != path:
        return None
    return replace(output, path=path, binned_from="", look=NEVER_LOOKED)
