"""Updates requests when their input files move: queued tasks, ended tasks that may be sent again, and kept sheets.

Loop's thread only. Raises StoreError on disk errors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from runway_desktop.catalog import with_assets
from runway_desktop.domain.folders import FileMove, moved_uris
from runway_desktop.domain.inputs import misses_file, path_of, value_at
from runway_desktop.domain.task import ITS_TURN, Input, Task, TaskId
from runway_desktop.services.ports import Store
from runway_desktop.values import replace

from .ledger import Ledger

MOST_SHEETS = 500
"""Kept sheets that are searched, latest first."""


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
