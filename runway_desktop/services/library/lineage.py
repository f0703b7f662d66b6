"""Lineage of tasks: results that became inputs, identified by hash, independent of names and paths.

A copy that the program made (a frame of a clip, a smaller picture) counts as its original. Loop's thread; raises
StoreError when the database cannot be used.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Input, Output, TaskId
from runway_desktop.services.media.input_fixes import FixedFile
from runway_desktop.services.ports import Store
from runway_desktop.values import Struct

HIGHEST = 3
"""Generations searched above a task."""
DEEPEST = 2
"""Generations searched below a task."""
MOST_KIN = 12
"""Most tasks of one generation."""


class Copies(Protocol):
    """The program's own copies of files."""

    def home_of(self, sha256: str) -> Path:
        """The folder for copies of the file with this hash."""

    async def origin(self, copy: Path) -> FixedFile | None: ...


class Kin(Struct, frozen=True, kw_only=True):
    """One relation. `use`: the younger task's input. `row`: above, the older task, None if the input was not made here;
    below, the younger task."""

    use: Input
    row: Row | None = None
    output: Output | None = None
    """The older task's result."""


class Tree(Struct, frozen=True, kw_only=True):
    """`above` and `below` begin with the nearest generation."""

    row: Row
    above: tuple[tuple[Kin, ...], ...] = ()
    below: tuple[tuple[Kin, ...], ...] = ()
    takes: tuple[Row, ...] = ()
    """All takes including itself, oldest first; empty if it is the only one."""


class Lineage:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def around(self, task_id: TaskId, copies: Copies) -> Tree | None:
        """None for an unknown task. Removed tasks are left out."""
        rows = await self._store.rows([task_id])
        if not rows:
            return None
        above, below = await self._above(task_id, copies), await self._below(rows[0], copies)
        family = await self._store.takes(task_id)
        takes = [row for row in await self._store.rows(family.ids) if row.task.removed_at is None]
        return Tree(row=rows[0], above=above, below=below, takes=tuple(takes) if len(takes) > 1 else ())

    async def _above(self, task_id: TaskId, copies: Copies) -> tuple[tuple[Kin, ...], ...]:
        seen, generation = {task_id}, [task_id]
        found: list[tuple[Kin, ...]] = []
        while generation and len(found) < HIGHEST:
            uses = await self._store.inputs_of(generation)
            kin = await self._sources(uses[:MOST_KIN], copies)
            if found:
                # Inputs from outside are shown for the task itself only.
                kin = [tie for tie in kin if tie.row is not None]
            if kin:
                found.append(tuple(kin))
            generation = [tie.row.task.id for tie in kin if tie.row is not None and tie.row.task.id not in seen]
            seen.update(generation)
        return tuple(found)

    async def _sources(self, uses: Sequence[Input], copies: Copies) -> list[Kin]:
        hashes = {(use.task_id, use.field_path): await _original(use, copies) for use in uses}
        made = await self._store.outputs_with([sha256 for sha256 in hashes.values() if sha256])
        by_task = {row.task.id: row for row in await self._store.rows(list({output.task_id for output in made}))}
        kin = []
        for use in uses:
            older = [
                output
                for output in made
                if output.sha256 == hashes[use.task_id, use.field_path]
                and output.task_id != use.task_id
                and by_task[output.task_id].task.removed_at is None
            ]
            first = min(older, key=lambda output: by_task[output.task_id].task.created_at, default=None)
            kin.append(Kin(use=use, row=by_task[first.task_id] if first is not None else None, output=first))
        return kin

    async def _below(self, row: Row, copies: Copies) -> tuple[tuple[Kin, ...], ...]:
        seen, generation = {row.task.id}, [row]
        found: list[tuple[Kin, ...]] = []
        while generation and len(found) < DEEPEST:
            made = {output.sha256: output for old in generation for output in old.outputs if output.sha256}
            homes = {str(copies.home_of(sha256)): output for sha256, output in made.items()}
            uses = await self._store.uses_of(list(made), list(homes))
            first = {use.task_id: use for use in reversed(uses) if use.task_id not in seen}
            rows = [young for young in await self._store.rows(list(first)) if young.task.removed_at is None]
            rows = sorted(rows, key=lambda young: young.task.created_at)[:MOST_KIN]
            if rows:
                found.append(
                    tuple(
                        Kin(use=(use := first[young.task.id]), row=young, output=_result(use, made, homes))
                        for young in rows
                    )
                )
            generation = rows
            seen.update(young.task.id for young in rows)
        return tuple(found)


async def _original(use: Input, copies: Copies) -> str:
    """Hash of an input's original: its own, or of the file that it is a copy of."""
    origin = await copies.origin(Path(use.path)) if use.path else None
    return origin.sha256 if origin is not None else use.sha256


def _result(use: Input, made: dict[str, Output], homes: dict[str, Output]) -> Output | None:
    return made.get(use.sha256) or homes.get(str(Path(use.path).parent))
